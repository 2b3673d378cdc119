"""What one direction's policies let through between two groups of a map: decided by the evaluator once for all groups
that these policies cannot tell apart.

Which groups are alike is found here, from selectors, blocks and names alone; what is allowed, never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Final

from netqed.analysis.explain_members import keys_of
from netqed.analysis.explain_ports import LAST, TCP_UDP_SCTP, starts_of
from netqed.analysis.flow_readings import Answers, decisions
from netqed.analysis.map_groups import CATEGORIES, VERSIONS, Group
from netqed.analysis.map_spans import Doubt, Span, SpanTable, joined_spans
from netqed.analysis.roster import Roster
from netqed.lowering.selectors import NAME_LABEL
from netqed.plugins.matters import Matter
from netqed.reference.blocks import block_contains
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Address, Direction, Flow, PodEnd, World
from netqed.reference.policies import EVERYTHING, effective_types, isolates, rules_of
from netqed.reference.ports import protocol_number
from netqed.reference.reading import is_governed
from netqed.reference.selectors import namespace_labels, selector_matches
from netqed.resources.addresses import address_of
from netqed.resources.objects import IPBlock, Labels, LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule
from netqed.spec.sentences import OnlyNamespaceHas
from netqed_smt.population import is_free_key

SHARED_NODE: Final = "shared node"
"""The node of two sides that share one. No node has such a name."""

FRESH: Final = "any other value"
"""A label's value that no selector names, since no label has such a one."""

ELSEWHERE: Final[Mapping[int, Address]] = {4: address_of("10.255.255.254"), 6: address_of("fd00::ffff:fffe")}
"""The governed side's own address, which its policies never look at."""

NOWHERE: Final = -1
"""Stands for the ports of a side that has no address of the IP version."""

MOST_VARIANTS: Final = 4096
"""Ways in which labels may be that are tried; with more, all ports are left open."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A governed side with labels that it may have, and the policies that then select it."""

    labels: Labels
    policies: tuple[NetworkPolicy, ...]


@dataclass(frozen=True, eq=False)
class Profile:
    """Governed sides that one direction's policies treat alike."""

    group: Group
    """The first of them."""
    direction: Direction
    variants: tuple[Variant, ...]
    """Empty where labels may be in more ways than can be tried."""

    @cached_property
    def rules(self) -> tuple[PolicyRule, ...]:
        """Every rule that may matter."""
        policies = {id(policy): policy for variant in self.variants for policy in variant.policies}
        return tuple(rule for policy in policies.values() for rule in rules_of(policy, self.direction))

    @cached_property
    def peers(self) -> tuple[PolicyPeer, ...]:
        """Every peer that selects by labels."""
        return tuple(p for rule in self.rules for p in rule.peers or () if p.ip_block is None)

    @cached_property
    def blocks(self) -> tuple[IPBlock, ...]:
        """Every block of addresses."""
        found = (peer.ip_block for rule in self.rules for peer in rule.peers or ())
        return tuple({block: None for block in found if block is not None})

    @cached_property
    def names(self) -> frozenset[str]:
        """Every port's name."""
        return port_names(self.rules)

    @cached_property
    def namespace_keys(self) -> frozenset[str]:
        """The labels of namespaces that matter, beside that with the name."""
        return frozenset(key for peer in self.peers for key in keys_of(peer.namespace_selector)) - {NAME_LABEL}

    @cached_property
    def free_keys(self) -> frozenset[str]:
        """The labels of other sides that matter and that controllers add."""
        return frozenset(key for peer in self.peers for key in keys_of(peer.pod_selector) if is_free_key(key))

    @property
    def open(self) -> bool:
        """Whether no policy speaks of the side, whatever its labels."""
        return bool(self.variants) and not any(variant.policies for variant in self.variants)


