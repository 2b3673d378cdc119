"""Small worlds for the verdict law: clusters, assumptions and sentences whose every endpoint can be enumerated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_network
from typing import get_args

from hypothesis import strategies as st

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
    PolicyRule,
    Requirement,
    Service,
    ServicePort,
    Workload,
)
from netqed.spec.document import ClusterFacts, Scope, Spec, StatedAssumption, StatedInvariant
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    BuiltIn,
    CannotReach,
    CanReach,
    Endpoint,
    EveryPodHas,
    Exception_,
    Invariant,
    Isolated,
    NamespacesNamed,
    NoOtherNamespace,
    NoOtherNamespaces,
    NoOtherValue,
    NoPodHas,
    OnlyCanReach,
    OnlyNamespaceHas,
    Pods,
    PortRange,
    Ports,
    WorkloadRef,
)
from support.footprint import NAME_KEY
from support.strategies import index, pick
from support.universe import Contradiction, Universe

NAMESPACES = ("web", "pay", "ops")
NODES = (Node("node-1", {}, ("192.168.0.1", "fd00:ffff::1")), Node("node-2", {}, ("192.168.0.2",)))
TEAM, APP, CONTROLLED = "team", "app", "pod-template-hash"
BLOCKS = (
    IPBlock("10.244.0.0/24"),
    IPBlock("0.0.0.0/0", ("10.244.0.0/16",)),
    IPBlock("10.244.0.5/32"),
    IPBlock("203.0.113.9/24", ("203.0.113.128/25",)),
    IPBlock("192.168.0.0/16"),
    IPBlock("fd00::/8", ("fd00:1::/32",)),
    IPBlock("0.0.0.0/0"),
    IPBlock("192.168.0.1/32"),
    IPBlock("::/0", ("fd00:1::4/128",)),
)
POLICY_PORTS = (
    PolicyPort("TCP", 80),
    PolicyPort(None, 80, 82),
    PolicyPort(),
    PolicyPort("UDP", 53),
    PolicyPort(None, "http"),
    PolicyPort("UDP"),
)
SENTENCE_PORTS: tuple[Ports, ...] = (
    (),
    (),
    (PortRange(6, 80, 80),),
    (PortRange(6, 81, 90),),
    (PortRange(17, 53, 53), PortRange(6, 53, 53)),
    (PortRange(17),),
    (PortRange(1),),
)


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """An input and a spec whose sentences are judged over it."""

    cluster: Cluster
    spec: Spec


@cache
@st.composite
def label_selectors(draw: st.DrawFn, of: str) -> LabelSelector:
    """Selectors over one key, now and then one that controllers add, or by namespace name; seldom empty."""
    key = pick(draw, (APP,) * 9 + (CONTROLLED,)) if of == "pod" else pick(draw, (TEAM, TEAM, NAME_KEY))
    by_key = {TEAM: ("x", "web"), NAME_KEY: ("web", "pay", "No-Name")}
    values = by_key.get(key, ("web", "pay", "api"))
    match pick(draw, ("label", "label", "In", "NotIn", "Exists", "DoesNotExist", "empty")):
        case "label":
            return LabelSelector(((key, pick(draw, values)),))
        case "In":
            return LabelSelector((), (Requirement(key, "In", values[:2]),))
        case "NotIn":
            return LabelSelector((), (Requirement(key, "NotIn", (pick(draw, values),)),))
        case "Exists":
            return LabelSelector((), (Requirement(key, "Exists"),))
        case "DoesNotExist":
            return LabelSelector((), (Requirement(APP if of == "pod" else TEAM, "DoesNotExist"),))
        case _:
            return LabelSelector()


@cache
@st.composite
def small_peers(draw: st.DrawFn) -> PolicyPeer:
    """Peers of every form."""
    match pick(draw, ("pods", "namespaces", "both", "block")):
        case "pods":
            return PolicyPeer(draw(label_selectors("pod")))
        case "namespaces":
            return PolicyPeer(None, draw(label_selectors("namespace")))
        case "both":
            return PolicyPeer(draw(label_selectors("pod")), draw(label_selectors("namespace")))
        case _:
            return PolicyPeer(ip_block=pick(draw, BLOCKS))


@cache
@st.composite
def small_rules(draw: st.DrawFn) -> PolicyRule:
    """Rules of up to two peers and one port item."""
    peers = tuple(draw(small_peers()) for _ in range(pick(draw, (1, 1, 1, 2, 0))))
    return PolicyRule(peers or None, (pick(draw, POLICY_PORTS),) if draw(index(2)) else None)


@cache
@st.composite
def small_policies(draw: st.DrawFn, name: str) -> NetworkPolicy:
    """Policies that mostly isolate ingress, with at most one rule a direction."""
    types = pick(draw, (None, ("Ingress",), ("Egress",), ("Ingress", "Egress")))
    return NetworkPolicy(
        namespace=pick(draw, NAMESPACES),
        name=name,
        pod_selector=pick(draw, (None, LabelSelector(), draw(label_selectors("pod")))),
        policy_types=types,
        ingress=(draw(small_rules()),) if draw(index(3)) else pick(draw, (None, ())),
        egress=(draw(small_rules()),) if draw(index(3)) == 0 else None,
    )


@cache
@st.composite
def small_workloads(draw: st.DrawFn, number: int) -> Workload:
    """Pods with and without addresses and nodes, templates, some on their node's network."""
    kind = pick(draw, ("Pod", "Pod", "Deployment"))
    host_network = pick(draw, (False,) * 5 + (True,))
    node = pick(draw, (None, *NODES)) if kind == "Pod" else None
    address: tuple[str, ...] = ()
    if kind == "Pod" and not host_network:
        four, six = f"10.244.0.{4 + number}", f"fd00:1::{4 + number}"
        address = pick(draw, ((four,), ("10.244.1.1",), (), (six,), (four, six)))
    label = pick(draw, ("web", "pay", "api", None))
    return Workload(
        kind=kind,
        namespace=pick(draw, NAMESPACES),
        name=f"w{number}",
        labels={} if label is None else {APP: label},
        container_ports=pick(draw, ((), (ContainerPort(80, "http"),), (ContainerPort(8080, "http", "TCP"),))),
        host_network=host_network,
        node_name=node.name if node else None,
        addresses=address,
        node_addresses=node.addresses if node and host_network else (),
    )


