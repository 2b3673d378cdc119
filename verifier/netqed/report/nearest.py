"""The rule that comes nearest to letting a blocked flow through, and what of it does not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from ipaddress import ip_address
from typing import Final

from netqed.analysis.results import PROTOCOL_NAMES, Witness, WitnessEnd
from netqed.plugins.matters import Reading
from netqed.reference.flow import AddressEnd, Direction, DirectionDecision, End, PodEnd
from netqed.reference.peers import peer_matches
from netqed.reference.ports import port_matches, protocol_number
from netqed.reference.reading import looks_names_up
from netqed.reference.selectors import namespace_labels
from netqed.report.words import (
    bare_name,
    labels_words,
    other,
    peer_words,
    port_words,
    rules_of,
    selector_keys,
    selector_words,
)
from netqed.resources.objects import ContainerPort, LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule
from netqed.sources.position import FieldPath

_PORT_NAME: Final = "port name "
"""How a witness says that a port's name was invented."""


class Distance(IntEnum):
    """How much of a rule does not fit, nearest first."""

    PORT = 0
    """The peer matches; only the port does not."""
    PART_OF_PEER = 1
    """The port matches, and one of the peer's two selectors, or a block but for its `except`."""
    PORT_OF_ANYONE = 2
    """As PORT, of a rule that is for everyone, which tells little of what its author meant for this side."""
    PEER = 3
    """The port matches; no part of the peer does."""


@dataclass(frozen=True, slots=True)
class Near:
    """A rule with what does not fit: the element to point at, and why."""

    policy: NetworkPolicy
    rule: int
    distance: Distance
    path: FieldPath
    label: str
    matching: FieldPath | None = None
    """The peer that does match, where only the port does not."""


