"""The generators reach every field and edge that the laws are meant to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressEnd, Decision, End, Flow, PodEnd, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule
from support.flows import flows, namespace_labels, parse_block, world_of
from support.readings import readings
from support.strategies import clusters

CLUSTERS = 600
FLOWS_EACH = 8
NUMBERS = {None: 6, "TCP": 6, "UDP": 17, "SCTP": 132}

PEER_FORMS = ("peer: pods", "peer: namespaces", "peer: both", "peer: block", "peer: empty selectors")
LISTS = tuple(
    f"{field}: {shape}"
    for field in ("policyTypes", "ingress", "egress", "from", "to", "ports", "except")
    for shape in ("absent", "empty", "filled")
)
OPERATORS = tuple(
    f"{side} {operator} on a {key} key is {outcome}"
    for side in ("pod", "namespace")
    for operator, key, outcome in (
        ("In", "present", True),
        ("In", "present", False),
        ("In", "missing", False),
        ("NotIn", "present", True),
        ("NotIn", "present", False),
        ("NotIn", "missing", True),
        ("Exists", "present", True),
        ("Exists", "missing", False),
        ("DoesNotExist", "present", False),
        ("DoesNotExist", "missing", True),
    )
)
DEFAULTING = tuple(
    f"policyTypes {types} with egress {egress}, allowed: {allowed}"
    for types in ("absent", "empty")
    for egress in ("absent", "empty", "filled")
    for allowed in (True, False)
)
PORTS = (
    "endPort: port - 1",
    "endPort: port",
    "endPort: endPort",
    "endPort: endPort + 1",
    "ports: {}",
    "protocol: absent",
    "protocol: TCP",
    "protocol: UDP",
    "protocol: SCTP",
    "named port matched: ingress",
    "named port matched: egress",
    "named port of another number: ingress",
    "named port of another number: egress",
    "one name for two numbers of a pod",
)
BLOCKS = (
    "except: hit",
    "except: missed",
    "block: outside it",
    "block: host bits",
    "block: IPv6",
    "block: matched a pod",
)
ENDS = (
    *(
        f"{side}: {kind}"
        for side in ("source", "destination")
        for kind in ("pod", "host-networked", "node", "external")
    ),
    "IPv4",
    "IPv6",
    "namespace: declared",
    "namespace: undeclared",
    "selector: absent",
    "selector: empty",
    'label value: ""',
    *(f"protocol number {number}" for number in (6, 17, 132, 1, 47)),
    *(f"ingress {i}, egress {e}" for i in ("allowed", "denied") for e in ("allowed", "denied")),
    *(f"{d}: {r}" for d in ("ingress", "egress") for r in ("not-a-governed-pod", "not-governed-protocol", "same-pod")),
    *(f"{d}: {r}" for d in ("ingress", "egress") for r in ("not-isolated", "rule", "no-rule")),
    "ingress: own-node",
)
MATTERS = tuple(f"decided by {matter.value}" for matter in Matter)
EVERY_FEATURE = (*PEER_FORMS, *LISTS, *OPERATORS, *DEFAULTING, *PORTS, *BLOCKS, *ENDS, *MATTERS, "reading: spec")


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """How often each feature occurs in a fixed number of seeded draws."""
    counts: Counter[str] = Counter()

    @settings(
        max_examples=CLUSTERS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def count(data: st.DataObject) -> None:
        cluster = data.draw(clusters())
        world = world_of(cluster)
        evaluator, reading = Evaluator(world), data.draw(readings())
        counts["reading: spec"] += reading == SPEC
        counts.update(f for policy in cluster.policies for f in features_of_policy(policy))
        for _ in range(FLOWS_EACH):
            flow = data.draw(flows(cluster))
            counts.update(set(features_of_flow(cluster, world, flow, evaluator.decide(flow))))
            counts.update(features_of_reading(evaluator, flow, reading))

    count()
    return counts


def test_the_generators_reach_every_feature(seen: Counter[str]) -> None:
    """Each occurs, and not by luck alone."""
    least = {feature: 5 if feature in MATTERS else 3 for feature in EVERY_FEATURE}
    assert {feature: seen[feature] for feature in EVERY_FEATURE if seen[feature] < least[feature]} == {}, CLUSTERS


def features_of_reading(evaluator: Evaluator, flow: Flow, reading: Reading) -> Iterator[str]:
    """The matters of which another answer alone is another answer of ingress or egress."""

    def decided(under: Reading) -> tuple[bool, bool]:
        decision = evaluator.under(under).decide(flow)
        return decision.ingress.allowed, decision.egress.allowed

    answer = decided(reading)
    for matter in Matter:
        if decided(Reading(reading.yes ^ {matter})) != answer:
            yield f"decided by {matter.value}"


def shape(items: tuple[object, ...] | None) -> str:
    """Absent, empty or filled."""
    return "absent" if items is None else "filled" if items else "empty"


def rules_of(policy: NetworkPolicy) -> Iterator[tuple[str, PolicyRule]]:
    """Every rule with its direction."""
    yield from (("ingress", rule) for rule in policy.ingress or ())
    yield from (("egress", rule) for rule in policy.egress or ())


def features_of_policy(policy: NetworkPolicy) -> Iterator[str]:
    """What a policy's text exhibits."""
    yield f"policyTypes: {shape(policy.policy_types)}"
    yield f"ingress: {shape(policy.ingress)}"
    yield f"egress: {shape(policy.egress)}"
    yield "selector: absent" if policy.pod_selector is None else "selector: filled"
    if policy.pod_selector == LabelSelector():
        yield "selector: empty"
    for direction, rule in rules_of(policy):
        yield f"{'from' if direction == 'ingress' else 'to'}: {shape(rule.peers)}"
        yield f"ports: {shape(rule.ports)}"
        for peer in rule.peers or ():
            yield from features_of_peer(peer)
        for port in rule.ports or ():
            yield f"protocol: {port.protocol or 'absent'}"
            if port.protocol is None and port.port is None:
                yield "ports: {}"


