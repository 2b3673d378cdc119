"""One flow explained: who the two sides are, what decides it in each direction and what else was tried, and the ports,
members and addresses that are decided otherwise: the whole of `netqed explain` but for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from netqed.analysis.assumptions import violations
from netqed.analysis.check import basis
from netqed.analysis.endpoints import Endpoints
from netqed.analysis.explain_caveats import caveats
from netqed.analysis.explain_members import Others
from netqed.analysis.explain_oracle import Oracle, Settled, brief, common, key_of
from netqed.analysis.explain_ports import chosen_port, ports_decided
from netqed.analysis.explain_ranges import joined
from netqed.analysis.explain_sides import ANY_NODE, Member, Side, Sides, named_namespaces, readable
from netqed.analysis.explain_tries import Tries
from netqed.analysis.explain_values import (
    Answering,
    AtAddresses,
    Elsewhere,
    Explanation,
    OnOneNode,
    OpenCase,
)
from netqed.analysis.flow_ends import Directory
from netqed.analysis.flow_readings import SPEC_ANSWERS, Answers, verdict
from netqed.analysis.membership import Membership
from netqed.analysis.results import PROTOCOL_NAMES, Witness, WitnessEnd
from netqed.analysis.roster import Roster
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import SUPPORTED, answers_of
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressEnd, AddressNeeded, Decision, End, Flow, PodEnd
from netqed.reference.ports import protocol_number
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Workload
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Spec
from netqed.spec.sentences import CanReach, Endpoint, Ports

EVERY: Final = 8
"""Candidates of a side, of each set of IP families, among which a pair is looked for."""

Candidate = Workload | Member


@dataclass(frozen=True, slots=True)
class Asked:
    """A side as it was asked for: its text, and what that resolved to."""

    text: str
    endpoint: Endpoint


def explain(
    cluster: Cluster, spec: Spec, source: Asked, destination: Asked, ports: Ports = (), *, cni: str | None = None
) -> Explanation:
    """Explain the most natural flow from one side to the other: real workloads before hypothetical ones, those on the
    pod network first, two that differ rather than replicas, a port that the destination declares.

    `spec` is resolved; its namespaces, workloads, cluster and assumptions apply. `cni` is the plugin by whose answers
    the policies are read, or `spec`, which None is as well; with None, known plugins that decide the flow otherwise are
    named. Raises InputError where there is no flow between the two, and Disagreement where the encoding decides the
    flow, or some port, otherwise than the evaluator.
    """
    roster = Roster(cluster, spec)
    _require_kept(roster)
    answers = SPEC_ANSWERS if cni is None else answers_of(cni)
    reading = Reading(frozenset(m for m in Matter if answers.get(m, m in SPEC)))
    world = replace(
        roster.world, namespaces={**named_namespaces(roster), **(roster.world.namespaces or {})}, reading=reading
    )
    sides = Sides(roster, world)
    found = (
        sides.side(source.text, source.endpoint, "<source>"),
        sides.side(destination.text, destination.endpoint, "<destination>"),
    )
    tries = Tries(world)
    oracle = Oracle(world, answers, tries, sides)
    chosen = _Pair.of(sides, found, ports)
    flow = Flow(chosen.source.end, chosen.destination.end, 6, 1)
    table = ports_decided(oracle, tries, flow, ports)
    protocol, port = chosen_port(flow, ports, table)
    flow = replace(flow, protocol=protocol, port=port)
    settled = oracle.settle(flow, checked=True)
    if not settled:
        raise InputError([Problem(f"{source.text} and {destination.text} have no IP family in common")])
    shown = settled[0]
    witness = _witness(chosen, shown, world.reading, oracle)
    cases = _cases(settled, oracle, sides)
    return Explanation(
        source=Others(sides, oracle, tries, shown.flow, "source", chosen.workloads[1]).explained(
            found[0], chosen.source
        ),
        destination=Others(sides, oracle, tries, shown.flow, "destination", chosen.workloads[0]).explained(
            found[1], chosen.destination
        ),
        asked=ports,
        witness=witness,
        egress=tries.direction(shown.flow, shown.decision.egress),
        ingress=tries.direction(shown.flow, shown.decision.ingress),
        ports=table,
        cases=cases,
        elsewhere=tuple(_elsewhere(oracle, shown)) if cni is None else (),
        caveats=tuple(
            dict.fromkeys(
                caveats(sides, tries, shown, witness, found, CanReach(source.endpoint, destination.endpoint, ports))
            )
        ),
        reading=cni or "spec",
        basis=basis(roster, cni or "spec"),
    )


def _require_kept(roster: Roster) -> None:
    """InputError where the input violates an assumption of the spec."""
    endpoints, membership = Endpoints(roster), Membership(roster)
    problems = [one for stated in roster.spec.assumptions for one in violations(stated, endpoints, membership)]
    if problems:
        raise InputError(problems)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two endpoints of the flow that is explained, and the workloads that they are, if any."""

    source: Member
    destination: Member
    workloads: tuple[Workload | None, Workload | None]

    @classmethod
    def of(cls, sides: Sides, found: tuple[Side, Side], ports: Ports) -> _Pair:
        """The first pair in the order of preference that has an IP family in common."""
        sources = _few(sides, _candidates(sides, found[0]))
        destinations = _few(sides, sorted(_candidates(sides, found[1]), key=lambda one: _undeclared(one, ports)))
        pairs = [(one, other) for one in sources for other in destinations]
        pairs.sort(key=lambda pair: _is_same(*pair))
        for one, other in pairs:
            shared = _families(sides, one) & _families(sides, other)
            if shared:
                members = (_member(sides, one, min(shared)), _member(sides, other, min(shared)))
                workloads = tuple(each if isinstance(each, Workload) else None for each in (one, other))
                return cls(*members, (workloads[0], workloads[1]))
        raise InputError(
            [
                Problem(
                    f"mixed families: {found[0].text} and {found[1].text} have no IP family in common",
                    hint="no flow can be between the two",
                )
            ]
        )


