"""Invariants, assumptions and endpoints as values: what a sentence of the spec says, before and after its names are
resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from netqed.resources.objects import LabelSelector

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Name:
    """A bare word: a group or a namespace. `kind` is set by `group X` and `namespace X`. Gone after resolution."""

    name: str
    kind: Literal["group", "namespace"] | None = None
    offset: int = field(default=0, compare=False)
    """Where it stands in the sentence, in characters from its start, for error messages."""


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods by namespace and labels. `namespace` is a literal name, or a selector over namespace labels (`ns(…)`);
    `selector` None is every pod of it."""

    namespace: str | LabelSelector
    selector: LabelSelector | None = None
    text: str = field(default="", compare=False)
    """As written, for reports."""
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class WorkloadRef:
    """`ns/kind/name`; `kind` in lower case, `pod` for a pod."""

    namespace: str
    kind: str
    name: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """Every endpoint whose address lies in a CIDR, whoever has it: a pod, a node or something outside."""

    network: Network


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in set of endpoints."""

    name: Literal["any pod", "internet", "outside", "nodes", "anything", "host-networked"]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A comma-separated list, or a group with its name kept for reports."""

    items: tuple[Endpoint, ...]
    name: str | None = None


Endpoint = Name | Pods | WorkloadRef | Block | BuiltIn | AnyOf


@dataclass(frozen=True, slots=True)
class PortRange:
    """One item of PORTS. `protocol` is an IP protocol number; `first` and `last` (inclusive, 1..65535) are None for
    every port, or for a protocol without ports."""

    protocol: int
    first: int | None = None
    last: int | None = None


Ports = tuple[PortRange, ...]
"""OR of its items; the empty tuple is any TCP, UDP or SCTP port."""


@dataclass(frozen=True, slots=True)
class Exception_:
    """Removes exactly the flows that match all of it; a missing part matches every flow."""

    source: Endpoint | None = None
    destination: Endpoint | None = None
    ports: Ports = ()
    either: Endpoint | None = None
    """`except host-networked`: flows with such an endpoint on either side."""


@dataclass(frozen=True, slots=True)
class CannotReach:
    """No flow from any `source` to any `destination` is allowed."""

    source: Endpoint
    destination: Endpoint
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True, slots=True)
class CanReach:
    """Every `source` reaches every `destination` on every port named."""

    source: Endpoint
    destination: Endpoint
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True, slots=True)
class OnlyCanReach:
    """Nothing outside `source` reaches `destination`; it does not say that `source` can."""

    source: Endpoint
    destination: Endpoint
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True, slots=True)
class Isolated:
    """No flow in either direction between `inside` and `outside` (None: whatever is not `inside`)."""

    inside: Endpoint
    outside: Endpoint | None = None
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True, slots=True)
class NoOtherNamespace:
    """No pod reaches a pod of another namespace."""

    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True, slots=True)
class NoOtherValue:
    """No pod reaches a pod that carries label `key` with a value that the first pod does not carry: the destination has
    a value, and the source has another one or none. `of` says whose label: the pod's or its namespace's."""

    key: str
    of: Literal["pod", "namespace"]
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()


Invariant = CannotReach | CanReach | OnlyCanReach | Isolated | NoOtherNamespace | NoOtherValue


def endpoints_of(invariant: Invariant) -> Iterator[Endpoint]:
    """Every endpoint of the invariant, those of its exceptions included."""
    match invariant:
        case CannotReach(source, destination) | CanReach(source, destination) | OnlyCanReach(source, destination):
            yield from (source, destination)
        case Isolated(inside, outside):
            yield inside
            if outside is not None:
                yield outside
        case NoOtherNamespace() | NoOtherValue():
            pass
    for one in invariant.exceptions:
        yield from (end for end in (one.source, one.destination, one.either) if end is not None)


@dataclass(frozen=True, slots=True)
class NoPodHas:
    """`no pod in A has LABELS`."""

    where: Endpoint
    labels: LabelSelector


@dataclass(frozen=True, slots=True)
class EveryPodHas:
    """`every pod in A has LABELS`."""

    where: Endpoint
    labels: LabelSelector


@dataclass(frozen=True, slots=True)
class NoOtherNamespaces:
    """`no other namespaces`: none beyond the known and the built-in ones."""


@dataclass(frozen=True, slots=True)
class NamespacesNamed:
    """`every namespace has label KEY with its own name`."""

    key: str


@dataclass(frozen=True, slots=True)
class OnlyNamespaceHas:
    """`only NS has LABELS`, of namespaces: no other namespace's labels match."""

    namespaces: tuple[str, ...]
    labels: LabelSelector


Assumption = NoPodHas | EveryPodHas | NoOtherNamespaces | NamespacesNamed | OnlyNamespaceHas
