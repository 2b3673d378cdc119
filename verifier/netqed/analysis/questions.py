"""Invariants as questions: which flows one speaks of, and which of those would violate it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netqed.analysis.endpoints import Endpoints
from netqed.lowering.networkpolicy import PROTOCOLS
from netqed.lowering.selectors import NAME_LABEL
from netqed.spec.document import Scope
from netqed.spec.sentences import (
    CannotReach,
    CanReach,
    Endpoint,
    Exception_,
    Invariant,
    Isolated,
    NoOtherNamespace,
    NoOtherValue,
    OnlyCanReach,
    Ports,
)
from netqed_smt.model import (
    TRUE,
    At,
    IsHost,
    IsPod,
    LabelExists,
    NamespaceLabelExists,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    all_of,
    any_of,
    negate,
)

ASKED: Final = all_of(
    [
        negate(SameEndpoint()),
        negate(all_of([At(Side.SOURCE, IsHost()), OwnNode()])),
        any_of([At(Side.SOURCE, IsPod()), At(Side.DESTINATION, IsPod())]),
    ]
)
"""What any invariant may speak of: not a pod's traffic to itself, not what a pod's own node sends it (it cannot be
blocked), and nothing that no pod takes part in (policies govern pods)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an invariant says, over flows.

    A flow of `subject` that the policies allow violates it; with `must_allow`, one that they do not allow. Where no
    flow of `subject` exists the invariant speaks of nothing.
    """

    subject: Predicate
    must_allow: bool


def question_of(invariant: Invariant, endpoints: Endpoints) -> Question:
    """The question that the invariant asks of the cluster that `endpoints` knows."""
    narrowed = [ASKED, ports_of(invariant.ports, default=True), negate(_exceptions(invariant.exceptions, endpoints))]
    return Question(
        subject=all_of([_between(invariant, endpoints), *narrowed]), must_allow=isinstance(invariant, CanReach)
    )


def _between(invariant: Invariant, endpoints: Endpoints) -> Predicate:
    """The flows between the invariant's sides."""
    member = endpoints.member
    pods = [At(Side.SOURCE, IsPod()), At(Side.DESTINATION, IsPod())]
    match invariant:
        case CannotReach(source, destination) | CanReach(source, destination):
            return all_of([member(source, Side.SOURCE), member(destination, Side.DESTINATION)])
        case OnlyCanReach(source, destination):
            return all_of([negate(member(source, Side.SOURCE)), member(destination, Side.DESTINATION)])
        case Isolated(inside, outside):
            return any_of(
                [
                    all_of([member(inside, side), _beyond(inside, outside, side.other, endpoints)])
                    for side in (Side.SOURCE, Side.DESTINATION)
                ]
            )
        case NoOtherNamespace():
            return all_of([*pods, negate(SameNamespace())])
        case NoOtherValue(key, of):
            if of == "pod":
                return all_of([*pods, At(Side.DESTINATION, LabelExists(key)), negate(SameLabel(key))])
            if key == NAME_LABEL:
                return all_of([*pods, negate(SameNamespace())])
            return all_of([*pods, At(Side.DESTINATION, NamespaceLabelExists(key)), negate(SameNamespaceLabel(key))])


def _beyond(inside: Endpoint, outside: Endpoint | None, side: Side, endpoints: Endpoints) -> Predicate:
    """The other party of an isolation: the one named, else whatever is not inside."""
    return negate(endpoints.member(inside, side)) if outside is None else endpoints.member(outside, side)


def ports_of(ports: Ports, *, default: bool) -> Predicate:
    """The traffic that PORTS names; none named is any TCP, UDP or SCTP, or without `default` everything."""
    if not ports:
        return any_of([ProtocolIs(number) for number in PROTOCOLS.values()]) if default else TRUE
    return any_of(
        [
            ProtocolIs(port.protocol)
            if port.first is None
            else all_of([ProtocolIs(port.protocol), PortBetween(port.first, port.last or port.first)])
            for port in ports
        ]
    )


def _exceptions(exceptions: Iterable[Exception_], endpoints: Endpoints) -> Predicate:
    """The flows that some exception removes: those that match all of it."""
    return any_of([_exception(exception, endpoints) for exception in exceptions])


def _exception(exception: Exception_, endpoints: Endpoints) -> Predicate:
    member = endpoints.member
    parts = [ports_of(exception.ports, default=False)]
    if exception.source is not None:
        parts.append(member(exception.source, Side.SOURCE))
    if exception.destination is not None:
        parts.append(member(exception.destination, Side.DESTINATION))
    if exception.either is not None:
        parts.append(any_of([member(exception.either, side) for side in Side]))
    return all_of(parts)


def default_scope(invariant: Invariant) -> Scope:
    """The scope of an invariant that names none: `can` speaks of what is there, the others of all that may come."""
    return "now" if isinstance(invariant, CanReach) else "always"
