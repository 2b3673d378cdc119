"""Small worlds whose policies did what a sentence asks until one or more of them were loosened."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    ContainerPort,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Workload,
)
from netqed.spec.document import ClusterFacts, Spec
from netqed.spec.parse import parse_sentence_invariant
from netqed.spec.resolve import resolve
from support.worlds import SmallWorld

NAME = "kubernetes.io/metadata.name"
WEB = LabelSelector(((NAME, "web"), ("team", "x")))
FRONT = LabelSelector((("app", "front"),))
API = LabelSelector((("app", "api"),))
TEAM = LabelSelector((("team", "x"),))
EVERY = LabelSelector()
HTTP, HTTPS = PolicyPort("TCP", 80), PolicyPort("TCP", 443)

NAMESPACES = {"web": {"team": "x"}, "pay": {"team": "y"}, "ops": {"team": "x"}}
WORKLOADS = (
    Workload("Pod", "web", "front", {"app": "front"}),
    Workload("Pod", "pay", "api", {"app": "api"}, (ContainerPort(80, "http"),)),
    Workload("Pod", "ops", "job", {"app": "job"}),
)

INBOUND = (
    "only web/app=front can reach pay",
    "ops cannot reach pay",
    "only web/app=front can reach pay on TCP/80",
    "anything cannot reach pay except from web/app=front on TCP/80",
    "web cannot reach pay on TCP/443",
)
OUTBOUND = ("pay cannot reach ops", "pay cannot reach ops on TCP/443", "pay/app=api cannot reach ops")
NEEDED = "web/app=front can reach pay/app=api on TCP/80"


def _loosened_peers(draw: st.DrawFn, peers: tuple[PolicyPeer, ...]) -> tuple[PolicyPeer, ...]:
    """The one peer split in two, widened, or beside another."""
    (peer,) = peers
    how = draw(st.sampled_from(["split", "wide", "beside", "kept"]))
    match how:
        case "split":
            parts = (PolicyPeer(namespace_selector=peer.namespace_selector), PolicyPeer(pod_selector=peer.pod_selector))
            return parts if draw(st.booleans()) else parts[::-1]
        case "wide":
            return (replace(peer, namespace_selector=draw(st.sampled_from([EVERY, TEAM]))),)
        case "beside":
            other = PolicyPeer(namespace_selector=draw(st.sampled_from([EVERY, TEAM])))
            return (peer, other) if draw(st.booleans()) else (other, peer)
        case _:
            return peers


@st.composite
def broken_worlds(draw: st.DrawFn, sentence: str) -> SmallWorld:
    """A world with one to three invariants, the first of which is `sentence`; the policies are near to ones that prove
    it."""
    peers = _loosened_peers(draw, (PolicyPeer(pod_selector=FRONT, namespace_selector=WEB),))
    ports = draw(st.sampled_from([(HTTP,), (HTTP,), (HTTP, HTTPS), (HTTPS, HTTP), None]))
    rules = [PolicyRule(peers, ports)]
    if draw(st.booleans()):
        beside = PolicyPeer(namespace_selector=draw(st.sampled_from([EVERY, TEAM])))
        rules.insert(draw(st.integers(0, 1)), PolicyRule((beside,), draw(st.sampled_from([(HTTPS,), None]))))
    policies = []
    if draw(st.integers(0, 5)):
        subject = draw(st.sampled_from([EVERY, EVERY, API]))
        policies.append(NetworkPolicy("pay", "in", subject, ("Ingress",), ingress=tuple(rules)))
    if draw(st.booleans()):
        out = draw(st.sampled_from([(), (PolicyRule((PolicyPeer(namespace_selector=TEAM),), (HTTPS,)),)]))
        types = draw(st.sampled_from([("Egress",), None] if out else [("Egress",)]))
        policies.append(NetworkPolicy("pay", "out", EVERY, types, egress=out))
    asked = [sentence]
    if draw(st.booleans()):
        asked.append(NEEDED)
    if draw(st.booleans()):
        asked.append(draw(st.sampled_from([*INBOUND, *OUTBOUND])))
    cluster = Cluster(
        namespaces={name: Namespace(name, labels) for name, labels in NAMESPACES.items()},
        workloads=WORKLOADS,
        policies=tuple(policies),
        object_namespaces=frozenset(NAMESPACES),
    )
    spec = Spec(
        cluster=ClusterFacts(families=("IPv4",)),
        invariants=tuple(parse_sentence_invariant(sentence) for sentence in dict.fromkeys(asked)),
    )
    return SmallWorld(cluster, resolve(spec, cluster))
