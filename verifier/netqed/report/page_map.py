"""A map as a page shows it, from its JSON value: of a run that just ended or of a saved one."""

from __future__ import annotations

from typing import Any

from netqed.report.basis import READINGS
from netqed.report.map_words import DEPENDS
from netqed.report.outcome import plain, shown_lines
from netqed.report.saved import Entry, Malformed
from netqed.report.style import visible

Value = dict[str, Any]


def page_map(saved: Entry, name: str | None = None, verdicts: str | None = None) -> Value:
    """What a page draws of a map and says of it, fit to be shown. `name` is the input's, where a spec has several;
    `verdicts` the reading of the verdicts that it stands beside. Raises Malformed where the document is not whole."""
    nodes = [_node(one) for one in saved.entries("nodes")]
    known = {one["id"] for one in nodes}
    if len(known) < len(nodes):
        raise Malformed("two nodes have the same id: not a whole map")
    return {
        "input": None if name is None else plain(name),
        "summary": plain(saved.text("summary")),
        "reading": _reading(saved.text("reading"), verdicts),
        "restricted": _restricted(saved.entry("restricted")),
        "nodes": nodes,
        "edges": [_edge(one, known) for one in saved.entries("edges")],
        "depends": {**DEPENDS},
        "lines": list(shown_lines(saved.texts("text"))),
    }


def _reading(reading: str, verdicts: str | None) -> str:
    """By which answers the map reads policies, and how that goes with the verdicts."""
    said = f"The map reads policies as {_words(reading)}"
    if verdicts is None:
        return f"{said}."
    if verdicts == reading:
        return f"{said}, as the verdicts do."
    return f"{said}; the verdicts are about {plain(verdicts)}, so the two may differ where plugins do."


def _words(reading: str) -> str:
    return plain(READINGS.get(reading, reading))


def _restricted(saved: Entry) -> Value:
    words = {key: saved.maybe_text(key) for key in ("from", "to", "of", "ports")}
    return {
        **{key: None if text is None else plain(text) for key, text in words.items()},
        "unsure": saved.number("unsure"),
    }


def _node(saved: Entry) -> Value:
    asked, labels = saved.entry("asked"), saved.entry("labels")
    kind = saved.one_of("kind", "pods", "nodes", "addresses")
    return {
        "id": saved.number("id"),
        "kind": kind,
        "namespace": visible(saved.text("namespace")) if kind == "pods" else None,
        "name": visible(saved.text("name")),
        "labels": [f"{visible(key)}={visible(labels.text(key))}" for key in labels.value],
        "workloads": [
            f"{visible(one.text('kind').lower())}/{visible(one.text('name'))}" for one in saved.entries("workloads")
        ],
        "pods": saved.number("pods"),
        "single": saved.flag("single"),
        "members": [visible(one) for one in saved.texts("members")],
        "governed": saved.flag("governed"),
        "isolatedIn": saved.maybe_flag("isolatedIn"),
        "isolatedOut": saved.maybe_flag("isolatedOut"),
        "ranges": [[visible(first), visible(last)] for first, last in saved.pairs("ranges")],
        "asked": {part: asked.flag(part) for part in ("from", "to", "of")},
    }


def _edge(saved: Entry, known: set[int]) -> Value:
    ends = {side: saved.numbers(side) for side in ("sources", "destinations")}
    if not all(one in known for ids in ends.values() for one in ids):
        raise Malformed(f"{saved.path} joins what is not among the nodes: not a whole map")
    return {
        **{side: list(ids) for side, ids in ends.items()},
        "ports": [
            {
                "protocol": visible(one.text("protocol")),
                "first": one.number("first"),
                "last": one.number("last"),
                "dependsOn": [visible(doubt) for doubt in one.texts("dependsOn")],
            }
            for one in saved.entries("ports")
        ],
        "defaultOpen": saved.flag("defaultOpen"),
    }
