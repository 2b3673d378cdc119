"""The reading `spec`: one answer to each matter that the API leaves to the network plugin or says ambiguously.

Every such decision of the evaluator is taken here and nowhere else; docs/semantics.md names the alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netqed.reference.flow import Address, AddressEnd, End, PodEnd

TCP: Final = 6
UDP: Final = 17
SCTP: Final = 132

GOVERNED_PROTOCOLS: Final = frozenset({TCP, UDP, SCTP})
"""Protocols that a policy can deny, and the only ones that it speaks of (A6, fact 42). Any other protocol passes: the
API promises no denial of it, and an analysis that counted on one would prove too much."""


def is_governed(end: End) -> bool:
    """Whether policies govern this side: pods are governed, nodes, external addresses and host-networked pods are not
    (A7, fact 43, second option: a host-networked pod is its node)."""
    return isinstance(end, PodEnd) and not end.host_network


def is_selectable(end: End) -> bool:
    """Whether pod and namespace selectors of a peer can match this side (A3, fact 20; A7, fact 43): only pods that are
    not on their node's network."""
    return isinstance(end, PodEnd) and not end.host_network


def block_address(end: End) -> Address | None:
    """The address that an ipBlock is compared with; None where it is not known.

    A pod's own address counts (A3, fact 24), and a host-networked pod's is its node's (A7, fact 43). No address is
    rewritten between the two ends (A8, fact 45): the flow is judged by the addresses that it is stated with.
    """
    return end.address


def resolves_named_ports(destination: End) -> bool:
    """Whether a port's name can be looked up on this destination (A5, fact 36): an address has no names, and neither
    has a host-networked pod, which is its node (A7, fact 43)."""
    return isinstance(destination, PodEnd) and not destination.host_network


def is_same_pod(source: End, destination: End) -> bool:
    """Whether both sides are one pod, which policies cannot cut off from itself (A6, fact 39)."""
    return (
        isinstance(source, PodEnd)
        and isinstance(destination, PodEnd)
        and source.identity != ""
        and source.identity == destination.identity
    )


def comes_from_own_node(source: End, destination: PodEnd, nodes: Mapping[str, tuple[Address, ...]]) -> bool:
    """Whether the source is the node that the destination runs on, whose traffic always enters (A6, fact 40).

    Host-networked pods on that node are the node (A7, fact 43). A node is known by its name, or by its address: one
    that `nodes` lists for the destination's node, or that the destination itself states. Only ingress has this
    exemption; what a pod sends to its own node is governed (A6, fact 41).
    """
    match source:
        case PodEnd(host_network=False):
            return False
        case PodEnd(node=node, address=address) | AddressEnd(node=node, address=address):
            if node is not None and node == destination.node:
                return True
            own = destination.node_addresses
            if destination.node is not None:
                own += nodes.get(destination.node, ())
            return address is not None and address in own
