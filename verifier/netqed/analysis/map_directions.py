"""What one direction's policies let through between two groups of a map: decided by the evaluator once for all groups
that these policies cannot tell apart.

Which groups are alike is found here, from selectors, blocks and names alone; what is allowed, never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import Final

from netqed.analysis.explain_members import keys_of
from netqed.analysis.explain_ports import LAST, TCP_UDP_SCTP, starts_of
from netqed.analysis.flow_readings import Answers, decisions
from netqed.analysis.map_alike import Alike
from netqed.analysis.map_groups import VERSIONS, Group
from netqed.analysis.map_profiles import Profile, Variant, assignments, free_labels, named_ports, port_names
from netqed.analysis.map_spans import Doubt, Span, SpanTable, joined_spans
from netqed.analysis.roster import Roster
from netqed.lowering.selectors import NAME_LABEL
from netqed.plugins.matters import Matter
from netqed.reference.blocks import block_contains
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Address, Direction, Flow, PodEnd, World
from netqed.reference.policies import EVERYTHING, effective_types, isolates, rules_of
from netqed.reference.reading import is_governed
from netqed.reference.selectors import selector_matches
from netqed.resources.addresses import address_of
from netqed.resources.objects import Labels, NetworkPolicy
from netqed.spec.sentences import OnlyNamespaceHas

SHARED_NODE: Final = "shared node"
"""The node of two sides that share one. No node has such a name."""

ELSEWHERE: Final[Mapping[int, Address]] = {4: address_of("10.255.255.254"), 6: address_of("fd00::ffff:fffe")}
"""The governed side's own address, which its policies never look at."""

NOWHERE: Final = -1
"""Stands for the ports of a side that has no address of the IP version."""


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
        self._alike = Alike(groups, roster, world)
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
            named_ports(group, names) if self._direction == "ingress" else None,
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
        parts, slots = self._alike.parts(profile), self._slots[version]
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
        for labels in free_labels(group, selectors):
            policies = tuple(p for p, chosen in zip(listed, selectors, strict=True) if selector_matches(chosen, labels))
            yield Variant(labels, policies)

    def _labels_of(self, profile: Profile, other: Group) -> list[Labels]:
        """The labels that the other side may have, as far as the profile's peers can tell; none where those are too
        many to try."""
        return free_labels(other, [peer.pod_selector for peer in profile.peers if peer.pod_selector is not None])

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
            for labels in assignments(known, keys, (*selectors, *stated))
            if not any(selector_matches(selector, labels) for selector in stated)
        ]
