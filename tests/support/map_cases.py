"""Small worlds written by hand for maps, each about one way in which groups are easily taken for alike."""

from __future__ import annotations

from collections.abc import Mapping

from netqed.resources.objects import ContainerPort, Node, PolicyPort, Workload
from netqed.spec.document import ClusterFacts
from support.cases import V4, admit, case, deployment, pod
from support.judging import block, expression, matching, pods, policy, rule
from support.worlds import SmallWorld

HASH = "pod-template-hash"
NODES = (Node("n1", {}, ("192.168.0.1",)), Node("n2", {}, ("192.168.0.2",)))
BOTH = ClusterFacts()
HTTP = (PolicyPort(None, "http"),)
TWO = (ContainerPort(9090, "http"), ContainerPort(53, "http", "UDP"))


def _dual(namespace: str, name: str, *addresses: str) -> Workload:
    return Workload("Pod", namespace, name, {"app": name}, addresses=addresses)


MAP_CASES: Mapping[str, SmallWorld] = {
    "a peer goes by a label that controllers add": case(
        (),
        [deployment("a", "web"), pod("a", "bare", "10.0.0.1"), pod("b", "api", "10.0.0.2")],
        [admit("b", pods(matching(**{HASH: "x"}), matching(name="a")))],
        {"a": {"name": "a"}, "b": {}},
    ).world,
    "a policy selects by a label that controllers add": case(
        (),
        [deployment("a", "web"), pod("a", "bare", "10.0.0.1"), pod("b", "api", "10.0.0.2")],
        [
            policy(namespace="a", name="one", selector=matching(**{HASH: "x"}), types=("Ingress",)),
            policy(
                namespace="a",
                name="two",
                selector=expression(HASH, "NotIn", "x"),
                ingress=(rule(pods(matching(app="bare")), ports=(PolicyPort(None, 80, 82),)),),
            ),
        ],
        {"a": {}, "b": {}},
    ).world,
    "a port's name means another number on each destination": case(
        (),
        [
            pod("a", "web", "10.0.0.1"),
            pod("b", "one", "10.0.0.2", container_ports=(ContainerPort(8080, "http"),)),
            pod(
                "b", "two", "10.0.0.3", container_ports=(ContainerPort(9090, "http"), ContainerPort(53, "http", "UDP"))
            ),
            pod("b", "none", "10.0.0.4", container_ports=(ContainerPort(8080, "web"),)),
        ],
        [
            policy(namespace="a", types=("Egress",), egress=(rule(pods(None, matching()), ports=HTTP),)),
            policy(namespace="b", ingress=(rule(ports=(*HTTP, PolicyPort("SCTP", 65535))),)),
        ],
        {"a": {}, "b": {}},
    ).world,
    "ranges meet, overlap and end with the last port": case(
        (),
        [pod("a", "web", "10.0.0.1"), pod("a", "api", "10.0.0.2")],
        [
            policy(
                selector=matching(app="api"),
                ingress=(
                    rule(ports=(PolicyPort(None, 80, 90), PolicyPort(None, 85, 100), PolicyPort(None, 103))),
                    rule(pods(matching(app="web")), ports=(PolicyPort("UDP", 65000, 65535), PolicyPort("UDP", 1))),
                ),
            )
        ],
        {"a": {}},
    ).world,
    "only the pod on a node is reached from it": case(
        (),
        [
            pod("a", "agent", host_network=True, node_name="n1", node_addresses=("192.168.0.1",)),
            pod("b", "api", "10.0.0.1", node_name="n1"),
            pod("c", "api", "10.0.0.2", node_name="n2"),
            pod("d", "api", "10.0.0.3"),
        ],
        [admit("b"), admit("c"), admit("d")],
        {"a": {}, "b": {}, "c": {}, "d": {}},
        nodes=NODES,
    ).world,
    "pods of one group are on different nodes": case(
        (),
        [
            pod("a", "agent", host_network=True, node_name="n1", node_addresses=("192.168.0.1",)),
            pod("b", "api", "10.0.0.1", node_name="n1"),
            pod("b", "web", "10.0.0.2", node_name="n2"),
        ],
        [admit("b")],
        {"a": {}, "b": {}},
        nodes=NODES,
    ).world,
    "a pod with two addresses, of which a block holds one": case(
        (),
        [
            _dual("a", "dual", "10.0.0.1", "fd00::1"),
            pod("b", "api", "10.0.0.2"),
            _dual("c", "api", "10.0.0.3", "fd00::3"),
        ],
        [admit("b", block("fd00::/64")), admit("c", block("fd00::/64"))],
        {"a": {}, "b": {}, "c": {}},
        facts=BOTH,
    ).world,
    "a template may be in a block or not": case(
        (),
        [deployment("a", "web"), pod("b", "api", "10.0.0.2"), pod("c", "api", "10.0.0.3")],
        [
            admit("b", block("10.0.0.0/8", "10.1.0.0/16")),
            admit("c", block("8.0.0.0/6"), block("0.0.0.0/0", "11.0.0.0/8")),
        ],
        {"a": {}, "b": {}, "c": {}},
        facts=V4,
    ).world,
    "pods of a namespace that nobody declares, of which a peer means one": case(
        (),
        [pod("a", "api", "10.0.0.1"), pod("a", "web", "10.0.0.2"), pod("b", "api", "10.0.0.3")],
        [admit("b", pods(matching(app="web"), matching(team="x")))],
        {"b": {}},
    ).world,
    "namespaces that nobody declares, of which one is named": case(
        (),
        [pod("a", "web", "10.0.0.1"), pod("b", "web", "10.0.0.2"), pod("c", "api", "10.0.0.3")],
        [
            admit(
                "c",
                pods(None, matching(**{"kubernetes.io/metadata.name": "a", "team": "x"})),
                pods(None, expression("team", "NotIn", "x")),
            )
        ],
        {"c": {}},
    ).world,
}

PORTED = ("a port's name means another number on each destination", "ranges meet, overlap and end with the last port")
"""Those about ports."""
