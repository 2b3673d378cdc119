"""Peers: does an item of `from` or `to` match the other side of a flow?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from netqed.plugins.matters import SPEC, Reading
from netqed.reference import reading as decisions
from netqed.reference.blocks import Version, block_contains, parse_cidr
from netqed.reference.flow import Address, End, PodEnd
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import IPBlock, Labels, PolicyPeer

LabelsOf = Callable[[str], Labels]
"""Gives a namespace's labels by its name."""


Nodes = Mapping[str, tuple[Address, ...]]


def peer_matches(
    peer: PolicyPeer,
    other: End,
    policy_namespace: str,
    labels_of: LabelsOf,
    versions: Iterable[Version],
    reading: Reading = SPEC,
    nodes: Nodes | None = None,
) -> bool | None:
    """Whether the item matches the other side; None where that depends on an address that is not known.

    `versions` are the IP families that the flow may have, `nodes` the addresses of the known nodes. An item with an
    ipBlock has nothing else (A3, fact 23); in any other a selector that is absent does not constrain and one that is
    present must match (A3, facts 21 and 22).
    """
    if peer.ip_block is not None:
        matched = _block_matches(peer.ip_block, other, versions)
        return matched if matched is not False and decisions.block_sees(reading, other, nodes or {}) else False
    if not isinstance(other, PodEnd):
        return False
    if peer.namespace_selector is None:
        # Without a namespaceSelector the item speaks of the policy's own namespace (A3, fact 19).
        if other.namespace != policy_namespace:
            return False
    elif not selector_matches(peer.namespace_selector, labels_of(other.namespace)):
        return False
    # Without a podSelector it speaks of every pod of those namespaces (A3, fact 20).
    if peer.pod_selector is not None and not selector_matches(peer.pod_selector, other.labels):
        return False
    return decisions.is_selectable(reading, other, peer)


def _block_matches(block: IPBlock, other: End, versions: Iterable[Version]) -> bool | None:
    """Whether the block holds the other side's address (A3, facts 24 to 26)."""
    address = other.address
    if address is not None:
        return block_contains(block, address)
    return None if parse_cidr(block.cidr).version in versions else False
