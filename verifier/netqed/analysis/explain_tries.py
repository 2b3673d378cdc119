"""Policies, rules, peers and ports held against one flow, each with what matches and what fails.

Every outcome is the evaluator's own: this module asks it about parts of a policy, and never decides by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from netqed.analysis.explain_values import (
    Condition,
    DirectionExplained,
    NotSelecting,
    PeerReason,
    PeerTried,
    PortReason,
    PortTried,
    RuleTried,
    Selecting,
)
from netqed.reference import reading as decisions
from netqed.reference.blocks import Version, parse_cidr
from netqed.reference.flow import Direction, DirectionDecision, End, Flow, PodEnd, World
from netqed.reference.peers import peer_matches
from netqed.reference.policies import EVERYTHING, isolates, rules_of
from netqed.reference.ports import named_port_matches, port_matches, protocol_number
from netqed.reference.selectors import namespace_labels, requirement_holds
from netqed.resources.objects import (
    IPBlock,
    Labels,
    LabelSelector,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
)
from netqed.sources.position import FieldPath


def governed(flow: Flow, direction: Direction) -> End:
    """The side that a direction's policies select."""
    return flow.destination if direction == "ingress" else flow.source


def other(flow: Flow, direction: Direction) -> End:
    """The side that a direction's peers match."""
    return flow.source if direction == "ingress" else flow.destination


def conditions(selector: LabelSelector | None, labels: Labels, path: FieldPath) -> tuple[Condition, ...]:
    """Each condition of the selector, which stands at `path`, held against the labels; none of an absent one."""
    if selector is None:
        return ()
    stated = [
        *(((*path, "matchLabels", key), Requirement(key, "In", (value,))) for key, value in selector.match_labels),
        *(((*path, "matchExpressions", index), item) for index, item in enumerate(selector.match_expressions)),
    ]
    return tuple(Condition(place, one, requirement_holds(one, labels), labels.get(one.key)) for place, one in stated)


