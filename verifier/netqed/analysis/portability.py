"""On which network plugins a refuted invariant is refuted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from netqed.analysis.results import Portability, Witness
from netqed.analysis.session import Session
from netqed.plugins.matters import SPEC, Matter
from netqed.plugins.table import SUPPORTED, completions
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressEnd, End, PodEnd
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer, Term

TCP_UDP_SCTP: Final = frozenset({6, 17, 132})


def portability(session: Session, witness: Witness, violation: Sequence[Term]) -> Portability:
    """Where the violation happens. `violation` are literals that hold of exactly the violating flows in scope.

    SAT under a plugin's verified answers: some flow violates the invariant there, or may, if that turns on an answer
    that is not verified. UNSAT: the invariant holds on it. Raises BudgetExhausted where the solver cannot tell.
    """
    steady = _Steady(witness, session.matters)
    refuted_on: list[str] = []
    open_on: list[str] = []
    holds_on: list[str] = []
    known: dict[frozenset[tuple[Matter, bool]], list[str]] = {}
    for plugin in SUPPORTED:
        fixed = {matter: yes for matter, yes in plugin.fixed.items() if matter in session.matters}
        key = frozenset(fixed.items())
        if key not in known:
            known[key] = _where(session, steady, fixed, violation, (refuted_on, open_on, holds_on))
        known[key].append(plugin.title)
    return Portability(
        reading=witness.world.reading,
        turns_on=steady.needed(),
        by_spec=witness.world.reading == SPEC,
        refuted_on=tuple(refuted_on),
        open_on=tuple(open_on),
        holds_on=tuple(holds_on),
    )


def _where(
    session: Session,
    steady: _Steady,
    fixed: Mapping[Matter, bool],
    violation: Sequence[Term],
    lists: tuple[list[str], list[str], list[str]],
) -> list[str]:
    """The list that plugins with these answers belong to."""
    refuted_on, open_on, holds_on = lists
    if steady.holds(fixed):
        return refuted_on
    match session.questions.ask([*violation, *session.reading(fixed)]):
        case Answer.UNSAT:
            return holds_on
        case Answer.UNKNOWN:
            raise BudgetExhausted
        case Answer.SAT:
            return refuted_on if len(fixed) == len(session.matters) else open_on


class _Steady:
    """Whether the witness violates its invariant under every reading that has given answers."""

    def __init__(self, witness: Witness, matters: Iterable[Matter]) -> None:
        self._witness = witness
        self._relevant = tuple(matter for matter in matters if matter in {*_relevant(witness)})
        self._known: dict[frozenset[Matter], bool] = {}

    def holds(self, fixed: Mapping[Matter, bool]) -> bool:
        """Whether the flow is decided as in the witness, whatever the matters without an answer are."""
        among = frozenset(self._relevant)
        return all(self._is_kept(one.yes & among) for one in completions(fixed, among))

    def _is_kept(self, yes: frozenset[Matter]) -> bool:
        if yes not in self._known:
            world = self._witness.world
            others = world.reading.yes - {*self._relevant}
            reading = replace(world.reading, yes=others | yes)
            decision = Evaluator(replace(world, reading=reading)).decide(self._witness.flow)
            self._known[yes] = decision.allowed == self._witness.decision.allowed
        return self._known[yes]

    def needed(self) -> tuple[tuple[Matter, bool], ...]:
        """Answers of the witness's reading that suffice for it whatever the others are, none of which can go."""
        needed = {matter: matter in self._witness.world.reading for matter in self._relevant}
        for matter in self._relevant:
            fewer = {other: yes for other, yes in needed.items() if other is not matter}
            if self.holds(fewer):
                needed = fewer
        return tuple(needed.items())


def _relevant(witness: Witness) -> Iterator[Matter]:
    """The matters that can play a part in this flow's verdict at all: the others speak of endpoints or traffic that it
    has none of."""
    ends = (witness.flow.source, witness.flow.destination)
    hosts = [isinstance(end, PodEnd) and end.host_network for end in ends]
    if any(hosts):
        yield from (Matter.HOST_PODS_GOVERNED, Matter.HOST_PODS_SELECTED, Matter.HOST_PODS_BY_NAMESPACE)
    if any(hosts) or any(map(_is_node, ends)):
        yield from (Matter.OWN_NODE_INGRESS, Matter.OWN_NODE_EGRESS, Matter.BLOCK_NODES)
    if any(isinstance(end, PodEnd) and not end.host_network for end in ends):
        yield Matter.BLOCK_PODS
    if witness.protocol not in TCP_UDP_SCTP:
        yield Matter.OTHER_PROTOCOLS
    yield from (Matter.END_PORT, Matter.EGRESS_PORT_NAMES, Matter.OMITTED_DIRECTION)


def _is_node(end: End) -> bool:
    return isinstance(end, AddressEnd) and end.node is not None
