"""What would mend a refuted invariant: small sets of edits that make it hold and break nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from netqed.analysis.edits import (
    DefaultDeny,
    DropPort,
    Edit,
    MergePeers,
    NarrowPeer,
    Place,
    RemovePeer,
    RemoveRule,
    conflict,
    default_deny,
    edit_words,
    edited,
    may_merge,
)
from netqed.analysis.patching import Patcher
from netqed.analysis.results import Change, Mend, Proved, Refuted, Result, Verdict, Witness
from netqed.reference.flow import Direction, PodEnd, RuleMatch
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, PolicyRule
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.sentences import (
    AnyOf,
    CanReach,
    Endpoint,
    Invariant,
    OnlyCanReach,
    Pods,
    WorkloadRef,
)

PROPOSALS: Final = 3
"""Mends that are shown of one invariant."""

LARGEST: Final = 3
"""Edits of one mend."""

CHECKS: Final = 150
"""Policy sets that are tried for one invariant."""

Verdicts = Callable[[Cluster, Spec], Sequence[Verdict]]
"""Gives the verdicts on a spec's invariants over a cluster, in the spec's order."""


@dataclass(frozen=True, slots=True)
class Mender:
    """Mends the refuted invariants of one input. Nothing is assumed of an edit: each set is tried by the solver."""

    cluster: Cluster
    spec: Spec
    verdicts: Verdicts
    """With the scope that each invariant was judged in."""
    patcher: Patcher

    def mends(self, results: Sequence[Result], index: int) -> tuple[Mend, ...]:
        """Mends of the refuted invariant at the index, smallest and most local first."""
        return tuple(self._mend(edits) for edits in self.solutions(results, index))

    def solutions(self, results: Sequence[Result], index: int) -> Iterator[tuple[Edit, ...]]:
        """Sets of edits that mend the invariant at the index; none of a `can`, which takes more than edits that let
        less through.

        Under each, the invariant is proved (UNSAT of its violation, SAT of its subject), every other invariant of the
        spec has the verdict that it has now or, if that is refuted, is proved too, and no proper part of the edits
        makes the invariant proved.
        """
        result = results[index]
        if not isinstance(result.verdict, Refuted) or isinstance(result.stated.invariant, CanReach):
            return
        words = [one.verdict.word for one in results]
        alone = replace(self.spec, invariants=(replace(result.stated, scope=result.scope),))
        tried: dict[frozenset[Edit], Verdict] = {frozenset(): result.verdict}
        frontier: list[tuple[Edit, ...]] = [()]
        found: list[frozenset[Edit]] = []
        shapes: set[frozenset[object]] = set()
        for _ in range(LARGEST):
            following: list[tuple[Edit, ...]] = []
            for larger in self._larger(frontier, tried, result.stated):
                one = frozenset(larger)
                if any(smaller < one for smaller in found):
                    continue
                if len(tried) > CHECKS:
                    return
                (tried[one],) = self.verdicts(self.after(one), alone)
                following.append(larger)
                if not isinstance(tried[one], Proved):
                    continue
                found.append(one)
                shape = frozenset(map(_shape, one))
                if shape not in shapes and self._is_mend(one, alone, index, words, tried):
                    shapes.add(shape)
                    yield tuple(sorted(one, key=_key))
                    if len(shapes) >= PROPOSALS:
                        return
            frontier = following

    def _larger(
        self, frontier: Sequence[tuple[Edit, ...]], tried: dict[frozenset[Edit], Verdict], stated: StatedInvariant
    ) -> Iterator[tuple[Edit, ...]]:
        """The sets of the frontier, each with one more edit that may stop what still gets through."""
        for edits in frontier:
            verdict = tried[frozenset(edits)]
            if isinstance(verdict, Refuted):
                for edit in self._stopping(verdict.witness, edits, stated):
                    if frozenset((*edits, edit)) not in tried and not any(conflict(edit, other) for other in edits):
                        yield (*edits, edit)

    def _is_mend(
        self,
        edits: frozenset[Edit],
        alone: Spec,
        index: int,
        words: Sequence[str],
        tried: dict[frozenset[Edit], Verdict],
    ) -> bool:
        """Whether no proper part suffices and no other verdict gets worse."""
        for size in range(1, len(edits)):
            for part in map(frozenset, combinations(sorted(edits, key=str), size)):
                if part not in tried:
                    (tried[part],) = self.verdicts(self.after(part), alone)
                if isinstance(tried[part], Proved):
                    return False
        after = [verdict.word for verdict in self.verdicts(self.after(edits), self.spec)]
        pairs = enumerate(zip(words, after, strict=True))
        return after[index] == "proved" and all(
            new == old or (old, new) == ("refuted", "proved") for number, (old, new) in pairs if number != index
        )

    def _mend(self, ordered: tuple[Edit, ...]) -> Mend:
        policies = {policy.key: policy for policy in self.cluster.policies}
        return Mend(
            tuple(
                Change(None if isinstance(edit, DefaultDeny) else policies[edit.place.policy], edit_words(edit))
                for edit in ordered
            ),
            self.patcher.diff(ordered, self.after(frozenset(ordered))),
        )

    def after(self, edits: frozenset[Edit]) -> Cluster:
        """The cluster after the edits."""
        policies = [edited(policy, edits).policy for policy in self.cluster.policies]
        for edit in sorted(edits, key=_key):
            if isinstance(edit, DefaultDeny):
                policies.append(default_deny(edit, (policy.key for policy in policies)))
        return replace(self.cluster, policies=tuple(policies))

    def _stopping(self, witness: Witness, edits: Sequence[Edit], stated: StatedInvariant) -> Iterator[Edit]:
        """Edits each of which may keep the witness's flow out, the most local first."""
        found: dict[Edit, None] = {}
        for decision in (witness.decision.ingress, witness.decision.egress):
            for match in decision.matches[:1]:
                found.update(dict.fromkeys(self._of_rule(match, edits, stated)))
            if decision.reason == "not-isolated":
                end = witness.flow.destination if decision.direction == "ingress" else witness.flow.source
                if isinstance(end, PodEnd) and self._lives(end.namespace):
                    found[DefaultDeny(end.namespace, decision.direction)] = None
        yield from sorted(found, key=_key)

    def _lives(self, namespace: str) -> bool:
        """Whether anything of the input is in the namespace: a policy for one that only may come would be idle."""
        return namespace in self.cluster.known_namespaces

    def _of_rule(self, match: RuleMatch, edits: Sequence[Edit], stated: StatedInvariant) -> Iterator[Edit]:
        """Edits of the rule that lets a flow through. The match is of the policy after `edits`."""
        policy = next((one for one in self.cluster.policies if one.key == match.policy.key), None)
        if policy is None:
            return
        after = edited(policy, edits)
        index = after.rules[match.direction][match.rule]
        place = Place(policy.key, match.direction, index)
        written = _rules(policy, match)[index]
        key = (match.direction, index)
        if match.peer is not None and written.peers:
            peer = after.peers[key][match.peer]
            for first in (peer - 1, peer):
                both = written.peers[max(first, 0) : first + 2]
                if first >= 0 and len(both) == 2 and may_merge(*both):
                    yield MergePeers(place, first)
            merged = peer + 1 not in after.peers[key] and any(
                isinstance(edit, MergePeers) and (edit.place, edit.first) == (place, peer) for edit in edits
            )
            for part in (peer, peer + 1) if merged else (peer,):
                if written.peers[part].namespace_selector is not None:
                    for namespaces in self._wanted(stated.invariant, match.direction, policy):
                        yield NarrowPeer(place, part, namespaces)
            if len(written.peers) > 1:
                yield RemovePeer(place, peer)
        if match.port is not None and written.ports and len(written.ports) > 1:
            yield DropPort(place, after.ports[key][match.port])
        yield RemoveRule(place)

    def _wanted(self, invariant: Invariant, direction: Direction, policy: NetworkPolicy) -> Iterator[tuple[str, ...]]:
        """Namespaces that a peer of the policy may be meant for: those that the invariant lets in, those that another
        `only` does, those that some `can` needs, the policy's own."""
        found: dict[tuple[str, ...], None] = {}
        needed: dict[str, None] = {}
        for one in (invariant, *(stated.invariant for stated in self.spec.invariants)):
            match one:
                case OnlyCanReach(source, destination) if direction == "ingress":
                    if policy.namespace in _namespaces(destination):
                        found[_namespaces(source)] = None
                case CanReach(source, destination):
                    own, other = (destination, source) if direction == "ingress" else (source, destination)
                    if policy.namespace in _namespaces(own):
                        needed.update(dict.fromkeys(_namespaces(other)))
                case _:
                    pass
        found[tuple(needed)] = None
        found[policy.namespace,] = None
        yield from (namespaces for namespaces in found if namespaces)


def _rules(policy: NetworkPolicy, match: RuleMatch) -> tuple[PolicyRule, ...]:
    return (policy.ingress if match.direction == "ingress" else policy.egress) or ()


def _namespaces(endpoint: Endpoint) -> tuple[str, ...]:
    """The namespaces that an endpoint names; none if it speaks of others too."""
    match endpoint:
        case Pods(namespace) if isinstance(namespace, str):
            return (namespace,)
        case WorkloadRef(namespace):
            return (namespace,)
        case AnyOf(items):
            each = [_namespaces(item) for item in items]
            return tuple(dict.fromkeys(name for names in each for name in names)) if all(each) else ()
        case _:
            return ()


def _shape(edit: Edit) -> object:
    """The edit but for the namespaces that it narrows to: of two mends that differ in those only, one is shown."""
    return (edit.place, edit.peer) if isinstance(edit, NarrowPeer) else edit


def _key(edit: Edit) -> tuple[int, int, str]:
    """The order of edits: the most local and most natural first."""
    order = (MergePeers, NarrowPeer, DropPort, RemovePeer, RemoveRule, DefaultDeny)
    return order.index(type(edit)), len(edit.namespaces) if isinstance(edit, NarrowPeer) else 0, str(edit)
