"""The building blocks of a report's lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netqed.report.style import Style, columns, wrapped


def note(key: str, text: str, style: Style, *, wrap: bool = True) -> Iterator[str]:
    """`= key: text` below an item, wrapped with a hanging indent; commands are not wrapped, to be copied whole."""
    text = style.show(text)
    lead = f"   = {key}: "
    if not wrap:
        yield f"{style.paint(lead.rstrip(), 'strong')} {text}"
        return
    first, *rest = wrapped(text, style.width, first=lead, rest=" " * 5)
    yield style.paint(lead.rstrip(), "strong") + first[len(lead.rstrip()) :]
    yield from rest


def entry(key: str, text: str, style: Style, *, indent: int, bullet: str = "") -> Iterator[str]:
    """`key   text` in a block of facts: texts start at column `indent`, behind a bullet where one is given."""
    lead = f"  {key}".ljust(indent)
    rest = " " * (indent + len(bullet))
    first, *others = wrapped(style.show(text), style.width, first=lead + bullet, rest=rest)
    yield style.paint(lead, "strong") + first[len(lead) :] if key else first
    yield from others


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], style: Style) -> Iterator[str]:
    """Columns with two blanks between them; the first is text, the others are numbers and stand right."""
    shown = [tuple(style.show(cell) for cell in row) for row in rows]
    widths = [max(columns(row[i]) for row in [head, *shown]) for i in range(len(head))]

    def line(row: tuple[str, ...]) -> str:
        first = row[0] + " " * (widths[0] - columns(row[0]))
        return "  ".join(["  " + first, *(" " * (widths[i] - columns(row[i])) + row[i] for i in range(1, len(row)))])

    yield style.paint(line(head), "strong")
    for row in shown:
        yield line(row)
