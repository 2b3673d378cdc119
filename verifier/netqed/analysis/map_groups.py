"""The sides of a map: workloads of one namespace that no policy can tell apart, nodes, and cells of other addresses."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from netqed.analysis.endpoints import leaves
from netqed.analysis.explain_members import keys_of
from netqed.analysis.explain_ranges import EVERYWHERE, cut, joined, ranges_of, without
from netqed.analysis.explain_sides import ANY_NODE, Side, Sides
from netqed.analysis.explain_values import AddressRange
from netqed.analysis.flow_ends import known_addresses
from netqed.analysis.map_results import NodeKind
from netqed.analysis.roster import Roster
from netqed.reference.blocks import parse_cidr
from netqed.reference.flow import Address, AddressEnd, End, PodEnd, World
from netqed.reference.policies import EVERYTHING
from netqed.reference.ports import protocol_number
from netqed.reference.selectors import selector_matches
from netqed.resources.addresses import address_of
from netqed.resources.objects import ContainerPort, IPBlock, Labels, LabelSelector, NetworkPolicy, PolicyRule, Workload
from netqed.spec.addresses import NOT_INTERNET
from netqed.spec.sentences import Block, BuiltIn, Endpoint
from netqed_smt.classes import Cells
from netqed_smt.model import Network
from netqed_smt.population import is_free_key

VERSIONS: Final = (4, 6)

Category = Literal["pod", "host-pod", "node", "address"]
CATEGORIES: Final[tuple[Category, ...]] = ("pod", "host-pod", "node", "address")

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a map is restricted to on one side: the side and the endpoint that it was found for."""

    side: Side
    endpoint: Endpoint
    displays: frozenset[str]
    """The side's workloads, as `Workload.display`."""

    @classmethod
    def of(cls, side: Side, endpoint: Endpoint) -> Wanted:
        """The restriction to a side."""
        return cls(side, endpoint, frozenset(workload.display for workload in side.workloads))

    def has_workload(self, workload: Workload, addresses: Iterable[Address]) -> bool:
        """Whether a workload is meant, by what it is or by an address that it is known to have."""
        return workload.display in self.displays or any(
            address in network for network in self.blocks() for address in addresses
        )

    def has_node(self, addresses: Iterable[Address]) -> bool:
        """Whether a node with these addresses is meant."""
        named = {BuiltIn("nodes"), BuiltIn("outside"), BuiltIn("anything")}
        return not named.isdisjoint(leaves(self.endpoint)) or any(self.has_address(one) for one in addresses)

    def has_address(self, address: Address) -> bool:
        """Whether an external address is meant."""
        return any(
            first.version == address.version and int(first) <= int(address) <= int(last)
            for first, last in self.side.ranges
        )

    def blocks(self) -> Iterator[Network]:
        """The ranges of addresses that are named, whoever has them."""
        return (part.network for part in leaves(self.endpoint) if isinstance(part, Block))


