"""How the others that a side stands for are decided: workloads by classes that no policy tells apart, addresses by the
parts that no block tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netqed.analysis.explain_oracle import Oracle, key_of, same
from netqed.analysis.explain_ranges import cut, joined, representative
from netqed.analysis.explain_sides import Member, Side, Sides
from netqed.analysis.explain_tries import Tries, blocks_of
from netqed.analysis.explain_values import (
    AddressesDecided,
    AddressRange,
    Decider,
    MembersDecided,
    SideExplained,
    SideName,
)
from netqed.reference.blocks import block_contains
from netqed.reference.flow import Address, AddressEnd, Direction, End, Flow, PodEnd
from netqed.reference.policies import rules_of
from netqed.resources.objects import IPBlock, LabelSelector, NetworkPolicy, Workload

NAMED = 5
"""Members of a group that are named."""


@dataclass(frozen=True, slots=True)
class Others:
    """Decides what one side stands for, the other being as the explained flow has it."""

    sides: Sides
    oracle: Oracle
    tries: Tries
    flow: Flow
    which: SideName
    fixed: Workload | None
    """The workload that the other side is, if it is one."""

    @property
    def opposite(self) -> End:
        """The other side."""
        return self.flow.destination if self.which == "source" else self.flow.source

    @property
    def direction(self) -> Direction:
        """The direction that governs the other side."""
        return "ingress" if self.which == "source" else "egress"

    def explained(self, side: Side, shown: Member) -> SideExplained:
        """The side with all that it stands for, those decided as the one shown first."""
        addresses = self._addresses(side.ranges) if side.ranges else ()
        nodes = self._nodes(side)
        if side.workloads:
            members = self._members(side.workloads, shown)
            return SideExplained(side.text, "pods", len(side.workloads), (*members, *nodes), addresses)
        if side.kind == "nodes":
            return SideExplained(side.text, "nodes", sum(one.shown.exists for one in side.others), nodes)
        return SideExplained(side.text, side.kind, 0, nodes, addresses)

    def _members(self, workloads: Iterable[Workload], shown: Member) -> tuple[MembersDecided, ...]:
        classes: dict[object, list[Workload]] = {}
        signature = Signatures(self)
        for workload in workloads:
            if self.fixed is not None and workload.display == self.fixed.display and not workload.is_template:
                continue
            classes.setdefault(signature.of(workload), []).append(workload)
        groups: dict[object, list[tuple[Decider, list[Workload]]]] = {}
        for members in classes.values():
            decider = self._decider(members[0])
            if decider is not None:
                groups.setdefault(self._key(decider), []).append((decider, members))
        found = [self._group(group, shown) for group in groups.values()]
        found.sort(key=lambda one: (not one[0], -one[1].number))
        return tuple(one for _, one in found)

    def _group(self, group: list[tuple[Decider, list[Workload]]], shown: Member) -> tuple[bool, MembersDecided]:
        """Members decided alike, and whether the one shown is among them."""
        workloads = [workload for _, members in group for workload in members]
        names = [workload.display for workload in workloads]
        is_shown = shown.shown.name in names
        named = sorted(names, key=lambda name: name != shown.shown.name)[:NAMED]
        return is_shown, MembersDecided(_joint([decider for decider, _ in group]), len(names), tuple(named))

    def _decider(self, workload: Workload) -> Decider | None:
        """What decides the flow with the workload on this side; None where the two have no IP family in common."""
        end = self.sides.member(workload, self.opposite.address).end
        return self._between(end)

    def _between(self, end: End) -> Decider | None:
        opposite = self.opposite
        if end.address is not None and opposite.address is not None and end.address.version != opposite.address.version:
            if self.fixed is None:
                return None
            opposite = self.sides.member(self.fixed, end.address).end
            if opposite.address is not None and opposite.address.version != end.address.version:
                return None
        source, destination = (end, opposite) if self.which == "source" else (opposite, end)
        return self.oracle.decider(replace(self.flow, source=source, destination=destination))

    def _key(self, decider: Decider) -> tuple[object, ...]:
        """What is the same of members that are shown as one group: the verdict, what decides on the other side, and
        whether their own side denies."""
        own: Direction = "egress" if self.which == "source" else "ingress"
        mine = decider.egress if own == "egress" else decider.ingress
        return *key_of(decider, self.direction), mine == "no-rule"

    def _nodes(self, side: Side) -> tuple[MembersDecided, ...]:
        groups: dict[object, list[tuple[Decider, str]]] = {}
        for node in side.others:
            decider = self._between(node.end) if node.shown.kind == "node" else None
            if decider is not None:
                groups.setdefault(self._key(decider), []).append((decider, node.shown.name))
        return tuple(
            MembersDecided(_joint([decider for decider, _ in group]), len(group), tuple(n for _, n in group[:NAMED]))
            for group in groups.values()
        )

    def _addresses(self, ranges: Iterable[AddressRange]) -> tuple[AddressesDecided, ...]:
        blocks = list(blocks_of(self.tries.policies_of(self.opposite), self.direction))
        groups: dict[object, list[tuple[Decider, AddressRange]]] = {}
        shown = self.flow.source if self.which == "source" else self.flow.destination
        first: object = None
        for part in cut(ranges, blocks):
            address = representative(part, self.sides.taken)
            decider = None if address is None else self._between(AddressEnd(address))
            if decider is None:
                continue
            key = self._key(decider)
            groups.setdefault(key, []).append((decider, part))
            if shown.address is not None and _within(shown.address, part):
                first = key
        return tuple(
            AddressesDecided(_joint([decider for decider, _ in group]), joined(part for _, part in group))
            for _, group in sorted(groups.items(), key=lambda one: one[0] != first)
        )


@dataclass(slots=True)
class Signatures:
    """What of a workload the policies can tell apart: two of one signature are decided alike."""

    others: Others
    keys: dict[str, frozenset[str]]
    blocks: tuple[IPBlock, ...]
    peer_keys: frozenset[str]
    node: str | None
    """The other side's."""
    address: Address | None
    own: frozenset[Address]
    """The addresses of the other side's own node, if it is a pod."""
    at_node: bool
    """Whether the other side may be at a node's address."""

    def __init__(self, others: Others) -> None:
        self.others = others
        self.keys = {}
        opposite = others.opposite
        policies = others.tries.policies_of(opposite)
        self.blocks = tuple(blocks_of(policies, others.direction))
        self.peer_keys = frozenset(_peer_keys(policies, others.direction))
        nodes = others.sides.world.nodes or {}
        end = opposite
        self.node = end.node
        self.address = end.address
        own: tuple[Address, ...] = ()
        if isinstance(end, PodEnd):
            own = (*end.node_addresses, *nodes.get(end.node or "", ()))
        self.own = frozenset(own)
        self.at_node = isinstance(end, AddressEnd) or end.host_network

    def of(self, workload: Workload) -> object:
        """The workload's signature."""
        keys = self._keys_of(workload.namespace) | self.peer_keys
        sides = self.others.sides
        return (
            workload.namespace,
            frozenset((key, value) for key, value in workload.labels.items() if key in keys),
            workload.host_network,
            workload.container_ports if self.others.which == "destination" else (),
            tuple(
                (one.version, tuple(block_contains(block, one) for block in self.blocks))
                for one in sides.addresses(workload)
            )
            if self.blocks
            else sides.versions(workload),
            self._own_node(workload) if self.at_node or workload.host_network else None,
        )

    def _own_node(self, workload: Workload) -> tuple[bool, ...]:
        """Whether either side is the other's own node, by name and by address."""
        sides = self.others.sides
        own = sides.node_addresses(workload)
        return (
            self.node is not None and workload.node_name == self.node,
            self.address in own,
            *(address in self.own for address in sides.addresses(workload)),
        )

    def _keys_of(self, namespace: str) -> frozenset[str]:
        """The label keys by which policies of the namespace select pods."""
        if namespace not in self.keys:
            policies = self.others.tries.policies_of(PodEnd(namespace, {}))
            self.keys[namespace] = frozenset(key for one in policies for key in keys_of(one.pod_selector))
        return self.keys[namespace]


def keys_of(selector: LabelSelector | None) -> Iterator[str]:
    """The label keys that a selector speaks of."""
    if selector is not None:
        yield from (key for key, _ in selector.match_labels)
        yield from (item.key for item in selector.match_expressions)


def _peer_keys(policies: Iterable[NetworkPolicy], direction: Direction) -> Iterator[str]:
    for policy in policies:
        for rule in rules_of(policy, direction):
            for peer in rule.peers or ():
                yield from keys_of(peer.pod_selector)


def _joint(deciders: list[Decider]) -> Decider:
    return Decider(
        same([one.allowed for one in deciders]),
        same([one.egress for one in deciders]),
        same([one.ingress for one in deciders]),
    )


def _within(address: Address, part: AddressRange) -> bool:
    return address.version == part[0].version and int(part[0]) <= int(address) <= int(part[1])
