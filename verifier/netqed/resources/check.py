"""One object under validation: collects its problems, each with its place, and its notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from netqed.resources.cluster import Note
from netqed.resources.syntax import label_key_fault, label_value_fault
from netqed.sources.document import Document
from netqed.sources.position import FieldPath, Problem

_LARGEST: Final = 2**63 - 1


def kind_of_value(value: object) -> str:
    """What a decoded value is, in the words of a YAML author, with the value where it is short."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() if abs(value) > _LARGEST:
            return "a number of more than 64 bits"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a value of type {type(value).__name__}"


def quoted(text: str) -> str:
    """`text` in double quotes, as `shown` shows it, cut after 80 characters."""
    return f'"{shown(text, 80)}"'


def shown(text: str, longest: int = 400) -> str:
    """`text` on one line: cut after `longest` characters, and terminal control characters and the like escaped."""
    if len(text) > longest:
        return shown(text[:longest], longest) + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def path_text(path: FieldPath) -> str:
    """A path as kubectl writes it: `spec.ingress[0].from`, and keys with dots or slashes in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int) or "." in step or "/" in step:
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return shown(text)


class Check:
    """One object under validation. `problems` and `notes` are those of the whole input, appended to.

    `metadata`, `namespace` and `name` are set when the object is identified (`metadata.identify`).

    The readers below return None for a field that is absent or null, and also after they have reported a problem: an
    input with a problem yields no cluster, so what stands for a faulty field does not matter.
    """

    __slots__ = ("data", "document", "kind", "metadata", "name", "namespace", "notes", "problems")

    def __init__(self, document: Document, kind: str, problems: list[Problem], notes: list[Note]) -> None:
        self.document = document
        self.data = document.data
        self.kind = kind
        self.metadata: dict[str, Any] = {}
        self.namespace = ""
        self.name = ""
        self.problems = problems
        self.notes = notes

    @property
    def subject(self) -> str:
        """The object as reports name it: `Kind namespace/name`, or `Kind name` for what lives in no namespace."""
        if not self.name:
            return self.kind
        return shown(f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}")

    def fault(self, path: FieldPath, message: str, hint: str | None = None) -> None:
        """Report a problem of the field at `path`; the message begins with the path."""
        span = self.document.span(path)
        text = f"{path_text(path)}: {message}" if path else message
        self.problems.append(Problem(text, span.start, self.subject, hint, span.text))

    def note(self, path: FieldPath, message: str) -> None:
        """Note something about the field at `path`."""
        place = str(self.document.span(path).start)
        self.notes.append(Note(f"{self.subject}: {path_text(path)}: {message}", place))

    def mapping(self, value: Any, path: FieldPath) -> dict[str, Any] | None:
        """A mapping, None if absent or null; a problem if it is anything else."""
        if value is None or isinstance(value, dict):
            return value
        self.fault(path, f"expected a mapping, found {kind_of_value(value)}")
        return None

    def sequence(self, value: Any, path: FieldPath) -> list[Any] | None:
        """A list, None if absent or null; a problem if it is anything else."""
        if value is None or isinstance(value, list):
            return value
        hint = 'write it as a list: begin each item with "- "' if isinstance(value, dict) else None
        self.fault(path, f"expected a list, found {kind_of_value(value)}", hint)
        return None

    def text(self, value: Any, path: FieldPath) -> str | None:
        """A string, None if absent or null; a problem if it is anything else (A4, fact 30)."""
        if value is None or isinstance(value, str):
            return value
        # The value is not repeated: `yes`, `010` and `1.10` are written otherwise than they resolve.
        hint = "put it in quotes" if isinstance(value, bool | int | float) else None
        self.fault(path, f"expected a string, found {kind_of_value(value)}", hint)
        return None

    def boolean(self, value: Any, path: FieldPath) -> bool | None:
        """A boolean, None if absent or null; a problem if it is anything else."""
        if value is None or isinstance(value, bool):
            return value
        self.fault(path, f"expected true or false, found {kind_of_value(value)}")
        return None

    def number(self, value: Any, path: FieldPath) -> int | None:
        """A whole number, None if absent or null; a problem if it is anything else.

        `80.0` is 80: kubectl writes a YAML float without a fraction as a JSON integer.
        """
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST):
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST:
            return int(value)
        hint = None
        if isinstance(value, str) and value.isascii() and value.isdigit():
            hint = f"write {value} without quotes"
        self.fault(path, f"expected a number, found {kind_of_value(value)}", hint)
        return None

    def port_number(self, value: int, path: FieldPath) -> None:
        """A problem unless `value` is a port: 1 to 65535 (A9, fact 53)."""
        if not 1 <= value <= 65535:
            self.fault(path, f"{value} is no port; expected 1 to 65535")

    def one_of(self, value: str, path: FieldPath, allowed: Sequence[str]) -> None:
        """A problem unless `value` is one of `allowed`, in the same case."""
        if value not in allowed:
            expected = ", ".join(allowed[:-1]) + f" or {allowed[-1]}"
            self.fault(path, f"{quoted(value)} is not valid; expected {expected}", did_you_mean(value, allowed))

    def only_fields(
        self, found: Mapping[str, Any], path: FieldPath, known: Collection[str], hints: Mapping[str, str] | None = None
    ) -> None:
        """A problem for each field beside `known` (A9, fact 60): ignoring one could open or close everything.

        `hints` says of fields that belong elsewhere where that is.
        """
        for name in found:
            if name in known:
                continue
            hint = (hints or {}).get(name) or did_you_mean(name, known)
            self.fault((*path, name), f"unknown field {quoted(name)}; expected one of {', '.join(sorted(known))}", hint)

    def labels(self, value: Any, path: FieldPath) -> dict[str, str]:
        """The labels of an object: strings to strings of valid syntax; {} if absent.

        A null value is the empty string, as the API server decodes it.
        """
        if value is None:
            return {}
        if type(value) is not dict:
            self.mapping(value, path)
            return {}
        for key, label in value.items():
            if type(label) is not str or label_key_fault(key) is not None or label_value_fault(label) is not None:
                return self._odd_labels(value, path)
        return value

    def _odd_labels(self, labels: dict[str, Any], path: FieldPath) -> dict[str, str]:
        """The labels where at least one is not a plain valid string: reports each that is at fault."""
        good: dict[str, str] = {}
        for key, value in labels.items():
            if (fault := label_key_fault(key)) is not None:
                self.fault((*path, key), f"{quoted(key)} {fault}")
            text = "" if value is None else self.text(value, (*path, key))
            if text is None:
                continue
            if (fault := label_value_fault(text)) is not None:
                self.fault((*path, key), f"{quoted(text)} {fault}")
            good[key] = text
        return good


def did_you_mean(name: str, known: Collection[str]) -> str | None:
    """`did you mean "x"?` for the nearest of `known`, letter case set aside; None if none is near."""
    folded = {candidate.lower(): candidate for candidate in sorted(known)}
    near = get_close_matches(name.lower()[:80], folded, n=1, cutoff=0.7)
    return f'did you mean "{folded[near[0]]}"?' if near else None
