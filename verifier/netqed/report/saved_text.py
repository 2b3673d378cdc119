"""A saved result as the text report: the same lines, without colours.

A saved result has what the report shows by default, with the reasons (`--why`) that the run worked out. What
`--verbose` unfolds is not in it.
"""

from __future__ import annotations

from netqed.report.check_outcome import VERDICTS
from netqed.report.difference import Pieces
from netqed.report.outcome import shown_lines
from netqed.report.saved import Entry
from netqed.report.style import Style, visible
from netqed.report.text import Section, Shown, joined, sections_lines


def saved_text(saved: Entry, *, style: Style | None = None, quiet: bool = False) -> str:
    """The report, ending with a line end. Of the style only whether it is ASCII matters."""
    style = style or Style()
    lines = (
        _difference(saved, quiet=quiet) if saved.text("format") == "netqed/difference" else _check(saved, quiet=quiet)
    )
    return "".join(f"{style.show(line)}\n" for line in lines.splitlines())


def _check(saved: Entry, *, quiet: bool) -> str:
    sections = [
        Section(
            None if (name := one.maybe_text("name")) is None else visible(name),
            tuple(map(_shown, one.entries("results"))),
            shown_lines(one.texts("text")),
        )
        for one in saved.entries("inputs")
    ]
    return joined([*sections_lines(sections, Style(), quiet=quiet), *shown_lines(saved.texts("summary"))])


def _shown(result: Entry) -> Shown:
    return Shown(
        result.text("status"),
        result.one_of("verdict", *VERDICTS),
        result.maybe_text("code") is not None,
        shown_lines(result.texts("text")),
    )


def _difference(saved: Entry, *, quiet: bool) -> str:
    text = saved.entry("text")
    evidence = {
        sign: part.texts("evidence") if (part := saved.entry(sign)).text("is") == "flows" else ()
        for sign in ("gained", "lost")
    }
    pieces = Pieces(
        shown_lines(text.texts("head")),
        shown_lines(text.texts("gained")),
        shown_lines(text.texts("lost")),
        shown_lines(evidence["gained"]),
        shown_lines(evidence["lost"]),
        shown_lines(text.texts("verdicts")),
        shown_lines(text.texts("basis")),
        visible(text.text("summary")),
    )
    return joined(pieces.lines(quiet=quiet))
