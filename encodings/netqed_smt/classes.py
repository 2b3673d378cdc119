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
from netqed_smt.sides import Vocabulary

FREE_CODE = -1
"""Stands for the code of a label whose value controllers choose."""


class Cells:
    """Address space cut at the borders of blocks: addresses of one cell lie in the same blocks."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._borders: dict[int, list[int]] = {4: [], 6: []}
        self._cells: dict[int, list[int]] = {4: [], 6: []}
        blocks: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for network in networks:
            blocks[network.version].append((int(network.network_address), int(network.broadcast_address)))
        for version in (4, 6):
            borders = sorted({0, *(b for first, last in blocks[version] for b in (first, last + 1))})
            members: list[set[int]] = [set() for _ in borders]
            for number, (first, last) in enumerate(sorted(set(blocks[version]))):
                for place in range(bisect_right(borders, first) - 1, bisect_right(borders, last)):
                    members[place].add(number)
            seen: dict[frozenset[int], int] = {}
            self._borders[version] = borders
            self._cells[version] = [seen.setdefault(frozenset(inside), len(seen)) for inside in members]

    def cell(self, address: Address) -> tuple[int, int]:
        """The IP version and the number of the cell that the address lies in."""
        version = address.version
        return version, self._cells[version][bisect_right(self._borders[version], int(address)) - 1]


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
