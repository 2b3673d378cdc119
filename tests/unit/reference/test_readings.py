"""What follows from each answer to a matter that plugins decide, beyond the flows that it alone decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressNeeded, End, Flow, World
from netqed.resources.objects import ContainerPort, PolicyPeer, PolicyPort
from support.judging import (
    EVERYTHING,
    ICMP,
    TCP,
    allowed,
    answering,
    at,
    block,
    judge,
    matching,
    pod,
    pods,
    policy,
    rule,
)

NODES = {"node-1": ("10.9.0.1",)}
OUTSIDE = at("203.0.113.7")
CLOSED = policy(types=("Ingress", "Egress"))
AGENT = pod("b", {"app": "agent"}, "10.9.0.1", identity="b/agent", host_network=True, node="node-1")
NO_BLOCKS = answering(no=(Matter.BLOCK_PODS, Matter.BLOCK_NODES))
AS_PODS = answering(Matter.HOST_PODS_GOVERNED, Matter.HOST_PODS_SELECTED)


def test_blocks_always_match_external_addresses() -> None:
    inward = policy(ingress=(rule(block("0.0.0.0/0")),))
    assert allowed(inward, OUTSIDE, pod(), reading=NO_BLOCKS, nodes=NODES)
    assert not allowed(inward, pod("b", address="10.0.0.2"), pod(), reading=NO_BLOCKS)
    assert not allowed(inward, at("10.9.0.1"), pod(), reading=NO_BLOCKS, nodes=NODES)
    assert allowed(inward, at("10.9.0.1"), pod(), reading=NO_BLOCKS)


def test_blocks_of_pods_and_of_nodes_are_told_apart() -> None:
    inward = policy(ingress=(rule(block("10.0.0.0/8")),))
    peer = pod("b", address="10.0.0.2")
    for matter, source in ((Matter.BLOCK_PODS, peer), (Matter.BLOCK_NODES, AGENT)):
        assert not allowed(inward, source, pod(), reading=answering(no=(matter,)))
        (other,) = {Matter.BLOCK_PODS, Matter.BLOCK_NODES} - {matter}
        assert allowed(inward, source, pod(), reading=answering(no=(other,)))


@pytest.mark.parametrize(
    ("source", "reading", "needed"),
    [
        (pod("b", address=None), SPEC, True),
        (pod("b", address=None), answering(no=(Matter.BLOCK_PODS,)), False),
        (pod("b", address=None), answering(no=(Matter.BLOCK_NODES,)), True),
        (pod("b", address=None, host_network=True), answering(no=(Matter.BLOCK_NODES,)), False),
        (pod("b", address=None, host_network=True), answering(no=(Matter.BLOCK_PODS,)), True),
    ],
)
def test_an_address_is_needed_only_where_blocks_are_compared_with_it(
    source: End, reading: Reading, needed: bool
) -> None:
    inward = policy(ingress=(rule(block("10.0.0.0/8")),))
    if needed:
        with pytest.raises(AddressNeeded):
            judge(inward, source, pod(), reading=reading)
    else:
        assert judge(inward, source, pod(), reading=reading).ingress.reason == "no-rule"


def test_what_a_pod_sends_to_its_own_node_is_told_apart_from_what_that_sends() -> None:
    here, node = pod(node="node-1"), at("10.9.0.1")
    reading = answering(Matter.OWN_NODE_EGRESS, no=(Matter.OWN_NODE_INGRESS,))
    assert judge(CLOSED, here, node, nodes=NODES, reading=reading).egress.reason == "own-node"
    assert judge(CLOSED, node, here, nodes=NODES, reading=reading).ingress.reason == "no-rule"
    assert judge(CLOSED, here, node, nodes=NODES).egress.reason == "no-rule"
    assert judge(CLOSED, here, at("10.9.0.2"), nodes=NODES, reading=reading).egress.reason == "no-rule"


def test_the_own_node_counts_for_host_networked_pods_that_are_governed_too() -> None:
    one = pod("a", address="10.9.0.1", identity="a/one", host_network=True, node="node-1")
    assert judge(CLOSED, AGENT, one, reading=AS_PODS).ingress.reason == "own-node"
    elsewhere = replace(AGENT, node="node-2", address=at("10.9.0.2").address)
    assert judge(CLOSED, elsewhere, one, reading=AS_PODS).ingress.reason == "no-rule"


@pytest.mark.parametrize("reading", [SPEC, AS_PODS, Reading(frozenset(Matter)), Reading(frozenset())])
@pytest.mark.parametrize(("protocol", "port"), [(TCP, 80), (ICMP, None)])
def test_a_pod_reaches_itself_under_every_reading(reading: Reading, protocol: int, port: int | None) -> None:
    for one in (pod(identity="a/one"), pod(identity="a/one", host_network=True, node="node-1")):
        assert allowed(CLOSED, one, one, port, protocol, reading=reading)


@pytest.mark.parametrize(
    ("peer", "by_namespace"),
    [
        (pods(namespaces=EVERYTHING), True),
        (pods(EVERYTHING, EVERYTHING), True),
        (pods(matching(app="agent"), EVERYTHING), False),
        (pods(EVERYTHING, matching(team="none")), False),
        (pods(EVERYTHING), False),
    ],
)
def test_host_networked_pods_as_peers(peer: PolicyPeer, by_namespace: bool) -> None:
    inward = policy(ingress=(rule(peer),))
    assert not allowed(inward, AGENT, pod())
    assert allowed(inward, AGENT, pod(), reading=answering(Matter.HOST_PODS_BY_NAMESPACE)) is by_namespace
    as_pods = allowed(inward, replace(AGENT, host_network=False), pod())
    assert allowed(inward, AGENT, pod(), reading=answering(Matter.HOST_PODS_SELECTED)) is as_pods


def test_port_names_of_host_networked_pods_by_direction() -> None:
    server = replace(AGENT, container_ports=(ContainerPort(80, "http"),))
    named = (rule(ports=(PolicyPort(None, "http"),)),)
    inward = policy(namespace="b", ingress=named)
    assert allowed(inward, pod(), server, reading=answering(Matter.HOST_PODS_GOVERNED))
    assert not allowed(inward, pod(), server, 81, reading=answering(Matter.HOST_PODS_GOVERNED))
    outward = policy(types=("Egress",), egress=named)
    assert allowed(outward, pod(), server, reading=answering(Matter.HOST_PODS_SELECTED))
    assert not allowed(outward, pod(), server, reading=answering(Matter.HOST_PODS_GOVERNED))
    assert not allowed(outward, pod(), server, reading=answering(Matter.HOST_PODS_BY_NAMESPACE))


HTTP = PolicyPort(None, "http")
BOTH_UNREAD = (Matter.INGRESS_PORT_NAMES, Matter.EGRESS_PORT_NAMES)


def test_port_names_are_looked_up_by_direction() -> None:
    inward = policy(ingress=(rule(ports=(HTTP,)),))
    server = pod(ports=(ContainerPort(80, "http"),))
    assert allowed(inward, OUTSIDE, server, reading=answering(no=(Matter.EGRESS_PORT_NAMES,)))
    assert not allowed(inward, OUTSIDE, server, reading=answering(no=(Matter.INGRESS_PORT_NAMES,)))
    outward = policy(types=("Egress",), egress=(rule(ports=(HTTP,)),))
    other = replace(server, namespace="b")
    assert allowed(outward, pod(), other, reading=answering(no=(Matter.INGRESS_PORT_NAMES,)))
    assert not allowed(outward, pod(), other, reading=answering(no=(Matter.EGRESS_PORT_NAMES,)))


@pytest.mark.parametrize("reading", [answering(), answering(Matter.UNREAD_PORT_NAMES)])
def test_what_an_unread_name_stands_for_plays_no_part_where_names_are_looked_up(reading: Reading) -> None:
    inward = policy(ingress=(rule(ports=(HTTP,)),))
    server = pod(ports=(ContainerPort(80, "http"),))
    assert allowed(inward, OUTSIDE, server, 80, reading=reading)
    assert not allowed(inward, OUTSIDE, server, 81, reading=reading)
    assert not allowed(inward, OUTSIDE, pod(), 80, reading=reading)


@pytest.mark.parametrize(
    ("ports", "alone", "beside"),
    [
        ((HTTP,), True, False),
        ((HTTP, PolicyPort("UDP", 80)), True, False),
        ((HTTP, PolicyPort("TCP", 443)), False, True),
        ((PolicyPort(None, 443, 445), HTTP), False, True),
        ((HTTP, PolicyPort(None, "admin")), True, False),
        ((PolicyPort("UDP", "http"),), False, False),
    ],
    ids=["alone", "beside another protocol's", "beside a number", "beside a range", "beside a name", "other protocol"],
)
def test_a_name_that_is_not_looked_up_stands_for_every_port_or_for_none(
    ports: tuple[PolicyPort, ...], alone: bool, beside: bool
) -> None:
    """Whatever the destination declares, and of TCP alone where that is the item's protocol."""
    inward = policy(ingress=(rule(ports=ports),))
    outward = policy(types=("Egress",), egress=(rule(ports=ports),))
    for yes, expected in (
        ((), False),
        ((Matter.UNREAD_PORT_NAMES,), alone),
        ((Matter.UNREAD_NAMES_BESIDE_NUMBERS,), beside),
    ):
        reading = answering(*yes, no=BOTH_UNREAD)
        assert allowed(inward, OUTSIDE, pod(ports=(ContainerPort(80, "http"),)), 81, reading=reading) is expected
        assert allowed(outward, pod(), OUTSIDE, 81, reading=reading) is expected


