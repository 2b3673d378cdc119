"""The encoding's verdict on one concrete flow: every variable is pinned to the flow's value.

No universe takes part, so this holds lowering and encoding against the evaluator and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from netqed.lowering.networkpolicy import networkpolicy_layers
from netqed.plugins.matters import Matter
from netqed.reference.flow import AddressEnd, AddressNeeded, End, Flow, PodEnd, World
from netqed.resources.objects import Labels
from netqed_smt.encoding import Encoder, FlowTerms
from netqed_smt.footprint import Footprint
from netqed_smt.model import Choice, Direction
from netqed_smt.sides import ABSENT, SideTerms, Vocabulary
from netqed_smt.solver import Answer, Solver, Term

PROTOCOL_NUMBERS: Final = {"TCP": 6, "UDP": 17, "SCTP": 132}

EncodedAnswer = tuple[bool | None, bool | None]
"""Of ingress and of egress."""


class PinnedEngine:
    """Decides concrete flows of one world by the encoding."""

    def __init__(self, world: World, *, open_readings: bool = False) -> None:
        """With `open_readings` the world's reading plays no part, and each flow is decided under a reading of its own;
        without, all are decided under the world's, which is faster."""
        self._namespaces = world.namespaces or {}
        self._nodes = world.nodes or {}
        self._open = open_readings
        layers = networkpolicy_layers(world.policies, reading=None if open_readings else world.reading)
        footprint = Footprint()
        footprint.add_layers(layers)
        self._solver = Solver()
        self._vocabulary = Vocabulary.of(footprint, self._namespaces, ())
        self._flow = FlowTerms(self._solver, self._vocabulary)
        encoder = Encoder(self._solver, self._flow)
        self._matters = {
            matter: encoder.term(Choice(matter.value)) for matter in Matter if matter.value in footprint.choices
        }
        self._allowed = {
            direction: self._solver.literal(encoder.allowed(layers, direction), direction.value)
            for direction in Direction
        }

    def decide(self, flow: Flow, answers: Mapping[Matter, bool] | None = None) -> EncodedAnswer:
        """Whether ingress and egress let the flow through.

        `answers` are those of the network plugin, for an engine of open readings; None where a direction's answer is
        not the same whatever the plugin does about the matters that they leave out. Raises AddressNeeded where it
        depends on an address that the flow leaves open.
        """
        if (answers is not None) is not self._open:
            raise ValueError("answers belong to an engine of open readings, and to no other")
        pins = [self._solver.literal(pin, "pin") for pin in [*self._pins(flow), *self._decided(answers or {})]]
        open_matters = answers is not None and any(matter not in answers for matter in self._matters)
        return (
            self._answer(Direction.INGRESS, pins, flow, open_matters),
            self._answer(Direction.EGRESS, pins, flow, open_matters),
        )

    def _decided(self, answers: Mapping[Matter, bool]) -> list[Term]:
        return [self._truth(self._matters[matter], yes) for matter, yes in answers.items() if matter in self._matters]

    def _answer(self, direction: Direction, pins: list[Term], flow: Flow, open_matters: bool) -> bool | None:
        """SAT of `allowed` under the pins says that the flow (at some address and under some answers, if those are
        open) is let through; SAT of its opposite, that it is not."""
        allowed = self._allowed[direction]
        let_through = self._ask([*pins, allowed])
        open_sides = [name for name, end in _sides(flow, direction) if end.address is None]
        if let_through and not open_sides and not open_matters:
            return True
        blocked = self._ask([*pins, self._solver.literal(self._solver.negation(allowed), "not")])
        if let_through and blocked:
            if open_matters:
                return None
            raise AddressNeeded(open_sides[0])
        if not let_through and not blocked:
            raise RuntimeError("the pins contradict each other")
        return let_through

    def _ask(self, assumptions: list[Term]) -> bool:
        answer = self._solver.check(assumptions)
        if answer is Answer.UNKNOWN:
            raise RuntimeError("the solver's budget ran out on a concrete flow")
        return answer is Answer.SAT

    def _pins(self, flow: Flow) -> list[Term]:
        solver, terms = self._solver, self._flow
        addresses = [end.address for end in (flow.source, flow.destination) if end.address is not None]
        versions = {address.version for address in addresses}
        if len(versions) > 1:
            raise ValueError("the two sides' addresses are of different families")
        pins = [terms.protocol_is(flow.protocol), terms.port_between(flow.port or 0, flow.port or 0)]
        if versions:
            pins.append(terms.ipv6 if versions == {6} else solver.negation(terms.ipv6))
        pins += self._end(terms.source, flow.source, flow)
        pins += self._end(terms.destination, flow.destination, flow)
        pins.append(self._truth(terms.same_endpoint, _is_same(flow)))
        pins.append(self._truth(terms.own_node, self._is_own_node(flow.source, flow.destination)))
        pins.append(self._truth(terms.to_own_node, self._is_own_node(flow.destination, flow.source)))
        return pins

    def _is_node(self, end: AddressEnd) -> bool:
        return end.node is not None or any(end.address in addresses for addresses in self._nodes.values())

    def _truth(self, term: Term, value: bool) -> Term:
        return term if value else self._solver.negation(term)

    def _end(self, side: SideTerms, end: End, flow: Flow) -> list[Term]:
        solver, vocabulary = self._solver, self._vocabulary
        pins = [
            self._truth(side.pod, isinstance(end, PodEnd)),
            self._truth(side.host, isinstance(end, AddressEnd) and self._is_node(end)),
            self._truth(side.host_network, isinstance(end, PodEnd) and end.host_network),
        ]
        labels: Labels = {}
        namespace_labels: Labels = {}
        namespace = ABSENT
        if isinstance(end, PodEnd):
            labels, namespace_labels = end.labels, self._namespaces.get(end.namespace, {})
            namespace = vocabulary.namespaces.code(end.namespace)
        pins.append(side.namespace_code(namespace))
        for key, codes in vocabulary.labels.items():
            pins.append(side.has_label_code(key, codes.code(labels[key]) if key in labels else ABSENT))
        for key, codes in vocabulary.namespace_labels.items():
            code = codes.code(namespace_labels[key]) if key in namespace_labels else ABSENT
            pins.append(side.has_namespace_label_code(key, code))
        for (name, protocol), term in side.port_names.items():
            declared = isinstance(end, PodEnd) and any(
                port.name == name
                and PROTOCOL_NUMBERS.get(port.protocol or "TCP") == protocol
                and port.number == flow.port
                for port in end.container_ports
            )
            pins.append(self._truth(term, declared))
        if end.address is not None:
            pins.append(side.address_is(end.address.version, int(end.address)))
        return [pin for pin in pins if pin is not solver.true]

    def _is_own_node(self, other: End, pod: End) -> bool:
        """The other side is the pod's node, or a host-networked pod on it."""
        if not isinstance(pod, PodEnd):
            return False
        addresses = {*pod.node_addresses, *self._nodes.get(pod.node or "", ())}
        match other:
            case AddressEnd(address, node):
                return (node is not None and node == pod.node) or address in addresses
            case PodEnd():
                same = other.node is not None and other.node == pod.node
                return other.host_network and (same or (other.address is not None and other.address in addresses))