@cache
@st.composite
def small_clusters(draw: st.DrawFn) -> Cluster:
    """Up to three workloads, two policies and three namespaces, declared or only lived in."""
    declared = {}
    named = draw(index(3)) == 0
    for name in NAMESPACES:
        choices = (None, {TEAM: name}) if named else (None, {}, {TEAM: "x"}, {TEAM: "web"}, {TEAM: name})
        labels = pick(draw, choices)
        if labels is not None:
            declared[name] = Namespace(name, labels)
    workloads = tuple(draw(small_workloads(i)) for i in range(pick(draw, (1, 2, 3))))
    policies = tuple(draw(small_policies(f"p{i}")) for i in range(pick(draw, (1, 2, 1, 2, 0))))
    if draw(index(2)):
        policies += tuple(deny_all(namespace) for namespace in NAMESPACES)
    return Cluster(
        namespaces=declared,
        workloads=workloads,
        policies=policies,
        nodes=NODES if any(w.node_name for w in workloads) else pick(draw, ((), NODES)),
        services=pick(draw, ((), (), (node_port(workloads[0]),))),
        object_namespaces=frozenset(w.namespace for w in workloads) | frozenset(p.namespace for p in policies),
    )


def deny_all(namespace: str) -> NetworkPolicy:
    """A default deny both ways."""
    return NetworkPolicy(namespace, "deny", LabelSelector(), ("Ingress", "Egress"))


def node_port(workload: Workload) -> Service:
    """A NodePort Service that selects the workload by its label, or nothing where it has none."""
    return Service(workload.namespace, "s", "NodePort", dict(workload.labels) or None, (ServicePort(80),))


