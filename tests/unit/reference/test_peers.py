"""Peers and label selectors, one test a fact (docs/semantics.md A3 and A4, and A9 fact 57)."""

from __future__ import annotations

import pytest

from netqed.reference.blocks import parse_cidr
from netqed.reference.flow import AddressNeeded, PodEnd
from netqed.reference.selectors import namespace_labels, selector_matches
from netqed.resources.objects import LabelSelector, PolicyPeer, PolicyPort, Requirement
from support.judging import (
    EVERYTHING,
    allowed,
    at,
    block,
    expression,
    judge,
    matching,
    pod,
    pods,
    policy,
    rule,
)

WEB = pod(labels={"app": "web"})
NAMESPACES = {"a": {"team": "red"}, "b": {"team": "blue"}}


def admits(peer: PolicyPeer, source: PodEnd) -> bool:
    """Whether namespace a, closed but for this peer, lets the source reach its web pod."""
    return allowed(policy(ingress=(rule(peer),)), source, WEB, namespaces=NAMESPACES)


def client(namespace: str = "a", address: str | None = "10.0.0.9", **labels: str) -> PodEnd:
    return pod(namespace, labels, address)


def test_fact_19_a_pod_selector_alone_speaks_of_the_policys_namespace() -> None:
    assert admits(pods(matching(app="client")), client(app="client"))
    assert not admits(pods(matching(app="client")), client("b", app="client"))
    assert not admits(pods(EVERYTHING), client("b"))


def test_fact_19_the_policys_namespace_is_the_governed_pods_in_egress_too() -> None:
    outward = policy(egress=(rule(pods(EVERYTHING)),))
    assert judge(outward, WEB, client()).egress.allowed
    assert not judge(outward, WEB, client("b")).egress.allowed


def test_fact_20_a_namespace_selector_alone_speaks_of_every_pod_there() -> None:
    blue = pods(namespaces=matching(team="blue"))
    assert admits(blue, client("b", any="thing"))
    assert not admits(blue, client("a"))


def test_fact_20_the_empty_namespace_selector_is_every_pod_and_nothing_else() -> None:
    every = policy(ingress=(rule(pods(namespaces=EVERYTHING)),))
    assert allowed(every, client("nowhere"), WEB)
    assert not allowed(every, at("10.0.0.9"), WEB)
    assert not allowed(every, at("10.9.9.9", "node-1"), WEB)
    assert not allowed(every, pod("b", host_network=True), WEB)


def test_fact_21_two_selectors_in_one_item_are_both_required() -> None:
    both = pods(matching(app="client"), matching(team="blue"))
    assert admits(both, client("b", app="client"))
    assert not admits(both, client("b", app="other"))
    assert not admits(both, client("a", app="client"))


def test_fact_21_two_selectors_in_two_items_are_alternatives() -> None:
    either = policy(ingress=(rule(pods(matching(app="client")), pods(namespaces=matching(team="blue"))),))
    assert allowed(either, client("b", app="other"), WEB, namespaces=NAMESPACES)
    assert allowed(either, client("a", app="client"), WEB, namespaces=NAMESPACES)
    assert not allowed(either, client("a", app="other"), WEB, namespaces=NAMESPACES)


def test_fact_22_an_absent_selector_puts_no_condition_and_an_empty_one_matches_all() -> None:
    assert admits(PolicyPeer(namespace_selector=matching(team="blue"), pod_selector=EVERYTHING), client("b"))
    # With an empty namespaceSelector a podSelector speaks of all namespaces; without one, of its own.
    assert admits(PolicyPeer(namespace_selector=EVERYTHING, pod_selector=matching(app="c")), client("b", app="c"))
    assert not admits(PolicyPeer(namespace_selector=None, pod_selector=matching(app="c")), client("b", app="c"))


def test_fact_24_a_block_matches_the_addresses_of_pods() -> None:
    assert admits(block("10.0.0.9/32"), client("b"))
    assert not admits(block("10.0.0.8/32"), client("b"))
    assert not admits(block("10.0.0.0/8", "10.0.0.9/32"), client("b"))
    outward = policy(egress=(rule(block("10.0.0.9/32")),))
    assert allowed(outward, WEB, client("b"))


