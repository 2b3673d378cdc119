"""Two inputs encoded once, for questions about flows that one side allows and the other does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from netqed.analysis.asking import Asking, Guard
from netqed.analysis.difference_results import DifferingFlow, Sign
from netqed.analysis.endpoints import Endpoints
from netqed.analysis.questions import ASKED
from netqed.analysis.roster import Roster
from netqed.analysis.session import assumed, constraints_of, words_of_ranges
from netqed.analysis.wishes import Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.lowering.layers import lower
from netqed.plugins.matters import Matter
from netqed.plugins.table import answers_of
from netqed.reference.flow import Direction as FlowDirection
from netqed.resources.cluster import Cluster
from netqed_smt.footprint import Footprint
from netqed_smt.model import Direction
from netqed_smt.question import FlowValues, Questions
from netqed_smt.solver import DEFAULT_RLIMIT, Solver, Term
from netqed_smt.twins import Twins
from netqed_smt.universe import Universe

OLD: Final = 0
NEW: Final = 1

HONOURED: Final[Mapping[Matter, bool]] = {Matter.END_PORT: True}
"""What is taken for granted where no plugin is named: no known one ignores `endPort`. Else no range of ports could be
written in another way and mean the same. What rests on it says so."""


class Comparison(Asking):
    """The universes of both sides, one where they say the same of everybody, and both sides' policies on its flows.

    Of each pair below the first is OLD's and the second NEW's.
    """

    def __init__(
        self,
        old: Roster,
        new: Roster,
        rlimit: int | None = None,
        cni: str | None = None,
        *,
        namespace: str | None = None,
    ) -> None:
        """`old` and `new` hold the same endpoints (`difference_sides.rosters`). With `namespace` only its policies are
        there, which decide alone what its pods send and take. ValueError where netqed has no verdicts for the plugin.
        """
        fixed = HONOURED if cni is None else answers_of(cni)
        self.rosters = (old, new)
        self._rlimit, self._cni = rlimit, cni
        self._parts: dict[str, Comparison] = {}
        footprint = Footprint()
        layers = [lower(_within(roster.cluster, namespace), reading=None) for roster in self.rosters]
        for one in layers:
            footprint.add_layers(one)
        constraints = constraints_of(
            [(roster.spec.assumptions, Endpoints(roster)) for roster in self.rosters], footprint
        )
        solver = Solver(DEFAULT_RLIMIT if rlimit is None else rlimit)
        self.universes = _universes(solver, (old, new), footprint)
        encoders = [universe.encoder for universe in self.universes]
        self.lets = tuple(
            {direction: solver.literal(encoder.allowed(one, direction)) for direction in Direction}
            for encoder, one in zip(encoders, layers, strict=True)
        )
        """A literal for each direction of each side: the side's policies of that direction let the flow through."""
        self._allowed = [solver.literal(solver.conjunction(lets.values())) for lets in self.lets]
        self.asked = solver.literal(solver.disjunction([encoder.term(ASKED) for encoder in encoders]))
        """A literal of the flows that are asked about at all: those that are on one side or the other."""
        super().__init__(
            Questions(self.universes[NEW]),
            now=solver.literal(solver.conjunction([universe.now for universe in self.universes])),
            ranges=Guard(
                solver.literal(solver.conjunction([universe.ranges for universe in self.universes])),
                words_of_ranges(new.spec),
            ),
            assumptions=[
                assumed(solver, stated, [encoder.term(one) for encoder, one in zip(encoders, predicates, strict=True)])
                for stated, *predicates in zip(new.spec.assumptions, *constraints, strict=True)
            ],
            fixed=fixed,
        )
        self.readers = tuple(Questions(universe) for universe in self.universes)
        self._wishes = [Wishes(reader) for reader in self.readers]
        self._makers = [
            WitnessMaker(roster, universe) for roster, universe in zip(self.rosters, self.universes, strict=True)
        ]

    @property
    def is_one(self) -> bool:
        """Whether both sides say the same of every endpoint, so that only policies can differ."""
        return self.universes[OLD] is self.universes[NEW]

    def blocked(self, literal: Term) -> Term:
        """The opposite of a literal of `lets`."""
        return self.solver.literal(self.solver.negation(literal))

    def differing(self, sign: Sign) -> list[Term]:
        """Literals that hold of exactly the flows that are gained, or lost."""
        allowing, blocking = (NEW, OLD) if sign == "gained" else (OLD, NEW)
        return [self.asked, self._allowed[allowing], self.blocked(self._allowed[blocking])]

    def flow(self, sign: Sign, literals: Sequence[Term]) -> DifferingFlow:
        """The most natural flow, gained or lost, that satisfies the literals, of which some flow must; replayed on both
        sides. Raises as `narrowed` and `replayed` do."""
        return self.replayed(sign, self.narrowed(sign, literals))

    def narrowed(self, sign: Sign, literals: Sequence[Term]) -> tuple[FlowValues, ...]:
        """The most natural flow that satisfies the literals, of which some flow must, as each side has it.

        The order is that of `netqed.analysis.wishes`, by what the side that allows the flow says of it; then, where
        that leaves anything open, by what the other says. Raises BudgetExhausted.
        """
        first = NEW if sign == "gained" else OLD
        order = (first,) if self.is_one else (first, OLD + NEW - first)
        while True:
            kept = list(literals)
            for side in order:
                kept = self._wishes[side].narrowed(kept).assumptions
            if not self.questions.is_possible(kept):
                raise RuntimeError("the wishes contradict the question")
            values = tuple(reader.read() for reader in self.readers)
            taken = [self._wishes[side].exclude_taken(values[side]) for side in order]
            if not any(taken):
                return values

    def replayed(
        self,
        sign: Sign,
        values: tuple[FlowValues, ...],
        directions: tuple[FlowDirection, ...] = ("ingress", "egress"),
    ) -> DifferingFlow:
        """The flow, judged on both sides by all policies. Raises Disagreement where the evaluator does not decide that
        it is gained, or lost, as far as these directions go."""
        first = NEW if sign == "gained" else OLD
        (source, destination), (source_too, destination_too) = (one.at_nodes for one in values)
        at_nodes = (source or source_too, destination or destination_too)
        members = self._makers[first].members(values[first], at_nodes)
        old, new = (
            maker.witness(one, allowed=side == first, members=members, directions=directions)
            for side, (maker, one) in enumerate(zip(self._makers, values, strict=True))
        )
        return DifferingFlow(old, new)

    def of_namespace(self, namespace: str) -> Comparison:
        """The comparison of one namespace's policies alone; whatever they say of a flow, all say of its pods."""
        if namespace not in self._parts:
            self._parts[namespace] = Comparison(*self.rosters, self._rlimit, self._cni, namespace=namespace)
        return self._parts[namespace]

    def close(self) -> None:
        """Free the solvers; nothing can be asked afterwards."""
        for part in self._parts.values():
            part.close()
        self.solver.close()


def _within(cluster: Cluster, namespace: str | None) -> Cluster:
    if namespace is None:
        return cluster
    return replace(cluster, policies=tuple(one for one in cluster.policies if one.namespace == namespace))


def _universes(solver: Solver, rosters: tuple[Roster, Roster], footprint: Footprint) -> tuple[Universe, Universe]:
    old, new = (roster.population for roster in rosters)
    if old == new:
        universe = Universe(solver, old, footprint)
        return universe, universe
    return Twins(solver, old, new, footprint).universes
