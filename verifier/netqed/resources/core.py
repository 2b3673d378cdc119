"""The core group: Namespace, Service, ServiceAccount, Node. (Pod has its own module.)"""

from __future__ import annotations

from typing import Any, Final

from netqed.resources.addresses import canonical_address
from netqed.resources.check import Check
from netqed.resources.metadata import OBJECT_META_FIELDS
from netqed.resources.networking import read_port
from netqed.resources.objects import Namespace, Node, Service, ServiceAccount, ServicePort
from netqed.resources.syntax import PROTOCOLS
from netqed.sources.position import FieldPath

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that every namespace carries with its own name as the value."""

_SERVICE_TYPES: Final = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")


_NAMESPACE_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
_METADATA: Final[FieldPath] = ("metadata",)
_METADATA_HINTS: Final = dict.fromkeys(OBJECT_META_FIELDS, "it belongs under metadata: check the indentation")


def _label_hints(check: Check) -> dict[str, str]:
    """What to say of each text that stands in metadata itself: it was meant for the labels, most likely."""
    hint = "if it is a label, it belongs under metadata.labels: check the indentation"
    return {name: hint for name, value in check.metadata.items() if isinstance(value, str)}


def _labels(check: Check) -> dict[str, str]:
    return check.labels(check.metadata.get("labels"), ("metadata", "labels"))


def read_namespace(check: Check) -> Namespace:
    """A namespace with its labels as written.

    Strict on unknown fields, as for policies (A9, fact 60): labels with the wrong indent would be dropped, and a proof
    would rest on a namespace without them.
    """
    check.only_fields(check.data, (), _NAMESPACE_FIELDS, _METADATA_HINTS)
    check.only_fields(check.metadata, _METADATA, OBJECT_META_FIELDS, _label_hints(check))
    labels = _labels(check)
    if labels.get(NAME_LABEL, check.name) != check.name:
        message = f"the API server overwrites this label with {check.name} (A4, fact 31)"
        check.note(("metadata", "labels", NAME_LABEL), message)
    return Namespace(check.name, labels, check.document)


def read_service_account(check: Check) -> ServiceAccount:
    """A service account and its labels."""
    return ServiceAccount(check.namespace, check.name, _labels(check), check.document)


def read_node(check: Check) -> Node:
    """A node with those of its addresses that are IP addresses."""
    path: FieldPath = ("status", "addresses")
    status = check.mapping(check.data.get("status"), ("status",)) or {}
    found: list[str] = []
    for index, item in enumerate(check.sequence(status.get("addresses"), path) or ()):
        entry = check.mapping(item, (*path, index)) or {}
        text = entry.get("address")
        address = canonical_address(text) if isinstance(text, str) else None
        if entry.get("type") in ("InternalIP", "ExternalIP"):
            if address is None:
                check.fault((*path, index), "expected address: and an IP address")
            elif address not in found:
                found.append(address)
    return Node(check.name, _labels(check), tuple(found), check.document)


def read_service(check: Check) -> Service:
    """A service: its type, selector and ports, and whether it has external addresses."""
    path: FieldPath = ("spec",)
    spec = check.mapping(check.data.get("spec"), path) or {}
    kind = check.text(spec.get("type"), (*path, "type")) or None
    if kind is not None:
        check.one_of(kind, (*path, "type"), _SERVICE_TYPES)
    selector = check.labels(spec["selector"], (*path, "selector")) if spec.get("selector") is not None else None
    ports_path = (*path, "ports")
    items = check.sequence(spec.get("ports"), ports_path) or ()
    ports = (_read_service_port(check, item, (*ports_path, index)) for index, item in enumerate(items))
    external = check.sequence(spec.get("externalIPs"), (*path, "externalIPs"))
    return Service(
        check.namespace,
        check.name,
        kind,
        selector,
        tuple(port for port in ports if port is not None),
        check.document,
        external_ips=bool(external),
    )


def _read_service_port(check: Check, value: Any, path: FieldPath) -> ServicePort | None:
    item = check.mapping(value, path) or {}
    number = check.number(item.get("port"), (*path, "port"))
    if number is None:
        if item.get("port") is None:
            check.fault(path, "port is missing; expected 1 to 65535")
        return None
    check.port_number(number, (*path, "port"))
    protocol = check.text(item.get("protocol"), (*path, "protocol")) or None
    if protocol is not None:
        check.one_of(protocol, (*path, "protocol"), PROTOCOLS)
    # A target of 0 or "" is an absent one: the server fills in the port.
    target = item.get("targetPort")
    target = None if target in (0, "") and not isinstance(target, bool) else target
    return ServicePort(
        port=number,
        protocol=protocol,
        target=read_port(check, target, (*path, "targetPort")),
        name=check.text(item.get("name"), (*path, "name")) or None,
    )
