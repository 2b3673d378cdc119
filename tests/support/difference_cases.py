"""Pairs of inputs written by hand, each about one thing that two descriptions of an endpoint may or may not share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from netqed.analysis.difference_results import Outcome
from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    Node,
    PolicyPeer,
    PolicyPort,
    Workload,
)
from netqed.spec.document import ClusterFacts, Scope, Spec
from support.cases import admit, deployment, pod

V4 = Spec(cluster=ClusterFacts(families=("IPv4",)))
NODE_1, NODE_2 = Node("node-1", {}, ("192.168.0.1",)), Node("node-2", {}, ("192.168.0.2",))
OF_API = PolicyPeer(LabelSelector((("app", "api"),)), LabelSelector())
OF_X = PolicyPeer(None, LabelSelector((("team", "x"),)))
CLOSED = admit("pay")
SERVER = pod("pay", "server", "10.244.0.4")
DUAL_SERVER = replace(SERVER, addresses=("10.244.0.4", "fd00:1::4"))
UNRELATED = {"unrelated": "yes"}


@dataclass(frozen=True, slots=True)
class DifferenceCase:
    """Two inputs and the outcome of comparing them."""

    old: Cluster
    new: Cluster
    outcome: Outcome
    scope: Scope = "now"
    spec: Spec = V4
    cni: str = "spec"


def given(
    workloads: Sequence[Workload] = (),
    policies: Sequence[NetworkPolicy] = (),
    namespaces: Mapping[str, Mapping[str, str]] | None = None,
    nodes: Sequence[Node] = (),
) -> Cluster:
    """An input."""
    return Cluster(
        namespaces={name: Namespace(name, labels) for name, labels in (namespaces or {}).items()},
        workloads=tuple(sorted(workloads, key=lambda w: (w.namespace, w.kind, w.name))),
        policies=tuple(policies),
        nodes=tuple(nodes),
        object_namespaces=frozenset(w.namespace for w in workloads) | frozenset(p.namespace for p in policies),
    )


def block(cidr: str) -> PolicyPeer:
    """A peer by addresses."""
    return PolicyPeer(ip_block=IPBlock(cidr))


def described_twice(workloads: Sequence[Workload], policies: Sequence[NetworkPolicy]) -> tuple[Cluster, Cluster]:
    """The same input twice, but for a label that nothing turns on: each side has a universe of its own."""
    nodes = [NODE_1] if any(w.node_name for w in workloads) else []
    return (
        given(workloads, policies, {"aside": {}}, nodes),
        given(workloads, policies, {"aside": UNRELATED}, nodes),
    )


def hosted(name: str, node: str | None = None) -> Workload:
    """A pod on its node's network."""
    return pod("web", name, host_network=True, node_name=node)


