"""The verdict of a sentence by brute force: every flow of a small world, each decided by the evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from ipaddress import ip_address
from typing import Literal

from netqed.plugins.matters import SPEC, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Address, AddressEnd, End, Flow, PodEnd, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import ContainerPort, PolicyPort
from netqed.spec.document import Scope, Spec, StatedInvariant
from netqed.spec.sentences import (
    CannotReach,
    CanReach,
    Endpoint,
    Exception_,
    Isolated,
    NoOtherNamespace,
    NoOtherValue,
    OnlyCanReach,
    Pods,
    Ports,
)
from support.candidates import OTHER_NODE, Candidate
from support.footprint import NAME_KEY, atoms_of, sides_of
from support.partition import port_cells
from support.universe import Contradiction, Universe

GOVERNED = (6, 17, 132)
NUMBERS = {None: 6, "TCP": 6, "UDP": 17, "SCTP": 132}
FAMILY_OF = {1: 4, 58: 6}
"""The IP version of ICMP and ICMPv6."""
PROTOCOL_WORDS = {6: "TCP", 17: "UDP", 132: "SCTP"}

Word = Literal["proved", "refuted", "vacuous", "input-error"]
Traffic = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with the flow that refutes, or the reason."""

    word: Word
    why: str = ""


def scope_of(stated: StatedInvariant, default: Scope | None = None) -> Scope:
    """The scope of a sentence: its own, the default, or its form's."""
    return stated.scope or default or ("now" if isinstance(stated.invariant, CanReach) else "always")


def brute_force(
    cluster: Cluster,
    spec: Spec,
    stated: StatedInvariant,
    default: Scope | None = None,
    readings: Sequence[Reading] = (SPEC,),
) -> Answer:
    """The verdict of one sentence over one input, where network plugins have one of the readings: a flow that violates
    it under one of them refutes it."""
    question = Question(Universe(cluster, spec, stated.invariant, scope_of(stated, default)), readings)
    try:
        question.universe.check_assumptions()
    except Contradiction as found:
        return Answer("input-error", str(found))
    return question.answer()


