"""What a run found, as every format but text shows it: cases, findings and places, all in plain words.

It is made from the JSON result, of a run that just ended or of a saved one, so that all formats say the same. Texts are
already fit to be shown: no control characters, no marks that reorder them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from netqed.report.saved import Entry
from netqed.report.style import visible
from netqed.sources.folder import STDIN_NAME

Level = Literal["error", "warning", "note"]
"""`error` is what makes the exit code something else than 0."""
LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "note")

State = Literal["passed", "failed", "error", "skipped"]
"""`error`: neither holds nor fails, since it is unknown. `skipped`: what it finds does not count, since the spec says
so or nobody asked."""

_COMMAND_LINE: Final = "<sentence>"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of the repository. Without a line it is the file as a whole."""

    file: str
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    """Exclusive, on the same line."""
    rendered_line: int | None = None
    """Of a file that the manifests on standard input say they were rendered from: the line there."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is said of a place."""

    words: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that needs attention."""

    code: str
    level: Level
    title: str
    """In a few words: `refuted: "web cannot reach shop"`."""
    sentences: tuple[str, ...]
    """What is to be said of it beside the title, each without an end of line."""
    place: Place | None
    """The line of a policy to blame; None where there is none, or no file that holds it."""
    stated: Place | None
    """Where the spec states it."""
    related: tuple[Step, ...]
    """Other places that matter to it."""
    steps: tuple[Step, ...]
    """The flow's path: source, egress, ingress, destination; empty where there is no flow."""
    key: tuple[str, ...]
    """What makes it the same finding in another run, whatever lines move: never a line number."""

    @property
    def where(self) -> Place | None:
        """The line to blame, else the spec's."""
        return self.place or self.stated

    @property
    def message(self) -> str:
        """Title and sentences, a line each."""
        return "\n".join((self.title, *self.sentences))


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was asked: an invariant, or one part of a difference."""

    input: str | None
    """The input's name, where a spec has several."""
    title: str
    verdict: str
    state: State
    says: str
    """Why it failed, is an error or was skipped, in one line; empty where it passed."""
    lines: tuple[str, ...]
    """As the text report shows it."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of a run."""

    command: Literal["check", "diff"]
    spec: str | None
    sources: tuple[str, ...]
    """What was read, as the user named it."""
    headline: str
    exit_code: int
    complete: bool
    seconds: float
    cases: tuple[Case, ...]
    rest: tuple[tuple[str | None, tuple[str, ...]], ...]
    """For each input, by its name, what the answers rest on."""

    @property
    def findings(self) -> Iterator[Finding]:
        """All findings, the worst first."""
        found = [finding for case in self.cases for finding in case.findings]
        yield from sorted(found, key=lambda one: LEVELS.index(one.level))

    @property
    def anywhere(self) -> Place:
        """A place for what has none, since some formats cannot do without: the spec, or what was read."""
        named = [self.spec, *self.sources]
        return Place(next((one for one in named if one and not one.startswith("<")), "netqed.yaml"))


def place_of(value: Entry | None) -> Place | None:
    """A place of the JSON result; None where it is in no file."""
    if value is None:
        return None
    file, line = value.text("file"), value.number("line")
    if file == STDIN_NAME:
        origin = value.maybe_text("origin")
        return None if origin is None else Place(origin, rendered_line=line)
    if file == _COMMAND_LINE or line < 1:
        return None
    column = max(1, value.number("column"))
    return Place(file, line, column, max(column + 1, value.number("endColumn")))


def whole_file(place: Place | None) -> Place | None:
    """The file of a place, where the line is one of another version of it."""
    return None if place is None else Place(place.file)


def flow_steps(witness: Entry) -> tuple[Step, ...]:
    """A flow's path: source, what lets it out or stops it, what lets it in or stops it, destination."""
    reasons = witness.entry("reasons")
    source, destination = witness.entry("source"), witness.entry("destination")
    here, there = place_of(source.maybe("place")), place_of(destination.maybe("place"))
    return (
        Step(f"source: {end_words(source)}", here),
        Step(f"egress: {plain(reasons.text('egress'))}", deciding(witness.entry("egress"))[0] or here),
        Step(f"ingress: {plain(reasons.text('ingress'))}", deciding(witness.entry("ingress"))[0] or there),
        Step(f"destination: {end_words(destination)}", there),
    )


def end_words(end: Entry) -> str:
    """A side of a flow by its name; one that does not exist is marked."""
    name = end.text("name")
    if end.text("kind") == "node" and not name.startswith("node "):
        name = f"node {name}"
    return plain(name if end.flag("exists") else f"{name} (hypothetical)")


def deciding(direction: Entry, preferred: Collection[str] = ()) -> tuple[Place | None, tuple[str, ...]]:
    """The element of a policy that decides a direction, as its place and as what names it whatever line it is on: the
    first rule that matches, or where none does the first policy that isolates, of those that are `preferred` if there
    is one. No place and no name where neither is there."""
    for match in direction.entries("matches"):
        return place_of(match.maybe("place")), (match.text("policy"), match.text("path"))
    if not direction.flag("allowed"):
        selecting = direction.entries("selecting")
        for policy in sorted(selecting, key=lambda one: one.text("policy") not in preferred):
            return place_of(policy.maybe("place")), (policy.text("policy"), "spec.podSelector")
    return None, ()


def related_steps(witness: Entry, primary: Place | None) -> Iterator[Step]:
    """What else has a part in deciding a flow: rules, policies that isolate, and workloads that nothing isolates."""
    for name, end in (("egress", "source"), ("ingress", "destination")):
        direction = witness.entry(name)
        matches = direction.entries("matches")
        for match in matches:
            rule = f"{name} rule {match.number('rule') + 1} of policy {match.text('policy')}"
            yield Step(plain(rule), place_of(match.maybe("place")))
        if not matches and not direction.flag("allowed"):
            for policy in direction.entries("selecting"):
                yield Step(plain(f"policy {policy.text('policy')} isolates"), place_of(policy.maybe("place")))
        if direction.flag("allowed") and not matches:
            place = place_of(witness.entry(end).maybe("place"))
            yield Step(plain(witness.entry("reasons").text(name)), place)


def distinct(steps: Iterable[Step], *but: Place | None) -> tuple[Step, ...]:
    """The steps that have a place, each place once, and none of `but`."""
    seen = set(but)
    found = []
    for step in steps:
        if step.place is not None and step.place not in seen:
            seen.add(step.place)
            found.append(step)
    return tuple(found)


def plain(text: str) -> str:
    """The text in one line, fit to be shown."""
    return " ".join(visible(text).split())


def shown_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of the text report, fit to be shown: those of a saved result may have been edited."""
    return tuple(visible(line).rstrip() for line in lines)