def _sides(flow: Flow, direction: Direction) -> list[tuple[Literal["source", "destination"], End]]:
    """Both sides, the one that the direction's peers speak of first."""
    sides: list[tuple[Literal["source", "destination"], End]] = [
        ("source", flow.source),
        ("destination", flow.destination),
    ]
    return sides if direction is Direction.INGRESS else sides[::-1]


def _is_same(flow: Flow) -> bool:
    source, destination = flow.source, flow.destination
    return (
        isinstance(source, PodEnd)
        and isinstance(destination, PodEnd)
        and source.identity != ""
        and source.identity == destination.identity
    )


MOST_FLOWS: Final = 2_000
"""Flows after which an engine is built anew: each leaves what it was pinned to in the solver, which grows slow."""


class EncodingJudge:
    """The encoding as a judge of single flows of whatever world; keeps the engine of the last world."""

    def __init__(self) -> None:
        self._engine: tuple[World, bool, PinnedEngine] | None = None
        self._decided = 0

    def decide(self, flow: Flow, world: World, answers: Mapping[Matter, bool] | None = None) -> EncodedAnswer:
        """Whether ingress and egress let the flow through under the world's reading, or under `answers` if they are
        given, whatever the plugin does about the matters that they leave out: None where that is not the same.
        AddressNeeded where an open address decides it."""
        is_open = answers is not None
        known = self._engine
        if known is None or known[0] is not world or known[1] is not is_open or self._decided == MOST_FLOWS:
            self._decided = 0
            known = self._engine = (world, is_open, PinnedEngine(world, open_readings=is_open))
        self._decided += 1
        return known[2].decide(flow, answers)