def nearest(witness: Witness, decision: DirectionDecision) -> Near | None:
    """Of all rules of the policies that isolate the side, the first of those that are nearest to the flow; None where
    in each both port and peer fail, or there is none."""
    found = (
        _Rule(witness, decision.direction, policy, index, rule).near()
        for policy in decision.selecting
        for index, rule in enumerate(rules_of(policy, decision.direction))
    )
    return min((near for near in found if near is not None), key=lambda near: near.distance, default=None)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule held against one blocked flow."""

    witness: Witness
    direction: Direction
    policy: NetworkPolicy
    index: int
    rule: PolicyRule

    @property
    def path(self) -> FieldPath:
        return ("spec", self.direction, self.index)

    @property
    def peers_path(self) -> FieldPath:
        return (*self.path, "from" if self.direction == "ingress" else "to")

    @property
    def _reading(self) -> Reading:
        return self.witness.world.reading

    def near(self) -> Near | None:
        if self.witness.port is None:
            return None
        peers, ports = self.rule.peers or (), self.rule.ports or ()
        destination = _end(self.witness.destination, self.witness)
        port_fits = not ports or any(
            port_matches(
                port, self.witness.protocol, self.witness.port, destination, self.direction, self._reading, ports
            )
            for port in ports
        )
        fitting = next((index for index, peer in enumerate(peers) if self._fits(peer)), None)
        peer_fits = not peers or fitting is not None
        if peer_fits and not port_fits:
            matching = None if fitting is None else (*self.peers_path, fitting)
            path, label = self._port(ports)
            anyone = fitting is None or _is_anyone(peers[fitting])
            distance = Distance.PORT_OF_ANYONE if anyone else Distance.PORT
            return Near(self.policy, self.index, distance, path, label, matching)
        if port_fits and not peer_fits:
            return self._peer(peers)
        return None

    def _fits(self, peer: PolicyPeer) -> bool:
        end = other(self.witness, self.direction)
        version = ip_address(end.address).version if end.address else (4 if self.witness.family == "IPv4" else 6)
        return bool(
            peer_matches(
                peer,
                _end(end, self.witness),
                self.policy.namespace,
                lambda name: namespace_labels(name, end.namespace_labels),
                (version,),
            )
        )

    def _port(self, ports: tuple[PolicyPort, ...]) -> tuple[FieldPath, str]:
        """What to point at where no port matches, and what the ports are."""
        path: FieldPath = (*self.path, "ports")
        admits = ", ".join(self._port_words(port) for port in ports)
        label = f"admits {admits}, but not {self.witness.traffic}"
        if len(ports) > 1:
            return path, label
        (port,) = ports
        wrong_protocol = protocol_number(port.protocol) != self.witness.protocol
        if wrong_protocol and port.protocol is not None:
            return (*path, 0, "protocol"), label
        return (*path, 0, "port"), label

    def _port_words(self, port: PolicyPort) -> str:
        words = port_words(port)
        if not isinstance(port.port, str):
            return words
        if not looks_names_up(self._reading, self.direction):
            return f"{words} (a name, which is not looked up)"
        end = _end(self.witness.destination, self.witness)
        declared = end.container_ports if isinstance(end, PodEnd) else ()
        numbers = sorted(
            one.number
            for one in declared
            if one.name == port.port and protocol_number(one.protocol) == protocol_number(port.protocol)
        )
        name = bare_name(self.witness.destination)
        if not numbers:
            return f"{words} (a name that no container of {name} declares)"
        return f"{words} (port {', '.join(map(str, numbers))} of {name})"

    def _peer(self, peers: tuple[PolicyPeer, ...]) -> Near | None:
        """The nearest of peers none of which matches."""
        for index, peer in enumerate(peers):
            found = self._part(peer, (*self.peers_path, index))
            if found is not None:
                part, label = found
                neither = "" if len(peers) == 1 else " (nor does another item match)"
                return Near(self.policy, self.index, Distance.PART_OF_PEER, part, label + neither)
        name = bare_name(other(self.witness, self.direction))
        comparable = [index for index, peer in enumerate(peers) if self._comparable(peer)]
        if not comparable:
            return None
        if len(peers) > 1:
            label = f"none of these {len(peers)} items matches {name}"
            return Near(self.policy, self.index, Distance.PEER, self.peers_path, label)
        label = f"matches {peer_words(peers[0], self.policy)}, not {name}"
        return Near(self.policy, self.index, Distance.PEER, (*self.peers_path, 0), label)

    def _comparable(self, peer: PolicyPeer) -> bool:
        """Whether the peer speaks of things of the other side's kind: selectors of pods, blocks of addresses."""
        end = other(self.witness, self.direction)
        return (peer.ip_block is None) == (end.kind == "pod" and not end.host_network)

    def _part(self, peer: PolicyPeer, path: FieldPath) -> tuple[FieldPath, str] | None:
        """Where a part of the peer matches: the other part, and why that does not. A part that matches everything
        counts for nothing."""
        end = other(self.witness, self.direction)
        name = bare_name(end)
        if peer.ip_block is not None:
            if self._fits(PolicyPeer(ip_block=replace(peer.ip_block, except_=None))):
                words = f"leaves out {', '.join(peer.ip_block.except_ or ())}, and so {end.address}"
                return (*path, "ipBlock", "except"), words
            return None
        pods, spaces = peer.pod_selector, peer.namespace_selector
        if pods in (None, LabelSelector()):
            return None
        assert pods is not None
        if self._fits(replace(peer, namespace_selector=LabelSelector())):
            if spaces is None:
                own = f"has no namespaceSelector, so it speaks of {self.policy.namespace} only; {name} is in "
                return (*path, "podSelector"), f"{own}{end.namespace}"
            has = labels_words(self._namespace_labels(), selector_keys(spaces))
            if not end.namespace_exists:
                has = f"{has}, as no Namespace object declares it"
            words = f"matches namespaces with {selector_words(spaces)}; {end.namespace} has {has}"
            return (*path, "namespaceSelector"), words
        if spaces != LabelSelector() and self._fits(replace(peer, pod_selector=None)):
            has = labels_words(end.labels, selector_keys(pods))
            return (*path, "podSelector"), f"matches pods with {selector_words(pods)}; {name} has {has}"
        return None

    def _namespace_labels(self) -> dict[str, str]:
        end = other(self.witness, self.direction)
        return dict(namespace_labels(end.namespace or "", end.namespace_labels))


def _is_anyone(peer: PolicyPeer) -> bool:
    return peer.namespace_selector == LabelSelector() and peer.pod_selector in (None, LabelSelector())


def _end(end: WitnessEnd, witness: Witness) -> End:
    """A side of the witness as the evaluator takes it."""
    address = ip_address(end.address) if end.address else None
    if end.kind != "pod" and address is not None:
        return AddressEnd(address, node=end.name if end.kind == "node" else None)
    ports = end.workload.container_ports if end.workload is not None else ()
    protocol = PROTOCOL_NAMES.get(witness.protocol)
    invented = tuple(
        ContainerPort(witness.port, text.removeprefix(_PORT_NAME), protocol)
        for text in end.invented
        if text.startswith(_PORT_NAME) and witness.port is not None
    )
    return PodEnd(end.namespace or "", end.labels or {}, address, (*ports, *invented), end.host_network)
