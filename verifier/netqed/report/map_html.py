"""The map of who can reach whom on a page that opens from disk: a list, a drawing of it, and what each part reaches."""

from __future__ import annotations

from typing import Any

from netqed.analysis.map_results import ReachMap
from netqed.report.html import page
from netqed.report.map_json import map_value
from netqed.report.outcome import plain
from netqed.report.page_map import page_map
from netqed.report.saved import Entry


def render_map_html(found: ReachMap) -> str:
    """The page of a map, ending with a line end."""
    return map_page(map_value(found))


def map_page(value: dict[str, Any]) -> str:
    """The page of a map from its JSON value."""
    saved = Entry(value)
    return page(
        {
            "command": "map",
            "headline": f"{plain(saved.text('summary'))}; {saved.seconds('seconds'):.2f} s",
            "complete": saved.flag("complete"),
            "exitCode": 0,
            "spec": None,
            "sources": [plain(name) for name in saved.entry("basis").texts("sources")],
            "cases": [],
            "rest": [],
            "maps": [page_map(saved)],
        }
    )
