"""Cubes of flows that two inputs describe, and the same cubes in an encoding of more policies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from netqed.analysis.comparison import Comparison
from netqed.analysis.cube_facts import Fact, borders_of
from netqed.analysis.cube_words import indices
from netqed.analysis.cubes import Cubes, Sorts
from netqed.analysis.results import Cube
from netqed_smt.model import (
    Choice,
    InCidr,
    LabelExists,
    LabelIn,
    NamespaceIs,
    NamespaceLabelIn,
    OwnNode,
    Predicate,
    ProtocolIs,
    SameNamespace,
    Side,
    ToOwnNode,
)
from netqed_smt.population import is_free_key
from netqed_smt.question import FlowValues
from netqed_smt.sides import ABSENT
from netqed_smt.solver import Term
from netqed_smt.universe import Universe

_NARROW: Final[Sorts] = (SameNamespace, NamespaceIs, LabelIn, NamespaceLabelIn)
"""Sorts of facts that imply others where they hold, those that imply most first."""


class TwinCubes(Cubes):
    """Describes sets of flows by what one side (OLD or NEW) says of them, and where that is needed by what the other
    says of their addresses and nodes. Of the rest, what one side says and who the endpoints are leaves nothing open."""

    def __init__(self, comparison: Comparison, side: int, *, by_name: bool) -> None:
        display = [workload.display for workload in comparison.rosters[side].workloads]
        super().__init__(comparison.readers[side], display, by_name=by_name)
        self.orders = ((),)
        self._others = comparison.universes[1 - side]
        self._is_one = comparison.is_one
        self._other_values: FlowValues | None = None

    def seen_elsewhere(self, values: FlowValues) -> None:
        """What the other side says of the flow that is made a cube next."""
        self._other_values = values

    def order(self, fact: Fact, sorts: Sorts) -> tuple[int, int]:
        """Where selectors are what describes flows, the largest cube rather than the shortest: facts that imply others
        go first, so that a change that many flows share is one family."""
        if self._by_name:
            return super().order(fact, sorts)
        if fact.elsewhere or indices(fact.predicate):
            place = 0
        elif fact.holds and isinstance(fact.predicate, _NARROW):
            place = 1 + _NARROW.index(type(fact.predicate))
        else:
            place = 1 + len(_NARROW)
        return place, -fact.rank

    @cached_property
    def borders(self) -> list[int]:
        """The lowest port of every range that can be told from the next lower one, on either side."""
        return sorted(borders_of(self._universe) | borders_of(self._others))

    def facts(self, values: FlowValues) -> Iterator[Fact]:
        """Everything that is true of the flow on one side; on the other its addresses and nodes, and the labels that
        controllers may add to what it declares of a template."""
        yield from super().facts(values)
        others = self._other_values
        if self._is_one or others is None:
            return
        version = 6 if values.ipv6 else 4
        for side, end in ((Side.SOURCE, others.source), (Side.DESTINATION, others.destination)):
            for network in sorted(self._others.footprint.networks, key=str):
                if network.version == version:
                    yield self._elsewhere(side, InCidr(network), end.address in network)
            for key, codes in self._others.vocabulary.labels.items():
                if is_free_key(key):
                    yield self._elsewhere(side, LabelExists(key), end.labels[key] != ABSENT)
                    for value, code in codes.index.items():
                        yield self._elsewhere(side, LabelIn(key, frozenset({value})), end.labels[key] == code)
        yield self._elsewhere(None, OwnNode(), others.own_node)
        yield self._elsewhere(None, ToOwnNode(), others.to_own_node)

    def _elsewhere(self, side: Side | None, predicate: Predicate, holds: bool) -> Fact:
        term = self._others.encoder.term(predicate, side)
        return Fact(side, predicate, holds, 99, term if holds else self._solver.negation(term), elsewhere=True)


def terms_of(cube: Cube, comparison: Comparison, side: int) -> list[Term]:
    """Terms that together are true of exactly the flows of the cube, which an encoding of fewer policies described as
    the side (OLD or NEW) says."""
    own, other = comparison.universes[side], comparison.universes[1 - side]
    flow, solver = own.flow, comparison.solver
    terms = [_signed(own, fact, holds, Side.SOURCE) for fact, holds in cube.source.facts]
    terms += [_signed(own, fact, holds, Side.DESTINATION) for fact, holds in cube.destination.facts]
    terms += [_signed(own, fact, holds, None) for fact, holds in cube.relations]
    terms += [_signed(own, Choice(matter.value), holds, None) for matter, holds in cube.choices]
    terms += [_signed(other, fact, holds, of) for of, fact, holds in cube.elsewhere]
    if cube.protocol is not None:
        terms.append(_signed(own, ProtocolIs(cube.protocol), True, None))
    if cube.ports:
        terms.append(solver.disjunction([flow.port_between(first, last) for first, last in cube.ports]))
    return terms


def _signed(universe: Universe, predicate: Predicate, holds: bool, side: Side | None) -> Term:
    named = indices(predicate)
    if named and side is not None:
        # More policies tell more workloads apart: their classes are parts of the ones that the cube was made of.
        inside = frozenset(named)
        term = universe.flow.sides[side].in_any_class(one.code for one in universe.classes if one.members[0] in inside)
    else:
        term = universe.encoder.term(predicate, side)
    return term if holds else universe.solver.negation(term)
