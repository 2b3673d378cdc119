"""A document's values together with their places: what errors and carets are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from netqed.sources.position import FieldPath
from netqed.sources.scalars import Scalar

MAX_DEPTH = 200
"""Levels of nesting that a document may have. The deepest objects in use, custom resources' schemas, stay below 80."""


@dataclass(slots=True, eq=False)
class ScalarNode:
    """A scalar. `start` and `end` are character offsets into the file's text."""

    start: int
    end: int
    data: Scalar
    size: int = 1
    height: int = 0


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a mapping: where its key begins, and its value."""

    key_start: int
    value: Node


@dataclass(slots=True, eq=False)
class MappingNode:
    """A mapping; `entries` holds what `data` holds, merged entries at the place they come from."""

    start: int
    end: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1
    """Nodes below, and itself, with every alias written out."""
    height: int = 0
    """Levels below, with every alias written out."""


@dataclass(slots=True, eq=False)
class SequenceNode:
    """A list."""

    start: int
    end: int = 0
    data: list[Any] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 0


Node = ScalarNode | MappingNode | SequenceNode


def locate(root: Node, path: FieldPath) -> tuple[int, int] | None:
    """Where the field begins (a mapping's entry at its key) and where its value ends.

    Of a path that does not exist, its longest prefix that does; None where that is the root itself.
    """
    node = root
    found: tuple[int, int] | None = None
    for step in path:
        match node:
            case MappingNode(entries=entries) if isinstance(step, str) and step in entries:
                entry = entries[step]
                node = entry.value
                end = node.end if node.end >= entry.key_start else entry.key_start
                found = (entry.key_start, end)
            case SequenceNode(items=items) if isinstance(step, int) and 0 <= step < len(items):
                node = items[step]
                found = (node.start, node.end)
            case _:
                break
    return found
