"""A direct interpreter of the policy model: what predicates and layers say of one flow, read off their documentation.

It shares nothing with the encoding but the model's own classes, and knows flows as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from netqed_smt import model
from netqed_smt.model import Direction, Layer, Predicate, Rule, Side, Verb

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class End:
    """One side of a flow."""

    kind: Literal["pod", "host", "external"] = "pod"
    namespace: str = "web"
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    host_network: bool = False
    address: Address = IPv4Address("10.0.0.1")  # noqa: RUF009 - immutable
    ports: frozenset[tuple[str, int, int]] = frozenset()
    """Named container ports: name, protocol number, port number."""
    workload: int | None = None


@dataclass(frozen=True)
class Flow:
    """A flow as plain values; the sides' addresses are of one family."""

    source: End = End()
    destination: End = End()
    protocol: int = 6
    port: int = 80
    same: bool = False
    own_node: bool = False
    to_own_node: bool = False
    choices: frozenset[str] = frozenset()
    """Names of what is one way or the other for all flows and is so here."""

    def end(self, side: Side) -> End:
        return self.source if side is Side.SOURCE else self.destination


def holds(predicate: Predicate, flow: Flow, side: Side | None = None) -> bool:
    """Whether the predicate is true of the flow; endpoint atoms speak of `side`."""
    match predicate:
        case model.Constant(value):
            return value
        case model.Choice(name):
            return name in flow.choices
        case model.And(operands):
            return all(holds(operand, flow, side) for operand in operands)
        case model.Or(operands):
            return any(holds(operand, flow, side) for operand in operands)
        case model.Not(operand):
            return not holds(operand, flow, side)
        case model.At(other, operand):
            return holds(operand, flow, other)
        case model.ProtocolIs(number):
            return flow.protocol == number
        case model.PortBetween(first, last):
            return first <= flow.port <= last
        case model.NamedPort(name, protocol):
            return (name, protocol, flow.port) in flow.destination.ports
        case model.OwnNode():
            return flow.own_node
        case model.ToOwnNode():
            return flow.to_own_node
        case model.SameEndpoint():
            return flow.same
        case model.SameNamespace():
            both = flow.source.kind == flow.destination.kind == "pod"
            return both and flow.source.namespace == flow.destination.namespace
        case model.SameLabel(key):
            return _agree(key, flow.source.labels, flow.destination.labels)
        case model.SameNamespaceLabel(key):
            return _agree(key, flow.source.namespace_labels, flow.destination.namespace_labels)
        case _:
            assert side is not None, predicate
            return _of_end(predicate, flow.end(side))


def _agree(key: str, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return key in one and key in other and one[key] == other[key]


def _of_end(predicate: Predicate, end: End) -> bool:
    match predicate:
        case model.LabelIn(key, values):
            return end.labels.get(key) in values
        case model.LabelExists(key):
            return key in end.labels
        case model.NamespaceIs(name):
            return end.kind == "pod" and end.namespace == name
        case model.NamespaceLabelIn(key, values):
            return end.namespace_labels.get(key) in values
        case model.NamespaceLabelExists(key):
            return key in end.namespace_labels
        case model.InCidr(network):
            return end.address in network
        case model.IsPod():
            return end.kind == "pod"
        case model.IsHostNetworked():
            return end.kind == "pod" and end.host_network
        case model.IsHost():
            return end.kind == "host"
        case model.IsExternal():
            return end.kind == "external"
        case model.WorkloadIs(index):
            return end.workload == index
        case _:
            raise AssertionError(f"no predicate: {predicate}")


def lets_through(layers: Sequence[Layer], direction: Direction, flow: Flow) -> bool:
    """Whether the direction's layers let the flow through: they are walked in order, each rule in its."""
    for layer in layers:
        if layer.direction is direction:
            verb = _verb(layer, flow)
            if verb is not Verb.PASS:
                return verb is Verb.ALLOW
    return True


def _verb(layer: Layer, flow: Flow) -> Verb:
    """What the layer says of the flow; PASS is to go on."""
    for rule in layer.rules:
        if _matches(rule, layer.direction, flow):
            return rule.action
    return layer.default if holds(layer.governs, flow, layer.direction.governed) else Verb.PASS


def _matches(rule: Rule, direction: Direction, flow: Flow) -> bool:
    governed = direction.governed
    return holds(rule.subject, flow, governed) and holds(rule.peer, flow, governed.other) and holds(rule.traffic, flow)
