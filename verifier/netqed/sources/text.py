"""The text of one file, and places in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from netqed.sources.position import Position, Problem, Span

_LINE_END = re.compile(r"\r\n?|\n")
# Control characters, and the marks that reorder what a terminal shows: neither may reach a reader's screen as it is.
_UNSHOWABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def shown(text: str) -> str:
    """The text with control characters written as escapes, so that it can stand in a message."""
    return _UNSHOWABLE.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def shown_line(text: str) -> str:
    """The line with each control character replaced by one sign, so that columns keep their places."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class SourceText:
    """A file as the user named it and its decoded text. Offsets count characters, from 0."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: array[int] | None = None

    def position(self, offset: int) -> Position:
        """The line and column of the character at the offset; past the end, the place after the last one."""
        line = self._line(offset)
        return Position(self.file, line + 1, min(offset, len(self.text)) - self._line_starts()[line] + 1)

    def line(self, offset: int) -> str:
        """The line that holds the offset, without its end, fit to be shown."""
        starts = self._line_starts()
        number = self._line(offset)
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return shown_line(self.text[starts[number] : end].rstrip("\r\n"))

    def span(self, start: int, end: int) -> Span:
        """The stretch from one offset to another (exclusive); to the line's end where the other is on a later line."""
        place = self.position(start)
        text = self.line(start)
        if end >= start and self._line(end) == place.line - 1:
            end_column = place.column + (end - start)
        else:
            end_column = len(text.rstrip()) + 1
        return Span(place, max(end_column, place.column), text)

    def problem(self, message: str, offset: int, hint: str | None = None) -> Problem:
        """A problem at the offset, with its line. Control characters of the message are escaped."""
        return Problem(shown(message), self.position(offset), hint=hint, line_text=self.line(offset))

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts(), min(offset, len(self.text))) - 1

    def _line_starts(self) -> array[int]:
        if self._starts is None:
            self._starts = array("Q", [0])
            self._starts.extend(m.end() for m in _LINE_END.finditer(self.text))
        return self._starts
