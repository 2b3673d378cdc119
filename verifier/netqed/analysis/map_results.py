"""The map of who can reach whom, as a value: groups that nothing tells apart, and the ports between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from netqed.analysis.explain_values import AddressRange
from netqed.analysis.map_spans import Spans
from netqed.analysis.results import Basis

NodeKind = Literal["pods", "nodes", "addresses"]


@dataclass(frozen=True, slots=True)
class WorkloadPods:
    """A workload, or a pod that nothing owns, as part of a group. `pods` counts the group's pods of it that are in the
    input; None is a template, of which the input says nothing but that it exists."""

    kind: str
    name: str
    pods: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What part something has in a map that is restricted: the pairs asked about are those from a `source` to a
    `destination` of which one is in `either`."""

    source: bool = True
    destination: bool = True
    either: bool = True


@dataclass(frozen=True, slots=True)
class MapNode:
    """Pods of one namespace that reach, and are reached by, exactly the same; or nodes, or external addresses."""

    id: int
    """1 and up, in the order of the map."""
    kind: NodeKind
    name: str
    """Short and for people; within the namespace, if there is one."""
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """Those that all of its pods have in common."""
    workloads: tuple[WorkloadPods, ...] = ()
    pods: int = 0
    """How many pods of the input it stands for; templates are not counted."""
    host_network: bool = False
    governed: bool = False
    """Whether policies speak of it at all: not of nodes, addresses, and mostly not of host-networked pods."""
    isolated_in: bool | None = False
    """Whether some policy isolates it for ingress; None where that depends on labels that controllers add. What is not
    isolated is open to everyone who may send to it."""
    isolated_out: bool | None = False
    members: tuple[str, ...] = ()
    """Every pod and template that it stands for, as `Workload.display`; of nodes, their names."""
    ranges: tuple[AddressRange, ...] = ()
    """Of addresses: where they lie, as far as they are no pod's and no node's."""
    internet: bool = False
    """Of addresses: whether they are among what a spec calls `internet`."""
    asked: Asked = Asked()

    @property
    def templates(self) -> int:
        """How many templates it stands for."""
        return sum(one.pods is None for one in self.workloads)

    @property
    def is_single(self) -> bool:
        """Whether it is exactly one pod, so that an edge to itself means nothing."""
        return self.kind == "pods" and self.pods == 1 and self.templates == 0

    @property
    def is_open_in(self) -> bool:
        """Whether nothing isolates it for ingress."""
        return not self.governed or self.isolated_in is False

    @property
    def is_open_out(self) -> bool:
        """Whether nothing isolates it for egress."""
        return not self.governed or self.isolated_out is False

    @property
    def display(self) -> str:
        """The name with its namespace."""
        return self.name if self.namespace is None else f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class MapEdge:
    """From each source to each destination these ports can be reached. A pair of nodes is in one edge or
    in none; a node and itself are two different pods of it, and nothing where it is one pod."""

    sources: tuple[int, ...]
    destinations: tuple[int, ...]
    ports: Spans
    default_open: bool
    """Whether no policy isolates either side in this direction, so that all is open by default."""


@dataclass(frozen=True)
class ReachMap:
    """Who can reach whom. A pair of nodes that was asked about and has no edge cannot, except as `Basis.standing` says;
    flows between nodes and addresses are no matter of policies, and not in it. All that there is has its node, also
    where the map is restricted."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    source: str | None
    """What the map was restricted to, in the user's words; None is everything."""
    destination: str | None
    either: str | None
    ports: str | None
    reading: str
    unsure: int
    """Workloads that may be among what the map was restricted to, and are left out: the input does not give their
    addresses, or the labels of their namespaces."""
    basis: Basis
    seconds: float = 0.0

    def pairs(self, edge: MapEdge) -> int:
        """How many pairs of nodes an edge joins, a single pod and itself not counted."""
        itself = set(edge.sources) & set(edge.destinations)
        own = sum(self.by_id[one].is_single for one in itself)
        return len(edge.sources) * len(edge.destinations) - own

    @cached_property
    def by_id(self) -> Mapping[int, MapNode]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}