def _candidates(sides: Sides, side: Side) -> Iterator[Candidate]:
    if side.workloads:
        yield from side.workloads
        return
    # Addresses that are no node's come before nodes, as in counterexamples.
    yield from (sides.at(address) for address in islice(readable(side.ranges, sides.taken), 4 * EVERY))
    yield from side.others


def _few(sides: Sides, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first candidates of each set of IP families: what is left out differs from them in nothing that choosing a
    pair asks about."""
    kept: dict[frozenset[int], int] = {}
    found: list[Candidate] = []
    for one in candidates:
        families = _families(sides, one)
        kept[families] = kept.get(families, 0) + 1
        if kept[families] <= EVERY:
            found.append(one)
    return found


def _families(sides: Sides, one: Candidate) -> frozenset[int]:
    if isinstance(one, Workload):
        return frozenset(sides.versions(one)) or frozenset((4, 6))
    return frozenset((4, 6) if one.end.address is None else (one.end.address.version,))


def _member(sides: Sides, one: Candidate, version: int) -> Member:
    if not isinstance(one, Workload):
        return one
    addresses = [address for address in sides.addresses(one) if address.version == version]
    return sides.member(one, addresses[0] if addresses else None)


def _is_same(one: Candidate, other: Candidate) -> bool:
    return isinstance(one, Workload) and isinstance(other, Workload) and one.display == other.display


def _undeclared(one: Candidate, ports: Ports) -> tuple[bool, bool]:
    """Whether a destination is host-networked, and whether none of its containers declares a port that is asked for."""
    if not isinstance(one, Workload):
        return False, False
    declared = [(protocol_number(port.protocol), port.number) for port in one.container_ports]
    asked = [
        (item.protocol == protocol and (item.first or 1) <= number <= (item.last or 65535))
        for item in ports
        for protocol, number in declared
    ]
    return one.host_network, not (any(asked) if ports else declared)


def _witness(pair: _Pair, shown: Settled, reading: Reading, oracle: Oracle) -> Witness:
    """The flow as reports show flows."""
    flow = shown.flow
    addresses = [end.address for end in (flow.source, flow.destination) if end.address is not None]
    return Witness(
        source=_placed(pair.source, flow.source),
        destination=_placed(pair.destination, flow.destination),
        protocol=flow.protocol,
        port=flow.port,
        port_name=_port_name(flow),
        family="IPv6" if addresses and addresses[0].version == 6 else "IPv4",
        decision=shown.decision,
        flow=flow,
        world=replace(oracle.world, reading=reading),
    )


def _placed(member: Member, end: End) -> WitnessEnd:
    """The side as shown; an address that it was given for the verdict's sake is marked as invented."""
    if end.address == member.end.address:
        return member.shown
    return replace(member.shown, address=str(end.address), invented=(*member.shown.invented, f"address {end.address}"))


def _port_name(flow: Flow) -> str | None:
    if not isinstance(flow.destination, PodEnd):
        return None
    names = (
        port.name
        for port in flow.destination.container_ports
        if port.name
        and port.number == flow.port
        and PROTOCOL_NAMES[protocol_number(port.protocol)] == PROTOCOL_NAMES.get(flow.protocol)
    )
    return next(names, None)


def _cases(settled: Sequence[Settled], oracle: Oracle, sides: Sides) -> tuple[OpenCase, ...]:
    """What the verdict is in each case of what the input does not say; none where it says enough."""
    if len(settled) > 1:
        found = tuple(_by_address(settled))
        return found if len(found) > 1 else ()
    (one,) = settled
    if len({case.decision.allowed for case in one.cases}) > 1:
        return tuple(_by_answers(one))
    return tuple(_by_node(one, oracle, sides))


def _by_address(settled: Sequence[Settled]) -> Iterator[OpenCase]:
    """The cases by the address that is not known: that of the side which the evaluator asked for first."""
    groups: dict[object, list[Settled]] = {}
    for one in settled:
        decider = common([case.decision for case in one.cases])
        groups.setdefault(key_of(decider, "egress", "ingress"), []).append(one)
    for group in groups.values():
        (side,) = {one.at[0].side for one in group}
        ranges = joined(part for one in group for part in one.at[0].ranges)
        yield OpenCase(AtAddresses(side, ranges), common([case.decision for one in group for case in one.cases]))


def _by_answers(one: Settled) -> Iterator[OpenCase]:
    """The cases by the answers that are not verified of the plugin and that the verdict turns on."""
    said = [(case.decision.ingress.allowed, case.decision.egress.allowed) for case in one.cases]
    turns_on = verdict(one.cases, said).depends_on
    groups: dict[tuple[tuple[Matter, bool], ...], list[Decision]] = {}
    for case in one.cases:
        key = tuple((matter, case.taken[matter]) for matter in turns_on if matter in case.taken)
        groups.setdefault(key, []).append(case.decision)
    for answers, decisions in groups.items():
        yield OpenCase(Answering(answers), common(decisions))


def _by_node(one: Settled, oracle: Oracle, sides: Sides) -> Iterator[OpenCase]:
    """Both cases where a denial would be none if one side were at the other's own node, which nobody states (A6, facts
    40 and 41)."""
    flow, decision = one.flow, one.decision
    reading = oracle.world.reading
    source, destination = flow.source, flow.destination
    may = (
        (not decision.ingress.allowed and Matter.OWN_NODE_INGRESS in reading, source, destination),
        (not decision.egress.allowed and Matter.OWN_NODE_EGRESS in reading, destination, source),
    )
    if not any(denied and _may_share(sides, end, pod) for denied, end, pod in may):
        return
    together = _on_one_node(flow)
    other = oracle.settle(together, checked=True)[0].decision
    if other.allowed != decision.allowed:
        yield OpenCase(OnOneNode(False), brief(decision))
        yield OpenCase(OnOneNode(True), brief(other))


def _may_share(sides: Sides, end: End, pod: End) -> bool:
    """Whether one side may be the node that the other runs on; a node that stands for all of them may be any."""
    if not isinstance(pod, PodEnd) or (isinstance(end, PodEnd) and not end.host_network):
        return False
    if isinstance(end, AddressEnd) and end.node in (None, ANY_NODE):
        return end.node == ANY_NODE
    return Directory(sides.roster.cluster, sides.world).may_share_a_node(end, pod)


def _on_one_node(flow: Flow) -> Flow:
    node = next((end.node for end in (flow.source, flow.destination) if end.node is not None), "one-node")
    return replace(flow, source=replace(flow.source, node=node), destination=replace(flow.destination, node=node))


def _elsewhere(oracle: Oracle, shown: Settled) -> Iterator[Elsewhere]:
    """The known plugins on which the flow has another verdict, by that verdict and what it turns on."""
    allowed = shown.decision.allowed
    flips = [m for m in Matter if _under(oracle.evaluator, shown.flow, Reading(SPEC.yes ^ {m})) is not allowed]
    groups: dict[tuple[bool | None, tuple[tuple[Matter, bool], ...]], list[str]] = {}
    for plugin in SUPPORTED:
        found = oracle.elsewhere(shown.flow, plugin.fixed)
        if found is not allowed:
            turns_on = tuple((m, m not in SPEC) for m in flips if _answers_otherwise(plugin.fixed, m))
            groups.setdefault((found, turns_on), []).append(plugin.name)
    for (found, turns_on), names in groups.items():
        yield Elsewhere(tuple(names), found, turns_on)


def _answers_otherwise(fixed: Answers, matter: Matter) -> bool:
    """Whether a plugin answers otherwise than `spec`, or may."""
    return fixed.get(matter, matter not in SPEC) is not (matter in SPEC)


def _under(evaluator: Evaluator, flow: Flow, reading: Reading) -> bool | None:
    try:
        return evaluator.under(reading).decide(flow).allowed
    except AddressNeeded:
        return None
