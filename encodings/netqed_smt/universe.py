"""Which flows exist: constraints on both sides of a flow, from the facts of a population.

An over-tight constraint here is a false proof, so each one says why no flow that can happen violates it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netqed_smt.classes import FREE_CODE, Cells, PodClass, classify
from netqed_smt.encoding import Encoder, FlowTerms
from netqed_smt.footprint import Footprint
from netqed_smt.groups import Clause, by_terms
from netqed_smt.model import Side
from netqed_smt.population import Address, Population
from netqed_smt.sides import ABSENT, SideTerms, Vocabulary
from netqed_smt.solver import Solver, Term

PORT_PROTOCOLS: Final = (6, 17, 132)
"""Protocols whose flows have a destination port."""
ICMP_FAMILY: Final = {1: 4, 58: 6}
"""IP version that a protocol belongs to."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a universe shares with another of its solver that is about the same endpoints (`netqed_smt.twins`)."""

    world: str
    """The name of this one's own variables."""
    vocabulary: Vocabulary
    classes: tuple[PodClass, ...]
    """As this one's population has them."""
    taken: frozenset[Address]
    """Addresses that the other's population knows to be a pod's or a node's."""


def widen(footprint: Footprint, population: Population) -> None:
    """Add to the footprint what a universe of this population speaks of besides."""
    for key in footprint.compared_labels:
        footprint.labels[key].update(pod.labels[key] for pod in population.pods if key in pod.labels)
    for key in footprint.compared_namespace_labels:
        footprint.namespace_labels[key].update(
            labels[key] for labels in population.namespaces.values() if labels is not None and key in labels
        )
    footprint.networks.update(population.pod_ranges, population.external_outside, population.node_ranges)


def vocabulary_of(footprint: Footprint, *populations: Population) -> Vocabulary:
    """The codes that these populations need under the footprint."""
    pods = [pod for population in populations for pod in population.pods]
    nodes = {node.name for population in populations for node in population.nodes}
    nodes |= {pod.node for pod in pods if pod.node is not None}
    spaces = {name for population in populations for name in population.namespaces} | {pod.namespace for pod in pods}
    return Vocabulary.of(footprint, spaces, nodes)


