"""Excerpts of the user's files: numbered lines with carets and a short label under what matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from netqed.report.style import Role, Style, columns, wrapped
from netqed.sources.document import Document
from netqed.sources.position import FieldPath, Span

LONGEST: Final = 160
"""Characters of a line that are shown: of a longer one (JSON without line breaks) the part around the mark."""

BEFORE: Final = 30
"""Characters shown before the mark in a line that is cut."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to put carets under, with a label behind them. Secondary marks are dashes: context, not the cause."""

    span: Span
    label: str = ""
    primary: bool = True


def lines_within(document: Document, path: FieldPath, most: int) -> dict[int, str]:
    """The lines that the field at `path` and all that is in it begin on, by number; at most `most` of them."""
    lines: dict[int, str] = {}
    for inner in _paths(path, _value(document.data, path)):
        span = document.span(inner)
        lines[span.start.line] = span.text
        if len(lines) >= most:
            break
    return lines


def _value(data: Any, path: FieldPath) -> Any:
    for step in path:
        if isinstance(step, int):
            if not isinstance(data, list) or step >= len(data):
                return None
            data = data[step]
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def _paths(path: FieldPath, value: Any) -> Iterator[FieldPath]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths((*path, index), inner)


def excerpt(marks: Sequence[Mark], style: Style, *, context: Mapping[int, str] | None = None) -> list[str]:
    """Lines of one file with their numbers, and under each mark its carets and label. Where lines are left out between
    two shown ones, a line with dots says so. Nothing where no mark has a line number."""
    marks = [mark for mark in marks if mark.span.start.line > 0]
    if not marks:
        return []
    lines = dict(context or {})
    for mark in marks:
        lines[mark.span.start.line] = mark.span.text
    gutter = max(2, len(str(max(lines))))
    bar = style.paint("|", "gutter")
    out = [f"{' ' * gutter} {bar}"]
    last: int | None = None
    for number in sorted(lines):
        if last is not None and number > last + 1:
            out.append(style.paint(f"{' ' * (gutter - 2)}...", "gutter"))
        last = number
        here = sorted((m for m in marks if m.span.start.line == number), key=lambda m: m.span.start.column)
        cut = _cut(lines[number], here[0].span.start.column - 1 if here else 0)
        out.append(f"{style.paint(f'{number:>{gutter}}', 'gutter')} {bar} {style.show(cut.text)}".rstrip())
        for mark in here:
            out.extend(_under(mark, cut, gutter, bar, style))
    return out


@dataclass(frozen=True, slots=True)
class _Cut:
    """The part of a line that is shown; character `column` (0-based) of the line is at `column - shift` of it."""

    text: str
    shift: int


def _cut(line: str, column: int) -> _Cut:
    if len(line) <= LONGEST:
        return _Cut(line, 0)
    begin = max(0, min(column - BEFORE, len(line) - LONGEST))
    head, tail = ("... " if begin else ""), (" ..." if begin + LONGEST < len(line) else "")
    return _Cut(f"{head}{line[begin : begin + LONGEST]}{tail}", begin - len(head))


def _under(mark: Mark, cut: _Cut, gutter: int, bar: str, style: Style) -> Iterator[str]:
    start = max(0, mark.span.start.column - 1 - cut.shift)
    end = max(start + 1, min(mark.span.end_column - 1 - cut.shift, len(cut.text.rstrip())))
    indent = columns(style.show(cut.text[:start]))
    length = max(1, columns(style.show(cut.text[start:end])))
    role: Role = "error" if mark.primary else "gutter"
    label = style.show(mark.label)
    margin = f"{' ' * gutter} {bar} "
    taken = gutter + 3 + indent + length + 1
    painted = style.paint(("^" if mark.primary else "-") * length, role)
    if not label or taken + columns(label) <= style.width:
        tail = f" {style.paint(label, 'error' if role == 'error' else 'gutter')}" if label else ""
        yield f"{margin}{' ' * indent}{painted}{tail}"
        return
    yield f"{margin}{' ' * indent}{painted}"
    # A label that does not fit behind the carets goes below them, and further left where little room remains.
    left = min(indent, max(0, style.width - gutter - 3 - 60))
    for line in wrapped(label, style.width - gutter - 3 - left):
        yield f"{margin}{' ' * left}{style.paint(line, 'error' if role == 'error' else 'gutter')}"
