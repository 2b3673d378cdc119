"""Edits of policies that let less through: what they are, and what a policy is after them.

Indices are those of the policies as they were read, so that several edits of one policy can be made at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.flow import Direction
from netqed.reference.policies import effective_types
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule, Requirement
from netqed.sources.position import FieldPath

TYPES: Final[dict[Direction, str]] = {"ingress": "Ingress", "egress": "Egress"}


@dataclass(frozen=True, slots=True)
class Place:
    """A rule of a policy."""

    policy: str
    """The policy's key."""
    direction: Direction
    rule: int

    @property
    def path(self) -> FieldPath:
        """The rule's path."""
        return ("spec", self.direction, self.rule)

    @property
    def peers_path(self) -> FieldPath:
        """The path of its list of peers."""
        return (*self.path, "from" if self.direction == "ingress" else "to")


@dataclass(frozen=True, slots=True)
class RemoveRule:
    """Remove a rule."""

    place: Place


@dataclass(frozen=True, slots=True)
class RemovePeer:
    """Remove one of several peers."""

    place: Place
    peer: int


@dataclass(frozen=True, slots=True)
class DropPort:
    """Remove one of several ports."""

    place: Place
    port: int


@dataclass(frozen=True, slots=True)
class MergePeers:
    """Make two neighbouring peers one that requires both selectors."""

    place: Place
    first: int


@dataclass(frozen=True, slots=True)
class NarrowPeer:
    """Require of a peer's namespaces that they are among these."""

    place: Place
    peer: int
    namespaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefaultDeny:
    """Add a policy that isolates every pod of a namespace in one direction and allows nothing."""

    namespace: str
    direction: Direction


Edit = RemoveRule | RemovePeer | DropPort | MergePeers | NarrowPeer | DefaultDeny


