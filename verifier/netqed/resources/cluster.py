"""The input as one cluster: every object that was read, deduplicated, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netqed.resources.objects import Namespace, NetworkPolicy, Node, Service, ServiceAccount, Workload

BUILT_IN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the verdicts should know: left out, assumed, or likely a slip."""

    text: str
    place: str | None = None
    """file:line:col, or a file, where there is one."""
    unfolded: str | None = None
    """The text with every name in it, where `text` names a few of many."""

    @property
    def whole(self) -> str:
        """The text with every name in it."""
        return self.unfolded or self.text


@dataclass(frozen=True, slots=True)
class Cluster:
    """What was read. Tuples are sorted by namespace, kind and name; `namespaces` holds the declared ones only."""

    namespaces: Mapping[str, Namespace] = field(default_factory=dict)
    workloads: tuple[Workload, ...] = ()
    superseded: tuple[Workload, ...] = ()
    """Templates that are not among `workloads`, since the pods that they made are. They may make more."""
    policies: tuple[NetworkPolicy, ...] = ()
    services: tuple[Service, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    nodes: tuple[Node, ...] = ()
    object_namespaces: frozenset[str] = frozenset()
    """Every namespace that any object of the input lives in, declared or not (objects of unknown kinds included)."""
    sources: tuple[str, ...] = ()
    """The paths that were read, as the user named them."""
    files: int = 0
    objects: int = 0
    left_out: tuple[Note, ...] = ()
    """Kinds, files and objects that were not analysed, and why."""
    notes: tuple[Note, ...] = ()
    ignored: tuple[Note, ...] = ()
    """Objects of unsupported policy kinds that --ignore-unknown-policies passed over: verdicts are not complete."""
    narrowing: tuple[Note, ...] = ()
    """Policies of kinds that only narrow further (service-mesh authorization): `can` cannot be proved with them."""
    repeated: frozenset[str] = frozenset()
    """Objects that the input holds more than once, as `Kind namespace/name`."""
    digest: str = ""
    """sha256 over the input's bytes, in the order of reading."""

    @property
    def known_namespaces(self) -> frozenset[str]:
        """Declared, lived in, or built in."""
        return frozenset(self.namespaces) | self.object_namespaces | frozenset(BUILT_IN_NAMESPACES)
