"""The map of who can reach whom in Graphviz's language: a cluster for each namespace, a point where many meet many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from netqed.analysis.map_results import Asked, MapEdge, MapNode, ReachMap
from netqed.report.map_words import members_words, ports_words
from netqed.report.style import visible, wrapped

NARROW = 60
"""Columns of a label's line."""


def render_map_dot(found: ReachMap) -> str:
    """The whole map as one digraph, ending with a line end. Text from the input is quoted, and escaped where it would
    not show as itself."""
    return "\n".join(_lines(found)) + "\n"


def quoted(text: str) -> str:
    """The text as a quoted string that shows as it is, broken at spaces: backslashes are no escapes."""
    lines = wrapped(visible(text), NARROW)
    return '"' + r"\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'


def _lines(found: ReachMap) -> Iterator[str]:
    yield "digraph netqed {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif"];'
    joined = {one for edge in found.edges for one in (*edge.sources, *edge.destinations)}
    shown = [node for node in found.nodes if node.id in joined or node.asked == Asked()]
    pods = (node for node in shown if node.kind == "pods")
    for number, (namespace, nodes) in enumerate(groupby(pods, key=lambda one: one.namespace or "")):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={quoted(namespace)};"
        yield from (f"    {_node(node)}" for node in nodes)
        yield "  }"
    yield from (f"  {_node(node)}" for node in shown if node.kind != "pods")
    for number, edge in enumerate(found.edges):
        yield from _edge(found, number, edge)
    yield "}"


def _node(node: MapNode) -> str:
    shape = {"pods": "box", "nodes": "component", "addresses": "ellipse"}[node.kind]
    style = "dashed" if node.kind == "pods" and node.is_open_in else "solid"
    return f"n{node.id} [label={quoted(members_words(node, verbose=False))}, shape={shape}, style={style}];"


def _edge(found: ReachMap, number: int, edge: MapEdge) -> Iterator[str]:
    """Arrows between every two, or by way of a point where those would be more."""
    style = "dotted" if all(span.doubts for span in edge.ports) else "dashed" if edge.default_open else "solid"
    words = quoted(ports_words(edge.ports))
    sources, destinations = edge.sources, edge.destinations
    if len(sources) * len(destinations) <= len(sources) + len(destinations):
        for source in sources:
            for destination in destinations:
                if source != destination or not found.by_id[source].is_single:
                    yield f"  n{source} -> n{destination} [label={words}, style={style}];"
        return
    yield f"  e{number} [shape=point, xlabel={words}];"
    yield f"  {{ {'; '.join(f'n{one}' for one in sources)} }} -> e{number} [dir=none, style={style}];"
    yield f"  e{number} -> {{ {'; '.join(f'n{one}' for one in destinations)} }} [style={style}];"
