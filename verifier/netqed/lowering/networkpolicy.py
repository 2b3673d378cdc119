"""networking.k8s.io/v1 NetworkPolicy lowered to one layer a direction (docs/semantics.md A1 to A7).

Written from the policy model and the API's text; the evaluator is another reading and shares nothing with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from netqed.lowering.selectors import namespace_selector, pod_selector
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.resources.objects import IPBlock, LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule
from netqed_smt.model import (
    FALSE,
    TRUE,
    At,
    Choice,
    Constant,
    Direction,
    InCidr,
    IsExternal,
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
    ToOwnNode,
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


def networkpolicy_layers(
    policies: Iterable[NetworkPolicy], *, presence: Presence | None = None, reading: Reading | None = SPEC
) -> tuple[Layer, Layer]:
    """The ingress layer and the egress layer of a set of policies.

    Rules are a union and there is no order (A1, fact 2); a pod that some policy selects for the direction is governed
    and denied by default (A1, fact 1). With `presence` each policy has a say only where that is true of it. Matters
    that are left to network plugins are decided by the reading; without one each is a `Choice` of the matter's name.
    """
    listed = tuple(policies)
    known = presence or (lambda policy: TRUE)
    return (
        Lowering(Direction.INGRESS, reading).layer(listed, known),
        Lowering(Direction.EGRESS, reading).layer(listed, known),
    )


def effective_directions(policy: NetworkPolicy) -> frozenset[Direction]:
    """The directions that the policy isolates its pods for, by the default of policyTypes where that is unset or
    empty: Ingress, and Egress if there are egress rules (A2, fact 9)."""
    if policy.policy_types:
        return frozenset(Direction[name.upper()] for name in policy.policy_types)
    if policy.egress:
        return frozenset({Direction.INGRESS, Direction.EGRESS})
    return frozenset({Direction.INGRESS})


@dataclass(frozen=True, slots=True)
class Lowering:
    """One direction under a reading, or under all."""

    direction: Direction
    reading: Reading | None

    def decided(self, matter: Matter) -> Predicate:
        """Whether the matter is answered with yes."""
        return Choice(matter.value) if self.reading is None else Constant(matter in self.reading)

    def layer(self, policies: tuple[NetworkPolicy, ...], presence: Presence) -> Layer:
        applying = [policy for policy in policies if self._applies(policy) != FALSE]
        subjects = {id(policy): all_of([presence(policy), self.subject(policy)]) for policy in applying}
        rules = [
            self.rule(policy, index, rule.peers, subjects[id(policy)])
            for policy in applying
            for index, rule in enumerate(self.rules(policy))
        ]
        return Layer(
            direction=self.direction,
            rules=tuple(rules),
            governs=all_of([any_of(subjects.values()), self.governed_traffic()]),
            default=Verb.DENY,
            name="NetworkPolicy",
        )

    def rule(
        self,
        policy: NetworkPolicy,
        index: int,
        peers: tuple[PolicyPeer, ...] | None,
        subject: Predicate | None = None,
    ) -> Rule:
        """One rule of the policy with these peers, for those that the policy selects unless `subject` says whom."""
        return Rule(
            subject=self.subject(policy) if subject is None else subject,
            peer=self._peers(policy, peers),
            traffic=self._ports(self.rules(policy)[index]),
            action=Verb.ALLOW,
            origin=RuleOrigin(policy, self.direction, index),
        )

    def subjects(self, policies: Iterable[NetworkPolicy]) -> list[Predicate]:
        """Whom each of the policies isolates for the direction."""
        return [self.subject(policy) for policy in policies if self._applies(policy) != FALSE]

    def rules(self, policy: NetworkPolicy) -> tuple[PolicyRule, ...]:
        return (policy.ingress if self.direction is Direction.INGRESS else policy.egress) or ()

    def _applies(self, policy: NetworkPolicy) -> Predicate:
        """Whether the policy isolates its pods for the direction: it is among its types, or has rules all the same and
        the plugin goes by those (A1, fact 7)."""
        if self.direction in effective_directions(policy):
            return TRUE
        return self.decided(Matter.OMITTED_DIRECTION) if self.rules(policy) else FALSE

    def governed_traffic(self) -> Predicate:
        """What policies decide at all: TCP, UDP and SCTP, and on some plugins every protocol (A6, fact 42); not what a
        pod sends to itself (fact 39), nor what its own node sends it (fact 40) or it sends to its own node (fact 41),
        these two as the plugin has it."""
        own_node: tuple[Predicate, Matter] = (
            (OwnNode(), Matter.OWN_NODE_INGRESS)
            if self.direction is Direction.INGRESS
            else (ToOwnNode(), Matter.OWN_NODE_EGRESS)
        )
        exempt = any_of([SameEndpoint(), all_of([own_node[0], self.decided(own_node[1])])])
        protocols = [ProtocolIs(number) for number in PROTOCOLS.values()]
        return all_of([any_of([*protocols, self.decided(Matter.OTHER_PROTOCOLS)]), negate(exempt)])

    def _policed_pod(self, *host_networked: Matter) -> Predicate:
        """Pods as policies see them: host-networked ones only where one of the matters is answered with yes (A7, fact
        43)."""
        return all_of([IsPod(), any_of([negate(IsHostNetworked()), *map(self.decided, host_networked)])])

    def subject(self, policy: NetworkPolicy) -> Predicate:
        """Whom the policy isolates for the direction: the pods of its namespace that podSelector matches; unset is all
        of them (A2, fact 8)."""
        return all_of(
            [
                self._applies(policy),
                self._policed_pod(Matter.HOST_PODS_GOVERNED),
                NamespaceIs(policy.namespace),
                pod_selector(policy.pod_selector or LabelSelector()),
            ]
        )

    def _peers(self, policy: NetworkPolicy, peers: tuple[PolicyPeer, ...] | None) -> Predicate:
        """Any of the peers; unset or empty is everything, external addresses included (A2, fact 12)."""
        return any_of([self.peer(policy, peer) for peer in peers]) if peers else TRUE

    def peer(self, policy: NetworkPolicy, peer: PolicyPeer) -> Predicate:
        """One peer: the selectors of one item are both required (A3, fact 21); without a namespaceSelector the pods are
        of the policy's namespace (fact 19)."""
        if peer.ip_block is not None:
            return self._block(peer.ip_block)
        matters = [Matter.HOST_PODS_SELECTED]
        if peer.namespace_selector is not None and peer.pod_selector in (None, LabelSelector()):
            matters.append(Matter.HOST_PODS_BY_NAMESPACE)
        return all_of(
            [
                self._policed_pod(*matters),
                NamespaceIs(policy.namespace)
                if peer.namespace_selector is None
                else namespace_selector(peer.namespace_selector),
                TRUE if peer.pod_selector is None else pod_selector(peer.pod_selector),
            ]
        )

    def _block(self, block: IPBlock) -> Predicate:
        """Addresses of the block less its exceptions (A3, fact 25): external ones, and those of pods and of nodes as
        the plugin has it (fact 24). A host-networked pod's address is its node's (A7, fact 43)."""
        of_pods, of_nodes = self.decided(Matter.BLOCK_PODS), self.decided(Matter.BLOCK_NODES)
        if of_pods == of_nodes == TRUE:
            owners: Predicate = TRUE
        else:
            pod = all_of([IsPod(), negate(IsHostNetworked())])
            owners = any_of(
                [IsExternal(), all_of([pod, of_pods]), all_of([negate(IsExternal()), negate(pod), of_nodes])]
            )
        return all_of(
            [InCidr(network(block.cidr)), *(negate(InCidr(network(cut))) for cut in block.except_ or ()), owners]
        )

    def _ports(self, rule: PolicyRule) -> Predicate:
        """Any of the ports; unset or empty is all traffic, whatever its protocol (A2, fact 13)."""
        return any_of([self.port(port, rule.ports) for port in rule.ports]) if rule.ports else TRUE

    def port(self, port: PolicyPort, listed: tuple[PolicyPort, ...]) -> Predicate:
        """One of a rule's ports: protocol TCP where unset (A2, fact 15), every port of it where unset (fact 16),
        `endPort` included where the plugin knows it (fact 17), a name as the destination pod resolves it (A5, fact
        33)."""
        protocol = PROTOCOLS[port.protocol or "TCP"]
        match port.port:
            case None:
                return ProtocolIs(protocol)
            case str(name):
                return all_of([ProtocolIs(protocol), self._named(name, protocol, listed)])
            case int(first):
                numbers: Predicate = PortBetween(first, first)
                if port.end_port is not None and port.end_port > first:
                    longer = all_of([PortBetween(first + 1, port.end_port), self.decided(Matter.END_PORT)])
                    if longer == PortBetween(first + 1, port.end_port):
                        numbers = PortBetween(first, port.end_port)
                    else:
                        numbers = any_of([numbers, longer])
                return all_of([ProtocolIs(protocol), numbers])

    def _named(self, name: str, protocol: int, listed: tuple[PolicyPort, ...]) -> Predicate:
        """A port of the destination by its name (A5, fact 33). A host-networked pod has no names, unless it counts as a
        pod in this direction (A7, fact 43). Where the plugin looks none up, the name stands for every port or for none,
        which a number for the protocol in the same rule may decide."""
        ingress = self.direction is Direction.INGRESS
        looked_up = self.decided(Matter.INGRESS_PORT_NAMES if ingress else Matter.EGRESS_PORT_NAMES)
        as_pod = self.decided(Matter.HOST_PODS_GOVERNED if ingress else Matter.HOST_PODS_SELECTED)
        has_names = any_of([negate(At(Side.DESTINATION, IsHostNetworked())), as_pod])
        numbered = {PROTOCOLS[port.protocol or "TCP"] for port in listed if isinstance(port.port, int)}
        unread = Matter.UNREAD_NAMES_BESIDE_NUMBERS if protocol in numbered else Matter.UNREAD_PORT_NAMES
        return any_of(
            [
                all_of([looked_up, NamedPort(name, protocol), has_names]),
                all_of([negate(looked_up), self.decided(unread)]),
            ]
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