def test_fact_25_except_takes_away_from_its_own_block_only() -> None:
    narrow, wide = block("10.0.0.0/8", "10.0.0.0/24"), block("10.0.0.0/16")
    assert not admits(narrow, client("b"))
    for rules in ((rule(narrow, wide),), (rule(narrow), rule(wide))):
        assert allowed(policy(ingress=rules), client("b"), WEB)
    assert allowed((policy(ingress=(rule(narrow),)), policy(ingress=(rule(pods(EVERYTHING)),))), client("a"), WEB)


def test_fact_25_each_exception_counts() -> None:
    holed = block("10.0.0.0/8", "10.0.0.0/24", "10.0.2.0/24")
    through = [i for i in range(4) if admits(holed, client("b", f"10.0.{i}.1"))]
    assert through == [1, 3]


def test_fact_26_the_families_are_separate() -> None:
    ipv6 = pod("b", address="fd00::9")
    target = pod(address="fd00::1")
    assert not allowed(policy(ingress=(rule(block("0.0.0.0/0")),)), ipv6, target)
    assert allowed(policy(ingress=(rule(block("::/0")),)), ipv6, target)
    assert not allowed(policy(ingress=(rule(block("::/0")),)), client("b"), WEB)
    assert not allowed(policy(ingress=(rule(block("::/0", "fd00::/64")),)), ipv6, target)


def test_fact_28_labels_and_expressions_are_all_required() -> None:
    selector = LabelSelector(
        (("app", "web"), ("tier", "")), (Requirement("env", "Exists"), Requirement("env", "NotIn", ("dev",)))
    )
    assert selector_matches(selector, {"app": "web", "tier": "", "env": "prod"})
    assert not selector_matches(selector, {"app": "web", "tier": "", "env": "dev"})
    assert not selector_matches(selector, {"app": "web", "tier": ""})
    assert not selector_matches(selector, {"tier": "", "env": "prod"})


def test_fact_28_an_empty_value_must_be_present() -> None:
    assert selector_matches(matching(tier=""), {"tier": ""})
    assert not selector_matches(matching(tier=""), {})
    assert not selector_matches(matching(tier=""), {"tier": "x"})


@pytest.mark.parametrize(
    ("selector", "absent", "same", "other"),
    [
        (expression("k", "In", "v", "w"), False, True, False),
        (expression("k", "NotIn", "v", "w"), True, False, True),
        (expression("k", "Exists"), False, True, True),
        (expression("k", "DoesNotExist"), True, False, False),
        (expression("k", "In", ""), False, False, False),
    ],
)
def test_fact_29_operators_on_absent_and_present_keys(
    selector: LabelSelector, absent: bool, same: bool, other: bool
) -> None:
    found = [selector_matches(selector, labels) for labels in ({}, {"k": "v"}, {"k": "x"})]
    assert found == [absent, same, other]


def test_fact_30_case_matters() -> None:
    assert not selector_matches(matching(app="Web"), {"app": "web"})
    assert not selector_matches(matching(App="web"), {"app": "web"})


def test_fact_31_a_namespace_carries_its_own_name() -> None:
    named = pods(namespaces=LabelSelector((("kubernetes.io/metadata.name", "b"),)))
    assert admits(named, client("b"))
    assert not admits(named, client("a"))


def test_fact_31_the_name_label_cannot_be_forged() -> None:
    forged = {"c": {"kubernetes.io/metadata.name": "b"}}
    named = policy(ingress=(rule(pods(namespaces=LabelSelector((("kubernetes.io/metadata.name", "b"),)))),))
    assert not allowed(named, client("c"), WEB, namespaces=forged)
    assert namespace_labels("c", forged["c"]) == {"kubernetes.io/metadata.name": "c"}


