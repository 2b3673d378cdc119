"""A third reading of NetworkPolicy, written from the API's text alone, for labels, protocols and ports.

It shares nothing with netqed: it takes manifests as PyYAML reads them, and decides one flow at a time. Addresses are
out of its reach: it refuses a policy with an ipBlock, and an end outside the cluster is one that no selector matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Object = Mapping[str, Any]

TEMPLATES = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"}


@dataclass(frozen=True, slots=True)
class End:
    """One side of a flow: a pod, or (with no namespace) something outside the cluster."""

    name: str | None
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    host_network: bool = False
    ports: tuple[tuple[str, int, str | None], ...] = ()
    """Protocol, number and name of each container port."""


OUTSIDE = End(None)


@dataclass(frozen=True, slots=True)
class Set:
    """What one input says of pods, namespaces and policies."""

    ends: tuple[End, ...]
    namespaces: Mapping[str, Mapping[str, str]]
    policies: tuple[Object, ...]

    def allows(self, source: End, destination: End, protocol: str, port: int) -> tuple[bool, bool]:
        """Whether ingress allows the flow, and whether egress does; the flow passes if both do."""
        return (
            self._direction("Ingress", destination, source, destination, protocol, port),
            self._direction("Egress", source, destination, destination, protocol, port),
        )

    def _direction(self, direction: str, governed: End, other: End, destination: End, protocol: str, port: int) -> bool:
        """Not isolated: everything. Isolated: what some rule of some policy that selects the pod admits."""
        if governed.namespace is None or governed.host_network:
            return True
        isolating = [
            policy
            for policy in self.policies
            if policy["metadata"]["namespace"] == governed.namespace
            and selects(policy["spec"].get("podSelector"), governed.labels)
            and direction in types(policy["spec"])
        ]
        return not isolating or any(
            self._peer(rule, policy["metadata"]["namespace"], other, "from" if direction == "Ingress" else "to")
            and admits(rule.get("ports"), destination, protocol, port)
            for policy in isolating
            for rule in policy["spec"].get(direction.lower()) or []
        )

    def _peer(self, rule: Object, home: str, other: End, key: str) -> bool:
        """No peers: everyone. Else any of them; the selectors of one peer must both match."""
        peers = rule.get(key) or []
        return not peers or any(self._matches(peer, home, other) for peer in peers)

    def _matches(self, peer: Object, home: str, other: End) -> bool:
        if "ipBlock" in peer:
            raise ValueError("this reading is of pods alone: the worlds that it is asked about have no ipBlock")
        if other.namespace is None or other.host_network:
            return False
        spaces = peer.get("namespaceSelector")
        if spaces is None:
            if other.namespace != home:
                return False
        elif not selects(spaces, self.namespace_labels(other.namespace)):
            return False
        return peer.get("podSelector") is None or selects(peer["podSelector"], other.labels)

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        """The labels of a namespace, with the one that the API server adds."""
        return {**self.namespaces.get(name, {}), "kubernetes.io/metadata.name": name}


def types(spec: Object) -> list[str]:
    """policyTypes, or what stands for them where they are missing: Ingress, and Egress if there are egress rules."""
    return spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def selects(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """All requirements hold; a selector without any selects everything."""
    selector = selector or {}
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_requires(each, labels) for each in selector.get("matchExpressions") or [])


def _requires(requirement: Object, labels: Mapping[str, str]) -> bool:
    key, values = requirement["key"], requirement.get("values") or []
    return {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[requirement["operator"]]


def admits(ports: Iterable[Object] | None, destination: End, protocol: str, port: int) -> bool:
    """No ports: every protocol and port. Else any of them, of the destination's ports."""
    return not ports or any(_port(each, destination, protocol, port) for each in ports)


def _port(item: Object, destination: End, protocol: str, port: int) -> bool:
    if item.get("protocol", "TCP") != protocol:
        return False
    wanted = item.get("port")
    match wanted:
        case None:
            return True
        case str():
            return (protocol, port, wanted) in destination.ports
        case _:
            return bool(wanted <= port <= item.get("endPort", wanted))


