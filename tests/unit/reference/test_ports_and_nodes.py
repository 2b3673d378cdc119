"""Named ports, traffic beyond policies, and host-networked pods, one test a fact (docs/semantics.md A5 to A7)."""

from __future__ import annotations

import pytest

from netqed.reference.flow import End, Reason
from netqed.resources.objects import ContainerPort, PolicyPeer, PolicyPort, PolicyRule
from support.judging import EVERYTHING, ICMP, TCP, UDP, allowed, at, block, judge, matching, pod, pods, policy, rule

WEB = pod(ports=(ContainerPort(8080, "http"),))
OUTSIDE = at("203.0.113.7")
CLOSED = policy(types=("Ingress", "Egress"))


def named(name: str = "http", protocol: str | None = None) -> tuple[PolicyRule, ...]:
    """Rules that admit one port name."""
    return (rule(ports=(PolicyPort(port=name, protocol=protocol),)),)


def test_fact_33_a_name_is_resolved_on_the_selected_pod_for_ingress() -> None:
    inward = policy(ingress=named())
    source = pod("b", address="10.0.0.2", ports=(ContainerPort(80, "http"),))
    assert allowed(inward, source, WEB, 8080)
    assert not allowed(inward, source, WEB, 80)


def test_fact_33_a_name_is_resolved_on_the_peer_for_egress() -> None:
    outward = policy(egress=named(), types=("Egress",))
    peer = pod("b", address="10.0.0.2", ports=(ContainerPort(80, "http"),))
    assert allowed(outward, WEB, peer, 80)
    assert not allowed(outward, WEB, peer, 8080)


def test_fact_33_name_number_and_protocol_must_agree() -> None:
    both = pod(ports=(ContainerPort(53, "dns", "UDP"), ContainerPort(54, "dns-tcp")))
    udp = policy(ingress=named("dns", "UDP"))
    assert allowed(udp, OUTSIDE, both, 53, UDP)
    assert not allowed(udp, OUTSIDE, both, 53, TCP)
    assert not allowed(policy(ingress=named("dns")), OUTSIDE, both, 53, UDP)
    assert not allowed(policy(ingress=named("dns")), OUTSIDE, both, 53, TCP)
    assert allowed(policy(ingress=named("dns-tcp", "TCP")), OUTSIDE, both, 54, TCP)
    assert not allowed(policy(ingress=named("nothing")), OUTSIDE, both, 53, TCP)


def test_fact_34_each_pod_is_judged_by_its_own_number() -> None:
    inward = policy(ingress=named())
    other = pod(ports=(ContainerPort(9090, "http"),))
    assert [p for p in (8080, 9090) if allowed(inward, OUTSIDE, WEB, p)] == [8080]
    assert [p for p in (8080, 9090) if allowed(inward, OUTSIDE, other, p)] == [9090]


def test_fact_35_every_declaration_of_a_name_counts() -> None:
    twice = pod(ports=(ContainerPort(80, "http"), ContainerPort(81, "http"), ContainerPort(82, "http", "UDP")))
    inward = policy(ingress=named())
    assert [p for p in (80, 81, 82) if allowed(inward, OUTSIDE, twice, p)] == [80, 81]


def test_fact_36_an_address_has_no_port_names() -> None:
    outward = policy(egress=named(), types=("Egress",))
    assert not allowed(outward, WEB, OUTSIDE, 8080)
    to_block = policy(egress=(rule(block("0.0.0.0/0"), ports=(PolicyPort(port="http"),)),), types=("Egress",))
    assert not allowed(to_block, WEB, OUTSIDE, 8080)
    assert allowed(to_block, WEB, pod("b", address="10.0.0.2", ports=(ContainerPort(80, "http"),)), 80)


def test_fact_36_a_host_networked_pod_has_no_port_names() -> None:
    outward = policy(egress=named(), types=("Egress",))
    on_host = pod("b", address="10.9.9.9", host_network=True, ports=(ContainerPort(80, "http"),))
    assert not allowed(outward, WEB, on_host, 80)


def test_fact_37_a_number_needs_no_declaration() -> None:
    assert allowed(policy(ingress=(rule(ports=(PolicyPort(port=1234),)),)), OUTSIDE, WEB, 1234)


def test_fact_39_a_pod_reaches_itself() -> None:
    one = pod(identity="a/one")
    decision = judge(CLOSED, one, one)
    assert (decision.ingress.reason, decision.egress.reason) == ("same-pod", "same-pod")


