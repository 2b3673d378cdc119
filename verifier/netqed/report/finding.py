"""One result of a check as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from netqed.analysis.results import Basis, Proved, Refuted, Result, Unknown, Vacuous, Verdict, Witness
from netqed.report.because import because, near_words
from netqed.report.blame import blocked, through, to_isolate
from netqed.report.codes import code_of, severity_of
from netqed.report.excerpt import Mark, excerpt
from netqed.report.mends import mends_lines
from netqed.report.portability import matters_words, portability_lines
from netqed.report.replay import replay, same_workload
from netqed.report.style import Role, Style, wrapped
from netqed.report.ways import ways_lines
from netqed.report.words import bare_name, count, end_words, scope_mark, scope_words
from netqed.report.writer import note

COMMAND_LINE: Final = "<sentence>"
"""The file of a sentence that the command line states: it is in the title already."""

_OF_NAMESPACE: Final = "namespace label "
"""How a witness says that a label of a side's namespace was invented."""


def finding(result: Result, basis: Basis, style: Style, *, verbose: bool) -> Iterator[str]:
    """A result that needs attention, whole: title, place, evidence, what to do."""
    severity = severity_of(result)
    role: Role = "error" if severity == "error" else "warning"
    code = code_of(result)
    head = f"{'error' if severity == 'error' else 'warning'}[{code}]" if code else severity
    title = style.show(f'{_word(result)}: "{result.stated.title}"{_ignoring(basis)}')
    yield f"{style.paint(head + ':', role)} {style.paint(title, 'strong')}"
    yield from _place(result, style)
    if result.stated.name is not None:
        yield from note("invariant", result.stated.sentence, style)
    yield from _evidence(result, style, verbose=verbose)
    for hint in result.hints:
        yield from note("hint", hint, style)
    if result.stated.why:
        yield from note("why it matters", result.stated.why, style)
    match result.status:
        case "expired":
            until = f" until {result.stated.until}" if result.stated.until else ""
            yield from note("expired", f"the spec accepted this refutation{until}, which has passed", style)
        case "unexpected":
            yield from note("to do", "the invariant holds now: remove `expect: refuted` from the spec", style)
        case "failed" | "unknown" | "ok" | "accepted" | "allowed-empty":
            pass
        case _ as never:
            assert_never(never)


def one_line(result: Result, basis: Basis, style: Style, *, verbose: bool) -> Iterator[str]:
    """A result that is as it should be: one line, and what the verdict rests on."""
    stated, verdict = result.stated, result.verdict
    word = "accepted" if result.status in ("accepted", "allowed-empty") else verdict.word
    role: Role = "good" if word == "proved" else "warning"
    scope = scope_mark(result.scope)
    match verdict:
        case Proved():
            tail = f"  [{scope}]"
            if things := rests_on(verdict):
                tail = f"  [{scope}; rests on: {'; '.join(things)}]"
        case Refuted():
            until = f" until {stated.until}" if stated.until else ""
            tail = f"  [refuted, as the spec expects{until}]"
        case Vacuous():
            tail = "  [vacuous, which the spec allows]"
        case Unknown():
            tail = "  [unknown]"
        case _ as never:
            assert_never(never)
    text = style.show(f'"{stated.title}"{_ignoring(basis)}{tail}')
    first, *rest = wrapped(text, style.width, first=f"{word}: ", rest="    ")
    yield style.paint(f"{word}:", role) + first[len(word) + 1 :]
    yield from rest
    if stated.name is not None and verbose:
        yield from note("invariant", stated.sentence, style)
    if isinstance(verdict, Proved):
        yield from because(verdict, style)
    if isinstance(verdict, Refuted):
        yield from counterexample(verdict.witness, style)
    if isinstance(verdict, Vacuous) and verbose:
        yield from note("vacuous", verdict.reason, style)
    if stated.why and (verbose or word == "accepted"):
        yield from note("why", stated.why, style)
    for hint in result.hints:
        yield from note("hint", hint, style)


def rests_on(verdict: Proved) -> tuple[str, ...]:
    """What a proof needs beside the policies: assumptions, address ranges, answers of the network plugin."""
    return (*verdict.rests_on, *matters_words(verdict.matters))


def _word(result: Result) -> str:
    match result.status:
        case "expired":
            return "refuted, and no longer accepted"
        case "unexpected":
            return "proved, though the spec expects a refutation"
        case "failed" | "unknown" | "ok" | "accepted" | "allowed-empty":
            return result.verdict.word
        case _ as never:
            assert_never(never)


def _ignoring(basis: Basis) -> str:
    return "" if basis.complete else f" (ignoring {count(len(basis.ignored), 'object')})"


def _place(result: Result, style: Style) -> Iterator[str]:
    span = result.stated.span
    if span is None or span.start.file == COMMAND_LINE:
        return
    yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}"
    yield from excerpt([Mark(span, _claim(result.verdict))], style)


