"""Two universes about one flow: the same endpoints and traffic as two populations describe them.

Constraints that tie the two descriptions to each other could, where they are too tight, hide a flow on which the two
differ; so each says why what it leaves out is no flow between the same two endpoints.
"""

from __future__ import annotations

from collections.abc import Iterator

from netqed_smt.classes import FREE_CODE, PodClass, classify_together
from netqed_smt.footprint import Footprint
from netqed_smt.population import Address, PodFacts, Population
from netqed_smt.sides import WIDTHS, SideTerms
from netqed_smt.solver import Solver, Term
from netqed_smt.universe import Shared, Universe, vocabulary_of, widen


class Twins:
    """The flows of two populations that hold the same pods and namespaces, in the same order, and run the same families
    and ranges. Each pod has known addresses of the same families in both, or in neither.

    What the universes' variables have in common by name: the traffic, and of each side whether it is a pod or a node,
    its class and its namespace. An endpoint is what it is by its name, and neither kind nor namespace is anything that
    one name could have two of. All that is said of an endpoint beside that is the population's own, and tied here.
    """

    def __init__(self, solver: Solver, one: Population, other: Population, footprint: Footprint) -> None:
        self._solver = solver
        self._populations = (one, other)
        for population in self._populations:
            widen(footprint, population)
        vocabulary = vocabulary_of(footprint, one, other)
        classes = classify_together(self._populations, footprint, vocabulary)
        self.universes = (
            Universe(solver, one, footprint, Shared("old.", vocabulary, classes[0], other.taken)),
            Universe(solver, other, footprint, Shared("new.", vocabulary, classes[1], one.taken)),
        )
        first, second = (universe.flow for universe in self.universes)
        for sides in zip(first.sides.values(), second.sides.values(), strict=True):
            self._nodes(sides)
            self._addresses(sides)
            self._labels(sides)
            self._namespace_labels(sides)
            self._port_names(sides)

    def _classes(self) -> Iterator[tuple[PodClass, PodClass]]:
        one, other = self.universes
        return zip(one.classes, other.classes, strict=True)

    def _require_same(self, one: Term, other: Term, *but_where: Term) -> None:
        """Two bit-vectors are equal, but where one of the terms is true."""
        solver = self._solver
        solver.require(solver.disjunction((solver.same(one, other), *but_where)))

    def _nodes(self, sides: tuple[SideTerms, SideTerms]) -> None:
        """A pod is on one node, wherever that is, and a node is itself. A pod that both populations put on a node, and
        not on the same one, is on each population's: such pods are classes of their own."""
        moved = sides[0].in_any_class(
            one.code
            for one, other in self._classes()
            if None not in (one.first.node, other.first.node) and one.first.node != other.first.node
        )
        self._require_same(sides[0].node, sides[1].node, moved)

    def _addresses(self, sides: tuple[SideTerms, SideTerms]) -> None:
        """An endpoint has one address of a family, if that is unknown, or known in one population only. Where both know
        it, it is as each has it; so is that of a pod that leaves the pod network for its node's, or the reverse, and
        that of a node, and of the pods on its network, where both know the node's."""
        solver = self._solver
        at_node = solver.disjunction([side.at_node for side in sides])
        index = self.universes[0].vocabulary.nodes.index
        known = [{node.name: node.addresses for node in population.nodes} for population in self._populations]
        for version in WIDTHS:
            moved = sides[0].in_any_class(
                one.code for one, other in self._classes() if _is_moved(one.first, other.first, version)
            )
            nodes = [
                sides[0].node_code(index[name])
                for name in known[0].keys() & known[1].keys()
                if _differ(known[0][name], known[1][name], version)
            ]
            renumbered = solver.conjunction((at_node, solver.disjunction(nodes)))
            self._require_same(sides[0].address[version], sides[1].address[version], moved, renumbered)

    def _labels(self, sides: tuple[SideTerms, SideTerms]) -> None:
        """A pod that neither population has carries the same labels in both, and what is no pod none; a label that a
        controller adds to a template's pods has one value, unless the template itself has another in each. All other
        labels are as each population declares them."""
        for key, bits in sides[0].labels.items():
            declared = sides[0].in_any_class(
                one.code
                for one, other in self._classes()
                if (one.label_codes[key], other.label_codes[key]) != (FREE_CODE, FREE_CODE)
                or one.first.labels.get(key) != other.first.labels.get(key)
            )
            self._require_same(bits, sides[1].labels[key], declared)

    def _namespace_labels(self, sides: tuple[SideTerms, SideTerms]) -> None:
        """A namespace has one set of labels, if nobody declares them, or only one population does. Where both do, it
        has those that each declares."""
        one, other = (population.namespaces for population in self._populations)
        declared = [
            sides[0].namespace_is(name)
            for name, labels in sorted(one.items())
            if labels is not None and other.get(name) is not None
        ]
        for key, bits in sides[0].namespace_labels.items():
            self._require_same(bits, sides[1].namespace_labels[key], *declared)

    def _port_names(self, sides: tuple[SideTerms, SideTerms]) -> None:
        """A pod that neither population has gives its ports the same names in both; a workload's are as each population
        declares them, so that the flow's port may have a name in one and none in the other."""
        solver = self._solver
        for key, term in sides[0].port_names.items():
            same = solver.equivalence(term, sides[1].port_names[key])
            solver.require(solver.implication(sides[0].in_class(0), same))


def _is_moved(one: PodFacts, other: PodFacts, version: int) -> bool:
    """Whether the pod's addresses of this IP version are each population's own."""
    return one.host_network != other.host_network or _differ(one.addresses, other.addresses, version)


def _differ(one: tuple[Address, ...], other: tuple[Address, ...], version: int) -> bool:
    """Whether both know addresses of this IP version, and not the same ones."""
    first, second = ({a for a in addresses if a.version == version} for addresses in (one, other))
    return bool(first) and bool(second) and first != second