class Universe:
    """The flows between the endpoints of a population, as constraints of a solver.

    `now` and `ranges` are guards. Under `now` pods are the input's workloads and nodes its nodes (where it lists them);
    without it any pod that is not host-networked may exist besides. Under `ranges` pods whose address is not known
    have one in the population's pod ranges, and external addresses lie outside its excluded ranges.
    """

    def __init__(
        self, solver: Solver, population: Population, footprint: Footprint, shared: Shared | None = None
    ) -> None:
        self.solver = solver
        self.population = population
        self.footprint = footprint
        if shared is None:
            widen(footprint, population)
            vocabulary = vocabulary_of(footprint, population)
            shared = Shared("", vocabulary, classify(population, footprint, vocabulary), population.taken)
        self.vocabulary = shared.vocabulary
        self.classes = shared.classes
        self.flow = FlowTerms(solver, self.vocabulary, len(self.classes), shared.world)
        self.encoder = Encoder(solver, self.flow, self._workload_terms(footprint))
        self._pod_addresses = population.pod_addresses
        self._node_addresses = population.node_addresses
        self._left = self._pod_addresses - shared.taken
        """Pods' addresses that are nobody's in the other universe, so that what is tied to it may have them."""
        self._excluded: set[Address] = set()
        self.now = solver.guard("now")
        self.ranges = solver.guard("ranges")
        self._traffic()
        for side in self.flow.sides.values():
            self._kinds(side)
            self._namespaces(side)
            self._nodes(side)
            self._invented(side)
            self._classes(side)
        self._relations()
        for address in Cells(footprint.networks).crowded({*population.taken, *shared.taken}):
            self.exclude_taken(address)

    def _require_if(self, condition: Term, *consequences: Term) -> None:
        for consequence in consequences:
            self.solver.require(self.solver.implication(condition, consequence))

    def _workload_terms(self, footprint: Footprint) -> dict[int, dict[Side, Term]]:
        codes = {index: one.code for one in self.classes for index in one.members if index in footprint.workloads}
        return {
            index: {side: terms.in_class(code) for side, terms in self.flow.sides.items()}
            for index, code in codes.items()
        }

    def _traffic(self) -> None:
        """Ports are 1 to 65535 where the protocol has them; ICMP belongs to one family."""
        solver, flow = self.solver, self.flow
        with_port = solver.disjunction([flow.protocol_is(number) for number in PORT_PROTOCOLS])
        solver.require(solver.equivalence(with_port, solver.negation(flow.port_between(0, 0))))
        for number, version in ICMP_FAMILY.items():
            self._require_if(flow.protocol_is(number), flow.ipv6 if version == 6 else solver.negation(flow.ipv6))
        if "IPv6" not in self.population.families:
            solver.require(solver.negation(flow.ipv6))
        if "IPv4" not in self.population.families:
            solver.require(flow.ipv6)

    def _kinds(self, side: SideTerms) -> None:
        """A side is a pod, a node or external; what a side is not has no value."""
        solver, vocabulary = self.solver, self.vocabulary
        solver.require(solver.negation(solver.conjunction((side.pod, side.host))))
        self._require_if(side.host_network, side.pod)
        solver.require(solver.equivalence(side.pod, solver.negation(side.namespace_code(ABSENT))))
        solver.require(solver.equivalence(side.external, side.node_code(ABSENT)))
        solver.require(solver.between(side.namespace, 0, vocabulary.namespaces.top, vocabulary.namespaces.width))
        solver.require(solver.between(side.node, 0, vocabulary.nodes.top, vocabulary.nodes.width))
        solver.require(solver.between(side.class_code, 0, len(self.classes), side.class_width))
        for key, codes in vocabulary.labels.items():
            solver.require(solver.between(side.labels[key], 0, codes.top, codes.width))
        for key, codes in vocabulary.namespace_labels.items():
            solver.require(solver.between(side.namespace_labels[key], 0, codes.top, codes.width))
        self._require_if(
            solver.negation(side.pod),
            side.in_class(0),
            *(side.has_label_code(key, ABSENT) for key in vocabulary.labels),
            *(side.has_namespace_label_code(key, ABSENT) for key in vocabulary.namespace_labels),
            *(solver.negation(term) for term in side.port_names.values()),
        )

    def _namespaces(self, side: SideTerms) -> None:
        """A declared namespace has the labels that it declares, exactly; others may have any."""
        for name, labels in sorted(self.population.namespaces.items()):
            if labels is not None:
                self._require_if(
                    side.namespace_is(name),
                    *(
                        side.has_namespace_label_code(key, codes.code(labels[key]) if key in labels else ABSENT)
                        for key, codes in self.vocabulary.namespace_labels.items()
                    ),
                )

    def _free_host_address(self, side: SideTerms) -> Term:
        """The side is at a node's address, and which address that is follows from the node only."""
        free = [one.code for one in self.classes if one.first.host_network and not one.first.addresses]
        return self.solver.disjunction((side.host, side.in_any_class(free)))

    def _nodes(self, side: SideTerms) -> None:
        """A node with known addresses has no others; under `now` there are no nodes beside those of the input."""
        solver, population, index = self.solver, self.population, self.vocabulary.nodes.index
        at_node = self._free_host_address(side)
        known = [node for node in population.nodes if node.addresses]
        for node in known:
            here = solver.conjunction((at_node, side.node_code(index[node.name])))
            self._require_if(here, *map(solver.disjunction, self._has_address(side, node.addresses)))
        if population.node_ranges:
            elsewhere = [solver.negation(side.node_code(index[node.name])) for node in known]
            for version, family in ((4, solver.negation(self.flow.ipv6)), (6, self.flow.ipv6)):
                if all(network.version != version for network in population.node_ranges):
                    # Ranges of one family say nothing of where nodes have their addresses of the other.
                    continue
                self._require_if(
                    solver.conjunction((at_node, family, self.ranges, *elsewhere)),
                    side.in_any_block(population.node_ranges, version),
                )
        if population.nodes_complete:
            codes = self.vocabulary.nodes
            self._require_if(self.now, solver.between(side.node, 0, len(codes.values), codes.width))
            declared = {node.name for node in population.nodes}
            undeclared = [side.node_code(code) for name, code in codes.index.items() if name not in declared]
            self._require_if(solver.conjunction((self.now, side.host)), solver.negation(solver.disjunction(undeclared)))

    def _invented(self, side: SideTerms) -> None:
        """Invented pods are not host-networked, and have addresses as pods without a known one do."""
        solver = self.solver
        invented = solver.conjunction((side.pod, side.in_class(0)))
        self._require_if(invented, solver.negation(side.host_network))
        self._require_if(self.now, solver.negation(invented))
        free = side.in_any_class(
            [one.code for one in self.classes if not one.first.host_network and not one.first.addresses]
        )
        for version, family in ((4, solver.negation(self.flow.ipv6)), (6, self.flow.ipv6)):
            self._require_if(
                solver.conjunction((self.ranges, solver.disjunction((invented, free)), family)),
                side.in_any_block(self.population.pod_ranges, version),
            )
            if self.population.external_outside:
                self._require_if(
                    solver.conjunction((self.ranges, side.external, family)),
                    solver.negation(side.in_any_block(self.population.external_outside, version)),
                )

    def _classes(self, side: SideTerms) -> None:
        """A workload is what the input says; of what it does not say, anything."""
        shapes: dict[frozenset[tuple[int, ...]], Term] = {}
        given = {one.code: [(self._shape(side, one, shapes),), *self._place(side, one)] for one in self.classes}
        for clause in side.classes.clauses(given, top=len(self.classes)):
            self.solver.require(self.solver.disjunction(clause))

    def _shape(self, side: SideTerms, one: PodClass, shapes: dict[frozenset[tuple[int, ...]], Term]) -> Term:
        """A guard of what the input says of the workloads of a class, but where they are. Many classes share one."""
        clauses = by_terms(self._described(side, one))
        key = frozenset(clauses)
        if key not in shapes:
            shapes[key] = self.solver.guard("shape")
            for clause in clauses.values():
                self._require_if(shapes[key], self.solver.disjunction(clause))
        return shapes[key]

    def _described(self, side: SideTerms, one: PodClass) -> Iterator[Clause]:
        solver, vocabulary, pod = self.solver, self.vocabulary, one.first
        yield (side.host_network if pod.host_network else solver.negation(side.host_network),)
        for key, code in one.label_codes.items():
            if code != FREE_CODE:
                yield (side.has_label_code(key, code),)
            elif key in pod.labels:
                # A controller may give another value to a label of the template, but takes none away.
                yield (side.label_exists(key),)
        if side is self.flow.destination:
            for name, protocol in vocabulary.port_names:
                numbers = sorted({number for n, p, number in pod.ports if (n, p) == (name, protocol)})
                declared = solver.disjunction([self.flow.port_between(number, number) for number in numbers])
                term = side.port_names[name, protocol]
                yield (solver.equivalence(term, declared) if numbers else solver.negation(term),)
        if pod.future:
            yield (solver.negation(self.now),)

    def _place(self, side: SideTerms, one: PodClass) -> Iterator[Clause]:
        """Where the workloads of a class are: their namespace, the nodes that they may be on, and their addresses."""
        pod = one.first
        yield (side.namespace_is(pod.namespace),)
        if one.nodes is not None:
            index = self.vocabulary.nodes.index
            yield tuple(side.node_code(index[node]) for node in sorted(one.nodes))
        if pod.addresses:
            yield from self._has_address(side, pod.addresses)

    def _has_address(self, side: SideTerms, addresses: Sequence[Address]) -> Iterator[Clause]:
        """The side's address of the flow's family is one of these."""
        for version, other in ((4, self.flow.ipv6), (6, self.solver.negation(self.flow.ipv6))):
            known = [address for address in addresses if address.version == version]
            if len(known) == 1:
                for part in side.address_parts(version, int(known[0])):
                    yield (other, part)
            else:
                yield (other, *(side.address_is(version, int(address)) for address in known))

    def _relations(self) -> None:
        """How the sides relate: one namespace has one set of labels, one pod is one endpoint, addresses are unique."""
        solver, flow = self.solver, self.flow
        source, destination = flow.source, flow.destination
        self._require_if(
            flow.same_namespace(),
            *(
                solver.same(source.namespace_labels[key], destination.namespace_labels[key])
                for key in self.vocabulary.namespace_labels
            ),
        )
        same_node = solver.conjunction(
            (solver.negation(source.node_code(ABSENT)), solver.same(source.node, destination.node))
        )
        solver.require(
            solver.equivalence(
                flow.same_endpoint,
                solver.disjunction(
                    [
                        solver.conjunction((source.host, destination.host, same_node)),
                        *(
                            solver.conjunction((source.in_class(one.code), destination.in_class(one.code)))
                            for one in self.classes
                            if one.is_single
                        ),
                    ]
                ),
            )
        )
        solver.require(
            solver.equivalence(flow.own_node, solver.conjunction((source.at_node, destination.pod, same_node)))
        )
        solver.require(
            solver.equivalence(flow.to_own_node, solver.conjunction((destination.at_node, source.pod, same_node)))
        )
        # Two workloads of the input may share an address in a dump that was not taken at one instant.
        unknown = [0, *(one.code for one in self.classes if not one.first.addresses)]
        both_known = solver.negation(solver.disjunction([side.in_any_class(unknown) for side in (source, destination)]))
        shared = (both_known, flow.same_endpoint, solver.conjunction((source.at_node, destination.at_node, same_node)))
        for version, family in ((4, solver.negation(flow.ipv6)), (6, flow.ipv6)):
            left = [source.address_is(version, int(address)) for address in self._left if address.version == version]
            self._require_if(
                solver.conjunction((family, solver.same(source.address[version], destination.address[version]))),
                solver.disjunction((*shared, *left)),
            )

    def exclude_taken(self, address: Address) -> bool:
        """Forbid an address to all but its owner, and say whether that was new; False of one that nobody has.

        Nothing external has a known pod's or node's address, and no node a known pod's or another node's. A pod whose
        address is not known cannot have a node's; it may have a pod's that is gone by then, though not `now`. Only
        addresses in crowded cells need this before a question is asked: elsewhere another of the cell will always do.
        What is tied to a universe in which no pod has the address may be there, and so may it have it here.
        """
        of_pod, of_node = address in self._pod_addresses - self._left, address in self._node_addresses
        if address in self._excluded or not (of_pod or of_node):
            return False
        self._excluded.add(address)
        solver = self.solver
        family = self.flow.ipv6 if address.version == 6 else solver.negation(self.flow.ipv6)
        for side in self.flow.sides.values():
            unknown = [
                0,
                *(one.code for one in self.classes if not one.first.host_network and not one.first.addresses),
            ]
            free = solver.conjunction((side.pod, side.in_any_class(unknown)))
            owners = [
                side.node_code(self.vocabulary.nodes.index[node.name])
                for node in self.population.nodes
                if address in node.addresses
            ]
            other_node = solver.conjunction((self._free_host_address(side), *map(solver.negation, owners)))
            strangers = [side.external, other_node]
            if not of_node:
                free = solver.conjunction((free, self.now))
            strangers.append(free)
            taken = solver.conjunction((family, side.address_is(address.version, int(address))))
            self._require_if(taken, solver.negation(solver.disjunction(strangers)))
        return True
