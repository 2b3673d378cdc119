"""The law of explanations: the verdict, the ranges of ports, of members and of addresses, and every rule that was tried
are the evaluator's, asked afresh about each port, workload and address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.explain import Asked, explain
from netqed.analysis.explain_values import DirectionExplained, Explanation, SideExplained, SideName
from netqed.analysis.flow_ends import known_addresses, pod_end
from netqed.analysis.results import WitnessEnd
from netqed.plugins.matters import Reading
from netqed.plugins.table import answers_of, completions
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Address, AddressEnd, AddressNeeded, End, Flow, PodEnd
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Workload
from netqed.sources.position import InputError
from netqed.spec.addresses import PRIVATE_POD_RANGES
from netqed.spec.document import Spec
from netqed.spec.sentences import AnyOf, Block, BuiltIn, Endpoint, Pods, PortRange, Ports, WorkloadRef
from support.examples import examples
from support.flows import edge_addresses, edge_ports
from support.show import show_cluster
from support.strategies import BLOCKS, NAMESPACES, clusters, pick, pod_selectors

CLUSTERS = 100
CNIS = (None, None, "spec", "calico", "cilium", "ovn-kubernetes")


@st.composite
def sides(draw: st.DrawFn, cluster: Cluster) -> Endpoint:
    """A side of every kind that a user may ask about."""
    workload = pick(draw, cluster.workloads)
    kind = pick(
        draw, ("workload", "workload", "namespace", "pods", "any pod", "block", "internet", "outside", "nodes", "list")
    )
    match kind:
        case "workload":
            return WorkloadRef(workload.namespace, workload.kind.lower(), workload.name)
        case "namespace":
            return Pods(pick(draw, NAMESPACES))
        case "pods":
            return Pods(pick(draw, NAMESPACES), draw(pod_selectors()))
        case "block":
            return Block(ip_network(pick(draw, sorted(BLOCKS)), strict=False))
        case "any pod":
            return BuiltIn("any pod")
        case "list":
            block = ip_network(pick(draw, sorted(BLOCKS)), strict=False)
            return AnyOf((Pods(pick(draw, NAMESPACES)), Block(block), BuiltIn("nodes")))
        case "internet":
            return BuiltIn("internet")
        case "outside":
            return BuiltIn("outside")
        case _:
            return BuiltIn("nodes")


ASKED: tuple[Ports, ...] = (
    (),
    (),
    (PortRange(6, 80, 80),),
    (PortRange(6, 1, 8080), PortRange(17, 53, 53)),
    (PortRange(132),),
    (PortRange(1),),
)


class Truth:
    """The evaluator's answers on one explained world, whatever is not known enumerated."""

    def __init__(self, cluster: Cluster, explanation: Explanation, cni: str | None) -> None:
        self.cluster = cluster
        self.world = explanation.witness.world
        self.evaluator = Evaluator(self.world)
        fixed = answers_of(cni or "spec")
        self.readings: tuple[Reading, ...] = tuple(completions(fixed))

    def allowed(self, flow: Flow) -> bool | None:
        """Whether the flow passes; None where that is not the same at all addresses and under all readings."""
        found = {
            self.evaluator.under(reading).decide(one).allowed for reading in self.readings for one in self.placed(flow)
        }
        return found.pop() if len(found) == 1 else None

    def placed(self, flow: Flow) -> Iterator[Flow]:
        """The flow at every address that an unknown one may be and that some block tells from others."""
        try:
            for reading in self.readings:
                self.evaluator.under(reading).decide(flow)
            yield flow
            return
        except AddressNeeded as needed:
            side = needed.side
        end, other = (flow.source, flow.destination) if side == "source" else (flow.destination, flow.source)
        versions = (4, 6) if other.address is None else (other.address.version,)
        for version in versions:
            for at in self.possible(end, version):
                assert isinstance(end, PodEnd)
                moved = replace(end, address=at)
                placed = replace(flow, source=moved) if side == "source" else replace(flow, destination=moved)
                yield from self.placed(placed)

    def possible(self, end: End, version: int) -> Iterator[Address]:
        ranges = [one for one in PRIVATE_POD_RANGES if one.version == version]
        if isinstance(end, PodEnd) and end.host_network:
            ranges = [ip_network("0.0.0.0/0" if version == 4 else "::/0")]
        edges = edge_addresses(self.cluster.policies, version)
        for block in ranges:
            yield block.network_address
            yield from (edge for edge in edges if edge in block)


def base_end(end: End, shown: WitnessEnd) -> End:
    """The side as the input has it: without an address that was chosen for it."""
    if isinstance(end, PodEnd) and f"address {shown.address}" in shown.invented:
        return replace(end, address=None)
    return end


def check_ports(truth: Truth, explanation: Explanation, data: st.DataObject) -> None:
    witness = explanation.witness
    source = base_end(witness.flow.source, witness.source)
    destination = base_end(witness.flow.destination, witness.destination)
    for protocol in (6, 17, 132):
        ranges = [one for one in explanation.ports if one.protocol == protocol]
        assert [one.first for one in ranges] == [1, *(one.last + 1 for one in ranges[:-1])]
        assert ranges[-1].last == 65535
        for one in ranges:
            between = data.draw(st.integers(one.first, one.last))
            edges = [port for port in edge_ports(truth.cluster) if one.first <= port <= one.last]
            for port in {one.first, one.last, between, *edges}:
                assert truth.allowed(Flow(source, destination, protocol, port)) is one.decider.allowed, (protocol, port)


