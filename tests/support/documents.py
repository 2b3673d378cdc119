"""Documents in memory: objects as a reading brings them, without files, and the reading itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netqed.sources.document import Document
from netqed.sources.position import FieldPath, Position, Span
from netqed.sources.reading import Reading


def field_line(data: Any, path: FieldPath) -> int:
    """The line of a field if each entry and each item stands on a line of its own, in order; 1 is the object's."""
    line = 1
    for step in path:
        if isinstance(data, Mapping) and step in data:
            keys = list(data)
            before: Sequence[Any] = [data[key] for key in keys[: keys.index(step)]]
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            before, data = data[:step], data[step]
        else:
            return line
        line += 1 + sum(_height(value) for value in before)
    return line


def _height(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(_height(item) for item in value.values())
    return 1 + sum(_height(item) for item in value) if isinstance(value, list) else 1


@dataclass(frozen=True)
class MemoryDocument:
    """A document built from a dict; its positions are those of `field_line`, in the file `file`."""

    data: dict[str, Any]
    file: str = "input.yaml"
    first_line: int = 1

    @property
    def start(self) -> Position:
        return Position(self.file, self.first_line, 1)

    def span(self, path: FieldPath) -> Span:
        line = self.first_line - 1 + field_line(self.data, path)
        return Span(Position(self.file, line, 1 + len(path)), 40, f"line {line}")


def reading_of(*objects: dict[str, Any] | Document, file: str = "input.yaml", **others: Any) -> Reading:
    """A reading of the objects, each on lines of its own; `others` are further fields of Reading."""
    documents: list[Document] = []
    line = 1
    for item in objects:
        if isinstance(item, dict):
            documents.append(MemoryDocument(item, file, line))
            line += _height(item) + 1
        else:
            documents.append(item)
    return Reading(documents=tuple(documents), sources=(file,), files=1, digest="0" * 64, **others)
