"""The comparison of two policy sets for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from netqed.analysis.difference_results import (
    BothVerdicts,
    Delta,
    Difference,
    DifferingFlow,
    Family,
    Nothing,
    Outcome,
    Part,
    Requirement,
    Sign,
)
from netqed.analysis.results import Unknown
from netqed.plugins.words import answers_words
from netqed.report.basis import INDENT, READINGS, input_lines, items, note_lines, taken_lines
from netqed.report.blame import blocked, through
from netqed.report.finding import flow_words, invented_lines
from netqed.report.portability import matters_words
from netqed.report.style import Role, Style, wrapped
from netqed.report.text import joined
from netqed.report.ways import traffic_words
from netqed.report.words import count
from netqed.report.writer import entry, note
from netqed.spec.document import Scope

SAYS: Final[Mapping[Outcome, str]] = {
    "equivalent": "NEW allows exactly what OLD allows",
    "wider": "NEW allows all that OLD allows, and more",
    "narrower": "NEW allows less than OLD, and nothing more",
    "incomparable": "NEW allows what OLD does not, and OLD what NEW does not",
    "unknown": "the solver's budget ran out before the sides were compared (--rlimit raises it)",
}
"""Each outcome in words."""

SCOPES: Final[Mapping[Scope, str]] = {
    "always": "every cluster that could exist",
    "now": "the workloads in the input",
}
"""Whom an outcome speaks of."""

_ROLES: Final[Mapping[Outcome, Role]] = {"equivalent": "good", "unknown": "warning"}


def render_difference(
    found: Difference,
    *,
    style: Style | None = None,
    requirement: Requirement | None = None,
    quiet: bool = False,
    verbose: bool = False,
) -> str:
    """The whole report, ending with a line end; the outcome first. `quiet` leaves the outcome and the families."""
    return joined(pieces(found, style or Style(), requirement, verbose=verbose).lines(quiet=quiet))


@dataclass(frozen=True, slots=True)
class Pieces:
    """The report in its parts, each as lines."""

    head: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    gained_evidence: tuple[str, ...]
    lost_evidence: tuple[str, ...]
    verdicts: tuple[str, ...]
    basis: tuple[str, ...]
    summary: str

    def lines(self, *, quiet: bool) -> Iterator[str]:
        """All of it; if `quiet`, without the evidence and what the answer rests on."""
        yield from self.head
        for part, evidence in ((self.gained, self.gained_evidence), (self.lost, self.lost_evidence)):
            if part:
                yield ""
                yield from part
                if not quiet:
                    yield from evidence
        if self.verdicts:
            yield ""
            yield from self.verdicts
        if not quiet:
            yield ""
            yield from self.basis
        yield ""
        yield self.summary


def pieces(found: Difference, style: Style, requirement: Requirement | None = None, *, verbose: bool = False) -> Pieces:
    """The parts of the report."""

    def evidence(part: Part) -> tuple[str, ...]:
        return tuple(evidence_lines(part.example, style, verbose=verbose)) if isinstance(part, Delta) else ()

    return Pieces(
        tuple(_head(found, requirement, style)),
        tuple(_part("gained", found.gained, style)),
        tuple(_part("lost", found.lost, style)),
        evidence(found.gained),
        evidence(found.lost),
        tuple(_verdicts(found, style)),
        tuple(_basis(found, style, verbose=verbose)),
        f"{style.paint(found.outcome, _ROLES.get(found.outcome, 'error'))}   {_summary(found)}",
    )


def outcome_words(found: Difference) -> str:
    """What the outcome says, of whom, and what was ignored."""
    ignored = len(found.old.ignored) + len(found.new.ignored)
    without = f" (ignoring {count(ignored, 'object')})" if ignored else ""
    return f"{SAYS[found.outcome]}{without} [{SCOPES[found.scope]}]"


def requirement_words(found: Difference, requirement: Requirement) -> str:
    """Whether what --require asked for holds."""
    words = {True: "holds", False: "does not hold", None: "could not be decided"}
    return f"{requirement}: {words[found.meets(requirement)]}"


def rests_on(part: Part) -> tuple[str, ...]:
    """What it takes to prove that a part is empty."""
    return (*part.rests_on, *matters_words(part.matters)) if isinstance(part, Nothing) else ()


def family_words(family: Family, sign: Sign) -> str:
    """`web/app=checkout -> payments/app=payments-api  TCP/8080  (where NEW's egress allows)`."""
    cube = family.cube
    parts = conditions(family, sign)
    where = f"  (where {', and '.join(parts)})" if parts else ""
    return f"{cube.source.words} -> {cube.destination.words}  {traffic_words(cube)}{where}"


def conditions(family: Family, sign: Sign) -> list[str]:
    """What else is true of those of the family's flows that differ, one clause each."""
    cube = family.cube
    blocking = "OLD" if sign == "gained" else "NEW"
    parts = [*cube.where, *(f"in {blocking} {clause}" for clause in cube.where_elsewhere)]
    if cube.choices:
        parts.append(answers_words(cube.choices))
    if family.conditional:
        side = "NEW" if sign == "gained" else "OLD"
        parts.append(f"{side}'s {'egress' if family.direction == 'ingress' else 'ingress'} allows")
    return parts


