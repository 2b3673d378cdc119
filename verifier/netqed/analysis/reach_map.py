"""The map of who can reach whom now: groups of workloads, nodes and addresses that behave alike, and the ports between
them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from netqed.analysis.assumptions import violations
from netqed.analysis.check import basis
from netqed.analysis.endpoints import Endpoints
from netqed.analysis.explain_ports import LAST, TCP_UDP_SCTP
from netqed.analysis.explain_ranges import EVERYWHERE, joined, overlap, range_words, ranges_of
from netqed.analysis.explain_sides import ANY_NODE, Sides, named_namespaces
from netqed.analysis.flow_readings import SPEC_ANSWERS
from netqed.analysis.map_directions import Directions
from netqed.analysis.map_groups import Group, Groups, Wanted
from netqed.analysis.map_pairs import Pairs
from netqed.analysis.map_results import Asked, MapEdge, MapNode, ReachMap, WorkloadPods
from netqed.analysis.map_spans import SpanTable, restricted
from netqed.analysis.membership import Membership
from netqed.analysis.roster import Roster
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import answers_of
from netqed.reference.flow import World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Workload
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Spec
from netqed.spec.sentences import Endpoint, Ports

SIDES: Final = ("--from", "--to", "--of")
"""What problems call the sides that a map may be restricted to: sources, destinations, and either."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a map is restricted to: endpoints with the user's words, ports with the user's words."""

    source: tuple[str, Endpoint] | None = None
    destination: tuple[str, Endpoint] | None = None
    either: tuple[str, Endpoint] | None = None
    ports: tuple[str, Ports] | None = None


def reach_map(cluster: Cluster, spec: Spec, asked: Restriction = Restriction(), *, cni: str | None = None) -> ReachMap:
    """Who can reach whom among the input's workloads, its nodes and all other addresses, and on which ports of TCP, UDP
    and SCTP.

    `spec` is resolved; its namespaces, workloads, cluster and assumptions apply. `cni` is the plugin by whose answers
    the policies are read, or `spec`, which None is as well. Raises InputError where the input violates an assumption,
    or has nothing of what the map is restricted to.
    """
    roster = Roster(cluster, spec)
    endpoints, membership = Endpoints(roster), Membership(roster)
    problems = [one for stated in spec.assumptions for one in violations(stated, endpoints, membership)]
    if problems:
        raise InputError(problems)
    answers = SPEC_ANSWERS if cni is None else answers_of(cni)
    reading = Reading(frozenset(m for m in Matter if answers.get(m, m in SPEC)))
    world: World = replace(
        roster.world, namespaces={**named_namespaces(roster), **(roster.world.namespaces or {})}, reading=reading
    )
    sides = Sides(roster, world)
    wanted = [
        None if one is None else _wanted(sides, name, *one)
        for name, one in zip(SIDES, (asked.source, asked.destination, asked.either), strict=True)
    ]
    groups = Groups(roster, world, sides, [one for one in wanted if one is not None])
    table = SpanTable()
    egress, ingress = (
        Directions(roster, world, answers, groups.listed, groups.addresses, direction, table)
        for direction in ("egress", "ingress")
    )
    pairs = Pairs(groups.listed, egress, ingress, answers, table)
    whole = _Whole(groups.listed, pairs, egress, ingress, table, _limits(asked.ports))
    is_wanted = [_chosen(one, wanted) for one in groups.listed]
    nodes, edges = whole.map(is_wanted)
    return ReachMap(
        nodes=nodes,
        edges=edges,
        source=asked.source[0] if asked.source else None,
        destination=asked.destination[0] if asked.destination else None,
        either=asked.either[0] if asked.either else None,
        ports=asked.ports[0] if asked.ports else None,
        reading=cni or "spec",
        unsure=sum(one.side.unsure + _perhaps_at(roster, one) for one in wanted if one is not None),
        basis=basis(roster, cni or "spec"),
    )


def _wanted(sides: Sides, name: str, text: str, endpoint: Endpoint) -> Wanted:
    side = sides.side(text, endpoint, name)
    real = side.workloads or side.ranges or any(one.shown.kind != "pod" for one in side.others)
    if not real:
        problem = Problem(
            f"{name}: the input has no workload that surely is among {text!r}", hint="a map shows what is there now"
        )
        raise InputError([problem])
    return Wanted.of(side, endpoint)


