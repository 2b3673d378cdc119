"""Ports: does an item of `ports` match a flow's protocol and destination port?"""

from __future__ import annotations

from collections.abc import Iterable

from netqed.plugins.matters import SPEC, Reading
from netqed.reference import reading as decisions
from netqed.reference.flow import Direction, End, PodEnd
from netqed.resources.objects import PolicyPort

PROTOCOL_NUMBERS = {"TCP": decisions.TCP, "UDP": decisions.UDP, "SCTP": decisions.SCTP}
DEFAULT_PROTOCOL = "TCP"


def protocol_number(protocol: str | None) -> int:
    """The IP protocol number of a `protocol` field; absent is TCP (A2, fact 15; for container ports A5, fact 33)."""
    return PROTOCOL_NUMBERS[protocol or DEFAULT_PROTOCOL]


def port_matches(
    item: PolicyPort,
    protocol: int,
    port: int | None,
    destination: End,
    direction: Direction = "ingress",
    reading: Reading = SPEC,
    listed: Iterable[PolicyPort] = (),
) -> bool:
    """Whether the item, of a rule of this direction, matches traffic of this protocol to this port of the destination.
    `listed` are all items of the rule: plugins that look no name up may judge one by those beside it.

    It is the destination's port in both directions (A2, fact 18). Without a `port` the item means every port of its
    protocol (A2, facts 14 and 16); with `endPort` every port of the range, both ends included (A2, fact 17).
    """
    if protocol_number(item.protocol) != protocol or port is None:
        return False
    match item.port:
        case None:
            return True
        case int(first):
            return decisions.in_range(reading, port, first, item.end_port)
        case str(name):
            if not decisions.looks_names_up(reading, direction):
                return decisions.unread_name_is_any_port(reading, _has_number(listed, protocol))
            return named_port_matches(name, protocol, port, destination) and decisions.resolves_named_ports(
                reading, destination, direction
            )


def _has_number(listed: Iterable[PolicyPort], protocol: int) -> bool:
    """Whether one of the items has a numeric `port` for this protocol."""
    return any(isinstance(item.port, int) and protocol_number(item.protocol) == protocol for item in listed)


def named_port_matches(name: str, protocol: int, port: int, destination: End) -> bool:
    """Whether some container of the destination pod declares this port under this name (A5, facts 33 to 35): name,
    number and protocol all agree, and each pod is judged by its own declarations."""
    return isinstance(destination, PodEnd) and any(
        declared.name == name and declared.number == port and protocol_number(declared.protocol) == protocol
        for declared in destination.container_ports
    )