def conflict(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same thing, so that they cannot be made together."""
    if isinstance(one, DefaultDeny) or isinstance(other, DefaultDeny):
        return one == other
    if one.place != other.place:
        return False
    if isinstance(one, RemoveRule) or isinstance(other, RemoveRule):
        return True
    if isinstance(one, DropPort) or isinstance(other, DropPort):
        return one == other
    if {type(one), type(other)} == {MergePeers, NarrowPeer}:
        # A peer is narrowed before it is merged, and the merged one keeps the condition.
        return False
    return bool({*_peers(one)} & {*_peers(other)})


def _peers(edit: RemovePeer | MergePeers | NarrowPeer) -> tuple[int, ...]:
    match edit:
        case MergePeers(_, first):
            return first, first + 1
        case RemovePeer(_, peer) | NarrowPeer(_, peer):
            return (peer,)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True)
class Edited:
    """A policy after edits, and where its items were before."""

    policy: NetworkPolicy
    rules: dict[Direction, tuple[int, ...]]
    """By direction, the old index of each rule."""
    peers: dict[tuple[Direction, int], tuple[int, ...]]
    """By direction and old rule, the old index of each peer; of a merged one the first."""
    ports: dict[tuple[Direction, int], tuple[int, ...]]


def edited(policy: NetworkPolicy, edits: Iterable[Edit]) -> Edited:
    """The policy after those of the edits that are its own; they must not conflict.

    A list that would be left empty means everything (A2, facts 12 and 13), so the rule goes with its last peer or port;
    a direction that loses its last rule stays isolated.
    """
    own = [edit for edit in edits if not isinstance(edit, DefaultDeny) and edit.place.policy == policy.key]
    result = Edited(policy, {}, {}, {})
    changed: dict[str, tuple[PolicyRule, ...]] = {}
    directions: tuple[Direction, ...] = ("ingress", "egress")
    for direction in directions:
        written = policy.ingress if direction == "ingress" else policy.egress
        kept: list[tuple[int, PolicyRule]] = []
        for index, rule in enumerate(written or ()):
            here = [edit for edit in own if edit.place.direction == direction and edit.place.rule == index]
            after = _rule(rule, here, result, direction, index)
            if after is not None:
                kept.append((index, after))
        result.rules[direction] = tuple(index for index, _ in kept)
        if any(edit.place.direction == direction for edit in own):
            changed[direction] = tuple(rule for _, rule in kept)
    types = policy.policy_types
    if any(not rules for rules in changed.values()) and not types:
        types = effective_types(policy)
    return replace(
        result,
        policy=replace(
            policy,
            ingress=changed.get("ingress", policy.ingress),
            egress=changed.get("egress", policy.egress),
            policy_types=types,
        ),
    )


def _rule(
    rule: PolicyRule, edits: Sequence[Edit], result: Edited, direction: Direction, index: int
) -> PolicyRule | None:
    """The rule after the edits; None where it is removed."""
    peers: list[tuple[int, PolicyPeer]] = list(enumerate(rule.peers or ()))
    ports = list(enumerate(rule.ports or ()))
    for edit in sorted(edits, key=lambda edit: isinstance(edit, MergePeers)):
        match edit:
            case RemoveRule():
                return None
            case RemovePeer(_, peer):
                peers = [one for one in peers if one[0] != peer]
            case DropPort(_, port):
                ports = [one for one in ports if one[0] != port]
            case MergePeers(_, first):
                both = dict(peers)
                merged = merged_peer(both[first], both[first + 1])
                peers = [(i, merged if i == first else one) for i, one in peers if i != first + 1]
            case NarrowPeer(_, peer, namespaces):
                peers = [(i, narrowed_peer(one, namespaces) if i == peer else one) for i, one in peers]
            case DefaultDeny():
                pass
            case _ as never:
                assert_never(never)
    if (rule.peers and not peers) or (rule.ports and not ports):
        return None
    result.peers[direction, index] = tuple(i for i, _ in peers)
    result.ports[direction, index] = tuple(i for i, _ in ports)
    return PolicyRule(
        peers=tuple(one for _, one in peers) if rule.peers else rule.peers,
        ports=tuple(one for _, one in ports) if rule.ports else rule.ports,
    )


def may_merge(one: PolicyPeer, other: PolicyPeer) -> bool:
    """Whether one peer has the namespaceSelector alone and the other the podSelector alone."""
    shapes = {(peer.namespace_selector is None, peer.pod_selector is None) for peer in (one, other)}
    return one.ip_block is None and other.ip_block is None and shapes == {(True, False), (False, True)}


def merged_peer(one: PolicyPeer, other: PolicyPeer) -> PolicyPeer:
    """The peer that requires both selectors (A3, fact 21)."""
    return PolicyPeer(
        pod_selector=one.pod_selector if one.pod_selector is not None else other.pod_selector,
        namespace_selector=one.namespace_selector if one.namespace_selector is not None else other.namespace_selector,
    )


def narrowed_peer(peer: PolicyPeer, namespaces: tuple[str, ...]) -> PolicyPeer:
    """The peer with a condition on the name of the namespace, which nobody can forge (A4, fact 31)."""
    selector = peer.namespace_selector or LabelSelector()
    if len(namespaces) == 1:
        return replace(
            peer,
            namespace_selector=replace(
                selector, match_labels=tuple(sorted((*selector.match_labels, (NAME_LABEL, namespaces[0]))))
            ),
        )
    condition = Requirement(NAME_LABEL, "In", namespaces)
    return replace(
        peer, namespace_selector=replace(selector, match_expressions=(condition, *selector.match_expressions))
    )


def default_deny(edit: DefaultDeny, names: Iterable[str]) -> NetworkPolicy:
    """The policy that the edit adds, under a name that no other has."""
    name = wanted = f"default-deny-{edit.direction}"
    number = 2
    taken = {*names}
    while f"{edit.namespace}/{name}" in taken:
        name = f"{wanted}-{number}"
        number += 1
    return NetworkPolicy(edit.namespace, name, LabelSelector(), (TYPES[edit.direction],))


def edit_words(edit: Edit) -> str:
    """What is done, in words."""
    match edit:
        case RemoveRule(place):
            return f"remove {_where(place)}"
        case RemovePeer(place, peer):
            return f"remove item {peer + 1} of {_list(place)} of {_where(place)}"
        case DropPort(place, port):
            return f"remove item {port + 1} of ports of {_where(place)}"
        case MergePeers(place, first):
            return f"require both items {first + 1} and {first + 2} of {_list(place)} of {_where(place)}, as one item"
        case NarrowPeer(place, peer, namespaces):
            who = f"namespace{'s' if len(namespaces) > 1 else ''} {', '.join(namespaces)}"
            return f"narrow item {peer + 1} of {_list(place)} of {_where(place)} to {who}"
        case DefaultDeny(namespace, direction):
            return f"add a policy that isolates every pod of {namespace} for {direction}"
        case _ as never:
            assert_never(never)


def _list(place: Place) -> str:
    return str(place.peers_path[-1])


def _where(place: Place) -> str:
    return f"{place.direction} rule {place.rule + 1} of policy {place.policy}"
