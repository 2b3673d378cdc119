"""Progress of long work, for a person who waits at a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from netqed.report.style import visible

QUIET_SECONDS: Final = 1.0
"""How long work goes on before anything is said of it."""

PAUSE_SECONDS: Final = 0.1
"""The least time between two lines."""


class Progress:
    """One line on standard error that is written over, and gone in the end."""

    def __init__(self) -> None:
        self._next = time.monotonic() + QUIET_SECONDS
        self._shown = 0

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show that `done` of `total` steps are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PAUSE_SECONDS
        line = visible(f"{done:,} of {total:,}  {what}", ascii_only=True)[:78]
        sys.stderr.write(f"\r{line.ljust(self._shown)}")
        sys.stderr.flush()
        self._shown = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Progress where a person can see it: at a terminal, and not in a build. Else None."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("CI"):
        yield None
        return
    shown = Progress()
    try:
        yield shown
    finally:
        shown.clear()
