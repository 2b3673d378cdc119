"""Clusters, policies, flows and specs in a few readable lines, for the messages of failing laws."""

from __future__ import annotations

from collections.abc import Iterator

from netqed.reference.flow import End, Flow, PodEnd
from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    LabelSelector,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Workload,
)
from netqed.spec.document import Spec


def show_selector(selector: LabelSelector | None) -> str:
    """A selector in kubectl's manner; `-` is none and `{}` the empty one."""
    if selector is None:
        return "-"
    parts = [f"{key}={value!r}" for key, value in selector.match_labels]
    parts += [f"{r.key} {r.operator} {','.join(map(repr, r.values))}".strip() for r in selector.match_expressions]
    return "{" + ", ".join(parts) + "}"


def show_peer(peer: PolicyPeer) -> str:
    """One peer."""
    if peer.ip_block is not None:
        return f"block {peer.ip_block.cidr} except {peer.ip_block.except_}"
    return f"pods {show_selector(peer.pod_selector)} of namespaces {show_selector(peer.namespace_selector)}"


def show_port(port: PolicyPort) -> str:
    """One item of `ports`."""
    return f"{port.protocol}/{port.port}" + ("" if port.end_port is None else f"-{port.end_port}")


def show_rule(rule: PolicyRule) -> str:
    """One rule; absent and empty lists stay apart."""
    peers = rule.peers if not rule.peers else [show_peer(p) for p in rule.peers]
    ports = rule.ports if not rule.ports else [show_port(p) for p in rule.ports]
    return f"peers {peers} ports {ports}"


def show_policy(policy: NetworkPolicy) -> Iterator[str]:
    """A policy, a line a rule."""
    yield f"policy {policy.key} selects {show_selector(policy.pod_selector)} types {policy.policy_types}"
    for direction, rules in (("ingress", policy.ingress), ("egress", policy.egress)):
        if rules is None:
            continue
        yield from (f"  {direction} {show_rule(rule)}" for rule in rules)
        if not rules:
            yield f"  {direction} []"


def show_workload(workload: Workload) -> str:
    """A workload with all that a verdict may depend on."""
    parts = [f"workload {workload.display} {dict(workload.labels)}"]
    parts += [f"ports {[(c.name, c.protocol, c.number) for c in workload.container_ports]}"] * bool(
        workload.container_ports
    )
    parts += ["host-networked"] * workload.host_network
    parts += [f"at {', '.join(workload.addresses)}"] * bool(workload.addresses)
    parts += [f"on {workload.node_name} {workload.node_addresses or ''}"] * bool(workload.node_name)
    return ", ".join(parts)


def show_cluster(cluster: Cluster) -> str:
    """A cluster, a line an object."""
    lines = [f"namespace {n.name} {dict(n.labels)}" for n in cluster.namespaces.values()]
    lines += [f"lived in: {', '.join(sorted(cluster.object_namespaces))}"] * bool(cluster.object_namespaces)
    lines += [f"node {n.name} {', '.join(n.addresses)}" for n in cluster.nodes]
    lines += [
        f"service {s.namespace}/{s.name} {s.type} selects {None if s.selector is None else dict(s.selector)}"
        for s in cluster.services
    ]
    lines += [show_workload(w) for w in cluster.workloads]
    lines += [line for policy in cluster.policies for line in show_policy(policy)]
    return "\n".join(lines)


def show_end(end: End) -> str:
    """One side of a flow."""
    if not isinstance(end, PodEnd):
        return f"{end.address} ({f'node {end.node}' if end.node else 'external'})"
    ports = [(c.name, c.protocol, c.number) for c in end.container_ports]
    host = " host-networked" if end.host_network else ""
    return (
        f"pod {end.identity!r} in {end.namespace} {dict(end.labels)} at {end.address} on {end.node}{host} ports {ports}"
    )


def show_flow(flow: Flow) -> str:
    """A flow on one line."""
    return f"flow {show_end(flow.source)} -> {show_end(flow.destination)} protocol {flow.protocol} port {flow.port}"


def show_spec(spec: Spec) -> str:
    """What a spec adds to the cluster, a line a statement."""
    lines = [f"cluster {spec.cluster}"]
    lines += [f"stated namespace {name} {dict(labels)}" for name, labels in spec.namespaces.items()]
    lines += [f"stated {show_workload(w)}" for w in spec.workloads]
    lines += [f"assume {stated.assumption}" for stated in spec.assumptions]
    return "\n".join(lines)