@dataclass(frozen=True, slots=True)
class Group:
    """What is one side of flows that are decided alike, given by a member."""

    category: Category
    exact: bool
    """Whether its members have all of these addresses; else they have one of them, and nobody says which."""
    places: Mapping[int, int]
    """By IP version, the number of the set of cells that its addresses are in; see `Groups.addresses`."""
    wanted: tuple[bool, ...]
    """For each restriction of the map, whether this is meant."""
    namespace: str = ""
    labels: Labels = field(default_factory=dict)
    ports: tuple[ContainerPort, ...] = ()
    is_template: bool = False
    workloads: tuple[Workload, ...] = ()
    names: tuple[str, ...] = ()
    """Of nodes."""
    ranges: tuple[AddressRange, ...] = ()
    internet: bool = False
    at: frozenset[Address] = frozenset()
    """Of host-networked pods, addresses that their nodes have."""
    own: frozenset[Address] = frozenset()
    """Addresses of the nodes that its pods are on."""
    on: frozenset[str | None] = frozenset()
    """The nodes that its pods are on; None is a node that is not known. Of nodes, the nodes."""

    @property
    def kind(self) -> NodeKind:
        """What the map calls it."""
        match self.category:
            case "pod" | "host-pod":
                return "pods"
            case "node":
                return "nodes"
            case "address":
                return "addresses"

    @property
    def is_pods(self) -> bool:
        """Whether its members are pods."""
        return self.kind == "pods"

    @property
    def at_node(self) -> bool:
        """Whether its members are at addresses of nodes."""
        return self.category in ("host-pod", "node")

    @property
    def is_single(self) -> bool:
        """Whether it is exactly one pod."""
        return len(self.workloads) == 1 and not self.is_template

    def end(self, address: Address | None, labels: Labels | None = None, node: str | None = None) -> End:
        """A member as a side of a flow, at an address, with the labels (its own, if not given), on a node."""
        if not self.is_pods:
            if address is None:
                raise ValueError(f"{self.kind} are at an address")
            return AddressEnd(address, (node or ANY_NODE) if self.category == "node" else None)
        return PodEnd(
            self.namespace,
            self.labels if labels is None else labels,
            address,
            self.ports,
            self.category == "host-pod",
            node,
        )


