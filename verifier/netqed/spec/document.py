"""The spec file as values: invariants and assumptions with their places, groups, and the cluster's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from netqed.resources.objects import Labels, Workload
from netqed.sources.position import Position, Span
from netqed.spec.sentences import Assumption, Endpoint, Invariant, Network

Scope = Literal["always", "now"]
Family = Literal["IPv4", "IPv6"]


@dataclass(frozen=True, slots=True)
class StatedInvariant:
    """An invariant as the spec (or the command line) states it."""

    sentence: str
    invariant: Invariant
    name: str | None = None
    """Shown instead of the sentence, where given."""
    scope: Scope | None = None
    why: str | None = None
    expect: Literal["proved", "refuted"] = "proved"
    until: date | None = None
    allow_empty: bool = False
    span: Span | None = None

    @property
    def title(self) -> str:
        """The name, else the sentence."""
        return self.name or self.sentence


@dataclass(frozen=True, slots=True)
class StatedAssumption:
    """An assumption as the spec states it."""

    sentence: str
    assumption: Assumption
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One sentence of a group's definition: the only one, or an item of its list."""

    sentence: str
    endpoint: Endpoint
    span: Span


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """`cluster:` of the spec; an empty tuple is unset. `families` is what the cluster runs."""

    pod_cidrs: tuple[Network, ...] = ()
    node_cidrs: tuple[Network, ...] = ()
    service_cidrs: tuple[Network, ...] = ()
    families: tuple[Family, ...] = ("IPv4", "IPv6")


@dataclass(frozen=True, slots=True)
class Spec:
    """A parsed spec. Endpoints may hold names until `resolve` has replaced them."""

    file: str | None = None
    manifests: tuple[str, ...] = ()
    """Default paths, already joined to the spec file's folder."""
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Named inputs, each with its paths; empty where the spec names none."""
    cluster: ClusterFacts = ClusterFacts()
    cluster_positions: Mapping[str, Position] = field(default_factory=dict)
    """Where the facts of `cluster` are stated, by key."""
    namespaces: Mapping[str, Labels] = field(default_factory=dict)
    """Namespaces that exist though no manifest declares them."""
    namespace_positions: Mapping[str, Position] = field(default_factory=dict)
    workloads: tuple[Workload, ...] = ()
    """Pods of custom kinds, stated with their labels."""
    groups: Mapping[str, Endpoint] = field(default_factory=dict)
    group_spans: Mapping[str, Span] = field(default_factory=dict)
    group_members: Mapping[str, tuple[GroupMember, ...]] = field(default_factory=dict)
    """The sentences behind `groups`, for messages that point into them."""
    workload_positions: tuple[Position, ...] = ()
    """One a workload of `workloads`."""
    invariants: tuple[StatedInvariant, ...] = ()
    assumptions: tuple[StatedAssumption, ...] = ()