def test_fact_39_alike_is_not_the_same() -> None:
    assert not allowed(CLOSED, pod(identity="a/one"), pod(identity="a/two"))
    assert not allowed(CLOSED, pod(), pod())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (at("10.9.9.1", "node-1"), "own-node"),
        (at("10.9.9.2", "node-2"), "no-rule"),
        (at("10.9.9.1"), "own-node"),
        (at("10.9.9.3"), "own-node"),
        (at("10.9.9.2"), "no-rule"),
        (pod("b", address="10.9.9.1", host_network=True, node="node-1"), "own-node"),
        (pod("b", address="10.9.9.2", host_network=True, node="node-2"), "no-rule"),
        (pod("b", address="10.9.9.1", host_network=True), "own-node"),
        (pod("b", address=None, host_network=True), "no-rule"),
        (pod("b", address="10.0.0.5", node="node-1"), "no-rule"),
        (pod("b", address="10.9.9.1", node="node-1"), "no-rule"),
        (OUTSIDE, "no-rule"),
    ],
)
def test_fact_40_the_own_node_alone_always_enters(source: End, reason: Reason) -> None:
    target = pod(node="node-1", node_addresses=("10.9.9.3",))
    nodes = {"node-1": ("10.9.9.1",), "node-2": ("10.9.9.2",)}
    assert judge(CLOSED, source, target, nodes=nodes).ingress.reason == reason


def test_fact_40_no_node_is_nobodys_own() -> None:
    assert judge(CLOSED, at("10.9.9.1"), pod()).ingress.reason == "no-rule"
    assert judge(CLOSED, pod(host_network=True, address="10.9.9.1"), pod()).ingress.reason == "no-rule"


def test_fact_41_egress_to_the_own_node_is_governed() -> None:
    nodes = {"node-1": ("10.9.9.1",)}
    source = pod(node="node-1")
    assert judge(CLOSED, source, at("10.9.9.1", "node-1"), nodes=nodes).egress.reason == "no-rule"
    opened = policy(egress=(rule(block("10.9.9.1/32")),), types=("Egress",))
    assert allowed(opened, source, at("10.9.9.1", "node-1"), nodes=nodes)


@pytest.mark.parametrize("protocol", [ICMP, 58, 47, 0, 255])
def test_fact_42_other_protocols_pass(protocol: int) -> None:
    decision = judge(CLOSED, WEB, pod("a", address="10.0.0.2"), None, protocol)
    assert (decision.ingress.reason, decision.egress.reason) == ("not-governed-protocol", "not-governed-protocol")


def test_fact_42_policies_that_speak_of_one_protocol_isolate_the_others() -> None:
    sctp = policy(ingress=(rule(ports=(PolicyPort(protocol="SCTP", port=80),)),))
    assert not allowed(sctp, OUTSIDE, WEB, 80, TCP)


def test_fact_43_no_policy_governs_a_host_networked_pod() -> None:
    on_host = pod(address="10.9.9.9", host_network=True)
    assert judge(CLOSED, OUTSIDE, on_host).ingress.reason == "not-a-governed-pod"
    assert judge(CLOSED, on_host, OUTSIDE).egress.reason == "not-a-governed-pod"
    assert judge(CLOSED, on_host, on_host).allowed


@pytest.mark.parametrize("peer", [pods(EVERYTHING), pods(namespaces=EVERYTHING), pods(matching(app="x"), EVERYTHING)])
def test_fact_43_no_selector_matches_a_host_networked_pod(peer: PolicyPeer) -> None:
    inward = policy(ingress=(rule(peer),))
    assert allowed(inward, pod("a", {"app": "x"}, "10.0.0.3"), WEB)
    assert not allowed(inward, pod("a", {"app": "x"}, "10.9.9.9", host_network=True), WEB)


def test_fact_43_a_block_matches_a_host_networked_pod_at_its_nodes_address() -> None:
    on_host = pod("b", address="10.9.9.9", host_network=True)
    assert allowed(policy(ingress=(rule(block("10.9.9.9/32")),)), on_host, WEB)
    assert not allowed(policy(ingress=(rule(block("10.0.0.0/16")),)), on_host, WEB)
    assert allowed(policy(egress=(rule(block("10.9.9.9/32")),), types=("Egress",)), WEB, on_host)
