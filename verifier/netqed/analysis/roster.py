"""The cluster's inhabitants as the universe takes them: workloads in a fixed order, namespaces, nodes, ranges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_network
from typing import Final

from netqed.analysis.flow_ends import world_of
from netqed.lowering.networkpolicy import PROTOCOLS
from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.flow import Address, World
from netqed.resources.addresses import address_of
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Labels, Workload
from netqed.spec.addresses import PRIVATE_POD_RANGES
from netqed.spec.document import Spec
from netqed.spec.sentences import AnyOf, Endpoint, EveryPodHas, NoPodHas, WorkloadRef, endpoints_of
from netqed_smt.model import Network
from netqed_smt.population import NodeFacts, PodFacts, Population

_EVERYWHERE: Final[Mapping[int, Network]] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
"""All addresses of an IP version."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What another input says of this one."""

    future: frozenset[str] = frozenset()
    """Superseded templates, as `Workload.display`, that are `future` there."""
    nodes: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    """Addresses of nodes, by name."""
    public_pods: frozenset[int] = frozenset()
    """As `Roster.public_pods`."""


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True)
class Roster:
    """The input and the spec's own facts about who exists. `workloads` are in the order in which witnesses prefer
    them: pods before templates, then by namespace, kind and name; last the `future` ones."""

    cluster: Cluster
    spec: Spec
    beside: Beside = NOTHING_BESIDE

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every workload of the input and of the spec, and the future ones; a place in it is its index."""
        return (*self.present, *self.future)

    @cached_property
    def present(self) -> tuple[Workload, ...]:
        """Every workload of the input and of the spec."""
        return tuple(
            sorted(
                (*self.cluster.workloads, *self.spec.workloads),
                key=lambda w: (w.is_template, w.namespace, w.kind, w.name),
            )
        )

    @cached_property
    def future(self) -> tuple[Workload, ...]:
        """Templates whose pods stand for them now, and which may always make more, on other nodes and at other
        addresses: those on their node's network, as such pods are not invented, and those that the spec names, as
        invented pods are no workload's."""
        named = {(one.namespace, one.kind, one.name) for one in _workload_refs(self.spec)}
        return tuple(
            template
            for template in self.cluster.superseded
            if template.host_network
            or template.display in self.beside.future
            or any((template.namespace, kind.lower(), name) in named for kind, name in _identities(template))
        )

    @cached_property
    def namespaces(self) -> Mapping[str, Labels | None]:
        """The known namespaces with their labels, the name label left out; None where nobody declares them."""
        known = {*self.cluster.known_namespaces, *self.spec.namespaces, *(w.namespace for w in self.spec.workloads)}
        return {name: self._declared(name) for name in sorted(known)}

    def _declared(self, name: str) -> Labels | None:
        if name in self.cluster.namespaces:
            labels = self.cluster.namespaces[name].labels
        elif name in self.spec.namespaces:
            labels = self.spec.namespaces[name]
        else:
            return None
        return {key: value for key, value in labels.items() if key != NAME_LABEL}

    @cached_property
    def world(self) -> World:
        """What the evaluator judges this input's flows against."""
        world = world_of(self.cluster, self.spec.namespaces)
        return replace(world, nodes=with_missing(world.nodes or {}, self.beside.nodes)) if self.beside.nodes else world

    @cached_property
    def _by_reference(self) -> Mapping[tuple[str, str, str], tuple[int, ...]]:
        found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for index, workload in enumerate(self.workloads):
            for kind, name in _identities(workload):
                found[workload.namespace, kind.lower(), name].append(index)
        return {reference: tuple(indices) for reference, indices in found.items()}

    def referred(self, reference: WorkloadRef) -> tuple[int, ...]:
        """The indices of the workloads that `namespace/kind/name` means: itself, and pods that stem from it."""
        return self._by_reference.get((reference.namespace, reference.kind, reference.name), ())

    @cached_property
    def population(self) -> Population:
        """The facts that the universe is built from."""
        ranges = self.spec.cluster
        return Population(
            namespaces=self.namespaces,
            pods=(
                *(self._facts(workload) for workload in self.present),
                *(replace(self._facts(workload), future=True) for workload in self.future),
            ),
            nodes=tuple(NodeFacts(name, tuple(found)) for name, found in sorted((self.world.nodes or {}).items())),
            nodes_complete=bool(self.cluster.nodes),
            pod_ranges=self._pod_ranges,
            external_outside=ranges.pod_cidrs,
            node_ranges=ranges.node_cidrs,
            families=ranges.families,
        )

    @cached_property
    def public_pods(self) -> frozenset[int]:
        """The IP versions of which no pod ranges are stated and some pod of the input has an address that is not
        private: other pods may have such addresses too."""
        stated = {network.version for network in self.spec.cluster.pod_cidrs}
        known = {address_of(text) for pod in self.workloads if not pod.host_network for text in pod.addresses}
        return frozenset(
            address.version
            for address in known
            if address.version not in stated and not any(address in network for network in PRIVATE_POD_RANGES)
        ).union(self.beside.public_pods)

    @cached_property
    def _pod_ranges(self) -> tuple[Network, ...]:
        """Where pods without a known address have theirs."""
        stated = self.spec.cluster.pod_cidrs
        versions = {network.version for network in stated}
        private = [network for network in PRIVATE_POD_RANGES if network.version not in versions]
        # Private ones still come first, for witnesses to be where pods mostly are.
        return (*stated, *private, *(_EVERYWHERE[version] for version in sorted(self.public_pods)))

    def addresses(self, workload: Workload) -> tuple[Address, ...]:
        """The workload's known addresses; of a host-networked pod, its node's."""
        own = tuple(address_of(text) for text in workload.addresses)
        if own or not workload.host_network:
            return own
        hosts = tuple(address_of(text) for text in workload.node_addresses)
        return hosts or (self.world.nodes or {}).get(workload.node_name or "", ())

    def _facts(self, workload: Workload) -> PodFacts:
        protocols = [PROTOCOLS[port.protocol or "TCP"] for port in workload.container_ports]
        ports = list(zip(workload.container_ports, protocols, strict=True))
        return PodFacts(
            namespace=workload.namespace,
            labels=workload.labels,
            ports=tuple((port.name, protocol, port.number) for port, protocol in ports if port.name is not None),
            declared=tuple(sorted({(protocol, port.number) for port, protocol in ports})),
            host_network=workload.host_network,
            single=not workload.is_template,
            node=workload.node_name,
            addresses=self.addresses(workload),
        )


