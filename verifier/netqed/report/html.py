"""One page that opens from disk and asks for nothing: verdicts, drawings of refuted flows, and who can reach whom.

Everything that comes from the input is JSON in a script element that no browser runs, in which no `<` is left, and the
page's own code writes it as text only. The page's policy (Content-Security-Policy) admits the page's scripts and styles
by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any, Final

from netqed import __version__
from netqed.report.drawing import drawing
from netqed.report.outcome import Case, Outcome, Place, plain
from netqed.report.page_map import page_map
from netqed.report.saved import Entry
from netqed.report.style import visible

Value = dict[str, Any]

_SLOT: Final = re.compile(r"@@([A-Z]+)@@")

_SAME: Final = ("digest", "objects", "policies", "namespaces", "workloads", "stated", "assumptions", "leftOut")
"""What rests on the manifests and the spec, and not on what is asked."""

_HERE: Final = "netqed"
_LIBRARY: Final = "vendor/cytoscape/cytoscape.min.js"


def render_html(outcome: Outcome, saved: Entry, maps: Sequence[Entry] = ()) -> str:
    """The page of a check or a comparison, ending with a line end; of a check with those of the maps that are of its
    inputs. Raises Malformed where a document is not whole."""
    flows = _check_flows(saved) if outcome.command == "check" else _difference_flows(saved)
    cases = [_case(case, drawn) for case, drawn in zip(outcome.cases, _filled(flows, outcome), strict=True)]
    return page(
        {
            "command": outcome.command,
            "headline": outcome.headline,
            "complete": outcome.complete,
            "exitCode": outcome.exit_code,
            "spec": _maybe_plain(outcome.spec),
            "sources": [plain(name) for name in outcome.sources],
            "cases": cases,
            "rest": [{"input": name, "lines": list(lines)} for name, lines in outcome.rest],
            "maps": [page_map(*one) for one in maps_of(saved, maps)] if outcome.command == "check" else [],
        }
    )


def maps_of(saved: Entry, maps: Sequence[Entry]) -> Iterator[tuple[Entry, str | None, str]]:
    """For each input of a saved check that one of the maps is of: that map, the input's name, and the reading of its
    verdicts. Inputs that are alike get theirs in the order given, or all the only one."""
    left = list(maps)
    for one in saved.entries("inputs"):
        found = next((each for each in (*left, *maps) if is_of(each, one)), None)
        if found is not None:
            left = [each for each in left if each is not found]
            yield found, one.maybe_text("name"), one.entry("basis").text("reading")


def is_of(found: Entry, one: Entry) -> bool:
    """Whether a map is of what the verdicts on an input are about: the same manifests, with the same added by a
    spec."""
    basis, other = found.entry("basis").value, one.entry("basis").value
    return all(key in basis and key in other and basis[key] == other[key] for key in _SAME)


def page(data: Value) -> str:
    """The whole page that shows these values. The library that draws maps is in it only if there is a map."""
    style = _resource("report/page/page.css")
    library = [_resource(_LIBRARY)] if data["maps"] else []
    own = [
        "report/page/parts.js",
        "report/page/verdicts.js",
        "report/page/map_model.js",
        "report/page/map_style.js",
        "report/page/map_table.js",
        "report/page/map_view.js",
        "report/page/page.js",
    ]
    scripts = [*library, *map(_resource, own)]
    slots = {
        "POLICY": "; ".join(
            [
                "default-src 'none'",
                f"script-src {' '.join(map(_hash, scripts))}",
                f"style-src {_hash(style)} {_hash('')}",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        ),
        "VERSION": __version__,
        "STYLE": style,
        "DATA": script_json(data),
        "SCRIPTS": "\n".join(f"<script>{one}</script>" for one in scripts),
    }
    return _SLOT.sub(lambda found: slots[found[1]], _resource("report/page/page.html"))


def script_json(value: object) -> str:
    """JSON that can stand in a script element: ASCII, and without any character that HTML reads."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _case(case: Case, flows: Sequence[Value]) -> Value:
    return {
        "input": case.input,
        "title": case.title,
        "verdict": case.verdict,
        "state": case.state,
        "says": case.says,
        "codes": list(dict.fromkeys(finding.code for finding in case.findings)),
        "stated": _place(next((finding.stated for finding in case.findings), None)),
        "flows": list(flows),
        "lines": list(case.lines),
    }


def _place(place: Place | None) -> str | None:
    if place is None:
        return None
    return plain(place.file if place.line is None else f"{place.file}:{place.line}")


def _filled(flows: Iterator[list[Value]], outcome: Outcome) -> Iterator[list[Value]]:
    """Drawings for each case; the last cases of a comparison, its invariants, have none."""
    for _ in outcome.cases:
        yield next(flows, [])


def _check_flows(saved: Entry) -> Iterator[list[Value]]:
    for one in saved.entries("inputs"):
        for result in one.entries("results"):
            if result.text("verdict") == "refuted":
                witness = result.entry("evidence").entry("witness")
                caption = "Counterexample" if witness.flag("allowed") else "Counterexample: blocked"
                yield [drawing(witness, [visible(line) for line in result.texts("text")], caption)]
            else:
                yield []


def _difference_flows(saved: Entry) -> Iterator[list[Value]]:
    for sign in ("gained", "lost"):
        part = saved.entry(sign)
        yield list(_part_flows(part)) if part.text("is") == "flows" else []


def _part_flows(part: Entry) -> Iterator[Value]:
    """Every family's example on both sides, or the example where the families were not worked out."""
    lines = [visible(line) for line in part.texts("evidence")]
    families = part.maybe_entries("families")
    found = [(plain(one.text("words")), one.entry("example")) for one in families] or [("", part.entry("example"))]
    for words, flow in found:
        for side in ("new", "old"):
            witness = flow.entry(side)
            does = "allows it" if witness.flag("allowed") else "blocks it"
            yield drawing(witness, lines, f"{words}{': ' if words else ''}{side.upper()} {does}")


def _maybe_plain(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _resource(name: str) -> str:
    return resources.files(_HERE).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
