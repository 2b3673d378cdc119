"""Stated flows found in a cluster and judged: names, addresses, families, answers, evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

import pytest

from netqed.analysis.disagreement import Answer, Disagreement
from netqed.analysis.flow_ends import MOST_SUGGESTIONS
from netqed.analysis.flows import evaluate_flows, parse_flows, pod_end, world_of
from netqed.plugins.matters import Matter
from netqed.reference.flow import AddressEnd, Flow, PodEnd, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Namespace, NetworkPolicy, Node, PolicyPort, Workload
from netqed.sources.position import FieldPath, InputError, Position, Problem, Span
from support.judging import EVERYTHING, block, matching, pods, policy, rule

CLIENT = Workload("Pod", "a", "client", {"app": "client"}, addresses=("10.0.0.1", "fd00::1"), node_name="node-1")
SERVER = Workload("Pod", "b", "server", {"app": "server"}, addresses=("10.0.0.2",), node_addresses=("10.9.0.2",))
SIX = Workload("Pod", "b", "six", {}, addresses=("fd00::6",))
TEMPLATE = Workload("Deployment", "a", "web", {"app": "web"})
ON_HOST = Workload("Pod", "sys", "agent", {}, host_network=True, node_name="node-1", addresses=("10.9.0.1",))
NODE = Node("node-1", {}, ("10.9.0.1", "fd09::1"))


def cluster(*policies: NetworkPolicy, more: tuple[Workload, ...] = ()) -> Cluster:
    return Cluster(
        namespaces={"a": Namespace("a", {"team": "red"})},
        workloads=(CLIENT, SERVER, SIX, TEMPLATE, ON_HOST, *more),
        policies=policies,
        nodes=(NODE,),
    )


class Recorder:
    """An engine that keeps what it is asked and answers as told."""

    def __init__(self, answer: Answer = (True, True)) -> None:
        self.flows: list[Flow] = []
        self.answer = answer

    def decide(self, flow: Flow, world: World, answers: Mapping[Matter, bool] | None = None) -> Answer:
        self.flows.append(flow)
        return self.answer


def resolved(within: Cluster, **keys: Any) -> Flow:
    """The flow that an engine is asked about."""
    engine = Recorder()
    lines = parse_flows(json.dumps({"port": 80, **keys}), "f")
    list(evaluate_flows(within, lines, engine="smt", smt=engine))
    return engine.flows[0]


def answer(within: Cluster, **keys: Any) -> dict[str, Any]:
    (one,) = evaluate_flows(within, parse_flows(json.dumps({"port": 80, **keys}), "f"), engine="reference")
    return one


def refused(within: Cluster, *objects: dict[str, Any]) -> tuple[Problem, ...]:
    lines = parse_flows("\n".join(json.dumps({"port": 80, **keys}) for keys in objects), "f")
    with pytest.raises(InputError) as error:
        evaluate_flows(within, lines, engine="reference")
    return error.value.problems


def test_a_named_pod_is_at_its_own_address_ipv4_first() -> None:
    flow = resolved(cluster(), src="a/client", dst="b/server")
    assert isinstance(flow.source, PodEnd)
    assert flow.source == PodEnd(
        "a",
        {"app": "client"},
        ip_address("10.0.0.1"),
        node="node-1",
        node_addresses=(ip_address("10.9.0.1"), ip_address("fd09::1")),
        identity="a/client",
    )


@pytest.mark.parametrize("name", ["a/deployment/web", "a/Deployment/web", "a/pod/client", "a/Pod/client"])
def test_a_workload_is_named_by_kind_in_either_case(name: str) -> None:
    source = resolved(cluster(), src=name, dst="b/server").source
    assert isinstance(source, PodEnd) and source.namespace == "a"


def test_a_template_has_no_address_and_is_no_single_pod() -> None:
    flow = resolved(cluster(), src="a/deployment/web", dst="a/deployment/web")
    assert flow.source == PodEnd("a", {"app": "web"})
    closed = cluster(policy(namespace="a"))
    assert not answer(closed, src="a/deployment/web", dst="a/deployment/web")["allowed"]


def test_a_pod_is_itself_whatever_address_is_stated() -> None:
    closed = cluster(policy(namespace="a"))
    assert answer(closed, src="a/client", dst="a/client")["allowed"]
    assert answer(closed, src=None, src_ip="10.0.0.1", dst="a/client")["allowed"]
    assert answer(closed, src="a/client", src_ip="10.77.0.1", dst="a/pod/client")["allowed"]


def test_a_stated_address_overrides_the_pods_own() -> None:
    flow = resolved(cluster(), src="a/client", src_ip="10.77.0.1", dst="b/server")
    assert isinstance(flow.source, PodEnd)
    assert flow.source.address == ip_address("10.77.0.1")


def test_the_family_is_the_one_that_fits_the_other_side() -> None:
    assert resolved(cluster(), src="a/client", dst="b/six").source.address == ip_address("fd00::1")
    assert resolved(cluster(), src="b/six", dst="a/client").destination.address == ip_address("fd00::1")
    assert resolved(cluster(), src="a/client", dst=None, dst_ip="2001:db8::1").source.address == ip_address("fd00::1")
    assert resolved(cluster(), src="a/client", dst=None, dst_ip="192.0.2.1").source.address == ip_address("10.0.0.1")


@pytest.mark.parametrize(
    ("keys", "column"),
    [
        ({"src": "b/server", "dst": "b/six"}, 1),
        ({"src": "b/server", "dst": None, "dst_ip": "2001:db8::1"}, 56),
        ({"src": None, "src_ip": "192.0.2.1", "dst": None, "dst_ip": "2001:db8::1"}, 37),
        ({"src": "a/client", "src_ip": "fd00::1", "dst": "b/server"}, 43),
    ],
)
def test_mixed_families_are_refused(keys: dict[str, Any], column: int) -> None:
    (problem,) = refused(cluster(), keys)
    assert problem.message.startswith("mixed families: ")
    assert "IPv4" in problem.message and "IPv6" in problem.message
    assert problem.position == Position("f", 1, column)


def test_an_address_of_a_pod_is_that_pod() -> None:
    flow = resolved(cluster(), src=None, src_ip="fd00::1", dst=None, dst_ip="fd00::6")
    assert isinstance(flow.source, PodEnd) and flow.source.identity == "a/client"
    assert isinstance(flow.destination, PodEnd) and flow.destination.identity == "b/six"
    assert flow.source.address == ip_address("fd00::1")


def test_an_address_of_a_node_is_the_node_even_where_a_host_networked_pod_has_it() -> None:
    at_node = AddressEnd(ip_address("10.9.0.1"), "node-1")
    assert resolved(cluster(), src_ip="10.9.0.1", dst="b/server").source == at_node
    without_node = replace(cluster(), nodes=())
    assert resolved(without_node, src_ip="10.9.0.1", dst="b/server").source == at_node


def test_an_address_that_only_a_pods_status_gives_to_its_node_is_that_node() -> None:
    placed = replace(SERVER, name="placed", node_name="node-2", addresses=("10.0.0.9",), node_addresses=("10.9.0.9",))
    closed = cluster(policy(namespace="b"), more=(placed,))
    assert resolved(closed, src_ip="10.9.0.9", dst="b/placed").source == AddressEnd(ip_address("10.9.0.9"), "node-2")
    assert answer(closed, src_ip="10.9.0.9", dst="b/placed")["allowed"]
    assert not answer(closed, src_ip="10.9.0.1", dst="b/placed")["allowed"]


def test_an_unknown_address_is_outside() -> None:
    assert resolved(cluster(), src_ip="192.0.2.1", dst="b/server").source == AddressEnd(ip_address("192.0.2.1"))


def test_an_address_of_a_host_networked_and_of_an_ordinary_pod_is_the_ordinary_one() -> None:
    shared = replace(CLIENT, name="odd", addresses=("10.9.0.1",))
    source = resolved(cluster(more=(shared,)), src_ip="10.9.0.1", dst="b/server").source
    assert isinstance(source, PodEnd) and source.identity == "a/odd"


def test_an_address_of_several_pods_is_refused() -> None:
    twin = replace(CLIENT, name="twin")
    (problem,) = refused(cluster(more=(twin,)), {"src_ip": "10.0.0.1", "dst": "b/server"})
    assert problem.message == "10.0.0.1 is the address of a/client and a/twin"
    assert problem.hint == "name the one that is meant in src"
    assert resolved(cluster(more=(twin,)), src="a/twin", src_ip="10.0.0.1", dst="b/server").source.address


@pytest.mark.parametrize("own", [("10.9.0.1",), ()])
def test_a_host_networked_pod_is_at_its_nodes_address(own: tuple[str, ...]) -> None:
    agent = replace(ON_HOST, name="other", addresses=own)
    source = resolved(cluster(more=(agent,)), src="sys/other", dst="b/server").source
    assert isinstance(source, PodEnd)
    assert (source.host_network, source.address) == (True, ip_address("10.9.0.1"))


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("a/clinet", "a/client"),
        ("client", "a/client"),
        ("b/client", "a/client"),
        ("a/web", "a/deployment/web"),
        ("a/deployments/web", "a/deployment/web"),
        ("a/statefulset/web", "a/deployment/web"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(name: str, suggestion: str) -> None:
    (problem,) = refused(cluster(), {"src": name, "dst": "b/server"})
    assert problem.message == f'unknown pod or workload "{name}"'
    assert problem.hint == f'did you mean "{suggestion}"?'
    assert problem.position == Position("f", 1, 21)


@pytest.mark.parametrize("name", ["", "/", "//", "a/", "a/pod/", "a/b/c/d", "zzzzzz/qqqqqq", "\ud800"])
def test_a_name_of_nothing_near_gets_the_form(name: str) -> None:
    (problem,) = refused(Cluster(workloads=(SERVER,)), {"src": name, "dst": "b/server"})
    assert problem.hint is not None and '"namespace/pod"' in problem.hint


def test_suggestions_stop_but_problems_do_not() -> None:
    many = [{"src": f"a/client{i}", "dst": "b/server"} for i in range(MOST_SUGGESTIONS + 5)]
    found = refused(cluster(), *many)
    assert len(found) == len(many)
    assert sum("did you mean" in (problem.hint or "") for problem in found) == MOST_SUGGESTIONS


def test_problems_of_reading_and_of_resolving_are_told_together_before_any_answer() -> None:
    text = (
        '{"src": "a/nobody", "dst": "b/nobody", "port": 1}\n'
        '{"src": "a/client", "dst": "b/server", "port": 80}\n'
        '{"src"\n'
    )
    with pytest.raises(InputError) as error:
        evaluate_flows(cluster(), parse_flows(text, "f"), engine="reference")
    assert [(p.position.line, p.position.column) for p in error.value.problems if p.position] == [
        (1, 9),
        (1, 28),
        (3, 7),
    ]


@pytest.mark.parametrize(
    ("keys", "side"),
    [
        ({"src": "a/deployment/web", "dst": "b/server"}, "src"),
        ({"src": "b/server", "dst": "a/deployment/web"}, "dst"),
    ],
)
def test_an_address_that_decides_is_asked_for(keys: dict[str, str], side: str) -> None:
    blocks = (rule(block("10.5.0.0/16")),)
    closed = cluster(policy(namespace="b", types=("Ingress", "Egress"), ingress=blocks, egress=blocks))
    (problem,) = refused(closed, keys)
    assert problem.message == "the verdict depends on the address of a/deployment/web, which is not known"
    assert problem.hint == f"state it as {side}_ip"
    assert answer(closed, **keys, **{f"{side}_ip": "10.5.0.1"})["allowed"]
    assert not answer(closed, **keys, **{f"{side}_ip": "10.6.0.1"})["allowed"]
    assert answer(cluster(), **keys)["allowed"]


AGENT = Workload("DaemonSet", "sys", "agents", {}, host_network=True)
UNPLACED = Workload("Pod", "sys", "unplaced", {}, host_network=True, addresses=("10.9.0.7",))
SOMEWHERE = Workload("Pod", "b", "somewhere", {}, addresses=("10.0.0.8",))
PLACED = Workload("Pod", "b", "placed", {}, node_name="node-2", addresses=("10.0.0.9",), node_addresses=("10.9.0.9",))
NAMED = Workload("Pod", "b", "named", {}, node_name="node-3", addresses=("10.0.0.10",))
HOSTS = (AGENT, UNPLACED, SOMEWHERE, PLACED, NAMED)


@pytest.mark.parametrize(
    "keys",
    [
        {"src": "sys/daemonset/agents", "dst": "b/named"},
        {"src": "sys/daemonset/agents", "src_ip": "10.9.0.1", "dst": "b/somewhere"},
        {"src_ip": "fd09::1", "dst": "b/deployment/api", "dst_ip": "fd00::9"},
    ],
)
def test_whether_both_are_on_one_node_is_asked_for_where_it_decides(keys: dict[str, str]) -> None:
    api = Workload("Deployment", "b", "api", {}, node_addresses=("10.9.0.2",))
    closed = cluster(policy(namespace="b"), more=(*HOSTS, api))
    (problem,) = refused(closed, keys)
    assert problem.message == "the verdict depends on whether both sides are on one node, which the input does not say"
    assert problem.hint == "name pods with a nodeName"
    assert problem.position is not None and problem.position.line == 1
    assert answer(cluster(policy(namespace="b", ingress=(rule(),)), more=(*HOSTS, api)), **keys)["allowed"]
    assert answer(cluster(more=(*HOSTS, api)), **keys)["allowed"]


@pytest.mark.parametrize(
    ("keys", "allowed"),
    [
        ({"src": "sys/agent", "dst": "b/somewhere"}, False),
        ({"src": "sys/unplaced", "dst": "b/named"}, False),
        ({"src_ip": "10.9.0.1", "dst": "b/somewhere"}, False),
        ({"src_ip": "10.9.0.7", "dst": "b/named"}, False),
        ({"src": "sys/agent", "dst": "b/placed"}, False),
        ({"src": "sys/agent", "dst": "b/named"}, False),
        ({"src": "sys/unplaced", "dst": "b/placed"}, False),
        ({"src": "sys/unplaced", "dst": "b/server"}, False),
        ({"src_ip": "10.9.0.1", "dst": "b/placed"}, False),
        ({"src_ip": "10.9.0.9", "dst": "b/placed"}, True),
        ({"src_ip": "10.9.0.1", "dst": "b/server"}, False),
        ({"src_ip": "192.0.2.1", "dst": "b/somewhere"}, False),
        ({"src": "a/client", "dst": "b/somewhere"}, False),
        ({"src": "b/somewhere", "dst": "sys/daemonset/agents", "dst_ip": "10.9.0.1"}, True),
    ],
)
def test_nodes_that_are_known_or_do_not_matter_are_not_asked_for(keys: dict[str, str], allowed: bool) -> None:
    assert answer(cluster(policy(namespace="b"), more=HOSTS), **keys)["allowed"] is allowed


def test_answers_come_in_order_after_the_flows_own_keys() -> None:
    text = (
        '{"z": 1, "src": "a/client", "dst": "b/server", "port": 80, "a": [1.5, {"k": null}]}\n'
        '{"dst": "a/client", "src": "b/six", "port": 1}'
    )
    one, two = evaluate_flows(cluster(policy(namespace="b")), parse_flows(text, "f"), engine="reference")
    assert list(one.items()) == [
        *json.loads(text.split("\n")[0]).items(),
        ("allowed", False),
        ("ingress_allowed", False),
        ("egress_allowed", True),
    ]
    assert list(two) == ["dst", "src", "port", "allowed", "ingress_allowed", "egress_allowed"]
    assert two["allowed"] is True


def test_keys_of_the_answer_in_the_input_are_replaced() -> None:
    one = answer(cluster(policy(namespace="b")), src="a/client", allowed=True, evidence="x", dst="b/server")
    assert one["allowed"] is False
    assert "evidence" not in one


def test_no_flows_have_no_answers() -> None:
    assert list(evaluate_flows(cluster(), [], engine="reference")) == []


def test_declared_and_extra_namespaces_are_known_and_the_declared_win() -> None:
    world = world_of(cluster(), {"a": {"team": "green"}, "b": {"team": "blue"}})
    assert world.namespaces == {"a": {"team": "red"}, "b": {"team": "blue"}}
    blue = policy(namespace="a", ingress=(rule(pods(namespaces=matching(team="blue"))),))
    lines = parse_flows('{"src": "b/server", "dst": "a/client", "port": 80}', "f")
    (with_extra,) = evaluate_flows(cluster(blue), lines, engine="reference", extra_namespaces={"b": {"team": "blue"}})
    (without,) = evaluate_flows(cluster(blue), lines, engine="reference")
    assert (with_extra["allowed"], without["allowed"]) == (True, False)


def test_the_nodes_of_a_world_are_those_of_nodes_and_of_pods() -> None:
    placed = replace(SERVER, name="placed", node_name="node-1", node_addresses=("10.9.0.1", "10.9.0.77"))
    assert world_of(cluster(more=(placed,))).nodes == {
        "node-1": tuple(map(ip_address, ("10.9.0.1", "fd09::1", "10.9.0.77")))
    }


def test_a_pod_end_is_at_the_address_given() -> None:
    end = pod_end(SERVER, cluster(), address=ip_address("10.1.1.1"))
    assert (end.address, end.identity, end.node_addresses) == (
        ip_address("10.1.1.1"),
        "b/server",
        (ip_address("10.9.0.2"),),
    )
    assert pod_end(TEMPLATE, cluster()).identity == ""


def test_the_encodings_answer_is_given_where_it_alone_is_asked() -> None:
    lines = parse_flows('{"src": "a/client", "dst": "b/server", "port": 80}', "f")
    (one,) = evaluate_flows(cluster(), lines, engine="smt", smt=Recorder((False, True)))
    assert (one["allowed"], one["ingress_allowed"], one["egress_allowed"]) == (False, False, True)


@pytest.mark.parametrize("other", [(False, True), (True, False), (False, False)])
def test_a_disagreement_is_no_answer(other: tuple[bool, bool]) -> None:
    lines = parse_flows('\n{"src": "a/client", "dst": "b/server", "port": 80}', "f")
    answers = evaluate_flows(cluster(), lines, engine="both", smt=Recorder(other))
    with pytest.raises(Disagreement, match="f:2:1") as error:
        next(answers)
    assert (error.value.reference, error.value.encoding) == ((True, True), other)
    assert error.value.flow.port == 80
    (agreed,) = evaluate_flows(cluster(), lines, engine="both", smt=Recorder())
    assert agreed["allowed"]


@pytest.mark.parametrize("engine", ["smt", "both"])
def test_the_encoding_must_be_given_where_it_is_asked(engine: Any) -> None:
    with pytest.raises(ValueError, match="needs the encoding"):
        evaluate_flows(cluster(), [], engine=engine)


@dataclass(frozen=True)
class Places:
    """A document whose fields' lines are the lengths of their paths."""

    file: str = "policies.yaml"
    data: Any = None

    @property
    def start(self) -> Position:
        return Position(self.file, 1, 1)

    def span(self, path: FieldPath) -> Span:
        return Span(Position(self.file, len(path), 3), 9, "")


