"""A violating flow as the solver chose it, made concrete and replayed in the evaluator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from netqed.analysis.disagreement import Disagreement
from netqed.analysis.flow_ends import pod_end
from netqed.analysis.results import Witness, WitnessEnd
from netqed.analysis.roster import Roster
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressEnd, AddressNeeded, Direction, End, Flow, PodEnd
from netqed.resources.objects import ContainerPort, Labels, NetworkPolicy
from netqed.spec.sentences import NamespacesNamed
from netqed_smt.classes import FREE_CODE
from netqed_smt.question import EndValues, FlowValues
from netqed_smt.sides import Codes
from netqed_smt.universe import PORT_PROTOCOLS, Universe

PROTOCOL_WORDS: Final = {6: "TCP", 17: "UDP", 132: "SCTP"}


Members = tuple[int | None, int | None]
"""Indices of the workloads that the source and the destination are; None is no workload of the input."""


@dataclass(frozen=True, slots=True)
class _Concrete:
    """One side made concrete: for the evaluator, for the report, and what it adds to the world."""

    end: End
    shown: WitnessEnd
    namespaces: Labels | None = None
    """Labels of the side's namespace, where nobody declares them."""
    namespace: str | None = None


class WitnessMaker:
    """Turns the solver's values into witnesses of one input."""

    def __init__(self, roster: Roster, universe: Universe) -> None:
        self._roster = roster
        self._universe = universe
        self._named_keys = {
            stated.assumption.key
            for stated in roster.spec.assumptions
            if isinstance(stated.assumption, NamespacesNamed)
        }
        self._evaluator = Evaluator(roster.world)
        self._carried: dict[str, frozenset[str]] = {}

    def witness(
        self,
        values: FlowValues,
        *,
        allowed: bool,
        by_address: tuple[bool, bool] = (False, False),
        policies: tuple[NetworkPolicy, ...] | None = None,
        members: Members | None = None,
        directions: tuple[Direction, ...] = ("ingress", "egress"),
    ) -> Witness:
        """The witness, replayed. `by_address` says of the source and the destination whether the invariant goes by
        their addresses; one that the input does not give is then part of what the witness rests on. `policies` are
        those that are there, if not all of the input's; `members` the workloads that the sides are, else the first
        ones that fit. `directions` are those that the encoding spoke of: `allowed` says whether all of them let the
        flow through.

        Raises Disagreement where the evaluator's decision is not the one that the encoding found.
        """
        members = members or self.members(values, values.at_nodes)
        source = self._concrete(values, values.source, members[0], destination=False)
        destination = self._concrete(values, values.destination, members[1], destination=True)
        port = values.port if values.protocol in PORT_PROTOCOLS else None
        flow = Flow(source.end, destination.end, values.protocol, port)
        invented = {
            one.namespace: one.namespaces
            for one in (source, destination)
            if one.namespace is not None and one.namespaces is not None
        }
        world = self._roster.world
        reading = _reading(values)
        if policies is not None or any(invented.values()) or reading != world.reading:
            world = replace(
                world,
                policies=world.policies if policies is None else policies,
                namespaces={**(world.namespaces or {}), **invented},
                reading=reading,
            )
        evaluator = self._evaluator if world is self._roster.world else Evaluator(world)
        decision = evaluator.decide(flow)
        if all(one.allowed for one in (decision.ingress, decision.egress) if one.direction in directions) != allowed:
            raise Disagreement(
                flow,
                world,
                reference=(decision.ingress.allowed, decision.egress.allowed),
                encoding=(allowed, allowed),
            )
        shown = [
            one.shown
            if self._has_address(end) or not (goes_by or _turns_on_address(evaluator, flow, number))
            else replace(one.shown, invented=(*one.shown.invented, f"address {end.address}"))
            for number, (one, end, goes_by) in enumerate(
                zip((source, destination), (values.source, values.destination), by_address, strict=True)
            )
        ]
        return Witness(
            source=shown[0],
            destination=_told_apart(shown[0], shown[1]),
            protocol=values.protocol,
            port=port,
            port_name=_port_name(destination.end, values.protocol, port),
            family="IPv6" if values.ipv6 else "IPv4",
            decision=decision,
            flow=flow,
            world=world,
        )

    def _has_address(self, end: EndValues) -> bool:
        """Whether the side is no pod, or a workload whose address the input gives."""
        if end.kind != "pod":
            return True
        return end.class_code > 0 and bool(self._universe.classes[end.class_code - 1].first.addresses)

    def members(self, values: FlowValues, at_nodes: tuple[bool, bool]) -> Members:
        """The workloads that stand for the classes: the first ones that fit, and two different pods.

        A pod's node matters only where the other side is at a node's address itself; `at_nodes` says so of the source
        and the destination.
        """
        source = self._member(values.source, None, on_node=at_nodes[1])
        return source, self._member(values.destination, source, on_node=at_nodes[0])

    def _member(self, end: EndValues, taken: int | None, *, on_node: bool) -> int | None:
        if end.class_code == 0:
            return None
        pods = self._roster.population.pods
        nodes = self._universe.vocabulary.nodes
        return next(
            index
            for index in self._universe.classes[end.class_code - 1].members
            if (index != taken or not pods[index].single) and (not on_node or _fits(pods[index].node, end.node, nodes))
        )

    def _concrete(self, values: FlowValues, end: EndValues, member: int | None, *, destination: bool) -> _Concrete:
        match end.kind:
            case "external":
                return _Concrete(
                    AddressEnd(end.address), WitnessEnd("external", str(end.address), True, address=str(end.address))
                )
            case "node":
                name = self._node_name(end.node)
                # Every cluster has nodes: where the input lists none, this is one of them.
                known = name in (self._roster.world.nodes or {}) or not self._roster.population.nodes_complete
                shown = WitnessEnd("node", name, known, address=str(end.address))
                return _Concrete(AddressEnd(end.address, node=name), shown)
            case "pod" if member is not None:
                return self._workload(values, end, member)
            case "pod":
                return self._invented(values, end, destination=destination)

    def _workload(self, values: FlowValues, end: EndValues, member: int) -> _Concrete:
        workload = self._roster.workloads[member]
        facts = self._universe.classes[end.class_code - 1]
        own = [a for a in self._roster.addresses(workload) if a.version == end.address.version]
        address = own[0] if own and end.address not in own else end.address
        node = workload.node_name or (self._node_name(end.node) if any(values.at_nodes) else None)
        added = {
            key: self._value(self._universe.vocabulary.labels[key], end.labels[key])
            for key, code in facts.label_codes.items()
            if code == FREE_CODE and end.labels[key] != 0
        }
        namespace_labels, declared = self._namespace_labels(end, workload.namespace)
        base = pod_end(workload, self._roster.cluster, address=address)
        labels = {**workload.labels, **added}
        invented = [f"label {key}={value} (a controller adds it)" for key, value in sorted(added.items())]
        if not declared:
            invented += [f"namespace label {key}={value}" for key, value in sorted(namespace_labels.items())]
        return _Concrete(
            replace(base, labels=labels, node=node),
            WitnessEnd(
                "pod",
                workload.display,
                True,
                namespace=workload.namespace,
                namespace_exists=declared,
                labels=labels,
                namespace_labels=namespace_labels,
                invented=tuple(invented),
                address=str(address),
                host_network=workload.host_network,
                workload=workload,
            ),
            namespaces=None if declared else namespace_labels,
            namespace=workload.namespace,
        )

    def _invented(self, values: FlowValues, end: EndValues, *, destination: bool) -> _Concrete:
        vocabulary = self._universe.vocabulary
        namespace = self._namespace_name(end.namespace)
        labels = {
            key: self._label_value(key, vocabulary.labels[key], code)
            for key, code in sorted(end.labels.items())
            if code != 0
        }
        namespace_labels, declared = self._namespace_labels(end, namespace)
        ports = tuple(
            ContainerPort(values.port, name, PROTOCOL_WORDS[protocol])
            for name, protocol in sorted(end.port_names)
            if destination
        )
        invented = [f"label {key}={value}" for key, value in labels.items()]
        if not declared:
            invented += [f"namespace label {key}={value}" for key, value in sorted(namespace_labels.items())]
        invented += [f"port name {port.name}" for port in ports]
        node = self._node_name(end.node) if (values.own_node or values.to_own_node) and end.node else None
        return _Concrete(
            PodEnd(namespace, labels, end.address, ports, node=node),
            WitnessEnd(
                "pod",
                self._invented_name(namespace, labels),
                False,
                namespace=namespace,
                namespace_exists=declared,
                labels=labels,
                namespace_labels=namespace_labels,
                invented=tuple(invented),
                address=str(end.address),
            ),
            namespaces=None if declared else namespace_labels,
            namespace=namespace,
        )

    def _invented_name(self, namespace: str, labels: Labels) -> str:
        """A short readable name that no workload of the input has."""
        slug = _slug(labels)
        taken = {workload.name for workload in self._roster.workloads if workload.namespace == namespace}
        return f"{namespace}/another-{slug}" if slug in taken else f"{namespace}/{slug}"

    def _namespace_labels(self, end: EndValues, namespace: str) -> tuple[Labels, bool]:
        """The namespace's labels, and whether they are declared; of others the ones that the flow needs."""
        declared = self._roster.namespaces.get(namespace)
        if declared is not None:
            return declared, True
        vocabulary = self._universe.vocabulary.namespace_labels
        return {
            key: namespace
            if key in self._named_keys and code in vocabulary[key].other
            else self._value(vocabulary[key], code)
            for key, code in sorted(end.namespace_labels.items())
            if code != 0
        }, False

    def _namespace_name(self, code: int) -> str:
        codes = self._universe.vocabulary.namespaces
        return codes.values[code - 1] if code <= len(codes.values) else _fresh(codes, code, "-namespace")

    def _node_name(self, code: int) -> str:
        codes = self._universe.vocabulary.nodes
        if not codes.values and code == codes.other[0]:
            return "any-node"
        return codes.values[code - 1] if 0 < code <= len(codes.values) else _fresh(codes, code, "-node")

    def _value(self, codes: Codes, code: int) -> str:
        return codes.values[code - 1] if code <= len(codes.values) else _fresh(codes, code, "")

    def _label_value(self, key: str, codes: Codes, code: int) -> str:
        """An invented pod's label value. Of values that nothing speaks of, the lowest that a workload carries: code
        `other[0]` stands for those as well."""
        fresh = self._value(codes, code)
        if code != codes.other[0]:
            return fresh
        if key not in self._carried:
            pods = self._roster.population.pods
            self._carried[key] = frozenset(pod.labels[key] for pod in pods if key in pod.labels)
        return min(self._carried[key] - {"", *codes.values, self._value(codes, codes.other[1])}, default=fresh)


