"""The footprint: every label, namespace, block and port name that a set of predicates speaks of.

A formula cannot tell apart two values outside its footprint, so a label needs one code for each value inside it, one
for "absent", and two for "some other value": two endpoints may have the same other value or different ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netqed_smt.model import (
    And,
    At,
    Choice,
    Constant,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelExists,
    LabelIn,
    Layer,
    NamedPort,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Network,
    Not,
    Or,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    ToOwnNode,
    WorkloadIs,
)


@dataclass(slots=True)
class Footprint:
    """What predicates speak of; grows as predicates are added."""

    labels: dict[str, set[str]] = field(default_factory=dict)
    """Values by key, of pod labels."""
    namespace_labels: dict[str, set[str]] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    networks: set[Network] = field(default_factory=set)
    port_names: set[tuple[str, int]] = field(default_factory=set)
    """Port name and protocol number."""
    ports: set[int] = field(default_factory=lambda: {1})
    """The lowest port of every range that the predicates can tell apart."""
    protocols: set[int] = field(default_factory=set)
    workloads: set[int] = field(default_factory=set)
    compared_labels: set[str] = field(default_factory=set)
    """Keys whose values are compared between the sides: every value in the cluster counts."""
    choices: set[str] = field(default_factory=set)
    compared_namespace_labels: set[str] = field(default_factory=set)

    def add(self, predicate: Predicate) -> None:
        """Take in everything that the predicate speaks of."""
        pending = [predicate]
        while pending:
            current = pending.pop()
            match current:
                case And(operands) | Or(operands):
                    pending.extend(operands)
                case Not(operand):
                    pending.append(operand)
                case At(_, operand):
                    pending.append(operand)
                case LabelIn(key, values):
                    self.labels.setdefault(key, set()).update(values)
                case LabelExists(key):
                    self.labels.setdefault(key, set())
                case NamespaceIs(name):
                    self.namespaces.add(name)
                case NamespaceLabelIn(key, values):
                    self.namespace_labels.setdefault(key, set()).update(values)
                case NamespaceLabelExists(key):
                    self.namespace_labels.setdefault(key, set())
                case InCidr(network):
                    self.networks.add(network)
                case PortBetween(first, last):
                    self.ports.update((first, min(last + 1, 65535)))
                case NamedPort(name, protocol):
                    self.port_names.add((name, protocol))
                case ProtocolIs(number):
                    self.protocols.add(number)
                case WorkloadIs(index):
                    self.workloads.add(index)
                case SameLabel(key):
                    self.labels.setdefault(key, set())
                    self.compared_labels.add(key)
                case SameNamespaceLabel(key):
                    self.namespace_labels.setdefault(key, set())
                    self.compared_namespace_labels.add(key)
                case Choice(name):
                    self.choices.add(name)
                case (
                    Constant()
                    | IsPod()
                    | IsHostNetworked()
                    | IsHost()
                    | IsExternal()
                    | OwnNode()
                    | ToOwnNode()
                    | SameEndpoint()
                    | SameNamespace()
                ):
                    pass

    def add_layers(self, layers: Iterable[Layer]) -> None:
        """Take in every rule of the layers, and what they govern."""
        for layer in layers:
            self.add(layer.governs)
            for rule in layer.rules:
                self.add(rule.subject)
                self.add(rule.peer)
                self.add(rule.traffic)
