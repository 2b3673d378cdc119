"""The parts of a comment on a pull request.

Whatever comes from the input can be anything that someone who opens a pull request writes: it is escaped, so that it
can neither lay out the comment, nor link, nor mention anyone, nor hide.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from netqed.report.style import visible
from netqed.report.words import count

ROWS: Final = 50
"""Rows of a table that are shown."""

LINES: Final = 120
"""Lines of a folded block that are shown."""

ROOM: Final = 9_000
"""Characters that one list has. There are six at most: a comment of over 65,536 characters is refused, and nobody must
be able to prevent one by long names."""

_LONGEST: Final = 300
"""Characters of one cell that are shown."""

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]()#.!|~<>&@:$]")


_SENTENCE: Final = 500
"""Characters of a sentence at most."""

_PROSE: Final = re.compile(r"(?!.*(?:\]\(|:\w+:))(?:[A-Za-z0-9 ,;:'()\[\]-]|\.(?=\d))*")


def code(text: str) -> str:
    """The text as GitHub's Markdown shows it as it is, on one line; nothing for nothing.

    What means something to Markdown becomes a character reference, control characters escapes. In `code` nobody is
    mentioned and nothing linked: that is looked for once references are characters again.
    """
    text = visible(text)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    shown = _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)
    return f"<code>{shown}</code>" if shown else ""


def prose(text: str) -> str:
    """A sentence of netqed's own as it is; in `code` where there is anything in it that Markdown may read, as there can
    be in a saved result that was edited."""
    text = " ".join(text.split())
    return text if len(text) <= _SENTENCE and _PROSE.fullmatch(text) else code(text)


def fitting(lines: Iterable[str], most: int = ROWS, room: int = ROOM) -> Iterator[str]:
    """As many of the lines as there is room for."""
    for line in islice(lines, most):
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def folded(summary: str, lines: Iterable[str], room: int = ROOM) -> Iterator[str]:
    """Lines in a block that a click unfolds; `summary` is HTML. In a `pre` block nothing but HTML is read: what is not
    escaped there stays."""
    yield ""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield "<pre>"
    escaped = [html.escape(line.rstrip()) for line in lines]
    shown = list(fitting(escaped, LINES, room))
    yield from shown
    if len(shown) < len(escaped):
        yield f"... and {count(len(escaped) - len(shown), 'more line')}"
    yield "</pre>"
    yield ""
    yield "</details>"