def endpoints(draw: st.DrawFn, cluster: Cluster, pods_only: bool = False) -> Endpoint:
    """Endpoints of every kind."""
    kinds = ("namespace", "namespace", "labelled", "labelled", "selected", "both", "workload", "any pod", "list")
    match pick(draw, kinds if pods_only else (*kinds, "block", "built-in", "built-in")):
        case "namespace":
            return Pods(pick(draw, NAMESPACES))
        case "labelled":
            labelled = [w for w in cluster.workloads if w.labels]
            if labelled and draw(index(3)) > 0:
                workload = pick(draw, labelled)
                return Pods(workload.namespace, LabelSelector(tuple(workload.labels.items())))
            return Pods(pick(draw, NAMESPACES), draw(label_selectors("pod")))
        case "selected":
            return Pods(draw(label_selectors("namespace")))
        case "both":
            return Pods(draw(label_selectors("namespace")), draw(label_selectors("pod")))
        case "workload":
            workload = pick(draw, cluster.workloads)
            return WorkloadRef(workload.namespace, workload.kind.lower(), workload.name)
        case "any pod":
            return BuiltIn("any pod")
        case "list":
            items = (endpoints(draw, cluster, True), endpoints(draw, cluster, pods_only))
            return AnyOf(items, pick(draw, (None, "group")))
        case "block":
            return Block(ip_network(pick(draw, ("10.244.0.0/24", "203.0.113.0/24", "10.244.0.4/32", "0.0.0.0/0"))))
        case _:
            return BuiltIn(pick(draw, ("internet", "outside", "nodes", "anything")))


def exceptions(draw: st.DrawFn, cluster: Cluster) -> tuple[Exception_, ...]:
    """No exception, or one or two of any shape."""
    found = []
    for _ in range(pick(draw, (0, 0, 0, 1, 1, 2))):
        match draw(index(5)):
            case 0:
                found.append(Exception_(either=BuiltIn("host-networked")))
                continue
            case 1:
                elsewhere = LabelSelector((), (Requirement(NAME_KEY, "NotIn", NAMESPACES),))
                found.append(Exception_(destination=Pods(elsewhere)))
                continue
        source = without_internet(endpoints(draw, cluster)) if draw(index(2)) else None
        destination = endpoints(draw, cluster) if source is None or draw(index(2)) else None
        found.append(Exception_(source, destination, pick(draw, SENTENCE_PORTS)))
    return tuple(found)


