"""Inputs written by hand, each with a sentence that one answer of a network plugin proves and the other refutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netqed.plugins.matters import SPEC, Matter
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, PolicyPort, Workload
from netqed.spec.document import ClusterFacts
from netqed.spec.sentences import BuiltIn, CannotReach, Endpoint, Pods, PortRange, Ports, WorkloadRef
from support.judging import EVERYTHING, ICMP, TCP, block, matching, pods, policy, rule
from support.worlds import NODES, SmallWorld, spec_of

WORKLOADS = (
    Workload("Deployment", "a", "web", {"app": "web"}),
    Workload("Pod", "b", "api", {"app": "api"}, addresses=("10.244.0.4",), node_name="node-1"),
    Workload("DaemonSet", "b", "agent", {"app": "agent"}, host_network=True),
    Workload("DaemonSet", "c", "probe", {"app": "probe"}, host_network=True),
)
A, B, NODE = Pods("a"), Pods("b", matching(app="api")), BuiltIn("nodes")
AGENT, PROBE = WorkloadRef("b", "daemonset", "agent"), WorkloadRef("c", "daemonset", "probe")


@dataclass(frozen=True, slots=True)
class DecisiveWorld:
    """A sentence that is refuted on plugins with this answer to the matter, and proved on those with the other."""

    name: str
    matter: Matter
    refuted_by: bool
    policies: tuple[NetworkPolicy, ...]
    source: Endpoint
    destination: Endpoint
    ports: Ports = ()
    given: Mapping[Matter, bool] = field(default_factory=dict)
    """Answers to other matters where they are not those of `spec`."""

    @property
    def world(self) -> SmallWorld:
        """The input and the sentence, over IPv4."""
        sentence = CannotReach(self.source, self.destination, self.ports)
        cluster = Cluster(
            workloads=WORKLOADS,
            policies=self.policies,
            nodes=NODES,
            object_namespaces=frozenset(workload.namespace for workload in WORKLOADS),
        )
        return SmallWorld(cluster, spec_of([(sentence, "always")], facts=ClusterFacts(families=("IPv4",))))

    def answers(self, yes: bool) -> dict[Matter, bool]:
        """Every answer, this one to the matter."""
        return {**{matter: matter in SPEC for matter in Matter}, **self.given, self.matter: yes}


CLOSED, CLOSED_OUT = policy(types=("Ingress",)), policy(types=("Egress",))
AGENTS_CLOSED = policy(namespace="b", selector=matching(app="agent"))
AGENTS_CLOSED_OUT = policy(namespace="b", selector=matching(app="agent"), types=("Egress",))
GOVERNED = {Matter.HOST_PODS_GOVERNED: True}
TO_AGENTS = policy(types=("Egress",), egress=(rule(pods(matching(app="agent"), EVERYTHING)),))
TO_ALL_PODS = policy(types=("Egress",), egress=(rule(pods(namespaces=EVERYTHING)),))
BY_NAME = rule(ports=(PolicyPort(None, "http"),))
IN_BY_NAME = policy(namespace="b", ingress=(BY_NAME,))
OUT_BY_NAME = policy(types=("Egress",), egress=(BY_NAME,))
BY_NAME_OR_NUMBER = rule(ports=(PolicyPort("TCP", 443), PolicyPort(None, "http")))
INGRESS_UNREAD = {Matter.INGRESS_PORT_NAMES: False}

DECISIVE_WORLDS = (
    DecisiveWorld("pods in a block", Matter.BLOCK_PODS, True, (policy(ingress=(rule(block("10.0.0.0/8")),)),), B, A),
    DecisiveWorld(
        "nodes in a block",
        Matter.BLOCK_NODES,
        True,
        (policy(ingress=(rule(block("::/0"), block("0.0.0.0/0")),)),),
        NODE,
        A,
    ),
    DecisiveWorld(
        "host-networked pods in a block",
        Matter.BLOCK_NODES,
        True,
        (policy(types=("Egress",), egress=(rule(block("192.168.0.0/24")),)),),
        A,
        AGENT,
    ),
    DecisiveWorld("from the own node's pods", Matter.OWN_NODE_INGRESS, True, (CLOSED,), AGENT, A),
    DecisiveWorld("to the own node", Matter.OWN_NODE_EGRESS, True, (CLOSED_OUT,), A, NODE),
    DecisiveWorld("to the own node's pods", Matter.OWN_NODE_EGRESS, True, (CLOSED_OUT,), A, AGENT),
    DecisiveWorld(
        "between pods of one node's network, inwards",
        Matter.OWN_NODE_INGRESS,
        True,
        (AGENTS_CLOSED,),
        PROBE,
        AGENT,
        given=GOVERNED,
    ),
    DecisiveWorld(
        "between pods of one node's network, outwards",
        Matter.OWN_NODE_EGRESS,
        True,
        (AGENTS_CLOSED_OUT,),
        AGENT,
        PROBE,
        given=GOVERNED,
    ),
    DecisiveWorld("to host-networked pods", Matter.HOST_PODS_GOVERNED, False, (AGENTS_CLOSED,), A, AGENT),
    DecisiveWorld("from host-networked pods", Matter.HOST_PODS_GOVERNED, False, (AGENTS_CLOSED_OUT,), AGENT, A),
    DecisiveWorld("host-networked pods by label", Matter.HOST_PODS_SELECTED, True, (TO_AGENTS,), A, AGENT),
    DecisiveWorld("host-networked pods by namespace", Matter.HOST_PODS_BY_NAMESPACE, True, (TO_ALL_PODS,), A, AGENT),
    DecisiveWorld("ICMP", Matter.OTHER_PROTOCOLS, False, (CLOSED,), B, A, (PortRange(ICMP),)),
    DecisiveWorld(
        "a range of ports",
        Matter.END_PORT,
        True,
        (policy(ingress=(rule(ports=(PolicyPort("TCP", 80, 90),)),)),),
        B,
        A,
        (PortRange(TCP, 81, 95),),
    ),
    DecisiveWorld("a port's name, inwards", Matter.INGRESS_PORT_NAMES, True, (IN_BY_NAME,), A, B),
    DecisiveWorld("a port's name, outwards", Matter.EGRESS_PORT_NAMES, True, (OUT_BY_NAME,), A, B),
    DecisiveWorld(
        "a port's name that a pod does not declare",
        Matter.INGRESS_PORT_NAMES,
        False,
        (IN_BY_NAME,),
        A,
        WorkloadRef("b", "pod", "api"),
        given={Matter.UNREAD_PORT_NAMES: True},
    ),
    DecisiveWorld(
        "a name that is not looked up, inwards",
        Matter.UNREAD_PORT_NAMES,
        True,
        (IN_BY_NAME,),
        A,
        B,
        given=INGRESS_UNREAD,
    ),
    DecisiveWorld(
        "a name that is not looked up, outwards to an address",
        Matter.UNREAD_PORT_NAMES,
        True,
        (OUT_BY_NAME,),
        A,
        BuiltIn("internet"),
        given={Matter.EGRESS_PORT_NAMES: False},
    ),
    DecisiveWorld(
        "a name that is not looked up beside a number",
        Matter.UNREAD_NAMES_BESIDE_NUMBERS,
        True,
        (policy(namespace="b", ingress=(BY_NAME_OR_NUMBER,)),),
        A,
        B,
        (PortRange(TCP, 81, 81),),
        given=INGRESS_UNREAD,
    ),
    DecisiveWorld(
        "rules of an omitted direction",
        Matter.OMITTED_DIRECTION,
        False,
        (policy(types=("Ingress",), ingress=(rule(),), egress=(rule(ports=(PolicyPort("TCP", 443),)),)),),
        A,
        B,
        (PortRange(TCP, 80, 80),),
    ),
)
