"""Every destination port between two sides, as ranges that are decided alike: one decision a range, not one a port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from netqed.analysis.explain_oracle import Oracle, key_of
from netqed.analysis.explain_tries import Tries
from netqed.analysis.explain_values import PortsDecided
from netqed.reference.flow import Direction, Flow, PodEnd
from netqed.reference.policies import rules_of
from netqed.reference.ports import protocol_number
from netqed.resources.objects import ContainerPort, NetworkPolicy, PolicyRule
from netqed.spec.sentences import PortRange, Ports

TCP_UDP_SCTP: Final = (6, 17, 132)
LAST: Final = 65535


def ports_decided(oracle: Oracle, tries: Tries, flow: Flow, asked: Ports) -> tuple[PortsDecided, ...]:
    """Every port of TCP, UDP and SCTP between the flow's two sides, and the protocols without ports that are asked for;
    each range is held against the encoding once."""
    found: list[PortsDecided] = []
    for protocol in TCP_UDP_SCTP:
        starts = sorted(_starts(tries, flow, protocol))
        for first, after in zip(starts, [*starts[1:], LAST + 1], strict=True):
            decider = oracle.decider(replace(flow, protocol=protocol, port=first), checked=True)
            last = found[-1] if found else None
            if (
                last is not None
                and last.protocol == protocol
                and key_of(last.decider, "egress", "ingress") == key_of(decider, "egress", "ingress")
            ):
                found[-1] = replace(last, last=after - 1)
            else:
                found.append(PortsDecided(protocol, first, after - 1, decider))
    for protocol in dict.fromkeys(item.protocol for item in asked if item.protocol not in TCP_UDP_SCTP):
        found.append(
            PortsDecided(protocol, 0, 0, oracle.decider(replace(flow, protocol=protocol, port=None), checked=True))
        )
    return tuple(found)


def _starts(tries: Tries, flow: Flow, protocol: int) -> set[int]:
    """The ports at which an item of a rule of either side may begin or cease to match."""
    governing: list[tuple[Direction, Iterable[NetworkPolicy]]] = [
        ("ingress", tries.policies_of(flow.destination)),
        ("egress", tries.policies_of(flow.source)),
    ]
    listed = (rule for direction, policies in governing for policy in policies for rule in rules_of(policy, direction))
    declared = flow.destination.container_ports if isinstance(flow.destination, PodEnd) else ()
    return starts_of(listed, declared, protocol)


def starts_of(rules: Iterable[PolicyRule], declared: Iterable[ContainerPort], protocol: int) -> set[int]:
    """The ports of a protocol at which an item of one of the rules may begin or cease to match: 1, those that the rules
    state, and those that the destination declares, which names stand for. Whether `endPort` counts is up to the
    reading."""
    starts = {1}
    for rule in rules:
        for item in rule.ports or ():
            if isinstance(item.port, int) and protocol_number(item.protocol) == protocol:
                starts |= {item.port, item.port + 1, (item.end_port or item.port) + 1}
    for port in declared:
        if port.name is not None and protocol_number(port.protocol) == protocol:
            starts |= {port.number, port.number + 1}
    return {start for start in starts if 1 <= start <= LAST}


def chosen_port(flow: Flow, asked: Ports, table: Iterable[PortsDecided]) -> tuple[int, int | None]:
    """Protocol and port of the flow to explain, among those asked for: one that a container of the destination
    declares, else the lowest that is allowed, else the lowest; TCP before UDP before SCTP."""
    items = asked or tuple(PortRange(protocol) for protocol in TCP_UDP_SCTP)
    with_ports = [item for item in items if item.protocol in TCP_UDP_SCTP]
    if not with_ports:
        return items[0].protocol, None
    declared = sorted(_declared(flow), key=lambda one: (TCP_UDP_SCTP.index(one[0]), one[1]))
    for protocol, number in declared:
        if any(_holds(item, protocol, number) for item in with_ports):
            return protocol, number
    ordered = sorted(with_ports, key=lambda item: (TCP_UDP_SCTP.index(item.protocol), item.first or 1))
    listed = list(table)
    for wanted in (True, None):
        for item in ordered:
            for one in listed:
                first = max(one.first, item.first or 1)
                fits = one.protocol == item.protocol and first <= min(one.last, item.last or LAST)
                if fits and one.decider.allowed is wanted:
                    return item.protocol, first
    return ordered[0].protocol, ordered[0].first or 1


def _declared(flow: Flow) -> Iterator[tuple[int, int]]:
    if isinstance(flow.destination, PodEnd):
        for port in flow.destination.container_ports:
            yield protocol_number(port.protocol), port.number


def _holds(item: PortRange, protocol: int, number: int) -> bool:
    return item.protocol == protocol and (item.first or 1) <= number <= (item.last or LAST)
