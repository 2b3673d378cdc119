"""Workloads grouped into classes that no formula over the footprint can tell apart.

Ten thousand pods are a few hundred classes: the solver chooses a class, and any member of it stands for the class.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netqed_smt.footprint import Footprint
from netqed_smt.model import Network
from netqed_smt.population import Address, PodFacts, Population, is_free_key
from netqed_smt.sides import ABSENT, WIDTHS, Vocabulary

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
    return classify_together((population,), footprint, vocabulary)[0]


def classify_together(
    populations: Sequence[Population], footprint: Footprint, vocabulary: Vocabulary
) -> tuple[tuple[PodClass, ...], ...]:
    """The classes of the same pods as each population has them, by the same codes: pods of one class are alike in every
    population, and change alike from one to the other."""
    described = [_Signatures(population, footprint, vocabulary) for population in populations]
    free = [key for key in vocabulary.labels if is_free_key(key)]
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, pods in enumerate(zip(*(population.pods for population in populations), strict=True)):
        signature = (
            *(of.signature(index, pod) for of, pod in zip(described, pods, strict=True)),
            # Where a pod is on another node, or at another address, no other pod's move may stand for its own.
            tuple(pod.node for pod in pods) if len({pod.node for pod in pods}) > 1 else None,
            len({pod.addresses for pod in pods}) > 1,
            tuple(key for key in free if len({pod.labels.get(key) for pod in pods}) > 1),
        )
        groups.setdefault(signature, []).append(index)
    return tuple(of.classes(list(groups.values())) for of in described)


class _Signatures:
    """What one population says of each of its pods, as far as the footprint can tell."""

    def __init__(self, population: Population, footprint: Footprint, vocabulary: Vocabulary) -> None:
        self._population = population
        self._footprint = footprint
        self._vocabulary = vocabulary
        self._cells = Cells(footprint.networks)
        self._names = frozenset(footprint.port_names)
        self._free = frozenset(key for key in vocabulary.labels if is_free_key(key))

    def _codes(self, pod: PodFacts) -> tuple[int, ...]:
        """The code of each label key of the vocabulary, in its order."""
        return tuple(
            FREE_CODE
            if key in self._free and self._population.is_free_label(pod, key)
            else (codes.code(pod.labels[key]) if key in pod.labels else ABSENT)
            for key, codes in self._vocabulary.labels.items()
        )

    def signature(self, index: int, pod: PodFacts) -> tuple[object, ...]:
        """Equal of exactly the pods that belong in one class."""
        return (
            pod.namespace,
            self._codes(pod),
            self._free.intersection(pod.labels),
            frozenset(port for port in pod.ports if port[:2] in self._names),
            pod.declared,
            pod.host_network,
            pod.future,
            (pod.node, pod.addresses)
            if pod.host_network
            else tuple(sorted(self._cells.cell(address) for address in pod.addresses)),
            index if index in self._footprint.workloads else None,
        )

    def classes(self, groups: Iterable[Sequence[int]]) -> tuple[PodClass, ...]:
        """The classes with these members."""
        pods = self._population.pods
        found: list[PodClass] = []
        for code, members in enumerate(groups, 1):
            nodes = {pods[index].node for index in members}
            first = pods[members[0]]
            found.append(
                PodClass(
                    code=code,
                    members=tuple(members),
                    first=first,
                    nodes=None if None in nodes else frozenset(node for node in nodes if node is not None),
                    label_codes=dict(zip(self._vocabulary.labels, self._codes(first), strict=True)),
                )
            )
        return tuple(found)
