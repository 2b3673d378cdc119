"""Whole objects taken out of the text of their files. Every other character stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

from netqed.sources.located import LocatedDocument
from netqed.sources.patches import Splice, Unpatchable, removed_items
from netqed.sources.position import FieldPath


def removed_objects(documents: Iterable[LocatedDocument]) -> list[Splice]:
    """Take objects of one file out of it. Raises Unpatchable where its form makes that unsafe.

    A document goes with its separator and its comments, but for what stands above a blank line at the head of the
    file; an item of a `List` as `removed_items` has it.
    """
    splices: list[Splice] = []
    lists: dict[tuple[tuple[int, int], FieldPath], tuple[LocatedDocument, set[int]]] = {}
    for document in documents:
        held = document.holder
        if held is None:
            splices.append(_whole(document))
            continue
        outer, path = held
        index = path[-1]
        if not isinstance(index, int):
            raise Unpatchable("the object is no item of a list")
        lists.setdefault((outer.place(()), path[:-1]), (outer, set()))[1].add(index)
    for (_, items), (outer, gone) in lists.items():
        splices += removed_items(outer, items, gone, _count(outer, items))
    return splices


def _whole(document: LocatedDocument) -> Splice:
    text = document.source.text
    begin, start, end = document.stretch
    if text[end : end + 1] == "\n":  # JSON, which ends before its line does
        end += 1
    if begin == 0:
        head = text[:start]
        above = head.rfind("\n\n") + 2 if "\n\n" in head else 0
        if all(not line.strip() or line.startswith("#") for line in head[:above].split("\n")):
            begin = above
    return Splice(begin, end, "")


def _count(document: LocatedDocument, items: FieldPath) -> int:
    """How many items the list has: the place of one that is not there is that of the list."""
    around = document.place(items)
    count = 0
    while document.place((*items, count)) != around:
        count += 1
    return count
