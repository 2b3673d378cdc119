"""Whether a witness is what it claims to be: two sides that may exist, between the sentence's sides, judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from netqed.analysis.results import Witness, WitnessEnd
from netqed.reference.flow import Address, Flow, PodEnd
from netqed.resources.cluster import Cluster
from netqed.spec.document import Scope, Spec, StatedInvariant
from netqed.spec.sentences import CanReach
from support.brute import GOVERNED, Question, as_end, in_ports, scope_of
from support.candidates import OTHER_NODE, Candidate
from support.footprint import NAME_KEY
from support.partition import within
from support.show import show_flow
from support.universe import CONTROLLER_KEYS, Universe

PORT_NAME = "port name "


def witness_faults(
    cluster: Cluster, spec: Spec, stated: StatedInvariant, witness: Witness, default: Scope | None = None
) -> list[str]:
    """Everything about the witness that is not so; empty for a good one."""
    universe = Universe(cluster, spec, stated.invariant, scope_of(stated, default))
    question = Question(universe)
    source, destination = candidate_of(universe, witness.source), candidate_of(universe, witness.destination)
    flow = flow_of(universe, witness, source, destination)
    faults = [f"source: {f}" for f in end_faults(universe, witness.source, source)]
    faults += [f"destination: {f}" for f in end_faults(universe, witness.destination, destination)]
    faults += pair_faults(universe, witness, source, destination, flow)
    if not question.spoken_of(source, destination):
        faults.append("the pair does not lie between the sentence's sides")
    if not in_ports(stated.invariant.ports, witness.protocol, witness.port):
        faults.append("the traffic is not among the sentence's ports")
    if question.excepted(source, destination, witness.protocol, witness.port):
        faults.append("an exception removes the flow")
    decision = question.evaluator(source, destination, witness.world.reading).decide(flow)
    if decision.allowed == isinstance(stated.invariant, CanReach):
        faults.append(f"decided anew it is no violation: {decision.ingress.reason}, {decision.egress.reason}")
    told = (witness.decision.ingress.allowed, witness.decision.egress.allowed)
    if told != (decision.ingress.allowed, decision.egress.allowed):
        faults.append(f"decided anew it is not {told}: {decision.ingress.reason}, {decision.egress.reason}")
    return [*faults, show_flow(flow)] if faults else []


def candidate_of(universe: Universe, end: WitnessEnd) -> Candidate:
    """The witness's side as a candidate, taken at its word."""
    assert end.address is not None
    at: tuple[Address, ...] = (ip_address(end.address),)
    if end.kind != "pod":
        node = end.name if any(n.name == end.name for n in universe.cluster.nodes) else OTHER_NODE
        return Candidate(end.kind, at, node=node if end.kind == "node" else None)
    namespace = end.namespace or ""
    labels = {**universe.declared.get(namespace, end.namespace_labels or {}), NAME_KEY: namespace}
    return Candidate(
        "pod",
        at,
        namespace,
        tuple(sorted(labels.items())),
        tuple(sorted((end.labels or {}).items())),
        end.workload,
        frozenset(one.removeprefix(PORT_NAME) for one in end.invented if one.startswith(PORT_NAME)),
        end.workload.node_name if end.workload is not None else None,
    )


def flow_of(universe: Universe, witness: Witness, source: Candidate, destination: Candidate) -> Flow:
    """The witness's flow, with both on one node where that is why it enters."""
    nodes = [source.node, destination.node]
    own = (witness.decision.ingress.reason, witness.decision.egress.reason)
    if (own[0] == "own-node" and source.host_network) or own[1] == "own-node":
        shared = source.node or destination.node or OTHER_NODE
        nodes = [source.node or shared, destination.node or shared]
    return Flow(
        as_end(source, source.addresses[0], nodes[0], witness.protocol, witness.port, "source"),
        as_end(destination, destination.addresses[0], nodes[1], witness.protocol, witness.port, "destination"),
        witness.protocol,
        witness.port,
    )


