"""Every concrete flow of a small world, whatever a sentence speaks of, and what predicates of the model say of it."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_address

from netqed.analysis.results import Cube, CubeSide
from netqed.analysis.roster import Roster
from netqed.plugins.matters import SPEC, Reading
from netqed.reference.flow import End, Flow, PodEnd
from netqed.reference.reading import is_own_node, is_same_pod
from netqed.resources.cluster import Cluster
from netqed.resources.objects import ContainerPort
from netqed_smt.model import Side
from support import policy_model
from support.brute import NUMBERS, Question, Traffic, in_ports
from support.candidates import Candidate
from support.footprint import NAME_KEY
from support.universe import Universe


class Everything(Question):
    """Flows of the universe of a sentence, between every pair of endpoints or between a share of the pairs; whether one
    violates the sentence is asked of `violates`."""

    def __init__(self, universe: Universe, pairs: int) -> None:
        super().__init__(universe)
        ends = len(universe.pods) + len(universe.externals) + len(universe.nodes)
        self._stride = 1 + ends * ends // pairs
        self._seen = 0

    def spoken_of(self, source: Candidate, destination: Candidate) -> bool:
        """Every pair that has a pod in it, or one in so many."""
        self._seen += 1
        return self._seen % self._stride == 0 and "pod" in (source.kind, destination.kind)

    def excepted(self, source: Candidate, destination: Candidate, protocol: int, port: int | None) -> bool:
        """Nothing is."""
        return False

    @cached_property
    def traffic(self) -> list[Traffic]:
        """Ports of every cell, also those that the sentence does not ask about."""
        return [(protocol, port) for protocol in (6, 17, 132) for port in self._cells(protocol)]

    def _cells(self, protocol: int) -> list[int]:
        edges = {1, 65535}
        for item in self.universe.footprint.ports:
            if NUMBERS[item.protocol] == protocol and isinstance(item.port, int):
                edges |= {item.port - 1, item.port, item.end_port or item.port, (item.end_port or item.port) + 1}
        for ranged in self.universe.footprint.ranges:
            if ranged.protocol == protocol and ranged.first is not None:
                edges |= {
                    ranged.first - 1,
                    ranged.first,
                    ranged.last or ranged.first,
                    (ranged.last or ranged.first) + 1,
                }
        for workload in self.universe.workloads:
            edges |= {port.number for port in workload.container_ports if NUMBERS[port.protocol] == protocol}
        return sorted(edge for edge in edges if 1 <= edge <= 65535)

    @cached_property
    def _plain(self) -> Question:
        return Question(self.universe)

    def violates(self, source: Candidate, destination: Candidate, flow: Flow, reading: Reading = SPEC) -> bool:
        """Whether the flow violates the sentence under the reading."""
        plain = self._plain
        return (
            plain.spoken_of(source, destination)
            and not plain.excepted(source, destination, flow.protocol, flow.port)
            and in_ports(self.invariant.ports, flow.protocol, flow.port)
            and self.evaluator(source, destination, reading).decide(flow).allowed
        )


class Membership:
    """Which flows lie in a cube."""

    def __init__(self, cluster: Cluster, roster: Roster) -> None:
        self._roster = roster
        self._nodes = {node.name: tuple(map(ip_address, node.addresses)) for node in cluster.nodes}

    def model(self, source: Candidate, destination: Candidate, flow: Flow) -> policy_model.Flow:
        """The flow as the policy model sees it."""
        ends = (flow.source, flow.destination)
        return policy_model.Flow(
            source=self._end(source, flow.source),
            destination=self._end(destination, flow.destination),
            protocol=flow.protocol,
            port=flow.port or 0,
            same=is_same_pod(*ends),
            own_node=isinstance(ends[1], PodEnd) and is_own_node(ends[0], ends[1], self._nodes),
            to_own_node=isinstance(ends[0], PodEnd) and is_own_node(ends[1], ends[0], self._nodes),
        )

    def _end(self, one: Candidate, end: End) -> policy_model.End:
        address = end.address
        assert address is not None
        if not isinstance(end, PodEnd):
            return policy_model.End(kind="host" if one.kind == "node" else "external", namespace="", address=address)
        return policy_model.End(
            kind="pod",
            namespace=one.namespace,
            labels=dict(one.labels),
            namespace_labels={key: value for key, value in one.namespace_labels if key != NAME_KEY},
            host_network=one.host_network,
            address=address,
            ports=frozenset(_named(port) for port in end.container_ports if port.name),
            workload=None if one.workload is None else self._index(one),
        )

    def _index(self, one: Candidate) -> int:
        return next(index for index, workload in enumerate(self._roster.workloads) if workload is one.workload)

    def holds(self, cube: Cube, flow: policy_model.Flow, reading: Reading = SPEC) -> bool:
        """Whether the flow lies in the cube, under the reading."""
        return (
            self._side(cube.source, flow, Side.SOURCE)
            and self._side(cube.destination, flow, Side.DESTINATION)
            and all(policy_model.holds(predicate, flow) == holds for predicate, holds in cube.relations)
            and cube.protocol in (None, flow.protocol)
            and (not cube.ports or any(first <= flow.port <= last for first, last in cube.ports))
            and all((matter in reading) == yes for matter, yes in cube.choices)
        )

    @staticmethod
    def _side(side: CubeSide, flow: policy_model.Flow, at: Side) -> bool:
        return all(policy_model.holds(predicate, flow, at) == holds for predicate, holds in side.facts)


def _named(port: ContainerPort) -> tuple[str, int, int]:
    return port.name or "", NUMBERS[port.protocol], port.number