class Groups:
    """Everything that a map has sides of, in the order of the map: pods by namespace, nodes, addresses."""

    def __init__(self, roster: Roster, world: World, sides: Sides, wanted: Sequence[Wanted]) -> None:
        self._roster = roster
        self._world = world
        self._sides = sides
        self._wanted = wanted
        self._cells = Cells(self._networks())
        self._sets: dict[tuple[Category, frozenset[tuple[int, int]]], int] = {}
        self.addresses: list[tuple[Address, ...]] = []
        """By the number of a set of cells: an address in each of them."""
        self._taken: Mapping[int, list[int]] = {
            version: sorted(int(one) for one in sides.taken if one.version == version) for version in VERSIONS
        }
        self.listed: tuple[Group, ...] = (*self._pods(), *self._nodes(), *self._externals())

    @cached_property
    def versions(self) -> tuple[int, ...]:
        """The IP versions that the cluster runs."""
        families = self._roster.spec.cluster.families
        return tuple(version for version in VERSIONS if f"IPv{version}" in families)

    def _networks(self) -> Iterator[Network]:
        """Everything that may tell two addresses apart."""
        for block in self._blocks:
            yield from (parse_cidr(text) for text in (block.cidr, *(block.except_ or ())))
        yield from NOT_INTERNET
        for one in self._wanted:
            yield from (part.network for part in leaves(one.endpoint) if isinstance(part, Block))

    @cached_property
    def _blocks(self) -> tuple[IPBlock, ...]:
        found = (peer.ip_block for one in self._world.policies for rule in rules(one) for peer in rule.peers or ())
        return tuple({block: None for block in found if block is not None})

    # Pods

    def _pods(self) -> Iterator[Group]:
        sight = _Sight(self._world.policies)
        members: dict[Key, list[Workload]] = defaultdict(list)
        places: dict[Key, tuple[bool, Mapping[int, int]]] = {}
        for workload in sorted(self._roster.present, key=lambda one: (one.namespace, one.kind, one.name)):
            known = tuple(one for one in known_addresses(workload, self._world) if not workload.is_template)
            exact, found = self._places("host-pod" if workload.host_network else "pod", known)
            key: Key = (
                workload.namespace,
                sight.of(workload),
                workload.host_network,
                workload.is_template,
                exact,
                tuple(sorted(found.items())),
                tuple(one.has_workload(workload, known) for one in self._wanted),
            )
            members[key].append(workload)
            places[key] = exact, found
        for key, workloads in members.items():
            yield self._pod_group(workloads, *places[key])

    def _pod_group(self, workloads: list[Workload], exact: bool, places: Mapping[int, int]) -> Group:
        first = workloads[0]
        nodes = self._world.nodes or {}
        own: set[Address] = set()
        at: set[Address] = set()
        for workload in workloads:
            own.update(address_of(text) for text in workload.node_addresses)
            own.update(nodes.get(workload.node_name or "", ()))
            if first.host_network and not workload.is_template:
                at.update(known_addresses(workload, self._world))
        known = tuple(one for one in known_addresses(first, self._world) if not first.is_template)
        return Group(
            category="host-pod" if first.host_network else "pod",
            exact=exact,
            places=places,
            wanted=tuple(one.has_workload(first, known) for one in self._wanted),
            namespace=first.namespace,
            labels=first.labels,
            ports=first.container_ports,
            is_template=first.is_template,
            workloads=tuple(workloads),
            at=frozenset(at),
            own=frozenset(own),
            on=frozenset(None if one.is_template else one.node_name for one in workloads),
        )

    def _places(self, category: Category, known: Sequence[Address]) -> tuple[bool, Mapping[int, int]]:
        """Whether the addresses are known, and the sets of cells that they are in, or may be."""
        if known:
            return True, self._numbered(category, known)
        if category == "pod":
            return False, self._unknown_pod
        return False, self._unknown_node

    @cached_property
    def _unknown_pod(self) -> Mapping[int, int]:
        """Where pods are that no address is known of."""
        return self._numbered("pod", self._free(ranges_of(self._roster.population.pod_ranges)))

    @cached_property
    def _unknown_node(self) -> Mapping[int, int]:
        """Where host-networked pods are of which no node is known."""
        if self._roster.cluster.nodes:
            listed = [address_of(text) for node in self._roster.cluster.nodes for text in node.addresses]
            if listed:
                return self._numbered("host-pod", listed)
        return self._numbered("host-pod", self._free(self._node_ranges))

    @property
    def _node_ranges(self) -> tuple[AddressRange, ...]:
        stated = self._roster.population.node_ranges
        versions = {network.version for network in stated}
        return (*ranges_of(stated), *(one for one in ranges_of(EVERYWHERE) if one[0].version not in versions))

    def _free(self, ranges: Iterable[AddressRange]) -> Iterator[Address]:
        """An address of each part of the ranges that nothing tells apart and that is not wholly taken."""
        for part in cut(ranges, self._edges):
            address = self._first_free(part)
            if address is not None:
                yield address

    @cached_property
    def _edges(self) -> tuple[IPBlock, ...]:
        return tuple(IPBlock(str(network)) for network in dict.fromkeys(self._networks()))

    def _first_free(self, part: AddressRange) -> Address | None:
        """The lowest address of the range that is nothing's in the input; the second lowest where that is free too, as
        the first of a network is its own."""
        first, last = part
        taken = self._taken[first.version]
        number = int(first) + (int(last) - int(first) > 1)
        place = bisect_left(taken, number)
        while place < len(taken) and taken[place] == number:
            number, place = number + 1, place + 1
        if number <= int(last):
            return type(first)(number)
        return None if first in self._sides.taken or number == int(first) else first

    def _numbered(self, category: Category, addresses: Iterable[Address]) -> Mapping[int, int]:
        """By IP version, the number of the set of cells that the addresses are in."""
        found: dict[int, dict[tuple[int, int], Address]] = {}
        for address in addresses:
            if address.version in self.versions:
                found.setdefault(address.version, {}).setdefault(self._cells.cell(address), address)
        numbers: dict[int, int] = {}
        for version, cells in found.items():
            key = (category, frozenset(cells))
            if key not in self._sets:
                self._sets[key] = len(self.addresses)
                self.addresses.append(tuple(cells.values()))
            numbers[version] = self._sets[key]
        return numbers

    # Nodes and addresses

    def _nodes(self) -> Iterator[Group]:
        groups: dict[Key, list[tuple[str, tuple[Address, ...]]]] = defaultdict(list)
        places: dict[Key, tuple[bool, Mapping[int, int]]] = {}
        nodes = dict(self._world.nodes or {})
        if not self._roster.cluster.nodes:
            nodes[ANY_NODE] = ()
        for name, addresses in sorted(nodes.items()):
            exact = bool(addresses)
            found = self._numbered("node", addresses or self._free(self._node_ranges))
            key: Key = (exact, tuple(found.items()), tuple(one.has_node(addresses) for one in self._wanted))
            groups[key].append((name, addresses))
            places[key] = exact, found
        for key, members in groups.items():
            exact, found = places[key]
            on: set[str | None] = {None if name == ANY_NODE else name for name, _ in members}
            yield Group(
                category="node",
                exact=exact,
                places=found,
                wanted=tuple(one.has_node(members[0][1]) for one in self._wanted),
                names=tuple(name for name, _ in members),
                on=frozenset(on),
                at=frozenset(address for _, addresses in members for address in addresses),
            )

    def _externals(self) -> Iterator[Group]:
        """Addresses that are no pod's and no node's, by cells."""
        stated = self._roster.spec.cluster.pod_cidrs
        everywhere = tuple(one for one in ranges_of(EVERYWHERE) if one[0].version in self.versions)
        cells: dict[tuple[int, int], list[AddressRange]] = defaultdict(list)
        for part in cut(without(everywhere, stated), self._edges):
            if self._first_free(part) is not None:
                cells[self._cells.cell(part[0])].append(part)
        for ranges in cells.values():
            address = self._first_free(ranges[0])
            if address is None:
                raise ValueError(f"no free address in {ranges[0]}")
            yield Group(
                category="address",
                exact=True,
                places=self._numbered("address", [address]),
                wanted=tuple(one.has_address(address) for one in self._wanted),
                ranges=joined(ranges),
                internet=not any(address in network for network in NOT_INTERNET),
            )


