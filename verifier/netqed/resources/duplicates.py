"""The same object twice: which of the fields that netqed reads differ."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyRule, Service, Workload
from netqed.resources.pods import Finished
from netqed.resources.registry import Decoded

_PATHS: Final = {
    "pod_selector": "spec.podSelector",
    "policy_types": "spec.policyTypes",
    "ingress": "spec.ingress",
    "egress": "spec.egress",
    "container_ports": "the containers' ports",
    "host_network": "hostNetwork",
    "service_account": "serviceAccountName",
    "node_name": "nodeName",
    "addresses": "its addresses",
    "node_addresses": "its node's addresses",
    "owners": "metadata.ownerReferences",
    "type": "spec.type",
    "selector": "spec.selector",
    "ports": "spec.ports",
}


def difference(first: Decoded, second: Decoded) -> str | None:
    """The first field in which the two differ, in a user's words; None where netqed reads the same of both.

    A field that one leaves to its default and the other writes out, as the copy that a cluster returns does, is the
    same.
    """
    if type(first) is not type(second) or isinstance(first, Finished):
        return None if first == second else "status.phase"
    one, other = _written_out(first), _written_out(second)
    for field in fields(one):
        if field.compare and getattr(one, field.name) != getattr(other, field.name):
            return _PATHS.get(field.name, field.name)
    return None


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
