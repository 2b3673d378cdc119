"""Edits that would mend a refutation, as lines of text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netqed.analysis.results import Mend, Refuted
from netqed.report.style import Role, Style
from netqed.report.writer import note


def mends_lines(verdict: Refuted, style: Style) -> Iterator[str]:
    """Each mend in words, and under it the diff that makes it; nothing where nobody asked."""
    mends = verdict.mends
    if mends is None:
        return
    if not mends:
        none = "no small set of edits that netqed knows makes it hold and breaks nothing else"
        if not verdict.mends_complete:
            none = "none was found that makes it hold and breaks nothing else, and not all edits were tried"
        yield from note("to mend it", none, style)
        return
    for number, mend in enumerate(mends, 1):
        words = "; and ".join(change.words for change in mend.changes)
        label = "to mend it" if len(mends) == 1 else f"to mend it, {number} of {len(mends)}"
        yield from note(label, words, style)
        if mend.diff is None:
            yield from note("note", "the input is no file that netqed can edit: this is to be done by hand", style)
        for line in (mend.diff or "").removesuffix("\n").split("\n") if mend.diff else ():
            role: Role | None = "good" if line.startswith("+") else "error" if line.startswith("-") else None
            shown = style.show(line.removesuffix("\r"))
            yield f"     {style.paint(shown, role) if role else shown}".rstrip()
        for title in mend.also:
            yield from note("mends too", f'"{title}"', style)
    which = "with it" if len(mends) == 1 else "with any one of them"
    yield from note("verified", f"{which} the invariant holds, and no other verdict of the spec gets worse", style)


def mends_value(mends: Sequence[Mend] | None) -> list[dict[str, Any]] | None:
    """The mends as plain values; None where nobody asked."""
    if mends is None:
        return None
    return [
        {
            "changes": [
                {"policy": None if change.policy is None else change.policy.key, "words": change.words}
                for change in mend.changes
            ],
            "diff": mend.diff,
            "also": list(mend.also),
        }
        for mend in mends
    ]