class Question:
    """One sentence in one universe."""

    def __init__(self, universe: Universe, readings: Sequence[Reading] = (SPEC,)) -> None:
        self.universe = universe
        self.invariant = universe.invariant
        self.readings = readings
        self._evaluators: dict[tuple[object, ...], Evaluator] = {}

    def answer(self) -> Answer:
        """The first flow that violates, or that there is none, or that there is no flow to speak of."""
        if empty := self.empty_selector():
            return Answer("vacuous", f"matches no workload: {empty}")
        asked = False
        for source, destination, flow in self.flows():
            asked = True
            for reading in self.readings:
                allowed = self.evaluator(source, destination, reading).decide(flow).allowed
                if allowed != isinstance(self.invariant, CanReach):
                    yes = sorted(matter.value for matter in reading.yes)
                    return Answer(
                        "refuted", f"{source}\n    -> {destination}\n    {flow.protocol}/{flow.port}\n    {yes}"
                    )
        return Answer("proved") if asked else Answer("vacuous", "no flow")

    def empty_selector(self) -> str | None:
        """A label selector of the sentence's sides that no workload loaded is sure to match, or a label whose values it
        compares and that none is sure to carry; A of `only A` is exempt. The input alone is asked, without assumptions:
        a label of a namespace that nobody declares is sure of nothing."""
        sides = sides_of(self.invariant)
        for side in sides[1:] if isinstance(self.invariant, OnlyCanReach) else sides:
            for atom in atoms_of(side):
                by_labels = isinstance(atom, Pods) and not (isinstance(atom.namespace, str) and atom.selector is None)
                if by_labels and not self.surely(partial(self.universe.member, atom)):
                    return str(atom)
        if isinstance(self.invariant, NoOtherValue):
            key, of = self.invariant.key, self.invariant.of
            carried = of == "namespace" and any(key in labels for labels in self.universe.declared.values())
            if not carried and not self.surely(
                lambda pod: key in dict(pod.labels if of == "pod" else pod.namespace_labels)
            ):
                return f"label {key}"
        return None

    def surely(self, holds: Callable[[Candidate], bool]) -> bool:
        """Whether it holds of some workload loaded, however what is free about it is chosen."""
        universe = self.universe
        loaded = Universe(universe.cluster, replace(universe.spec, assumptions=()), self.invariant, "now")
        return any(all(holds(pod) for pod in loaded.pods_of(workload)) for workload in universe.workloads)

    # The flows asked about

    def flows(self) -> Iterator[tuple[Candidate, Candidate, Flow]]:
        """Every flow in scope that the sentence speaks of, policies left aside."""
        universe = self.universe
        others = (*universe.externals, *universe.nodes)
        sources = (*universe.pods, *others)
        destinations = (*(v for pod in universe.pods for v in universe.with_names(pod)), *others)
        for destination in destinations:
            for source in sources:
                if not self.spoken_of(source, destination):
                    continue
                for addresses in self.addresses(source, destination):
                    for protocol, port in self.traffic:
                        if FAMILY_OF.get(protocol, addresses[0].version) != addresses[0].version:
                            continue
                        if self.excepted(source, destination, protocol, port):
                            continue
                        for flow in self.on_nodes(source, destination, addresses, protocol, port):
                            yield source, destination, flow

    def spoken_of(self, source: Candidate, destination: Candidate) -> bool:
        """Whether the pair lies between the sentence's sides. Traffic that neither comes from nor goes to a pod is no
        matter of network policies, and no sentence speaks of it."""
        if "pod" not in (source.kind, destination.kind):
            return False

        def holds(endpoint: Endpoint, of_source: bool) -> bool:
            if of_source:
                return self.universe.member(endpoint, source, destination)
            return self.universe.member(endpoint, destination)

        match self.invariant:
            case CannotReach(a, b) | CanReach(a, b):
                return holds(a, True) and holds(b, False)
            case OnlyCanReach(a, b):
                return not holds(a, True) and holds(b, False)
            case Isolated(inside, None):
                return holds(inside, True) != holds(inside, False)
            case Isolated(inside, outside) if outside is not None:
                inward = holds(outside, True) and holds(inside, False)
                return inward or (holds(inside, True) and holds(outside, False))
            case NoOtherNamespace():
                pods = source.kind == "pod" and destination.kind == "pod"
                return pods and source.namespace != destination.namespace
            case NoOtherValue(key, of):
                if source.kind != "pod" or destination.kind != "pod":
                    return False
                pair = [dict(e.labels if of == "pod" else e.namespace_labels) for e in (source, destination)]
                return key in pair[1] and pair[0].get(key) != pair[1][key]
        raise ValueError(self.invariant)

    def addresses(self, source: Candidate, destination: Candidate) -> Iterator[tuple[Address, Address]]:
        """The addresses of the two sides, if both can exist at once and are not one and the same pod; else nothing."""
        if source.addresses[0].version != destination.addresses[0].version:
            return
        if source.kind == destination.kind == "pod":
            same_namespace = source.namespace == destination.namespace
            if same_namespace and source.namespace_labels != destination.namespace_labels:
                return
            if source.workload is destination.workload and source.workload and not source.workload.is_template:
                return
        pairs = [(s, d) for s in source.addresses for d in destination.addresses if s != d]
        if pairs:
            yield pairs[0]
        elif self.may_share(source, destination):
            yield source.addresses[0], destination.addresses[0]

    @staticmethod
    def may_share(source: Candidate, destination: Candidate) -> bool:
        """Whether both may be at one address: a node and a pod on its network, two such pods, or two pods that the
        input itself gives one address, since a dump is not taken at one instant."""
        sides = (source, destination)
        if all(c.host_network or c.kind == "node" for c in sides):
            return "pod" in (source.kind, destination.kind)
        return both_known(sides)

    def excepted(self, source: Candidate, destination: Candidate, protocol: int, port: int | None) -> bool:
        """Whether some exception removes the flow."""

        def removes(one: Exception_) -> bool:
            member = self.universe.member
            return (
                (one.source is None or member(one.source, source, destination))
                and (one.destination is None or member(one.destination, destination))
                and (not one.ports or in_ports(one.ports, protocol, port))
                and (one.either is None or member(one.either, source) or member(one.either, destination))
            )

        return any(removes(one) for one in self.invariant.exceptions)

    @cached_property
    def traffic(self) -> list[Traffic]:
        """Protocols and ports that the sentence asks about, one of each cell."""
        footprint = self.universe.footprint
        found: list[Traffic] = []
        for protocol in sorted({*GOVERNED, *(r.protocol for r in self.invariant.ports)}):
            if protocol not in GOVERNED:
                if in_ports(self.invariant.ports, protocol, None):
                    found.append((protocol, None))
                continue
            items = [p for p in footprint.ports if NUMBERS[p.protocol] == protocol]
            named = {p.port for p in items if isinstance(p.port, str)}
            declared: list[tuple[int, str, int]] = [
                (index, c.name, c.number)
                for index, workload in enumerate(self.universe.workloads)
                for c in workload.container_ports
                if c.name in named and c.name is not None and NUMBERS[c.protocol] == protocol
            ]
            ranges = [r for r in footprint.ranges if r.protocol == protocol and r.first is not None]
            edges = {
                edge
                for p in items
                if isinstance(p.port, int)
                for edge in (p.port, p.port + 1, (p.end_port or p.port) + 1)
            }
            edges |= {edge for r in ranges for edge in (r.first or 1, (r.last or r.first or 1) + 1)}
            edges |= {edge for _, _, number in declared for edge in (number, number + 1)}

            def signature(
                port: int,
                items: list[PolicyPort] = items,
                declared: list[tuple[int, str, int]] = declared,
                protocol: int = protocol,
            ) -> object:
                return (
                    tuple(isinstance(p.port, int) and p.port <= port <= (p.end_port or p.port) for p in items),
                    # A plugin that does not know endPort sees the first port of a range alone.
                    tuple(p.port == port for p in items if p.end_port is not None),
                    tuple(in_ports((r,), protocol, port) for r in footprint.ranges),
                    tuple((index, name) for index, name, number in declared if number == port),
                )

            ports = port_cells(edges, signature)
            found += [(protocol, p) for p in ports if in_ports(self.invariant.ports, protocol, p)]
        return found

    def on_nodes(
        self, source: Candidate, destination: Candidate, at: tuple[Address, Address], protocol: int, port: int | None
    ) -> Iterator[Flow]:
        """The flow, once for each choice of nodes that matters: a host-networked pod may share the node of a pod on the
        other side unless both nodes are known, and a node may be a source's own, but never the destination's."""
        choices = [(source.node, destination.node)]
        near = (source.host_network and destination.kind == "pod") or (source.kind == "pod" and at_node(destination))
        if near and (source.node is None or destination.node is None):
            choices.append((shared := source.node or destination.node or OTHER_NODE, shared))
            if at[0] == at[1] and at_node(source) and at_node(destination) and not both_known((source, destination)):
                choices = choices[1:]  # One address is one node's.
        for nodes in choices:
            flow = Flow(
                as_end(source, at[0], nodes[0], protocol, port, "source"),
                as_end(destination, at[1], nodes[1], protocol, port, "destination"),
                protocol,
                port,
            )
            if not self.from_own_node_itself(source, destination, flow, nodes) and self.is_at_its_node(
                (source, destination), flow, nodes
            ):
                yield flow

    def is_at_its_node(
        self, sides: tuple[Candidate, Candidate], flow: Flow, nodes: tuple[str | None, str | None]
    ) -> bool:
        """Whether what shares the other side's node is at an address of that node, if those are known, and what does
        not is at none of them."""
        ends = (flow.source, flow.destination)
        if nodes[0] is None or nodes[0] != nodes[1]:
            return not any(
                on is None and at_node(one) and end.address in self._addresses_of(other)
                for one, end, on, other in zip(sides, ends, nodes, reversed(nodes), strict=True)
            )
        known = self._addresses_of(nodes[0])
        for end in ends:
            known |= {*end.node_addresses} if isinstance(end, PodEnd) else set()
        return not known or all(end.address in known for one, end in zip(sides, ends, strict=True) if at_node(one))

    def _addresses_of(self, node: str | None) -> set[Address]:
        """The addresses of a Node that the input lists."""
        return {ip_address(a) for n in self.universe.cluster.nodes if n.name == node for a in n.addresses}

    def from_own_node_itself(
        self, source: Candidate, destination: Candidate, flow: Flow, nodes: tuple[str | None, str | None]
    ) -> bool:
        """Whether the source is, as a node, the destination's own, or the choice of nodes contradicts its address."""
        if not isinstance(flow.destination, PodEnd):
            return False
        node = nodes[1]
        own = {*flow.destination.node_addresses}
        own |= self._addresses_of(node)
        if source.kind != "pod":
            same_name = node is not None and node == source.node
            return same_name or flow.source.address in own
        return False

    def evaluator(self, source: Candidate, destination: Candidate, reading: Reading = SPEC) -> Evaluator:
        """The evaluator of the world in which both candidates exist."""
        ends = sorted({c.namespace: c.namespace_labels for c in (source, destination) if c.kind == "pod"}.items())
        key = (*ends, reading)
        if key not in self._evaluators:
            universe = self.universe
            own = {name: {k: v for k, v in labels if k != NAME_KEY} for name, labels in ends}
            self._evaluators[key] = Evaluator(
                World(
                    policies=universe.cluster.policies,
                    namespaces={**universe.declared, **own},
                    nodes={n.name: tuple(map(ip_address, n.addresses)) for n in universe.cluster.nodes},
                    reading=reading,
                )
            )
        return self._evaluators[key]


