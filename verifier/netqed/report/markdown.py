"""A check as a comment on a pull request, or as the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netqed.report.comment import ROWS, code, fitting, folded, prose
from netqed.report.outcome import Case, Outcome
from netqed.report.words import count

MARKER: Final = "<!-- netqed-report -->"
"""The first line, by which a job finds the comment that it wrote before."""

DETAILS: Final = 38_000
"""Characters that all folded findings together have."""

BASIS: Final = 10_000
"""Characters that all blocks of what answers rest on together have."""

_ORDER: Final = ("failed", "error", "skipped", "passed")
_WORDS: Final = {"failed": "fails", "error": "not known", "skipped": "as expected", "passed": "holds"}


def render_markdown(outcome: Outcome) -> str:
    """The whole comment, ending with a line end."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    cases = sorted(outcome.cases, key=lambda case: _ORDER.index(case.state))
    yield MARKER
    yield f"**Network policies: {_says(cases)}.** {prose(outcome.headline)}"
    if not outcome.complete:
        yield ""
        yield "**Policies of kinds that netqed does not know were passed over: no verdict is about all of them.**"
    yield from _table(cases, several=len({case.input for case in cases}) > 1)
    yield from _details(cases)
    yield from _rest(outcome)


def _says(cases: list[Case]) -> str:
    failing = sum(case.state == "failed" for case in cases)
    unknown = sum(case.state == "error" for case in cases)
    parts = []
    if failing:
        parts.append(f"{failing:,} of {count(len(cases), 'invariant')} {'does' if failing == 1 else 'do'} not hold")
    if unknown:
        of = f"{unknown:,}" if failing else f"{unknown:,} of {count(len(cases), 'invariant')}"
        parts.append(f"{of} {'is' if unknown == 1 else 'are'} unknown")
    return ", ".join(parts) or ("all is as the spec says" if cases else "nothing was checked")


def _table(cases: list[Case], *, several: bool) -> Iterator[str]:
    if not cases:
        return
    yield ""
    yield f"| | invariant |{' input |' if several else ''} verdict |"
    yield f"|---|---|{'---|' if several else ''}---|"
    rows = [_row(case, several=several) for case in cases]
    shown = list(fitting(rows))
    yield from shown
    if len(shown) < len(rows):
        yield ""
        yield f"{count(len(rows) - len(shown), 'more invariant')} not shown here."


def _row(case: Case, *, several: bool) -> str:
    word = _WORDS[case.state]
    if case.state in ("failed", "error"):
        word = f"**{word}**"
    between = f" {code(case.input or '')} |" if several else ""
    return f"| {word} | {code(case.title)} |{between} {case.verdict} |"


def _details(cases: list[Case]) -> Iterator[str]:
    """What needs attention, whole, as long as there is room."""
    found = [case for case in cases if case.findings]
    blocks = [list(_finding(case)) for case in found[:ROWS]]
    shown = _whole(blocks, DETAILS)
    yield from (line for block in shown for line in block)
    if len(shown) < len(found):
        yield ""
        yield f"The evidence of {count(len(found) - len(shown), 'more invariant')} is not shown here."


def _finding(case: Case) -> Iterator[str]:
    input_name = "" if case.input is None else f" in {code(case.input)}"
    codes = ", ".join(dict.fromkeys(one.code for one in case.findings))
    yield from folded(f"{codes}: {case.verdict}: {code(case.title)}{input_name}", case.lines)


def _rest(outcome: Outcome) -> Iterator[str]:
    """What the answers rest on, of each input as long as there is room."""
    blocks = []
    for name, lines in outcome.rest[:ROWS]:
        of = "" if name is None else f" for {code(name)}"
        blocks.append(list(folded(f"What this answer rests on{of}", lines, BASIS // 2)))
    shown = _whole(blocks, BASIS)
    yield from (line for block in shown for line in block)
    if len(shown) < len(outcome.rest):
        yield ""
        yield f"What the answers for {count(len(outcome.rest) - len(shown), 'more input')} rest on is not shown here."


def _whole(blocks: list[list[str]], room: int) -> list[list[str]]:
    """As many of the blocks as there is room for, all or nothing of each."""
    for number, block in enumerate(blocks):
        room -= sum(len(line) + 1 for line in block)
        if room < 0:
            return blocks[:number]
    return blocks
