"""Sets of flows as few large cubes: products of sources, destinations and traffic that lie inside the set.

A cube starts as everything that is true of one flow of the set, and facts are dropped from it as long as the rest still
lies inside: what is left is prime, nothing of it can go and its ports cannot be widened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Final

from netqed.analysis.cube_words import side_words
from netqed.analysis.results import Cube, CubeSide
from netqed.plugins.matters import Matter
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
from netqed_smt.question import BudgetExhausted, EndValues, FlowValues, Questions
from netqed_smt.sides import ABSENT, Codes
from netqed_smt.solver import Answer, Term
from netqed_smt.universe import PORT_PROTOCOLS, Universe

LAST_PORT: Final = 65535
EVERYWHERE: Final[Mapping[int, Network]] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
"""All addresses of an IP version."""

Sorts = tuple[type, ...]

ORDERS: Final[tuple[Sorts, ...]] = ((NamespaceIs, LabelIn, NamespaceLabelIn), (LabelIn,), ())
"""Sorts of facts that a cube may do without first. `a!=1` holds of more than `a=2`, and so a cube of as many facts is
larger with the former; but where many values are left out, it is the one value that is easy to read."""


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


@dataclass(frozen=True, slots=True)
class Region:
    """A cube with the literal that is true of exactly its flows."""

    cube: Cube
    inside: Term


@dataclass(frozen=True, slots=True)
class Named:
    """A set of endpoints with a name, such as a side of an invariant."""

    side: Side
    predicate: Predicate
    """Of both sides, so that its endpoint atoms stand below `At`."""
    words: str


class Cubes:
    """Describes sets of flows of one universe."""

    def __init__(
        self, questions: Questions, display: Sequence[str], *, by_name: bool, named: Sequence[Named] = ()
    ) -> None:
        """`display` are the names of the population's workloads; `by_name` prefers them to what is true of them.
        `named` are sets of endpoints that have names of their own."""
        self._questions = questions
        self._universe = questions.universe
        self._solver = questions.universe.solver
        self._flow = questions.universe.flow
        self._display = display
        self._by_name = by_name
        self._named = named
        self.orders = ORDERS

    def cover(
        self,
        scope: Sequence[Term],
        inside: Term,
        outside: Term,
        witness: Callable[[Sequence[Term]], FlowValues],
    ) -> Iterator[tuple[FlowValues, Region]]:
        """Cubes of the set, each with the flow that it was made from, until they cover the set (UNSAT of a flow in
        scope that is inside and in no cube).

        `inside` and `outside` are literals that are true of exactly the set's flows and of exactly the others;
        `witness` chooses a flow that satisfies the literals it is given. Raises BudgetExhausted.
        """
        beyond: list[Term] = []
        while self._is_satisfiable([*scope, inside, *beyond]):
            values = witness([*scope, inside, *beyond])
            region = self.generalise(values, scope, outside)
            yield values, region
            beyond.append(self._solver.literal(self._solver.negation(region.inside), "beyond"))

    def generalise(self, values: FlowValues, scope: Sequence[Term], outside: Term) -> Region:
        """A prime cube around a flow of the set: of several that differ in what is dropped first, that of fewest facts.
        UNSAT of a flow in scope that is in the cube and outside the set says that it lies inside."""
        tried = [self._around(values, scope, outside, first) for first in self.orders]
        facts, ranges = min(tried, key=lambda one: _cost(one[0]))
        terms = [fact.term for fact in facts]
        terms += [self._flow.port_between(first, last) for first, last in ranges]
        return Region(self._cube(facts, ranges), self._solver.literal(self._solver.conjunction(terms), "cube"))

    def _around(
        self, values: FlowValues, scope: Sequence[Term], outside: Term, sorts: Sorts
    ) -> tuple[list[Fact], tuple[tuple[int, int], ...]]:
        """The facts and the ports of a prime cube; facts that say which of many values a side has are dropped first, if
        they are of one of the sorts."""
        plain = list(self.facts(values))
        first, last = self._interval(values)
        bounded = self._ports(first, last)
        facts = [*plain, *self._named_facts([*scope, bounded, *(fact.term for fact in plain)])]
        facts.sort(key=lambda fact: self.order(fact, sorts))
        literal_of = {id(fact): self._solver.literal(fact.term, "fact") for fact in facts}
        pinned = [*scope, outside]

        def suffices(kept: Sequence[Fact], *ports: Term) -> bool:
            return not self._is_satisfiable([*pinned, *ports, *(literal_of[id(fact)] for fact in kept)])

        if not suffices(facts, bounded):
            raise RuntimeError("a flow's facts do not put it inside the set")
        facts = self._prime(facts, lambda kept: suffices(kept, bounded))
        if suffices(facts):
            return self._prime(facts, suffices), ()
        if values.protocol not in PORT_PROTOCOLS:
            return facts, ()
        last = self._widest(last, self._ends(last), lambda end: suffices(facts, self._ports(first, end)))
        starts = [LAST_PORT - start for start in self._starts(first)]
        least = self._widest(
            LAST_PORT - first, starts, lambda start: suffices(facts, self._ports(LAST_PORT - start, last))
        )
        return facts, ((LAST_PORT - least, last),)

    def order(self, fact: Fact, sorts: Sorts) -> tuple[int, int]:
        """Facts that are lower are dropped first."""
        return -(fact.holds and isinstance(fact.predicate, sorts)), -fact.rank

    def _is_satisfiable(self, literals: Sequence[Term]) -> bool:
        if (answer := self._questions.ask(literals)) is Answer.UNKNOWN:
            raise BudgetExhausted
        return answer is Answer.SAT

    def _prime(self, facts: Sequence[Fact], suffices: Callable[[Sequence[Fact]], bool]) -> list[Fact]:
        """Drop facts in their order while the others suffice. Runs of facts go at once where that does: the outcome is
        that of one by one, since whatever more facts do not need, fewer do not either."""
        kept: list[Fact] = []

        def shrink(chunk: Sequence[Fact], after: Sequence[Fact]) -> None:
            if not chunk or suffices([*kept, *after]):
                return
            if len(chunk) == 1:
                kept.extend(chunk)
                return
            middle = len(chunk) // 2
            shrink(chunk[:middle], [*chunk[middle:], *after])
            shrink(chunk[middle:], after)

        shrink(facts, ())
        return kept

    # Ports

    def _ports(self, first: int, last: int) -> Term:
        return self._solver.literal(self._flow.port_between(first, last), "ports")

    @cached_property
    def borders(self) -> list[int]:
        """The lowest port of every range that can be told from the next lower one."""
        return sorted(borders_of(self._universe))

    def _interval(self, values: FlowValues) -> tuple[int, int]:
        """The range of ports that cannot be told from the flow's."""
        if values.protocol not in PORT_PROTOCOLS:
            return 0, 0
        first = max(border for border in self.borders if border <= values.port)
        return first, min((border - 1 for border in self.borders if border > values.port), default=LAST_PORT)

    def _ends(self, last: int) -> list[int]:
        ends = [border - 1 for border in self.borders if border - 1 > last]
        return [*ends, LAST_PORT] if last < LAST_PORT else ends

    def _starts(self, first: int) -> list[int]:
        return [border for border in reversed(self.borders) if border < first]

    @staticmethod
    def _widest(now: int, ends: Sequence[int], fits: Callable[[int], bool]) -> int:
        """The last of the growing ends that fits, else where it is now; if one does not fit, none after it does."""
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            if fits(ends[middle]):
                low = middle + 1
            else:
                high = middle
        return ends[low - 1] if low else now

    # Facts

    def facts(self, values: FlowValues) -> Iterator[Fact]:
        """Everything that is true of the flow and that a set can turn on."""
        for side, end in ((Side.SOURCE, values.source), (Side.DESTINATION, values.destination)):
            for rank, predicate, holds in self._side_facts(end, values.ipv6):
                yield self._fact(side, predicate, holds, rank)
            if end.class_code > 0:
                one = self._universe.classes[end.class_code - 1]
                term = self._flow.sides[side].in_class(one.code)
                yield Fact(side, members(one.members), True, 5 if self._by_name else 95, term)
        yield self._fact(None, ProtocolIs(values.protocol), True, 10)
        family = InCidr(EVERYWHERE[6 if values.ipv6 else 4])
        yield Fact(None, At(Side.SOURCE, family), True, 12, self._universe.encoder.term(family, Side.SOURCE))
        for predicate in self._relations:
            yield self._fact(None, predicate, self._truth(predicate, values), 70)
        for name, yes in values.choices.items():
            yield self._fact(None, Choice(name), yes, 65)

    def _named_facts(self, flow: Sequence[Term]) -> Iterator[Fact]:
        """Which of the named sets the flow's sides are in; its other facts decide that."""
        solver = self._solver
        pinned = [solver.literal(term, "fact") for term in flow]
        for one in self._named:
            term = self._universe.encoder.term(one.predicate)
            holds = self._is_satisfiable([*pinned, solver.literal(term, "named")])
            yield Fact(one.side, one.predicate, holds, 8, term if holds else solver.negation(term))

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

    # Values

    def _cube(self, facts: Sequence[Fact], ranges: tuple[tuple[int, int], ...]) -> Cube:
        ordered = sorted((fact for fact in facts if not fact.elsewhere), key=lambda fact: fact.rank)
        of = {
            side: tuple((fact.predicate, fact.holds) for fact in ordered if fact.side is side)
            for side in (Side.SOURCE, Side.DESTINATION)
        }
        shared = [fact for fact in ordered if fact.side is None]
        matters = {matter.value: matter for matter in Matter}
        protocols = [fact.predicate.number for fact in shared if isinstance(fact.predicate, ProtocolIs)]
        return Cube(
            source=self._side(of[Side.SOURCE]),
            destination=self._side(of[Side.DESTINATION]),
            relations=tuple(
                (fact.predicate, fact.holds) for fact in shared if not isinstance(fact.predicate, ProtocolIs | Choice)
            ),
            protocol=protocols[0] if protocols else None,
            ports=ranges,
            choices=tuple(
                (matters[fact.predicate.name], fact.holds) for fact in shared if isinstance(fact.predicate, Choice)
            ),
            elsewhere=tuple((fact.side, fact.predicate, fact.holds) for fact in facts if fact.elsewhere),
        )

    def _side(self, facts: tuple[tuple[Predicate, bool], ...]) -> CubeSide:
        return CubeSide(facts, side_words(facts, self._display, {one.predicate: one.words for one in self._named}))


def _cost(facts: Sequence[Fact]) -> tuple[int, int]:
    """How hard facts are to read: those of the flow as a whole more than those of a side."""
    return sum(fact.side is None and not isinstance(fact.predicate, ProtocolIs) for fact in facts), len(facts)


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
