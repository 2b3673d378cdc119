"""The ports between every two groups of a map: both directions together, over the IP versions that both sides have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from netqed.analysis.flow_readings import Answers
from netqed.analysis.map_directions import NOWHERE, Directions
from netqed.analysis.map_groups import VERSIONS, Group
from netqed.analysis.map_profiles import Profile
from netqed.analysis.map_spans import SpanTable
from netqed.plugins.matters import Matter


class Pairs:
    """Knows the ports of every pair of groups, as numbers of the table."""

    def __init__(
        self,
        groups: Sequence[Group],
        egress: Directions,
        ingress: Directions,
        answers: Answers,
        table: SpanTable,
    ) -> None:
        self._groups = groups
        self._egress = egress
        self._ingress = ingress
        self._table = table
        self._to_own_node = answers.get(Matter.OWN_NODE_EGRESS, True)
        self._from_own_node = answers.get(Matter.OWN_NODE_INGRESS, True)
        self.egress_profiles = [egress.profile(one) if one.is_pods else None for one in groups]
        self.ingress_profiles = [ingress.profile(one) if one.is_pods else None for one in groups]
        self._known: dict[tuple[int, int, int, int, bool], int] = {}
        self._nowhere = [NOWHERE] * len(groups)
        self._exact = [one.exact for one in groups]
        self._never = [False] * len(groups)
        self._at_nodes = [index for index, one in enumerate(groups) if one.at_node]

    @cached_property
    def _received(self) -> dict[int, list[list[int]]]:
        """By IP version, for each group as destination what its policies let in from every group."""
        return {
            version: [
                self._ingress.open_row(version) if profile is None else self._ingress.row(profile, version)
                for profile in self.ingress_profiles
            ]
            for version in VERSIONS
        }

    def row(self, source: int) -> list[int]:
        """The ports from one group to each: those of two different pods where it is the group itself."""
        group = self._groups[source]
        numbers = []
        for version in VERSIONS:
            if version in group.places:
                received = [row[source] for row in self._received[version]]
                numbers += [self._sent(source, version), received]
                self._by_nodes(source, version, *numbers[-2:])
            else:
                numbers += [self._nowhere, self._nowhere]
        known, exact = self._known, group.exact
        found = [
            known[key] if key in known else self._together(key)
            for key in zip(*numbers, self._exact if exact else self._never, strict=True)
        ]
        if not group.is_pods:
            for index, other in enumerate(self._groups):
                if not other.is_pods:
                    found[index] = self._table.nothing
        return found

    def _sent(self, source: int, version: int) -> list[int]:
        """What the source's policies let through to each group, to be changed at will."""
        profile = self.egress_profiles[source]
        return [*(self._egress.open_row(version) if profile is None else self._egress.row(profile, version))]

    def _by_nodes(self, source: int, version: int, sent: list[int], received: list[int]) -> None:
        """Change what is at nodes' addresses to what it is where both sides may share a node."""
        for index in self._at_nodes:
            if sent[index] != NOWHERE:
                sent[index] = self._toward_node(source, index, version, sent[index])
        if self._groups[source].at_node:
            for index, far in enumerate(received):
                if far != NOWHERE:
                    received[index] = self._from_node(source, index, version, far)

    def _together(self, key: tuple[int, int, int, int, bool]) -> int:
        """Both directions in each version that both sides have, and all versions."""
        out4, in4, out6, in6, exact = key
        both = [self._table.both(out, into) for out, into in ((out4, in4), (out6, in6)) if NOWHERE not in (out, into)]
        if not both:
            found = self._table.nothing
        else:
            found = self._table.some(both) if exact else self._table.open(both, "address")
        self._known[key] = found
        return found

    def _toward_node(self, source: int, destination: int, version: int, far: int) -> int:
        """What the source lets through to a side at a node's address, which may be its own node's."""
        profile = self.egress_profiles[source]
        if profile is None or not self._to_own_node:
            return far
        return self._near_or_far(self._egress, profile, destination, source, version, far)

    def _from_node(self, source: int, destination: int, version: int, far: int) -> int:
        """What the destination lets in from a host-networked pod, which may be on its own node. What the node itself
        sends is not asked about."""
        profile = self.ingress_profiles[destination]
        if profile is None or not self._groups[source].is_pods or not self._from_own_node:
            return far
        return self._near_or_far(self._ingress, profile, source, destination, version, far)

    def _near_or_far(
        self, directions: Directions, profile: Profile, at_node: int, governed: int, version: int, far: int
    ) -> int:
        if far == self._table.everything:
            return far
        match shares_node(self._groups[at_node], self._groups[governed]):
            case False:
                return far
            case True:
                return directions.row(profile, version, near=True)[at_node]
            case None:
                return self._table.open((far, directions.row(profile, version, near=True)[at_node]), "node")


def shares_node(at_node: Group, pods: Group) -> bool | None:
    """Whether what is at a node's address is at that of the node that the pods are on; None where that is not known, or
    not the same of all of them."""
    if None in at_node.on or None in pods.on:
        return None
    if at_node.on.isdisjoint(pods.on) and at_node.at.isdisjoint(pods.own):
        return False
    return True if at_node.on == pods.on and len(pods.on) == 1 else None