def with_missing(
    nodes: Mapping[str, tuple[Address, ...]], others: Mapping[str, tuple[Address, ...]]
) -> dict[str, tuple[Address, ...]]:
    """The nodes' addresses, with the others' of the families of which a node has none here."""
    merged = dict(nodes)
    for name, addresses in others.items():
        merged[name] = missing_families(merged.get(name, ()), addresses)
    return merged


def missing_families(own: tuple[Address, ...], others: tuple[Address, ...]) -> tuple[Address, ...]:
    """Own addresses, and the others of the families that they have none of."""
    versions = {address.version for address in own}
    return (*own, *(address for address in others if address.version not in versions))


def _identities(workload: Workload) -> tuple[tuple[str, str], ...]:
    """Kind and name of the workload and of everything that it stems from."""
    return ((workload.kind, workload.name), *workload.owners)


def _workload_refs(spec: Spec) -> Iterator[WorkloadRef]:
    """Every workload that a sentence of the spec names."""
    for stated in spec.invariants:
        for endpoint in endpoints_of(stated.invariant):
            yield from _refs_in(endpoint)
    for assumed in spec.assumptions:
        if isinstance(assumed.assumption, NoPodHas | EveryPodHas):
            yield from _refs_in(assumed.assumption.where)


def _refs_in(endpoint: Endpoint) -> Iterator[WorkloadRef]:
    match endpoint:
        case WorkloadRef():
            yield endpoint
        case AnyOf(items):
            for item in items:
                yield from _refs_in(item)
        case _:
            pass