CASES: dict[str, DifferenceCase] = {
    "a workload is relabelled into a peer": DifferenceCase(
        given([pod("web", "api", "10.244.0.5"), SERVER], [admit("pay", OF_API)]),
        given([replace(pod("web", "api", "10.244.0.5"), labels={}), SERVER], [admit("pay", OF_API)]),
        "narrower",
    ),
    "one of two workloads alike is relabelled": DifferenceCase(
        given([*(replace(pod("web", n), labels={"app": "api"}) for n in "xy"), SERVER], [admit("pay", OF_API)]),
        given(
            [*(replace(pod("web", n), labels=ls) for n, ls in (("x", {"app": "api"}), ("y", {}))), SERVER],
            [admit("pay", OF_API)],
        ),
        "narrower",
    ),
    "a namespace is relabelled into a peer": DifferenceCase(
        given([pod("web", "w"), SERVER], [admit("pay", OF_X)], {"web": {}}),
        given([pod("web", "w"), SERVER], [admit("pay", OF_X)], {"web": {"team": "x"}}),
        "wider",
    ),
    "a namespace is declared on one side only": DifferenceCase(
        given([pod("web", "w"), SERVER], [admit("pay", OF_X)]),
        given([pod("web", "w"), SERVER], [admit("pay", OF_X)], {"web": {"team": "x"}}),
        "equivalent",
        "always",
    ),
    "a named port changes its number": DifferenceCase(
        given(
            [pod("web", "w"), replace(SERVER, container_ports=(ContainerPort(80, "http"),))],
            [admit("pay", OF_API, PolicyPeer(None, LabelSelector()), ports=(PolicyPort("TCP", "http"),))],
        ),
        given(
            [pod("web", "w"), replace(SERVER, container_ports=(ContainerPort(8080, "http"),))],
            [admit("pay", OF_API, PolicyPeer(None, LabelSelector()), ports=(PolicyPort("TCP", "http"),))],
        ),
        "incomparable",
    ),
    "a template goes onto its nodes' network": DifferenceCase(
        given([pod("web", "w", "10.244.0.5"), deployment("pay", "server")], [CLOSED], nodes=[NODE_1]),
        given(
            [pod("web", "w", "10.244.0.5"), deployment("pay", "server", host_network=True)], [CLOSED], nodes=[NODE_1]
        ),
        "wider",
    ),
    "a pod goes onto its node's network": DifferenceCase(
        given([pod("web", "w", "10.244.0.5"), replace(SERVER, node_name="node-1")], [CLOSED], nodes=[NODE_1]),
        given(
            [pod("web", "w", "10.244.0.5"), replace(SERVER, node_name="node-1", addresses=(), host_network=True)],
            [CLOSED],
            nodes=[NODE_1],
        ),
        "wider",
    ),
    "a pod is at another address": DifferenceCase(
        given([pod("web", "w", "10.244.0.5"), SERVER], [admit("pay", block("10.244.1.0/24"))]),
        given([pod("web", "w", "10.244.1.5"), SERVER], [admit("pay", block("10.244.1.0/24"))]),
        "wider",
    ),
    "a pod's address is known on one side only": DifferenceCase(
        given([pod("web", "w"), SERVER], [admit("pay", block("10.244.1.0/24"))]),
        given([pod("web", "w", "10.244.1.5"), SERVER], [admit("pay", block("10.244.1.0/24"))]),
        "equivalent",
    ),
    "a pod's address of one family is known on one side only": DifferenceCase(
        given([pod("web", "w", "10.244.1.5"), DUAL_SERVER], [CLOSED], nodes=[NODE_1]),
        given(
            [replace(pod("web", "w"), addresses=("10.244.1.5", "fd00:1::5")), DUAL_SERVER],
            [admit("pay", block("fd00:1::5/128"))],
            nodes=[NODE_1],
        ),
        "wider",
        spec=Spec(cluster=ClusterFacts(pod_cidrs=(ip_network("10.244.0.0/16"), ip_network("fd00:1::/64")))),
    ),
    "a pod leaves an address that is admitted": DifferenceCase(
        given([pod("web", "w", "10.244.0.5"), SERVER], [CLOSED]),
        given([pod("web", "w", "10.244.0.9"), SERVER], [admit("pay", block("10.244.0.5/32"))]),
        "wider",
        cni="cilium",
    ),
    "a pod moves off the node that its client is on": DifferenceCase(
        given([hosted("agent", "node-1"), replace(SERVER, node_name="node-1")], [CLOSED], nodes=[NODE_1, NODE_2]),
        given([hosted("agent", "node-1"), replace(SERVER, node_name="node-2")], [CLOSED], nodes=[NODE_1, NODE_2]),
        "incomparable",
    ),
    "two pods swap nodes": DifferenceCase(
        given(
            [replace(pod("pay", n), node_name=on) for n, on in (("a", "node-1"), ("b", "node-2"))],
            [CLOSED],
            nodes=[NODE_1, NODE_2],
        ),
        given(
            [replace(pod("pay", n), node_name=on) for n, on in (("a", "node-2"), ("b", "node-1"))],
            [CLOSED],
            nodes=[NODE_1, NODE_2],
        ),
        "incomparable",
    ),
    "one of two pods moves": DifferenceCase(
        given(
            [*(replace(pod("pay", n), labels={}, node_name="node-1") for n in "ab"), hosted("agent", "node-1")],
            [CLOSED],
            nodes=[NODE_1, NODE_2],
        ),
        given(
            [
                replace(pod("pay", "a"), labels={}, node_name="node-1"),
                replace(pod("pay", "b"), labels={}, node_name="node-2"),
                hosted("agent", "node-1"),
            ],
            [CLOSED],
            nodes=[NODE_1, NODE_2],
        ),
        "incomparable",
    ),
    "a node is at another address": DifferenceCase(
        given([SERVER], [admit("pay", block("192.168.0.9/32"))], nodes=[NODE_1, NODE_2]),
        given(
            [SERVER],
            [admit("pay", block("192.168.0.9/32"))],
            nodes=[replace(NODE_1, addresses=("192.168.0.9",)), NODE_2],
        ),
        "wider",
    ),
    "a node is listed on one side only": DifferenceCase(
        given([SERVER], [CLOSED], nodes=[NODE_1]),
        given([SERVER], [admit("pay", block("192.168.0.2/32"))], nodes=[NODE_1, NODE_2]),
        "wider",
    ),
    "a template's own label that controllers set": DifferenceCase(
        given(
            [replace(deployment("web", "w"), labels={"job-name": "a"}), SERVER],
            [by_job := admit("pay", PolicyPeer(LabelSelector((("job-name", "b"),)), LabelSelector()))],
        ),
        given([replace(deployment("web", "w"), labels={"job-name": "b"}), SERVER], [by_job]),
        "incomparable",
    ),
    "a workload is in one input only": DifferenceCase(
        given([SERVER], [CLOSED]),
        given([SERVER, pod("web", "api")], [admit("pay", OF_API)]),
        "wider",
    ),
    "a template stands for itself on one side": DifferenceCase(
        replace(given([SERVER], [admit("pay", OF_API)]), superseded=(deployment("web", "api"),)),
        given([SERVER, replace(deployment("web", "api"), labels={})], [admit("pay", OF_API)]),
        "narrower",
    ),
    "invented pods have one set of labels": DifferenceCase(
        *described_twice([SERVER], [admit("pay", OF_API)]), "equivalent", "always"
    ),
    "controllers give one value": DifferenceCase(
        *described_twice(
            [deployment("web", "w"), SERVER],
            [admit("pay", PolicyPeer(LabelSelector((("pod-template-hash", "b"),)), LabelSelector()))],
        ),
        "equivalent",
    ),
    "undeclared namespaces have one set of labels": DifferenceCase(
        *described_twice([pod("web", "w"), SERVER], [admit("pay", OF_X)]), "equivalent", "always"
    ),
    "invented pods name their ports once": DifferenceCase(
        *described_twice([], [admit("pay", OF_API, ports=(PolicyPort("TCP", "http"),))]), "equivalent", "always"
    ),
    "a pod is on one node": DifferenceCase(
        *described_twice([hosted("agent", "node-1"), SERVER], [CLOSED]), "equivalent", "always"
    ),
    "an endpoint has one address": DifferenceCase(
        *described_twice([deployment("web", "w"), SERVER], [admit("pay", block("10.0.0.0/9"))]), "equivalent", "always"
    ),
}
