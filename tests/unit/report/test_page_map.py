"""A saved map on a page: what is spoiled is refused with its place, and what it says is fit to be shown."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from netqed.report.map_html import map_page
from netqed.report.page_map import page_map
from netqed.report.saved import MAPS, Entry, Malformed, read_saved
from support.formats import HOSTILE, html_data
from support.map_data import edge, pods, reach_map, shop, tcp

WHOLE = shop()
SHOWN = ("summary", "reading", "restricted", "nodes", "edges", "text")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and item of a value, by its path."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from paths(item, (*path, key))


@pytest.mark.parametrize("wrong", [None, 7, "x", True, [], {}, [7], 0.5])
def test_a_map_that_was_spoiled_anywhere_is_refused_or_shown(wrong: Any) -> None:
    """Nothing else than Malformed comes out of it."""
    refused = 0
    for path in [path for path in paths(WHOLE) if path[0] in SHOWN]:
        value = copy.deepcopy(WHOLE)
        holder: Any = value
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = wrong
        try:
            page_map(read_saved(json.dumps(value), MAPS))
        except Malformed as error:
            refused += 1
            assert str(error)
    assert refused


@pytest.mark.parametrize("key", SHOWN)
def test_a_map_without_a_part_is_refused(key: str) -> None:
    value = {name: part for name, part in WHOLE.items() if name != key}
    with pytest.raises(Malformed, match=f"no {key}"):
        page_map(Entry(value))


def test_edges_join_nodes_of_the_map_and_ids_are_of_one_node() -> None:
    with pytest.raises(Malformed, match=r"edges\[0\] joins what is not among the nodes"):
        page_map(Entry(reach_map([pods(1, "a", "one")], [edge([1], [2], tcp(80))])))
    with pytest.raises(Malformed, match="two nodes have the same id"):
        page_map(Entry(reach_map([pods(1, "a", "one"), pods(1, "a", "two")], [])))


def test_names_that_would_not_show_as_themselves_are_escaped() -> None:
    for name in HOSTILE:
        found = reach_map([pods(1, name, name, {name: name}, members=[name])], [])
        found["reading"] = found["summary"] = name
        text = json.dumps(html_data(map_page(found))["maps"], ensure_ascii=False)
        assert not set("\x1b\x00\u202e\u202c\x07") & set(text)
