"""A map held against every flow of a small world, each decided by the evaluator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import permutations, product
from typing import Any

from netqed.analysis.explain_sides import ANY_NODE
from netqed.analysis.flow_ends import known_addresses, pod_end, world_of
from netqed.analysis.map_results import MapNode, ReachMap
from netqed.analysis.map_spans import Span
from netqed.plugins.matters import SPEC, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Flow
from netqed.resources.cluster import Cluster
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.sentences import BuiltIn, CannotReach
from support.brute import Question
from support.candidates import OTHER_NODE, Candidate
from support.universe import Universe

PROBED = (*range(1, 120), *range(8070, 9100), *range(64990, 65536))
"""Ports that are tried one by one."""

Who = tuple[str, Any]
"""A workload by its name, a node by its name, or external addresses by the map's node."""


class Places:
    """Finds what has a place on a map."""

    def __init__(self, found: ReachMap, cluster: Cluster, spec: Spec) -> None:
        self.map = found
        self._pods: dict[str, MapNode] = {}
        workloads = (*cluster.workloads, *spec.workloads)
        for node in found.nodes:
            if node.kind == "pods":
                assert not set(node.members) & set(self._pods), "a workload is on the map twice"
                self._pods.update(dict.fromkeys(node.members, node))
        assert set(self._pods) == {workload.display for workload in workloads}, "not every workload is on the map"
        self._nodes = {
            name: node for node in found.nodes if node.kind == "nodes" for name in node.members or [ANY_NODE]
        }
        self._edges: dict[tuple[int, int], tuple[Span, ...]] = {}
        for edge in found.edges:
            for source in edge.sources:
                for destination in edge.destinations:
                    assert (source, destination) not in self._edges, "one pair in two edges"
                    self._edges[source, destination] = edge.ports

    def who(self, one: Candidate) -> Who:
        """Who a candidate is."""
        if one.workload is not None:
            return "pod", one.workload.display
        if one.kind == "node":
            return "node", ANY_NODE if one.node == OTHER_NODE else one.node
        (node,) = (
            node.id
            for node in self.map.nodes
            for first, last in node.ranges
            if first.version == one.addresses[0].version and int(first) <= int(one.addresses[0]) <= int(last)
        )
        return "external", node

    def place(self, who: Who) -> MapNode:
        """Where it is on the map."""
        match who:
            case ("pod", name):
                return self._pods[name]
            case ("node", name):
                return self._nodes[name]
            case (_, number):
                return self.map.by_id[number]

    def at(self, source: Who, destination: Who, protocol: int, port: int) -> Span | None:
        """What the map says of a port between the two; None is that it cannot be reached."""
        spans = self._edges.get((self.place(source).id, self.place(destination).id), ())
        held = [span for span in spans if span.protocol == protocol and span.first <= port <= span.last]
        assert len(held) < 2, "one port in two spans"
        return held[0] if held else None


@dataclass
class Seen:
    """What the flows between two sides on one port are."""

    allowed: int = 0
    denied: int = 0
    first: str = ""


def everything(cluster: Cluster, spec: Spec) -> Question:
    """The question of every flow that there is now."""
    stated = StatedInvariant("anything cannot reach anything", CannotReach(BuiltIn("anything"), BuiltIn("anything")))
    return Question(Universe(cluster, replace(spec, invariants=(stated,)), stated.invariant, "now"))


def outcomes(
    places: Places, cluster: Cluster, spec: Spec, readings: Sequence[Reading] = (SPEC,)
) -> Mapping[tuple[Who, Who, int, int], Seen]:
    """What the evaluator says of every flow under each of the readings, by the two sides and the port."""
    question = everything(cluster, spec)
    found: dict[tuple[Who, Who, int, int], Seen] = defaultdict(Seen)
    for source, destination, flow in question.flows():
        if flow.port is None:
            continue
        seen = found[places.who(source), places.who(destination), flow.protocol, flow.port]
        for reading in readings:
            if question.evaluator(source, destination, reading).decide(flow).allowed:
                seen.allowed += 1
                seen.first = seen.first or f"{source} -> {destination}"
            else:
                seen.denied += 1
    return found


def faults(
    found: ReachMap,
    cluster: Cluster,
    spec: Spec,
    readings: Sequence[Reading] = (SPEC,),
    counts: Counter[str] | None = None,
) -> Iterator[str]:
    """Everything that the map has otherwise than the evaluator.

    What can be reached has to be on the map without exception. Where a map says that it depends on something, it may be
    that it does not: where pods of one group are on different nodes, and where both directions turn on the same thing,
    the labels of the one undeclared namespace that both sides share, an answer of the plugin, or an address that only
    one of them can have. `counts` counts what the map says.
    """
    said = Counter[str]() if counts is None else counts
    places = Places(found, cluster, spec)
    lone = _speak_of_one_address(cluster)
    dual = {w.display for w in (*cluster.workloads, *spec.workloads) if not w.is_template and len(w.addresses) > 1}
    for (source, destination, protocol, port), seen in outcomes(places, cluster, spec, readings).items():
        span = places.at(source, destination, protocol, port)
        what = f"{source} -> {destination} {protocol}/{port}: map {span}, flows {seen}"
        shared = places.place(source).namespace == places.place(destination).namespace
        doubts = span.doubts if span is not None else frozenset()
        vague = (
            bool({"node", "plugin"} & doubts)
            or (shared and "namespace-labels" in doubts)
            or (lone and "address" in doubts)
        )
        said.update(doubts or ["certain" if span is not None else "impossible"])
        if span is None:
            if seen.allowed:
                yield f"said to be impossible: {what}"
        elif not seen.allowed:
            if not vague:
                yield f"said to be possible: {what}"
        elif seen.denied:
            # What has several addresses is reached where one of them can be.
            if not span.doubts and not dual & {source[1], destination[1]} and "node" not in (source[0], destination[0]):
                yield f"said to be certain: {what}"
        elif span.doubts and not vague:
            yield f"said to be open: {what}"


def _speak_of_one_address(cluster: Cluster) -> bool:
    """Whether rules of both directions hold a block of a single address."""
    return all(
        any(
            peer.ip_block is not None and ip_network(peer.ip_block.cidr, strict=False).num_addresses == 1
            for policy in cluster.policies
            for rule in rules(policy)
            for peer in rule.peers or ()
        )
        for rules in (lambda policy: policy.ingress or (), lambda policy: policy.egress or ())
    )


def port_faults(found: ReachMap, cluster: Cluster, spec: Spec) -> Iterator[str]:
    """Every port, of those near what small worlds' policies speak of, that the map has otherwise than the evaluator,
    between pods with one address each."""
    places = Places(found, cluster, spec)
    world = world_of(cluster)
    evaluator = Evaluator(world)
    for one, other in permutations(cluster.workloads, 2):
        source, destination = (pod_end(each, cluster, address=known_addresses(each, world)[0]) for each in (one, other))
        for protocol, port in product((6, 17, 132), PROBED):
            allowed = evaluator.decide(Flow(source, destination, protocol, port)).allowed
            span = places.at(("pod", one.display), ("pod", other.display), protocol, port)
            if (span is not None) is not allowed:
                yield f"{one.display} -> {other.display} {protocol}/{port}: map {span}, evaluator {allowed}"
