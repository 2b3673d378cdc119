"""Predicates and layers as terms over a flow's variables.

The encoding says nothing about which endpoints exist: that is the universe's part. It is a formula that is true of a
flow exactly when the layers allow the flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from netqed_smt.model import (
    And,
    At,
    Choice,
    Constant,
    Direction,
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
    Not,
    Or,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    Rule,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    ToOwnNode,
    Verb,
    WorkloadIs,
)
from netqed_smt.sides import SideTerms, Vocabulary
from netqed_smt.solver import Solver, Term

PORT_WIDTH: Final = 16
PROTOCOL_WIDTH: Final = 8


class FlowTerms:
    """The variables of a flow: both sides, the traffic, and how the sides relate.

    Flows of one solver are one flow, between the same endpoints, seen in as many worlds as there are names: the traffic
    is the same in all of them, and what is true of the endpoints is each world's own.
    """

    def __init__(self, solver: Solver, vocabulary: Vocabulary, classes: int = 0, world: str = "") -> None:
        self._solver = solver
        self.vocabulary = vocabulary
        self.sides = {side: SideTerms(solver, side, vocabulary, classes, world) for side in Side}
        self.source = self.sides[Side.SOURCE]
        self.destination = self.sides[Side.DESTINATION]
        self.ipv6 = solver.boolean("flow.ipv6")
        self.protocol = solver.bits("flow.protocol", PROTOCOL_WIDTH)
        self.port = solver.bits("flow.port", PORT_WIDTH)
        self.same_endpoint = solver.boolean(f"{world}flow.same")
        """Both sides are one and the same pod or node."""
        self.own_node = solver.boolean(f"{world}flow.ownnode")
        """The source is at the address of the destination pod's own node."""
        self.to_own_node = solver.boolean(f"{world}flow.toownnode")
        """The destination is at the address of the source pod's own node."""

    def protocol_is(self, number: int) -> Term:
        """The flow's IP protocol."""
        return self._solver.is_value(self.protocol, number, PROTOCOL_WIDTH)

    def port_between(self, first: int, last: int) -> Term:
        """The destination port lies in the inclusive range."""
        return self._solver.between(self.port, first, last, PORT_WIDTH)

    def same_label(self, key: str) -> Term:
        """Both sides carry the pod label with one value."""
        return self._solver.conjunction(
            (
                self.source.label_exists(key),
                self._solver.same(self.source.labels[key], self.destination.labels[key]),
            )
        )

    def same_namespace_label(self, key: str) -> Term:
        """Both sides' namespaces carry the label with one value."""
        return self._solver.conjunction(
            (
                self.source.namespace_label_exists(key),
                self._solver.same(self.source.namespace_labels[key], self.destination.namespace_labels[key]),
            )
        )

    def same_namespace(self) -> Term:
        """Both sides are pods of one namespace."""
        return self._solver.conjunction(
            (
                self.source.pod,
                self.destination.pod,
                self._solver.same(self.source.namespace, self.destination.namespace),
            )
        )