def _claim(verdict: Verdict) -> str:
    match verdict:
        case Proved():
            return "holds"
        case Refuted():
            return "does not hold" if verdict.witness.decision.allowed else "is blocked"
        case Unknown():
            return "could not be decided"
        case Vacuous():
            return "speaks of nothing"
        case _ as never:
            assert_never(never)


def _evidence(result: Result, style: Style, *, verbose: bool) -> Iterator[str]:
    verdict = result.verdict
    match verdict:
        case Proved():
            yield from note("scope", scope_words(result.scope), style)
            for thing in rests_on(verdict):
                yield from note("rests on", thing, style)
            yield from because(verdict, style)
        case Refuted():
            yield from _refutation(verdict, style, verbose=verbose)
        case Unknown():
            yield from note("why", verdict.reason, style)
            if "budget" in verdict.reason:
                yield from note(
                    "to do", "raise the budget with --rlimit, or split the invariant into smaller ones", style
                )
        case Vacuous():
            yield from note("why", verdict.reason, style)
            yield from note(
                "to do",
                "correct a name or a label if it is misspelt; if it is meant to match nothing yet, "
                "say `allow-empty: true` in the spec",
                style,
            )
        case _ as never:
            assert_never(never)


def _refutation(verdict: Refuted, style: Style, *, verbose: bool) -> Iterator[str]:
    witness = verdict.witness
    decision = witness.decision
    yield from counterexample(witness, style)
    yield from invented_lines(witness, style)
    if decision.allowed:
        unruled = not decision.egress.matches and not decision.ingress.matches
        for direction in (decision.egress, decision.ingress):
            yield from through(witness, direction, style, verbose=verbose, placed=unruled)
        if unruled:
            yield from to_isolate(witness, style)
    else:
        for direction in (decision.egress, decision.ingress):
            if not direction.allowed:
                yield from blocked(witness, direction, style, verbose=verbose)
    for miss in verdict.near_misses:
        yield from note("almost", near_words(miss), style)
    if verdict.ways is not None:
        yield from ways_lines(verdict.ways, style, verbose=verbose)
    if verdict.portability is not None:
        yield from portability_lines(verdict.portability, style, verbose=verbose)
    for index, closer in enumerate(verdict.closers):
        text = f'assume "{closer}" in the spec, if your cluster guarantees it' if index == 0 else f'assume "{closer}"'
        yield from note("to close it" if index == 0 else "or", text, style)
    yield from mends_lines(verdict, style)
    command = replay(witness)
    if command is not None:
        expected = "connects" if decision.allowed else "times out"
        yield from note("replay", command, style, wrap=False)
        if verbose:
            yield from note(
                "note", f"the command {expected} if the cluster enforces these policies and the port is open", style
            )


def counterexample(witness: Witness, style: Style) -> Iterator[str]:
    """The flow in one line, with whether it can happen today."""
    blocked_word = "" if witness.decision.allowed else "blocked: "
    yield from note("counterexample", f"{blocked_word}{flow_words(witness)}", style, wrap=False)


def flow_words(witness: Witness) -> str:
    """`web/checkout -> payments/api  TCP/8080  [real workloads]`."""
    if witness.real:
        kind = "real workloads" if witness.source.kind == witness.destination.kind == "pod" else "real workload"
        if witness.rests_on_invented:
            kind += f", resting on {_resting_on(witness)} that nobody declares"
    else:
        kind = "hypothetical: rests on what does not exist yet"
    traffic = witness.traffic
    if witness.port_name:
        traffic = f"{traffic} (port name {witness.port_name})"
    another = " (another pod of it)" if same_workload(witness) else ""
    return f"{end_words(witness.source)} -> {end_words(witness.destination)}{another}  {traffic}  [{kind}]"


def _resting_on(witness: Witness) -> str:
    """What was invented about sides that exist: `labels`, `an address`, or both."""
    addresses = [text.startswith("address") for end in (witness.source, witness.destination) for text in end.invented]
    return " and ".join(text for text, any_ in (("labels", not all(addresses)), ("an address", any(addresses))) if any_)


def invented_lines(witness: Witness, style: Style) -> Iterator[str]:
    """What does not exist yet and the flow needs: of each side, and then of each namespace."""
    spaces: dict[str, dict[str, None]] = {}
    for end in (witness.source, witness.destination):
        of_space = [text for text in end.invented if text.startswith(_OF_NAMESPACE)]
        needs = ", ".join(text for text in end.invented if text not in of_space)
        name = bare_name(end)
        if not end.exists:
            yield from note("invented", f"{name} does not exist yet{f', and needs {needs}' if needs else ''}", style)
        elif needs:
            yield from note("invented", f"{name} exists, but not yet with {needs}", style)
        if of_space and end.namespace is not None:
            texts = (text.removeprefix(_OF_NAMESPACE) for text in of_space)
            spaces.setdefault(end.namespace, {}).update(dict.fromkeys(texts))
    for space, labels in spaces.items():
        text = f"{', '.join(labels)} on namespace {space}: no Namespace object declares it, so it may carry any labels"
        yield from note("invented", f"{'labels' if len(labels) > 1 else 'label'} {text}", style)