def test_fact_31_an_undeclared_namespace_has_its_name_label_only() -> None:
    assert admits(pods(namespaces=LabelSelector((("kubernetes.io/metadata.name", "new"),))), client("new"))
    assert admits(pods(namespaces=expression("team", "DoesNotExist")), client("new"))
    assert not admits(pods(namespaces=expression("team", "Exists")), client("new"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.168.242.213/24", "192.168.242.0/24"),
        ("010.000.0.01/08", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:0db8::7/32", "2001:db8::/32"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ("::ffff:010.1.2.3/128", "10.1.2.3/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:0:0/80", "::/80"),
    ],
)
def test_fact_57_blocks_are_masked_and_leading_zeros_are_decimal(written: str, meant: str) -> None:
    assert str(parse_cidr(written)) == meant


@pytest.mark.parametrize("text", ["", "10.0.0.0", "10.0.0.0/", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "x/8", "/8"])
def test_what_is_no_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_cidr(text)


class TestUnknownAddress:
    """The verdict is given where it does not depend on the address that is not known."""

    TEMPLATE = pod("b", {"app": "client"}, None)

    def test_needed_where_a_block_would_decide(self) -> None:
        with pytest.raises(AddressNeeded) as needed:
            judge(policy(ingress=(rule(block("10.0.0.0/8")),)), self.TEMPLATE, WEB)
        assert needed.value.side == "source"

    def test_needed_of_the_destination_in_egress(self) -> None:
        with pytest.raises(AddressNeeded) as needed:
            judge(policy(egress=(rule(block("10.0.0.0/8")),), types=("Egress",)), WEB, self.TEMPLATE)
        assert needed.value.side == "destination"

    def test_not_needed_where_another_peer_or_rule_matches(self) -> None:
        admitted = pods(namespaces=EVERYTHING)
        assert allowed(policy(ingress=(rule(block("10.0.0.0/8"), admitted),)), self.TEMPLATE, WEB)
        assert allowed(policy(ingress=(rule(block("10.0.0.0/8")), rule(admitted))), self.TEMPLATE, WEB)

    def test_not_needed_where_the_port_does_not_match(self) -> None:
        elsewhere = policy(ingress=(rule(block("10.0.0.0/8"), ports=(PolicyPort(port=443),)),))
        assert not allowed(elsewhere, self.TEMPLATE, WEB, 80)
        with pytest.raises(AddressNeeded):
            judge(elsewhere, self.TEMPLATE, WEB, 443)

    def test_not_needed_where_the_block_is_of_the_other_family(self) -> None:
        assert not allowed(policy(ingress=(rule(block("fd00::/8")),)), self.TEMPLATE, WEB)
        with pytest.raises(AddressNeeded):
            judge(policy(ingress=(rule(block("fd00::/8")),)), self.TEMPLATE, pod(address="fd00::1"))
        with pytest.raises(AddressNeeded):
            judge(policy(ingress=(rule(block("fd00::/8")),)), self.TEMPLATE, pod(address=None))

    @pytest.mark.parametrize("peers", [("0.0.0.0/0",), ("0.0.0.0/1", "128.0.0.0/1"), ("10.0.0.0/8", "0.0.0.0/0")])
    def test_not_needed_where_the_blocks_hold_the_whole_family(self, peers: tuple[str, ...]) -> None:
        decision = judge(policy(ingress=(rule(*map(block, peers)),)), self.TEMPLATE, WEB)
        assert decision.ingress.reason == "rule"
        with pytest.raises(AddressNeeded):
            judge(policy(ingress=(rule(*map(block, peers)),)), self.TEMPLATE, pod(address=None))

    def test_the_evidence_leaves_out_blocks_of_the_other_family(self) -> None:
        rules = (rule(block("::/0")), rule(block("::/0"), block("0.0.0.0/0")))
        (match,) = judge(policy(ingress=rules), self.TEMPLATE, WEB).ingress.matches
        assert (match.rule, match.peer) == (1, 1)

    def test_not_needed_where_both_families_are_held_whole(self) -> None:
        everywhere = policy(ingress=(rule(block("0.0.0.0/0")), rule(block("::/0"))))
        assert allowed(everywhere, self.TEMPLATE, pod(address=None))

    def test_not_needed_where_the_exceptions_leave_nothing(self) -> None:
        nothing = policy(ingress=(rule(block("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")),))
        assert judge(nothing, self.TEMPLATE, WEB).ingress.reason == "no-rule"

    def test_needed_where_one_address_is_left_out(self) -> None:
        for hole in ("0.0.0.0/32", "255.255.255.255/32", "10.1.2.3/32"):
            with pytest.raises(AddressNeeded):
                judge(policy(ingress=(rule(block("0.0.0.0/0", hole)),)), self.TEMPLATE, WEB)

    def test_not_needed_of_a_pod_that_is_not_isolated(self) -> None:
        assert allowed(policy(namespace="z", ingress=(rule(block("10.0.0.0/8")),)), self.TEMPLATE, WEB)
