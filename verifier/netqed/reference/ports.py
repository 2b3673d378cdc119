"""Ports: does an item of `ports` match a flow's protocol and destination port?"""

from __future__ import annotations

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
) -> bool:
    """Whether the item, of a rule of this direction, matches traffic of this protocol to this port of the destination.

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
            return named_port_matches(name, protocol, port, destination) and decisions.resolves_named_ports(
                reading, destination, direction
            )


def named_port_matches(name: str, protocol: int, port: int, destination: End) -> bool:
    """Whether some container of the destination pod declares this port under this name (A5, facts 33 to 35): name,
    number and protocol all agree, and each pod is judged by its own declarations."""
    return isinstance(destination, PodEnd) and any(
        declared.name == name and declared.number == port and protocol_number(declared.protocol) == protocol
        for declared in destination.container_ports
    )
