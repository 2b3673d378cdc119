"""Label selectors, and the labels that a namespace has."""

from __future__ import annotations

from netqed.resources.objects import Labels, LabelSelector, Requirement

NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"


def selector_matches(selector: LabelSelector, labels: Labels) -> bool:
    """Whether every pair of matchLabels and every item of matchExpressions holds (A4, fact 28); the empty selector
    matches everything (A3, fact 22)."""
    return all(key in labels and labels[key] == value for key, value in selector.match_labels) and all(
        requirement_holds(requirement, labels) for requirement in selector.match_expressions
    )


def requirement_holds(requirement: Requirement, labels: Labels) -> bool:
    """Whether one item of matchExpressions holds (A4, fact 29). NotIn also holds where the key is absent."""
    present = requirement.key in labels
    match requirement.operator:
        case "In":
            return present and labels[requirement.key] in requirement.values
        case "NotIn":
            return not present or labels[requirement.key] not in requirement.values
        case "Exists":
            return present
        case "DoesNotExist":
            return not present


def namespace_labels(name: str, declared: Labels | None) -> Labels:
    """A namespace's labels: those declared, with its own name under kubernetes.io/metadata.name, which nobody can
    forge or remove (A4, fact 31). One that nothing declares carries that label alone."""
    return {**(declared or {}), NAMESPACE_NAME_LABEL: name}