@pytest.mark.parametrize(
    ("ports", "passes"),
    [(None, True), ((), True), ((PolicyPort(),), False), ((PolicyPort("TCP", 80), PolicyPort("UDP")), False)],
)
def test_other_protocols_pass_by_rules_without_ports_where_they_are_governed(
    ports: tuple[PolicyPort, ...] | None, passes: bool
) -> None:
    inward = policy(ingress=(rule(ports=ports),))
    assert allowed(inward, OUTSIDE, pod(), None, ICMP, reading=answering(Matter.OTHER_PROTOCOLS)) is passes
    assert allowed(inward, OUTSIDE, pod(), None, ICMP)


@pytest.mark.parametrize(("port", "whole", "alone"), [(79, False, False), (80, True, True), (81, True, False)])
def test_a_range_without_its_end_is_its_first_port(port: int, whole: bool, alone: bool) -> None:
    inward = policy(ingress=(rule(ports=(PolicyPort("TCP", 80, 81),)),))
    assert allowed(inward, OUTSIDE, pod(), port) is whole
    assert allowed(inward, OUTSIDE, pod(), port, reading=answering(no=(Matter.END_PORT,))) is alone


def test_rules_of_an_omitted_direction() -> None:
    goes_by_rules = answering(Matter.OMITTED_DIRECTION)
    admits = policy(types=("Egress",), ingress=(rule(block("203.0.113.0/24")),))
    assert judge(admits, OUTSIDE, pod(), reading=goes_by_rules).ingress.reason == "rule"
    assert judge(admits, at("8.8.8.8"), pod(), reading=goes_by_rules).ingress.reason == "no-rule"
    assert judge(admits, at("8.8.8.8"), pod()).ingress.reason == "not-isolated"
    for nothing in (None, ()):
        without = policy(types=("Egress",), ingress=nothing)
        assert judge(without, OUTSIDE, pod(), reading=goes_by_rules).ingress.reason == "not-isolated"


def test_the_default_of_policy_types_omits_no_direction_that_has_rules() -> None:
    both = policy(ingress=(), egress=(rule(),))
    assert judge(both, pod(), OUTSIDE, reading=SPEC).egress.reason == "rule"
    ingress_only = policy(ingress=(rule(),))
    for reading in (SPEC, answering(Matter.OMITTED_DIRECTION)):
        assert judge(ingress_only, pod(), OUTSIDE, reading=reading).egress.reason == "not-isolated"


def test_an_evaluator_under_another_reading_leaves_the_first_as_it_was() -> None:
    evaluator = Evaluator(World((CLOSED,)))
    ping = Flow(OUTSIDE, pod(), ICMP, None)
    assert not evaluator.under(answering(Matter.OTHER_PROTOCOLS)).decide(ping).allowed
    assert evaluator.decide(ping).allowed
