"""Sets of flows as few large cubes: products of sources, destinations and traffic that lie inside the set.

A cube starts as everything that is true of one flow of the set, and facts are dropped from it as long as the rest still
lies inside: what is left is prime, nothing of it can go and its ports cannot be widened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Final

from netqed.analysis.cube_facts import LAST_PORT, Fact, Facts, borders_of
from netqed.analysis.cube_words import elsewhere_words, relation_words, side_words
from netqed.analysis.results import Cube, CubeSide
from netqed.plugins.matters import Matter
from netqed_smt.model import (
    Choice,
    LabelIn,
    NamespaceIs,
    NamespaceLabelIn,
    Predicate,
    ProtocolIs,
    Side,
)
from netqed_smt.question import FlowValues, Questions
from netqed_smt.solver import Term
from netqed_smt.universe import PORT_PROTOCOLS

Sorts = tuple[type, ...]
Ranges = tuple[tuple[int, int], ...]

Cost = tuple[float, float]

_UNBOUNDED: Final[Cost] = (inf, inf)
_NONE: Final[Cost] = (-1, -1)
"""Less than any cube costs."""

SHORT: Final = 4
"""Facts of a cube that is easy to read."""

ORDERS: Final[tuple[Sorts, ...]] = ((NamespaceIs, LabelIn, NamespaceLabelIn), (LabelIn,), ())
"""Sorts of facts that a cube may do without first. `a!=1` holds of more than `a=2`, and so a cube of as many facts is
larger with the former; but where many values are left out, it is the one value that is easy to read."""


@dataclass(frozen=True, slots=True)
class Region:
    """A cube with the literal that is true of exactly its flows."""

    cube: Cube
    inside: Term


@dataclass(frozen=True, slots=True)
class Named:
    """A set of endpoints with a name, such as a side of an invariant."""

    side: Side
    predicate: Predicate
    """Of both sides, so that its endpoint atoms stand below `At`."""
    words: str


class _TooLong(Exception):
    """A cube that is harder to read than one that is known."""


class _Answers:
    """Which literals keep flows out of a set, by what was asked so far: it saves questions, and has no say in what is
    answered."""

    def __init__(self, questions: Questions, outside: Sequence[Term]) -> None:
        """`outside` are literals that are true of exactly the flows that are not in the set."""
        self._questions = questions
        self._outside = outside
        self._possible: list[frozenset[int]] = []
        self._cores: list[frozenset[int]] = []

    def core(self, literals: Sequence[Term]) -> frozenset[int] | None:
        """The addresses of those of the literals that suffice (UNSAT of a flow outside that satisfies them); None where
        there is such a flow (SAT of all of them).

        What is possible with more literals is so with fewer, and what suffices of fewer suffices of more.
        """
        asked = frozenset(one.value for one in literals)
        if any(asked <= one for one in self._possible):
            return None
        for known in self._cores:
            if known <= asked:
                return known
        if self._questions.is_possible([*self._outside, *literals]):
            self._possible.append(asked)
            return None
        self._cores.append(frozenset(one.value for one in self._questions.universe.solver.core(literals)))
        return self._cores[-1]


class Cubes(Facts):
    """Describes sets of flows of one universe."""

    def __init__(
        self, questions: Questions, display: Sequence[str], *, by_name: bool, named: Sequence[Named] = ()
    ) -> None:
        """`display` are the names of the population's workloads; `by_name` prefers them to what is true of them.
        `named` are sets of endpoints that have names of their own."""
        super().__init__(questions, by_name=by_name)
        self._display = display
        self._named = named
        self.orders = ORDERS

    def cover(
        self,
        scope: Sequence[Term],
        inside: Term,
        outside: Term,
        witness: Callable[[Sequence[Term]], FlowValues],
    ) -> Iterator[tuple[FlowValues, Region]]:
        """Cubes of the set, each with the flow that it was made from, until they cover the set (UNSAT of a flow in
        scope that is inside and in no cube).

        `inside` and `outside` are literals that are true of exactly the set's flows and of exactly the others;
        `witness` chooses a flow that satisfies the literals it is given. Raises BudgetExhausted.
        """
        beyond: list[Term] = []
        while self._questions.is_possible([*scope, inside, *beyond]):
            values = witness([*scope, inside, *beyond])
            region = self.generalise(values, scope, outside)
            yield values, region
            beyond.append(self._solver.literal(self._solver.negation(region.inside), "beyond"))

    def generalise(self, values: FlowValues, scope: Sequence[Term], outside: Term) -> Region:
        """A prime cube around a flow of the set: of several that differ in what is dropped first, that of fewest facts.
        UNSAT of a flow in scope that is in the cube and outside the set says that it lies inside."""
        facts, ranges = self._best(values, [*scope, outside])
        terms = [fact.term for fact in facts]
        terms += [self._flow.port_between(first, last) for first, last in ranges]
        return Region(self._cube(facts, ranges), self._solver.literal(self._solver.conjunction(terms), "cube"))

    def _best(self, values: FlowValues, outside: Sequence[Term]) -> tuple[list[Fact], Ranges]:
        """The facts and the ports of the cube that is easiest to read; the first that is short will do.

        If the first order does not lead to a short one, what the last leads to sets what the others must not exceed:
        they may end in many facts that say together what one could.
        """
        first, last = self._interval(values)
        plain = list(self.facts(values))
        pinned = [self._ports(first, last), *(self._literal(fact) for fact in plain)]
        facts = [*plain, *self._named_facts(pinned)]
        has_ports = values.protocol in PORT_PROTOCOLS
        answers = _Answers(self._questions, outside)

        def around(sorts: Sorts, most: Cost) -> tuple[list[Fact], Ranges] | None:
            ordered = sorted(facts, key=lambda fact: self.order(fact, sorts))
            try:
                return self._around(ordered, (first, last), has_ports, answers, most)
            except _TooLong:
                return None

        *others, plainest = self.orders
        short = around(others[0], _NONE) if others else None
        if short is not None:
            return short
        easiest = around(plainest, _UNBOUNDED)
        if easiest is None:
            raise RuntimeError("a cube without a bound is never too long")
        tried: list[tuple[list[Fact], Ranges]] = []
        for sorts in others:
            found = around(sorts, _cost(easiest[0]))
            if found is not None:
                tried.append(found)
                if len(found[0]) <= SHORT:
                    return min(tried, key=lambda one: _cost(one[0]))
        return min((*tried, easiest), key=lambda one: _cost(one[0]))

    def _around(
        self, facts: Sequence[Fact], ports: tuple[int, int], has_ports: bool, answers: _Answers, most: Cost
    ) -> tuple[list[Fact], Ranges]:
        """The facts and the ports of a prime cube; of the facts, all of a flow, the first are dropped first.

        Raises _TooLong where the cube is neither short nor as easy to read as `most` says.
        """
        first, last = ports
        bound = self._ports(first, last)
        literal_of = {id(fact): self._literal(fact) for fact in facts}

        def core(kept: Sequence[Fact], *bounds: Term) -> list[Fact] | None:
            literals = [literal_of[id(fact)] for fact in kept]
            used = answers.core([*bounds, *literals])
            if used is None:
                return None
            return [fact for fact, literal in zip(kept, literals, strict=True) if literal.value in used]

        kept = self._prime(facts, lambda some: core(some, bound), most)
        if core(kept) is not None:
            return self._prime(kept, core, _UNBOUNDED), ()
        if not has_ports:
            return kept, ()
        last = self._widest(last, self._ends(last), lambda end: core(kept, self._ports(first, end)) is not None)
        first = self._widest(first, self._starts(first), lambda start: core(kept, self._ports(start, last)) is not None)
        return kept, ((first, last),)

    def order(self, fact: Fact, sorts: Sorts) -> tuple[int, int]:
        """Facts that are lower are dropped first."""
        return -(fact.holds and isinstance(fact.predicate, sorts)), -fact.rank

    @staticmethod
    def _prime(facts: Sequence[Fact], core: Callable[[Sequence[Fact]], list[Fact] | None], most: Cost) -> list[Fact]:
        """Drop facts one by one, in their order, while the others suffice. Raises _TooLong as `_around` does.

        `core` gives those of some facts that suffice alone, or None. It saves questions and has no say in the outcome:
        a fact that it does without can go when its turn comes, as what more facts do not need, fewer do not either. For
        the same reason facts that can go together would all have gone one by one: ever longer runs of them are tried.
        """
        enough = core(facts)
        if enough is None:
            raise RuntimeError("a flow's facts do not put it inside the set")
        kept: list[Fact] = []
        rest = list(facts)
        run = 1
        while enough:
            used = {id(fact) for fact in enough}
            places = [place for place, fact in enumerate(rest) if id(fact) in used][:run]
            if not places:
                break
            after = rest[places[-1] + 1 :]
            without = core([*kept, *after])
            if without is not None:
                enough, rest, run = without, after, 2 * run
            elif len(places) == 1:
                kept.append(rest[places[0]])
                rest = after
                if len(kept) > SHORT and _cost(kept) > most:
                    raise _TooLong
            else:
                run = len(places) // 2
        return kept

    # Ports

    def _ports(self, first: int, last: int) -> Term:
        return self._solver.literal(self._flow.port_between(first, last), "ports")

    @cached_property
    def borders(self) -> list[int]:
        """The lowest port of every range that can be told from the next lower one."""
        return sorted(borders_of(self._universe))

    def _interval(self, values: FlowValues) -> tuple[int, int]:
        """The range of ports that cannot be told from the flow's."""
        if values.protocol not in PORT_PROTOCOLS:
            return 0, 0
        first = max(border for border in self.borders if border <= values.port)
        return first, min((border - 1 for border in self.borders if border > values.port), default=LAST_PORT)

    def _ends(self, last: int) -> list[int]:
        ends = [border - 1 for border in self.borders if border - 1 > last]
        return [*ends, LAST_PORT] if last < LAST_PORT else ends

    def _starts(self, first: int) -> list[int]:
        return [border for border in reversed(self.borders) if border < first]

    @staticmethod
    def _widest(now: int, ends: Sequence[int], fits: Callable[[int], bool]) -> int:
        """The last of ever wider ends that fits, else where it is now; if one does not fit, none after it does. Most
        ranges end where they are or soon after, and so the steps towards it double."""
        low, step = 0, 1
        while low < len(ends) and fits(ends[min(low + step, len(ends)) - 1]):
            low, step = min(low + step, len(ends)), 2 * step
        high = min(low + step, len(ends)) - 1
        while low < high:
            middle = (low + high) // 2
            if fits(ends[middle]):
                low = middle + 1
            else:
                high = middle
        return ends[low - 1] if low else now

    def _literal(self, fact: Fact) -> Term:
        return self._solver.literal(fact.term, "fact")

    def _named_facts(self, flow: Sequence[Term]) -> Iterator[Fact]:
        """Which of the named sets the flow's sides are in; its other facts, given as literals, decide that."""
        if not self._named or not self._questions.is_possible(flow):
            return
        terms = [self._universe.encoder.term(one.predicate) for one in self._named]
        truths = [self._solver.truth(term) for term in terms]
        for one, term, holds in zip(self._named, terms, truths, strict=True):
            yield Fact(one.side, one.predicate, holds, 8, term if holds else self._solver.negation(term))

    # Values

    def _cube(self, facts: Sequence[Fact], ranges: tuple[tuple[int, int], ...]) -> Cube:
        ordered = sorted((fact for fact in facts if not fact.elsewhere), key=lambda fact: fact.rank)
        of = {
            side: tuple((fact.predicate, fact.holds) for fact in ordered if fact.side is side)
            for side in (Side.SOURCE, Side.DESTINATION)
        }
        shared = [fact for fact in ordered if fact.side is None]
        matters = {matter.value: matter for matter in Matter}
        protocols = [fact.predicate.number for fact in shared if isinstance(fact.predicate, ProtocolIs)]
        relations = tuple(
            (fact.predicate, fact.holds) for fact in shared if not isinstance(fact.predicate, ProtocolIs | Choice)
        )
        elsewhere = tuple((fact.side, fact.predicate, fact.holds) for fact in facts if fact.elsewhere)
        return Cube(
            source=self._side(of[Side.SOURCE]),
            destination=self._side(of[Side.DESTINATION]),
            relations=relations,
            protocol=protocols[0] if protocols else None,
            ports=ranges,
            choices=tuple(
                (matters[fact.predicate.name], fact.holds) for fact in shared if isinstance(fact.predicate, Choice)
            ),
            elsewhere=elsewhere,
            where=tuple(relation_words(*one) for one in relations),
            where_elsewhere=tuple(elsewhere_words(*one) for one in elsewhere),
        )

    def _side(self, facts: tuple[tuple[Predicate, bool], ...]) -> CubeSide:
        return CubeSide(facts, side_words(facts, self._display, {one.predicate: one.words for one in self._named}))


def _cost(facts: Sequence[Fact]) -> Cost:
    """How hard facts are to read: those of the flow as a whole more than those of a side."""
    return sum(fact.side is None and not isinstance(fact.predicate, ProtocolIs) for fact in facts), len(facts)
