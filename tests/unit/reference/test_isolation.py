"""Isolation, defaults of policies and rules, one test a fact (docs/semantics.md A1 and A2)."""

from __future__ import annotations

import pytest

from netqed.reference.policies import effective_types
from netqed.resources.objects import ContainerPort, LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule
from support.judging import (
    EVERYTHING,
    ICMP,
    SCTP,
    TCP,
    UDP,
    allowed,
    at,
    block,
    judge,
    matching,
    pod,
    pods,
    policy,
    rule,
)

WEB, DB, OTHER = pod(labels={"app": "web"}), pod(labels={"app": "db"}, address="10.0.0.2"), pod("b", address="10.0.0.3")
OUTSIDE = at("203.0.113.7")


def test_fact_01_a_pod_that_nothing_selects_is_open_both_ways() -> None:
    decision = judge(policy(selector=matching(app="db")), OTHER, WEB)
    assert (decision.ingress.reason, decision.egress.reason) == ("not-isolated", "not-isolated")


def test_fact_01_isolation_is_of_one_direction() -> None:
    inward, outward = policy(types=("Ingress",)), policy(types=("Egress",))
    assert not allowed(inward, OTHER, WEB)
    assert allowed(inward, WEB, OTHER)
    assert allowed(outward, OTHER, WEB)
    assert not allowed(outward, WEB, OTHER)


def test_fact_01_a_policy_isolates_pods_of_its_own_namespace_only() -> None:
    assert allowed(policy(namespace="b"), OUTSIDE, WEB)
    assert not allowed(policy(namespace="a"), OUTSIDE, WEB)


def test_fact_02_policies_and_rules_add_up_in_any_order() -> None:
    deny = policy(name="deny")
    allow = policy(name="allow", ingress=(rule(block("192.0.2.0/24")), rule(block("203.0.113.0/24"))))
    assert allowed((deny, allow), OUTSIDE, WEB)
    assert allowed((allow, deny), OUTSIDE, WEB)


def test_fact_02_every_matching_rule_is_evidence_in_input_order() -> None:
    one = policy(name="one", ingress=(rule(block("192.0.2.0/24")), rule(), rule(block("203.0.113.0/24"))))
    two = policy(name="two", ingress=(rule(),))
    deny = policy(name="deny")
    decision = judge((one, deny, two), OUTSIDE, WEB).ingress
    assert [match.path for match in decision.matches] == [
        ("spec", "ingress", 1),
        ("spec", "ingress", 2, "from", 0),
        ("spec", "ingress", 0),
    ]
    assert [match.policy.name for match in decision.matches] == ["one", "one", "two"]
    assert [selecting.name for selecting in decision.selecting] == ["one", "deny", "two"]


def test_fact_03_both_directions_must_allow() -> None:
    inward = policy(namespace="a", ingress=(rule(),))
    outward = policy(namespace="b", types=("Egress",))
    decision = judge((inward, outward), OTHER, WEB)
    assert decision.ingress.allowed
    assert not decision.egress.allowed
    assert not decision.allowed


def test_fact_03_sides_that_are_no_pods_put_no_condition() -> None:
    assert judge(policy(), OUTSIDE, at("203.0.113.8")).ingress.reason == "not-a-governed-pod"
    assert judge(policy(types=("Egress",)), OUTSIDE, WEB).egress.reason == "not-a-governed-pod"


def test_fact_04_peer_and_port_must_be_of_one_rule() -> None:
    crossed = policy(
        ingress=(
            rule(block("203.0.113.0/24"), ports=(PolicyPort(port=443),)),
            rule(block("192.0.2.0/24"), ports=(PolicyPort(port=80),)),
        )
    )
    assert not allowed(crossed, OUTSIDE, WEB, 80)
    assert allowed(crossed, OUTSIDE, WEB, 443)


def test_fact_04_peer_and_port_must_be_of_one_policy() -> None:
    only_port = policy(name="port", ingress=(rule(block("192.0.2.0/24"), ports=(PolicyPort(port=80),)),))
    only_peer = policy(name="peer", ingress=(rule(block("203.0.113.0/24"), ports=(PolicyPort(port=443),)),))
    assert not allowed((only_port, only_peer), OUTSIDE, WEB, 80)


