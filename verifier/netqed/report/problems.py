"""Errors of the input, the spec and the usage, as lines for stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netqed.report.excerpt import Mark, excerpt
from netqed.report.style import Style
from netqed.report.words import count
from netqed.report.writer import note
from netqed.sources.position import Problem, Span


def render_problems(problems: Sequence[Problem], *, style: Style | None = None) -> str:
    """Every problem with its place, the line and a hint, then how many there are; ends with a line end."""
    style = style or Style()
    lines: list[str] = []
    for problem in problems:
        lines += [*_problem(problem, style), ""]
    lines.append(style.paint(count(len(problems), "error"), "error") + ": nothing was checked")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _problem(problem: Problem, style: Style) -> Iterator[str]:
    yield f"{style.paint('error:', 'error')} {style.paint(style.show(problem.message), 'strong')}"
    place = problem.position
    if place is not None and place.file:
        yield f"  {style.paint('-->', 'gutter')} {style.show(str(place))}"
        if problem.line_text is not None and place.line:
            end = _token_end(problem.line_text, place.column)
            yield from excerpt([Mark(Span(place, end, problem.line_text))], style)
    if problem.object is not None:
        yield from note("in", problem.object, style)
    if problem.hint is not None:
        yield from note("help", problem.hint, style)


def _token_end(line: str, column: int) -> int:
    """The column (1-based, exclusive) where the word that begins at `column` ends: one sign where none does."""
    start = max(0, column - 1)
    end = start
    while end < len(line) and not line[end].isspace() and line[end] not in ":,{}[]":
        end += 1
    return max(end, start + 1) + 1
