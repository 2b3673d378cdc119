"""The policy model: predicates over endpoints and traffic, rules, layers. Every policy API lowers to it.

Endpoint atoms speak of one side; which side is said by the rule that holds them (`subject` or `peer`) or by `At`.
Smart constructors (`all_of`, `any_of`, `negate`) simplify as they build.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Final

Network = IPv4Network | IPv6Network


class Side(Enum):
    """A side of a flow."""

    SOURCE = "source"
    DESTINATION = "destination"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.DESTINATION if self is Side.SOURCE else Side.SOURCE


class Direction(Enum):
    """Ingress governs the destination, egress the source."""

    INGRESS = "ingress"
    EGRESS = "egress"

    @property
    def governed(self) -> Side:
        """The side that layers of this direction govern."""
        return Side.DESTINATION if self is Direction.INGRESS else Side.SOURCE


@dataclass(frozen=True, slots=True)
class Constant:
    """True or false of everything."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    """All of its operands; built by `all_of`."""

    operands: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its operands; built by `any_of`."""

    operands: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; built by `negate`."""

    operand: Predicate


@dataclass(frozen=True, slots=True)
class LabelIn:
    """The pod carries label `key` with one of `values`."""

    key: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class LabelExists:
    """The pod carries label `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class NamespaceIs:
    """The pod's namespace has this name."""

    name: str


@dataclass(frozen=True, slots=True)
class NamespaceLabelIn:
    """The pod's namespace carries label `key` with one of `values`."""

    key: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class NamespaceLabelExists:
    """The pod's namespace carries label `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class InCidr:
    """The endpoint's address, in the flow's family, lies in the block."""

    network: Network


@dataclass(frozen=True, slots=True)
class IsPod:
    """The endpoint is a pod, host-networked ones included."""


@dataclass(frozen=True, slots=True)
class IsHostNetworked:
    """The endpoint is a pod on its node's network."""


@dataclass(frozen=True, slots=True)
class IsHost:
    """The endpoint is a node itself, no pod."""


@dataclass(frozen=True, slots=True)
class IsExternal:
    """The endpoint is neither a pod nor a node."""


@dataclass(frozen=True, slots=True)
class WorkloadIs:
    """The endpoint is the workload of the input with this index."""

    index: int


@dataclass(frozen=True, slots=True)
class ProtocolIs:
    """The flow's IP protocol number."""

    number: int


@dataclass(frozen=True, slots=True)
class PortBetween:
    """The flow's destination port lies in the inclusive range."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class NamedPort:
    """The destination pod declares a container port of this name and protocol whose number is the flow's port."""

    name: str
    protocol: int


@dataclass(frozen=True, slots=True)
class OwnNode:
    """The source is at the address of the destination pod's own node: the node itself or a host-networked pod on it."""


@dataclass(frozen=True, slots=True)
class ToOwnNode:
    """The destination is at the address of the source pod's own node: the node itself or a host-networked pod on it."""


@dataclass(frozen=True, slots=True)
class SameEndpoint:
    """Both sides are one and the same pod."""


@dataclass(frozen=True, slots=True)
class SameNamespace:
    """Both sides are pods of one namespace."""


@dataclass(frozen=True, slots=True)
class SameLabel:
    """Both sides' pods carry label `key` with the same value."""

    key: str


@dataclass(frozen=True, slots=True)
class SameNamespaceLabel:
    """Both sides' namespaces carry label `key` with the same value."""

    key: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A named matter that is one way or the other for all flows alike, such as whether a policy is there."""

    name: str


@dataclass(frozen=True, slots=True)
class At:
    """An endpoint predicate, of the given side."""

    side: Side
    predicate: Predicate


Predicate = (
    Constant
    | And
    | Or
    | Not
    | LabelIn
    | LabelExists
    | NamespaceIs
    | NamespaceLabelIn
    | NamespaceLabelExists
    | InCidr
    | IsPod
    | IsHostNetworked
    | IsHost
    | IsExternal
    | WorkloadIs
    | ProtocolIs
    | PortBetween
    | NamedPort
    | OwnNode
    | ToOwnNode
    | SameEndpoint
    | SameNamespace
    | SameLabel
    | SameNamespaceLabel
    | Choice
    | At
)

TRUE: Final = Constant(True)
FALSE: Final = Constant(False)


def negate(predicate: Predicate) -> Predicate:
    """The opposite of a predicate; double negations and constants vanish."""
    match predicate:
        case Constant(value):
            return FALSE if value else TRUE
        case Not(operand):
            return operand
        case _:
            return Not(predicate)


def all_of(predicates: Iterable[Predicate]) -> Predicate:
    """True where every predicate is; of none, true. Flattens, drops repeats, and absorbs constants and opposites."""
    kept = _together(predicates, And, FALSE)
    if kept is None:
        return FALSE
    if not kept:
        return TRUE
    return kept[0] if len(kept) == 1 else And(kept)


def any_of(predicates: Iterable[Predicate]) -> Predicate:
    """True where some predicate is; of none, false. Simplifies as `all_of` does."""
    kept = _together(predicates, Or, TRUE)
    if kept is None:
        return TRUE
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else Or(kept)


def _together(
    predicates: Iterable[Predicate], operator: type[And | Or], decisive: Constant
) -> tuple[Predicate, ...] | None:
    """The operands that are left, in their order; None where the decisive constant or two opposites are among them."""
    kept: dict[Predicate, None] = {}
    denied: set[Predicate] = set()
    for predicate in predicates:
        for operand in predicate.operands if isinstance(predicate, operator) else (predicate,):
            if isinstance(operand, Constant):
                if operand == decisive:
                    return None
                continue
            if isinstance(operand, Not):
                if operand.operand in kept:
                    return None
                denied.add(operand.operand)
            elif operand in denied:
                return None
            kept[operand] = None
    return tuple(kept)


class Verb(Enum):
    """What a matching rule does. `PASS` goes on to the next layer."""

    ALLOW = "allow"
    DENY = "deny"
    PASS = "pass"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: matches a flow whose governed side is in `subject`, whose other side is in `peer`, and whose traffic is
    in `traffic`. `origin` says where it comes from and has no meaning here."""

    subject: Predicate
    peer: Predicate
    traffic: Predicate
    action: Verb = Verb.ALLOW
    origin: object = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Rules in order for one direction. The first that matches decides; where none does, a flow that `governs` holds
    for (a predicate over the governed side and the flow) takes `default`, any other goes on to the next layer."""

    direction: Direction
    rules: tuple[Rule, ...]
    governs: Predicate
    default: Verb
    name: str = ""