def features_of_peer(peer: PolicyPeer) -> Iterator[str]:
    """The form of a peer, and what its block and selectors exhibit."""
    match peer:
        case PolicyPeer(ip_block=None, pod_selector=None):
            yield "peer: namespaces"
        case PolicyPeer(ip_block=None, namespace_selector=None):
            yield "peer: pods"
        case PolicyPeer(ip_block=None):
            yield "peer: both"
        case PolicyPeer(ip_block=block) if block is not None:
            yield "peer: block"
            yield f"except: {shape(block.except_)}"
            inside, _ = parse_block(block)
            if inside.version == 6:
                yield "block: IPv6"
            if str(inside) != block.cidr:
                yield "block: host bits"
    for selector in (peer.pod_selector, peer.namespace_selector):
        if selector == LabelSelector():
            yield "peer: empty selectors"
        if selector is not None and "" in dict(selector.match_labels).values():
            yield 'label value: ""'


def kind_of(end: End) -> str:
    """What an end is."""
    match end:
        case PodEnd(host_network=True):
            return "host-networked"
        case PodEnd():
            return "pod"
        case AddressEnd(node=None):
            return "external"
        case AddressEnd():
            return "node"


def features_of_flow(cluster: Cluster, world: World, flow: Flow, decision: Decision) -> Iterator[str]:
    """What a flow exhibits against the cluster's policies."""
    ends = {"source": flow.source, "destination": flow.destination}
    for side, end in ends.items():
        yield f"{side}: {kind_of(end)}"
        if isinstance(end, PodEnd):
            yield f"namespace: {'declared' if end.namespace in cluster.namespaces else 'undeclared'}"
    assert flow.destination.address is not None
    yield f"IPv{flow.destination.address.version}"
    yield f"protocol number {flow.protocol}"
    one, two = ("allowed" if d.allowed else "denied" for d in (decision.ingress, decision.egress))
    yield f"ingress {one}, egress {two}"
    for side, governed, other in (("ingress", "destination", "source"), ("egress", "source", "destination")):
        taken = decision.ingress if side == "ingress" else decision.egress
        yield f"{side}: {taken.reason}"
        for policy in taken.selecting:
            yield from features_of_defaulting(policy, side, taken.allowed)
            for _, rule in (r for r in rules_of(policy) if r[0] == side):
                yield from features_of_meeting(world, rule, side, ends[other], flow)
        if isinstance(end := ends[governed], PodEnd):
            yield from features_of_subjects(cluster, end)