def test_fact_07_rules_of_an_untyped_direction_are_dead() -> None:
    dead = policy(types=("Egress",), ingress=(rule(block("192.0.2.0/24")),), egress=(rule(),))
    assert judge(dead, OUTSIDE, WEB).ingress.reason == "not-isolated"
    dead_egress = policy(types=("Ingress",), ingress=(), egress=(rule(block("192.0.2.0/24")),))
    assert judge(dead_egress, WEB, OUTSIDE).egress.reason == "not-isolated"


@pytest.mark.parametrize("selector", [None, EVERYTHING])
def test_fact_08_a_missing_and_an_empty_pod_selector_select_every_pod(selector: LabelSelector | None) -> None:
    assert not allowed(policy(selector=selector), OUTSIDE, WEB)
    assert not allowed(policy(selector=selector), OUTSIDE, DB)


@pytest.mark.parametrize("types", [None, ()])
@pytest.mark.parametrize(
    ("ingress", "egress", "expected"),
    [
        (None, None, ("Ingress",)),
        ((), (), ("Ingress",)),
        ((rule(),), None, ("Ingress",)),
        (None, (rule(),), ("Ingress", "Egress")),
        ((rule(),), (rule(),), ("Ingress", "Egress")),
    ],
)
def test_fact_09_policy_types_default_from_the_egress_rules(
    types: tuple[str, ...] | None,
    ingress: tuple[PolicyRule, ...] | None,
    egress: tuple[PolicyRule, ...] | None,
    expected: tuple[str, ...],
) -> None:
    assert effective_types(policy(types=types, ingress=ingress, egress=egress)) == expected


def test_fact_09_stated_policy_types_are_taken_as_they_are() -> None:
    assert effective_types(policy(types=("Egress",), ingress=(rule(),))) == ("Egress",)


def test_fact_09_egress_rules_without_types_close_ingress_too() -> None:
    assert not allowed(policy(egress=(rule(),)), OUTSIDE, WEB)


def test_fact_09_an_empty_egress_list_without_types_leaves_egress_open() -> None:
    assert allowed(policy(egress=()), WEB, OUTSIDE)


@pytest.mark.parametrize("rules", [None, ()])
def test_fact_10_no_rules_in_a_typed_direction_deny_everything(rules: tuple[PolicyRule, ...] | None) -> None:
    closed = policy(types=("Ingress", "Egress"), ingress=rules, egress=rules)
    assert judge(closed, OUTSIDE, WEB).ingress.reason == "no-rule"
    assert judge(closed, WEB, OUTSIDE).egress.reason == "no-rule"


@pytest.mark.parametrize("protocol", [TCP, UDP, SCTP])
def test_fact_11_the_empty_rule_matches_every_peer_port_and_protocol(protocol: int) -> None:
    opened = policy(ingress=(PolicyRule(),))
    for source in (OUTSIDE, OTHER, at("10.9.9.9", "node-1"), pod(host_network=True, address="10.9.9.8")):
        assert judge(opened, source, WEB, 65535, protocol).ingress.reason == "rule"


def test_fact_11_two_empty_selectors_are_not_the_empty_rule() -> None:
    pods_only = policy(ingress=(rule(pods(EVERYTHING, EVERYTHING)),))
    assert allowed(pods_only, OTHER, WEB)
    assert not allowed(pods_only, OUTSIDE, WEB)


@pytest.mark.parametrize("peers", [None, ()])
def test_fact_12_no_peers_match_every_peer(peers: tuple[PolicyPeer, ...] | None) -> None:
    opened = policy(ingress=(PolicyRule(peers=peers, ports=(PolicyPort(port=80),)),))
    assert allowed(opened, OUTSIDE, WEB)
    assert allowed(opened, OTHER, WEB)
    assert not allowed(opened, OTHER, WEB, 81)


def test_fact_12_one_of_several_peers_is_enough_and_is_the_evidence() -> None:
    several = policy(egress=(rule(block("192.0.2.0/24"), block("203.0.113.0/24"), block("0.0.0.0/0")),))
    (match,) = judge(several, WEB, OUTSIDE).egress.matches
    assert match.peer == 1
    assert match.path == ("spec", "egress", 0, "to", 1)


