"""Workflow commands of GitHub Actions: a line of the log each, shown as an annotation of the file that it names.

The syntax and its escapes are those of GitHub's documentation ("Workflow commands for GitHub Actions") and of the
runner's `ActionCommand`: `%`, carriage return and line feed in a message, and `:` and `,` too in a property. A step
shows ten errors and ten warnings, so the worst come first; the job summary has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from netqed.report.outcome import Finding, Level, Outcome
from netqed.report.repository import Repository
from netqed.report.style import visible

SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"
"""Names the file that a job summary is appended to, where there is one."""

_COMMANDS: Final[Mapping[Level, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(outcome: Outcome, repository: Repository) -> str:
    """The commands, a line each: one for each finding, and a notice with the summary."""
    lines = [_finding(one, repository) for one in outcome.findings]
    lines.append(command("notice", {"title": "netqed"}, outcome.headline))
    return "".join(f"{line}\n" for line in lines)


def _finding(one: Finding, repository: Repository) -> str:
    properties: dict[str, str] = {}
    where = one.where
    if where is not None:
        properties["file"] = visible(repository.path(where))
        if where.line is not None:
            # Only its start: an annotation that spans to the very end of a file is not shown.
            properties |= {"line": str(where.line), "col": str(where.column)}
    properties["title"] = one.code
    return command(_COMMANDS[one.level], properties, "\n".join(_sentences(one)))


def _sentences(one: Finding) -> Iterator[str]:
    yield one.title
    yield from one.sentences
    if one.where is not None and one.where.rendered_line is not None:
        yield f"in line {one.where.rendered_line} of the rendered manifests"
    if one.stated is not None and one.place is not None:
        yield f"stated at {visible(one.stated.file)}:{one.stated.line}"


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """One command, in one line whatever its parts hold."""
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' if shown else ''}{shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