def check_direction(explained: DirectionExplained) -> None:
    decision = explained.decision
    matching = {(rule.policy.key, rule.index) for rule in explained.tried if rule.matches}
    assert matching == {(match.policy.key, match.rule) for match in decision.matches}
    assert [one.policy for one in explained.selecting] == list(decision.selecting)
    assert (explained.deciding is not None) is (decision.reason == "rule")
    for one in explained.selecting:
        assert all(condition.holds for condition in one.conditions)
    for rule in explained.tried:
        for peer in rule.peers:
            if peer.peer.ip_block is None and peer.reason in ("matches", "selectors"):
                assert bool(peer.failing) is (peer.reason == "selectors")
            assert (peer.reason == "matches") is (peer.matches is True)
            assert (peer.reason == "open") is (peer.matches is None)
        for port in rule.ports:
            assert (port.reason == "matches") is port.matches
    ranks = [0 if rule.matches else 1 if rule.matches is None else 2 for rule in explained.tried]
    assert ranks == sorted(ranks)
    failing = [len(one.failing) for one in explained.not_selecting]
    assert failing == sorted(failing)


def check_members(truth: Truth, explanation: Explanation, which: SideName, of: Workload | None) -> None:
    """Each workload of the side by itself is decided as its group says."""
    side: SideExplained = explanation.source if which == "source" else explanation.destination
    flow = explanation.witness.flow
    opposite = flow.destination if which == "source" else flow.source
    said = Counter({one.decider.allowed: 0 for one in side.members})
    named: dict[str, bool | None] = {}
    for one in side.members:
        said[one.decider.allowed] += one.number
        named.update(dict.fromkeys(one.names, one.decider.allowed))
    workloads = {workload.display: workload for workload in truth.cluster.workloads}
    for name, allowed in named.items():
        if name not in workloads:
            check_node(truth, flow, which, name, allowed)
            continue
        workload = workloads[name]
        other = opposite
        known = known_addresses(workload, truth.world)
        fits = [at for at in known if opposite.address is None or at.version == opposite.address.version]
        if known and not fits:
            assert of is not None
            (at, *_) = [at for at in known_addresses(of, truth.world) if at.version == known[0].version]
            assert isinstance(opposite, PodEnd)
            other, fits = replace(opposite, address=at), list(known)
        end = pod_end(workload, truth.cluster, address=fits[0] if fits else None)
        source, destination = (end, other) if which == "source" else (other, end)
        assert truth.allowed(replace(flow, source=source, destination=destination)) is allowed, name
    assert sum(said.values()) == len(named)


def check_node(truth: Truth, flow: Flow, which: SideName, name: str, allowed: bool | None) -> None:
    """A node of the side is decided as its group says, at an address of the family that the other side has."""
    opposite = flow.destination if which == "source" else flow.source
    known = (truth.world.nodes or {}).get(name, ())
    if known and (opposite.address is None or opposite.address.version == known[0].version):
        end = AddressEnd(known[0], name)
        source, destination = (end, opposite) if which == "source" else (opposite, end)
        assert truth.allowed(replace(flow, source=source, destination=destination)) is allowed, name


def check_addresses(truth: Truth, explanation: Explanation, which: SideName) -> None:
    side = explanation.source if which == "source" else explanation.destination
    flow = explanation.witness.flow
    opposite = flow.destination if which == "source" else flow.source
    taken = {ip_address(a) for w in truth.cluster.workloads for a in (*w.addresses, *w.node_addresses)}
    taken |= {a for addresses in (truth.world.nodes or {}).values() for a in addresses}
    for part in side.addresses:
        for first, last in part.ranges:
            edges = edge_addresses(truth.cluster.policies, first.version)
            inside = [edge for edge in edges if int(first) <= int(edge) <= int(last)]
            for at in {first, last, *inside} - taken:
                if opposite.address is not None and opposite.address.version != at.version:
                    continue
                end = AddressEnd(at)
                source, destination = (end, opposite) if which == "source" else (opposite, end)
                said = truth.allowed(replace(flow, source=source, destination=destination))
                assert said is part.decider.allowed, at


def test_explanations_are_the_evaluators() -> None:
    """For drawn clusters and sides, read as any of several plugins has it."""
    explained = 0

    @settings(max_examples=examples(CLUSTERS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        nonlocal explained
        cluster = data.draw(clusters())
        source, destination = data.draw(sides(cluster)), data.draw(sides(cluster))
        asked, cni = data.draw(st.sampled_from(ASKED)), data.draw(st.sampled_from(CNIS))
        try:
            found = explain(cluster, Spec(), Asked("a", source), Asked("b", destination), asked, cni=cni)
        except InputError:
            return
        explained += 1
        truth = Truth(cluster, found, cni)
        witness = found.witness
        try:
            assert witness.decision == truth.evaluator.decide(witness.flow)
            base = replace(
                witness.flow,
                source=base_end(witness.flow.source, witness.source),
                destination=base_end(witness.flow.destination, witness.destination),
            )
            said = {"allowed": True, "denied": False, "depends": None}[found.verdict]
            assert said is None or truth.allowed(base) is said
            check_ports(truth, found, data)
            for direction in (found.egress, found.ingress):
                check_direction(direction)
            check_members(truth, found, "source", witness.destination.workload)
            check_members(truth, found, "destination", witness.source.workload)
            check_addresses(truth, found, "source")
            check_addresses(truth, found, "destination")
        except AssertionError as error:
            error.add_note(f"{show_cluster(cluster)}\n{source} -> {destination} on {asked}, cni {cni}\n{witness.flow}")
            raise

    law()
    assert explained >= examples(CLUSTERS) * 3 // 4
