"""Rewrites of policies: those that mean the same are proved equivalent on every network plugin, and those that only
look the same are told apart by a flow."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from netqed.analysis.difference import difference
from netqed.analysis.difference_results import Delta, Difference, Nothing, Outcome
from netqed.plugins.matters import Matter
from netqed.plugins.table import SUPPORTED
from netqed.reference.flow import AddressEnd, PodEnd
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, PolicyPort
from support.judging import EVERYTHING, TCP, UDP, block, expression, matching, pods, policy, rule

HTTP = (PolicyPort("TCP", 80),)
WEB, API = matching(app="web"), matching(app="api")
TEAM = matching(team="x")

Policies = tuple[NetworkPolicy, ...]


def compare(old: Policies, new: Policies, cni: str | None = None) -> Difference:
    """The difference of two sets of policies, on any plugin."""
    return difference(Cluster(policies=old), Cluster(policies=new), cni=cni)


SAME: dict[str, tuple[Policies, Policies]] = {
    "matchLabels as an In expression": (
        (policy(selector=WEB, ingress=(rule(pods(API, TEAM)),)),),
        (
            policy(
                selector=expression("app", "In", "web"),
                ingress=(rule(pods(expression("app", "In", "api"), expression("team", "In", "x"))),),
            ),
        ),
    ),
    "a rule split into two": (
        (policy(ingress=(rule(pods(API), block("203.0.113.0/24"), ports=HTTP),)),),
        (policy(ingress=(rule(pods(API), ports=HTTP), rule(block("203.0.113.0/24"), ports=HTTP))),),
    ),
    "peers merged": (
        (policy(ingress=(rule(pods(WEB), pods(API)),)),),
        (policy(ingress=(rule(pods(expression("app", "In", "web", "api"))),)),),
    ),
    "a policy split per rule": (
        (policy(selector=WEB, ingress=(rule(pods(API)), rule(pods(None, TEAM), ports=HTTP))),),
        (
            policy(selector=WEB, name="one", ingress=(rule(pods(API)),)),
            policy(selector=WEB, name="two", ingress=(rule(pods(None, TEAM), ports=HTTP),)),
        ),
    ),
    "an empty from as a missing one": (
        (policy(ingress=(rule(ports=HTTP),)),),
        (policy(ingress=(type(rule())((), HTTP),)),),
    ),
    "a CIDR as its two halves": (
        (policy(ingress=(rule(block("203.0.112.0/23")),)),),
        (policy(ingress=(rule(block("203.0.112.0/24"), block("203.0.113.0/24")),)),),
    ),
    "an except as the blocks around it": (
        (policy(egress=(rule(block("10.0.0.0/30", "10.0.0.1/32")),), types=("Egress",)),),
        (
            policy(
                egress=(rule(block("10.0.0.0/32"), block("10.0.0.2/31")),),
                types=("Egress",),
            ),
        ),
    ),
}
"""Pairs that mean the same on every network plugin."""

SAME_WITH_END_PORT: dict[str, tuple[Policies, Policies]] = {
    "ports 80-81 as two ports": (
        (policy(ingress=(rule(pods(API), ports=(PolicyPort("TCP", 80, 81),)),)),),
        (policy(ingress=(rule(pods(API), ports=(PolicyPort("TCP", 80), PolicyPort("TCP", 81))),)),),
    ),
    "a range split in two": (
        (policy(ingress=(rule(pods(API), ports=(PolicyPort("TCP", 80, 99),)),)),),
        (policy(ingress=(rule(pods(API), ports=(PolicyPort("TCP", 80, 89), PolicyPort("TCP", 90, 99))),)),),
    ),
}
"""Pairs that mean the same wherever `endPort` is known."""


@pytest.mark.parametrize("name", SAME)
def test_rewrites_that_mean_the_same_are_equivalent_on_any_plugin(name: str) -> None:
    """Both ways round."""
    old, new = SAME[name]
    assert compare(old, new).outcome == compare(new, old).outcome == "equivalent"


@pytest.mark.parametrize("name", SAME_WITH_END_PORT)
def test_rewrites_of_ranges_are_equivalent_and_rest_on_ranges_being_honoured(name: str) -> None:
    """Without a plugin the proof says so; a plugin of which that is not verified may tell them apart."""
    old, new = SAME_WITH_END_PORT[name]
    assert compare(old, new, "spec").outcome == compare(old, new, "calico").outcome == "equivalent"
    found = compare(old, new)
    assert found.outcome == "equivalent"
    assert isinstance(found.gained, Nothing)
    assert found.gained.matters == ((Matter.END_PORT, True),)
    unverified = next(plugin.name for plugin in SUPPORTED if Matter.END_PORT not in plugin.fixed)
    found = compare(old, new, unverified)
    assert found.outcome == "wider"
    assert isinstance(found.gained, Delta)
    assert Matter.END_PORT not in found.gained.example.reading


@dataclass(frozen=True)
class Apart:
    """Two sets that look the same, and what the difference is."""

    old: Policies
    new: Policies
    outcome: Outcome
    protocol: int | None = None
    """That of the flow shown, where it matters."""
    outside: bool = False
    """Whether the flow shown has an address outside the cluster."""
    family: str | None = None


APART = {
    "AND as OR of peers": Apart(
        (policy(ingress=(rule(pods(API, TEAM)),)),),
        (policy(ingress=(rule(pods(API), pods(None, TEAM)),)),),
        "wider",
    ),
    "an empty namespaceSelector for a missing one": Apart(
        (policy(ingress=(rule(pods(API)),)),),
        (policy(ingress=(rule(pods(API, EVERYTHING)),)),),
        "wider",
    ),
    "an empty from for all pods": Apart(
        (policy(ingress=(rule(),)),),
        (policy(ingress=(rule(pods(EVERYTHING, EVERYTHING)),)),),
        "narrower",
        outside=True,
    ),
    "one port item of nothing for no ports": Apart(
        (policy(ingress=(rule(pods(API)),)),),
        (policy(ingress=(rule(pods(API), ports=(PolicyPort(),)),)),),
        "narrower",
        protocol=UDP,
    ),
    "NotIn for DoesNotExist and In": Apart(
        (policy(ingress=(rule(pods(expression("app", "NotIn", "web"))),)),),
        (policy(ingress=(rule(pods(expression("app", "DoesNotExist")), pods(expression("app", "In", "api"))),)),),
        "narrower",
    ),
    "0.0.0.0/0 for everything": Apart(
        (policy(ingress=(rule(),)),),
        (policy(ingress=(rule(block("0.0.0.0/0")),)),),
        "narrower",
        family="IPv6",
    ),
    "an added egress list without policyTypes": Apart(
        (policy(ingress=(rule(pods(API)),)),),
        (policy(ingress=(rule(pods(API)),), egress=(rule(pods(API)),)),),
        "narrower",
    ),
}
"""Pairs that look the same, by the API's own reading."""


