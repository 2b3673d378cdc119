"""Stated flows judged on a network plugin of which not every answer is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import pytest

from netqed.analysis.disagreement import Answer, Disagreement
from netqed.analysis.flow_readings import SPEC_ANSWERS
from netqed.analysis.flows import Engine, FlowLine, evaluate_flows, parse_flows
from netqed.analysis.pinned import EncodingJudge
from netqed.plugins.matters import Matter
from netqed.reference.flow import Flow, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, Node, Workload
from netqed.sources.position import InputError
from support.judging import block, policy, rule

WORKLOADS = (
    Workload("Pod", "a", "client", {}, addresses=("10.0.0.1",), node_name="node-1"),
    Workload("Deployment", "a", "web", {}),
    Workload("Pod", "b", "server", {}, addresses=("10.0.0.2",)),
    Workload("Deployment", "b", "api", {}),
    Workload("Pod", "sys", "agent", {}, host_network=True, node_name="node-1", addresses=("10.9.0.1",)),
)


def cluster(*policies: NetworkPolicy) -> Cluster:
    return Cluster(workloads=WORKLOADS, policies=policies, nodes=(Node("node-1", {}, ("10.9.0.1",)),))


def known_but(*unknown: Matter) -> dict[Matter, bool]:
    """The answers of `spec` but for those that are not known."""
    return {matter: yes for matter, yes in SPEC_ANSWERS.items() if matter not in unknown}


@dataclass(frozen=True)
class Fixed:
    """An engine that answers as told."""

    answer: Answer

    def decide(self, flow: Flow, world: World, answers: Mapping[Matter, bool] | None = None) -> Answer:
        assert answers is not None
        return self.answer


@pytest.mark.parametrize(
    ("keys", "answers", "key"),
    [
        ({"src": "b/deployment/api", "dst": "sys/agent"}, {Matter.OWN_NODE_EGRESS: True}, "dst"),
        ({"src": "b/deployment/api", "dst": "sys/agent"}, {}, "dst"),
        ({"src": "b/deployment/api", "dst_ip": "10.9.0.1"}, {}, "dst_ip"),
        ({"src": "b/deployment/api", "dst": "sys/agent"}, {Matter.OWN_NODE_EGRESS: False}, None),
        ({"src": "sys/agent", "dst": "b/deployment/api"}, {Matter.OWN_NODE_INGRESS: False}, None),
        ({"src": "sys/agent", "dst": "b/deployment/api"}, {Matter.OWN_NODE_INGRESS: True}, "src"),
        ({"src": "b/deployment/api", "dst_ip": "192.0.2.1"}, {}, None),
    ],
)
def test_the_node_is_asked_for_where_a_plugin_may_exempt_it(
    keys: dict[str, str], answers: dict[Matter, bool], key: str | None
) -> None:
    closed = cluster(policy(namespace="b", types=("Ingress", "Egress")))
    lines = parse_flows(json.dumps({"port": 80, **keys}), "f")
    given = {**known_but(Matter.OWN_NODE_EGRESS), **answers}
    if key is None:
        assert [one["allowed"] for one in evaluate_flows(closed, lines, engine="reference", answers=given)] == [False]
        return
    with pytest.raises(InputError) as error:
        evaluate_flows(closed, lines, engine="reference", answers=given)
    (problem,) = error.value.problems
    assert "on one node" in problem.message
    assert isinstance(lines[0], FlowLine) and problem.position == lines[0].position(key)


def test_an_address_is_asked_for_only_where_a_reading_needs_it() -> None:
    blocks = policy(namespace="b", ingress=(rule(block("10.5.0.0/16")),))
    lines = parse_flows('{"src": "a/deployment/web", "dst": "b/server", "port": 80}', "f")
    known = {**SPEC_ANSWERS, Matter.BLOCK_PODS: False}
    (one,) = evaluate_flows(cluster(blocks), lines, engine="both", smt=EncodingJudge(), answers=known)
    assert one["allowed"] is False
    with pytest.raises(InputError):
        evaluate_flows(cluster(blocks), lines, engine="reference", answers={Matter.BLOCK_NODES: True})


def test_directions_that_turn_on_one_matter_either_way_are_open_and_the_flow_is_not() -> None:
    """Ingress passes where rules of an omitted direction apply, and egress where they do not: never both."""
    outward = policy(namespace="a", types=("Ingress",), egress=(rule(block("192.0.2.0/24")),))
    inward = (
        policy(namespace="b", name="deny"),
        policy(namespace="b", name="admit", types=("Egress",), ingress=(rule(),)),
    )
    within = cluster(outward, *inward)
    lines = parse_flows('{"src": "a/client", "dst": "b/server", "port": 80}', "f")
    known = known_but(Matter.OMITTED_DIRECTION)
    for engine in get_args(Engine):
        (one,) = evaluate_flows(within, lines, engine=engine, smt=EncodingJudge(), answers=known)
        assert (one["allowed"], one["ingress_allowed"], one["egress_allowed"]) == (False, None, None)
        assert one["depends_on"] == ["omitted-direction"]


def test_a_disagreement_in_one_case_is_no_answer_and_carries_its_reading() -> None:
    lines = parse_flows('{"src": "a/client", "dst": "b/server", "protocol": "ICMP"}', "f")
    known = known_but(Matter.OTHER_PROTOCOLS)
    closed = cluster(policy(namespace="b"))
    with pytest.raises(Disagreement) as error:
        list(evaluate_flows(closed, lines, engine="both", smt=Fixed((False, True)), answers=known))
    assert Matter.OTHER_PROTOCOLS not in error.value.world.reading
    assert (error.value.reference, error.value.encoding) == ((True, True), (False, True))
    with pytest.raises(Disagreement, match="leaves open ingress"):
        list(evaluate_flows(closed, lines, engine="both", smt=Fixed((None, True)), answers=known))
