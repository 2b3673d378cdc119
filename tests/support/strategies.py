"""Hypothesis strategies for clusters and NetworkPolicies.

Vocabularies are small so that selectors, labels, ports and addresses meet. Only what the API server accepts is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    Node,
    Operator,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
    Workload,
)

T = TypeVar("T")

NAMESPACES = ("alpha", "beta", "gamma", "default")
POD_KEYS = ("app", "tier")
NAMESPACE_KEYS = ("team", "kubernetes.io/metadata.name")
VALUES = ("", "x", "y")
NAMESPACE_VALUES = ("x", "y", "alpha", "beta", "")
PORT_NAMES = ("http", "dns")
PORTS = (1, 53, 80, 82, 8080, 65535)
PROTOCOLS = ("TCP", "UDP", "SCTP")
OPERATORS: tuple[Operator, ...] = ("In", "NotIn", "Exists", "DoesNotExist")
POLICY_TYPES = (None, None, (), (), ("Ingress",), ("Egress",), ("Ingress", "Egress"), ("Egress", "Egress"))
NODES = (
    Node("node-1", {}, ("192.168.0.1", "fd00:ffff::1")),
    Node("node-2", {}, ("192.168.0.2", "fd00:ffff::2")),
)
POD_ADDRESSES = (
    ("10.0.0.1", "fd00:1::1"),
    ("10.0.0.200", "fd00:1::200"),
    ("10.1.0.1", "fd00:2::1"),
    ("10.1.2.3", "fd00:2:0:1::1"),
    ("10.255.255.255", "fd00:ffff:ffff::1"),
)
BLOCKS: dict[str, tuple[str, ...]] = {
    "0.0.0.0/0": ("10.0.0.0/8", "203.0.113.0/24", "192.168.0.1/32"),
    "10.0.0.0/8": ("10.1.0.0/16", "10.0.0.1/32", "10.1.2.9/24"),
    "10.1.2.3/16": ("10.1.0.1/32", "10.1.2.3/32", "10.1.128.0/17"),
    "10.0.0.0/24": ("10.0.0.128/25",),
    "203.0.113.0/24": ("203.0.113.7/32",),
    "10.0.0.1/32": (),
    "192.168.0.0/16": ("192.168.0.1/32",),
    "::/0": ("fd00::/8", "2001:db8::/32", "fd00:1::1/128"),
    "fd00::/8": ("fd00:1::/32", "fd00:2::5/64"),
    "fd00:2:0:1::9/48": ("fd00:2::/64",),
    "2001:db8::/32": ("2001:db8::7/128",),
    "fd00:1::1/128": (),
}
"""Blocks, each with what may stand in its `except`: strictly inside it; several with host bits, which are masked."""


@cache
def index(count: int) -> st.SearchStrategy[int]:
    """An index below `count`; one strategy each, because building strategies is most of what drawing costs."""
    return st.integers(0, count - 1)


def pick(draw: st.DrawFn, options: Sequence[T]) -> T:
    """One of the options; shrinks towards the first."""
    return options[draw(index(len(options)))]


def some(draw: st.DrawFn, options: Sequence[T], most: int, least: int = 0) -> list[T]:
    """From `least` to `most` different options, in their order."""
    count = least + draw(index(most - least + 1))
    return [options[i] for i in sorted({draw(index(len(options))) for _ in range(count)})]


@cache
@st.composite
def labels(draw: st.DrawFn, keys: Sequence[str] = POD_KEYS, values: Sequence[str] = VALUES) -> dict[str, str]:
    """Label maps over a small vocabulary, the empty value included."""
    return {key: value for key in keys if (value := pick(draw, (None, *values))) is not None}


@cache
@st.composite
def requirements(draw: st.DrawFn, keys: Sequence[str], values: Sequence[str]) -> Requirement:
    """Items of matchExpressions: all four operators, values only where the API wants them."""
    operator: Operator = pick(draw, OPERATORS)
    key = pick(draw, keys)
    if operator in ("In", "NotIn"):
        return Requirement(key, operator, tuple(some(draw, values, 2, least=1)))
    return Requirement(key, operator)


@cache
@st.composite
def selectors(
    draw: st.DrawFn, keys: Sequence[str] = POD_KEYS, values: Sequence[str] = VALUES, most: int = 2
) -> LabelSelector:
    """Label selectors, the empty one included, with up to `most` requirements in either notation."""
    shape = pick(draw, (0, 1, 2, 2, 3))
    match_labels = {pick(draw, keys): pick(draw, values)} if shape in (1, 3) else {}
    count = 1 + draw(index(most)) if shape in (2, 3) else 0
    return LabelSelector(tuple(match_labels.items()), tuple(draw(requirements(keys, values)) for _ in range(count)))


def pod_selectors() -> st.SearchStrategy[LabelSelector]:
    """Selectors over pods."""
    return selectors()


def namespace_selectors() -> st.SearchStrategy[LabelSelector]:
    """Selectors over namespaces, among them by kubernetes.io/metadata.name."""
    return selectors(NAMESPACE_KEYS, NAMESPACE_VALUES, 1)


@cache
@st.composite
def blocks(draw: st.DrawFn) -> IPBlock:
    """Address blocks of both families, `except` absent, empty or filled."""
    cidr = pick(draw, tuple(BLOCKS))
    inside = BLOCKS[cidr]
    shape = draw(index(4))
    if not inside or shape < 2:
        return IPBlock(cidr, None if shape % 2 == 0 else ())
    return IPBlock(cidr, tuple(some(draw, inside, 2, least=1)))


@cache
@st.composite
def peers(draw: st.DrawFn) -> PolicyPeer:
    """Peers of all four forms."""
    match pick(draw, ("pods", "namespaces", "both", "block")):
        case "pods":
            return PolicyPeer(pod_selector=draw(pod_selectors()))
        case "namespaces":
            return PolicyPeer(namespace_selector=draw(namespace_selectors()))
        case "both":
            return PolicyPeer(draw(pod_selectors()), draw(namespace_selectors()))
        case _:
            return PolicyPeer(ip_block=draw(blocks()))


@cache
@st.composite
def policy_ports(draw: st.DrawFn) -> PolicyPort:
    """Items of `ports`: `{}`, protocol alone, number, range (a single port among them) and name."""
    protocol = pick(draw, (None, *PROTOCOLS))
    match pick(draw, ("any", "number", "range", "name")):
        case "any":
            return PolicyPort(protocol)
        case "name":
            return PolicyPort(protocol, pick(draw, PORT_NAMES))
        case "number":
            return PolicyPort(protocol, pick(draw, PORTS))
        case _:
            first = pick(draw, PORTS)
            return PolicyPort(protocol, first, min(65535, first + pick(draw, (0, 1, 3))))


def optional(draw: st.DrawFn, items: st.SearchStrategy[T], most: int) -> tuple[T, ...] | None:
    """Absent, empty, or up to `most` items."""
    shape = draw(index(3 + 2 * most))
    if shape < 3:
        return (None, None, ())[shape]
    return tuple(draw(items) for _ in range((shape - 1) // 2))


@cache
@st.composite
def rules(draw: st.DrawFn) -> PolicyRule:
    """Items of `ingress` and `egress`; a port's name that stands alone gets a number for its protocol beside it in a
    good share, as some plugins judge it by that."""
    listed = optional(draw, peers(), 2)
    ports = optional(draw, policy_ports(), 2)
    if ports is not None and len(ports) == 1 and isinstance(ports[0].port, str) and draw(index(2)):
        ports = (*ports, PolicyPort(ports[0].protocol, pick(draw, PORTS)))
    return PolicyRule(listed, ports)


@cache
@st.composite
def policies(draw: st.DrawFn, name: str, namespaces: Sequence[str] = NAMESPACES) -> NetworkPolicy:
    """NetworkPolicies with every field absent, empty or filled."""
    return NetworkPolicy(
        namespace=pick(draw, namespaces),
        name=name,
        pod_selector=draw(pod_selectors()) if draw(index(4)) else None,
        policy_types=pick(draw, POLICY_TYPES),
        ingress=optional(draw, rules(), 2),
        egress=optional(draw, rules(), 2),
    )


@cache
@st.composite
def container_ports(draw: st.DrawFn) -> tuple[ContainerPort, ...]:
    """Container ports; a name may stand for several numbers and protocols (several containers)."""
    return tuple(
        ContainerPort(pick(draw, PORTS), pick(draw, (None, *PORT_NAMES)), pick(draw, (None, *PROTOCOLS)))
        for _ in range(draw(index(4)))
    )


@cache
@st.composite
def workloads(draw: st.DrawFn, number: int) -> Workload:
    """Pods and templates; the number keeps names and addresses apart."""
    kind = pick(draw, ("Pod", "Pod", "Pod", "Deployment", "Job"))
    host_network = pick(draw, (False, False, False, True))
    node = pick(draw, (None, *NODES)) if kind == "Pod" else None
    families = pick(draw, ((0, 1), (0,), (1,), ()))
    if kind != "Pod":
        addresses: tuple[str, ...] = ()
    elif host_network:
        addresses = () if node is None else tuple(node.addresses[i] for i in families)
    else:
        addresses = tuple(POD_ADDRESSES[number][i] for i in families)
    return Workload(
        kind=kind,
        namespace=pick(draw, NAMESPACES),
        name=f"w{number}",
        labels=draw(labels()),
        container_ports=draw(container_ports()),
        host_network=host_network,
        node_name=node.name if node else None,
        addresses=addresses,
        node_addresses=node.addresses if node and draw(index(2)) else (),
    )


@cache
@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Clusters of up to five workloads and four policies; some namespaces are declared, some only lived in."""
    namespaces = {
        name: Namespace(name, draw(labels(("team",), NAMESPACE_VALUES[:3]))) for name in NAMESPACES if draw(index(2))
    }
    pods = tuple(draw(workloads(i)) for i in range(1 + draw(index(5))))
    drawn = tuple(draw(policies(f"p{i}")) for i in range(draw(index(5))))
    return Cluster(
        namespaces=namespaces,
        workloads=pods,
        policies=drawn,
        nodes=pick(draw, ((), NODES)),
        object_namespaces=frozenset(w.namespace for w in pods) | frozenset(p.namespace for p in drawn),
    )
