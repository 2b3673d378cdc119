"""Which rule a blocked flow is held against, and what of it is pointed at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netqed.analysis.results import Witness, WitnessEnd
from netqed.reference.flow import Decision, DirectionDecision
from netqed.report.blame import blocked
from netqed.report.nearest import Distance, nearest
from netqed.report.style import Style
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
)
from netqed.sources.position import FieldPath
from support.results import blocked_witness, policy, real, selector

FITS = PolicyPeer(namespace_selector=selector(tier="web"))
"""Matches the source: web/deployment/site with app=site, in a namespace with tier=web."""


def witness(*rules: PolicyRule, more: tuple[NetworkPolicy, ...] = (), **source: Any) -> Witness:
    """web/deployment/site does not reach shop/api on TCP/9000, where a policy of shop has these rules."""
    one = replace(policy(), ingress=rules, document=None)
    labelled = replace(real("web", "site", {"app": "site"}), namespace_labels={"tier": "web"})
    end = replace(labelled, **source)
    ports = (ContainerPort(8443, "https"),)
    return replace(
        blocked_witness(),
        source=end,
        destination=real("shop", "api", {"app": "api"}, "Pod", container_ports=ports),
        decision=Decision(
            DirectionDecision("ingress", "no-rule", (*more, one)), DirectionDecision("egress", "not-isolated")
        ),
    )


def found(*rules: PolicyRule, **source: Any) -> tuple[Distance, FieldPath, str] | None:
    shown = witness(*rules, **source)
    near = nearest(shown, shown.decision.ingress)
    return None if near is None else (near.distance, near.path[2:], near.label)


def rule(*peers: PolicyPeer, ports: tuple[PolicyPort, ...] = (PolicyPort("TCP", 9000),)) -> PolicyRule:
    return PolicyRule(peers, ports)


@pytest.mark.parametrize(
    ("ports", "path", "label"),
    [
        ((PolicyPort(None, 8443),), (0, "ports", 0, "port"), "admits TCP/8443, but not TCP/9000"),
        ((PolicyPort("TCP", 9001, 9010),), (0, "ports", 0, "port"), "admits TCP/9001-9010, but not TCP/9000"),
        ((PolicyPort("UDP", 9000),), (0, "ports", 0, "protocol"), "admits UDP/9000, but not TCP/9000"),
        ((PolicyPort("UDP"),), (0, "ports", 0, "protocol"), "admits UDP, but not TCP/9000"),
        (
            (PolicyPort("TCP", "https"),),
            (0, "ports", 0, "port"),
            "admits TCP/https (port 8443 of shop/api), but not TCP/9000",
        ),
        (
            (PolicyPort("TCP", "http"),),
            (0, "ports", 0, "port"),
            "admits TCP/http (a name that no container of shop/api declares), but not TCP/9000",
        ),
        ((PolicyPort("TCP", 80), PolicyPort("UDP", 53)), (0, "ports"), "admits TCP/80, UDP/53, but not TCP/9000"),
    ],
)
def test_the_port_is_all_that_fails(ports: tuple[PolicyPort, ...], path: FieldPath, label: str) -> None:
    assert found(rule(FITS, ports=ports)) == (Distance.PORT, path, label)
    for everyone in (rule(ports=ports), rule(PolicyPeer(LabelSelector(), LabelSelector()), ports=ports)):
        assert found(everyone) == (Distance.PORT_OF_ANYONE, path, label)


@pytest.mark.parametrize(
    ("peer", "path", "label"),
    [
        (
            PolicyPeer(selector(app="cart"), selector(tier="web")),
            "podSelector",
            "matches pods with app=cart; web/deployment/site has app=site",
        ),
        (
            PolicyPeer(selector(app="site"), selector(tier="front", zone="a")),
            "namespaceSelector",
            "matches namespaces with tier=front,zone=a; web has tier=web and no label zone",
        ),
        (
            PolicyPeer(selector(app="site"), selector(**{"kubernetes.io/metadata.name": "x"})),
            "namespaceSelector",
            "matches namespaces with kubernetes.io/metadata.name=x; web has kubernetes.io/metadata.name=web",
        ),
        (
            PolicyPeer(pod_selector=selector(app="site")),
            "podSelector",
            "has no namespaceSelector, so it speaks of shop only; web/deployment/site is in web",
        ),
    ],
)
def test_a_part_of_the_peer_fails(peer: PolicyPeer, path: str, label: str) -> None:
    assert found(rule(peer)) == (Distance.PART_OF_PEER, (0, "from", 0, path), label)


def test_one_of_several_items_is_pointed_at_and_the_others_are_not_forgotten() -> None:
    near = found(rule(PolicyPeer(namespace_selector=selector(x="y")), PolicyPeer(pod_selector=selector(app="site"))))
    assert near is not None
    assert near[1] == (0, "from", 1, "podSelector")
    assert near[2].endswith("web/deployment/site is in web (nor does another item match)")


def test_a_namespace_that_nobody_declares_is_said_to_be_one() -> None:
    peer = PolicyPeer(selector(app="site"), selector(team="a"))
    near = found(rule(peer), namespace_exists=False, namespace_labels={})
    assert near is not None and near[2].endswith("web has no label team, as no Namespace object declares it")


def test_nothing_of_the_peer_matches() -> None:
    front = PolicyPeer(namespace_selector=selector(tier="front"))
    cart = PolicyPeer(pod_selector=selector(app="cart"))
    assert found(rule(front)) == (
        Distance.PEER,
        (0, "from", 0),
        "matches every namespace with tier=front, not web/deployment/site",
    )
    assert found(rule(front, cart)) == (
        Distance.PEER,
        (0, "from"),
        "none of these 2 items matches web/deployment/site",
    )


def test_an_address_in_an_except() -> None:
    outside = WitnessEnd("external", "192.0.2.1", True, address="192.0.2.1")
    shown = replace(witness(rule(PolicyPeer(ip_block=IPBlock("0.0.0.0/0", ("192.0.2.0/24",))))), source=outside)
    near = nearest(shown, shown.decision.ingress)
    assert near is not None
    assert (near.path[2:], near.label) == (
        (0, "from", 0, "ipBlock", "except"),
        "leaves out 192.0.2.0/24, and so 192.0.2.1",
    )
    shown = replace(witness(rule(PolicyPeer(ip_block=IPBlock("10.0.0.0/8"))), rule(FITS)), source=outside)
    near = nearest(shown, shown.decision.ingress)
    assert near is not None and (near.rule, near.distance) == (0, Distance.PEER)


def test_the_nearest_of_several_comes_first() -> None:
    far = rule(PolicyPeer(namespace_selector=selector(tier="front")))
    part = rule(PolicyPeer(pod_selector=selector(app="site")))
    port = rule(FITS, ports=(PolicyPort("TCP", 80),))
    anyone = rule(ports=(PolicyPort("TCP", 80),))
    for rules, index in (
        ((far, anyone, part, port), 3),
        ((far, anyone, part), 2),
        ((far, anyone), 1),
        ((port, port), 0),
        ((far, far), 0),
    ):
        shown = witness(*rules)
        near = nearest(shown, shown.decision.ingress)
        assert near is not None and near.rule == index


def test_no_rule_is_near_where_port_and_peer_both_fail() -> None:
    assert found() is None
    assert found(rule(PolicyPeer(pod_selector=LabelSelector()), ports=(PolicyPort("TCP", 80),))) is None
    assert found(rule(PolicyPeer(ip_block=IPBlock("10.0.0.0/8")))) is None


def told(shown: Witness, *, verbose: bool = False) -> str:
    return " ".join(" ".join(blocked(shown, shown.decision.ingress, Style(width=1000), verbose=verbose)).split())


def test_the_other_policies_are_told_in_brief_after_it() -> None:
    deny = NetworkPolicy("shop", "deny-all", LabelSelector(), ("Ingress",))
    other = replace(policy(), name="other", document=None)
    shown = witness(
        rule(FITS, ports=(PolicyPort("TCP", 80),)), rule(ports=(PolicyPort("TCP", 81),)), more=(deny, other)
    )
    text = told(shown)
    order = [
        "ingress rule 1 of policy shop/api allows traffic from web/deployment/site, but not on this port: it admits "
        "TCP/80, but not TCP/9000",
        "= besides: policy shop/api allows traffic from anyone on TCP/81",
        "= besides: policy shop/other allows traffic from every namespace with tier=front",
        "= besides: policy shop/deny-all has no ingress rule, so it allows nothing",
        "none of the 3 policies that select it has a rule that allows TCP/9000 from web/deployment/site",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "labels:" not in text
    whole = told(shown, verbose=True)
    assert "besides" not in whole
    assert "policy shop/deny-all empty, so it selects every pod of namespace shop" in whole


def test_only_labels_that_some_rule_speaks_of_are_shown() -> None:
    far = rule(PolicyPeer(selector(role="x"), selector(zone="a")), ports=(PolicyPort("TCP", 80),))
    shown = witness(far, labels={"app": "site", "role": "y"}, namespace_labels={"tier": "web"})
    assert "= labels: web/deployment/site has role=y; its namespace web has no label zone" in told(shown)
    whole = told(shown, verbose=True)
    assert "= labels: web/deployment/site has app=site, role=y; its namespace web has tier=web" in whole
    assert "labels:" not in told(witness())