class Encoder:
    """Turns predicates and layers into terms; equal predicates of one side share a term."""

    def __init__(self, solver: Solver, flow: FlowTerms, pod_terms: dict[int, dict[Side, Term]] | None = None) -> None:
        self._solver = solver
        self._flow = flow
        self._workloads = pod_terms if pod_terms is not None else {}
        self._terms: dict[tuple[Side | None, Predicate], Term] = {}

    def term(self, predicate: Predicate, side: Side | None = None) -> Term:
        """A term that is true of exactly the flows that the predicate holds for.

        `side` is the side that endpoint atoms speak of; None where every endpoint atom stands below an `At`.
        """
        key = (side, predicate)
        known = self._terms.get(key)
        if known is None:
            known = self._build(predicate, side)
            if not isinstance(predicate, And | Or | Not | At | Constant):
                # Z3 would write an atom's bits out wherever the atom stands.
                known = self._solver.literal(known, "atom")
            self._terms[key] = known
        return known

    def _build(self, predicate: Predicate, side: Side | None) -> Term:
        solver, flow = self._solver, self._flow
        match predicate:
            case Constant(value):
                return solver.true if value else solver.false
            case And(operands):
                return solver.conjunction([self.term(operand, side) for operand in operands])
            case Or(operands):
                return solver.disjunction([self.term(operand, side) for operand in operands])
            case Not(operand):
                return solver.negation(self.term(operand, side))
            case At(other, operand):
                return self.term(operand, other)
            case Choice(name):
                return solver.boolean(f"choice.{name}")
            case ProtocolIs(number):
                return flow.protocol_is(number)
            case PortBetween(first, last):
                return flow.port_between(first, last)
            case NamedPort(name, protocol):
                return flow.destination.port_names[name, protocol]
            case OwnNode():
                return flow.own_node
            case ToOwnNode():
                return flow.to_own_node
            case SameEndpoint():
                return flow.same_endpoint
            case SameNamespace():
                return flow.same_namespace()
            case SameLabel(key):
                return flow.same_label(key)
            case SameNamespaceLabel(key):
                return flow.same_namespace_label(key)
            case _:
                if side is None:
                    raise ValueError(f"no side given for {predicate}")
                return self._endpoint(predicate, flow.sides[side])

    def _endpoint(self, predicate: Predicate, side: SideTerms) -> Term:
        match predicate:
            case LabelIn(key, values):
                return side.label_in(key, values)
            case LabelExists(key):
                return side.label_exists(key)
            case NamespaceIs(name):
                return side.namespace_is(name)
            case NamespaceLabelIn(key, values):
                return side.namespace_label_in(key, values)
            case NamespaceLabelExists(key):
                return side.namespace_label_exists(key)
            case InCidr(network):
                return side.in_network(network, self._flow.ipv6)
            case IsPod():
                return side.pod
            case IsHostNetworked():
                return side.host_network
            case IsHost():
                return side.host
            case IsExternal():
                return side.external
            case WorkloadIs(index):
                return self._workloads[index][side.side]
            case _:
                raise ValueError(f"{predicate} is no endpoint predicate")

    def _match(self, rule: Rule, direction: Direction) -> Term:
        governed = direction.governed
        return self._solver.conjunction(
            (
                self.term(rule.subject, governed),
                self.term(rule.peer, governed.other),
                self.term(rule.traffic),
            )
        )

    def allowed(self, layers: Sequence[Layer], direction: Direction) -> Term:
        """A term that is true of exactly the flows that the direction's layers let through, in the given order."""
        outcome = self._solver.true
        for layer in reversed([layer for layer in layers if layer.direction is direction]):
            outcome = self._layer(layer, outcome)
        return outcome

    def _layer(self, layer: Layer, beyond: Term) -> Term:
        solver = self._solver
        governs = self.term(layer.governs, layer.direction.governed)
        outcome = solver.disjunction(
            (
                solver.conjunction((governs, self._action(layer.default, beyond))),
                solver.conjunction((solver.negation(governs), beyond)),
            )
        )
        for action, matches in reversed(list(self._runs(layer))):
            hit = solver.disjunction(matches)
            outcome = solver.disjunction(
                (
                    solver.conjunction((hit, self._action(action, beyond))),
                    solver.conjunction((solver.negation(hit), outcome)),
                )
            )
        return outcome

    def _action(self, verb: Verb, beyond: Term) -> Term:
        match verb:
            case Verb.ALLOW:
                return self._solver.true
            case Verb.DENY:
                return self._solver.false
            case Verb.PASS:
                return beyond

    def _runs(self, layer: Layer) -> Iterable[tuple[Verb, list[Term]]]:
        """Neighbouring rules of one action, taken together: their order cannot matter."""
        run: list[Term] = []
        action: Verb | None = None
        for rule in layer.rules:
            if rule.action is not action and action is not None:
                yield action, run
                run = []
            action = rule.action
            run.append(self._match(rule, layer.direction))
        if action is not None:
            yield action, run
