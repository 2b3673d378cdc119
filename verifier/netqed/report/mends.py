"""Edits that would mend a refutation, as lines of text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netqed.analysis.results import Mend
from netqed.report.style import Role, Style
from netqed.report.writer import note


def mends_lines(mends: Sequence[Mend], style: Style) -> Iterator[str]:
    """Each mend in words, and under it the diff that makes it."""
    if not mends:
        yield from note("to mend it", "no small edit that netqed knows makes it hold and breaks nothing else", style)
    for number, mend in enumerate(mends, 1):
        words = "; and ".join(change.words for change in mend.changes)
        label = "to mend it" if len(mends) == 1 else f"to mend it, {number} of {len(mends)}"
        yield from note(label, words, style)
        if mend.diff is None:
            yield from note("note", "the input is no file that netqed can edit: this is to be done by hand", style)
        for line in (mend.diff or "").splitlines():
            role: Role | None = "good" if line.startswith("+") else "error" if line.startswith("-") else None
            shown = style.show(line)
            yield f"     {style.paint(shown, role) if role else shown}".rstrip()
    if mends:
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
        }
        for mend in mends
    ]
