"""Every decision of the evaluator that the API leaves to network plugins, or says ambiguously, under a given reading.

Such a decision is taken here and nowhere else; docs/semantics.md says what the API's text has on each, and
docs/plugins.md what plugins do. A reading is asked about a matter only where the flow makes it matter: what it was not
asked about plays no part in a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netqed.plugins.matters import Matter, Reading
from netqed.reference.flow import Address, AddressEnd, Direction, End, PodEnd
from netqed.resources.objects import LabelSelector, PolicyPeer

TCP: Final = 6
UDP: Final = 17
SCTP: Final = 132

GOVERNED_PROTOCOLS: Final = frozenset({TCP, UDP, SCTP})
"""Protocols that a policy can deny on every plugin, and the only ones that have ports (A6, fact 42)."""


def is_governed_protocol(reading: Reading, protocol: int) -> bool:
    """Whether policies decide traffic of this IP protocol (A6, fact 42): of others than TCP, UDP and SCTP the API
    promises neither denial nor permission."""
    return protocol in GOVERNED_PROTOCOLS or Matter.OTHER_PROTOCOLS in reading


def is_governed(reading: Reading, end: End) -> bool:
    """Whether policies govern this side: pods are governed, nodes and external addresses are not, and host-networked
    pods are where the plugin treats them as pods rather than as their node (A7, fact 43)."""
    return isinstance(end, PodEnd) and (not end.host_network or Matter.HOST_PODS_GOVERNED in reading)


def is_selectable(reading: Reading, end: End, peer: PolicyPeer) -> bool:
    """Whether the selectors of the peer can match this side (A3, fact 20; A7, fact 43): pods, and host-networked ones
    where the plugin treats them as pods. One plugin does so only for peers that speak of all pods of namespaces."""
    if not isinstance(end, PodEnd):
        return False
    if not end.host_network or Matter.HOST_PODS_SELECTED in reading:
        return True
    of_all_pods = peer.pod_selector is None or peer.pod_selector == LabelSelector()
    return peer.namespace_selector is not None and of_all_pods and Matter.HOST_PODS_BY_NAMESPACE in reading


def block_sees(reading: Reading, end: End, nodes: Mapping[str, tuple[Address, ...]]) -> bool:
    """Whether an ipBlock is compared with this side's address at all (A3, fact 24).

    External addresses always are. On some plugins an address that is a pod's, or a node's, is in no block. A
    host-networked pod has its node's address (A7, fact 43). No address is rewritten between the two ends (A8, fact 45).
    """
    match end:
        case PodEnd(host_network=False):
            return Matter.BLOCK_PODS in reading
        case PodEnd():
            return Matter.BLOCK_NODES in reading
        case AddressEnd(address=address, node=node):
            is_node = node is not None or any(address in addresses for addresses in nodes.values())
            return not is_node or Matter.BLOCK_NODES in reading


def looks_names_up(reading: Reading, direction: Direction) -> bool:
    """Whether ports' names in rules of this direction are looked up on destinations at all (A5, fact 33)."""
    matter = Matter.INGRESS_PORT_NAMES if direction == "ingress" else Matter.EGRESS_PORT_NAMES
    return matter in reading


def unread_name_is_any_port(reading: Reading, beside_number: bool) -> bool:
    """Whether an item with a port's name, where names are not looked up, is one for every port of its protocol, as if
    it had no `port`, rather than for none (A5, fact 33). One plugin lets a number for the protocol, in another item of
    the same rule, stand alone."""
    matter = Matter.UNREAD_NAMES_BESIDE_NUMBERS if beside_number else Matter.UNREAD_PORT_NAMES
    return matter in reading


def resolves_named_ports(reading: Reading, destination: End, direction: Direction) -> bool:
    """Whether a port's name can be looked up on this destination in a rule of this direction (A5, fact 36): an address
    has no names, and a host-networked pod has them where the plugin treats it as a pod (A7, fact 43)."""
    if not isinstance(destination, PodEnd):
        return False
    as_pod = Matter.HOST_PODS_GOVERNED if direction == "ingress" else Matter.HOST_PODS_SELECTED
    return not destination.host_network or as_pod in reading


def in_range(reading: Reading, port: int, first: int, end_port: int | None) -> bool:
    """Whether an item whose `port` is `first`, with this `endPort`, speaks of a flow's port (A2, fact 17): plugins that
    do not know `endPort` see the first port alone."""
    return port == first or (end_port is not None and first < port <= end_port and Matter.END_PORT in reading)


def applies_omitted(reading: Reading) -> bool:
    """Whether the rules of a direction that is not among the policy's types apply, and isolate (A1, fact 7). The API
    says that they have no effect; some plugins go by the rules."""
    return Matter.OMITTED_DIRECTION in reading


def is_same_pod(source: End, destination: End) -> bool:
    """Whether both sides are one pod, which policies cannot cut off from itself (A6, fact 39)."""
    return (
        isinstance(source, PodEnd)
        and isinstance(destination, PodEnd)
        and source.identity != ""
        and source.identity == destination.identity
    )


def passes_own_node(
    reading: Reading, direction: Direction, governed: PodEnd, other: End, nodes: Mapping[str, tuple[Address, ...]]
) -> bool:
    """Whether the direction is exempt because the other side is at the governed pod's own node: what that sends it
    (A6, fact 40) and, on some plugins, what it sends there (A6, fact 41)."""
    matter = Matter.OWN_NODE_INGRESS if direction == "ingress" else Matter.OWN_NODE_EGRESS
    return is_own_node(other, governed, nodes) and matter in reading


def is_own_node(other: End, pod: PodEnd, nodes: Mapping[str, tuple[Address, ...]]) -> bool:
    """Whether one side is the node that a pod runs on, or a host-networked pod there, which is at its address (A7, fact
    43). A node is known by its name, or by its address: one that `nodes` lists for the pod's node, or that the pod
    itself states."""
    match other:
        case PodEnd(host_network=False):
            return False
        case PodEnd(node=node, address=address) | AddressEnd(node=node, address=address):
            if node is not None and node == pod.node:
                return True
            own = pod.node_addresses
            if pod.node is not None:
                own += nodes.get(pod.node, ())
            return address is not None and address in own
