"""Small worlds in few words: an input, a spec over it, and the words of its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    LabelSelector,
    Namespace,
    NetworkPolicy,
    Node,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Service,
    Workload,
)
from netqed.spec.document import ClusterFacts, Scope
from netqed.spec.sentences import Assumption, BuiltIn, Exception_, Invariant, PortRange
from support.brute import Word
from support.worlds import SmallWorld, spec_of

V4 = ClusterFacts(families=("IPv4",))
TCP_80 = (PortRange(6, 80, 80),)
HOSTS = Exception_(either=BuiltIn("host-networked"))
ALL = LabelSelector()


@dataclass(frozen=True, slots=True)
class Case:
    """A world and the words of its sentences."""

    world: SmallWorld
    words: tuple[Word, ...]


def pod(namespace: str, name: str, address: str = "", **more: Any) -> Workload:
    """A pod with label `app` of its own name."""
    return Workload("Pod", namespace, name, {"app": name}, addresses=(address,) if address else (), **more)


def deployment(namespace: str, name: str, **more: Any) -> Workload:
    """A Deployment with label `app` of its own name."""
    return Workload("Deployment", namespace, name, {"app": name}, **more)


def admit(
    namespace: str, *peers: PolicyPeer, to: LabelSelector = ALL, ports: tuple[PolicyPort, ...] | None = None
) -> NetworkPolicy:
    """A policy that isolates ingress and admits these peers; without peers it admits nobody."""
    rules = (PolicyRule(peers, ports),) if peers else ()
    return NetworkPolicy(namespace, "admit", to, ("Ingress",), ingress=rules)


def case(
    said: Sequence[tuple[Invariant, Word] | tuple[Invariant, Word, Scope]],
    workloads: Sequence[Workload] = (),
    policies: Sequence[NetworkPolicy] = (),
    namespaces: Mapping[str, Mapping[str, str]] | None = None,
    assume: Sequence[Assumption] = (),
    nodes: Sequence[Node] = (),
    services: Sequence[Service] = (),
    facts: ClusterFacts = V4,
) -> Case:
    """A case from its parts."""
    cluster = Cluster(
        namespaces={name: Namespace(name, labels) for name, labels in (namespaces or {}).items()},
        workloads=tuple(workloads),
        policies=tuple(policies),
        nodes=tuple(nodes),
        services=tuple(services),
        object_namespaces=frozenset(w.namespace for w in workloads) | frozenset(p.namespace for p in policies),
    )
    stated = [(one[0], one[2] if len(one) == 3 else None) for one in said]
    return Case(SmallWorld(cluster, spec_of(stated, assume, facts)), tuple(one[1] for one in said))
