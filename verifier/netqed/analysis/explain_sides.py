"""The sides of an explained flow: the workloads, nodes or addresses that an endpoint of a sentence stands for, and a
hypothetical pod where nothing that it stands for was loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from netqed.analysis.endpoints import Endpoints, leaves
from netqed.analysis.explain_ranges import EVERYWHERE, joined, ranges_of, representative, without
from netqed.analysis.explain_values import AddressRange
from netqed.analysis.flow_ends import known_addresses, pod_end
from netqed.analysis.membership import Membership
from netqed.analysis.results import WitnessEnd
from netqed.analysis.roster import Roster
from netqed.analysis.wishes import DOCUMENTATION
from netqed.reference.flow import Address, AddressEnd, End, PodEnd, World
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import Labels, LabelSelector, Workload
from netqed.sources.position import InputError, Position, Problem
from netqed.spec.addresses import NOT_INTERNET
from netqed.spec.labels import NAMESPACE_NAME_LABEL
from netqed.spec.sentences import Block, BuiltIn, Endpoint, EveryPodHas, NamespacesNamed, Pods, WorkloadRef

ANY_NODE: Final = "any-node"
"""The name of a node that stands for those of a cluster whose input lists none."""


@dataclass(frozen=True, slots=True)
class Member:
    """One endpoint that a side stands for: for the evaluator, and for reports."""

    end: End
    shown: WitnessEnd


@dataclass(frozen=True, slots=True)
class Side:
    """A side as it was asked for."""

    text: str
    kind: Literal["pods", "addresses", "nodes"]
    workloads: tuple[Workload, ...] = ()
    """In the order in which witnesses prefer them."""
    ranges: tuple[AddressRange, ...] = ()
    """Addresses, whoever has them, ascending."""
    unsure: int = 0
    """Workloads that may be among it: of namespaces whose labels nobody declares."""
    others: tuple[Member, ...] = ()
    """Nodes, a hypothetical pod, or what has the one address asked for."""


@dataclass
class Sides:
    """Finds sides in one input."""

    roster: Roster
    world: World

    def side(self, text: str, endpoint: Endpoint, name: str) -> Side:
        """The side that an endpoint stands for. InputError where it is the address of several pods; `name` is what
        problems call the text's place."""
        parts = leaves(endpoint)
        spaces = [part for part in parts if not isinstance(part, Block)]
        workloads = tuple(self._workloads(spaces))
        ranges = joined(span for part in parts for span in self._ranges(part))
        unsure = self._unsure(spaces)
        nodes = tuple(self._nodes()) if BuiltIn("nodes") in parts else ()
        if workloads:
            return Side(text, "pods", workloads, ranges, unsure, nodes)
        if ranges:
            if len(ranges) == 1 and ranges[0][0] == ranges[0][1] and not nodes:
                return self._at(text, ranges[0][0], name)
            return Side(text, "addresses", (), ranges, unsure, nodes)
        if all(part == BuiltIn("nodes") for part in parts):
            return Side(text, "nodes", others=nodes)
        first = next(part for part in parts if part != BuiltIn("nodes"))
        return Side(text, "pods", unsure=unsure, others=(self._hypothetical(first), *nodes))

    def member(self, workload: Workload, address: Address | None = None) -> Member:
        """A workload as a side, at its own address (of the given one's family) where the input gives it."""
        known = self.addresses(workload)
        if address is not None:
            known = tuple(one for one in known if one.version == address.version) or known
        chosen = known[0] if known else None
        end = pod_end(workload, self.roster.cluster, address=chosen)
        return Member(end, self._shown(workload, chosen))

    def at(self, address: Address) -> Member:
        """An address that is no pod's: a node's, or external."""
        node = self.node_at.get(address)
        end = AddressEnd(address, node)
        kind: Literal["node", "external"] = "external" if node is None else "node"
        return Member(end, WitnessEnd(kind, node or str(address), True, address=str(address)))

    def addresses(self, workload: Workload) -> tuple[Address, ...]:
        """The addresses that the workload is known to have, IPv4 first."""
        return known_addresses(workload, self.world)

    def versions(self, workload: Workload) -> tuple[int, ...]:
        """The IP versions of those addresses; they are not parsed, for the sake of thousands of pods."""
        if workload.addresses:
            return tuple(sorted(6 if ":" in text else 4 for text in workload.addresses))
        return tuple(address.version for address in self.addresses(workload))

    def node_addresses(self, workload: Workload) -> tuple[Address, ...]:
        """The addresses that the workload's own node is known to have."""
        stated = tuple(ip_address(text) for text in workload.node_addresses)
        return (*stated, *(self.world.nodes or {}).get(workload.node_name or "", ()))

    @cached_property
    def node_at(self) -> Mapping[Address, str]:
        """Nodes by their addresses."""
        return {one: name for name, addresses in (self.world.nodes or {}).items() for one in addresses}

    @cached_property
    def pods_at(self) -> Mapping[Address, tuple[Workload, ...]]:
        """Workloads that are not host-networked by their addresses."""
        found: dict[Address, tuple[Workload, ...]] = {}
        for workload in self.roster.present:
            if not workload.host_network:
                for text in workload.addresses:
                    address = ip_address(text)
                    found[address] = (*found.get(address, ()), workload)
        return found

    @cached_property
    def taken(self) -> Mapping[Address, object]:
        """Every address that the input gives to something."""
        return {**self.node_at, **self.pods_at}

    def unknown(self, end: End) -> tuple[AddressRange, ...]:
        """Where a pod without a known address may have its."""
        population = self.roster.population
        ranges = population.pod_ranges
        if isinstance(end, PodEnd) and end.host_network:
            ranges = population.node_ranges or EVERYWHERE
        return self._of_families(ranges_of(ranges))

    def in_pod_ranges(self, address: Address) -> bool:
        """Whether the spec says that pods have addresses there."""
        return any(
            address in network for network in self.roster.spec.cluster.pod_cidrs if network.version == address.version
        )

    def _of_families(self, ranges: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
        families = self.roster.spec.cluster.families
        return tuple(one for one in ranges if f"IPv{one[0].version}" in families)

    def _workloads(self, parts: Iterable[Endpoint]) -> Iterator[Workload]:
        """The workloads that surely are in some of the parts, those on the pod network first; templates whose pods are
        there too only where those are not."""
        endpoints, membership = Endpoints(self.roster), Membership(self.roster)
        present = len(self.roster.present)
        indices: set[int] = set()
        for part in parts:
            found = self.roster.referred(part) if isinstance(part, WorkloadRef) else None
            if found is None and not (isinstance(part, BuiltIn) and part.name in ("internet", "outside", "nodes")):
                found = membership.members(endpoints.who(part))
            there = [index for index in found or () if index < present]
            indices.update(there or found or ())
        yield from (
            self.roster.workloads[index]
            for index in sorted(indices, key=lambda one: (self.roster.workloads[one].host_network, one))
        )

    def _unsure(self, parts: Iterable[Endpoint]) -> int:
        """How many workloads may be in a part that goes by labels of namespaces, since nobody declares theirs."""
        if not any(isinstance(part, Pods) and isinstance(part.namespace, LabelSelector) for part in parts):
            return 0
        undeclared = {name for name, labels in self.roster.namespaces.items() if labels is None}
        return sum(workload.namespace in undeclared for workload in self.roster.present)

    def _ranges(self, part: Endpoint) -> tuple[AddressRange, ...]:
        stated = self.roster.spec.cluster.pod_cidrs
        match part:
            case Block(network):
                return ranges_of([network])
            case BuiltIn("internet"):
                return self._of_families(without(ranges_of(EVERYWHERE), (*NOT_INTERNET, *stated)))
            case BuiltIn("outside" | "anything"):
                return self._of_families(without(ranges_of(EVERYWHERE), stated))
            case _:
                return ()

    def _at(self, text: str, address: Address, name: str) -> Side:
        """What has the address: a pod, a node or something external."""
        pods = self.pods_at.get(address, ())
        if len(pods) > 1:
            names = " and ".join(pod.display for pod in pods[:3]) + (" and others" if len(pods) > 3 else "")
            place = Position(name, 1, 1)
            raise InputError(
                [Problem(f"{address} is the address of {names}", place, hint="name the one that is meant")]
            )
        if pods:
            return Side(text, "pods", pods)
        return Side(text, "addresses", (), ((address, address),), others=(self.at(address),))

    def _nodes(self) -> Iterator[Member]:
        for _, addresses in sorted((self.world.nodes or {}).items()):
            if addresses:
                yield self.at(addresses[0])
        if self.node_at:
            return
        ranges = ranges_of(self.roster.population.node_ranges or (ip_network("192.168.0.0/16"),))
        address = representative(ranges[0], self.taken) or ranges[0][0]
        shown = WitnessEnd("node", ANY_NODE, False, invented=(f"address {address}",), address=str(address))
        yield Member(AddressEnd(address, ANY_NODE), shown)

    def _shown(self, workload: Workload, address: Address | None) -> WitnessEnd:
        declared = self.roster.namespaces.get(workload.namespace)
        return WitnessEnd(
            "pod",
            workload.display,
            True,
            namespace=workload.namespace,
            namespace_exists=declared is not None,
            labels=workload.labels,
            namespace_labels=(self.world.namespaces or {}).get(workload.namespace, {}),
            address=None if address is None else str(address),
            host_network=workload.host_network,
            workload=workload,
        )

    def _hypothetical(self, endpoint: Endpoint) -> Member:
        """A pod with the labels that the words demand, and no others."""
        namespace, labels = self._home(endpoint)
        labels = {**labels, **self._assumed(namespace, labels)}
        declared = self.roster.namespaces.get(namespace)
        invented = tuple(f"label {key}={value}" for key, value in labels.items())
        return Member(
            PodEnd(namespace, labels),
            WitnessEnd(
                "pod",
                f"{namespace}/{_slug(labels)}",
                False,
                namespace=namespace,
                namespace_exists=declared is not None,
                labels=labels,
                namespace_labels=(self.world.namespaces or {}).get(namespace, {}),
                invented=invented,
            ),
        )

    def _home(self, endpoint: Endpoint) -> tuple[str, dict[str, str]]:
        """The namespace of a hypothetical pod, and the labels that the endpoint demands of it."""
        match endpoint:
            case Pods(namespace, selector):
                labels = demanded(selector)
                if isinstance(namespace, str):
                    return namespace, labels
                names = sorted(name for name in self.roster.namespaces if self._is_in(name, namespace))
                if not names:
                    words = endpoint.text or "the selector"
                    raise InputError(
                        [
                            Problem(
                                f"no namespace that the input declares is among {words}",
                                hint="state one in the spec: 'namespaces: {NAME: {KEY: VALUE}}'",
                            )
                        ]
                    )
                return names[0], labels
            case WorkloadRef(namespace):
                return namespace, {}
            case _:
                declared = sorted(name for name, labels in self.roster.namespaces.items() if labels is not None)
                return (declared or ["default"])[0], {}

    def _is_in(self, name: str, selector: LabelSelector) -> bool:
        labels = self.roster.namespaces.get(name)
        return labels is not None and selector_matches(selector, {**labels, NAMESPACE_NAME_LABEL: name})

    def _assumed(self, namespace: str, labels: Labels) -> dict[str, str]:
        """Labels that the spec assumes of every pod in a namespace."""
        found: dict[str, str] = {}
        for stated in self.roster.spec.assumptions:
            if isinstance(stated.assumption, EveryPodHas):
                for part in leaves(stated.assumption.where):
                    if isinstance(part, Pods) and part.namespace == namespace and part.selector is None:
                        found |= {k: v for k, v in demanded(stated.assumption.labels).items() if k not in labels}
        return found


def demanded(selector: LabelSelector | None) -> dict[str, str]:
    """The fewest labels that the selector matches: the first value of each list, and `any` where every value will
    do."""
    if selector is None:
        return {}
    labels = dict(selector.match_labels)
    for item in selector.match_expressions:
        match item.operator:
            case "In":
                labels.setdefault(item.key, item.values[0])
            case "Exists":
                labels.setdefault(item.key, "any")
            case "NotIn" | "DoesNotExist":
                pass
    if not selector_matches(selector, labels):
        raise InputError([Problem("no pod can have the labels that this side demands")])
    return labels


def named_namespaces(roster: Roster) -> Mapping[str, Labels]:
    """Labels that the spec assumes of namespaces which nobody declares: their own name under a key."""
    keys = [one.assumption.key for one in roster.spec.assumptions if isinstance(one.assumption, NamespacesNamed)]
    return {name: dict.fromkeys(keys, name) for name, labels in roster.namespaces.items() if labels is None and keys}


def readable(ranges: Iterable[AddressRange], taken: Mapping[Address, object]) -> Iterator[Address]:
    """Addresses of the ranges that nothing of the input has: documentation's first, where it is among many, then the
    lowest of each range."""
    listed = list(ranges)
    for block in DOCUMENTATION:
        low, high = block.network_address, block.broadcast_address
        for first, last in listed:
            if first.version == block.version and int(first) < int(low) and int(high) < int(last):
                found = representative((low, high), taken)
                if found is not None:
                    yield found
    for one in listed:
        found = representative(one, taken)
        if found is not None:
            yield found


def _slug(labels: Labels) -> str:
    """A short readable name for a hypothetical pod: the value of its most telling label."""
    for key in ("app", "app.kubernetes.io/name", "k8s-app", "name"):
        if labels.get(key):
            return labels[key].lower().replace("_", "-").replace(".", "-")
    return "any-pod"
