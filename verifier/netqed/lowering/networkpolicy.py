"""networking.k8s.io/v1 NetworkPolicy lowered to one layer a direction (docs/semantics.md A1 to A7).

Written from the policy model and the API's text; the evaluator is another reading and shares nothing with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from netqed.lowering.selectors import namespace_selector, pod_selector
from netqed.resources.objects import IPBlock, LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule
from netqed_smt.model import (
    TRUE,
    At,
    Direction,
    InCidr,
    IsHostNetworked,
    IsPod,
    Layer,
    NamedPort,
    NamespaceIs,
    Network,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    Rule,
    SameEndpoint,
    Side,
    Verb,
    all_of,
    any_of,
    negate,
)

PROTOCOLS: Final = {"TCP": 6, "UDP": 17, "SCTP": 132}
"""IP protocol numbers of the protocols that the API names."""


Presence = Callable[[NetworkPolicy], Predicate]
"""Says of a policy when it is there."""


@dataclass(frozen=True, slots=True)
class RuleOrigin:
    """Where a lowered rule comes from: `spec.<direction>[index]` of the policy."""

    policy: NetworkPolicy
    direction: Direction
    index: int


def networkpolicy_layers(policies: Iterable[NetworkPolicy], *, presence: Presence | None = None) -> tuple[Layer, Layer]:
    """The ingress layer and the egress layer of a set of policies.

    Rules are a union and there is no order (A1, fact 2); a pod that some policy selects for the direction is governed
    and denied by default (A1, fact 1). With `presence` each policy has a say only where that is true of it.
    """
    listed = tuple(policies)
    known = presence or (lambda policy: TRUE)
    return _layer(listed, Direction.INGRESS, known), _layer(listed, Direction.EGRESS, known)


def _layer(policies: tuple[NetworkPolicy, ...], direction: Direction, presence: Presence) -> Layer:
    applying = [policy for policy in policies if direction in effective_directions(policy)]
    subjects = {id(policy): all_of([presence(policy), _subject(policy)]) for policy in applying}
    rules = [
        Rule(
            subject=subjects[id(policy)],
            peer=_peers(policy, rule),
            traffic=_ports(rule),
            action=Verb.ALLOW,
            origin=RuleOrigin(policy, direction, index),
        )
        for policy in applying
        for index, rule in enumerate((policy.ingress if direction is Direction.INGRESS else policy.egress) or ())
    ]
    return Layer(
        direction=direction,
        rules=tuple(rules),
        governs=all_of([any_of(subjects.values()), _governed_traffic(direction)]),
        default=Verb.DENY,
        name="NetworkPolicy",
    )


def effective_directions(policy: NetworkPolicy) -> frozenset[Direction]:
    """The directions that the policy isolates its pods for, by the default of policyTypes where that is unset or
    empty: Ingress, and Egress if there are egress rules (A2, fact 9)."""
    if policy.policy_types:
        return frozenset(Direction[name.upper()] for name in policy.policy_types)
    if policy.egress:
        return frozenset({Direction.INGRESS, Direction.EGRESS})
    return frozenset({Direction.INGRESS})


def _governed_traffic(direction: Direction) -> Predicate:
    """What policies decide at all, under the reading `spec`: TCP, UDP and SCTP (A6, fact 42), not what a pod sends to
    itself (fact 39), and not what the pod's own node sends it (facts 40 and 41: ingress only)."""
    exempt: list[Predicate] = [SameEndpoint()]
    if direction is Direction.INGRESS:
        exempt.append(OwnNode())
    return all_of([any_of([ProtocolIs(number) for number in PROTOCOLS.values()]), negate(any_of(exempt))])


def _policed_pod() -> Predicate:
    """Pods as policies see them: host-networked ones are node traffic (A7, fact 43, option b)."""
    return all_of([IsPod(), negate(IsHostNetworked())])


def _subject(policy: NetworkPolicy) -> Predicate:
    """The pods of the policy's namespace that podSelector matches; unset is all of them (A2, fact 8)."""
    return all_of([_policed_pod(), NamespaceIs(policy.namespace), pod_selector(policy.pod_selector or LabelSelector())])


def _peers(policy: NetworkPolicy, rule: PolicyRule) -> Predicate:
    """Any of the peers; unset or empty is everything, external addresses included (A2, fact 12)."""
    return any_of([_peer(policy, peer) for peer in rule.peers]) if rule.peers else TRUE


def _peer(policy: NetworkPolicy, peer: PolicyPeer) -> Predicate:
    """One peer: the selectors of one item are both required (A3, fact 21); without a namespaceSelector the pods are of
    the policy's namespace (fact 19)."""
    if peer.ip_block is not None:
        return _block(peer.ip_block)
    return all_of(
        [
            _policed_pod(),
            NamespaceIs(policy.namespace)
            if peer.namespace_selector is None
            else namespace_selector(peer.namespace_selector),
            TRUE if peer.pod_selector is None else pod_selector(peer.pod_selector),
        ]
    )


def _block(block: IPBlock) -> Predicate:
    """Addresses of the block less its exceptions (A3, fact 25), whoever has them, pods included (fact 24)."""
    return all_of(
        [InCidr(network(block.cidr)), *(negate(InCidr(network(excepted))) for excepted in block.except_ or ())]
    )


def network(cidr: str) -> Network:
    """The block as the API server reads it: host bits are masked, leading zeros dropped, and an IPv4 block in IPv6
    notation is IPv4 (A9, fact 57)."""
    address, _, length = cidr.partition("/")
    head, colon, tail = address.rpartition(":")
    if "." in tail:
        tail = ".".join(str(int(part)) for part in tail.split("."))
    read = ip_network(f"{head}{colon}{tail}/{int(length)}", strict=False)
    match read:
        case IPv6Network():
            mapped = read.network_address.ipv4_mapped
            if mapped is not None and read.prefixlen >= 96:
                return IPv4Network((mapped, read.prefixlen - 96))
            return read
        case IPv4Network():
            return read


def _ports(rule: PolicyRule) -> Predicate:
    """Any of the ports; unset or empty is all traffic, whatever its protocol (A2, fact 13)."""
    return any_of([_port(port) for port in rule.ports]) if rule.ports else TRUE


def _port(port: PolicyPort) -> Predicate:
    """One port: protocol TCP where unset (A2, fact 15), every port of it where unset (fact 16), `endPort` included
    (fact 17), a name as the destination pod resolves it (A5, fact 33); a host-networked pod resolves none, since it is
    its node (A7, fact 43)."""
    protocol = PROTOCOLS[port.protocol or "TCP"]
    if port.port is None:
        return ProtocolIs(protocol)
    if isinstance(port.port, str):
        return all_of(
            [ProtocolIs(protocol), NamedPort(port.port, protocol), negate(At(Side.DESTINATION, IsHostNetworked()))]
        )
    return all_of([ProtocolIs(protocol), PortBetween(port.port, port.end_port or port.port)])
