"""On which network plugins a refuted invariant is refuted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from netqed.analysis.results import Portability, Witness
from netqed.analysis.session import Session
from netqed.plugins.matters import SPEC, Matter
from netqed.plugins.table import SUPPORTED, completions
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressEnd, Direction, End, PodEnd
from netqed.reference.policies import rules_of
from netqed.resources.objects import NetworkPolicy
from netqed_smt.solver import Term

TCP_UDP_SCTP: Final = frozenset({6, 17, 132})

MOST_SEARCHES: Final = 8
"""Other witnesses sought, after which a plugin with answers that are not verified counts as one where it may happen."""

_Answers = frozenset[tuple[Matter, bool]]
_Where = Literal["refuted", "open", "holds"]


def portability(
    session: Session, witness: Witness, violation: Sequence[Term], find: Callable[[Sequence[Term]], Witness]
) -> Portability:
    """Where the violation happens. `violation` are literals that hold of exactly the violating flows in scope, and
    `find` gives the witness of such literals, of which there must be one.

    Raises BudgetExhausted where the solver cannot tell.
    """
    readings = _Readings(session, violation, find)
    turns_on = readings.learn(witness)
    lists: dict[_Where, list[str]] = {"refuted": [], "open": [], "holds": []}
    known: dict[frozenset[tuple[Matter, bool]], _Where] = {}
    for plugin in SUPPORTED:
        fixed = {matter: yes for matter, yes in plugin.fixed.items() if matter in session.matters}
        key = frozenset(fixed.items())
        if key not in known:
            known[key] = readings.where(fixed)
        lists[known[key]].append(plugin.title)
    return Portability(
        reading=witness.world.reading,
        turns_on=turns_on,
        by_spec=witness.world.reading == SPEC,
        refuted_on=tuple(lists["refuted"]),
        open_on=tuple(lists["open"]),
        holds_on=tuple(lists["holds"]),
    )


class _Readings:
    """Which readings a violation happens under, learnt as far as somebody asks: answers under which it does whatever
    the others are, and answers under which it does not."""

    def __init__(self, session: Session, violation: Sequence[Term], find: Callable[[Sequence[Term]], Witness]) -> None:
        self._session = session
        self._violation = violation
        self._find = find
        self._refuted: list[_Answers] = []
        self._holds: list[_Answers] = []
        self._searches = MOST_SEARCHES

    def learn(self, witness: Witness) -> tuple[tuple[Matter, bool], ...]:
        """The answers that the witness needs."""
        needed = _Steady(witness, self._session.matters).needed()
        self._refuted.append(frozenset(needed))
        return needed

    def where(self, fixed: Mapping[Matter, bool]) -> _Where:
        """Whether it happens under every reading with these answers, under none, or under some."""
        answers = frozenset(fixed.items())
        if _covers(self._refuted, answers):
            return "refuted"
        if _covers(self._holds, answers) or not self._happens(answers):
            return "holds"
        if len(fixed) == len(self._session.matters):
            return "refuted"
        for reading in completions(fixed, frozenset(self._session.matters)):
            whole = frozenset((matter, matter in reading) for matter in self._session.matters)
            if _covers(self._refuted, whole):
                continue
            if not self._searches or _covers(self._holds, whole) or not self._happens(whole):
                return "open"
            self._searches -= 1
            self.learn(self._find([*self._violation, *self._session.reading(dict(whole))]))
        return "refuted"

    def _happens(self, answers: _Answers) -> bool:
        """SAT: it happens under some reading with these answers. UNSAT: under none, and under none with those among
        them that the solver needed for that."""
        literals = {id(one[1]): one for one in self._literals(answers)}
        assumptions = [*self._violation, *(literal for _, literal in literals.values())]
        if self._session.questions.is_possible(assumptions):
            return True
        core = self._session.solver.core(assumptions)
        self._holds.append(frozenset(literals[id(one)][0] for one in core if id(one) in literals))
        return False

    def _literals(self, answers: _Answers) -> Iterator[tuple[tuple[Matter, bool], Term]]:
        for matter, yes in sorted(answers, key=lambda one: one[0].value):
            yield (matter, yes), self._session.answer(matter, yes)


def _covers(known: Iterable[_Answers], answers: _Answers) -> bool:
    """Whether what is known of some answers holds under these."""
    return any(one <= answers for one in known)


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
    yield from (Matter.END_PORT, Matter.OMITTED_DIRECTION)
    governed: tuple[tuple[Direction, End, Matter], ...] = (
        ("ingress", witness.flow.destination, Matter.INGRESS_PORT_NAMES),
        ("egress", witness.flow.source, Matter.EGRESS_PORT_NAMES),
    )
    for direction, end, matter in governed:
        if _has_port_name(witness.world.policies, direction, end):
            yield from (matter, Matter.UNREAD_PORT_NAMES, Matter.UNREAD_NAMES_BESIDE_NUMBERS)


def _has_port_name(policies: Iterable[NetworkPolicy], direction: Direction, governed: End) -> bool:
    """Whether some rule that may govern this side, in this direction, has a port's name."""
    return isinstance(governed, PodEnd) and any(
        isinstance(port.port, str)
        for policy in policies
        if policy.namespace == governed.namespace
        for rule in rules_of(policy, direction)
        for port in rule.ports or ()
    )


def _is_node(end: End) -> bool:
    return isinstance(end, AddressEnd) and end.node is not None
