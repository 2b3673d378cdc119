"""The whole of what is gained or lost, as families of flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from netqed.analysis.comparison import NEW, OLD, Comparison
from netqed.analysis.difference_cubes import TwinCubes, terms_of
from netqed.analysis.difference_results import Delta, DifferingFlow, Family, Sign
from netqed.analysis.results import Cube
from netqed.spec.document import Scope
from netqed_smt.model import Direction
from netqed_smt.solver import Term

MOST: Final = 500
"""Families that are worked out; of more only that there are more is told."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A family with the literals of what it holds."""

    family: Family
    inside: Term
    """True of exactly the flows of its cube that are in the difference, as far as its condition says."""
    beyond: Term
    """True of all others."""


class DifferenceFamilies:
    """Cubes of one comparison's differences in one scope.

    A flow is in the difference if in one of the directions it passes on the allowing side and not on the blocking one,
    and passes the allowing side's other direction. The former is what a family's cube lies inside; the latter, which
    mostly turns on policies that no one touched, is its condition. What a direction lets through is up to the policies
    of one namespace, that of the governed pod: cubes are made of those alone, in an encoding of their own.
    """

    def __init__(self, comparison: Comparison, sign: Sign, scope: Scope) -> None:
        self._comparison = comparison
        self._solver = comparison.solver
        self._sign: Sign = sign
        self._named_scope: Scope = scope
        self._scope = [*comparison.scope(scope), comparison.asked]
        self._side = NEW if sign == "gained" else OLD

    def whole(self, example: DifferingFlow, limit: int | None) -> Delta:
        """The difference with its families, of which `limit` are shown (None: all). UNSAT of a differing flow beyond
        all that were found says that there are no more. Raises BudgetExhausted where the solver cannot tell."""
        found = list(islice(self._all(), MOST + 1))
        complete = len(found) <= MOST
        beyond = [one.beyond for one in found]
        left = [*self._scope, *self._comparison.differing(self._sign), *beyond]
        if complete and self._comparison.questions.is_possible(left):
            raise RuntimeError("the families do not hold the whole difference")
        needed = [one.family for one in self._needed(found[:MOST])]
        shown = needed if limit is None else needed[:limit]
        return Delta(example, tuple(shown), len(needed) - len(shown) if complete else None)

    def _all(self) -> Iterator[_Found]:
        """Families that cover the difference: those of the ingress difference, then those of the egress difference."""
        for direction in (Direction.INGRESS, Direction.EGRESS):
            for namespace in self._namespaces(direction):
                for cube, example in self._cubes(direction, namespace):
                    found = self._family(direction, cube, example)
                    if found is not None:
                        yield found

    def _namespaces(self, direction: Direction) -> Iterator[str]:
        """The namespaces of whose pods a flow is in the direction's difference. UNSAT of a flow of others says that
        there are no more."""
        comparison, seen = self._comparison, list[Term]()
        changed, other = self._changed(comparison, direction), self._passes(_other(direction))
        universe = comparison.universes[self._side]
        names = universe.vocabulary.namespaces.values
        governed = universe.flow.sides[direction.governed]
        while self._comparison.questions.is_possible([*self._scope, changed, other, *seen]):
            name = names[self._solver.value(governed.namespace) - 1]
            seen.append(self._literal(self._solver.negation(governed.namespace_is(name))))
            yield name

    def _cubes(self, direction: Direction, namespace: str) -> Iterator[tuple[Cube, DifferingFlow | None]]:
        """Prime cubes that cover the direction's difference of a namespace, each with a natural flow of it, if that is
        in the whole difference too. UNSAT of a flow beyond all of them says that there are no more; UNSAT of a cube's
        flow outside the difference, that it lies inside."""
        comparison, side = self._comparison, self._side
        slice_ = comparison.of_namespace(namespace)
        cubes = TwinCubes(slice_, side, by_name=self._named_scope == "now")
        changed = self._changed(slice_, direction)
        outside = slice_.blocked(changed)
        scope = [*slice_.scope(self._named_scope), slice_.asked]
        beyond: list[Term] = []
        while slice_.questions.is_possible([*scope, changed, *beyond]):
            values = slice_.narrowed(self._sign, [*scope, changed, *beyond])
            cubes.seen_elsewhere(values[1 - side])
            region = cubes.generalise(values[side], scope, outside)
            beyond.append(slice_.blocked(region.inside))
            found = slice_.replayed(self._sign, values, (direction.value,))
            # Of the other direction the policies of one namespace may know nothing.
            passes = (found.old, found.new)[side].decision.allowed
            yield region.cube, found if passes else None

    def _family(self, direction: Direction, cube: Cube, example: DifferingFlow | None) -> _Found | None:
        """The family of a cube; None where none of its flows passes the allowing side's other direction."""
        comparison, solver = self._comparison, self._solver
        inside = self._literal(solver.conjunction(terms_of(cube, comparison, self._side)))
        passes = self._passes(_other(direction))
        if example is None:
            if not self._comparison.questions.is_possible([*self._scope, inside, passes]):
                return None
            example = comparison.flow(self._sign, [*self._scope, inside, passes])
        conditional = self._comparison.questions.is_possible([*self._scope, inside, comparison.blocked(passes)])
        if conditional:
            inside = self._literal(solver.conjunction([inside, passes]))
        family = Family(cube, direction.value, conditional, example)
        return _Found(family, inside, comparison.blocked(inside))

    def _needed(self, found: Sequence[_Found]) -> list[_Found]:
        """The families without those whose every flow is in another; of egress first."""
        kept = list(found)
        for one in reversed(found):
            others = [other.beyond for other in kept if other is not one]
            if others and not self._comparison.questions.is_possible([*self._scope, one.inside, *others]):
                kept.remove(one)
        return kept

    def _changed(self, comparison: Comparison, direction: Direction) -> Term:
        """True of the flows that pass the direction on the allowing side, and not on the other."""
        lets, solver = comparison.lets, comparison.solver
        blocked = solver.negation(lets[1 - self._side][direction])
        return solver.literal(solver.conjunction([lets[self._side][direction], blocked]), "changed")

    def _passes(self, direction: Direction) -> Term:
        return self._comparison.lets[self._side][direction]

    def _literal(self, term: Term) -> Term:
        return self._solver.literal(term, "family")


def _other(direction: Direction) -> Direction:
    return Direction.EGRESS if direction is Direction.INGRESS else Direction.INGRESS
