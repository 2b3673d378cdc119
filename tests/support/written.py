"""Small clusters as files that a person might have written: each policy in a style of its own, with comments."""

from __future__ import annotations

import random
from typing import Any

import yaml

from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Workload
from support.manifests import Manifest, namespace, pod, policy


def texts(cluster: Cluster, rng: random.Random) -> dict[str, str]:
    """The world as files: each policy in a style of its own, one or more to a file."""
    others = [namespace(name, **one.labels) for name, one in cluster.namespaces.items()]
    others += [pod_value(one) for one in cluster.workloads]
    files = {"world.yaml": "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in others)} if others else {}
    policies = [styled(policy_value(one), rng) for one in cluster.policies]
    if len(policies) > 1 and rng.random() < 0.5:
        policies = ["---\n".join(policies)]
    for number, text in enumerate(policies):
        files[f"policies-{number}.yaml"] = text.replace("\n", "\r\n") if rng.random() < 0.2 else text
    return files


def styled(value: Manifest, rng: random.Random) -> str:
    """The policy as YAML: block, flow at the leaves or flow throughout, with comments between the lines of block."""
    flow = rng.choice([False, False, None, None, True])
    text = yaml.safe_dump(value, sort_keys=rng.random() < 0.3, default_flow_style=flow, indent=rng.choice([2, 4]))
    if flow:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if rng.random() < 0.2:
            lines.append(f"{' ' * indent}# - about what follows: {{x}}")
        lines.append(f"{line}  # at {indent}" if rng.random() < 0.2 else line)
        if rng.random() < 0.1:
            lines.append("")
    return "\n".join(lines) + "\n"


def policy_value(one: NetworkPolicy) -> Manifest:
    spec: dict[str, Any] = {"podSelector": selector_value(one.pod_selector or LabelSelector())}
    if one.policy_types is not None:
        spec["policyTypes"] = list(one.policy_types)
    if one.ingress is not None:
        spec["ingress"] = [rule_value(rule, "from") for rule in one.ingress]
    if one.egress is not None:
        spec["egress"] = [rule_value(rule, "to") for rule in one.egress]
    return policy(one.name, one.namespace, **spec)


def rule_value(rule: PolicyRule, key: str) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if rule.peers is not None:
        value[key] = [peer_value(peer) for peer in rule.peers]
    if rule.ports is not None:
        value["ports"] = [port_value(port) for port in rule.ports]
    return value


def peer_value(peer: PolicyPeer) -> dict[str, Any]:
    if peer.ip_block is not None:
        block: dict[str, Any] = {"cidr": peer.ip_block.cidr}
        if peer.ip_block.except_ is not None:
            block["except"] = list(peer.ip_block.except_)
        return {"ipBlock": block}
    parts = {"namespaceSelector": peer.namespace_selector, "podSelector": peer.pod_selector}
    return {key: selector_value(selector) for key, selector in parts.items() if selector is not None}


def selector_value(selector: LabelSelector) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if selector.match_labels:
        value["matchLabels"] = dict(selector.match_labels)
    if selector.match_expressions:
        value["matchExpressions"] = [
            {"key": one.key, "operator": one.operator, **({"values": list(one.values)} if one.values else {})}
            for one in selector.match_expressions
        ]
    return value


def port_value(port: PolicyPort) -> dict[str, Any]:
    fields = {"protocol": port.protocol, "port": port.port, "endPort": port.end_port}
    return {name: value for name, value in fields.items() if value is not None}


def pod_value(one: Workload) -> Manifest:
    ports = [{"containerPort": port.number, "name": port.name} for port in one.container_ports]
    return pod(one.name, one.namespace, dict(one.labels), spec={"containers": [{"name": "c", "ports": ports}]})
