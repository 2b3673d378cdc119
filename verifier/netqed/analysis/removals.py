"""Parts of policies that can be removed: what they are, and what is left without them.

Indices are those of the policies as they were read. An item is a part of its own where its list has others beside it:
a list that is left empty means everything (A2, facts 12 and 13), so with the last item the rule would go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never

from netqed.analysis.edits import DropPort, Edited, Place, RemovePeer, RemoveRule, edited
from netqed.reference.flow import Direction
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy
from netqed.sources.position import FieldPath


@dataclass(frozen=True, slots=True)
class RemovePolicy:
    """Remove a policy."""

    policy: str
    """Its key."""


Removal = RemovePolicy | RemoveRule | RemovePeer | DropPort
Size = Literal["policy", "rule", "peer", "port"]

SIZES: Final[tuple[Size, ...]] = ("policy", "rule", "peer", "port")
"""What a removal takes, the largest first."""


def size_of(removal: Removal) -> Size:
    """What is removed."""
    match removal:
        case RemovePolicy():
            return "policy"
        case RemoveRule():
            return "rule"
        case RemovePeer():
            return "peer"
        case DropPort():
            return "port"
        case _ as never:
            assert_never(never)


def policy_of(removal: Removal) -> str:
    """The key of the policy that it is about."""
    return removal.policy if isinstance(removal, RemovePolicy) else removal.place.policy


def path_of(removal: Removal) -> FieldPath:
    """The path of what is removed in its policy; `()` is the policy itself."""
    match removal:
        case RemovePolicy():
            return ()
        case RemoveRule(place):
            return place.path
        case RemovePeer(place, peer):
            return (*place.peers_path, peer)
        case DropPort(place, port):
            return (*place.path, "ports", port)
        case _ as never:
            assert_never(never)


def contains(removal: Removal, other: Removal) -> bool:
    """Whether the other one goes with this one, or is the same."""
    path = path_of(removal)
    return policy_of(removal) == policy_of(other) and path_of(other)[: len(path)] == path


def removals_of(policy: NetworkPolicy) -> Iterator[Removal]:
    """Every part of the policy, in the order in which it is written, what holds others before them."""
    yield RemovePolicy(policy.key)
    directions: tuple[Direction, ...] = ("ingress", "egress")
    for direction in directions:
        for index, rule in enumerate((policy.ingress if direction == "ingress" else policy.egress) or ()):
            place = Place(policy.key, direction, index)
            yield RemoveRule(place)
            peers, ports = len(rule.peers or ()), len(rule.ports or ())
            yield from (RemovePeer(place, item) for item in range(peers) if peers > 1)
            yield from (DropPort(place, item) for item in range(ports) if ports > 1)


def smaller(policy: NetworkPolicy, removals: Iterable[Removal]) -> Edited | None:
    """The policy without those of the parts that are its own; None where it is removed itself."""
    own = [one for one in removals if policy_of(one) == policy.key]
    if any(isinstance(one, RemovePolicy) for one in own):
        return None
    return edited(policy, [one for one in own if not isinstance(one, RemovePolicy)])


def without(cluster: Cluster, removals: Collection[Removal]) -> Cluster:
    """The cluster without the parts."""
    touched = {policy_of(one) for one in removals}
    left = []
    for policy in cluster.policies:
        if policy.key not in touched:
            left.append(policy)
        elif (after := smaller(policy, removals)) is not None:
            left.append(after.policy)
    return replace(cluster, policies=tuple(left))


def as_read(removal: Removal, now: Edited) -> Removal:
    """A part of a policy that lost others, by the indices of the policy as it was read."""
    if isinstance(removal, RemovePolicy):
        return removal
    place = removal.place
    direction = place.direction
    rule = now.rules[direction][place.rule]
    there = replace(place, rule=rule)
    match removal:
        case RemoveRule():
            return RemoveRule(there)
        case RemovePeer(_, peer):
            return RemovePeer(there, now.peers[direction, rule][peer])
        case DropPort(_, port):
            return DropPort(there, now.ports[direction, rule][port])
        case _ as never:
            assert_never(never)


def outermost(removals: Iterable[Removal]) -> tuple[Removal, ...]:
    """Those that go with no other of them."""
    listed = tuple(removals)
    around: dict[tuple[str, FieldPath], None] = {(policy_of(one), path_of(one)): None for one in listed}
    return tuple(
        one
        for one in listed
        if not any((policy_of(one), path_of(one)[:length]) in around for length in range(len(path_of(one))))
    )