def evidence(within: Cluster, **keys: Any) -> dict[str, Any]:
    lines = parse_flows(json.dumps({"port": 80, **keys}), "f")
    (one,) = evaluate_flows(within, lines, engine="reference", evidence=True)
    assert list(one)[-1] == "evidence"
    json.dumps(one["evidence"])
    found: dict[str, Any] = one["evidence"]
    return found


def test_evidence_names_the_rule_and_its_place() -> None:
    admitting = policy(
        namespace="b",
        name="admit",
        ingress=(
            rule(block("192.0.2.0/24")),
            rule(
                pods(EVERYTHING),
                pods(namespaces=matching(team="red")),
                ports=(PolicyPort(port=443), PolicyPort(port=80)),
            ),
        ),
    )
    found = evidence(cluster(replace(admitting, document=Places())), src="a/client", dst="b/server")
    assert found == {
        "ingress": {
            "reason": "rule",
            "isolated_by": [{"policy": "b/admit", "at": "policies.yaml:2:3"}],
            "matched": [
                {
                    "policy": "b/admit",
                    "rule": "spec.ingress[1]",
                    "peer": "spec.ingress[1].from[1]",
                    "port": "spec.ingress[1].ports[1]",
                    "at": "policies.yaml:5:3",
                }
            ],
        },
        "egress": {"reason": "not-isolated", "isolated_by": [], "matched": []},
    }


def test_evidence_of_a_denial_names_the_policies_that_isolate() -> None:
    outward = policy(namespace="a", name="out", types=("Egress",))
    found = evidence(cluster(outward, policy(namespace="b", name="in")), src="a/client", dst="b/server")
    assert found["egress"] == {"reason": "no-rule", "isolated_by": [{"policy": "a/out", "at": None}], "matched": []}
    assert found["ingress"]["isolated_by"] == [{"policy": "b/in", "at": None}]


def test_evidence_of_a_rule_for_all_peers_and_ports_is_the_rule() -> None:
    opened = policy(namespace="b", name="open", ingress=(rule(),))
    (match,) = evidence(cluster(opened), src="a/client", dst="b/server")["ingress"]["matched"]
    assert (match["rule"], match["peer"], match["port"]) == ("spec.ingress[0]", None, None)
