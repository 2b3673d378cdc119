"""Workloads grouped into classes that no formula over the footprint can tell apart.

Ten thousand pods are a few hundred classes: the solver chooses a class, and any member of it stands for the class.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from netqed_smt.footprint import Footprint
from netqed_smt.model import Network
from netqed_smt.population import Address, PodFacts, Population
from netqed_smt.sides import WIDTHS, Vocabulary

FREE_CODE = -1
"""Stands for the code of a label whose value controllers choose."""


class Cells:
    """Address space cut into cells: the addresses of one cell lie in the same blocks."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._borders: dict[int, list[int]] = {}
        self._cells: dict[int, list[int]] = {}
        self._sizes: dict[tuple[int, int], int] = {}
        blocks: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for network in networks:
            blocks[network.version].append((int(network.network_address), int(network.broadcast_address)))
        for version, width in WIDTHS.items():
            borders = sorted({0, 2**width, *(b for first, last in blocks[version] for b in (first, last + 1))})
            members: list[set[int]] = [set() for _ in borders]
            for number, (first, last) in enumerate(sorted(set(blocks[version]))):
                for place in range(bisect_right(borders, first) - 1, bisect_right(borders, last)):
                    members[place].add(number)
            seen: dict[frozenset[int], int] = {}
            self._borders[version] = borders
            self._cells[version] = [seen.setdefault(frozenset(inside), len(seen)) for inside in members[:-1]]
            for place, cell in enumerate(self._cells[version]):
                size = borders[place + 1] - borders[place]
                self._sizes[version, cell] = self._sizes.get((version, cell), 0) + size

    def cell(self, address: Address) -> tuple[int, int]:
        """The IP version and the number of the cell that the address lies in."""
        version = address.version
        return version, self._cells[version][bisect_right(self._borders[version], int(address)) - 1]

    def crowded(self, taken: Iterable[Address]) -> tuple[Address, ...]:
        """Those of the addresses whose cell they fill so far that two more endpoints may not find room in it."""
        found: dict[tuple[int, int], list[Address]] = {}
        for address in sorted(set(taken), key=lambda a: (a.version, int(a))):
            found.setdefault(self.cell(address), []).append(address)
        return tuple(
            address
            for cell, addresses in found.items()
            if self._sizes[cell] <= len(addresses) + 2
            for address in addresses
        )


@dataclass(frozen=True, slots=True)
class PodClass:
    """Workloads that the footprint cannot tell apart, given by the first of them."""

    code: int
    """1 and up, in the order of the first members."""
    members: tuple[int, ...]
    """Indices into the population's pods, in its order."""
    first: PodFacts
    nodes: frozenset[str] | None
    """The nodes that members are on; None where one may be on any."""
    label_codes: dict[str, int]
    """Code of every label key of the vocabulary; `FREE_CODE` where controllers choose the value."""

    @property
    def is_single(self) -> bool:
        """Exactly one pod, so that both sides cannot be of this class without being the same pod."""
        return len(self.members) == 1 and self.first.single


def classify(population: Population, footprint: Footprint, vocabulary: Vocabulary) -> tuple[PodClass, ...]:
    """The classes of the population's pods, in the order of their first members."""
    cells = Cells(footprint.networks)
    keys = tuple(vocabulary.labels)
    names = frozenset(footprint.port_names)
    groups: dict[tuple[object, ...], list[int]] = {}
    codes_of: dict[tuple[object, ...], tuple[int, ...]] = {}
    for index, pod in enumerate(population.pods):
        codes = tuple(
            FREE_CODE
            if population.is_free_label(pod, key)
            else (vocabulary.labels[key].code(pod.labels[key]) if key in pod.labels else 0)
            for key in keys
        )
        signature: tuple[object, ...] = (
            pod.namespace,
            codes,
            frozenset(port for port in pod.ports if port[:2] in names),
            pod.declared,
            pod.host_network,
            pod.future,
            (pod.node, pod.addresses) if pod.host_network else tuple(sorted(cells.cell(a) for a in pod.addresses)),
            index if index in footprint.workloads else None,
        )
        groups.setdefault(signature, []).append(index)
        codes_of[signature] = codes
    classes: list[PodClass] = []
    for code, (signature, members) in enumerate(groups.items(), 1):
        nodes = {population.pods[index].node for index in members}
        classes.append(
            PodClass(
                code=code,
                members=tuple(members),
                first=population.pods[members[0]],
                nodes=None if None in nodes else frozenset(node for node in nodes if node is not None),
                label_codes=dict(zip(keys, codes_of[signature], strict=True)),
            )
        )
    return tuple(classes)
