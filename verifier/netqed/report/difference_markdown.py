"""The comparison of two policy sets as a comment on a pull request.

Whatever comes from the input can be anything that someone who opens a pull request writes: it is escaped, so that it
can neither lay out the comment, nor link, nor mention anyone, nor hide.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from netqed.analysis.difference_results import SIGNS, Delta, Difference, Family, Part, Requirement, Sign
from netqed.analysis.results import Basis, Unknown
from netqed.report.difference import (
    conditions,
    evidence_lines,
    left_out_words,
    outcome_words,
    requirement_words,
    rests_on,
    verdicts_summary,
)
from netqed.report.style import Style, visible
from netqed.report.ways import traffic_words
from netqed.report.words import count

MARKER: Final = "<!-- netqed-diff -->"
"""The first line, by which a job finds the comment that it wrote before."""

ROWS: Final = 50
"""Families of what is gained, and of what is lost, that are shown."""

LINES: Final = 120
"""Lines of a folded block that are shown."""

ROOM: Final = 9_000
"""Characters that one list has. There are six: a comment of over 65,536 characters is refused, and nobody must be able
to prevent one by long names."""

_LONGEST: Final = 300
"""Characters of one cell that are shown."""

_THINGS: Final = 5
"""Things that the proof rests on that are named."""

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]()#.!|~<>&@:$]")


def render_difference_markdown(found: Difference, *, requirement: Requirement | None = None) -> str:
    """The whole comment, ending with a line end."""
    return "\n".join(_lines(found, requirement)) + "\n"


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


def _lines(found: Difference, requirement: Requirement | None) -> Iterator[str]:
    yield MARKER
    yield f"**Network policies: {found.outcome}.** {outcome_words(found)}"
    things = dict.fromkeys((*rests_on(found.gained), *rests_on(found.lost)))
    if things:
        yield ""
        more = "; and more" if len(things) > _THINGS else ""
        yield f"Rests on: {'; '.join(map(code, list(things)[:_THINGS]))}{more}."
    if requirement is not None:
        yield ""
        yield f"Required: **{requirement_words(found, requirement)}**"
    yield from _table(found)
    yield from _verdicts(found)
    for sign, delta in found.deltas:
        yield from _details(sign, delta)
    yield from _basis(found)


def _table(found: Difference) -> Iterator[str]:
    deltas = list(found.deltas)
    if deltas:
        yield ""
        yield "| | from | to | traffic | where |"
        yield "|---|---|---|---|---|"
    for sign, delta in deltas:
        families = delta.families or ()
        if not families:
            flow = delta.example.allowing
            cells = (flow.source.name, flow.destination.name, flow.traffic)
            yield f"| {sign} | {' | '.join(map(code, cells))} | for example |"
        yield from _fitting(_row(one, sign) for one in families)
    for sign in SIGNS:
        yield from _missing(sign, getattr(found, sign))


def _row(family: Family, sign: Sign) -> str:
    cube = family.cube
    where = code(", and ".join(conditions(family, sign)))
    sides = f"{code(cube.source.words)} | {code(cube.destination.words)}"
    return f"| {sign} | {sides} | {code(traffic_words(cube))} | {where} |"


def _fitting(lines: Iterable[str], most: int = ROWS) -> Iterator[str]:
    """As many of the lines as there is room for."""
    room = ROOM
    for line in islice(lines, most):
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _missing(sign: Sign, part: Part) -> Iterator[str]:
    """What of a part the table does not show."""
    if isinstance(part, Unknown):
        yield ""
        yield f"What is {sign} is not known: {part.reason}."
    if isinstance(part, Delta):
        families = part.families or ()
        more = len(families) - sum(1 for _ in _fitting(_row(one, sign) for one in families))
        texts = [f"{count(more, 'more family', 'more families')} not shown here" if more > 0 else None]
        texts.append(left_out_words(part))
        for text in filter(None, texts):
            yield ""
            yield f"Of what is {sign}: {text}."


def _verdicts(found: Difference) -> Iterator[str]:
    summary = verdicts_summary(found)
    if summary is None:
        return
    yield ""
    yield f"Invariants: {summary}."
    if found.changed_verdicts:
        yield ""
        yield "| invariant | OLD | NEW |"
        yield "|---|---|---|"
    changed = [
        f"| {code(one.stated.title)} | {one.old.verdict.word} | {one.new.verdict.word} |"
        for one in found.changed_verdicts
    ]
    shown = list(_fitting(changed))
    yield from shown
    if len(shown) < len(changed):
        yield ""
        yield f"{count(len(changed) - len(shown), 'more verdict')} that changed not shown here."


def _details(sign: Sign, delta: Delta) -> Iterator[str]:
    """The lines that decide one flow. In a `pre` block nothing but HTML is read: what is not escaped there stays."""
    lines = list(evidence_lines(delta.example, Style(), verbose=False))
    yield from _folded(f"A flow that is {sign}, and the lines that decide it", lines)


def _basis(found: Difference) -> Iterator[str]:
    lines = [*_side("OLD", found.old), *_side("NEW", found.new)]
    lines += [f"same on both: {note.text}" for note in found.notes]
    lines += [f"taken for granted: {text}" for text in dict.fromkeys((*found.new.assumptions, *found.new.standing))]
    yield from _folded("What this answer rests on", [visible(line) for line in lines])


def _side(word: str, basis: Basis) -> Iterator[str]:
    read = f"{count(basis.files, 'file')}, {count(basis.policies, 'policy')}, {count(basis.workloads, 'workload')}"
    yield f"{word}: {', '.join(basis.sources)}: {read}, sha256:{basis.digest[:16]}"
    for name in ("left_out", "ignored", "narrowing", "notes"):
        for note in getattr(basis, name):
            yield f"{word}: {name.replace('_', ' ')}: {f'{note.place}: ' if note.place else ''}{note.text}"


def _folded(summary: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield "<pre>"
    escaped = [html.escape(line.rstrip()) for line in lines]
    shown = list(_fitting(escaped, LINES))
    yield from shown
    if len(shown) < len(escaped):
        yield f"... and {count(len(escaped) - len(shown), 'more line')}"
    yield "</pre>"
    yield ""
    yield "</details>"
