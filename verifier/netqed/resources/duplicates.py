"""The same object twice: which of the fields that netqed reads differ."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyRule, Service, Workload
from netqed.resources.pods import Finished
from netqed.resources.registry import Decoded
from netqed.resources.workloads import template_path
from netqed.sources.position import FieldPath


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two objects differ: in a user's words, and where it is written."""

    words: str
    path: FieldPath


_FIELDS: Final = {
    "pod_selector": Difference("spec.podSelector", ("spec", "podSelector")),
    "policy_types": Difference("spec.policyTypes", ("spec", "policyTypes")),
    "ingress": Difference("spec.ingress", ("spec", "ingress")),
    "egress": Difference("spec.egress", ("spec", "egress")),
    "labels": Difference("labels", ("metadata", "labels")),
    "addresses": Difference("its addresses", ("status",)),
    "node_addresses": Difference("its node's addresses", ("status",)),
    "owners": Difference("metadata.ownerReferences", ("metadata", "ownerReferences")),
    "type": Difference("spec.type", ("spec", "type")),
    "selector": Difference("spec.selector", ("spec", "selector")),
    "ports": Difference("spec.ports", ("spec", "ports")),
    "external_ips": Difference("spec.externalIPs", ("spec", "externalIPs")),
}

_OF_THE_POD: Final = {
    "labels": Difference("labels", ("metadata", "labels")),
    "container_ports": Difference("the containers' ports", ("spec", "containers")),
    "host_network": Difference("hostNetwork", ("spec", "hostNetwork")),
    "service_account": Difference("serviceAccountName", ("spec", "serviceAccountName")),
    "node_name": Difference("nodeName", ("spec", "nodeName")),
}
"""Fields of a pod, or of the template that makes it: paths begin there."""


def difference(first: Decoded, second: Decoded) -> Difference | None:
    """The first field in which the two differ; None where netqed reads the same of both.

    A field that one leaves to its default and the other writes out, as the copy that a cluster returns does, is the
    same.
    """
    if type(first) is not type(second) or isinstance(first, Finished):
        return None if first == second else Difference("status.phase", ("status", "phase"))
    one, other = _written_out(first), _written_out(second)
    for field in fields(one):
        if field.compare and getattr(one, field.name) != getattr(other, field.name):
            return _field(second, field.name)
    return None


def _field(decoded: Decoded, name: str) -> Difference:
    if isinstance(decoded, Workload) and name in _OF_THE_POD:
        found = _OF_THE_POD[name]
        return Difference(found.words, (*template_path(decoded.kind), *found.path))
    return _FIELDS.get(name, Difference(name, ()))


def _written_out(decoded: Decoded) -> Decoded:
    """The object with the API's defaults written out (A2, facts 8 to 15)."""
    match decoded:
        case NetworkPolicy():
            types = decoded.policy_types or (("Ingress", "Egress") if decoded.egress else ("Ingress",))
            return replace(
                decoded,
                pod_selector=decoded.pod_selector or LabelSelector(),
                policy_types=tuple(sorted(set(types))),
                ingress=tuple(map(_rule_written_out, decoded.ingress or ())),
                egress=tuple(map(_rule_written_out, decoded.egress or ())),
            )
        case Workload():
            ports = tuple(replace(port, protocol=port.protocol or "TCP") for port in decoded.container_ports)
            account = None if decoded.service_account == "default" else decoded.service_account
            return replace(decoded, container_ports=ports, service_account=account)
        case Service():
            return replace(
                decoded,
                type=decoded.type or "ClusterIP",
                ports=tuple(
                    replace(port, protocol=port.protocol or "TCP", target=port.target or port.port)
                    for port in decoded.ports
                ),
            )
        case _:
            return decoded


def _rule_written_out(rule: PolicyRule) -> PolicyRule:
    ports = tuple(replace(port, protocol=port.protocol or "TCP") for port in rule.ports or ())
    return PolicyRule(peers=rule.peers or (), ports=ports)
