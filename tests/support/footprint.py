"""Everything that the policies and one sentence of a small world can tell apart: labels, names, blocks, ports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, PolicyPort
from netqed.spec.document import Spec
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    CannotReach,
    CanReach,
    Endpoint,
    EveryPodHas,
    Invariant,
    Isolated,
    NamespacesNamed,
    NoOtherValue,
    NoPodHas,
    OnlyCanReach,
    OnlyNamespaceHas,
    Pods,
    PortRange,
    WorkloadRef,
)
from support.flows import parse_block, written_blocks, written_ports
from support.partition import Network

NAME_KEY = "kubernetes.io/metadata.name"


def selector_holds(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy a selector (A4, facts 28 and 29)."""
    if any(labels.get(key) != value for key, value in selector.match_labels):
        return False
    for r in selector.match_expressions:
        value = labels.get(r.key)
        holds = {
            "In": value in r.values,
            "NotIn": value is None or value not in r.values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds[r.operator]:
            return False
    return True


def atoms_of(endpoint: Endpoint | None) -> Iterator[Endpoint]:
    """The endpoint's parts, lists taken apart."""
    if isinstance(endpoint, AnyOf):
        for item in endpoint.items:
            yield from atoms_of(item)
    elif endpoint is not None:
        yield endpoint


def sides_of(invariant: Invariant) -> tuple[Endpoint, ...]:
    """The endpoints that the sentence itself names, without its exceptions'."""
    match invariant:
        case CannotReach() | CanReach() | OnlyCanReach():
            return (invariant.source, invariant.destination)
        case Isolated():
            return (invariant.inside,) if invariant.outside is None else (invariant.inside, invariant.outside)
        case _:
            return ()


def endpoints_of(invariant: Invariant) -> tuple[Endpoint, ...]:
    """Every endpoint that the sentence names, exceptions included."""
    parts = (part for e in invariant.exceptions for part in (e.source, e.destination, e.either))
    return (*sides_of(invariant), *(part for part in parts if part is not None))


def assumed_endpoints(assumptions: tuple[Assumption, ...]) -> tuple[Endpoint, ...]:
    """Every endpoint that assumptions name."""
    return tuple(a.where for a in assumptions if isinstance(a, NoPodHas | EveryPodHas))


@dataclass(slots=True)
class Footprint:
    """What can matter. Selectors are kept whole too: labels that none of them tells apart count once."""

    pod_selectors: list[LabelSelector] = field(default_factory=list)
    namespace_selectors: list[LabelSelector] = field(default_factory=list)
    pod_values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    namespace_values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: set[str] = field(default_factory=set)
    """Namespaces by name: those of policies, objects and sentences, and those that label values may mean."""
    networks: list[Network] = field(default_factory=list)
    known: set[Network] = field(default_factory=set)
    """The addresses of pods and nodes of the input, as networks of one address."""
    ports: list[PolicyPort] = field(default_factory=list)
    ranges: list[PortRange] = field(default_factory=list)
    compared: tuple[str, str] | None = None
    """`pod` or `namespace`, and the label key whose values the sentence compares."""

    def add_selector(self, selector: LabelSelector | None, of: str) -> None:
        """Note a selector over the labels of `pod`s or `namespace`s."""
        if selector is None:
            return
        (self.pod_selectors if of == "pod" else self.namespace_selectors).append(selector)
        values = self.pod_values if of == "pod" else self.namespace_values
        for key, value in selector.match_labels:
            values[key].add(value)
        for requirement in selector.match_expressions:
            values[requirement.key].update(requirement.values)

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Note what an endpoint can tell apart."""
        for atom in atoms_of(endpoint):
            match atom:
                case Pods(namespace=LabelSelector() as namespaces):
                    self.add_selector(namespaces, "namespace")
                    self.add_selector(atom.selector, "pod")
                case Pods(namespace=str() as name):
                    self.names.add(name)
                    self.add_selector(atom.selector, "pod")
                case WorkloadRef():
                    self.names.add(atom.namespace)
                case Block():
                    self.networks.append(atom.network)
                case _:
                    pass


def footprint_of(cluster: Cluster, spec: Spec, invariant: Invariant) -> Footprint:
    """The footprint of one sentence over one input."""
    found = Footprint()
    workloads = (*cluster.workloads, *spec.workloads)
    assumptions = tuple(stated.assumption for stated in spec.assumptions)
    for policy in cluster.policies:
        found.names.add(policy.namespace)
        found.add_selector(policy.pod_selector, "pod")
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for peer in rule.peers or ():
                found.add_selector(peer.pod_selector, "pod")
                found.add_selector(peer.namespace_selector, "namespace")
    for block in written_blocks(cluster.policies):
        inside, cut = parse_block(block)
        found.networks += [inside, *cut]
    found.ports = written_ports(cluster.policies)
    for endpoint in (*endpoints_of(invariant), *assumed_endpoints(assumptions)):
        found.add_endpoint(endpoint)
    found.ranges = [*invariant.ports, *(r for e in invariant.exceptions for r in e.ports)]
    if isinstance(invariant, NoOtherValue):
        found.compared = (invariant.of, invariant.key)
        values = found.pod_values if invariant.of == "pod" else found.namespace_values
        values[invariant.key] |= {w.labels[invariant.key] for w in workloads if invariant.key in w.labels}
        values[invariant.key] |= {
            labels[invariant.key]
            for labels in (*(n.labels for n in cluster.namespaces.values()), *spec.namespaces.values())
            if invariant.key in labels
        }
    for service in cluster.services:
        found.names.add(service.namespace)
        if service.selector:
            found.add_selector(LabelSelector(tuple(service.selector.items())), "pod")
    for assumption in assumptions:
        match assumption:
            case NoPodHas() | EveryPodHas():
                found.add_selector(assumption.labels, "pod")
            case OnlyNamespaceHas():
                found.names.update(assumption.namespaces)
                found.add_selector(assumption.labels, "namespace")
            case _:
                pass
    for assumption in assumptions:
        if isinstance(assumption, NamespacesNamed):
            found.names |= found.namespace_values[assumption.key]
    found.names |= found.namespace_values[NAME_KEY]
    found.names |= {*cluster.namespaces, *spec.namespaces, *(w.namespace for w in workloads)}
    for workload in workloads:
        for text in (*workload.addresses, *workload.node_addresses):
            found.known.add(ip_network(ip_address(text)))
    for node in cluster.nodes:
        found.known |= {ip_network(ip_address(text)) for text in node.addresses}
    return found
