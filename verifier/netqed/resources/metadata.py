"""ObjectMeta: what every object has, and how an object is placed and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from netqed.resources.check import Check, quoted
from netqed.resources.syntax import dns_label_fault
from netqed.sources.position import FieldPath

OBJECT_META_FIELDS: Final = (
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)

_METADATA: Final[FieldPath] = ("metadata",)
_MISPLACED: Final = ("labels", "namespace")
"""Fields that decide what policies say of the object. At its top they are in effect nowhere, so the API server refuses
them (A9, fact 60)."""
_HELD_TO_ALL_FIELDS: Final = ("Namespace", "NetworkPolicy")
"""Kinds whose readers name every field that does not belong."""


def identify(check: Check, *, namespaced: bool, default: str, name_fault: Callable[[str], str | None]) -> bool:
    """Set the check's metadata, namespace and name; whether the object names its namespace itself (or needs none).

    `default` is the namespace of an object that names none (A9, fact 52). A namespace written on an object of a
    cluster-scoped kind means nothing. An object with `generateName` only, which `kubectl create` accepts, is called by
    that prefix and a star.
    """
    metadata = check.data.get("metadata")
    if type(metadata) is not dict:
        metadata = check.mapping(metadata, _METADATA) or {}
    check.metadata = metadata
    for field in _MISPLACED:
        if field in check.data and check.kind not in _HELD_TO_ALL_FIELDS:
            check.fault((field,), f"unknown field {quoted(field)}", "it belongs under metadata: check the indentation")
    placed = True
    namespace: Any = None
    if namespaced:
        namespace = metadata.get("namespace")
        placed = namespace not in (None, "")
        if not placed:
            check.namespace = default
        elif type(namespace) is str:
            check.namespace = namespace
    name = metadata.get("name")
    if type(name) is str and name:
        check.name = name
        if (fault := name_fault(name)) is not None:
            check.fault(("metadata", "name"), f"{quoted(name)} {fault}")
    elif name not in (None, ""):
        check.text(name, ("metadata", "name"))
    else:
        _take_generated_name(check, metadata, name_fault)
    if placed and namespaced:
        if type(namespace) is not str:
            check.text(namespace, ("metadata", "namespace"))
        elif (fault := dns_label_fault(namespace)) is not None:
            check.fault(("metadata", "namespace"), f"{quoted(namespace)} {fault}")
    return placed


def _take_generated_name(check: Check, metadata: dict[str, Any], name_fault: Callable[[str], str | None]) -> None:
    prefix = check.text(metadata.get("generateName"), ("metadata", "generateName"))
    if not prefix:
        check.fault(_METADATA, "name is missing; expected metadata.name")
        return
    check.name = f"{prefix}*"
    # The server appends letters and digits, so the prefix may end with '-' or '.'.
    if (fault := name_fault(f"{prefix}x")) is not None:
        check.fault(("metadata", "generateName"), f"{quoted(prefix)} {fault}")
    check.note(("metadata", "generateName"), f"the name is made by the server; {prefix}* stands for it")


def controller_of(metadata: dict[str, Any]) -> tuple[str, str] | None:
    """Kind and name of the owner that controls the object, as ownerReferences says; None without one."""
    references = metadata.get("ownerReferences")
    if type(references) is not list:
        return None
    for reference in references:
        if type(reference) is dict and reference.get("controller") is True:
            kind, name = reference.get("kind"), reference.get("name")
            if type(kind) is str and type(name) is str:
                return kind, name
    return None