def end_faults(universe: Universe, end: WitnessEnd, one: Candidate) -> Iterator[str]:
    """What is wrong with one side."""
    at, facts = one.addresses[0], universe.spec.cluster
    if f"IPv{at.version}" not in facts.families:
        yield "a family that the cluster does not run"
    if end.kind == "pod":
        yield from pod_faults(universe, end, one)
    elif end.kind == "external":
        if at in universe.pod_addresses | universe.node_addresses or within(at, facts.pod_cidrs):
            yield f"{at} is a pod's or a node's, not external"
    elif not any(at in node.addresses for node in universe.nodes) and not (
        (universe.scope == "always" or not universe.cluster.nodes)
        and at not in universe.pod_addresses
        and within(at, universe.node_ranges)
    ):
        yield f"no node may have {at}"


def pod_faults(universe: Universe, end: WitnessEnd, one: Candidate) -> Iterator[str]:
    """What is wrong with a side that is a pod."""
    at, real = one.addresses[0], end.workload
    if end.namespace in universe.declared and end.namespace_labels is not None:
        told = {NAME_KEY: end.namespace, **end.namespace_labels}
        if told != dict(one.namespace_labels):
            yield f"namespace {end.namespace} is declared with other labels than {dict(end.namespace_labels)}"
    if universe.closed and end.namespace not in universe.existing:
        yield f"there is no namespace {end.namespace}"
    if not universe.namespace_allowed(one.namespace, one.namespace_labels):
        yield f"the assumptions allow no namespace with {dict(one.namespace_labels)}"
    if not universe.pod_allowed(one):
        yield "the assumptions allow no such pod"
    ranges = universe.pod_ranges
    if real is None:
        if universe.scope == "now":
            yield "an invented pod in scope now"
        if end.exists or end.host_network:
            yield "a pod of no workload that exists, or is host-networked"
        if not within(at, ranges):
            yield f"{at} is outside the pods' ranges"
        return
    if real not in universe.workloads or not end.exists or end.host_network != real.host_network:
        yield f"{real.display} is not of the input, or not as told"
    added = {key for key, value in (end.labels or {}).items() if real.labels.get(key) != value}
    free = {key for key in added if key in CONTROLLER_KEYS or key.startswith("batch.kubernetes.io/")}
    if set(real.labels) - set(end.labels or {}) or added - (free if real.is_template else set()):
        yield f"{real.display} has the labels {dict(real.labels)}, not {end.labels}"
    if end.name != real.display or end.namespace != real.namespace:
        yield f"{real.display} is named {end.name} in {end.namespace}"
    if real.addresses and not real.is_template:
        if str(at) not in real.addresses:
            yield f"{real.display} is not at {at}"
    elif not real.host_network and not within(at, ranges):
        yield f"{at} is outside the pods' ranges"


def pair_faults(
    universe: Universe, witness: Witness, source: Candidate, destination: Candidate, flow: Flow
) -> Iterator[str]:
    """What is wrong with the two sides together."""
    if source.addresses[0].version != destination.addresses[0].version:
        yield "mixed families"
    if witness.family != f"IPv{source.addresses[0].version}":
        yield f"the family is not {witness.family}"
    if (witness.port is None) == (witness.protocol in GOVERNED):
        yield "a port where there is none, or none where there is one"
    if source.addresses == destination.addresses and not Question.may_share(source, destination):
        yield "two endpoints at one address"
    if source.workload is not None and source.workload is destination.workload and not source.workload.is_template:
        yield "a pod to itself"
    one_namespace = source.kind == destination.kind == "pod" and source.namespace == destination.namespace
    if one_namespace and source.namespace_labels != destination.namespace_labels:
        yield "two pods of one namespace with different namespace labels"
    if source.kind != "pod" and isinstance(flow.destination, PodEnd):
        own = {ip_address(a) for n in universe.cluster.nodes if n.name == destination.node for a in n.addresses}
        if flow.source.address in own | set(flow.destination.node_addresses):
            yield "the destination's own node, as a node"
