"""Typed objects as written: absent and empty stay apart, and no default is applied here.

Each reading (the evaluator and the lowering) applies the API's defaults for itself, so that a slip in one is caught
by the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from netqed.sources.document import Document
from netqed.sources.position import Position

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of matchExpressions."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A label selector; `LabelSelector()` is the empty selector, which matches everything. No selector is `None`."""

    match_labels: tuple[tuple[str, str], ...] = ()
    match_expressions: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class IPBlock:
    """An address block as written, or masked where it has bits beyond its prefix, leading zeros or an IPv4-mapped
    address (A9, fact 57); `except_` is None where the field is absent."""

    cidr: str
    except_: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PolicyPeer:
    """One item of `from` or `to`; a field that is absent or null is None."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True, slots=True)
class PolicyPort:
    """One item of `ports`; a field that is absent or null is None. A `port` that is a string is a name."""

    protocol: str | None = None
    port: int | str | None = None
    end_port: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One item of `ingress` or `egress`; `peers` is its `from` or `to`. None is absent or null, () is `[]`."""

    peers: tuple[PolicyPeer, ...] | None = None
    ports: tuple[PolicyPort, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A networking.k8s.io/v1 NetworkPolicy, every field as written (None is absent or null)."""

    namespace: str
    name: str
    pod_selector: LabelSelector | None = None
    policy_types: tuple[str, ...] | None = None
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None
    document: Document | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def position(self) -> Position | None:
        """Where it begins, in the file that was read; None of one that was not read."""
        return None if self.document is None else self.document.start


@dataclass(frozen=True, slots=True)
class Namespace:
    """A declared namespace. `labels` are as written; each reading adds kubernetes.io/metadata.name (A4, fact 31)."""

    name: str
    labels: Labels
    document: Document | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container declares; `protocol` None is absent (TCP, by the API's default)."""

    number: int
    name: str | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """A pod, or the pod template of a workload: whatever stands for pods in the input.

    `labels` are those of the pod or template. `addresses` are the pod's own (status.podIPs; empty for templates and
    for pods without status), `node_addresses` its node's as status.hostIPs gives them, all in canonical form.
    `container_ports` leaves out init containers (A5, fact 35).
    """

    kind: str
    namespace: str
    name: str
    labels: Labels
    container_ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    service_account: str | None = None
    node_name: str | None = None
    addresses: tuple[str, ...] = ()
    node_addresses: tuple[str, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    """Kind and name of the controllers that it stems from, nearest first, in the input or not: a sentence that names
    `ns/deployment/name` means the pods of that Deployment where they are in the input and its template is not."""
    document: Document | None = field(default=None, compare=False, repr=False)

    @property
    def is_template(self) -> bool:
        """Whether it stands for pods that a controller makes: those have no address yet, and there may be several."""
        return self.kind != "Pod"

    @property
    def display(self) -> str:
        """`namespace/pod` for a pod, `namespace/kind/name` (kind in lower case) for a workload."""
        if self.kind == "Pod":
            return f"{self.namespace}/{self.name}"
        return f"{self.namespace}/{self.kind.lower()}/{self.name}"


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A Service's port; `target` is absent (None), a number or the name of a container port."""

    port: int
    protocol: str | None = None
    target: int | str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A Service; `selector` None is absent (endpoints are made by someone else)."""

    namespace: str
    name: str
    type: str | None
    selector: Labels | None
    ports: tuple[ServicePort, ...] = ()
    document: Document | None = field(default=None, compare=False, repr=False)
    external_ips: bool = False
    """Whether it has `externalIPs`, at which nodes take traffic for it from outside."""

    @property
    def on_nodes(self) -> bool:
        """Whether traffic from outside comes to its pods by way of a node, whose address it may then have."""
        return self.external_ips or self.type in ("NodePort", "LoadBalancer")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account and its labels."""

    namespace: str
    name: str
    labels: Labels
    document: Document | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Node:
    """A node, its labels, and those of status.addresses that are IP addresses, in canonical form."""

    name: str
    labels: Labels
    addresses: tuple[str, ...] = ()
    document: Document | None = field(default=None, compare=False, repr=False)
