"""Small clusters in which some of what policies say is said twice, and what is left of them without a part.

What is left is worked out here from the API's text alone: a list that loses its last item would mean everything, so an
item counts as a part only beside others; and a policy that loses its last rule keeps what it isolates for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies as st

from netqed.plugins.matters import Reading
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule
from netqed.sources.position import FieldPath
from netqed.spec.document import Scope, Spec
from support.both import NO_SENTENCE, Both
from support.brute import Question
from support.pairs import FACTS
from support.strategies import index, pick
from support.universe import Universe
from support.worlds import POLICY_PORTS, small_clusters, small_peers, small_policies, small_rules

Name = tuple[str, FieldPath]
"""A part: its policy's key, and its path in the policy."""


@dataclass(frozen=True, slots=True)
class CrowdedWorld:
    """An input, the facts of its cluster, and a scope."""

    cluster: Cluster
    spec: Spec
    scope: Scope
    crowded: tuple[str, ...]


def _again(draw: st.DrawFn, policy: NetworkPolicy) -> NetworkPolicy:
    """The same under another name."""
    return replace(policy, name=f"{policy.name}-again")


def _isolating(draw: st.DrawFn, policy: NetworkPolicy) -> NetworkPolicy:
    """What isolates the same pods and admits nothing."""
    return replace(policy, name=f"{policy.name}-deny", ingress=None, egress=None)


def _open(draw: st.DrawFn, policy: NetworkPolicy) -> NetworkPolicy:
    """What isolates the same pods and admits everything."""
    return replace(policy, name=f"{policy.name}-open", ingress=(PolicyRule(),), egress=(PolicyRule(),))


def _wider(draw: st.DrawFn, policy: NetworkPolicy) -> NetworkPolicy:
    """The same for all pods of the namespace."""
    return replace(policy, name=f"{policy.name}-wide", pod_selector=LabelSelector())


MORE: dict[str, Callable[[st.DrawFn, NetworkPolicy], NetworkPolicy]] = {
    "again": _again,
    "isolating": _isolating,
    "open": _open,
    "wider": _wider,
}


def _more_rules(draw: st.DrawFn, rules: tuple[PolicyRule, ...] | None) -> tuple[PolicyRule, ...]:
    """One rule more, often much like one that is there."""
    if not rules:
        return (draw(small_rules()),)
    rule = pick(draw, rules)
    added = pick(draw, (rule, replace(rule, ports=None), replace(rule, peers=None), draw(small_rules())))
    return (*rules, added) if draw(index(2)) else (added, *rules)


def _more_items(draw: st.DrawFn, rules: tuple[PolicyRule, ...] | None) -> tuple[PolicyRule, ...]:
    """One or two peers or ports more in the first rule."""
    if not rules:
        return (draw(small_rules()),)
    rule = rules[0]
    if rule.peers and draw(index(2)):
        added = pick(draw, (rule.peers[0], PolicyPeer(LabelSelector()), draw(small_peers())))
        rule = replace(rule, peers=(*rule.peers, added))
    else:
        ports = rule.ports or (pick(draw, POLICY_PORTS),)
        rule = replace(rule, ports=(*ports, pick(draw, POLICY_PORTS)))
    return (rule, *rules[1:])


@cache
@st.composite
def crowded_worlds(draw: st.DrawFn) -> CrowdedWorld:
    """A small cluster whose policies say one to three things more than they need to, or than they did."""
    cluster = draw(small_clusters())
    policies = {policy.key: policy for policy in cluster.policies or (draw(small_policies("p0")),)}
    names = []
    for _ in range(pick(draw, (1, 2, 2, 3))):
        name = pick(draw, ("rules", "items", *MORE))
        names.append(name)
        policy = policies[pick(draw, tuple(policies))]
        if name in MORE:
            added = MORE[name](draw, policy)
        else:
            change = _more_rules if name == "rules" else _more_items
            if draw(index(3)):
                added = replace(policy, ingress=change(draw, policy.ingress))
            else:
                added = replace(policy, egress=change(draw, policy.egress))
        policies[added.key] = added
    cluster = replace(cluster, policies=tuple(sorted(policies.values(), key=lambda policy: policy.key)))
    scope: Scope = "always" if draw(index(3)) == 0 else "now"
    return CrowdedWorld(cluster, Spec(cluster=pick(draw, FACTS)), scope, tuple(names))


class Unchanged:
    """Says by brute force of policies whether they allow what a cluster's own do. Every flow is listed once."""

    def __init__(self, world: CrowdedWorld, readings: Sequence[Reading]) -> None:
        self._world, self._readings = world, readings
        listed = Both(world.cluster, world.cluster, world.spec, world.scope).flows()
        self._flows = [(pair[0], other[0], [flow for flow, _ in flows]) for pair, other, flows in listed]
        self._allowed = [answer for answers in self._answers(world.cluster) for answer in answers]

    def __call__(self, other: Cluster) -> bool:
        """Whether every flow is decided alike."""
        place = 0
        for answers in self._answers(other):
            for answer in answers:
                if answer != self._allowed[place]:
                    return False
                place += 1
        return place == len(self._allowed)

    def _answers(self, cluster: Cluster) -> Iterator[Iterator[bool]]:
        question = Question(Universe(cluster, self._world.spec, NO_SENTENCE, self._world.scope))
        for source, destination, flows in self._flows:
            for reading in self._readings:
                evaluator = question.evaluator(source, destination, reading)
                yield (evaluator.decide(flow).allowed for flow in flows)


def parts(cluster: Cluster) -> Iterator[tuple[Name, Cluster]]:
    """Every part of every policy, and the cluster without it."""
    for policy in cluster.policies:
        yield (policy.key, ()), _with(cluster, policy, None)
        for path, smaller in _parts_of(policy):
            yield (policy.key, path), _with(cluster, policy, smaller)


def _parts_of(policy: NetworkPolicy) -> Iterator[tuple[FieldPath, NetworkPolicy]]:
    for direction, key in (("ingress", "from"), ("egress", "to")):
        rules = (policy.ingress if direction == "ingress" else policy.egress) or ()
        for number, rule in enumerate(rules):
            path: FieldPath = ("spec", direction, number)
            yield path, _with_rules(policy, direction, (*rules[:number], *rules[number + 1 :]))
            for field, name in (("peers", key), ("ports", "ports")):
                items = getattr(rule, field) or ()
                for item in range(len(items) if len(items) > 1 else 0):
                    changed = replace(rule, **{field: (*items[:item], *items[item + 1 :])})
                    left = (*rules[:number], changed, *rules[number + 1 :])
                    yield (*path, name, item), _with_rules(policy, direction, left)


def _with_rules(policy: NetworkPolicy, direction: str, rules: tuple[PolicyRule, ...]) -> NetworkPolicy:
    """The policy with other rules, isolating for what it isolated for."""
    types = policy.policy_types or (("Ingress", "Egress") if policy.egress else ("Ingress",))
    if direction == "ingress":
        return replace(policy, ingress=rules, policy_types=types)
    return replace(policy, egress=rules, policy_types=types)


def _with(cluster: Cluster, policy: NetworkPolicy, smaller: NetworkPolicy | None) -> Cluster:
    left = [smaller if one is policy else one for one in cluster.policies]
    return replace(cluster, policies=tuple(one for one in left if one is not None))
