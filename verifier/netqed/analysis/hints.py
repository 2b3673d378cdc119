"""Hints that go with a verdict: a Service's port where the policies know only the pods' ports, and what a witness
rests on that its reader may not have thought of."""

from __future__ import annotations

from collections.abc import Iterator

from netqed.analysis.endpoints import Endpoints
from netqed.analysis.membership import Membership
from netqed.analysis.results import Witness
from netqed.analysis.roster import Roster
from netqed.lowering.networkpolicy import PROTOCOLS
from netqed.resources.objects import Service, ServicePort, Workload
from netqed.spec.sentences import CannotReach, CanReach, Endpoint, Invariant, OnlyCanReach, PortRange, Ports

_NAMES = {number: name for name, number in PROTOCOLS.items()}


def port_hints(roster: Roster, invariant: Invariant) -> Iterator[str]:
    """One hint for each port of the invariant that is a Service's and not its pods' (A8, fact 46)."""
    match invariant:
        case CannotReach(_, destination, ports) | CanReach(_, destination, ports) | OnlyCanReach(_, destination, ports):
            yield from _hints(roster, destination, ports)
        case _:
            return


def witness_hints(witness: Witness) -> Iterator[str]:
    """What to consider about the kind of endpoints that a witness has."""
    ends = (witness.source, witness.destination)
    for name in dict.fromkeys(end.name for end in ends if end.host_network):
        yield (
            f"{name} is host-networked: it has its node's address and no policy governs it (`except host-networked` "
            "leaves such pods out of the invariant)"
        )
    if witness.decision.allowed and any(not end.namespace_exists and end.namespace_labels for end in ends):
        yield (
            "whoever creates a namespace chooses its labels, but not kubernetes.io/metadata.name: a namespaceSelector "
            "on that label admits the namespace of that name only"
        )


def _hints(roster: Roster, destination: Endpoint, ports: Ports) -> Iterator[str]:
    single = [port for port in ports if port.first is not None and port.first == (port.last or port.first)]
    if not single or not roster.cluster.services:
        return
    members = Membership(roster).members(Endpoints(roster).who(destination))
    workloads = [roster.workloads[index] for index in members]
    for port in single:
        for service in roster.cluster.services:
            behind = [workload for workload in workloads if _selects(service, workload)]
            for exposed in service.ports:
                if behind and exposed.port == port.first and PROTOCOLS[exposed.protocol or "TCP"] == port.protocol:
                    yield from _hint(port, service, exposed, behind)


def _hint(port: PortRange, service: Service, exposed: ServicePort, behind: list[Workload]) -> Iterator[str]:
    protocol = _NAMES.get(port.protocol, str(port.protocol))
    listening = sorted({number for workload in behind for number in _targets(exposed, workload)})
    declared = {
        declared.number
        for workload in behind
        for declared in workload.container_ports
        if PROTOCOLS[declared.protocol or "TCP"] == port.protocol
    }
    if listening and port.first not in listening and port.first not in declared:
        targets = ", ".join(f"{protocol}/{number}" for number in listening)
        yield (
            f"{protocol}/{port.first} is the port of Service {service.namespace}/{service.name}; its pods listen on "
            f"{targets}, and policies see the pods' port: did you mean {targets}?"
        )


def _selects(service: Service, workload: Workload) -> bool:
    return (
        bool(service.selector)
        and service.namespace == workload.namespace
        and all(workload.labels.get(key) == value for key, value in (service.selector or {}).items())
    )


def _targets(exposed: ServicePort, workload: Workload) -> Iterator[int]:
    """The pod's ports that the Service's port leads to; `targetPort` unset is the same number."""
    match exposed.target:
        case None:
            yield exposed.port
        case int(number):
            yield number
        case str(name):
            for port in workload.container_ports:
                if port.name == name and PROTOCOLS[port.protocol or "TCP"] == PROTOCOLS[exposed.protocol or "TCP"]:
                    yield port.number
