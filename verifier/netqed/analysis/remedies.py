"""Edits that may stop a flow: of the rules that let it through, or the isolation of a side that nothing isolates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netqed.analysis.edits import (
    DefaultDeny,
    DropPort,
    Edit,
    Edited,
    MergePeers,
    NarrowPeer,
    Place,
    RemovePeer,
    RemoveRule,
    conflict,
    edited,
    may_merge,
)
from netqed.analysis.endpoints import leaves
from netqed.analysis.results import Witness
from netqed.analysis.trials import decided
from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.flow import Direction, DirectionDecision, PodEnd, RuleMatch
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyRule
from netqed.resources.selectors import selects
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.sentences import CanReach, Endpoint, Invariant, OnlyCanReach, Pods, WorkloadRef

WIDEST: Final = 4
"""Namespaces that a peer is narrowed to at most: beyond that a label says it better."""

_ORDER: Final = (MergePeers, NarrowPeer, DropPort, RemovePeer, RemoveRule, DefaultDeny)


def by_nature(edit: Edit) -> tuple[int, str]:
    """The order of edits: the most local and most natural first."""
    return _ORDER.index(type(edit)), str(edit)


@dataclass(frozen=True)
class Remedies:
    """Finds edits in one input, under one spec."""

    cluster: Cluster
    spec: Spec

    def of(self, witness: Witness, edits: Sequence[Edit], stated: StatedInvariant) -> Iterator[Edit]:
        """Edits that take away one way of the flow, which gets through after `edits`: the most natural first, ingress
        before egress. Whether the flow has others is for those who ask."""
        found: dict[Edit, None] = {}
        for decision in (witness.decision.ingress, witness.decision.egress):
            here = self._of_direction(witness, decision, edits, stated)
            found.update(dict.fromkeys(edit for edit in here if self._helps(witness, edits, edit)))
        yield from sorted(found, key=lambda edit: _ORDER.index(type(edit)))

    def _of_direction(
        self, witness: Witness, decision: DirectionDecision, edits: Sequence[Edit], stated: StatedInvariant
    ) -> Iterator[Edit]:
        ingress = decision.direction == "ingress"
        governed, other = witness.flow.destination, witness.flow.source
        if not ingress:
            governed, other = other, governed
        avoided = other.namespace if isinstance(other, PodEnd) else None
        for match in decision.matches[:1]:
            yield from self._of_rule(match, edits, stated, avoided)
        if (
            decision.reason == "not-isolated"
            and isinstance(governed, PodEnd)
            and governed.namespace in self.cluster.known_namespaces
        ):
            yield DefaultDeny(governed.namespace, decision.direction)

    def _helps(self, witness: Witness, edits: Sequence[Edit], edit: Edit) -> bool:
        """Whether the flow loses a way by the edit: else it does nothing now, and is found when it would."""
        if any(conflict(edit, other) for other in edits):
            return False
        if isinstance(edit, DefaultDeny):
            return True
        return self._ways(witness, edit.place.policy, edits) != self._ways(witness, edit.place.policy, (*edits, edit))

    def _ways(self, witness: Witness, key: str, edits: Sequence[Edit]) -> set[tuple[object, ...]]:
        """The rules of one policy that the flow matches, by what they were before the edits."""
        policy = next(policy for policy in self.cluster.policies if policy.key == key)
        after = edited(policy, edits)
        again = decided(witness, (after.policy,))
        return {
            _origin(after, match) for one in (again.decision.ingress, again.decision.egress) for match in one.matches
        }

    def _of_rule(
        self, match: RuleMatch, edits: Sequence[Edit], stated: StatedInvariant, avoided: str | None
    ) -> Iterator[Edit]:
        """Edits of the rule that lets a flow through; `avoided` is the namespace of its other side. The match is of the
        policy after `edits`."""
        policy = next((one for one in self.cluster.policies if one.key == match.policy.key), None)
        if policy is None:
            return
        after = edited(policy, edits)
        direction, index, peer, port = _origin(after, match)
        place = Place(policy.key, direction, index)
        written = _rules(policy, direction)[index]
        if peer is not None and written.peers:
            for first in (peer - 1, peer):
                both = written.peers[max(first, 0) : first + 2]
                if first >= 0 and len(both) == 2 and may_merge(*both):
                    yield MergePeers(place, first)
            merged = any(isinstance(edit, MergePeers) and (edit.place, edit.first) == (place, peer) for edit in edits)
            for part in (peer, peer + 1) if merged else (peer,):
                selector = written.peers[part].namespace_selector
                if selector is not None and not _names(selector):
                    for namespaces in self._meant(stated.invariant, direction, policy, selector, avoided):
                        yield NarrowPeer(place, part, namespaces)
            if len(written.peers) > 1:
                yield RemovePeer(place, peer)
        if port is not None and written.ports and len(written.ports) > 1:
            yield DropPort(place, port)
        yield RemoveRule(place)

    def _meant(
        self,
        invariant: Invariant,
        direction: Direction,
        policy: NetworkPolicy,
        selector: LabelSelector,
        avoided: str | None,
    ) -> Iterator[tuple[str, ...]]:
        """Namespaces that a peer of the policy may be meant for, without the one that it is to keep out: those that the
        invariant lets in, those that another `only` does, those that some `can` needs, the other ones that it selects
        today, the policy's own."""
        found: dict[tuple[str, ...], None] = {}
        needed: dict[str, None] = {}
        for one in (invariant, *(stated.invariant for stated in self.spec.invariants)):
            match one:
                case OnlyCanReach(source, destination) if direction == "ingress":
                    if policy.namespace in self._namespaces(destination):
                        found[self._namespaces(source)] = None
                case CanReach(source, destination):
                    own, other = (destination, source) if direction == "ingress" else (source, destination)
                    if policy.namespace in self._namespaces(own):
                        needed.update(dict.fromkeys(self._namespaces(other)))
                case _:
                    pass
        found[tuple(sorted(needed))] = None
        today = [name for name, labels in self._declared() if selects(selector, labels) and name != avoided]
        found[tuple(today)] = None
        found[policy.namespace,] = None
        for namespaces in found:
            if 0 < len(namespaces) <= WIDEST and avoided not in namespaces:
                yield namespaces

    def _declared(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The declared namespaces in order, with all of their labels."""
        declared = {name: one.labels for name, one in self.cluster.namespaces.items()}
        for name, labels in sorted({**self.spec.namespaces, **declared}.items()):
            yield name, {**labels, NAME_LABEL: name}

    def _namespaces(self, endpoint: Endpoint) -> tuple[str, ...]:
        """The namespaces that an endpoint speaks of, where it speaks of pods only; none if it speaks of others too."""
        found: dict[str, None] = {}
        for leaf in leaves(endpoint):
            match leaf:
                case Pods(LabelSelector() as selector):
                    found.update((name, None) for name, labels in self._declared() if selects(selector, labels))
                case Pods(str(namespace)) | WorkloadRef(namespace):
                    found[namespace] = None
                case _:
                    return ()
        return tuple(sorted(found))


def _rules(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    return (policy.ingress if direction == "ingress" else policy.egress) or ()


def _origin(after: Edited, match: RuleMatch) -> tuple[Direction, int, int | None, int | None]:
    """Direction, rule, peer and port of a match as they were numbered before the edits."""
    index = after.rules[match.direction][match.rule]
    key = (match.direction, index)
    return (
        match.direction,
        index,
        None if match.peer is None else after.peers[key][match.peer],
        None if match.port is None else after.ports[key][match.port],
    )


def _names(selector: LabelSelector) -> bool:
    """Whether the selector goes by the name of the namespace already."""
    return any(key == NAME_LABEL for key, _ in selector.match_labels) or any(
        one.key == NAME_LABEL and one.operator == "In" for one in selector.match_expressions
    )
