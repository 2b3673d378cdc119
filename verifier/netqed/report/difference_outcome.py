"""What a comparison found, from its JSON result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from netqed.report.codes import DIFFERENCE_CODES
from netqed.report.outcome import (
    Case,
    Finding,
    Level,
    Outcome,
    Place,
    State,
    Step,
    deciding,
    distinct,
    flow_steps,
    place_of,
    plain,
    related_steps,
    shown_lines,
    whole_file,
)
from netqed.report.saved import Entry

TITLES: Final = {
    "gained": "NEW allows nothing that OLD does not",
    "lost": "NEW allows all that OLD allows",
}
"""What each part of a comparison asks."""

_MATTERS: Final = {
    "gained": ("equivalent", "no-new-access"),
    "lost": ("equivalent", "no-lost-access"),
}
"""The requirements that the part must be empty for."""

_CODES: Final = {"gained": "NQ010", "lost": "NQ011"}


def difference_outcome(saved: Entry) -> Outcome:
    """The outcome of a comparison. Raises Malformed where the document is not whole."""
    outcome = saved.one_of("outcome", "equivalent", "narrower", "wider", "incomparable", "unknown")
    text = saved.entry("text")
    required = saved.maybe("required")
    requirement = "equivalent" if required is None else required.text("what")
    bases = (saved.entry("new"), saved.entry("old"))
    return Outcome(
        command="diff",
        spec=None,
        sources=tuple(name for basis in bases for name in basis.texts("sources")),
        headline=f"{outcome}: {plain(saved.text('words'))}",
        exit_code=saved.number("exitCode"),
        complete=saved.flag("complete"),
        seconds=saved.seconds("seconds"),
        cases=(
            *(_part(sign, saved.entry(sign), text, requirement) for sign in TITLES),
            *(_verdict(one) for one in saved.maybe_entries("verdicts")),
        ),
        rest=((None, shown_lines(text.texts("basis"))),),
    )


def _part(sign: str, part: Entry, text: Entry, requirement: str) -> Case:
    kind = part.one_of("is", "nothing", "unknown", "flows")
    asked = requirement in _MATTERS[sign]
    state: State
    lines: tuple[str, ...] = shown_lines(text.texts(sign))
    match kind:
        case "nothing":
            return Case(None, TITLES[sign], "nothing", "passed", "", lines)
        case "unknown":
            reason = plain(part.text("reason"))
            state = "error" if asked else "skipped"
            level: Level = "error" if asked else "warning"
            finding = Finding(
                "NQ012", level, f"what is {sign} is unknown", (reason,), None, None, (), (), ("NQ012", sign)
            )
            return Case(None, TITLES[sign], "unknown", state, reason, lines, (finding,))
        case _:
            found = tuple(_findings(sign, part, "error" if asked else "note"))
            left = part.maybe_text("leftOutWords")
            says = [one.title for one in found[:1]]
            if len(found) > 1:
                says.append(f"and {len(found) - 1} more")
            if left is not None:
                says.append(plain(left))
            if not asked:
                says.append(f"which {requirement} allows")
            state = "failed" if asked else "skipped"
            evidence = shown_lines(part.texts("evidence"))
            return Case(None, TITLES[sign], sign, state, "; ".join(says), (*lines, *evidence), found)


def _findings(sign: str, part: Entry, level: Level) -> Iterator[Finding]:
    """A finding for each family, or for the example where the families were not worked out."""
    families = part.maybe_entries("families")
    for family in families:
        names = tuple(family.text(key) for key in ("source", "destination", "traffic", "direction"))
        yield _finding(sign, level, plain(family.text("words")), family.entry("example"), names)
    if not families:
        example = part.entry("example")
        words = example.entry("new" if sign == "gained" else "old").text("words")
        yield _finding(sign, level, plain(words), example, ("example",))


def _finding(sign: str, level: Level, words: str, flow: Entry, names: tuple[str, ...]) -> Finding:
    """Gained or lost flows, with the line of NEW that lets them through or blocks them. What NEW no longer has is
    blamed on the file that OLD has it in, without a line: that would be one of another version."""
    new, old = flow.entry("new"), flow.entry("old")
    directions = flow.texts("blockedIn")
    where, named = _decided(new, directions, old)
    if where is None:
        gone, before = _decided(old, directions, new)
        where, named = whole_file(gone), named or before
    allowing, blocking = (new, old) if sign == "gained" else (old, new)
    word_allowing, word_blocking = ("NEW", "OLD") if sign == "gained" else ("OLD", "NEW")
    allowed = [plain(allowing.entry("reasons").text(one)) for one in directions]
    blocked = [plain(blocking.entry("reasons").text(one)) for one in directions]
    code = _CODES[sign]
    return Finding(
        code,
        level,
        f"{sign}: {words}",
        (
            f"for example {plain(allowing.text('words'))}",
            f"{word_allowing} allows it: {'; '.join(allowed)}",
            f"{word_blocking} blocks it: {'; '.join(blocked)}",
        ),
        where,
        None,
        distinct(related_steps(new, where), where),
        flow_steps(new),
        (code, *names, *named),
    )


def _decided(witness: Entry, directions: Iterable[str], other: Entry) -> tuple[Place | None, tuple[str, ...]]:
    """What decides one side's flow, in the first of these directions that has a policy's line. Of policies that block
    it, that is one whose rules let it through on the other side, if there is one: it was changed."""
    found = []
    for name in directions:
        allowing = {match.text("policy") for match in other.entry(name).entries("matches")}
        found.append(deciding(witness.entry(name), allowing))
    return next((one for one in found if one[0] is not None), next((one for one in found if one[1]), (None, ())))


def _verdict(one: Entry) -> Case:
    """An invariant on both sides: a change is reported and fails nothing."""
    old, new = (one.one_of(side, "proved", "refuted", "vacuous", "unknown") for side in ("old", "new"))
    title = plain(one.text("title"))
    if not one.flag("changed"):
        return Case(None, title, new, "passed", "", ())
    words = f'"{title}": {old} in OLD, {new} in NEW'
    level: Level = "warning" if old == "proved" else "note"
    stated = place_of(one.maybe("place"))
    meaning = DIFFERENCE_CODES["NQ013"].partition(": ")[2]
    finding = Finding(
        "NQ013", level, f"changed: {words}", (meaning,), None, stated, (), tuple[Step, ...](), ("NQ013", title)
    )
    return Case(None, title, new, "skipped", f"{old} in OLD, {new} in NEW", (words,), (finding,))