@pytest.mark.parametrize("ports", [None, ()])
@pytest.mark.parametrize("protocol", [TCP, UDP, SCTP])
def test_fact_13_no_ports_match_every_port_and_protocol(ports: tuple[PolicyPort, ...] | None, protocol: int) -> None:
    opened = policy(ingress=(PolicyRule(peers=(block("203.0.113.0/24"),), ports=ports),))
    assert allowed(opened, OUTSIDE, WEB, 9, protocol)


def test_fact_13_one_of_several_ports_is_enough_and_is_the_evidence() -> None:
    several = policy(ingress=(rule(ports=(PolicyPort(port=443), PolicyPort(port=80), PolicyPort())),))
    (match,) = judge(several, OUTSIDE, WEB).ingress.matches
    assert (match.peer, match.port) == (None, 1)


def test_fact_14_an_empty_port_item_is_every_tcp_port_and_no_other() -> None:
    tcp_only = policy(ingress=(rule(ports=(PolicyPort(),)),))
    assert allowed(tcp_only, OUTSIDE, WEB, 1)
    assert allowed(tcp_only, OUTSIDE, WEB, 65535)
    assert not allowed(tcp_only, OUTSIDE, WEB, 80, UDP)
    assert not allowed(tcp_only, OUTSIDE, WEB, 80, SCTP)


def test_fact_15_a_missing_protocol_is_tcp() -> None:
    numbered = policy(ingress=(rule(ports=(PolicyPort(port=53),)),))
    assert allowed(numbered, OUTSIDE, WEB, 53)
    assert not allowed(numbered, OUTSIDE, WEB, 53, UDP)


@pytest.mark.parametrize(("name", "number"), [("TCP", TCP), ("UDP", UDP), ("SCTP", SCTP)])
def test_fact_15_a_protocol_matches_itself_alone(name: str, number: int) -> None:
    one = policy(ingress=(rule(ports=(PolicyPort(protocol=name, port=53),)),))
    assert [p for p in (TCP, UDP, SCTP) if allowed(one, OUTSIDE, WEB, 53, p)] == [number]


def test_fact_16_a_missing_port_is_every_port_of_the_protocol() -> None:
    udp = policy(ingress=(rule(ports=(PolicyPort(protocol="UDP"),)),))
    assert allowed(udp, OUTSIDE, WEB, 65535, UDP)
    assert not allowed(udp, OUTSIDE, WEB, 65535)


@pytest.mark.parametrize(("last", "through"), [(None, [80]), (80, [80]), (82, [80, 81, 82])])
def test_fact_17_a_range_includes_both_ends(last: int | None, through: list[int]) -> None:
    ranged = policy(ingress=(rule(ports=(PolicyPort(port=80, end_port=last),)),))
    assert [port for port in range(79, 84) if allowed(ranged, OUTSIDE, WEB, port)] == through


def test_fact_18_the_port_is_the_destinations_in_egress_too() -> None:
    listening = pod("b", address="10.0.0.3", ports=(ContainerPort(8080),))
    outward = policy(egress=(rule(ports=(PolicyPort(port=8080),)),))
    assert allowed(outward, WEB, listening, 8080)
    assert not allowed(outward, pod(ports=(ContainerPort(8080),)), listening, 80)


def test_a_protocol_with_ports_needs_one() -> None:
    with pytest.raises(ValueError, match="needs a port"):
        judge((), OUTSIDE, WEB, None)


def test_known_addresses_of_two_families_are_refused() -> None:
    with pytest.raises(ValueError, match="mixed families"):
        judge((), at("2001:db8::7"), WEB)


def test_many_policies_of_other_namespaces_change_nothing() -> None:
    crowd: tuple[NetworkPolicy, ...] = tuple(policy(namespace=f"n{i}") for i in range(50))
    assert judge(crowd, OTHER, WEB).ingress.reason == "not-isolated"
    assert judge(crowd, OUTSIDE, WEB, None, ICMP).allowed
