"""Every endpoint that may exist in a small world, one candidate for all that nothing in it tells apart.

Written from the design's "Which endpoints exist" alone: it is what the encoding's universe is judged by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import ip_address, ip_network
from itertools import combinations, product
from typing import Literal

from netqed.resources.cluster import BUILT_IN_NAMESPACES, Cluster
from netqed.resources.objects import LabelSelector, Workload
from netqed.spec.addresses import NOT_INTERNET
from netqed.spec.document import Scope, Spec, StatedAssumption
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    BuiltIn,
    Endpoint,
    EveryPodHas,
    Invariant,
    Name,
    NamespacesNamed,
    NoOtherNamespaces,
    NoPodHas,
    OnlyNamespaceHas,
    Pods,
    WorkloadRef,
)
from support.candidates import OTHER_NODE, Candidate, Labels
from support.footprint import NAME_KEY, footprint_of, selector_holds
from support.partition import POD_RANGES, Address, Cell, Network, address_cells, within

CONTROLLER_KEYS = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "job-name",
        "controller-uid",
    }
)
NAMESPACE_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
FRESH = ("other-1", "other-2")
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


class Contradiction(Exception):
    """The assumptions leave something that exists, or that one of them speaks of, no way to be."""


@dataclass
class Universe:
    """The candidates of one sentence over one input in one scope."""

    cluster: Cluster
    spec: Spec
    invariant: Invariant
    scope: Scope

    def __post_init__(self) -> None:
        self.footprint = footprint_of(self.cluster, self.spec, self.invariant)
        self.workloads = (*self.cluster.workloads, *self.spec.workloads)
        self.assumptions = tuple(stated.assumption for stated in self.spec.assumptions)
        self.closed = any(isinstance(a, NoOtherNamespaces) for a in self.assumptions)
        self.declared: dict[str, Mapping[str, str]] = {
            **self.spec.namespaces,
            **{name: n.labels for name, n in self.cluster.namespaces.items()},
        }

    # Namespaces

    @cached_property
    def existing(self) -> frozenset[str]:
        """Namespaces that exist whatever else does."""
        return frozenset(self.declared) | self.cluster.known_namespaces | {w.namespace for w in self.workloads}

    @cached_property
    def namespace_names(self) -> tuple[str, ...]:
        """Every name that matters and may be a namespace's, and two that do not matter where there may be such."""
        names = {n for n in self.footprint.names if NAMESPACE_NAME.fullmatch(n)}
        if self.closed:
            names &= self.existing
        fillers = [n for n in (*BUILT_IN_NAMESPACES, *(() if self.closed else FRESH)) if n not in names]
        return (*sorted(names), *fillers[:2])

    def namespace_options(self, name: str) -> list[Labels]:
        """The label maps that the namespace may have under the assumptions, one for all that count alike.

        Contradiction where it must exist and has none.
        """
        found: dict[object, Labels] = {}
        for labels in self._free_namespace_labels(name):
            if self.namespace_allowed(name, labels):
                found.setdefault(self._signature(labels, "namespace"), labels)
        if not found and name in self.existing:
            raise Contradiction(f"namespace {name}")
        return list(found.values())

    def _free_namespace_labels(self, name: str) -> Iterator[Labels]:
        if name in self.declared:
            yield tuple(sorted({**self.declared[name], NAME_KEY: name}.items()))
            return
        values = {key: set(values) for key, values in self.footprint.namespace_values.items()}
        for assumption in self.assumptions:
            if isinstance(assumption, NamespacesNamed):
                values[assumption.key] = {name}
        values.pop(NAME_KEY, None)
        for labels in _maps(values):
            yield tuple(sorted({**labels, NAME_KEY: name}.items()))

    def namespace_allowed(self, name: str, labels: Labels) -> bool:
        """Whether the assumptions let the namespace have these labels."""
        for assumption in self.assumptions:
            match assumption:
                case NamespacesNamed(key) if dict(labels).get(key) != name:
                    return False
                case OnlyNamespaceHas(namespaces, selector):
                    if name not in namespaces and selector_holds(selector, dict(labels)):
                        return False
                case _:
                    pass
        return True

    def _signature(self, labels: Labels, of: Literal["pod", "namespace"]) -> object:
        """What the policies and the sentence see of a label map."""
        as_map = dict(labels)
        selectors = self.footprint.pod_selectors if of == "pod" else self.footprint.namespace_selectors
        compared = self.footprint.compared
        value = as_map.get(compared[1]) if compared and compared[0] == of else None
        return (tuple(selector_holds(s, as_map) for s in selectors), value)

    # Addresses

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the cluster's families."""
        facts = self.spec.cluster
        ranges = (*POD_RANGES, *NOT_INTERNET, *facts.pod_cidrs, *facts.node_cidrs, *self.footprint.known)
        return tuple(
            cell
            for family in facts.families
            for cell in address_cells(4 if family == "IPv4" else 6, self.footprint.networks, self._roles, ranges)
        )

    @cached_property
    def pod_ranges(self) -> tuple[Network, ...]:
        """Where pods have addresses: the stated ranges, and the private ones of a family that none is stated of."""
        stated = self.spec.cluster.pod_cidrs
        return (*stated, *(n for n in POD_RANGES if n.version not in {s.version for s in stated}))

    @cached_property
    def node_ranges(self) -> tuple[Network, ...]:
        """Where undeclared nodes have addresses: the stated ranges, and all of a family that none is stated of."""
        stated = self.spec.cluster.node_cidrs
        return (*stated, *(n for n in EVERYWHERE if n.version not in {s.version for s in stated}))

    def _roles(self, address: Address) -> tuple[bool, ...]:
        return (
            within(address, self.pod_ranges),
            within(address, self.node_ranges),
            within(address, NOT_INTERNET),
            address in self.pod_addresses,
            address in self.node_addresses,
        )

    @cached_property
    def pod_addresses(self) -> frozenset[Address]:
        """Addresses that are known to be pods' own."""
        return frozenset(ip_address(a) for w in self.workloads if not w.host_network for a in w.addresses)

    @cached_property
    def node_addresses(self) -> frozenset[Address]:
        """Addresses that are known to be nodes'."""
        of_nodes = {ip_address(a) for node in self.cluster.nodes for a in node.addresses}
        of_pods = {ip_address(a) for w in self.workloads for a in w.node_addresses}
        return frozenset(
            of_nodes | of_pods | {ip_address(a) for w in self.workloads if w.host_network for a in w.addresses}
        )

    def _in_families(self, address: Address) -> bool:
        return f"IPv{address.version}" in self.spec.cluster.families

    @cached_property
    def pod_cells(self) -> tuple[tuple[Address, ...], ...]:
        """Addresses that a pod without a known one may have: no node's, and `now`, when all that was read is there at
        once, no other pod's; in `always` that pod may be gone by then."""
        taken = self.node_addresses | (self.pod_addresses if self.scope == "now" else frozenset())
        return tuple(
            cell.addresses for cell in self.cells if within(cell.first, self.pod_ranges) and cell.first not in taken
        )

    # Candidates

    @cached_property
    def nodes(self) -> tuple[Candidate, ...]:
        """Nodes: those of the input, and others where there may be others."""
        found = [
            Candidate("node", (ip_address(a),), node=node.name)
            for node in self.cluster.nodes
            for a in node.addresses
            if self._in_families(ip_address(a))
        ]
        if self.scope == "always" or not self.cluster.nodes:
            declared = {ip_address(a) for node in self.cluster.nodes for a in node.addresses}
            found += [
                Candidate("node", cell.addresses, node=OTHER_NODE)
                for cell in self.cells
                if cell.first not in self.pod_addresses | declared and within(cell.first, self.node_ranges)
            ]
        return tuple(found)

    @cached_property
    def externals(self) -> tuple[Candidate, ...]:
        """Addresses that are neither pods' nor nodes'."""
        taken = self.pod_addresses | self.node_addresses
        return tuple(
            Candidate("external", cell.addresses)
            for cell in self.cells
            if cell.first not in taken and not within(cell.first, self.spec.cluster.pod_cidrs)
        )

    @cached_property
    def pods(self) -> tuple[Candidate, ...]:
        """Workloads of the input and, in `always`, pods that may come; without names for the flow's port."""
        return tuple(self._pods())

    def check_assumptions(self) -> None:
        """Contradiction where the assumptions contradict the input or each other: something of the input cannot be, or
        an assumption about the pods of a set is left without a single pod to speak of by the others."""
        ever = replace(self, scope="always")
        for assumption in self.assumptions:
            if isinstance(assumption, NoPodHas | EveryPodHas):
                alone = (assumption,) if isinstance(assumption, NoPodHas) else ()
                before = replace(ever, spec=replace(self.spec, assumptions=_stated(alone)))
                before.footprint = ever.footprint
                where = assumption.where
                if any(self.member(where, p) for p in before.pods) and not any(
                    self.member(where, p) for p in ever.pods
                ):
                    raise Contradiction(str(assumption))
        _ = ever.pods

    def _pods(self) -> Iterator[Candidate]:
        # Namespaces without workloads must be possible too, or nothing follows from the assumptions.
        options = {n: self.namespace_options(n) for n in {*self.namespace_names, *self.existing}}
        for workload in self.workloads:
            found = self.pods_of(workload)
            if not found:
                raise Contradiction(workload.display)
            yield from (pod for pod in found if self._in_families(pod.addresses[0]))
        if self.scope == "always":
            for name in self.namespace_names:
                for labels in options[name]:
                    yield from self._invented(name, labels)

    def pods_of(self, workload: Workload) -> list[Candidate]:
        """What a workload's pods may be, in whatever families."""
        options = self.namespace_options(workload.namespace)
        return [pod for labels in options for pod in self._pods_of_workload(workload, labels)]

    def _pods_of_workload(self, workload: Workload, namespace_labels: Labels) -> Iterator[Candidate]:
        free = {
            key: values
            for key, values in self.footprint.pod_values.items()
            if workload.is_template
            and key not in workload.labels
            and (key in CONTROLLER_KEYS or key.startswith("batch.kubernetes.io/"))
        }
        seen = set()
        for added in _maps(free):
            labels = tuple(sorted({**workload.labels, **added}.items()))
            if (signature := self._signature(labels, "pod")) in seen:
                continue
            seen.add(signature)
            for addresses in self._addresses_of(workload):
                pod = Candidate(
                    "pod",
                    addresses,
                    workload.namespace,
                    namespace_labels,
                    labels,
                    workload,
                    node=None if workload.is_template else workload.node_name,
                )
                if self.pod_allowed(pod):
                    yield pod

    def _addresses_of(self, workload: Workload) -> Iterator[tuple[Address, ...]]:
        if not workload.is_template and workload.addresses:
            yield from ((ip_address(a),) for a in workload.addresses)
        elif not workload.host_network:
            yield from self.pod_cells
        else:
            known = [n for n in self.cluster.nodes if n.name == workload.node_name and not workload.is_template]
            texts = workload.node_addresses or tuple(a for n in known for a in n.addresses)
            if texts and not workload.is_template:
                yield from ((ip_address(a),) for a in texts)
            else:
                yield from (node.addresses for node in self.nodes)

    def _invented(self, name: str, namespace_labels: Labels) -> Iterator[Candidate]:
        seen = set()
        for labels_ in _maps(self.footprint.pod_values):
            labels = tuple(sorted(labels_.items()))
            if (signature := self._signature(labels, "pod")) in seen:
                continue
            seen.add(signature)
            for addresses in self.pod_cells:
                pod = Candidate("pod", addresses, name, namespace_labels, labels)
                if self.pod_allowed(pod):
                    yield pod

    def pod_allowed(self, pod: Candidate) -> bool:
        """Whether the assumptions let the pod exist."""
        for assumption in self.assumptions:
            match assumption:
                case NoPodHas(where, selector):
                    if self.member(where, pod) and selector_holds(selector, dict(pod.labels)):
                        return False
                case EveryPodHas(where, selector):
                    if self.member(where, pod) and not selector_holds(selector, dict(pod.labels)):
                        return False
                case _:
                    pass
        return True

    def with_names(self, pod: Candidate) -> Iterator[Candidate]:
        """An invented pod as a destination: each choice of the policies' port names for the flow's port."""
        names = sorted({p.port for p in self.footprint.ports if isinstance(p.port, str)})
        if pod.kind != "pod" or pod.workload is not None:
            yield pod
            return
        for count in range(len(names) + 1):
            yield from (replace(pod, names=frozenset(chosen)) for chosen in combinations(names, count))

    # Sets of endpoints

    def member(self, endpoint: Endpoint, one: Candidate, destination: Candidate | None = None) -> bool:
        """Whether an endpoint of a sentence holds the candidate; `destination` is given where `one` is the source."""
        match endpoint:
            case AnyOf(items):
                return any(self.member(item, one, destination) for item in items)
            case Pods(namespace, selector):
                if one.kind != "pod":
                    return False
                if isinstance(namespace, str):
                    inside = one.namespace == namespace
                else:
                    inside = selector_holds(namespace, dict(one.namespace_labels))
                return inside and (selector is None or selector_holds(selector, dict(one.labels)))
            case WorkloadRef(namespace, kind, name):
                real = one.workload
                if real is None or real.namespace != namespace:
                    return False
                named = ((real.kind, real.name), *real.owners)
                return any((one.lower(), its) == (kind, name) for one, its in named)
            case Block(network):
                return within(one.addresses[0], (network,))
            case BuiltIn("any pod"):
                return one.kind == "pod"
            case BuiltIn("internet"):
                if one.kind == "external":
                    return not within(one.addresses[0], (*NOT_INTERNET, *self.spec.cluster.pod_cidrs))
                return one.kind == "node" and destination is not None and self._exposed(destination)
            case BuiltIn("outside"):
                return one.kind != "pod"
            case BuiltIn("nodes"):
                return one.kind == "node"
            case BuiltIn("anything"):
                return True
            case BuiltIn("host-networked"):
                return one.host_network
            case BuiltIn() | Name():
                raise ValueError(f"not resolved: {endpoint}")

    def _exposed(self, destination: Candidate) -> bool:
        """Whether a NodePort or LoadBalancer Service selects the destination."""
        labels = dict(destination.labels)
        return destination.kind == "pod" and any(
            service.type in ("NodePort", "LoadBalancer")
            and service.namespace == destination.namespace
            and service.selector
            and selector_holds(LabelSelector(tuple(service.selector.items())), labels)
            for service in self.cluster.services
        )


def _stated(assumptions: tuple[Assumption, ...]) -> tuple[StatedAssumption, ...]:
    return tuple(StatedAssumption(str(one), one) for one in assumptions)


def _maps(values: Mapping[str, set[str]]) -> Iterator[dict[str, str]]:
    """Every map that gives each key nothing, one of its values, or one of two values of no one else."""
    keys = sorted(values)
    options = [(None, *sorted(values[key]), *FRESH) for key in keys]
    for chosen in product(*options):
        yield {key: value for key, value in zip(keys, chosen, strict=True) if value is not None}
