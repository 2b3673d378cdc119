"""Every independent way in which an invariant is violated, not only the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from netqed.analysis.cubes import Cubes, Named
from netqed.analysis.results import WayIn, WaysIn, Witness
from netqed.analysis.session import Session
from netqed.analysis.wishes import Candidates, Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.lowering.reasons import peer_rule, unneeded
from netqed.plugins.matters import SPEC, Matter
from netqed.reference.flow import DirectionDecision, Reason, RuleMatch
from netqed.spec.rendering import render_endpoint
from netqed.spec.sentences import (
    CannotReach,
    CanReach,
    Endpoint,
    Invariant,
    Isolated,
    NoOtherNamespace,
    NoOtherValue,
    OnlyCanReach,
)
from netqed_smt.model import Choice, Direction, Predicate, Side
from netqed_smt.question import FlowValues
from netqed_smt.solver import Term

SHOWN: Final = 12
"""Ways in that are worked out; of more only that there are more is told."""

SHOWN_OF_MANY: Final = 6
"""The same among so many workloads that each takes a tenth of a second: as many as the text shows anyway."""

MANY: Final = 500
"""How many workloads that policies can tell apart are many."""

Key = tuple[str, ...]


@dataclass
class Families:
    """The ways in of one session's refutations."""

    session: Session
    wishes: Wishes
    maker: WitnessMaker
    _terms: dict[Key, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Reasons may speak of matters that no policy turns on: those are decided as in the witnesses' readings."""
        solver, encoder = self.session.solver, self.session.universe.encoder
        for matter in Matter:
            if matter not in self.session.matters:
                term = encoder.term(Choice(matter.value))
                solver.require(term if matter in SPEC else solver.negation(term))

    def ways(
        self,
        invariant: Invariant,
        witness: Witness,
        scope: Sequence[Term],
        violation: Sequence[Term],
        candidates: Candidates,
    ) -> WaysIn:
        """The families of violating flows. `violation` are literals that are true of exactly the flows that violate the
        invariant; `witness` is the one that its verdict shows.

        Each family is a set of flows that one thing lets out and one thing lets in, cut down to a cube: all of it
        violates the invariant (UNSAT of a flow in scope that is in the cube and outside the set). Where nothing is left
        out, no violating flow lies outside all of them (UNSAT of the violation beyond every cube). Raises
        BudgetExhausted where the solver cannot tell.
        """
        solver = self.session.solver
        found: list[tuple[WayIn, Term, Term]] = []
        left_out: int | None = 0
        cubes = self._cubes(invariant, scope)
        shown = SHOWN if len(self.session.universe.classes) < MANY else SHOWN_OF_MANY
        while self.session.questions.is_possible([*scope, *violation, *(beyond for _, _, beyond in found)]):
            if len(found) == shown:
                left_out = None
                break
            rest = [*scope, *violation, *(beyond for _, _, beyond in found)]
            way, inside = self._way(self.wishes.narrow(rest, candidates), scope, violation, cubes)
            found.append((way, inside, solver.literal(solver.negation(inside), "beyond")))
        for one in list(found):
            others = [beyond for other in found if other is not one for beyond in other[2:]]
            if others and not self.session.questions.is_possible([*scope, one[1], *others]):
                found.remove(one)
        return WaysIn(tuple(way for way, _, _ in found), left_out, self._is_unique(witness, scope, violation))

    def _way(
        self, values: FlowValues, scope: Sequence[Term], violation: Sequence[Term], cubes: Cubes
    ) -> tuple[WayIn, Term]:
        witness = self.maker.witness(values, allowed=True)
        reasons = [_reason(witness.decision.egress), _reason(witness.decision.ingress)]
        solver = self.session.solver
        both = [self._term(Direction.EGRESS, reasons[0]), self._term(Direction.INGRESS, reasons[1])]
        outside = solver.literal(solver.negation(solver.conjunction([*violation, *both])), "outside")
        region = cubes.generalise(values, scope, outside)
        return WayIn(region.cube, witness, reasons[0], reasons[1]), region.inside

    def _cubes(self, invariant: Invariant, scope: Sequence[Term]) -> Cubes:
        display = [workload.display for workload in self.session.roster.workloads]
        by_name = any(literal is self.session.universe.now for literal in scope)
        named = [
            Named(side, self.session.endpoints.member(endpoint, side), render_endpoint(endpoint))
            for side, endpoint in _sides(invariant)
        ]
        return Cubes(self.session.questions, display, by_name=by_name, named=named)

    @cached_property
    def _unneeded(self) -> dict[Direction, dict[str, Predicate]]:
        return {direction: unneeded(self.session.cluster.policies, direction) for direction in Direction}

    def _term(self, direction: Direction, reason: RuleMatch | Reason) -> Term:
        """A term that is true of the flows that the direction lets through for this reason."""
        key: Key = (
            (direction.value, reason.policy.key, str(reason.rule), str(reason.peer))
            if isinstance(reason, RuleMatch)
            else (direction.value, reason)
        )
        if key not in self._terms:
            encoder, governed = self.session.universe.encoder, direction.governed
            if isinstance(reason, RuleMatch):
                rule = peer_rule(reason.policy, direction, reason.rule, reason.peer)
                term = self.session.solver.conjunction(
                    (
                        encoder.term(rule.subject, governed),
                        encoder.term(rule.peer, governed.other),
                        encoder.term(rule.traffic),
                    )
                )
            else:
                term = encoder.term(self._unneeded[direction][reason], governed)
            self._terms[key] = term
        return self._terms[key]

    def _is_unique(self, witness: Witness, scope: Sequence[Term], violation: Sequence[Term]) -> bool:
        """Whether every violating flow has the witness's workloads, protocol and port (UNSAT of any other)."""
        if not witness.real or None in (witness.source.workload, witness.destination.workload):
            return False
        universe, solver = self.session.universe, self.session.solver
        workloads = self.session.roster.workloads
        same = [
            universe.flow.protocol_is(witness.protocol),
            universe.flow.port_between(witness.port or 0, witness.port or 0),
        ]
        for side, end in ((universe.flow.source, witness.source), (universe.flow.destination, witness.destination)):
            own = [one for one in universe.classes if any(workloads[index] is end.workload for index in one.members)]
            if len(own) != 1 or not own[0].is_single:
                return False
            same.append(side.in_class(own[0].code))
        other = solver.literal(solver.negation(solver.conjunction(same)), "other")
        return not self.session.questions.is_possible([*scope, *violation, other])


def _sides(invariant: Invariant) -> Iterator[tuple[Side, Endpoint]]:
    """The endpoints that the invariant names, each with the side on which it stands."""
    match invariant:
        case CannotReach(source, destination) | OnlyCanReach(source, destination) | CanReach(source, destination):
            yield Side.SOURCE, source
            yield Side.DESTINATION, destination
        case Isolated(inside, outside):
            for endpoint in (inside, outside):
                if endpoint is not None:
                    yield Side.SOURCE, endpoint
                    yield Side.DESTINATION, endpoint
        case NoOtherNamespace() | NoOtherValue():
            return


def _reason(decision: DirectionDecision) -> RuleMatch | Reason:
    return decision.matches[0] if decision.matches else decision.reason
