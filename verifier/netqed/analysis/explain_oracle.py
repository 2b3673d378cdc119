"""Flows decided for an explanation: where an address or a plugin's answer is not known, in every case of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from netqed.analysis.disagreement import Disagreement
from netqed.analysis.explain_ranges import cut, representative
from netqed.analysis.explain_sides import Sides
from netqed.analysis.explain_tries import Tries, blocks_of
from netqed.analysis.explain_values import AtAddresses, Decider, SideName
from netqed.analysis.flow_readings import Answers, Case, decisions, verdict
from netqed.analysis.pinned import EncodingJudge
from netqed.plugins.matters import Matter
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import (
    AddressNeeded,
    Decision,
    Direction,
    DirectionDecision,
    Flow,
    PodEnd,
    Reason,
    RuleMatch,
    World,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """A flow whose addresses are known as far as they matter, with its decisions: one a case of what is not known of
    the plugin."""

    flow: Flow
    cases: tuple[Case, ...]
    at: tuple[AtAddresses, ...] = ()
    """The addresses that it stands for, where the input does not give them."""

    @property
    def decision(self) -> Decision:
        """That under the reading nearest to `spec`."""
        return self.cases[0].decision


class Oracle:
    """Decides flows of one world, whose reading agrees with the plugin's known answers."""

    def __init__(
        self,
        world: World,
        answers: Answers,
        tries: Tries,
        sides: Sides,
    ) -> None:
        """`sides` says where a side without an address may have its, and which addresses others have."""
        self.world = world
        self._answers = answers
        self._open = any(matter not in answers for matter in Matter)
        self._evaluator = Evaluator(world)
        self._tries = tries
        self._sides = sides
        self._judge = EncodingJudge()

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator of this world."""
        return self._evaluator

    def settle(self, flow: Flow, *, checked: bool = False) -> tuple[Settled, ...]:
        """The flow's decisions: more than one where they depend on an address that is not known, one for each part of
        the addresses that it may have. `checked` holds each of them against the encoding, and raises Disagreement."""
        try:
            cases = self._cases(flow)
        except AddressNeeded as needed:
            if checked:
                self._check_open(flow)
            return tuple(self._at_addresses(flow, needed.side, checked=checked))
        if checked:
            self._check(flow, cases)
        return (Settled(flow, cases),)

    def decider(self, flow: Flow, *, checked: bool = False) -> Decider:
        """What decides the flow; open where that is not the same in all cases."""
        return common([case.decision for one in self.settle(flow, checked=checked) for case in one.cases])

    def _cases(self, flow: Flow) -> tuple[Case, ...]:
        if not self._open:
            return (Case(self._evaluator.decide(flow), {}, self.world.reading, frozenset()),)
        found = decisions(self._evaluator, flow, self._answers)
        own = self.world.reading
        return tuple(sorted(found, key=lambda case: any(yes != (m in own) for m, yes in case.taken.items())))

    def _at_addresses(self, flow: Flow, side: SideName, *, checked: bool) -> Iterable[Settled]:
        end, opposite = (flow.source, flow.destination) if side == "source" else (flow.destination, flow.source)
        direction: Direction = "ingress" if side == "source" else "egress"
        family = None if opposite.address is None else opposite.address.version
        blocks = list(blocks_of(self._tries.policies_of(opposite), direction))
        for part in cut(self._sides.unknown(end), blocks):
            address = representative(part, self._sides.taken) or part[0]
            if family not in (None, address.version) or not isinstance(end, PodEnd):
                continue
            placed = replace(end, address=address)
            settled = replace(flow, source=placed) if side == "source" else replace(flow, destination=placed)
            for one in self.settle(settled, checked=checked):
                yield replace(one, at=(AtAddresses(side, (part,)), *one.at))

    def _check(self, flow: Flow, cases: Sequence[Case]) -> None:
        """Disagreement where the encoding does not say the same of the flow in each case."""
        for case in cases:
            expected = (case.decision.ingress.allowed, case.decision.egress.allowed)
            answers = {**self._answers, **case.taken} if self._open else None
            try:
                encoded = self._judge.decide(flow, self.world, answers)
            except AddressNeeded:
                encoded = (None, None)
            if encoded != expected:
                world = replace(self.world, reading=case.reading)
                raise Disagreement(flow, world, reference=expected, encoding=encoded)

    def _check_open(self, flow: Flow) -> None:
        """Disagreement where the verdict hangs on an address for the evaluator, and not for the encoding."""
        try:
            encoded = self._judge.decide(flow, self.world, self._answers if self._open else None)
        except AddressNeeded:
            return
        if not self._open:
            raise Disagreement(flow, self.world, reference=(None, None), encoding=encoded)

    def elsewhere(self, flow: Flow, answers: Answers) -> bool | None:
        """Whether the flow passes on a plugin of these answers; None where that turns on one that is not verified, or
        on an address."""
        try:
            cases = decisions(self._evaluator, flow, answers)
        except AddressNeeded:
            return None
        said = [(case.decision.ingress.allowed, case.decision.egress.allowed) for case in cases]
        return verdict(cases, said).allowed


def brief(decision: Decision) -> Decider:
    """What decided a flow."""
    return Decider(decision.allowed, _first(decision.egress), _first(decision.ingress))


def common(found: Sequence[Decision]) -> Decider:
    """What decided all of some flows; what is not the same of all is None."""
    deciders = [brief(decision) for decision in found]
    return Decider(
        same([one.allowed for one in deciders]),
        same([one.egress for one in deciders]),
        same([one.ingress for one in deciders]),
    )


def same(values: Sequence[T | None]) -> T | None:
    """The value that all are; None where they differ."""
    return values[0] if values and all(value == values[0] for value in values) else None


def key_of(decider: Decider, *directions: Direction) -> tuple[object, ...]:
    """The verdict and, of these directions, the rule or the reason that decided: what is the same of all flows that are
    decided alike. Which item of a rule matched plays no part."""
    found = [decider.ingress if direction == "ingress" else decider.egress for direction in directions]
    return decider.allowed, *((one.policy.key, one.rule) if isinstance(one, RuleMatch) else one for one in found)


def _first(decision: DirectionDecision) -> RuleMatch | Reason:
    return decision.matches[0] if decision.matches else decision.reason
