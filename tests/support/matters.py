"""Small worlds written by hand, in each of which one matter that network plugins decide, alone, decides a flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import product

from netqed.plugins.matters import Matter, Reading
from netqed.reference.flow import Address, End, Flow, World
from netqed.resources.objects import ContainerPort, NetworkPolicy, PolicyPort
from support.judging import EVERYTHING, ICMP, SCTP, TCP, at, block, matching, pod, pods, policy, rule

NODES: Mapping[str, tuple[Address, ...]] = {
    "node-1": (ip_address("10.9.0.1"), ip_address("10.9.0.3")),
    "node-2": (ip_address("10.9.0.2"),),
}


@dataclass(frozen=True, slots=True)
class Decisive:
    """A flow whose verdict is one for yes and the other for no, whatever the answers to the other matters are."""

    name: str
    matter: Matter
    yes_allows: bool
    policies: tuple[NetworkPolicy, ...]
    source: End
    destination: End
    port: int | None = 80
    protocol: int = TCP
    given: Mapping[Matter, bool] = field(default_factory=dict)
    """Answers to other matters that it takes for this one to matter."""

    @property
    def flow(self) -> Flow:
        """The flow."""
        return Flow(self.source, self.destination, self.protocol, self.port)

    def world(self, reading: Reading) -> World:
        """The world under a reading; no namespace has labels of its own."""
        return World(self.policies, {}, NODES, reading)

    def readings(self, answer: bool) -> Iterator[Reading]:
        """Every reading with this answer to the matter and those that are given."""
        fixed = {**self.given, self.matter: answer}
        others = [matter for matter in Matter if matter not in fixed]
        for chosen in product((False, True), repeat=len(others)):
            answers = {**fixed, **dict(zip(others, chosen, strict=True))}
            yield Reading(frozenset(matter for matter, yes in answers.items() if yes))


OUTSIDE = at("203.0.113.7")
CLOSED = policy(types=("Ingress",), ingress=())
CLOSED_OUT = policy(types=("Egress",), egress=())
TARGET = pod(identity="a/target")
PEER = pod("b", {"app": "peer"}, "10.0.0.2", identity="b/peer")
ON_NODE = pod(identity="a/on-node", node="node-1")
AGENT = pod("b", {"app": "agent"}, "10.9.0.1", identity="b/agent", host_network=True, node="node-1")
SERVING_AGENT = pod("b", {}, "10.9.0.1", identity="b/agent", host_network=True, ports=(ContainerPort(80, "http"),))
SERVER = pod("b", {}, "10.0.0.3", identity="b/server", ports=(ContainerPort(80, "http", "TCP"),))
FROM_TENS = policy(ingress=(rule(block("10.0.0.0/8")),))
TO_TENS = policy(types=("Egress",), egress=(rule(block("10.0.0.0/8")),))
WITHOUT_A_HOLE = policy(ingress=(rule(block("0.0.0.0/0", "10.9.0.2/32")),))
RANGE = policy(ingress=(rule(ports=(PolicyPort("TCP", 80, 90),)),))
BY_NAME = rule(ports=(PolicyPort(None, "http"),))
IN_BY_NAME = policy(namespace="b", ingress=(BY_NAME,))
OUT_BY_NAME = policy(types=("Egress",), egress=(BY_NAME,))
BY_NAME_OR_NUMBER = rule(ports=(PolicyPort(None, 443), PolicyPort("TCP", "http")))
UNREAD = {Matter.INGRESS_PORT_NAMES: False, Matter.EGRESS_PORT_NAMES: False}
ADMIT_BY_NAME = policy(name="admit", namespace="b", types=("Egress",), egress=(rule(),), ingress=(BY_NAME,))

DECISIVE = (
    Decisive("a pod in a block, inwards", Matter.BLOCK_PODS, True, (FROM_TENS,), PEER, TARGET),
    Decisive("a pod in a block, outwards", Matter.BLOCK_PODS, True, (TO_TENS,), TARGET, PEER),
    Decisive("a node in a block, inwards", Matter.BLOCK_NODES, True, (FROM_TENS,), at("10.9.0.1", "node-1"), TARGET),
    Decisive("a node in a block, outwards", Matter.BLOCK_NODES, True, (TO_TENS,), TARGET, at("10.9.0.1", "node-1")),
    Decisive("a known node's address in a block", Matter.BLOCK_NODES, True, (FROM_TENS,), at("10.9.0.1"), TARGET),
    Decisive("a node of an unknown address", Matter.BLOCK_NODES, True, (FROM_TENS,), at("10.7.7.7", "new"), TARGET),
    Decisive("a host-networked pod in a block, inwards", Matter.BLOCK_NODES, True, (FROM_TENS,), AGENT, TARGET),
    Decisive("a host-networked pod in a block, outwards", Matter.BLOCK_NODES, True, (TO_TENS,), TARGET, AGENT),
    Decisive("a node beside an exception", Matter.BLOCK_NODES, True, (WITHOUT_A_HOLE,), at("10.9.0.3"), TARGET),
    Decisive("from the own node", Matter.OWN_NODE_INGRESS, True, (CLOSED,), at("10.7.7.7", "node-1"), ON_NODE),
    Decisive("from the own node's address", Matter.OWN_NODE_INGRESS, True, (CLOSED,), at("10.9.0.3"), ON_NODE),
    Decisive("from a pod on the own node's network", Matter.OWN_NODE_INGRESS, True, (CLOSED,), AGENT, ON_NODE),
    Decisive("to the own node", Matter.OWN_NODE_EGRESS, True, (CLOSED_OUT,), ON_NODE, at("10.7.7.7", "node-1")),
    Decisive("to the own node's address", Matter.OWN_NODE_EGRESS, True, (CLOSED_OUT,), ON_NODE, at("10.9.0.3")),
    Decisive("to a pod on the own node's network", Matter.OWN_NODE_EGRESS, True, (CLOSED_OUT,), ON_NODE, AGENT),
    Decisive(
        "to a host-networked pod",
        Matter.HOST_PODS_GOVERNED,
        False,
        (policy(namespace="b", types=("Ingress",)),),
        OUTSIDE,
        AGENT,
    ),
    Decisive(
        "from a host-networked pod",
        Matter.HOST_PODS_GOVERNED,
        False,
        (policy(namespace="b", types=("Egress",)),),
        AGENT,
        OUTSIDE,
    ),
    Decisive(
        "a host-networked pod by its labels, inwards",
        Matter.HOST_PODS_SELECTED,
        True,
        (policy(ingress=(rule(pods(matching(app="agent"), EVERYTHING)),)),),
        AGENT,
        TARGET,
    ),
    Decisive(
        "a host-networked pod by its labels, outwards",
        Matter.HOST_PODS_SELECTED,
        True,
        (policy(types=("Egress",), egress=(rule(pods(matching(app="agent"), EVERYTHING)),)),),
        TARGET,
        AGENT,
    ),
    Decisive(
        "a host-networked pod of the policy's own namespace",
        Matter.HOST_PODS_SELECTED,
        True,
        (policy(namespace="b", selector=matching(app="peer"), ingress=(rule(pods(EVERYTHING)),)),),
        AGENT,
        PEER,
    ),
    Decisive(
        "a host-networked pod by its port's name",
        Matter.HOST_PODS_SELECTED,
        True,
        (OUT_BY_NAME,),
        TARGET,
        SERVING_AGENT,
        given={Matter.EGRESS_PORT_NAMES: True},
    ),
    Decisive(
        "a host-networked pod by its namespace",
        Matter.HOST_PODS_BY_NAMESPACE,
        True,
        (policy(ingress=(rule(pods(namespaces=EVERYTHING)),)),),
        AGENT,
        TARGET,
        given={Matter.HOST_PODS_SELECTED: False},
    ),
    Decisive(
        "a host-networked pod by its namespace's name, with an empty podSelector",
        Matter.HOST_PODS_BY_NAMESPACE,
        True,
        (
            policy(
                types=("Egress",),
                egress=(rule(pods(EVERYTHING, matching(**{"kubernetes.io/metadata.name": "b"}))),),
            ),
        ),
        TARGET,
        AGENT,
        given={Matter.HOST_PODS_SELECTED: False},
    ),
    Decisive("another protocol, inwards", Matter.OTHER_PROTOCOLS, False, (CLOSED,), PEER, TARGET, None, ICMP),
    Decisive("another protocol, outwards", Matter.OTHER_PROTOCOLS, False, (CLOSED_OUT,), TARGET, PEER, None, 47),
    Decisive(
        "another protocol and a rule with ports",
        Matter.OTHER_PROTOCOLS,
        False,
        (policy(ingress=(rule(ports=(PolicyPort(),)),)),),
        PEER,
        TARGET,
        None,
        ICMP,
    ),
    Decisive("the second port of a range", Matter.END_PORT, True, (RANGE,), PEER, TARGET, 81),
    Decisive("the last port of a range", Matter.END_PORT, True, (RANGE,), PEER, TARGET, 90),
    Decisive(
        "a port's name in an ingress rule",
        Matter.INGRESS_PORT_NAMES,
        True,
        (IN_BY_NAME,),
        TARGET,
        SERVER,
        given={Matter.UNREAD_PORT_NAMES: False},
    ),
    Decisive(
        "a port without the name in an ingress rule",
        Matter.INGRESS_PORT_NAMES,
        False,
        (IN_BY_NAME,),
        TARGET,
        SERVER,
        81,
        given={Matter.UNREAD_PORT_NAMES: True},
    ),
    Decisive(
        "a port's name in an egress rule",
        Matter.EGRESS_PORT_NAMES,
        True,
        (OUT_BY_NAME,),
        TARGET,
        SERVER,
        given={Matter.UNREAD_PORT_NAMES: False},
    ),
    Decisive(
        "an address in an egress rule with a port's name",
        Matter.EGRESS_PORT_NAMES,
        False,
        (OUT_BY_NAME,),
        TARGET,
        OUTSIDE,
        given={Matter.UNREAD_PORT_NAMES: True},
    ),
    Decisive(
        "a name that is not looked up, inwards",
        Matter.UNREAD_PORT_NAMES,
        True,
        (IN_BY_NAME,),
        OUTSIDE,
        SERVER,
        given=UNREAD,
    ),
    Decisive(
        "a name that is not looked up, outwards to an address",
        Matter.UNREAD_PORT_NAMES,
        True,
        (policy(types=("Egress",), egress=(rule(block("0.0.0.0/0"), ports=(PolicyPort(None, "http"),)),)),),
        TARGET,
        OUTSIDE,
        given=UNREAD,
    ),
    Decisive(
        "a name that is not looked up beside a number for another protocol",
        Matter.UNREAD_PORT_NAMES,
        True,
        (policy(ingress=(rule(ports=(PolicyPort("UDP", 53), PolicyPort(), PolicyPort("SCTP", "http"))),)),),
        PEER,
        TARGET,
        protocol=SCTP,
        given=UNREAD,
    ),
    Decisive(
        "a name that is not looked up beside a number, inwards",
        Matter.UNREAD_NAMES_BESIDE_NUMBERS,
        True,
        (policy(namespace="b", ingress=(BY_NAME_OR_NUMBER,)),),
        PEER,
        SERVER,
        given=UNREAD,
    ),
    Decisive(
        "a name that is not looked up beside a number, outwards",
        Matter.UNREAD_NAMES_BESIDE_NUMBERS,
        True,
        (policy(types=("Egress",), egress=(BY_NAME_OR_NUMBER,)),),
        TARGET,
        PEER,
        given=UNREAD,
    ),
    Decisive(
        "ingress rules that policyTypes omits isolate",
        Matter.OMITTED_DIRECTION,
        False,
        (policy(types=("Egress",), ingress=(rule(ports=(PolicyPort("TCP", 443),)),)),),
        PEER,
        TARGET,
    ),
    Decisive(
        "egress rules that policyTypes omits isolate",
        Matter.OMITTED_DIRECTION,
        False,
        (policy(types=("Ingress",), egress=(rule(ports=(PolicyPort("TCP", 443),)),)),),
        TARGET,
        PEER,
    ),
    Decisive(
        "ingress rules that policyTypes omits admit",
        Matter.OMITTED_DIRECTION,
        True,
        (policy(name="deny"), policy(name="admit", types=("Egress",), ingress=(rule(),))),
        PEER,
        TARGET,
    ),
    Decisive(
        "ingress rules that policyTypes omits admit by a port's name",
        Matter.OMITTED_DIRECTION,
        True,
        (policy(name="deny", namespace="b"), ADMIT_BY_NAME),
        PEER,
        SERVER,
        given={Matter.INGRESS_PORT_NAMES: True},
    ),
    Decisive(
        "ingress rules that policyTypes omits admit by the name of a host-networked pod's port",
        Matter.OMITTED_DIRECTION,
        True,
        (policy(name="deny", namespace="b"), ADMIT_BY_NAME),
        PEER,
        SERVING_AGENT,
        given={Matter.HOST_PODS_GOVERNED: True, Matter.INGRESS_PORT_NAMES: True},
    ),
)
