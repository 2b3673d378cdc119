"""Which witness is shown: the order in which netqed prefers one violating flow to another.

Wishes are taken one after the other; each is kept if some violating flow still satisfies it and all those kept before:

0. the reading `spec`; else that of the first known plugin on which it happens, else of what the API permits; each
   matter that is still open as `spec` has it;
1. both sides exist; else the destination does; else the source does (workloads of the input, nodes and external
   addresses exist; an invented pod does not);
2. sides that are pods, first the destination, then the source; pods that are not host-networked; then sides that are
   external rather than nodes;
3. pods, and invented ones as well, are of declared namespaces, else of known ones;
4. as few labels as possible that no workload of the input carries, then as few invented labels, namespace labels and
   port names as possible;
5. IPv4; a port that a container of the destination declares; TCP, then UDP, then SCTP;
6. two workloads that differ rather than replicas of one; then the first source, then the first destination, pods
   before templates and then by namespace, kind and name;
7. the lowest port; the lowest label values and names, and for a namespace that nobody knows a name that nothing speaks
   of; the lowest addresses, of external sides in the ranges kept for documentation where those will do.

The order is total: the witness does not depend on how the solver searches, nor on the order of files.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from netqed.plugins.matters import SPEC, Matter
from netqed.plugins.table import SUPPORTED, permitted
from netqed_smt.classes import FREE_CODE
from netqed_smt.model import Choice, Side
from netqed_smt.question import EndValues, FlowValues, Preferences, Questions
from netqed_smt.sides import ABSENT, WIDTHS, SideTerms
from netqed_smt.solver import Term

DOCUMENTATION: Final = (
    IPv4Network("203.0.113.0/24"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv6Network("2001:db8::/32"),
)
"""Ranges kept for documentation (RFC 5737, RFC 3849)."""

AS_SPEC: Final = {matter: matter in SPEC for matter in Matter}
"""How `spec` answers each matter."""

Candidates = tuple[Sequence[int] | None, Sequence[int] | None]
"""Class codes of the source and of the destination."""


class Wishes:
    """Narrows violations to the witness that is shown."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._universe = questions.universe
        self._solver = questions.universe.solver
        self._flow = questions.universe.flow
        self._sides: tuple[SideTerms, SideTerms] = (self._flow.source, self._flow.destination)
        self._nearest = dict.fromkeys(Side, 0)
        """Of each side, the code of the class that was found last."""

    def narrow(self, assumptions: Sequence[Term], candidates: Candidates = (None, None)) -> FlowValues:
        """The most natural flow that satisfies the literals, of which some flow must.

        `candidates` are the codes of the classes, in order, that the source and the destination can be of if they are
        workloads of the input; None is any. They save questions and have no say in the answer.
        """
        while True:
            values = self.narrowed(assumptions, candidates).read()
            if not self.exclude_taken(values):
                return values

    def exclude_taken(self, values: FlowValues) -> bool:
        """Forbid addresses of sides that have none of their own to others than their owners; says whether that changed
        anything, so that the flow may be impossible."""
        taken = [self._universe.exclude_taken(end.address) for end in self._free_ends(values)]
        return any(taken)

    def _free_ends(self, values: FlowValues) -> Iterator[EndValues]:
        """The sides whose address the input does not give."""
        for end in (values.source, values.destination):
            if end.class_code == 0 or not self._universe.classes[end.class_code - 1].first.addresses:
                yield end

    def narrowed(self, assumptions: Sequence[Term], candidates: Candidates = (None, None)) -> Preferences:
        """The wishes that are kept; as `narrow`, but that addresses may be taken."""
        wishes = Preferences(self._questions, assumptions)
        both_exist = self._at_best(wishes, candidates)
        if not both_exist:
            both_exist = not self._existing_are_open and wishes.prefer(self._solver.conjunction(self._usual))
            if not both_exist:
                self._reading(wishes)
                both_exist = self._existence(wishes)
                if not both_exist or self._existing_are_open:
                    self._invention(wishes)
                self._traffic(wishes)
                wishes.prefer(self._differ)
            for side, codes in zip(self._sides, self._codes(candidates), strict=True):
                self._first_class(wishes, side, codes)
        values = wishes.read()
        self._lowest_port(wishes, values)
        if not both_exist or self._existing_are_open or any(self._free_ends(values)):
            self._settle(wishes, values)
        return wishes

    def _codes(self, candidates: Candidates) -> tuple[Sequence[int], Sequence[int]]:
        every = range(1, len(self._universe.classes) + 1)
        source, destination = candidates
        return every if source is None else source, every if destination is None else destination

    def _at_best(self, wishes: Preferences, candidates: Candidates) -> bool:
        """Keep all of wishes 0 to 6 at once, each at its best, if some violating flow allows that; says whether one
        does. It often does, and then that is what they come to one after the other."""
        source, destination = self._codes(candidates)
        if self._existing_are_open or not source:
            return False
        first = source[0]
        second = next((code for code in destination if code != first), None)
        if second is None:
            return False
        both = (self._sides[0].in_class(first), self._sides[1].in_class(second))
        return wishes.prefer(self._solver.conjunction([*self._usual, *both]))

    @cached_property
    def _usual(self) -> list[Term]:
        """Wishes 0 to 6 but for which workloads it is, each at its best."""
        return [*self._answered(AS_SPEC), *self._exist_as_pods, self._usual_traffic, self._differ]

    def _answered(self, fixed: Mapping[Matter, bool]) -> list[Term]:
        """Terms: the matters are answered so; without those that nothing turns on."""
        choices = self._universe.footprint.choices
        return [self._answers(matter)[yes] for matter, yes in fixed.items() if matter.value in choices]

    def _reading(self, wishes: Preferences) -> None:
        """Wish 0: the reading."""
        if wishes.prefer(self._solver.conjunction(self._answered(AS_SPEC))):
            return
        still_open = dict(AS_SPEC)
        for fixed in (*(one.fixed for one in SUPPORTED), permitted()):
            if wishes.prefer(self._solver.conjunction(self._answered(fixed))):
                still_open = {matter: yes for matter, yes in AS_SPEC.items() if matter not in fixed}
                break
        if wishes.prefer(self._solver.conjunction(self._answered(still_open))):
            return
        for matter, yes in still_open.items():
            any(all(map(wishes.prefer, self._answered({matter: answer}))) for answer in (yes, not yes))

    def _answers(self, matter: Matter) -> dict[bool, Term]:
        term = self._universe.encoder.term(Choice(matter.value))
        return {True: term, False: self._solver.negation(term)}

    @cached_property
    def _existing_are_open(self) -> bool:
        """Whether some workload of the input has labels, or its namespace has, that the input does not say."""
        declared = self._universe.population.namespaces
        return any(
            declared.get(one.first.namespace) is None or FREE_CODE in one.label_codes.values()
            for one in self._universe.classes
        )

    @cached_property
    def _exists(self) -> tuple[Term, Term]:
        source, destination = (
            self._solver.negation(self._solver.conjunction((side.pod, side.in_class(0)))) for side in self._sides
        )
        return source, destination

    @cached_property
    def _exist_as_pods(self) -> tuple[Term, ...]:
        """Both sides exist, and are pods that are not host-networked."""
        plain = (self._solver.conjunction((side.pod, self._solver.negation(side.host_network))) for side in self._sides)
        return (*self._exists, *plain)

    def _existence(self, wishes: Preferences) -> bool:
        """Wishes 1 and 2; says whether both sides exist. All of them at once will often do."""
        source, destination = self._exists
        if wishes.prefer(self._solver.conjunction(self._exist_as_pods)):
            return True
        both = wishes.prefer(self._solver.conjunction((source, destination)))
        if not both and not wishes.prefer(destination):
            wishes.prefer(source)
        for side in reversed(self._sides):
            if wishes.prefer(side.pod):
                wishes.prefer(self._solver.negation(side.host_network))
            else:
                wishes.prefer(side.external)
        return both

    @cached_property
    def _differ(self) -> Term:
        """The sides are not of one class of workloads, as replicas of one template are."""
        source, destination = self._sides
        return self._solver.disjunction(
            (source.in_class(0), self._solver.negation(self._solver.same(source.class_code, destination.class_code)))
        )

    def _first_class(self, wishes: Preferences, side: SideTerms, candidates: Sequence[int]) -> None:
        """Fix the class at the first of the candidates that will do. The last one found is often the next."""
        if wishes.prefer(side.in_class(0)):
            return
        near = bisect_left(candidates, self._nearest[side.side])
        place = wishes.first(len(candidates), lambda last: side.in_any_class(candidates[: last + 1]), near)
        self._nearest[side.side] = candidates[place]

    def _lowest_port(self, wishes: Preferences, values: FlowValues) -> None:
        """The lowest port, tried first where it mostly lies: at a declared port, or at the lowest of all."""
        declared = (
            self._universe.classes[values.destination.class_code - 1].first.declared
            if values.destination.class_code
            else ()
        )
        ports = sorted(port for protocol, port in declared if protocol == values.protocol)
        if values.port in ports:
            for port in ports:
                if wishes.prefer(self._flow.port_between(port, port)):
                    return
        elif not wishes.prefer(self._flow.port_between(0, 1)):
            wishes.lowest(self._flow.port, 16)

    @cached_property
    def _in_declared(self) -> tuple[Term, Term]:
        return self._in_namespaces(
            [n for n, labels in self._universe.population.namespaces.items() if labels is not None]
        )

    @cached_property
    def _in_known(self) -> tuple[Term, Term]:
        return self._in_namespaces(list(self._universe.population.namespaces))

    def _in_namespaces(self, names: Sequence[str]) -> tuple[Term, Term]:
        source, destination = (
            self._solver.disjunction((self._solver.negation(side.pod), *(side.namespace_is(name) for name in names)))
            for side in self._sides
        )
        return source, destination

    def _invention(self, wishes: Preferences) -> None:
        """Wishes 3 and 4; all of them at once where nothing need be invented."""
        nothing = [self._solver.negation(term) for term in (*self._foreign_labels, *self._present)]
        if wishes.prefer(self._solver.conjunction([*self._in_declared, *nothing])):
            return
        for wanted in (self._in_declared, self._in_known):
            for term in reversed(wanted):
                wishes.prefer(term)
        wishes.fewest(self._foreign_labels)
        wishes.fewest(self._present)

    @cached_property
    def _foreign_labels(self) -> list[Term]:
        """One a side and label: the label is there with a value that no workload of the input carries."""
        carried: dict[str, set[int]] = {}
        for one in self._universe.classes:
            for key, code in one.label_codes.items():
                carried.setdefault(key, {ABSENT}).add(code)
        return [
            self._solver.negation(
                self._solver.disjunction(
                    [side.has_label_code(key, code) for code in sorted(carried.get(key, {ABSENT})) if code != FREE_CODE]
                )
            )
            for side in self._sides
            for key in side.labels
        ]

    @cached_property
    def _present(self) -> list[Term]:
        """One a side and thing that can be invented: it is there, and nobody declared it."""
        solver, terms = self._solver, []
        for side, declared in zip(self._sides, self._in_declared, strict=True):
            free = [one.code for one in self._universe.classes if FREE_CODE in one.label_codes.values()]
            invented = side.in_any_class([0, *free])
            terms += [solver.conjunction((invented, side.label_exists(key))) for key in side.labels]
            terms += [
                solver.conjunction((solver.negation(declared), side.namespace_label_exists(key)))
                for key in side.namespace_labels
            ]
            terms += [solver.conjunction((side.in_class(0), term)) for term in side.port_names.values()]
        return terms

    @cached_property
    def _declared_port(self) -> Term:
        """The destination is a workload of the input, and one of its containers declares the port."""
        solver, flow = self._solver, self._flow
        by_ports: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for one in self._universe.classes:
            if one.first.declared:
                by_ports.setdefault(one.first.declared, []).append(one.code)
        return solver.disjunction(
            [
                solver.conjunction(
                    (
                        flow.destination.in_any_class(codes),
                        solver.disjunction(
                            [
                                solver.conjunction((flow.protocol_is(protocol), flow.port_between(port, port)))
                                for protocol, port in ports
                            ]
                        ),
                    )
                )
                for ports, codes in by_ports.items()
            ]
        )

    @cached_property
    def _usual_traffic(self) -> Term:
        """IPv4 and TCP, to a port that a container of the destination declares."""
        ipv4 = self._solver.negation(self._flow.ipv6)
        return self._solver.conjunction((ipv4, self._declared_port, self._flow.protocol_is(6)))

    def _traffic(self, wishes: Preferences) -> None:
        if wishes.prefer(self._usual_traffic):
            return
        wishes.prefer(self._solver.negation(self._flow.ipv6))
        wishes.prefer(self._declared_port)
        for number in (6, 17, 132):
            if wishes.prefer(self._flow.protocol_is(number)):
                return
        wishes.lowest(self._flow.protocol, 8)

    def _settle(self, wishes: Preferences, values: FlowValues) -> None:
        """Fix whatever is still open at its lowest: names, labels, nodes, addresses."""
        ends = list(zip(self._sides, (values.source, values.destination), strict=True))
        for side, end in ends:
            if end.kind == "pod":
                self._settle_pod(wishes, side, end)
            if any(values.at_nodes):
                wishes.lowest(side.node, self._universe.vocabulary.nodes.width)
        version = 6 if values.ipv6 else 4
        for side, end in ends:
            if end in self._free_ends(values):
                self._lowest_address(wishes, side, version, documentation=end.kind == "external")

    def _settle_pod(self, wishes: Preferences, side: SideTerms, end: EndValues) -> None:
        """Fix what the input does not say of a pod."""
        vocabulary, population = self._universe.vocabulary, self._universe.population
        keys = set(vocabulary.labels)
        if end.class_code == 0:
            names = vocabulary.namespaces.values
            if end.namespace > len(names) or names[end.namespace - 1] not in population.namespaces:
                any(wishes.prefer(side.namespace_code(code)) for code in vocabulary.namespaces.other)
            wishes.lowest(side.namespace, vocabulary.namespaces.width)
            for term in side.port_names.values():
                wishes.prefer(self._solver.negation(term))
        else:
            one = self._universe.classes[end.class_code - 1]
            keys = {key for key, code in one.label_codes.items() if code == FREE_CODE}
            if population.namespaces.get(one.first.namespace) is not None and not keys:
                return
        self._lowest_codes(
            wishes,
            [
                (side.labels[key], codes.width, end.labels[key])
                for key, codes in vocabulary.labels.items()
                if key in keys
            ]
            + [
                (side.namespace_labels[key], codes.width, end.namespace_labels[key])
                for key, codes in vocabulary.namespace_labels.items()
            ],
        )

    def _lowest_codes(self, wishes: Preferences, variables: Sequence[tuple[Term, int, int]]) -> None:
        """Lowest values of several variables; those that are absent anyway are fixed in one step."""
        absent = self._solver.conjunction(
            [self._solver.is_value(bits, ABSENT, width) for bits, width, value in variables if value == ABSENT]
        )
        settled = wishes.prefer(absent)
        for bits, width, value in variables:
            if value != ABSENT or not settled:
                wishes.lowest(bits, width)

    def _lowest_address(self, wishes: Preferences, side: SideTerms, version: int, *, documentation: bool) -> None:
        """The lowest address, tried first where it mostly lies: at the start of a documentation or pod range."""
        starts = DOCUMENTATION if documentation else self._universe.population.pod_ranges
        for block in starts:
            if block.version == version:
                for offset in (1, 2):
                    if wishes.prefer(side.address_is(version, int(block.network_address) + offset)):
                        return
                if wishes.prefer(side.in_block(block)):
                    break
        bits, width = side.address[version], WIDTHS[version]
        for last in (0, 255):
            wishes.prefer(self._solver.negation(self._solver.has_tail(bits, last, 8)))
        wishes.lowest(bits, width)
