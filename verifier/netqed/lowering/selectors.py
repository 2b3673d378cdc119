"""Label selectors as predicates (docs/semantics.md A4)."""

from __future__ import annotations

import re
from typing import Final

from netqed.resources.objects import LabelSelector, Requirement
from netqed_smt.model import (
    TRUE,
    LabelExists,
    LabelIn,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Predicate,
    all_of,
    any_of,
    negate,
)

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that every namespace carries with its own name (A4, fact 31)."""

_NAMESPACE_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def is_namespace_name(text: str) -> bool:
    """Whether a namespace can be called so: a DNS label (A9, fact 52)."""
    return _NAMESPACE_NAME.match(text) is not None


def pod_selector(selector: LabelSelector) -> Predicate:
    """Pods whose labels the selector matches; the empty selector matches all."""
    return all_of(
        [
            *(LabelIn(key, frozenset({value})) for key, value in selector.match_labels),
            *(_pod_requirement(requirement) for requirement in selector.match_expressions),
        ]
    )


def _pod_requirement(requirement: Requirement) -> Predicate:
    """One of matchExpressions; NotIn holds where the key is absent (A4, fact 29)."""
    match requirement.operator:
        case "In":
            return LabelIn(requirement.key, frozenset(requirement.values))
        case "NotIn":
            return negate(LabelIn(requirement.key, frozenset(requirement.values)))
        case "Exists":
            return LabelExists(requirement.key)
        case "DoesNotExist":
            return negate(LabelExists(requirement.key))


def namespace_selector(selector: LabelSelector) -> Predicate:
    """Pods whose namespace's labels the selector matches; the empty selector matches every namespace."""
    return all_of(
        [
            *(_namespace_in(key, frozenset({value})) for key, value in selector.match_labels),
            *(_namespace_requirement(requirement) for requirement in selector.match_expressions),
        ]
    )


def _namespace_requirement(requirement: Requirement) -> Predicate:
    match requirement.operator:
        case "In":
            return _namespace_in(requirement.key, frozenset(requirement.values))
        case "NotIn":
            return negate(_namespace_in(requirement.key, frozenset(requirement.values)))
        case "Exists":
            return _namespace_exists(requirement.key)
        case "DoesNotExist":
            return negate(_namespace_exists(requirement.key))


def _namespace_in(key: str, values: frozenset[str]) -> Predicate:
    """The name label's value is the namespace's name; what cannot be a namespace's name matches none."""
    if key == NAME_LABEL:
        return any_of([NamespaceIs(value) for value in sorted(values) if is_namespace_name(value)])
    return NamespaceLabelIn(key, values)


def _namespace_exists(key: str) -> Predicate:
    return TRUE if key == NAME_LABEL else NamespaceLabelExists(key)
