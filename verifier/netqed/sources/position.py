"""Places in the user's files, and problems that point at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FieldPath = tuple[str | int, ...]
"""A path inside a document: keys of mappings and 0-based indices of lists."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file. `line` and `column` are 1-based; both are 0 where only the file is known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line to put carets under: from `start` to `end_column` (exclusive, 1-based) of the same line.

    `text` is that whole line as written, without its line end, so that a report needs no second read.
    """

    start: Position
    end_column: int
    text: str
    origin: str | None = None
    """Of standard input: the file that the object says it was rendered from, as it names it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of the input, the spec or the usage; a run lists all of its problems and exits 3."""

    message: str
    position: Position | None = None
    object: str | None = None
    """The object it is about, as `Kind namespace/name`, where known."""
    hint: str | None = None
    """One thing to do about it, such as a suggested spelling."""
    line_text: str | None = None
    """The line at `position`, as written, where it is worth showing."""

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Problems print in the order of their places."""
        place = self.position or Position("")
        return (place.file, place.line, place.column, self.message)


class InputError(Exception):
    """Bad input, spec or usage (exit 3): carries every problem that was found, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: p.sort_key))
        super().__init__("; ".join(p.message for p in self.problems))
