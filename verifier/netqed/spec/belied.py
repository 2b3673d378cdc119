"""What `cluster:` of a spec says of addresses held against the addresses that the input shows.

A proof rests on these facts as it rests on assumptions: from one that the input belies, falsehoods would be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address

from netqed.resources.addresses import address_of
from netqed.resources.cluster import Cluster
from netqed.sources.position import Problem
from netqed.spec.document import Spec
from netqed.spec.sentences import Network

_Held = tuple[str, IPv4Address | IPv6Address]
"""Whose address it is, in words, and the address."""


def belied(spec: Spec, cluster: Cluster) -> Iterator[Problem]:
    """A problem for each of `podCIDRs` and `nodeCIDRs` that some address of the input contradicts.

    Ranges speak of the IP families that they name one of. `families` is no fact but a choice of what to speak of: pods
    of a family that it leaves out are out of scope, as the report says.
    """
    facts = spec.cluster
    yield from _outside(spec, "podCIDRs", facts.pod_cidrs, _pods(cluster))
    yield from _outside(spec, "nodeCIDRs", facts.node_cidrs, _nodes(cluster))


def _pods(cluster: Cluster) -> Iterator[_Held]:
    """The addresses of pods that have their own."""
    for pod in cluster.workloads:
        if not pod.host_network:
            yield from ((f"pod {pod.display}", address_of(text)) for text in pod.addresses)


def _nodes(cluster: Cluster) -> Iterator[_Held]:
    """The addresses of nodes: as nodes state them, as their pods do, and those of pods on their network."""
    for node in cluster.nodes:
        yield from ((f"node {node.name}", address_of(text)) for text in node.addresses)
    for pod in cluster.workloads:
        at_node = (*pod.node_addresses, *(pod.addresses if pod.host_network else ()))
        yield from ((f"the node of pod {pod.display}", address_of(text)) for text in at_node)


def _outside(spec: Spec, key: str, ranges: tuple[Network, ...], held: Iterable[_Held]) -> Iterator[Problem]:
    """The problem of a list of ranges in which some address does not lie, though they name its family."""
    versions = {network.version for network in ranges}
    strays: dict[IPv4Address | IPv6Address, str] = {}
    if ranges:
        for whose, address in held:
            if address.version in versions and not any(address in network for network in ranges):
                strays.setdefault(address, whose)
    if strays:
        found = [(whose, address) for address, whose in strays.items()]
        yield _problem(spec, key, found, ranges)


def _problem(spec: Spec, key: str, strays: list[_Held], ranges: tuple[Network, ...]) -> Problem:
    whose, address = strays[0]
    others = f" (and {len(strays) - 1} more)" if len(strays) > 1 else ""
    return Problem(
        f"the input contradicts '{key}': {address} of {whose} lies outside {', '.join(map(str, ranges))}{others}",
        spec.cluster_positions.get(key),
        hint="add the range that it lies in: from a false fact everything could be proved",
    )
