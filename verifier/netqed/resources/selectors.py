"""Label selectors: decoding, validation, and the one match that validation itself needs."""

from __future__ import annotations

from typing import Any, Final

from netqed.resources.check import Check, quoted
from netqed.resources.objects import Labels, LabelSelector, Operator, Requirement
from netqed.resources.syntax import label_key_fault, label_value_fault
from netqed.sources.position import FieldPath

OPERATORS: Final[tuple[Operator, ...]] = ("In", "NotIn", "Exists", "DoesNotExist")
_FIELDS: Final = ("matchExpressions", "matchLabels")
_REQUIREMENT_FIELDS: Final = ("key", "operator", "values")
_PEER_FIELDS: Final = ("podSelector", "namespaceSelector", "ipBlock")


def read_selector(check: Check, value: Any, path: FieldPath) -> LabelSelector | None:
    """A selector as written, None if absent or null (A3, fact 22); strict on unknown fields (A9, facts 58 and 60)."""
    found = check.mapping(value, path)
    if found is None:
        return None
    hints = {
        name: f"labels go under matchLabels: write matchLabels: {{{name}: …}}"
        for name in found
        if name not in _PEER_FIELDS and isinstance(found[name], str)
    }
    hints |= dict.fromkeys(_PEER_FIELDS, "it belongs beside this selector: check the indentation")
    check.only_fields(found, path, _FIELDS, hints)
    return LabelSelector(
        _read_match_labels(check, found.get("matchLabels"), (*path, "matchLabels")),
        _read_requirements(check, found.get("matchExpressions"), (*path, "matchExpressions")),
    )


def _read_match_labels(check: Check, value: Any, path: FieldPath) -> tuple[tuple[str, str], ...]:
    """The pairs, in the order of their keys: a mapping has none of its own."""
    found = check.mapping(value, path)
    if not found:
        return ()
    pairs: list[tuple[str, str]] = []
    for key, label in found.items():
        place = (*path, key)
        if (fault := label_key_fault(key)) is not None:
            check.fault(place, f"{quoted(key)} {fault}")
        if label is None:
            check.fault(place, "expected a string, found null", 'write "" for the empty value')
            continue
        text = check.text(label, place)
        if text is None:
            continue
        if (fault := label_value_fault(text)) is not None:
            check.fault(place, f"{quoted(text)} {fault}")
        pairs.append((key, text))
    return tuple(sorted(pairs))


def _read_requirements(check: Check, value: Any, path: FieldPath) -> tuple[Requirement, ...]:
    found = check.sequence(value, path)
    if not found:
        return ()
    read = (_read_requirement(check, item, (*path, index)) for index, item in enumerate(found))
    return tuple(requirement for requirement in read if requirement is not None)


def _read_requirement(check: Check, value: Any, path: FieldPath) -> Requirement | None:
    """One item of matchExpressions; None if it has no key or no operator that exists (reported)."""
    found = check.mapping(value, path)
    if found is None:
        if value is None:
            check.fault(path, "expected an item with key and operator, found null")
        return None
    check.only_fields(found, path, _REQUIREMENT_FIELDS)
    key = check.text(found.get("key"), (*path, "key"))
    if not key:
        if found.get("key") in (None, ""):
            check.fault(path, "key is missing or empty; expected a label key")
    elif (fault := label_key_fault(key)) is not None:
        check.fault((*path, "key"), f"{quoted(key)} {fault}")
    values = _read_values(check, found.get("values"), (*path, "values"))
    written = check.text(found.get("operator"), (*path, "operator"))
    if written is None:
        if found.get("operator") is None:
            check.fault(path, f"operator is missing; expected one of {', '.join(OPERATORS)}")
        return None
    operator = next((known for known in OPERATORS if known == written), None)
    if operator is None:
        check.one_of(written, (*path, "operator"), OPERATORS)
        return None
    if operator in ("In", "NotIn") and found.get("values") in (None, []):
        check.fault(path, f"operator {operator} needs at least one of values")
    if operator in ("Exists", "DoesNotExist") and found.get("values"):
        check.fault((*path, "values"), f"operator {operator} takes no values")
    return Requirement(key or "", operator, values)


def _read_values(check: Check, value: Any, path: FieldPath) -> tuple[str, ...]:
    """The values as written; validated as label values (A9, fact 58)."""
    values: list[str] = []
    for index, item in enumerate(check.sequence(value, path) or ()):
        place = (*path, index)
        if item is None:
            check.fault(place, "expected a string, found null", 'write "" for the empty value')
            continue
        text = check.text(item, place)
        if text is None:
            continue
        if (fault := label_value_fault(text)) is not None:
            check.fault(place, f"{quoted(text)} {fault}")
        values.append(text)
    return tuple(values)


def selects(selector: LabelSelector, labels: Labels) -> bool:
    """Whether a workload's selector matches its own template's labels (A4, facts 28 and 29)."""
    if any(labels.get(key) != value for key, value in selector.match_labels):
        return False
    return all(_meets(requirement, labels) for requirement in selector.match_expressions)


def _meets(requirement: Requirement, labels: Labels) -> bool:
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
