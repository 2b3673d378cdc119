"""Documents that find the places of their fields by reading their own stretch of the file again."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from functools import lru_cache
from typing import Any

import yaml

from netqed.sources.composer import Refused, compose
from netqed.sources.folder import STDIN_NAME
from netqed.sources.jsontext import compose_json
from netqed.sources.nodes import MAX_DEPTH, Node, locate
from netqed.sources.origin import origin_of
from netqed.sources.position import FieldPath, Position, Span
from netqed.sources.text import SourceText

_KEPT = 64
"""Documents whose places are kept: reports ask for several fields of the same few objects."""


class Stretch:
    """A part of a file that can be read by itself: a document, or one item of a `List`.

    `start` is where its value begins, `end` where it ends (exclusive, in characters). `outer` is the stretch of
    the whole document and the path of this part in it, for a part that refers to anchors outside of itself.
    """

    __slots__ = ("begin", "end", "json", "outer", "source", "start")

    def __init__(
        self,
        source: SourceText,
        begin: int,
        start: int,
        end: int,
        *,
        json: bool,
        outer: tuple[Stretch, FieldPath] | None = None,
    ) -> None:
        self.source = source
        self.begin = begin
        self.start = start
        self.end = end
        self.json = json
        self.outer = outer

    def locate(self, path: FieldPath, levels: int = MAX_DEPTH) -> tuple[int, int] | None:
        """Where the field, or its longest prefix that exists, begins and ends; None for the stretch itself.

        Fields are looked for on the given number of levels only.
        """
        root = _nodes(self, levels)
        if root is not None:
            return locate(root, path)
        if self.outer is None:
            return None
        outer, prefix = self.outer
        return outer.locate(prefix + path)


@lru_cache(maxsize=_KEPT)
def _nodes(stretch: Stretch, levels: int) -> Node | None:
    """The stretch's values with their places, or None where it cannot be read by itself."""
    source = stretch.source
    if stretch.json:
        return compose_json(source, stretch.start, levels)
    indent = 0
    if stretch.outer is not None:
        indent = stretch.begin - (source.text.rfind("\n", 0, stretch.begin) + 1)
    try:
        for root, _ in compose(source, stretch.begin, stretch.end, indent, levels):
            if root is not None and root.start == stretch.start:
                return root
    except (yaml.YAMLError, Refused):
        return None
    return None


class LocatedDocument:
    """One object of the input; the Document that the rest of the program sees."""

    __slots__ = ("_levels", "_prefix", "_stretch", "data")

    def __init__(
        self, stretch: Stretch, data: dict[str, Any], prefix: FieldPath = (), *, levels: int = MAX_DEPTH
    ) -> None:
        """`prefix` is the object's path in its stretch; `levels` bounds how deep its fields are told apart."""
        self._stretch = stretch
        self._levels = levels
        self._prefix = prefix
        self.data = data

    @property
    def file(self) -> str:
        """The file as the user named it; `<stdin>` for `-`."""
        return self._stretch.source.file

    @property
    def start(self) -> Position:
        """Where the object begins."""
        return self._stretch.source.position(self._place(())[0])

    def span(self, path: FieldPath) -> Span:
        """Where the field is; of a path that does not exist, where its longest prefix is."""
        start, end = self._place(path)
        span = self._stretch.source.span(start, end)
        if self.file != STDIN_NAME:
            return span
        stretch = self._stretch
        origin = origin_of(self.data, stretch.source.text[stretch.begin : stretch.start])
        if origin is not None and stretch.source.folder is not None:
            origin = posixpath.normpath(posixpath.join(stretch.source.folder, origin))
        return replace(span, origin=origin)

    @property
    def source(self) -> SourceText:
        """The file's text."""
        return self._stretch.source

    @property
    def holder(self) -> tuple[LocatedDocument, FieldPath] | None:
        """The document of the `List` that it is an item of, and its path there; None of a document of its own."""
        if self._prefix:
            return LocatedDocument(self._stretch, {}, levels=self._levels), self._prefix
        if self._stretch.outer is not None:
            outer, path = self._stretch.outer
            return LocatedDocument(outer, {}), path
        return None

    @property
    def stretch(self) -> tuple[int, int, int]:
        """Where the part of the file begins that is read as this document, separator and comments included, where its
        value does, and where the part ends (exclusive), in characters."""
        return self._stretch.begin, self._stretch.start, self._stretch.end

    def place(self, path: FieldPath) -> tuple[int, int]:
        """Where the field begins and ends (exclusive), in characters of the file's text: of a mapping's entry from its
        key, of a list's item from its first character. Of a path that does not exist, its longest prefix."""
        return self._place(path)

    def _place(self, path: FieldPath) -> tuple[int, int]:
        stretch = self._stretch
        found = stretch.locate(self._prefix + path, self._levels) if self._prefix or path else None
        return found or (stretch.start, stretch.end)

    def __repr__(self) -> str:
        return f"<document at {self.start}>"
