"""The report for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netqed.analysis.results import CheckResult, InputResult, Result
from netqed.report.basis import basis_lines, namespace_lines
from netqed.report.codes import code_of
from netqed.report.finding import finding, one_line
from netqed.report.style import Role, Style
from netqed.report.words import count, workloads_words

_ORDER: Final = ("refuted", "vacuous", "unknown", "proved")


@dataclass(frozen=True, slots=True)
class Shown:
    """One result as lines, and what decides where they stand."""

    status: str
    verdict: str
    loud: bool
    """Whether it needs attention: it has a code."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One input: its results, and the lines below them."""

    name: str | None
    results: tuple[Shown, ...]
    rest: tuple[str, ...] = ()


def render_text(result: CheckResult, *, style: Style | None = None, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report, ending with a line end. Per input: what fails (refuted, vacuous, unknown), one line for each
    invariant that is as it should be, the table by namespace, what the answer rests on. The summary is the last line.

    `quiet` leaves only what fails and the summary; `verbose` folds nothing.
    """
    style = style or Style()
    sections = [
        Section(one.name, shown_results(one, style, verbose=verbose), tuple(rest_lines(one, style, verbose=verbose)))
        for one in result.inputs
    ]
    return joined([*sections_lines(sections, style, quiet=quiet), *summary_lines(result, style)])


def render_interrupted(
    result: CheckResult, invariants: int, *, style: Style | None = None, quiet: bool = False, verbose: bool = False
) -> str:
    """What was decided of so many invariants before an interruption: findings and verdicts, and that they are not all.
    Neither a table, nor what the answer rests on, nor a summary, so that it cannot be taken for a whole report."""
    style = style or Style()
    sections = [Section(one.name, shown_results(one, style, verbose=verbose)) for one in result.inputs]
    number = sum(len(one.results) for one in result.inputs)
    was = "was" if number == 1 else "were"
    ending = f": {number:,} of {count(invariants, 'invariant')} {was} decided"
    return joined([*sections_lines(sections, style, quiet=quiet), style.paint("interrupted", "error") + ending])


def joined(lines: Iterable[str]) -> str:
    """The lines as a text that ends with a line end, none of them with blanks at its end."""
    return "\n".join(line.rstrip() for line in lines) + "\n"


def shown_results(one: InputResult, style: Style, *, verbose: bool = False) -> tuple[Shown, ...]:
    """Each result of an input: a finding of several lines where it needs attention, else one line and what belongs to
    it."""
    return tuple(
        Shown(
            result.status,
            result.verdict.word,
            (loud := code_of(result) is not None),
            tuple((finding if loud else one_line)(result, one.basis, style, verbose=verbose)),
        )
        for result in one.results
    )


def rest_lines(one: InputResult, style: Style, *, verbose: bool = False) -> Iterator[str]:
    """What stands below the results of an input: the table by namespace, and what the answer rests on."""
    table = list(namespace_lines(one.namespaces, style, verbose=verbose))
    if table:
        yield from table
        yield ""
    yield from basis_lines(one, style, verbose=verbose)


def sections_lines(sections: Iterable[Section], style: Style, *, quiet: bool) -> Iterator[str]:
    """The report but for its summary: of each input what needs attention first, then, unless `quiet`, the rest."""
    for one in sections:
        if one.name is not None:
            yield style.paint(style.show(f"== {one.name} =="), "strong")
            yield ""
        for result in sorted((each for each in one.results if each.loud), key=_loudness):
            if quiet and result.status == "unexpected":
                continue
            yield from result.lines
            yield ""
        if quiet:
            continue
        calm = sorted((each for each in one.results if not each.loud), key=_loudness)
        for result in calm:
            yield from result.lines
        if calm:
            yield ""
        if one.rest:
            yield from one.rest
            yield ""


def _loudness(result: Shown) -> tuple[bool, int]:
    return result.status == "unexpected", _ORDER.index(result.verdict)


def summary_lines(result: CheckResult, style: Style) -> Iterator[str]:
    """The last line, and one line before it for each of several inputs."""
    if len(result.inputs) > 1:
        for one in result.inputs:
            yield f"{style.show(one.name or 'input')}: {_verdicts(one.results, style)}"
    results = [each for one in result.inputs for each in one.results]
    if not results:
        yield style.paint("nothing was checked: the spec has no invariants", "warning")
        return
    bases = [one.basis for one in result.inputs]
    lived_in = sum(bool(space.policies or space.workloads) for one in result.inputs for space in one.namespaces)
    stated = sum(b.stated for b in bases)
    about = (
        f"{count(sum(b.policies for b in bases), 'policy')}, "
        f"{workloads_words(sum(b.workloads for b in bases), stated)}{',' if stated else ''} "
        f"in {count(lived_in, 'namespace')}"
    )
    ignored = sum(len(b.ignored) for b in bases)
    if ignored:
        about += f", ignoring {count(ignored, 'object')}"
    yield f"{_verdicts(results, style)}   {about}, {result.seconds:.2f} s"


def _verdicts(results: Sequence[Result], style: Style) -> str:
    words: list[tuple[str, Role | None, int]] = [
        ("proved", "good", sum(r.verdict.word == "proved" for r in results)),
        ("refuted", "error", sum(r.verdict.word == "refuted" and r.status != "accepted" for r in results)),
        ("accepted (refuted, as expected)", "warning", sum(r.status == "accepted" for r in results)),
        ("vacuous", "error", sum(r.verdict.word == "vacuous" and r.status != "allowed-empty" for r in results)),
        ("vacuous (as allowed)", "warning", sum(r.status == "allowed-empty" for r in results)),
        ("unknown", "error", sum(r.verdict.word == "unknown" for r in results)),
    ]
    shown = [style.paint(f"{number:,} {word}", role) if role else word for word, role, number in words if number]
    return f"{count(len(results), 'invariant')}: {', '.join(shown) or 'none'}"
