"""How text is put on a terminal: colours, escapes of what would not show as itself, widths."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import click

Role = Literal["error", "warning", "good", "quiet", "strong", "gutter"]

_COLOURS: Final[Mapping[Role, str]] = {"error": "red", "warning": "yellow", "good": "green", "gutter": "blue"}

_PLAIN: Final = str.maketrans(
    {"…": "...", "→": "->", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "≤": "<=", "≥": ">="}
)

_UNBROKEN: Final = "\ue000"
"""Stands for a space that no line is broken at; of private use, so that `visible` leaves none in a text."""

NARROWEST: Final = 40
"""Columns below which wrapping stops: a narrower terminal wraps by itself."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the output can show. The default is what a file or a pipe gets."""

    colour: bool = False
    ascii: bool = False
    """Whether everything outside ASCII is written as an escape."""
    width: int = 100
    """Columns to wrap at."""

    def paint(self, text: str, role: Role) -> str:
        """The text in the colours of its role, where colours are on."""
        if not self.colour or not text:
            return text
        dim = role == "quiet"
        return click.style(text, fg=_COLOURS.get(role), bold=None if dim else True, dim=dim or None)

    def show(self, text: str) -> str:
        """The text with everything escaped that would not show as itself: see `visible`."""
        return visible(text, ascii_only=self.ascii)


def visible(text: str, *, ascii_only: bool = False) -> str:
    """The text with control and format characters as escapes such as `\\x1b`, so that a name in a manifest can neither
    move the cursor, nor recolour the screen, nor reorder what is read (bidirectional marks). A tab becomes one space.

    With `ascii_only`, typographic characters become their ASCII likeness, and all other characters outside ASCII
    escapes.
    """
    if text.isascii() and text.isprintable():
        return text
    if ascii_only:
        text = text.translate(_PLAIN)
    return "".join(_shown(char, ascii_only) for char in text)


def _shown(char: str, ascii_only: bool) -> str:
    if char == "\t":
        return " "
    hidden = char != " " and (not char.isprintable() or unicodedata.category(char)[0] in "CZ")
    if not hidden and (char.isascii() or not ascii_only):
        return char
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns, the first behind `first` and the others behind `rest`.

    Breaks at spaces only: a selector, a name or an address is never cut, it makes a longer line instead. No line begins
    with `::`, by which the log of a GitHub job would take it for a command.
    """
    if width < NARROWEST:
        return [first + text]
    lines = textwrap.wrap(
        text.replace(" ::", f"{_UNBROKEN}::"),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_UNBROKEN, " ") for line in lines] or [first.rstrip()]