class Directions:
    """Decides one direction between groups."""

    def __init__(
        self,
        roster: Roster,
        world: World,
        answers: Answers,
        groups: Sequence[Group],
        addresses: Sequence[tuple[Address, ...]],
        direction: Direction,
        table: SpanTable,
    ) -> None:
        self._roster = roster
        self._world = world
        self._answers = answers
        self._settled = all(matter in answers for matter in Matter)
        self._groups = groups
        self._addresses = addresses
        self._direction: Direction = direction
        self._table = table
        self._policies: dict[str, list[NetworkPolicy]] = defaultdict(list)
        for policy in world.policies:
            if rules_of(policy, direction) or direction.capitalize() in effective_types(policy):
                self._policies[policy.namespace].append(policy)
        self._profiles: dict[object, Profile] = {}
        self._masks: dict[tuple[PolicyPeer, str | None], int] = {}
        self._parts: dict[Profile, list[int]] = {}
        self._rows: dict[tuple[Profile, int, bool], list[int]] = {}
        self._evaluators: dict[tuple[object, ...], Evaluator] = {}

    def profile(self, group: Group) -> Profile:
        """The profile of a group of pods as the governed side."""
        variants = tuple(self._variants(group))
        names = port_names(rule for one in variants for p in one.policies for rule in rules_of(p, self._direction))
        key = (
            group.namespace,
            group.category,
            tuple(tuple(id(policy) for policy in variant.policies) for variant in variants),
            _named(group, names) if self._direction == "ingress" else None,
        )
        return self._profiles.setdefault(key, Profile(group, self._direction, variants))

    def is_governed(self, group: Group) -> bool:
        """Whether policies speak of a group of pods at all, in the world's reading."""
        return is_governed(self._world.reading, group.end(None))

    def isolated(self, profile: Profile) -> bool | None:
        """Whether policies isolate the side, in the world's reading; None where that is not the same for all labels
        that it may have."""
        found = {
            any(
                isolates(policy, self._pod(profile, one, None, 4), self._direction, self._world.reading)
                for policy in one.policies
            )
            for one in profile.variants
        }
        return found.pop() if len(found) == 1 else None

    def row(self, profile: Profile, version: int, *, near: bool = False) -> list[int]:
        """For each group as the other side, at its addresses of the IP version, the number of the ports that are let
        through; NOWHERE where it has none. `near`: where both sides share a node."""
        key = (profile, version, near)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._row(profile, version, near=near)
        return found

    def open_row(self, version: int) -> list[int]:
        """The row of a side that nothing governs."""
        return self._open_rows[version]

    @cached_property
    def _open_rows(self) -> Mapping[int, list[int]]:
        everything = self._table.everything
        return {
            version: [NOWHERE if slot is None else everything for slot in slots]
            for version, slots in self._slots.items()
        }

    def _row(self, profile: Profile, version: int, *, near: bool) -> list[int]:
        if profile.open:
            return self._open_rows[version]
        parts, slots = self._parts_of(profile), self._slots[version]
        numbers: dict[tuple[int, tuple[int, bool] | None], int] = {}
        decided: dict[tuple[object, ...], int] = {}
        for index, (part, slot) in enumerate(zip(parts, slots, strict=True)):
            if (part, slot) in numbers:
                continue
            if slot is None:
                numbers[part, slot] = NOWHERE
                continue
            place, exact = slot
            seen = {
                tuple(block_contains(block, one) for block in profile.blocks): one for one in self._addresses[place]
            }
            key = (part, frozenset(seen), exact)
            if key not in decided:
                decided[key] = self._at_addresses(profile, self._groups[index], list(seen.values()), near)
            numbers[part, slot] = decided[key]
        return [numbers[pair] for pair in zip(parts, slots, strict=True)]

    @cached_property
    def _slots(self) -> Mapping[int, list[tuple[int, bool] | None]]:
        """By IP version, for each group the set of cells that its addresses are in, and whether it has all of them."""
        return {
            version: [None if version not in one.places else (one.places[version], one.exact) for one in self._groups]
            for version in VERSIONS
        }

    def _at_addresses(self, profile: Profile, other: Group, addresses: Sequence[Address], near: bool) -> int:
        """The ports with the other side at any of the addresses, all of which it has if it is exact."""
        numbers = [self._at(profile, other, address, near) for address in addresses]
        return self._table.some(numbers) if other.exact else self._table.open(numbers, "address")

    def _at(self, profile: Profile, other: Group, address: Address, near: bool) -> int:
        """The ports with the other side at the address, whatever labels either may have."""
        spaces = self._spaces_of(profile, other)
        others = self._labels_of(profile, other)
        if not profile.variants or not others:
            return self._table.open((self._table.nothing, self._table.everything), "pod-labels")
        if not spaces:
            return self._table.open((self._table.nothing, self._table.everything), "namespace-labels")
        return self._table.open(
            [
                self._table.open(
                    [self._decide(profile, variant, other, address, labels, space, near) for space in spaces],
                    "namespace-labels",
                )
                for variant, labels in product(profile.variants, others)
            ],
            "pod-labels",
        )

    def _decide(
        self,
        profile: Profile,
        variant: Variant,
        other: Group,
        address: Address,
        labels: Labels,
        spaces: Labels | None,
        near: bool,
    ) -> int:
        """The ports with everything known but what is not known of the plugin. `spaces` are the labels of the other
        side's namespace, None those that the world has."""
        node = SHARED_NODE if near else None
        governed = self._pod(profile, variant, node, address.version)
        end = other.end(address, labels, node)
        source, destination = (end, governed) if self._direction == "ingress" else (governed, end)
        evaluator = self._evaluator(variant, other.namespace, spaces)
        found: list[Span] = []
        declared = destination.container_ports if isinstance(destination, PodEnd) else ()
        for protocol in TCP_UDP_SCTP:
            starts = sorted(starts_of(profile.rules, declared, protocol))
            for first, after in zip(starts, [*starts[1:], LAST + 1], strict=True):
                allowed = self._outcomes(evaluator, Flow(source, destination, protocol, first))
                if True in allowed:
                    doubts: frozenset[Doubt] = frozenset(("plugin",) if False in allowed else ())
                    found.append(Span(protocol, first, after - 1, doubts))
        return self._table.number(joined_spans(found))

    def _outcomes(self, evaluator: Evaluator, flow: Flow) -> set[bool]:
        if self._settled:
            decision = evaluator.decide(flow)
            return {(decision.ingress if self._direction == "ingress" else decision.egress).allowed}
        cases = [case.decision for case in decisions(evaluator, flow, self._answers)]
        return {(one.ingress if self._direction == "ingress" else one.egress).allowed for one in cases}

    def _pod(self, profile: Profile, variant: Variant, node: str | None, version: int) -> PodEnd:
        end = profile.group.end(ELSEWHERE[version], variant.labels, node)
        if not isinstance(end, PodEnd):
            raise ValueError("only pods are governed")
        return end

    def _evaluator(self, variant: Variant, namespace: str, spaces: Labels | None) -> Evaluator:
        """The evaluator for the policies that select the governed side: no other is asked about this direction."""
        key = (
            tuple(id(policy) for policy in variant.policies),
            None if spaces is None else (namespace, tuple(sorted(spaces.items()))),
        )
        found = self._evaluators.get(key)
        if found is None:
            namespaces = self._world.namespaces or {}
            if spaces is not None:
                namespaces = {**namespaces, namespace: spaces}
            world = replace(self._world, policies=variant.policies, namespaces=namespaces)
            found = self._evaluators[key] = Evaluator(world)
        return found

    # Labels that nobody states

    def _variants(self, group: Group) -> Iterator[Variant]:
        """The governed side with the labels that controllers may give it; nothing where those are too many to try."""
        listed = self._policies.get(group.namespace, [])
        selectors = [policy.pod_selector or EVERYTHING for policy in listed]
        for labels in _free_labels(group, selectors):
            policies = tuple(p for p, chosen in zip(listed, selectors, strict=True) if selector_matches(chosen, labels))
            yield Variant(labels, policies)

    def _labels_of(self, profile: Profile, other: Group) -> list[Labels]:
        """The labels that the other side may have, as far as the profile's peers can tell; none where those are too
        many to try."""
        return _free_labels(other, [peer.pod_selector for peer in profile.peers if peer.pod_selector is not None])

    def _spaces_of(self, profile: Profile, other: Group) -> Sequence[Labels | None]:
        """The labels that the other side's namespace may have, as far as the profile's peers can tell: None are those
        that the world has. Empty where they are too many to try."""
        undeclared = other.is_pods and self._roster.namespaces.get(other.namespace) is None
        if not undeclared or not profile.namespace_keys:
            return (None,)
        name = other.namespace
        known = {**(self._world.namespaces or {}).get(name, {}), NAME_LABEL: name}
        stated = [
            one.assumption.labels
            for one in self._roster.spec.assumptions
            if isinstance(one.assumption, OnlyNamespaceHas) and name not in one.assumption.namespaces
        ]
        selectors = [peer.namespace_selector for peer in profile.peers if peer.namespace_selector is not None]
        keys = {key for selector in (*selectors, *stated) for key in keys_of(selector)} - known.keys()
        return [
            labels
            for labels in _assignments(known, keys, (*selectors, *stated))
            if not any(selector_matches(selector, labels) for selector in stated)
        ]

    # Which groups are alike

    def _parts_of(self, profile: Profile) -> list[int]:
        """For each group the number of the part that it is in: the profile's peers and port names tell no two of one
        part apart."""
        found = self._parts.get(profile)
        if found is None:
            found = self._parts[profile] = [0] * len(self._groups)
            for number, part in enumerate(self._split(profile)):
                for index in _bits(part):
                    found[index] = number
        return found

    def _split(self, profile: Profile) -> list[int]:
        namespace = profile.group.namespace
        cuts = [
            *self._by_category,
            *(self._mask(peer, namespace) for peer in dict.fromkeys(profile.peers)),
            *(self._undeclared(profile) if profile.namespace_keys else ()),
            *(self._templates if profile.free_keys else ()),
            *(self._by_names(profile.names) if self._direction == "egress" and profile.names else ()),
        ]
        parts = [(1 << len(self._groups)) - 1]
        for cut in cuts:
            parts = [piece for part in parts for piece in (part & cut, part & ~cut) if piece]
        return parts

    @cached_property
    def _by_category(self) -> list[int]:
        return [
            sum(1 << index for index, one in enumerate(self._groups) if one.category == category)
            for category in CATEGORIES
        ]

    def _undeclared(self, profile: Profile) -> list[int]:
        """The groups of namespaces whose labels nobody declares, and those of each that is named somewhere: nothing
        tells the others apart."""
        named = {
            value
            for peer in profile.peers
            if (selector := peer.namespace_selector) is not None
            for value in (
                *(value for _, value in selector.match_labels),
                *(value for item in selector.match_expressions for value in item.values),
            )
        }
        for stated in self._roster.spec.assumptions:
            if isinstance(stated.assumption, OnlyNamespaceHas):
                named.update(stated.assumption.namespaces)
        spaces = {name for name in self._by_namespace if self._roster.namespaces.get(name) is None}
        return [
            self._members(spaces),
            *(self._members({name}) for name in sorted(spaces & named)),
        ]

    def _members(self, namespaces: Iterable[str]) -> int:
        return sum(1 << index for name in namespaces for index in self._by_namespace[name])

    @cached_property
    def _templates(self) -> list[int]:
        return [1 << index for index, one in enumerate(self._groups) if one.is_template]

    def _by_names(self, names: frozenset[str]) -> Iterable[int]:
        found: dict[object, int] = defaultdict(int)
        for index, one in enumerate(self._groups):
            found[_named(one, names)] |= 1 << index
        return found.values()

    def _mask(self, peer: PolicyPeer, namespace: str) -> int:
        """The groups that the peer's selectors match, as bits, with the labels that are known."""
        key = (peer, namespace if peer.namespace_selector is None else None)
        found = self._masks.get(key)
        if found is None:
            found = 0
            for space, members in self._by_namespace.items():
                if peer.namespace_selector is None:
                    if space != namespace:
                        continue
                elif not selector_matches(peer.namespace_selector, self._space_labels[space]):
                    continue
                for index in members:
                    if peer.pod_selector is None or selector_matches(peer.pod_selector, self._groups[index].labels):
                        found |= 1 << index
            self._masks[key] = found
        return found

    @cached_property
    def _by_namespace(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(self._groups):
            if one.is_pods:
                found[one.namespace].append(index)
        return found

    @cached_property
    def _space_labels(self) -> Mapping[str, Labels]:
        known = self._world.namespaces or {}
        return {name: namespace_labels(name, known.get(name)) for name in self._by_namespace}


def port_names(rules: Iterable[PolicyRule]) -> frozenset[str]:
    """The names of ports that the rules speak of."""
    return frozenset(item.port for rule in rules for item in rule.ports or () if isinstance(item.port, str))


def _named(group: Group, names: frozenset[str]) -> frozenset[tuple[str | None, int, int]]:
    """The ports that the group's containers declare under one of the names."""
    return frozenset(
        (port.name, protocol_number(port.protocol), port.number) for port in group.ports if port.name in names
    )


def _free_labels(group: Group, selectors: Sequence[LabelSelector]) -> list[Labels]:
    """The labels that pods of the group may have, one for all that the selectors treat alike: those that are stated,
    and of a template with every value of the keys that controllers add. Empty where there are too many."""
    free = {key for selector in selectors for key in keys_of(selector) if is_free_key(key)}
    return _assignments(group.labels, free, selectors) if group.is_template and free else [group.labels]


def _assignments(known: Labels, keys: Iterable[str], selectors: Sequence[LabelSelector]) -> list[Labels]:
    """The known labels with each of the keys absent, with any value that a selector has for it and with one that none
    has: one for all that the selectors treat alike. Empty where there are more than MOST_VARIANTS."""
    values: dict[str, dict[str | None, None]] = {key: {None: None, FRESH: None} for key in sorted(keys)}
    for selector in selectors:
        stated = [
            *selector.match_labels,
            *((item.key, value) for item in selector.match_expressions for value in item.values),
        ]
        for key, value in stated:
            if key in values:
                values[key][value] = None
    if prod(len(one) for one in values.values()) > MOST_VARIANTS:
        return []
    found: dict[tuple[bool, ...], Labels] = {}
    for chosen in product(*values.values()):
        given = dict(zip(values, chosen, strict=True))
        labels = {key: value for key, value in {**known, **given}.items() if value is not None}
        found.setdefault(tuple(selector_matches(selector, labels) for selector in selectors), labels)
    return list(found.values())


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    return (index for index, bit in enumerate(reversed(bin(mask))) if bit == "1")