def read_set(folder: Path, spec: Path, namespace: str | None) -> Set:
    """The set in a file or folder, with the workloads and namespaces that a spec states beside it."""
    stated = yaml.safe_load(spec.read_text(encoding="utf-8"))
    ends: dict[str, End] = {}
    spaces: dict[str, Mapping[str, str]] = {
        name: {key: str(value) for key, value in labels.items()}
        for name, labels in (stated.get("namespaces") or {}).items()
    }
    policies: list[Object] = []
    for each in objects(folder):
        metadata = {"namespace": namespace or "default", **each["metadata"]}
        if each["kind"] == "Namespace":
            spaces[metadata["name"]] = metadata.get("labels") or {}
        elif each["kind"] == "NetworkPolicy":
            policies.append({**each, "metadata": metadata})
        elif each["kind"] in TEMPLATES:
            end = _end(each["kind"], metadata, each["spec"]["template"])
            ends[str(end.name)] = end
    for each in stated.get("workloads") or []:
        name = f"{each['namespace']}/{each['kind'].lower()}/{each['name']}"
        ports = tuple((port.get("protocol", "TCP"), port["port"], port.get("name")) for port in each.get("ports") or [])
        ends[name] = End(name, each["namespace"], each.get("labels") or {}, each.get("hostNetwork", False), ports)
    return Set(tuple(ends.values()), spaces, tuple(policies))


def _end(kind: str, metadata: Object, template: Object) -> End:
    ports = tuple(
        (port.get("protocol", "TCP"), port["containerPort"], port.get("name"))
        for container in template["spec"]["containers"]
        for port in container.get("ports") or []
    )
    return End(
        f"{metadata['namespace']}/{kind.lower()}/{metadata['name']}",
        metadata["namespace"],
        template["metadata"].get("labels") or {},
        template["spec"].get("hostNetwork", False),
        ports,
    )


def objects(path: Path) -> Iterator[Object]:
    """The objects in a file or a folder, without kustomizations and the patches that they list."""
    files = [path] if path.is_file() else sorted(path.rglob("*.yaml"))
    patches = {
        (file.parent / patch["path"]).resolve()
        for file in files
        if file.name == "kustomization.yaml"
        for patch in yaml.safe_load(file.read_text(encoding="utf-8")).get("patches") or []
    }
    for file in files:
        if file.name == "kustomization.yaml" or file.resolve() in patches:
            continue
        for document in yaml.load_all(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if document is not None:
                yield from document["items"] if document["kind"].endswith("List") else [document]


def interesting_ports(of: Set, source: End, destination: End) -> list[tuple[str, int]]:
    """The ports on which something may change between two ends.

    Those that the destination's containers declare, or that a policy names which selects either end: with TCP, UDP and
    SCTP, and their neighbours with TCP. With TCP alone every other port that a policy of their namespaces names, the
    first and the last.
    """
    near = {number for _, number, _ in destination.ports}
    far = {1, 65535}
    for end, direction in ((destination, "ingress"), (source, "egress")):
        for policy in of.policies:
            if policy["metadata"]["namespace"] == end.namespace:
                named = near if selects(policy["spec"].get("podSelector"), end.labels) else far
                named |= set(_numbers(policy["spec"].get(direction) or []))
    beside = {number + step for number in near for step in (-1, 1)}
    return [
        *((protocol, number) for protocol in ("SCTP", "UDP") for number in sorted(near)),
        *(("TCP", number) for number in sorted(near | far | beside) if 1 <= number <= 65535),
    ]


def _numbers(rules: Iterable[Object]) -> Iterator[int]:
    for rule in rules:
        for item in rule.get("ports") or []:
            yield from (each for each in (item.get("port"), item.get("endPort")) if isinstance(each, int))