def features_of_defaulting(policy: NetworkPolicy, side: str, allowed: bool) -> Iterator[str]:
    """Whether the policy's absent types decided this flow, in the direction where the default matters."""
    if not policy.policy_types and (side == "egress" or shape(policy.egress) != "filled"):
        yield f"policyTypes {shape(policy.policy_types)} with egress {shape(policy.egress)}, allowed: {allowed}"
    elif not policy.policy_types:
        yield f"policyTypes {shape(policy.policy_types)} with egress filled, allowed: {allowed}"


def features_of_subjects(cluster: Cluster, end: PodEnd) -> Iterator[str]:
    """Operators of spec.podSelector met by the governed pod's labels."""
    for policy in cluster.policies:
        if policy.namespace == end.namespace and policy.pod_selector is not None:
            yield from operators_met("pod", policy.pod_selector, end.labels)


def features_of_meeting(world: World, rule: PolicyRule, side: str, other: End, flow: Flow) -> Iterator[str]:
    """What a rule's peers and ports exhibit against the other end and the destination."""
    for peer in rule.peers or ():
        if isinstance(other, PodEnd):
            if peer.pod_selector is not None:
                yield from operators_met("pod", peer.pod_selector, other.labels)
            if peer.namespace_selector is not None:
                labels = namespace_labels(world, other.namespace)
                yield from operators_met("namespace", peer.namespace_selector, labels)
        if peer.ip_block is not None:
            inside, cut = parse_block(peer.ip_block)
            if other.address not in inside:
                yield "block: outside it"
            elif cut:
                yield "except: hit" if any(other.address in c for c in cut) else "except: missed"
            if other.address in inside and isinstance(other, PodEnd):
                yield "block: matched a pod"
    for port in rule.ports or ():
        if NUMBERS[port.protocol] != flow.protocol:
            continue
        if isinstance(port.port, int) and port.end_port is not None and flow.port is not None:
            edges = {
                port.port - 1: "port - 1",
                port.end_port + 1: "endPort + 1",
                port.port: "port",
                port.end_port: "endPort",
            }
            if flow.port in edges:
                yield f"endPort: {edges[flow.port]}"
        if isinstance(port.port, str) and isinstance(flow.destination, PodEnd):
            declared = {
                c.number
                for c in flow.destination.container_ports
                if c.name == port.port and NUMBERS[c.protocol] == flow.protocol
            }
            if declared:
                word = "matched" if flow.port in declared else "of another number"
                yield f"named port {word}: {side}"
            if len(declared) > 1:
                yield "one name for two numbers of a pod"


def operators_met(side: str, selector: LabelSelector, labels: Mapping[str, str]) -> Iterator[str]:
    """Each requirement of a selector with the key's presence and the outcome."""
    for requirement in selector.match_expressions:
        present = requirement.key in labels
        held = labels.get(requirement.key) in requirement.values
        outcome = {"In": held, "NotIn": not held, "Exists": present, "DoesNotExist": not present}[requirement.operator]
        yield f"{side} {requirement.operator} on a {'present' if present else 'missing'} key is {outcome}"