class Tries:
    """Holds the policies of one world against flows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._policies: dict[str, list[NetworkPolicy]] = {}
        for policy in world.policies:
            self._policies.setdefault(policy.namespace, []).append(policy)

    def policies_of(self, end: End) -> tuple[NetworkPolicy, ...]:
        """The policies of a pod's namespace, in input order; none of what is no pod."""
        return tuple(self._policies.get(end.namespace, ())) if isinstance(end, PodEnd) else ()

    def selecting(self, end: End, direction: Direction) -> tuple[NetworkPolicy, ...]:
        """The policies that isolate the side in this direction, if anything governs it."""
        if not isinstance(end, PodEnd):
            return ()
        return tuple(one for one in self.policies_of(end) if isolates(one, end, direction, self._world.reading))

    def direction(self, flow: Flow, decision: DirectionDecision) -> DirectionExplained:
        """One direction, whose decision is the evaluator's, in full."""
        pod = governed(flow, decision.direction)
        if not isinstance(pod, PodEnd) or decision.reason not in ("not-isolated", "rule", "no-rule"):
            return DirectionExplained(decision)
        selecting = tuple(
            Selecting(
                policy,
                conditions(policy.pod_selector, pod.labels, ("spec", "podSelector")),
                tuple(self._rules(policy, flow, decision.direction)),
            )
            for policy in decision.selecting
        )
        chosen = {id(policy) for policy in decision.selecting}
        others = [self._not_selecting(one, pod) for one in self.policies_of(pod) if id(one) not in chosen]
        return DirectionExplained(decision, selecting, tuple(sorted(others, key=lambda one: len(one.failing))))

    def _not_selecting(self, policy: NetworkPolicy, pod: PodEnd) -> NotSelecting:
        held = conditions(policy.pod_selector or EVERYTHING, pod.labels, ("spec", "podSelector"))
        return NotSelecting(policy, tuple(one for one in held if not one.holds))

    def _rules(self, policy: NetworkPolicy, flow: Flow, direction: Direction) -> Iterator[RuleTried]:
        for index, rule in enumerate(rules_of(policy, direction)):
            path: FieldPath = ("spec", direction, index)
            peers = tuple(self._peers(policy, rule, flow, direction, path))
            ports = tuple(
                self._port(n, rule.ports or (), flow, direction, (*path, "ports", n))
                for n in range(len(rule.ports or ()))
            )
            tried = RuleTried(policy, direction, index, rule, None, peers, ports)
            yield replace(tried, matches=tried.peer_matches if tried.port_matches else False)

    def _peers(
        self, policy: NetworkPolicy, rule: PolicyRule, flow: Flow, direction: Direction, path: FieldPath
    ) -> Iterator[PeerTried]:
        end = other(flow, direction)
        listed: FieldPath = (*path, "from" if direction == "ingress" else "to")
        for index, peer in enumerate(rule.peers or ()):
            place: FieldPath = (*listed, index)
            matches = self._matches(peer, end, policy.namespace, flow)
            spaces: tuple[Condition, ...] = ()
            pods: tuple[Condition, ...] = ()
            if isinstance(end, PodEnd) and peer.ip_block is None:
                spaces = conditions(
                    peer.namespace_selector, self._labels_of(end.namespace), (*place, "namespaceSelector")
                )
                pods = conditions(peer.pod_selector, end.labels, (*place, "podSelector"))
            reason = self._peer_reason(peer, end, policy.namespace, flow, matches)
            yield PeerTried(index, peer, place, matches, reason, spaces, pods)

    def _matches(self, peer: PolicyPeer, end: End, namespace: str, flow: Flow) -> bool | None:
        world = self._world
        return peer_matches(peer, end, namespace, self._labels_of, _versions(flow), world.reading, world.nodes or {})

    def _peer_reason(self, peer: PolicyPeer, end: End, namespace: str, flow: Flow, matches: bool | None) -> PeerReason:
        """Why a peer matches or not, found by asking about the peer with parts of it left out."""
        if matches is not False:
            return "matches" if matches else "open"
        block = peer.ip_block
        if block is not None:
            if not decisions.block_sees(self._world.reading, end, self._world.nodes or {}):
                return "unseen"
            if end.address is None or parse_cidr(block.cidr).version != end.address.version:
                return "other-family"
            whole = PolicyPeer(ip_block=IPBlock(block.cidr))
            return "excepted" if self._matches(whole, end, namespace, flow) else "outside-block"
        if not isinstance(end, PodEnd) or not decisions.is_selectable(self._world.reading, end, peer):
            return "not-a-pod"
        return "namespace" if peer.namespace_selector is None and end.namespace != namespace else "selectors"

    def _port(
        self, index: int, listed: tuple[PolicyPort, ...], flow: Flow, direction: Direction, path: FieldPath
    ) -> PortTried:
        reading, end, item = self._world.reading, flow.destination, listed[index]
        numbers: tuple[int, ...] = ()
        if isinstance(item.port, str):
            numbers = tuple(sorted(set(named_ports(item, end))))
        matches = port_matches(item, flow.protocol, flow.port, end, direction, reading, listed)
        unread = isinstance(item.port, str) and not decisions.looks_names_up(reading, direction)
        reason: PortReason = "number"
        if matches:
            reason = "any-port" if unread else "matches"
        elif flow.port is None:
            reason = "portless"
        elif protocol_number(item.protocol) != flow.protocol:
            reason = "protocol"
        elif unread:
            reason = "unread"
        elif isinstance(item.port, str):
            resolved = decisions.resolves_named_ports(reading, end, direction)
            reason = "unresolved" if not resolved else "name" if numbers else "no-name"
        return PortTried(index, item, path, matches, reason, numbers)

    def _labels_of(self, namespace: str) -> Labels:
        declared: Mapping[str, Labels] = self._world.namespaces or {}
        return namespace_labels(namespace, declared.get(namespace))


def named_ports(item: PolicyPort, destination: End) -> Iterator[int]:
    """The ports that the destination declares under the item's name and protocol, if it has one (A5, fact 33)."""
    if not isinstance(item.port, str) or not isinstance(destination, PodEnd):
        return
    protocol = protocol_number(item.protocol)
    for declared in destination.container_ports:
        if named_port_matches(item.port, protocol, declared.number, destination):
            yield declared.number


def blocks_of(policies: Iterable[NetworkPolicy], direction: Direction) -> Iterator[IPBlock]:
    """Every ipBlock of the policies' rules of a direction."""
    for policy in policies:
        for rule in rules_of(policy, direction):
            yield from (peer.ip_block for peer in rule.peers or () if peer.ip_block is not None)


def _versions(flow: Flow) -> tuple[Version, ...]:
    """The IP families that the flow may have."""
    known = [end.address.version for end in (flow.source, flow.destination) if end.address is not None]
    return (known[0],) if known else (4, 6)
