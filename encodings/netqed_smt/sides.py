"""The variables of one side of a flow, and what each endpoint atom says of them.

Labels and namespaces are small codes rather than strings: 0 is "absent" (of a namespace: the side is no pod), then
one code a value of the footprint, then two for values outside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from netqed_smt.footprint import Footprint
from netqed_smt.groups import GroupedCode
from netqed_smt.model import Network, Side
from netqed_smt.solver import Solver, Term

ABSENT: Final = 0
WIDTHS: Final = {4: 32, 6: 128}
"""Bits of an address by IP version."""
_BYTE: Final = 8


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of the values that one variable may have."""

    values: tuple[str, ...]
    index: dict[str, int]

    @staticmethod
    def of(values: Iterable[str]) -> Codes:
        """Codes for these values, in their order as strings."""
        ordered = tuple(sorted(set(values)))
        return Codes(ordered, {value: code for code, value in enumerate(ordered, 1)})

    @property
    def other(self) -> tuple[int, int]:
        """The two codes for values outside the footprint."""
        return len(self.values) + 1, len(self.values) + 2

    @property
    def top(self) -> int:
        """The highest code."""
        return len(self.values) + 2

    @property
    def width(self) -> int:
        """Bits that the codes take."""
        return self.top.bit_length()

    def code(self, value: str) -> int:
        """The value's code; the first "other" where it is outside the footprint."""
        return self.index.get(value, self.other[0])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of a footprint, the same for both sides."""

    labels: dict[str, Codes]
    namespace_labels: dict[str, Codes]
    namespaces: Codes
    nodes: Codes
    port_names: tuple[tuple[str, int], ...]

    @staticmethod
    def of(footprint: Footprint, namespaces: Iterable[str], nodes: Iterable[str]) -> Vocabulary:
        """The vocabulary of a footprint in a cluster with these namespaces and nodes."""
        return Vocabulary(
            labels={key: Codes.of(values) for key, values in sorted(footprint.labels.items())},
            namespace_labels={key: Codes.of(values) for key, values in sorted(footprint.namespace_labels.items())},
            namespaces=Codes.of({*footprint.namespaces, *namespaces}),
            nodes=Codes.of(nodes),
            port_names=tuple(sorted(footprint.port_names)),
        )


class SideTerms:
    """The variables of one side and the terms of its atoms.

    Who the side is (pod, node or neither, which class, which namespace) is a variable of the solver's; what is true of
    it there is one of the world's of that name, so that one endpoint may be described twice in one solver.
    """

    def __init__(self, solver: Solver, side: Side, vocabulary: Vocabulary, classes: int, world: str = "") -> None:
        self._solver = solver
        self._vocabulary = vocabulary
        self.side = side
        self.pod = solver.boolean(f"{side.value}.pod")
        self.host = solver.boolean(f"{side.value}.host")
        self.class_width = max(classes, 1).bit_length()
        self.class_code = solver.bits(f"{side.value}.class", self.class_width)
        self.classes = GroupedCode(solver, self.class_code, self.class_width)
        self.namespace = solver.bits(f"{side.value}.namespace", vocabulary.namespaces.width)
        name = f"{world}{side.value}"
        self.host_network = solver.boolean(f"{name}.hostnetwork")
        self.node = solver.bits(f"{name}.node", vocabulary.nodes.width)
        self.labels = {key: solver.bits(f"{name}.label.{key}", codes.width) for key, codes in vocabulary.labels.items()}
        self.namespace_labels = {
            key: solver.bits(f"{name}.nslabel.{key}", codes.width) for key, codes in vocabulary.namespace_labels.items()
        }
        self.address = {version: solver.bits(f"{name}.ipv{version}", width) for version, width in WIDTHS.items()}
        self._address_parts: dict[tuple[int, int, int], Term] = {}
        self.port_names = {
            (port, protocol): solver.boolean(f"{name}.port.{protocol}.{port}")
            for port, protocol in vocabulary.port_names
        }
        """Whether the pod declares a container port of that name and protocol whose number is the flow's port."""
        self.external = solver.conjunction((solver.negation(self.pod), solver.negation(self.host)))

    @property
    def at_node(self) -> Term:
        """The side uses a node's address: the node itself, or a host-networked pod."""
        return self._solver.disjunction((self.host, self.host_network))

    def in_class(self, code: int) -> Term:
        """The pod is of the class with this code; 0 is an invented pod (or no pod)."""
        return self.classes.is_code(code)

    def in_any_class(self, codes: Iterable[int]) -> Term:
        """The pod is of one of the classes with these codes."""
        return self.classes.is_any(codes)

    def has_label_code(self, key: str, code: int) -> Term:
        """The pod's label has the value with this code (0: is absent)."""
        return self._solver.is_value(self.labels[key], code, self._vocabulary.labels[key].width)

    def has_namespace_label_code(self, key: str, code: int) -> Term:
        """The namespace's label has the value with this code (0: is absent)."""
        return self._solver.is_value(self.namespace_labels[key], code, self._vocabulary.namespace_labels[key].width)

    def namespace_code(self, code: int) -> Term:
        """The pod's namespace is the one with this code (0: no pod)."""
        return self._solver.is_value(self.namespace, code, self._vocabulary.namespaces.width)

    def namespace_is(self, name: str) -> Term:
        """The pod's namespace has this name."""
        return self.namespace_code(self._vocabulary.namespaces.index[name])

    def node_code(self, code: int) -> Term:
        """The node (of a pod: its node) is the one with this code."""
        return self._solver.is_value(self.node, code, self._vocabulary.nodes.width)

    def label_in(self, key: str, values: frozenset[str]) -> Term:
        """The pod's label has one of the values."""
        index = self._vocabulary.labels[key].index
        return self._solver.disjunction([self.has_label_code(key, index[value]) for value in sorted(values)])

    def label_exists(self, key: str) -> Term:
        """The pod carries the label."""
        return self._solver.negation(self.has_label_code(key, ABSENT))

    def namespace_label_in(self, key: str, values: frozenset[str]) -> Term:
        """The namespace's label has one of the values."""
        index = self._vocabulary.namespace_labels[key].index
        return self._solver.disjunction([self.has_namespace_label_code(key, index[value]) for value in sorted(values)])

    def namespace_label_exists(self, key: str) -> Term:
        """The namespace carries the label."""
        return self._solver.negation(self.has_namespace_label_code(key, ABSENT))

    def in_network(self, network: Network, ipv6: Term) -> Term:
        """The address of the flow's family lies in the block; `ipv6` is the flow's family."""
        family = ipv6 if network.version == 6 else self._solver.negation(ipv6)
        return self._solver.conjunction((family, self.in_block(network)))

    def in_block(self, network: Network) -> Term:
        """The side's address of the block's IP version lies in it, whatever the flow's family."""
        return self._solver.has_prefix(
            self.address[network.version],
            int(network.network_address),
            network.prefixlen,
            WIDTHS[network.version],
        )

    def in_any_block(self, networks: Sequence[Network], version: int) -> Term:
        """The side's address of this IP version lies in one of the blocks of that version."""
        return self._solver.disjunction([self.in_block(network) for network in networks if network.version == version])

    def address_is(self, version: int, value: int) -> Term:
        """The side's address of this IP version is this number."""
        return self._solver.is_value(self.address[version], value, WIDTHS[version])

    def address_parts(self, version: int, value: int) -> list[Term]:
        """Terms, one a byte, that are all true where the side's address of this IP version is this number. Addresses
        that are near each other share most of them."""
        terms: list[Term] = []
        for low in range(0, WIDTHS[version], _BYTE):
            part = value >> low & (1 << _BYTE) - 1
            known = self._address_parts.get((version, low, part))
            if known is None:
                known = self._solver.part_is(self.address[version], low, _BYTE, part)
                self._address_parts[version, low, part] = known
            terms.append(known)
        return terms
