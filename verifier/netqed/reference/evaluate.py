"""The evaluator: decides one concrete flow by reading the policies as the API's documentation does.

It is the second reading of the same specification, independent of the encoding, and slow on purpose. Numbers in
docstrings and comments are the facts of docs/semantics.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

from netqed.plugins.matters import Reading
from netqed.reference import reading as decisions
from netqed.reference.blocks import Version, covers
from netqed.reference.flow import (
    Address,
    AddressNeeded,
    Decision,
    Direction,
    DirectionDecision,
    End,
    Flow,
    PodEnd,
    RuleMatch,
    World,
)
from netqed.reference.peers import peer_matches
from netqed.reference.policies import isolates, rules_of
from netqed.reference.ports import port_matches
from netqed.reference.selectors import namespace_labels
from netqed.resources.objects import IPBlock, Labels, NetworkPolicy, PolicyRule


def decide(flow: Flow, world: World) -> Decision:
    """Decide one flow; `Evaluator` does the same for many flows in one world."""
    return Evaluator(world).decide(flow)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule that matches if the other side's address lies in one of `blocks`."""

    match: RuleMatch
    blocks: tuple[IPBlock, ...]


class Evaluator:
    """Decides flows in one world."""

    def __init__(self, world: World) -> None:
        self._namespaces: Mapping[str, Labels] = world.namespaces or {}
        self._nodes: Mapping[str, tuple[Address, ...]] = world.nodes or {}
        self._reading = world.reading
        self._policies: dict[str, list[NetworkPolicy]] = defaultdict(list)
        for policy in world.policies:
            self._policies[policy.namespace].append(policy)

    def under(self, reading: Reading) -> Evaluator:
        """Decides flows in the same world under another reading; cheap, whatever the number of policies."""
        other = copy(self)
        other._reading = reading
        return other

    def decide(self, flow: Flow) -> Decision:
        """Decide both directions of a flow (A1, fact 3).

        AddressNeeded where the decision of a direction depends on an address that is not known. ValueError where the
        two known addresses are of different families, or TCP, UDP or SCTP comes without a port.
        """
        one, other = flow.source.address, flow.destination.address
        if one is not None and other is not None and one.version != other.version:
            raise ValueError(f"mixed families: {one} and {other}")
        if flow.protocol in decisions.GOVERNED_PROTOCOLS and flow.port is None:
            raise ValueError(f"IP protocol {flow.protocol} needs a port")
        return Decision(
            ingress=self._decide(flow, "ingress", flow.destination, flow.source),
            egress=self._decide(flow, "egress", flow.source, flow.destination),
        )

    def _decide(self, flow: Flow, direction: Direction, governed: End, other: End) -> DirectionDecision:
        """Decide one direction, which governs one side and matches rules against the other."""
        if not isinstance(governed, PodEnd) or not decisions.is_governed(self._reading, governed):
            return DirectionDecision(direction, "not-a-governed-pod")
        if not decisions.is_governed_protocol(self._reading, flow.protocol):
            return DirectionDecision(direction, "not-governed-protocol")
        if decisions.is_same_pod(flow.source, flow.destination):
            return DirectionDecision(direction, "same-pod")
        if decisions.passes_own_node(self._reading, direction, governed, other, self._nodes):
            return DirectionDecision(direction, "own-node")

        listed = self._policies.get(governed.namespace, ())
        selecting = tuple(policy for policy in listed if isolates(policy, governed, direction, self._reading))
        if not selecting:
            return DirectionDecision(direction, "not-isolated")  # fact 1

        # Policies and their rules add up: one that matches is enough, and their order has no meaning (fact 2).
        matches: list[RuleMatch] = []
        candidates: list[_Candidate] = []
        for policy in selecting:
            for index, rule in enumerate(rules_of(policy, direction)):
                match self._rule_matches(policy, direction, index, rule, flow, other):
                    case RuleMatch() as found:
                        matches.append(found)
                    case _Candidate() as candidate:
                        candidates.append(candidate)
        if not matches and candidates:
            blocks = [block for candidate in candidates for block in candidate.blocks]
            match covers(blocks, _possible_versions(flow)):
                case None:
                    raise AddressNeeded("source" if direction == "ingress" else "destination")
                case True:
                    matches = [candidate.match for candidate in candidates]
        return DirectionDecision(direction, "rule" if matches else "no-rule", selecting, tuple(matches))

    def _rule_matches(
        self,
        policy: NetworkPolicy,
        direction: Direction,
        index: int,
        rule: PolicyRule,
        flow: Flow,
        other: End,
    ) -> RuleMatch | _Candidate | None:
        """Whether one rule matches the flow: one of its ports does and one of its peers does (A1, fact 4). A list that
        is absent or empty matches all (A2, facts 11 to 13)."""
        port_index = None
        if rule.ports:
            port_index = next(
                (
                    number
                    for number, item in enumerate(rule.ports)
                    if port_matches(
                        item, flow.protocol, flow.port, flow.destination, direction, self._reading, rule.ports
                    )
                ),
                None,
            )
            if port_index is None:
                return None
        if not rule.peers:
            return RuleMatch(policy, direction, index, None, port_index)
        versions = _possible_versions(flow)
        undecided: dict[int, IPBlock] = {}
        for peer_index, peer in enumerate(rule.peers):
            matched = peer_matches(peer, other, policy.namespace, self._labels_of, versions, self._reading, self._nodes)
            if matched:
                return RuleMatch(policy, direction, index, peer_index, port_index)
            if matched is None and peer.ip_block is not None:
                undecided[peer_index] = peer.ip_block
        if not undecided:
            return None
        return _Candidate(
            RuleMatch(policy, direction, index, next(iter(undecided)), port_index), tuple(undecided.values())
        )

    def _labels_of(self, namespace: str) -> Labels:
        """The namespace's labels, declared or not (A4, fact 31)."""
        return namespace_labels(namespace, self._namespaces.get(namespace))


def _possible_versions(flow: Flow) -> tuple[Version, ...]:
    """The IP families that the flow may have: that of an address that is known, else both."""
    for address in (flow.source.address, flow.destination.address):
        if address is not None:
            return (address.version,)
    return (4, 6)
