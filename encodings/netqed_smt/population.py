"""Who exists: namespaces, pods, nodes and address ranges, as facts that the universe is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from netqed_smt.model import Network

Address = IPv4Address | IPv6Address
Family = Literal["IPv4", "IPv6"]


@dataclass(frozen=True, slots=True)
class PodFacts:
    """A workload of the input: one pod, or a template that stands for several."""

    namespace: str
    labels: Mapping[str, str]
    ports: tuple[tuple[str, int, int], ...] = ()
    """Named container ports: name, protocol number, port number."""
    declared: tuple[tuple[int, int], ...] = ()
    """Every declared container port: protocol number, port number."""
    host_network: bool = False
    future: bool = False
    """Not there `now`: pods that a template will make beside those that are there and stand for it."""
    single: bool = True
    """One pod; a template may have several, with addresses and nodes of their own."""
    node: str | None = None
    """None is any node."""
    addresses: tuple[Address, ...] = ()
    """Empty is any address a pod (or, host-networked, a node) may have; else the only ones. Nodes, and so
    host-networked pods, may have several of one family."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A node; `addresses` empty is any address that a node may have."""

    name: str
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that exists or may exist."""

    namespaces: Mapping[str, Mapping[str, str] | None]
    """The known namespaces with their labels; None where labels are not declared and so may be anything. The label
    with the namespace's own name is no part of this: it is `NamespaceIs`."""
    pods: tuple[PodFacts, ...] = ()
    """In the order of preference; an index of `WorkloadIs` is a place in this tuple."""
    nodes: tuple[NodeFacts, ...] = ()
    nodes_complete: bool = False
    """Whether `nodes` are all the nodes there are now."""
    pod_ranges: tuple[Network, ...] = ()
    """Where pods without a known address have theirs."""
    external_outside: tuple[Network, ...] = ()
    """Ranges in which no external address lies."""
    node_ranges: tuple[Network, ...] = ()
    """Where nodes without a known address have theirs; empty is anywhere but at a known pod's."""
    families: tuple[Family, ...] = ("IPv4", "IPv6")

    @property
    def pod_addresses(self) -> frozenset[Address]:
        """Addresses that are known to be pods' own."""
        return frozenset(address for pod in self.pods for address in pod.addresses if not pod.host_network)

    @property
    def node_addresses(self) -> frozenset[Address]:
        """Addresses that are known to be nodes', their host-networked pods' included."""
        return frozenset(
            (
                *(address for node in self.nodes for address in node.addresses),
                *(address for pod in self.pods for address in pod.addresses if pod.host_network),
            )
        )

    @property
    def taken(self) -> frozenset[Address]:
        """Every address that is known to be somebody's."""
        return self.pod_addresses | self.node_addresses

    def is_free_label(self, pod: PodFacts, key: str) -> bool:
        """Whether controllers may add the key to the pods of this template, with whatever value."""
        return not pod.single and is_free_key(key)


CONTROLLER_LABELS = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "job-name",
        "controller-uid",
    }
)
"""Label keys that workload controllers add to the pods they make."""


def is_free_key(key: str) -> bool:
    """Whether controllers add labels with this key to the pods that they make."""
    return key in CONTROLLER_LABELS or key.startswith("batch.kubernetes.io/")
