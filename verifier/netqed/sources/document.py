"""One Kubernetes object as it was read, with the means to find the place of any of its fields."""

from __future__ import annotations

from typing import Any, Protocol

from netqed.sources.position import FieldPath, Position, Span


class Document(Protocol):
    """One object of the input. Positions are computed when asked for, so that bulk loads do not pay for them."""

    @property
    def file(self) -> str:
        """The file as the user named it; `<stdin>` for `-`."""

    @property
    def data(self) -> dict[str, Any]:
        """The object as plain values. Scalars are resolved as kubectl resolves them."""

    @property
    def start(self) -> Position:
        """Where the object begins."""

    def span(self, path: FieldPath) -> Span:
        """Where the field is: for a mapping's entry from its key, for a list's item from its first character.

        Ends with the value if that is on the same line, else with the line. A path that does not exist gives the
        span of its longest prefix that does; the empty path gives the object's first line.
        """