def _reading(values: FlowValues) -> Reading:
    """The answers that the solver chose; to matters that it was not asked about those of `SPEC`."""
    return Reading(frozenset(matter for matter in Matter if values.choices.get(matter.value, matter in SPEC)))


def _turns_on_address(evaluator: Evaluator, flow: Flow, side: int) -> bool:
    """Whether the decision would be open if the address of the source (0) or the destination (1) were."""
    end = (flow.source, flow.destination)[side]
    if not isinstance(end, PodEnd):
        return False
    unknown = replace(end, address=None)
    try:
        evaluator.decide(replace(flow, source=unknown) if side == 0 else replace(flow, destination=unknown))
    except AddressNeeded:
        return True
    return False


def _told_apart(source: WitnessEnd, destination: WitnessEnd) -> WitnessEnd:
    """The destination, under another name than the source where both are invented and would have one name."""
    if source.exists or destination.exists or source.name != destination.name:
        return destination
    namespace, _, pod = destination.name.partition("/")
    return replace(destination, name=f"{namespace}/another-{pod.removeprefix('any-')}")


def _fits(node: str | None, code: int, nodes: Codes) -> bool:
    """Whether a pod on this node (None: any) can be one that the solver put on the node with this code."""
    return node is None or nodes.index.get(node) == code


def _fresh(codes: Codes, code: int, suffix: str) -> str:
    """A readable name outside the vocabulary; the two codes for other values give different names."""
    word = ("other", "another")[codes.other.index(code)] if code in codes.other else "other"
    name = f"{word}{suffix}"
    number = 2
    while name in codes.index:
        name = f"{word}{suffix}-{number}"
        number += 1
    return name


def _slug(labels: Labels) -> str:
    """A short readable name for an invented pod: the value of its most telling label."""
    for key in ("app", "app.kubernetes.io/name", "k8s-app", "name"):
        if labels.get(key):
            return labels[key].lower().replace("_", "-").replace(".", "-")
    return "any-pod"


def _port_name(end: End, protocol: int, port: int | None) -> str | None:
    if not isinstance(end, PodEnd):
        return None
    names = (
        declared.name
        for declared in end.container_ports
        if declared.name and declared.number == port and (declared.protocol or "TCP") == PROTOCOL_WORDS.get(protocol)
    )
    return next(names, None)