class _Sight:
    """What the selectors and the ports' names of policies can tell of workloads of one namespace."""

    def __init__(self, policies: Iterable[NetworkPolicy]) -> None:
        peers: dict[LabelSelector, None] = {}
        self._own: dict[str, list[LabelSelector]] = defaultdict(list)
        self._names: set[str] = set()
        for policy in policies:
            self._own[policy.namespace].append(policy.pod_selector or EVERYTHING)
            for rule in rules(policy):
                self._names.update(item.port for item in rule.ports or () if isinstance(item.port, str))
                peers.update((one.pod_selector, None) for one in rule.peers or () if one.pod_selector is not None)
        self._peers = tuple(peers)
        self._keys = frozenset(key for selector in peers for key in keys_of(selector))
        self._own_keys = {
            name: self._keys.union(key for selector in listed for key in keys_of(selector))
            for name, listed in self._own.items()
        }
        self._known: dict[Key, Key] = {}

    def of(self, workload: Workload) -> Key:
        """Equal of workloads of one namespace that nothing tells apart but what addresses and nodes they have."""
        keys = self._own_keys.get(workload.namespace, self._keys)
        labels = frozenset((key, value) for key, value in workload.labels.items() if key in keys)
        ports = frozenset(
            (port.name, protocol_number(port.protocol), port.number)
            for port in workload.container_ports
            if port.name in self._names
        )
        if workload.is_template and any(is_free_key(key) for key in keys):
            return labels, ports
        key = (workload.namespace, labels)
        if key not in self._known:
            selectors = (*self._own.get(workload.namespace, ()), *self._peers)
            self._known[key] = tuple(selector_matches(selector, workload.labels) for selector in selectors)
        return self._known[key], ports


def rules(policy: NetworkPolicy) -> Iterator[PolicyRule]:
    """Every rule of a policy, of both directions."""
    yield from policy.ingress or ()
    yield from policy.egress or ()