@pytest.mark.parametrize("name", APART)
def test_rewrites_that_look_the_same_are_told_apart(name: str) -> None:
    """By the outcome, by a natural flow of the kind that makes the difference, and by families."""
    case = APART[name]
    found = compare(case.old, case.new, "spec")
    assert found.outcome == case.outcome
    (_, delta), *others = found.deltas
    assert not others
    assert delta.families
    assert delta.left_out == 0
    witness = delta.example.allowing
    assert witness.protocol == (case.protocol or TCP)
    outside = any(isinstance(end, AddressEnd) for end in (witness.flow.source, witness.flow.destination))
    assert outside or not case.outside
    assert all(isinstance(end, AddressEnd | PodEnd) for end in (witness.flow.source, witness.flow.destination))
    if case.family is not None:
        assert witness.family == case.family
    assert compare(case.new, case.old, "spec").outcome == {"wider": "narrower", "narrower": "wider"}[case.outcome]


@pytest.mark.parametrize("name", APART)
def test_rewrites_that_look_the_same_are_told_apart_on_any_plugin(name: str) -> None:
    """What NEW allows or closes by the API's reading, it does where no plugin is named."""
    case = APART[name]
    outcome = compare(case.old, case.new).outcome
    assert outcome in (case.outcome, "incomparable")
