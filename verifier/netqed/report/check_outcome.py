"""What a check found, from its JSON result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netqed.report.codes import CODES
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
)
from netqed.report.saved import Entry

_STATES: Final[dict[str, State]] = {
    "ok": "passed",
    "unexpected": "passed",
    "accepted": "skipped",
    "allowed-empty": "skipped",
    "failed": "failed",
    "expired": "failed",
    "unknown": "error",
}
"""What each status of a result is for a format that knows tests."""

VERDICTS: Final = ("refuted", "vacuous", "unknown", "proved")


def check_outcome(saved: Entry) -> Outcome:
    """The outcome of a check or a proof. Raises Malformed where the document is not whole."""
    inputs = saved.entries("inputs")
    return Outcome(
        command="check",
        spec=saved.maybe_text("spec"),
        sources=tuple(dict.fromkeys(name for one in inputs for name in one.entry("basis").texts("sources"))),
        headline="; ".join(plain(part) for line in saved.texts("summary")[-1:] for part in line.split("   ")),
        exit_code=saved.number("exitCode"),
        complete=saved.flag("complete"),
        seconds=saved.seconds("seconds"),
        cases=tuple(_case(result, one.maybe_text("name")) for one in inputs for result in one.entries("results")),
        rest=tuple((_shown(one.maybe_text("name")), shown_lines(one.texts("text"))) for one in inputs),
    )


def _shown(name: str | None) -> str | None:
    return None if name is None else plain(name)


def _case(result: Entry, name: str | None) -> Case:
    status = result.one_of("status", *_STATES)
    verdict = result.one_of("verdict", *VERDICTS)
    code = result.maybe_text("code")
    return Case(
        _shown(name),
        plain(result.text("title")),
        verdict,
        _STATES[status],
        _says(result, status),
        shown_lines(result.texts("text")),
        () if code is None else (_finding(result, result.one_of("code", *CODES), name),),
    )


def _says(result: Entry, status: str) -> str:
    """Why a result does not just pass."""
    until = result.maybe_text("until")
    match status:
        case "accepted":
            return f"refuted, as the spec expects{f' until {plain(until)}' if until else ''}"
        case "allowed-empty":
            return f"vacuous, which the spec allows: {_reason(result)}"
        case "failed" | "expired" | "unknown":
            return "; ".join(_evidence(result)) or status
        case _:
            return ""


def _reason(result: Entry) -> str:
    return plain(result.entry("evidence").text("reason"))


def _evidence(result: Entry) -> Iterator[str]:
    """What the verdict stands on, in a few sentences."""
    evidence = result.entry("evidence")
    match result.text("verdict"):
        case "refuted":
            witness = evidence.entry("witness")
            reasons = witness.entry("reasons")
            yield f"counterexample: {'' if witness.flag('allowed') else 'blocked: '}{plain(witness.text('words'))}"
            yield f"egress: {plain(reasons.text('egress'))}"
            yield f"ingress: {plain(reasons.text('ingress'))}"
            yield from _plugins(evidence.maybe("portability"))
        case "vacuous" | "unknown":
            yield _reason(result)
        case _:
            yield "the invariant holds now: remove `expect: refuted` from the spec"


def _plugins(found: Entry | None) -> Iterator[str]:
    """On which network plugins it happens; nothing where it happens on all alike, or the run asked about one."""
    if found is None:
        return
    sometimes, never = found.texts("mayBeRefutedOn"), found.texts("holdsOn")
    if not sometimes and not never:
        return
    lists = (("happens on", found.texts("refutedOn")), ("may happen on", sometimes), ("not on", never))
    told = [f"{words} {', '.join(map(plain, names))}" for words, names in lists if names]
    yield f"plugins: {'; '.join(told)}"


def _finding(result: Entry, code: str, name: str | None) -> Finding:
    title = plain(result.text("title"))
    said = plain(CODES[code].partition(":")[0])
    stated = place_of(result.maybe("place"))
    sentences = [*_evidence(result), *(f"hint: {plain(hint)}" for hint in result.texts("hints"))]
    why = result.maybe_text("why")
    if why:
        sentences.append(f"why it matters: {plain(why)}")
    place, named = None, tuple[str, ...]()
    steps, related = tuple[Step, ...](), tuple[Step, ...]()
    if result.text("verdict") == "refuted":
        witness = result.entry("evidence").entry("witness")
        place, named = _blame(witness)
        steps = flow_steps(witness)
        related = distinct(related_steps(witness, place), place, stated)
    input_name = "" if name is None else f" [{plain(name)}]"
    level: Level = "warning" if code == "NQ005" else "error"
    return Finding(
        code,
        level,
        f'{said}: "{title}"{input_name}',
        tuple(sentences),
        place,
        stated,
        related,
        steps,
        (code, name or "", result.text("title"), *named),
    )


def _blame(witness: Entry) -> tuple[Place | None, tuple[str, ...]]:
    """The element of a policy that lets the flow through, or that blocks it, where one does: of ingress first, since
    that protects the destination."""
    found = [
        deciding(direction)
        for direction in (witness.entry("ingress"), witness.entry("egress"))
        if direction.flag("allowed") == witness.flag("allowed")
    ]
    named = [one for one in found if one[1]]
    placed = [one for one in named if one[0] is not None]
    return (placed or named or [(None, ())])[0]
