"""Network plugins made up for a test, with whatever answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from netqed.plugins import table
from netqed.plugins.matters import Matter
from netqed.plugins.rows import Cell, Plugin


@contextmanager
def plugin_that_answers(answers: Mapping[Matter, bool]) -> Iterator[str]:
    """The name of a plugin of which these answers are known and no others, while the block runs."""
    made_up = Plugin("made-up", "Made up", "never", {matter: Cell(yes, "") for matter, yes in answers.items()})
    with patch.object(table, "PLUGINS", (*table.PLUGINS, made_up)):
        yield made_up.name
