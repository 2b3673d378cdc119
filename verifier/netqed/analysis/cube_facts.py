"""Facts: everything that is true of one flow and that a set of flows can turn on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Final

from netqed.analysis.cube_words import NAMED
from netqed_smt.model import (
    At,
    Choice,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelExists,
    LabelIn,
    NamedPort,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Network,
    OwnNode,
    Predicate,
    ProtocolIs,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    ToOwnNode,
    WorkloadIs,
    any_of,
)
from netqed_smt.question import EndValues, FlowValues, Questions
from netqed_smt.sides import ABSENT, Codes
from netqed_smt.solver import Term
from netqed_smt.universe import Universe

LAST_PORT: Final = 65535
EVERYWHERE: Final[Mapping[int, Network]] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
"""All addresses of an IP version."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is true of a flow: a predicate of one side (None: of the flow), and whether it holds or not."""

    side: Side | None
    predicate: Predicate
    holds: bool
    rank: int
    """Facts of high ranks are dropped first: they tell a reader least."""
    term: Term
    elsewhere: bool = False
    """Whether it is another input that says so of the same flow."""


class Facts:
    """What is true of flows of one universe."""

    def __init__(self, questions: Questions, *, by_name: bool) -> None:
        """`by_name` prefers the names of the population's workloads to what is true of them."""
        self._questions = questions
        self._universe = questions.universe
        self._solver = questions.universe.solver
        self._flow = questions.universe.flow
        self._by_name = by_name

    def facts(self, values: FlowValues) -> Iterator[Fact]:
        """Everything that is true of the flow and that a set can turn on."""
        for side, end in ((Side.SOURCE, values.source), (Side.DESTINATION, values.destination)):
            for rank, predicate, holds in self._side_facts(end, values.ipv6):
                yield self._fact(side, predicate, holds, rank)
            if end.class_code > 0:
                one = self._universe.classes[end.class_code - 1]
                term = self._flow.sides[side].in_class(one.code)
                rank = 5 if self._by_name and len(one.members) <= NAMED else 95
                yield Fact(side, members(one.members), True, rank, term)
        yield self._fact(None, ProtocolIs(values.protocol), True, 10)
        family = InCidr(EVERYWHERE[6 if values.ipv6 else 4])
        yield Fact(None, At(Side.SOURCE, family), True, 12, self._universe.encoder.term(family, Side.SOURCE))
        for predicate in self._relations:
            yield self._fact(None, predicate, self._truth(predicate, values), 70)
        for name, yes in values.choices.items():
            yield self._fact(None, Choice(name), yes, 65)

    def _truth(self, predicate: Predicate, values: FlowValues) -> bool:
        """Whether a predicate of both sides is true of the flow."""
        source, destination = values.source, values.destination
        match predicate:
            case OwnNode():
                return values.own_node
            case ToOwnNode():
                return values.to_own_node
            case SameEndpoint():
                return values.same_endpoint
            case SameNamespace():
                return source.kind == destination.kind == "pod" and source.namespace == destination.namespace
            case SameLabel(key):
                return source.labels[key] == destination.labels[key] != ABSENT
            case SameNamespaceLabel(key):
                return source.namespace_labels[key] == destination.namespace_labels[key] != ABSENT
            case NamedPort(name, protocol):
                return (name, protocol) in destination.port_names
            case _:
                raise ValueError(predicate)

    @cached_property
    def _relations(self) -> list[Predicate]:
        footprint = self._universe.footprint
        return [
            *(NamedPort(name, protocol) for name, protocol in sorted(footprint.port_names)),
            SameNamespace(),
            *(SameLabel(key) for key in sorted(footprint.compared_labels)),
            *(SameNamespaceLabel(key) for key in sorted(footprint.compared_namespace_labels)),
            SameEndpoint(),
            OwnNode(),
            ToOwnNode(),
        ]

    def _fact(self, side: Side | None, predicate: Predicate, holds: bool, rank: int) -> Fact:
        term = self._universe.encoder.term(predicate, side)
        return Fact(side, predicate, holds, rank, term if holds else self._solver.negation(term))

    def _side_facts(self, end: EndValues, ipv6: bool) -> Iterator[tuple[int, Predicate, bool]]:
        """Rank, predicate, and whether it holds, of one side."""
        kinds: Mapping[str, Predicate] = {"pod": IsPod(), "node": IsHost(), "external": IsExternal()}
        yield 20, kinds[end.kind], True
        yield from self._address_facts(end, ipv6)
        if end.kind != "pod":
            return
        vocabulary = self._universe.vocabulary
        labels = 45 if self._by_name else 30
        yield from self._code_facts(
            [(NamespaceIs(name), code) for name, code in vocabulary.namespaces.index.items()], end.namespace, 15, 80
        )
        for key, codes in vocabulary.labels.items():
            yield from self._label_facts(codes, end.labels[key], LabelExists(key), _label(key), labels)
        for key, codes in vocabulary.namespace_labels.items():
            code = end.namespace_labels[key]
            yield from self._label_facts(codes, code, NamespaceLabelExists(key), _namespace_label(key), 25)
        yield 50, IsHostNetworked(), self._is_host_networked(end)
        here = self._universe.classes[end.class_code - 1].members if end.class_code else ()
        for index in sorted(self._universe.footprint.workloads):
            yield 75, WorkloadIs(index), index in here

    @staticmethod
    def _code_facts(
        predicates: Sequence[tuple[Predicate, int]], code: int, rank: int, rank_of_others: int
    ) -> Iterator[tuple[int, Predicate, bool]]:
        for predicate, own in predicates:
            yield (rank if own == code else rank_of_others), predicate, own == code

    def _label_facts(
        self, codes: Codes, code: int, exists: Predicate, named: Callable[[str], Predicate], rank: int
    ) -> Iterator[tuple[int, Predicate, bool]]:
        yield rank + 55, exists, code != ABSENT
        yield from self._code_facts([(named(v), own) for v, own in codes.index.items()], code, rank, rank + 57)

    def _address_facts(self, end: EndValues, ipv6: bool) -> Iterator[tuple[int, Predicate, bool]]:
        version = 6 if ipv6 else 4
        for network in sorted(self._universe.footprint.networks, key=_by_size):
            if network.version == version:
                yield 40, InCidr(network), end.address in network

    def _is_host_networked(self, end: EndValues) -> bool:
        return end.class_code > 0 and self._universe.classes[end.class_code - 1].first.host_network


def _label(key: str) -> Callable[[str], Predicate]:
    return lambda value: LabelIn(key, frozenset({value}))


def _namespace_label(key: str) -> Callable[[str], Predicate]:
    return lambda value: NamespaceLabelIn(key, frozenset({value}))


def borders_of(universe: Universe) -> frozenset[int]:
    """Lowest ports of ranges that the universe's policies and workloads can tell apart."""
    names = universe.footprint.port_names
    named = [
        number for one in universe.classes for name, protocol, number in one.first.ports if (name, protocol) in names
    ]
    return frozenset({1, *universe.footprint.ports, *named, *(min(number + 1, LAST_PORT) for number in named)})


def _by_size(network: Network) -> tuple[int, int, int]:
    return network.version, -network.prefixlen, int(network.network_address)


def members(indices: Sequence[int]) -> Predicate:
    """That a side is one of these workloads."""
    return any_of([WorkloadIs(index) for index in indices])