def both_known(sides: tuple[Candidate, Candidate]) -> bool:
    """Whether both are pods whose addresses the input gives."""
    return all(c.workload is not None and not c.workload.is_template and c.workload.addresses for c in sides)


def at_node(one: Candidate) -> bool:
    """Whether the candidate is at a node's address."""
    return one.kind == "node" or one.host_network


def in_ports(ports: Ports, protocol: int, port: int | None) -> bool:
    """Whether PORTS hold the traffic; none given means any port of TCP, UDP and SCTP."""
    if not ports:
        return protocol in GOVERNED
    for item in ports:
        if item.protocol == protocol:
            if item.first is None:
                return True
            if port is not None and item.first <= port <= (item.first if item.last is None else item.last):
                return True
    return False


def as_end(
    one: Candidate,
    at: Address,
    node: str | None,
    protocol: int,
    port: int | None,
    side: Literal["source", "destination"],
) -> End:
    """The candidate as a side of a flow."""
    if one.kind != "pod":
        return AddressEnd(at, node)
    if one.workload is None:
        declared = tuple(ContainerPort(port, name, PROTOCOL_WORDS[protocol]) for name in sorted(one.names) if port)
        identity = f"invented {side}"
        addresses: tuple[Address, ...] = ()
    else:
        declared = one.workload.container_ports
        identity = one.workload.display + (f" {side}" if one.workload.is_template else "")
        addresses = tuple(map(ip_address, one.workload.node_addresses))
    return PodEnd(one.namespace, dict(one.labels), at, declared, one.host_network, node, addresses, identity)
