"""The map of who can reach whom, for people: by namespace, a row for each group as source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from netqed.analysis.map_results import MapNode, ReachMap
from netqed.analysis.map_spans import Spans
from netqed.report.basis import INDENT, READINGS, input_lines, items, note_lines, taken_lines
from netqed.report.map_words import DEPENDS, Destinations, doubts_of, members_words, ports_words, state_words
from netqed.report.style import Style, columns, wrapped
from netqed.report.words import count
from netqed.report.writer import entry, note

WIDEST: Final = 24
"""Columns of the ports, where they are no wider."""

HEADS: Final[Mapping[str, str]] = {"nodes": "nodes", "addresses": "other addresses"}

SAID: Final = (
    "TCP, UDP and SCTP, one connection at a time: pods on their own ports, not by way of a third",
    "what is not listed cannot be reached; what a pod sends itself, and nodes and other addresses each other, is no "
    "matter of policies",
)
"""What every map is about."""

UNSURE: Final = "the input does not give their addresses, or the labels of their namespaces"


def render_map(found: ReachMap, *, style: Style | None = None, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report, ending with a line end. `quiet` leaves the table and the summary, `verbose` names every
    workload and range."""
    style = style or Style()
    title = f"who can reach whom{_restriction(found)}"
    first, *rest = wrapped(style.show(title), style.width, rest="    ")
    lines = [style.paint(first, "strong"), *rest]
    if found.unsure:
        lines += note("left out", f"{count(found.unsure, 'workload')} that may be among these: {UNSURE}", style)
    reached = _by_source(found)
    words = Destinations(found)
    sources = [node for node in found.nodes if node.id in reached or _may_be_source(found, node)]
    for head, nodes in groupby(sources, key=lambda one: one.namespace or HEADS[one.kind]):
        lines += ["", style.paint(style.show(head), "strong")]
        for node in nodes:
            lines += _row(node, reached.get(node.id, {}), words, style, verbose=verbose)
    if not sources:
        lines += ["", "nothing"]
    lines += _legend(found, style)
    if not quiet:
        lines += ["", style.paint("what this map rests on", "strong")]
        lines += rest_lines(found, style, verbose=verbose)
    lines += ["", summary(found, style)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def rest_lines(found: ReachMap, style: Style, *, verbose: bool = False) -> list[str]:
    """What the map rests on."""
    return [
        *entry("reading", READINGS.get(found.reading, found.reading), style, indent=INDENT),
        *items("about", SAID, style),
        *input_lines(found.basis, style, verbose=verbose),
        *taken_lines(found.basis, style),
        *note_lines(found.basis, style, verbose=verbose),
    ]


def _restriction(found: ReachMap) -> str:
    parts = [
        f" {word} {text}"
        for word, text in (
            ("from", found.source),
            ("to", found.destination),
            ("from or to", found.either),
            ("on", found.ports),
        )
        if text is not None
    ]
    return ",".join(parts)


def _may_be_source(found: ReachMap, node: MapNode) -> bool:
    """Whether a node without a row says something: a workload that reaches nothing of what was asked about."""
    if node.kind != "pods" or (found.destination is not None and found.source is None):
        return False
    return node.asked.source and node.asked.either


def _by_source(found: ReachMap) -> Mapping[int, Mapping[Spans, list[int]]]:
    """For each source, the destinations by the ports on which they are reached."""
    reached: dict[int, dict[Spans, list[int]]] = defaultdict(lambda: defaultdict(list))
    for edge in found.edges:
        for source in edge.sources:
            others = [one for one in edge.destinations if one != source or not found.by_id[source].is_single]
            if others:
                reached[source][edge.ports] += others
    return reached


def _row(
    node: MapNode, reached: Mapping[Spans, list[int]], words: Destinations, style: Style, *, verbose: bool
) -> Iterator[str]:
    name = style.show(members_words(node, verbose=verbose))
    state = state_words(node)
    yield from wrapped(f"{name}: {state}", style.width, first="  ", rest="      ")
    if not reached:
        yield "    reaches nothing"
        return
    ordered = sorted(reached.items(), key=lambda one: (one[0] != (), len(one[0]), min(one[1])))
    named = [(ports_words(spans), ids) for spans, ids in ordered]
    width = max((columns(ports) for ports, _ in named if columns(ports) <= WIDEST), default=0)
    indent = " " * (width + 6)
    for ports, ids in named:
        lead = f"    {ports}{' ' * (width - columns(ports))}  "
        if columns(ports) > width:
            yield lead.rstrip()
            lead = indent
        text = style.show(", ".join(words.words(ids, node)))
        yield from wrapped(f"-> {text}", style.width, first=lead, rest=f"{indent}   ")


def _legend(found: ReachMap, style: Style) -> Iterator[str]:
    doubts = list(doubts_of(found))
    if doubts:
        yield ""
    for doubt in doubts:
        yield from entry(f"[{doubt}]", DEPENDS[doubt], style, indent=INDENT)


def summary(found: ReachMap, style: Style) -> str:
    """The last line: how much is on the map, and how long it took."""
    return f"{style.paint('map', 'strong')}   {size_words(found)}; {found.seconds:.2f} s"


def size_words(found: ReachMap) -> str:
    """How much is on the map."""
    joined = {one for edge in found.edges for one in (*edge.sources, *edge.destinations)}
    whole = (found.source, found.destination, found.either, found.ports) == (None, None, None, None)
    pods = [node for node in found.nodes if node.kind == "pods" and (whole or node.id in joined)]
    workloads = sum(len(node.members) for node in pods)
    pairs = sum(found.pairs(edge) for edge in found.edges)
    open_pairs = sum(found.pairs(edge) for edge in found.edges if edge.default_open)
    said = f"{count(workloads, 'workload')} in {count(len(pods), 'group')}; {count(pairs, 'pair')} connected"
    return said + (f", {open_pairs:,} of them only because no policy isolates either side" if open_pairs else "")
