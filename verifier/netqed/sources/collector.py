"""Python's cycle collector, left out where there is nothing for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without cycle collection: an input is very many objects and no cycles, and a pass that visits all of them costs
    more than reading them, or answering a question about them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
