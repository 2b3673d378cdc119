"""Selectors, peers, rules and reasons in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netqed.analysis.results import WitnessEnd
from netqed.reference.flow import DirectionDecision, Reason
from netqed.report.words import (
    count,
    labels_words,
    peer_words,
    peers_words,
    port_words,
    rule_words,
    selector_words,
    ungoverned_words,
    workloads_words,
)
from netqed.resources.objects import IPBlock, LabelSelector, PolicyPeer, PolicyPort, PolicyRule, Requirement
from support.results import allowed_witness, policy, real, selector


def test_selectors_are_written_as_kubectl_takes_them() -> None:
    written = selector_words(
        LabelSelector(
            (("app", "a"),),
            (
                Requirement("tier", "In", ("x", "y")),
                Requirement("env", "NotIn", ("dev",)),
                Requirement("team", "Exists"),
                Requirement("old", "DoesNotExist"),
            ),
        )
    )
    assert written == "app=a,tier in (x, y),env notin (dev),team,!old"


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (PolicyPeer(namespace_selector=LabelSelector()), "every pod of every namespace"),
        (PolicyPeer(namespace_selector=selector(a="b")), "every namespace with a=b"),
        (PolicyPeer(pod_selector=LabelSelector()), "every pod in shop, the policy's own namespace"),
        (PolicyPeer(pod_selector=selector(a="b")), "every pod with a=b in shop, the policy's own namespace"),
        (PolicyPeer(selector(a="b"), selector(c="d")), "every pod with a=b in every namespace with c=d"),
        (PolicyPeer(selector(a="b"), LabelSelector()), "every pod with a=b in every namespace"),
        (PolicyPeer(LabelSelector(), selector(c="d")), "every pod in every namespace with c=d"),
        (PolicyPeer(ip_block=IPBlock("10.0.0.0/8", ())), "every address in 10.0.0.0/8"),
        (PolicyPeer(ip_block=IPBlock("::/0", ("fc00::/7",))), "every address in ::/0 except fc00::/7"),
    ],
)
def test_peers(peer: PolicyPeer, words: str) -> None:
    assert peer_words(peer, policy()) == words


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (PolicyPort(), "TCP"),
        (PolicyPort("UDP"), "UDP"),
        (PolicyPort(None, 80), "TCP/80"),
        (PolicyPort("TCP", 80, 90), "TCP/80-90"),
        (PolicyPort("UDP", "dns"), "UDP/dns"),
    ],
)
def test_ports(port: PolicyPort, words: str) -> None:
    assert port_words(port) == words


def test_a_rule_without_lists_allows_everything() -> None:
    assert rule_words(PolicyRule(), policy(), "ingress") == "from anyone on every port"
    assert rule_words(PolicyRule((), ()), policy(), "egress") == "to anywhere on every port"


def test_peers_of_one_rule_are_told_in_brief() -> None:
    peers = (
        PolicyPeer(pod_selector=selector(app="a")),
        PolicyPeer(ip_block=IPBlock("10.0.0.0/8")),
        PolicyPeer(selector(app="b"), LabelSelector()),
        PolicyPeer(pod_selector=selector(app="c")),
        PolicyPeer(selector(app="d"), selector(name="web")),
        PolicyPeer(pod_selector=LabelSelector()),
        PolicyPeer(LabelSelector(), selector(name="web")),
    )
    assert peers_words(peers, policy()) == (
        "every pod with app=a or app=c in shop; or every address in 10.0.0.0/8; or every pod with app=b in every "
        "namespace; or every pod with app=d in every namespace with name=web; or every pod in shop; or every pod in "
        "every namespace with name=web"
    )
    assert rule_words(PolicyRule(peers[:2]), policy(), "egress").endswith(
        "; or every address in 10.0.0.0/8; on every port"
    )
    assert rule_words(PolicyRule(peers[:1], (PolicyPort("UDP", 53),)), policy(), "egress") == (
        "to every pod with app=a in shop on UDP/53"
    )


def test_labels_of_keys_that_matter() -> None:
    labels = {"app": "a", "junk": "j"}
    assert labels_words(labels) == "app=a, junk=j"
    assert labels_words(labels, {"app"}) == "app=a"
    assert labels_words(labels, {"app", "tier"}) == "app=a and no label tier"
    assert labels_words(labels, {"tier", "role"}) == "no label role, tier"
    assert labels_words(None, {"tier"}) == "no label tier"
    assert labels_words(None) == "no labels"


@pytest.mark.parametrize(
    ("number", "stated", "words"),
    [
        (8, 0, "8 workloads"),
        (8, 2, "8 workloads, 2 of them stated by the spec"),
        (1, 1, "1 workload, stated by the spec"),
    ],
)
def test_workloads_that_only_the_spec_states(number: int, stated: int, words: str) -> None:
    assert workloads_words(number, stated) == words


@pytest.mark.parametrize(
    ("reason", "end", "words"),
    [
        ("not-isolated", real("a", "b", {}), "a/deployment/b is selected by no policy for ingress"),
        ("not-a-governed-pod", real("a", "b", {}), "a/deployment/b uses its node's network (hostNetwork)"),
        ("not-a-governed-pod", WitnessEnd("node", "n1", True), "node n1 is no pod"),
        ("not-a-governed-pod", WitnessEnd("external", "192.0.2.1", True), "192.0.2.1 is no pod of the cluster"),
        ("not-governed-protocol", real("a", "b", {}), "TCP, UDP and SCTP only: TCP/8443 always passes"),
        ("own-node", real("a", "b", {}), "always reached from its own node"),
        ("same-pod", real("a", "b", {}), "a pod always reaches itself"),
    ],
)
def test_why_no_rule_was_needed(reason: Reason, end: WitnessEnd, words: str) -> None:
    witness = replace(allowed_witness(), destination=end)
    assert words in ungoverned_words(witness, DirectionDecision("ingress", reason))


def test_why_what_a_pod_sends_to_its_own_node_needs_no_rule() -> None:
    decision = DirectionDecision("egress", "own-node")
    assert ungoverned_words(allowed_witness(), decision).endswith("always reaches its own node")


def test_counts() -> None:
    assert [count(0, "policy"), count(1, "policy"), count(1204, "pod"), count(2, "day")] == [
        "0 policies",
        "1 policy",
        "1,204 pods",
        "2 days",
    ]
