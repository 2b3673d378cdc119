"""The map of who can reach whom on a page that opens from disk: a list, a drawing of it, and what each part reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netqed.analysis.map_results import ReachMap
from netqed.report.html import page, shown
from netqed.report.map import rest_lines, summary
from netqed.report.map_json import map_value
from netqed.report.map_words import DEPENDS
from netqed.report.outcome import plain, shown_lines
from netqed.report.style import Style

Value = dict[str, Any]


def render_map_html(found: ReachMap) -> str:
    """The page of a map, ending with a line end."""
    return map_page(map_value(found), summary(found, Style()).removeprefix("map").strip(), rest_lines(found, Style()))


def map_page(value: Value, headline: str = "", rest: Sequence[str] = ()) -> str:
    """The page of a map from its JSON value, with a line above it and lines on what it rests on."""
    kept = ("nodes", "edges", "reading", "restricted")
    return page(
        {
            "command": "map",
            "headline": plain(headline),
            "complete": value["complete"],
            "exitCode": 0,
            "spec": None,
            "sources": [plain(name) for name in value["basis"]["sources"]],
            "cases": [],
            "rest": [{"input": None, "lines": list(shown_lines(rest))}],
            "map": shown({**{key: value[key] for key in kept}, "depends": {**DEPENDS}}),
        }
    )