def left_out_words(delta: Delta) -> str | None:
    """That families were left out, and how many; None where all are there."""
    if delta.families is None:
        if delta.left_out is not None:
            return "only one flow of it was asked for"
        return "the budget did not suffice to work out all of it (--rlimit raises it)"
    if delta.left_out is None:
        return "there are more families than were worked out"
    if delta.left_out:
        return f"{count(delta.left_out, 'more family', 'more families')} left out by --limit"
    return None


def verdict_words(one: BothVerdicts) -> str:
    """`"A cannot reach B": proved in OLD, refuted in NEW`."""
    return f'"{one.stated.title}": {one.old.verdict.word} in OLD, {one.new.verdict.word} in NEW'


def verdicts_summary(found: Difference) -> str | None:
    """How many verdicts changed; None without a spec that states invariants."""
    if not found.verdicts:
        return None
    changed = len(found.changed_verdicts)
    return f"{changed or 'none'} of {count(len(found.verdicts), 'verdict')} changed"


def evidence_lines(flow: DifferingFlow, style: Style, *, verbose: bool) -> Iterator[str]:
    """A flow on which the sides differ: what lets it through on one, and what blocks it on the other."""
    allowing, blocking = ("NEW", "OLD") if flow.sign == "gained" else ("OLD", "NEW")
    yield from note("witness", flow_words(flow.allowing), style, wrap=False)
    yield from invented_lines(flow.allowing, style)
    yield f"   {style.paint(f'{allowing} allows it:', 'strong')}"
    decision = flow.allowing.decision
    for direction in (decision.egress, decision.ingress):
        if direction.direction in flow.blocked_in or verbose:
            yield from through(flow.allowing, direction, style, verbose=verbose, placed=True)
    yield f"   {style.paint(f'{blocking} blocks it:', 'strong')}"
    decision = flow.blocking.decision
    for direction in (decision.egress, decision.ingress):
        if not direction.allowed:
            yield from blocked(flow.blocking, direction, style, verbose=verbose)


def _head(found: Difference, requirement: Requirement | None, style: Style) -> Iterator[str]:
    outcome = found.outcome
    text = style.show(outcome_words(found))
    first, *rest = wrapped(text, style.width, first=f"{outcome}: ", rest="    ")
    yield style.paint(f"{outcome}:", _ROLES.get(outcome, "error")) + first[len(outcome) + 1 :]
    yield from rest
    for thing in dict.fromkeys((*rests_on(found.gained), *rests_on(found.lost))):
        yield from note("rests on", thing, style)
    if requirement is not None:
        yield from note("required", requirement_words(found, requirement), style)


def _part(sign: Sign, part: Part, style: Style) -> Iterator[str]:
    if isinstance(part, Nothing):
        return
    yield style.paint(f"{sign}:", "error" if sign == "gained" else "warning")
    if isinstance(part, Unknown):
        yield from note("unknown", part.reason, style)
        return
    for family in part.families or ():
        yield from wrapped(style.show(family_words(family, sign)), style.width, first="  ", rest="      ")
    left = left_out_words(part)
    if left is not None:
        yield f"  {left}"


def _verdicts(found: Difference, style: Style) -> Iterator[str]:
    summary = verdicts_summary(found)
    if summary is None:
        return
    yield f"{style.paint('invariants:', 'strong')} {summary}"
    for one in found.changed_verdicts:
        yield from wrapped(style.show(verdict_words(one)), style.width, first="  ", rest="      ")


def _summary(found: Difference) -> str:
    """How much was compared, and how long it took."""
    policies = f"{count(found.old.policies, 'policy')} in OLD, {count(found.new.policies, 'policy')} in NEW"
    return f"{policies}, {count(found.new.workloads, 'workload')}, {found.seconds:.2f} s"


def _basis(found: Difference, style: Style, *, verbose: bool) -> Iterator[str]:
    yield style.paint("what this answer rests on", "strong")
    old, new = found.old, found.new
    yield from entry("reading", READINGS.get(new.reading, new.reading), style, indent=INDENT)
    both = replace(
        new,
        assumptions=tuple(dict.fromkeys((*old.assumptions, *new.assumptions))),
        idle_assumptions=(),
        standing=tuple(dict.fromkeys((*old.standing, *new.standing))),
    )
    yield from taken_lines(both, style)
    notes = [f"{one.place}: {one.text}" if one.place else one.text for one in found.notes]
    yield from items("same on both", notes, style)
    for name, basis in (("OLD", old), ("NEW", new)):
        yield style.paint(name, "strong")
        yield from input_lines(basis, style, verbose=verbose)
        yield from note_lines(basis, style, verbose=verbose)
