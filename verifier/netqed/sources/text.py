"""The text of one file, and places in it."""

from __future__ import annotations

import re
from itertools import accumulate

from netqed.sources.position import Position, Problem, Span

_BLOCK = 1 << 16
_LONGEST = 400
# Control characters, and the marks that reorder what a terminal shows: neither may reach a reader's screen as it is.
_UNSHOWABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def shown(text: str) -> str:
    """The text with control characters written as escapes, so that it can stand in a message."""
    return _UNSHOWABLE.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def shown_line(text: str) -> str:
    """The line with each control character replaced by one sign, so that columns keep their places."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class SourceText:
    """A file as the user named it and its decoded text. Offsets count characters, from 0; lines end with \\n."""

    __slots__ = ("_ends", "file", "folder", "text")

    def __init__(self, file: str, text: str, folder: str | None = None) -> None:
        """`folder` is what files that the text names are relative to, where that is known."""
        self.file = file
        self.text = text
        self.folder = folder
        self._ends: list[int] | None = None

    def position(self, offset: int) -> Position:
        """The line and column of the character at the offset; past the end, the place after the last one."""
        offset = min(offset, len(self.text))
        return Position(self.file, self._line(offset) + 1, offset - self._line_start(offset) + 1)

    def line(self, offset: int) -> str:
        """The line that holds the offset, without its end, fit to be shown."""
        end = self.text.find("\n", offset)
        return shown_line(self.text[self._line_start(offset) : end if end >= 0 else len(self.text)].removesuffix("\r"))

    def span(self, start: int, end: int) -> Span:
        """The stretch from one offset to another (exclusive); to the line's end where the other is on a later line."""
        place = self.position(start)
        text = self.line(start)
        end_column = place.column + max(0, end - start)
        if end_column > len(text) + 1:
            end_column = len(text.rstrip()) + 1
        return Span(place, max(end_column, place.column), text)

    def problem(self, message: str, offset: int, hint: str | None = None) -> Problem:
        """A problem at the offset, with its line. Control characters of the message are escaped, and where it quotes
        something endless its middle is left out."""
        message = shown(message)
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 100]} … {message[-90:]}"
        return Problem(message, self.position(offset), hint=hint, line_text=self.line(offset))

    def _line(self, offset: int) -> int:
        """The line ends before the offset: counted to every _BLOCK-th character once, from there each time."""
        if self._ends is None:
            counts = (self.text.count("\n", at, at + _BLOCK) for at in range(0, len(self.text), _BLOCK))
            self._ends = [0, *accumulate(counts)]
        block = offset // _BLOCK
        return self._ends[block] + self.text.count("\n", block * _BLOCK, offset)

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1
