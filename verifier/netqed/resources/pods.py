"""What netqed reads of a pod and of a pod template: labels, ports, host network, service account, addresses.

Of these the syntax is validated; the many other fields of a pod are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from netqed.resources.addresses import canonical_address
from netqed.resources.check import Check, kind_of_value, quoted
from netqed.resources.metadata import controller_of
from netqed.resources.objects import ContainerPort, Workload
from netqed.resources.syntax import PROTOCOLS, port_name_fault
from netqed.sources.position import FieldPath

_FINISHED: Final = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Finished:
    """A pod that runs no more: its address may be another pod's already (A6, fact 49)."""

    namespace: str
    name: str
    phase: str


def read_pod(check: Check) -> Workload | Finished:
    """A pod, or that it has finished.

    Only a finished pod is left out. One without an address is kept, with none: it runs already, or may at any moment,
    and to leave it out would prove too much; its address is then as free as a template's (A8, fact 49, speaks of what
    a dataplane can program, not of which pods exist).
    """
    data = check.data
    status = data.get("status")
    addresses: tuple[str, ...] = ()
    node_addresses: tuple[str, ...] = ()
    if status is not None:
        if type(status) is not dict:
            status = check.mapping(status, ("status",)) or {}
        phase = status.get("phase")
        if phase in _FINISHED:
            return Finished(check.namespace, check.name, phase)
        addresses = _read_addresses(check, status, "podIPs", "podIP")
        node_addresses = _read_addresses(check, status, "hostIPs", "hostIP")
    return read_pod_template(check, data, (), addresses, node_addresses)


def read_pod_template(
    check: Check,
    template: dict[str, Any],
    path: FieldPath,
    addresses: tuple[str, ...] = (),
    node_addresses: tuple[str, ...] = (),
) -> Workload:
    """The workload that the template at `path` (a mapping with metadata and spec) makes, or the pod itself."""
    metadata = template.get("metadata")
    if type(metadata) is not dict:
        metadata = check.mapping(metadata, (*path, "metadata")) or {}
    spec = template.get("spec")
    if type(spec) is not dict:
        if spec is None:
            check.fault(path or (), "spec is missing; expected a pod's spec with its containers")
        spec = check.mapping(spec, (*path, "spec")) or {}
    labels = metadata.get("labels")
    if labels is None:
        labels = {}
    else:
        labels = check.labels(labels, (*path, "metadata", "labels"))
    host_network = spec.get("hostNetwork")
    if host_network is not None and type(host_network) is not bool:
        check.boolean(host_network, (*path, "spec", "hostNetwork"))
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account is not None and type(account) is not str:
        account = check.text(account, (*path, "spec", "serviceAccountName"))
    node = spec.get("nodeName")
    if node is not None and type(node) is not str:
        node = check.text(node, (*path, "spec", "nodeName"))
    if host_network is True:
        # Such a pod is at its node's address, whichever of the two the status names.
        addresses, node_addresses = addresses or node_addresses, node_addresses or addresses
    owner = controller_of(check.metadata)
    return Workload(
        kind=check.kind,
        namespace=check.namespace,
        name=check.name,
        labels=labels,
        container_ports=_read_ports(check, spec, path),
        host_network=host_network is True,
        service_account=account or None,
        node_name=node or None,
        addresses=addresses,
        node_addresses=node_addresses,
        owners=(owner,) if owner else (),
        document=check.document,
    )


def _read_addresses(check: Check, status: dict[str, Any], plural: str, singular: str) -> tuple[str, ...]:
    """The addresses of `plural`, or of `singular` where that is all there is, each once, in canonical form."""
    found: list[str] = []
    items = status.get(plural)
    if items:
        if type(items) is not list:
            items = check.sequence(items, ("status", plural)) or []
        for index, item in enumerate(items):
            text = item.get("ip") if type(item) is dict else None
            address = canonical_address(text) if type(text) is str else None
            if address is None:
                check.fault(("status", plural, index), "expected ip: and an IP address")
            elif address not in found:
                found.append(address)
        return tuple(found)
    single = status.get(singular)
    if not single:
        return ()
    address = canonical_address(single) if type(single) is str else None
    if address is None:
        check.fault(("status", singular), f"expected an IP address, found {kind_of_value(single)}")
        return ()
    return (address,)


def _read_ports(check: Check, spec: dict[str, Any], path: FieldPath) -> tuple[ContainerPort, ...]:
    """The ports of `containers`; those of init containers, restartable ones too, name nothing (A5, fact 35)."""
    containers = spec.get("containers")
    if type(containers) is not list:
        containers = check.sequence(containers, (*path, "spec", "containers")) or []
    ports: list[ContainerPort] = []
    for index, container in enumerate(containers):
        if type(container) is not dict:
            check.fault((*path, "spec", "containers", index), "expected a mapping: a container")
            continue
        declared = container.get("ports")
        if declared:
            place = (*path, "spec", "containers", index, "ports")
            names: set[str] = set()
            for number, item in enumerate(check.sequence(declared, place) or ()):
                port = _plain_port(item, names) or _read_port(check, item, place, number, names)
                if port is not None:
                    ports.append(port)
    return tuple(ports)


_shared_port = lru_cache(maxsize=4096)(ContainerPort)
"""Equal ports as one object: a cluster declares few different ones, many times."""


def _plain_port(item: Any, names: set[str]) -> ContainerPort | None:
    """The port where nothing is wrong with it, None where `_read_port` has to look closer."""
    if type(item) is not dict:
        return None
    number, name, protocol = item.get("containerPort"), item.get("name"), item.get("protocol")
    if type(number) is not int or not 1 <= number <= 65535:
        return None
    if protocol is not None and protocol not in PROTOCOLS:
        return None
    if name is not None:
        if type(name) is not str or name in names or port_name_fault(name) is not None:
            return None
        names.add(name)
    return _shared_port(number, name, protocol)


def _read_port(check: Check, item: Any, ports: FieldPath, index: int, names: set[str]) -> ContainerPort | None:
    """One declared port; `names` are those of the container so far, which may not repeat (A5, fact 35)."""
    path = (*ports, index)
    if type(item) is not dict:
        check.fault(path, "expected a mapping with containerPort")
        return None
    number = check.number(item.get("containerPort"), (*path, "containerPort"))
    if number is None:
        if item.get("containerPort") is None:
            check.fault(path, "containerPort is missing; expected 1 to 65535")
        return None
    check.port_number(number, (*path, "containerPort"))
    name = check.text(item.get("name"), (*path, "name")) or None
    if name is not None:
        if (fault := port_name_fault(name)) is not None:
            check.fault((*path, "name"), f"{quoted(name)} {fault}")
        if name in names:
            check.fault((*path, "name"), f"{quoted(name)} names two ports of this container")
        names.add(name)
    protocol = check.text(item.get("protocol"), (*path, "protocol")) or None
    if protocol is not None:
        check.one_of(protocol, (*path, "protocol"), PROTOCOLS)
    return ContainerPort(number, name, protocol)