def without_internet(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with `outside` for `internet`: whether node ports widen a set that takes away is nowhere said."""
    match endpoint:
        case BuiltIn("internet"):
            return BuiltIn("outside")
        case AnyOf(items):
            return replace(endpoint, items=tuple(without_internet(item) for item in items))
        case _:
            return endpoint


def sentences(draw: st.DrawFn, cluster: Cluster) -> Invariant:
    """A sentence of any form."""
    form = pick(draw, (CannotReach, CannotReach, OnlyCanReach, CanReach, Isolated, NoOtherNamespace, NoOtherValue))
    ports, excepted = pick(draw, SENTENCE_PORTS), exceptions(draw, cluster)
    if form is NoOtherNamespace:
        return NoOtherNamespace(ports, excepted)
    if form is NoOtherValue:
        if draw(index(3)) == 0:
            return NoOtherValue(APP, "pod", ports, excepted)
        return NoOtherValue(pick(draw, (TEAM, NAME_KEY)), "namespace", ports, excepted)
    first, second = endpoints(draw, cluster), endpoints(draw, cluster)
    if form is Isolated:
        inside, outside = endpoints(draw, cluster, pods_only=True), pick(draw, (None, second))
        return Isolated(inside, outside, ports, excepted)
    if form is OnlyCanReach:
        return OnlyCanReach(without_internet(first), second, ports, excepted)
    return (
        CannotReach(first, second, ports, excepted) if form is CannotReach else CanReach(first, second, ports, excepted)
    )


def assumptions(draw: st.DrawFn) -> tuple[Assumption, ...]:
    """Up to two assumptions of any form."""
    return tuple(assumption(draw) for _ in range(pick(draw, (0, 1, 1, 2))))


def assumption(draw: st.DrawFn) -> Assumption:
    """An assumption of any form."""
    places: tuple[Endpoint, ...] = (
        Pods(pick(draw, NAMESPACES)),
        Pods(draw(label_selectors("namespace"))),
        BuiltIn("any pod"),
    )
    where = pick(draw, places)
    label = LabelSelector(((APP, pick(draw, ("web", "pay", "api"))),))
    match pick(draw, ("no pod", "no others", "named", "only", "every pod")):
        case "no pod":
            return NoPodHas(where, label)
        case "no others":
            return NoOtherNamespaces()
        case "named":
            return NamespacesNamed(TEAM)
        case "only":
            return OnlyNamespaceHas((pick(draw, NAMESPACES),), LabelSelector(((TEAM, pick(draw, ("x", "web"))),)))
        case _:
            exists = LabelSelector((), (Requirement(APP, "Exists"),))
            return EveryPodHas(where, pick(draw, (label, exists)))


POD_CIDR, NODE_CIDR = ip_network("10.244.0.0/16"), ip_network("192.168.0.0/24")
NO_FACTS = ClusterFacts()
FACTS = (
    ClusterFacts(families=("IPv4",)),
    ClusterFacts(families=("IPv4",)),
    NO_FACTS,
    ClusterFacts(families=("IPv4",), pod_cidrs=(POD_CIDR,)),
    ClusterFacts(families=("IPv4",), node_cidrs=(NODE_CIDR,)),
    ClusterFacts(families=("IPv6",)),
    ClusterFacts((POD_CIDR, ip_network("fd00:1::/64"))),
    ClusterFacts((POD_CIDR,), (NODE_CIDR,)),
    ClusterFacts(families=("IPv4",), pod_cidrs=(POD_CIDR,), node_cidrs=(NODE_CIDR,)),
)


@st.composite
def small_worlds(draw: st.DrawFn, count: int = 4) -> SmallWorld:
    """A small cluster with `count` sentences over it, each in a scope of its own, its form's, or the default.

    An assumption that the cluster or those before it contradict is mostly left out: it would end every sentence alike.
    """
    cluster = draw(small_clusters())
    scopes: Sequence[Scope | None] = (None, *get_args(Scope))
    stated = pick(draw, ({}, {}, {"ops": {TEAM: "x"}}))
    invariants = [(sentences(draw, cluster), pick(draw, scopes)) for _ in range(count)]
    namespaces = {name: labels for name, labels in stated.items() if name not in cluster.namespaces}
    facts, wanted = pick(draw, FACTS), assumptions(draw)
    strict = draw(index(8)) < 7
    assumed: tuple[Assumption, ...] = ()
    for one in wanted:
        if not (strict and is_violated(cluster, spec_of([], (*assumed, one), facts, namespaces))):
            assumed += (one,)
    return SmallWorld(cluster, spec_of(invariants, assumed, facts, namespaces))


def is_violated(cluster: Cluster, spec: Spec) -> bool:
    """Whether the input, or the assumptions themselves, contradict the assumptions."""
    try:
        Universe(cluster, spec, NoOtherNamespace(), "now").check_assumptions()
    except Contradiction:
        return True
    return False


def spec_of(
    invariants: Sequence[tuple[Invariant, Scope | None]],
    assumed: Sequence[Assumption] = (),
    facts: ClusterFacts = NO_FACTS,
    namespaces: dict[str, dict[str, str]] | None = None,
) -> Spec:
    """A resolved spec of these statements."""
    return Spec(
        cluster=facts,
        namespaces=namespaces or {},
        invariants=tuple(
            StatedInvariant(f"sentence {number}", invariant, scope=scope)
            for number, (invariant, scope) in enumerate(invariants)
        ),
        assumptions=tuple(StatedAssumption(f"assumption {number}", one) for number, one in enumerate(assumed)),
    )
