"""Which groups of a map the policies of one side cannot tell apart, from their selectors and names of ports alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from netqed.analysis.map_groups import CATEGORIES, Group
from netqed.analysis.map_profiles import Profile, named_ports
from netqed.analysis.roster import Roster
from netqed.reference.flow import World
from netqed.reference.selectors import namespace_labels, selector_matches
from netqed.resources.objects import Labels, PolicyPeer
from netqed.spec.sentences import OnlyNamespaceHas


class Alike:
    """Sorts groups, as the other sides of governed ones."""

    def __init__(self, groups: Sequence[Group], roster: Roster, world: World) -> None:
        self._groups = groups
        self._roster = roster
        self._world = world
        self._masks: dict[tuple[PolicyPeer, str | None], int] = {}
        self._parts: dict[Profile, list[int]] = {}

    def parts(self, profile: Profile) -> list[int]:
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
            *(self._by_pods(profile) if profile.namespace_keys else ()),
            *(self._templates if profile.free_keys else ()),
            *(self._by_names(profile.names) if profile.direction == "egress" and profile.names else ()),
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

    def _by_pods(self, profile: Profile) -> Iterator[int]:
        """The groups that each peer's podSelector matches, whatever their namespace: where its labels are not declared,
        a namespaceSelector may match after all."""
        for selector in {peer.pod_selector: None for peer in profile.peers}:
            if selector is not None:
                yield sum(
                    1 << index
                    for index, one in enumerate(self._groups)
                    if one.is_pods and selector_matches(selector, one.labels)
                )

    def _members(self, namespaces: Iterable[str]) -> int:
        return sum(1 << index for name in namespaces for index in self._by_namespace[name])

    @cached_property
    def _templates(self) -> list[int]:
        return [1 << index for index, one in enumerate(self._groups) if one.is_template]

    def _by_names(self, names: frozenset[str]) -> Iterable[int]:
        found: dict[object, int] = defaultdict(int)
        for index, one in enumerate(self._groups):
            found[named_ports(one, names)] |= 1 << index
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


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    return (index for index, bit in enumerate(reversed(bin(mask))) if bit == "1")