def _perhaps_at(roster: Roster, wanted: Wanted) -> int:
    """How many workloads may have an address in the blocks of a restriction, since the input gives none of theirs."""
    blocks = [(network.network_address, network.broadcast_address) for network in wanted.blocks()]
    places = {
        False: ranges_of(roster.population.pod_ranges),
        True: ranges_of(roster.population.node_ranges or EVERYWHERE),
    }
    met = {host: any(overlap(one, other) for one in found for other in blocks) for host, found in places.items()}
    unknown = (one for one in roster.present if one.is_template or not roster.addresses(one))
    return sum(met[one.host_network] and not wanted.has_workload(one, ()) for one in unknown)


def _limits(ports: tuple[str, Ports] | None) -> tuple[tuple[int, int, int], ...] | None:
    """The ranges of ports that are asked for; None is all. InputError where one has no ports."""
    if ports is None:
        return None
    if any(item.protocol not in TCP_UDP_SCTP for item in ports[1]):
        raise InputError([Problem(f"--port: a map has TCP, UDP and SCTP only, not {ports[0]}")])
    return tuple((item.protocol, item.first or 1, item.last or item.first or LAST) for item in ports[1])


def _chosen(group: Group, wanted: Sequence[Wanted | None]) -> Asked:
    said = iter(group.wanted)
    found = [True if one is None else next(said) for one in wanted]
    return Asked(*found)


Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Whole:
    """Makes nodes of groups that behave alike, and edges of their pairs."""

    groups: Sequence[Group]
    pairs: Pairs
    egress: Directions
    ingress: Directions
    table: SpanTable
    limits: tuple[tuple[int, int, int], ...] | None

    def map(self, chosen: Sequence[Asked]) -> tuple[tuple[MapNode, ...], tuple[MapEdge, ...]]:
        """The nodes, and the edges of the pairs that were asked about."""
        rows = self._rows(chosen)
        merged = self._merged(rows, chosen)
        order = sorted(merged, key=lambda members: self._order(members[0]))
        place = [members[0] for members in order]
        numbered = enumerate(order, 1)
        nodes = [replace(self._node(number, members), asked=chosen[members[0]]) for number, members in numbered]
        edges = tuple(self._edges(rows, nodes, place))
        return tuple(nodes), edges

    def _rows(self, chosen: Sequence[Asked]) -> list[list[int]]:
        """The ports of each pair, by source and destination; nothing of pairs that were not asked for."""
        nothing = self.table.nothing
        limited: dict[int, int] = {}

        def limit(number: int) -> int:
            if self.limits is None:
                return number
            if number not in limited:
                limited[number] = self.table.number(restricted(self.table.spans(number), self.limits))
            return limited[number]

        found: list[list[int]] = []
        for index, source in enumerate(chosen):
            if not source.source:
                found.append([nothing] * len(chosen))
                continue
            found.append(
                [
                    limit(number) if one.destination and (source.either or one.either) else nothing
                    for number, one in zip(self.pairs.row(index), chosen, strict=True)
                ]
            )
        return found

    def _merged(self, rows: Sequence[Sequence[int]], chosen: Sequence[Asked]) -> list[list[int]]:
        """The groups in lists that behave alike: same namespace and kind, same ports to and from everything."""
        found: dict[Key, list[int]] = defaultdict(list)
        for index, (group, column) in enumerate(zip(self.groups, zip(*rows, strict=True), strict=True)):
            key = (
                group.category,
                group.namespace,
                group.internet,
                chosen[index],
                self._isolated(index),
                tuple(rows[index]),
                column,
            )
            found[key].append(index)
        return list(found.values())

    def _isolated(self, index: int) -> tuple[bool | None, bool | None]:
        """Whether policies isolate the group for ingress, and for egress."""
        into, out = self.pairs.ingress_profiles[index], self.pairs.egress_profiles[index]
        return (
            False if into is None else self.ingress.isolated(into),
            False if out is None else self.egress.isolated(out),
        )

    def _order(self, index: int) -> tuple[object, ...]:
        group = self.groups[index]
        kinds = ("pods", "nodes", "addresses")
        first = group.ranges[0] if group.ranges else None
        return (
            kinds.index(group.kind),
            group.namespace,
            not group.internet,
            (0, 0) if first is None else (first[0].version, int(first[0])),
            index,
        )

    def _node(self, number: int, members: Sequence[int]) -> MapNode:
        groups = [self.groups[index] for index in members]
        first = groups[0]
        into, out = self._isolated(members[0])
        match first.kind:
            case "pods":
                workloads = [workload for group in groups for workload in group.workloads]
                listed = tuple(_owners(workloads))
                return MapNode(
                    id=number,
                    kind="pods",
                    name=_first_of([f"{one.kind.lower()}/{one.name}" for one in listed]),
                    namespace=first.namespace,
                    labels=_common(workloads),
                    workloads=listed,
                    pods=sum(not one.is_template for one in workloads),
                    host_network=first.category == "host-pod",
                    governed=self.ingress.is_governed(first),
                    isolated_in=into,
                    isolated_out=out,
                    members=tuple(workload.display for workload in workloads),
                )
            case "nodes":
                names = tuple(name for group in groups for name in group.names)
                if names == (ANY_NODE,):
                    return MapNode(number, "nodes", "any node")
                return MapNode(number, "nodes", _first_of(names), members=names)
            case "addresses":
                ranges = joined(part for group in groups for part in group.ranges)
                alike = sum(one.category == "address" and one.internet == first.internet for one in self.groups)
                name = _first_of([range_words(one) for one in ranges])
                if len(groups) == alike:
                    name = "internet" if first.internet else "private and special addresses"
                return MapNode(number, "addresses", name, ranges=ranges, internet=first.internet)

    def _edges(
        self, rows: Sequence[Sequence[int]], nodes: Sequence[MapNode], place: Sequence[int]
    ) -> Iterator[MapEdge]:
        """One edge for all sources that reach the same, and for all destinations that they reach on the same ports."""
        alike: dict[Key, list[int]] = defaultdict(list)
        for number, index in enumerate(place):
            row = rows[index]
            alike[nodes[number].is_open_out, tuple(row[other] for other in place)].append(number)
        for (_, row_key), sources in alike.items():
            if not isinstance(row_key, tuple):
                raise ValueError(row_key)
            targets: dict[tuple[int, bool], list[int]] = defaultdict(list)
            for number, ports in enumerate(row_key):
                if ports != self.table.nothing:
                    targets[ports, nodes[number].is_open_in and nodes[sources[0]].is_open_out].append(number)
            for (ports, default_open), destinations in targets.items():
                if sources == destinations and len(sources) == 1 and nodes[sources[0]].is_single:
                    continue
                yield MapEdge(
                    tuple(nodes[one].id for one in sources),
                    tuple(nodes[one].id for one in destinations),
                    self.table.spans(ports),
                    default_open,
                )


def _owners(workloads: Iterable[Workload]) -> Iterator[WorkloadPods]:
    """What the workloads stem from: the owner of pods with how many there are, a template, or a pod that nothing owns.
    ReplicaSets of one Deployment that is not in the input are one, named without their hash."""
    pods: Counter[tuple[str, str]] = Counter()
    templates: list[tuple[str, str]] = []
    for workload in workloads:
        if workload.is_template:
            templates.append((workload.kind, workload.name))
            continue
        kind, name = workload.owners[-1] if workload.owners else (workload.kind, workload.name)
        suffix = "-" + workload.labels.get("pod-template-hash", "")
        if kind == "ReplicaSet" and len(suffix) > 1 and name.endswith(suffix):
            name = name.removesuffix(suffix) + "-*"
        pods[kind, name] += 1
    found = [WorkloadPods(*key, number) for key, number in pods.items()]
    found += [WorkloadPods(*key, None) for key in templates]
    yield from sorted(found, key=lambda one: (one.kind, one.name, one.pods is None))


def _first_of(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _common(workloads: Sequence[Workload]) -> Mapping[str, str]:
    """The labels that all have."""
    items = reduce(lambda one, other: one & other, (frozenset(w.labels.items()) for w in workloads))
    return dict(sorted(items))
