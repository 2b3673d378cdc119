"""The ports between every two groups of a map: both directions together, over the IP versions that both sides have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from netqed.analysis.flow_readings import Answers
from netqed.analysis.map_directions import NOWHERE, Directions, Profile
from netqed.analysis.map_groups import VERSIONS, Group
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

    @cached_property
    def _open_row(self) -> dict[int, list[int]]:
        """What a side that nothing governs lets through, by IP version."""
        everything = self._table.everything
        return {
            version: [everything if version in one.places else NOWHERE for one in self._groups] for version in VERSIONS
        }

    def row(self, source: int) -> list[int]:
        """The ports from one group to each: those of two different pods where it is the group itself."""
        group = self._groups[source]
        sent = [self._sent(source, version) for version in VERSIONS]
        plain = not group.at_node
        found: list[int] = []
        for index, other in enumerate(self._groups):
            if not (group.is_pods or other.is_pods):
                found.append(self._table.nothing)
                continue
            numbers: list[int] = []
            for version, egress in zip(VERSIONS, sent, strict=True):
                allowed = egress[index] if version in group.places else NOWHERE
                received = self._received(index, version)[source]
                if other.at_node and allowed != NOWHERE:
                    allowed = self._toward_node(source, index, version, allowed)
                if not plain and received != NOWHERE:
                    received = self._from_node(source, index, version, received)
                numbers += (allowed, received)
            found.append(self._together(numbers, group.exact and other.exact))
        return found

    def _together(self, numbers: Sequence[int], exact: bool) -> int:
        """Both directions in each version that both sides have, and all versions."""
        out4, in4, out6, in6 = numbers
        key = (out4, in4, out6, in6, exact)
        found = self._known.get(key)
        if found is None:
            both = [
                self._table.both(out, into) for out, into in ((out4, in4), (out6, in6)) if NOWHERE not in (out, into)
            ]
            if not both:
                found = self._table.nothing
            else:
                found = self._table.some(both) if exact else self._table.open(both, "address")
            self._known[key] = found
        return found

    def _sent(self, source: int, version: int) -> list[int]:
        """What the source's policies let through to each group."""
        profile = self.egress_profiles[source]
        return self._open_row[version] if profile is None else self._egress.row(profile, version)

    def _received(self, destination: int, version: int) -> list[int]:
        """What the destination's policies let through from each group."""
        profile = self.ingress_profiles[destination]
        return self._open_row[version] if profile is None else self._ingress.row(profile, version)

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
