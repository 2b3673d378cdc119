"""The comparison of two policy sets as a comment on a pull request, from its JSON result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netqed.analysis.difference_results import Difference, Requirement
from netqed.report.comment import code, fitting, folded, prose
from netqed.report.difference_json import difference_value
from netqed.report.outcome import end_words, shown_lines
from netqed.report.saved import Entry
from netqed.report.words import count

MARKER: Final = "<!-- netqed-diff -->"
"""The first line, by which a job finds the comment that it wrote before."""

SIGNS: Final = ("gained", "lost")

_THINGS: Final = 5
"""Things that the proof rests on that are named."""

_HOLDS: Final = {True: "holds", False: "does not hold", None: "could not be decided"}


def render_difference_markdown(found: Difference, *, requirement: Requirement | None = None) -> str:
    """The whole comment, ending with a line end."""
    return difference_comment(Entry(difference_value(found, requirement)))


def difference_comment(saved: Entry) -> str:
    """The whole comment, ending with a line end. Raises Malformed where the document is not whole."""
    return "\n".join(_lines(saved)) + "\n"


def _lines(saved: Entry) -> Iterator[str]:
    parts = {sign: saved.entry(sign) for sign in SIGNS}
    yield MARKER
    outcome = saved.one_of("outcome", "equivalent", "narrower", "wider", "incomparable", "unknown")
    yield f"**Network policies: {outcome}.** {prose(saved.text('words'))}"
    things = dict.fromkeys(
        thing for part in parts.values() if part.text("is") == "nothing" for thing in part.texts("restsOn")
    )
    if things:
        yield ""
        more = "; and more" if len(things) > _THINGS else ""
        yield f"Rests on: {'; '.join(map(code, list(things)[:_THINGS]))}{more}."
    required = saved.maybe("required")
    if required is not None:
        yield ""
        what = required.one_of("what", "equivalent", "no-new-access", "no-lost-access")
        yield f"Required: **{what}: {_HOLDS[required.maybe_flag('holds')]}**"
    yield from _table(parts)
    yield from _verdicts(saved)
    for sign, part in parts.items():
        if part.text("is") == "flows":
            lines = shown_lines(part.texts("evidence"))
            yield from folded(f"A flow that is {sign}, and the lines that decide it", lines)
    yield from _basis(saved)


def _table(parts: dict[str, Entry]) -> Iterator[str]:
    if any(part.text("is") == "flows" for part in parts.values()):
        yield ""
        yield "| | from | to | traffic | where |"
        yield "|---|---|---|---|---|"
    for sign, part in parts.items():
        if part.text("is") != "flows":
            continue
        families = part.maybe_entries("families")
        if not families:
            flow = part.entry("example").entry("new" if sign == "gained" else "old")
            cells = (end_words(flow.entry("source")), end_words(flow.entry("destination")), flow.text("traffic"))
            yield f"| {sign} | {' | '.join(map(code, cells))} | for example |"
        yield from fitting(_row(one, sign) for one in families)
    for sign, part in parts.items():
        yield from _missing(sign, part)


def _row(family: Entry, sign: str) -> str:
    where = code(", and ".join(family.texts("where")))
    cells = (family.text("source"), family.text("destination"), family.text("traffic"))
    return f"| {sign} | {' | '.join(map(code, cells))} | {where} |"


def _missing(sign: str, part: Entry) -> Iterator[str]:
    """What of a part the table does not show."""
    match part.one_of("is", "nothing", "unknown", "flows"):
        case "unknown":
            yield ""
            yield f"What is {sign} is not known: {prose(part.text('reason'))}."
        case "flows":
            families = part.maybe_entries("families")
            more = len(families) - sum(1 for _ in fitting(_row(one, sign) for one in families))
            texts = [f"{count(more, 'more family', 'more families')} not shown here" if more > 0 else None]
            left = part.maybe_text("leftOutWords")
            texts.append(None if left is None else prose(left))
            for text in filter(None, texts):
                yield ""
                yield f"Of what is {sign}: {text}."
        case _:
            return


def _verdicts(saved: Entry) -> Iterator[str]:
    verdicts = saved.maybe_entries("verdicts")
    if not verdicts:
        return
    changed = [one for one in verdicts if one.flag("changed")]
    yield ""
    yield f"Invariants: {len(changed) or 'none'} of {count(len(verdicts), 'verdict')} changed."
    if changed:
        yield ""
        yield "| invariant | OLD | NEW |"
        yield "|---|---|---|"
    words = ("proved", "refuted", "vacuous", "unknown")
    rows = [
        f"| {code(one.text('title'))} | {one.one_of('old', *words)} | {one.one_of('new', *words)} |" for one in changed
    ]
    shown = list(fitting(rows))
    yield from shown
    if len(shown) < len(rows):
        yield ""
        yield f"{count(len(rows) - len(shown), 'more verdict')} that changed not shown here."


def _basis(saved: Entry) -> Iterator[str]:
    old, new = saved.entry("old"), saved.entry("new")
    lines = [*_side("OLD", old), *_side("NEW", new)]
    lines += [f"same on both: {note.text('text')}" for note in saved.entries("notes")]
    taken = dict.fromkeys((*new.texts("assumptions"), *new.texts("standing")))
    lines += [f"taken for granted: {text}" for text in taken]
    yield from folded("What this answer rests on", shown_lines(lines))


def _side(word: str, basis: Entry) -> Iterator[str]:
    numbers = [(basis.number("files"), "file"), (basis.number("policies"), "policy")]
    numbers.append((basis.number("workloads"), "workload"))
    read = ", ".join(count(number, noun) for number, noun in numbers)
    digest = basis.text("digest").removeprefix("sha256:")[:16]
    yield f"{word}: {', '.join(basis.texts('sources'))}: {read}, sha256:{digest}"
    for key, name in (("leftOut", "left out"), ("ignored",) * 2, ("narrowing",) * 2, ("notes",) * 2):
        for note in basis.entries(key):
            place = note.maybe_text("place")
            yield f"{word}: {name}: {f'{place}: ' if place else ''}{note.text('text')}"
