"""Edits of a manifest's text: items taken out, two made one, entries put in. Every other character stays as it is.

The functions give splices of the file's text, or raise Unpatchable where its form makes the edit unsafe. They look
at the text around places that are known; whoever uses them reads the result again and compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netqed.sources.located import LocatedDocument
from netqed.sources.position import FieldPath


class Unpatchable(Exception):
    """The text has a form that cannot be edited safely."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """The characters from `start` to `end` (exclusive) become `text`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made. Raises Unpatchable where two of them overlap."""
    done = text
    last = len(text) + 1
    for splice in sorted(set(splices), reverse=True):
        if splice.end > last:
            raise Unpatchable("two edits overlap")
        done = done[: splice.start] + splice.text + done[splice.end :]
        last = splice.start
    return done


def removed_item(document: LocatedDocument, items: FieldPath, index: int, count: int) -> Splice:
    """Take one of several items out of the list at the path; comments of other items stay."""
    text = document.source.text
    start, end = document.place((*items, index))
    dash = _dash(text, start)
    if dash is not None:
        line = text.rfind("\n", 0, dash) + 1
        if text[line:dash].strip(" "):
            raise Unpatchable("the item begins on the line of something else")
        return Splice(line, _next_line(text, _content_end(text, start, end)), "")
    if index + 1 < count:
        return Splice(start, document.place((*items, index + 1))[0], "")
    return Splice(document.place((*items, index - 1))[1], end, "")


def emptied_list(document: LocatedDocument, items: FieldPath) -> Splice:
    """Make the list at the path `[]`."""
    text = document.source.text
    start, end = document.place(items)
    colon = _after_key(text, start, str(items[-1]))
    return Splice(colon, _content_end(text, start, end), " []")


def merged_items(document: LocatedDocument, items: FieldPath, first: int) -> Splice:
    """Make two neighbouring items, both mappings without a key in common, one."""
    text = document.source.text
    end = document.place((*items, first))[1]
    start = document.place((*items, first + 1))[0]
    here = document.place((*items, first))[0]
    flow = (text[here] == "{", text[start] == "{")
    if flow == (True, True):
        end = _content_end(text, here, end)
        if text[end - 1] != "}" or "#" in text[end:start]:
            raise Unpatchable("the items cannot be joined on their lines")
        return Splice(end - 1, start + 1, ", ")
    dash = _dash(text, start)
    if flow != (False, False) or dash is None or _dash(text, here) is None:
        raise Unpatchable("one item is a block and the other is not")
    return Splice(dash, dash + 1, " ")


def put_in_entry(document: LocatedDocument, before: FieldPath, key: str, value: object) -> Splice:
    """Put an entry into a mapping, before the entry at the path, with that one's indentation."""
    text = document.source.text
    start = document.place(before)[0]
    line = text.rfind("\n", 0, start) + 1
    entry = f"{_flow(key, document)}: {_flow(value, document)}"
    if _in_flow(text, start, line):
        return Splice(start, start, f"{entry}, ")
    return Splice(start, start, f"{entry}\n{' ' * (start - line)}")


def put_in_item(document: LocatedDocument, before: FieldPath, value: object) -> Splice:
    """Put an item into a list, before the item at the path."""
    text = document.source.text
    start = document.place(before)[0]
    dash = _dash(text, start)
    if dash is None:
        return Splice(start, start, f"{_flow(value, document)}, ")
    column = dash - (text.rfind("\n", 0, dash) + 1)
    return Splice(dash, dash, f"- {_flow(value, document)}\n{' ' * column}")


def replaced_value(document: LocatedDocument, entry: FieldPath, value: object) -> Splice:
    """Give the entry at the path another value, which stands on the key's line."""
    text = document.source.text
    start, end = document.place(entry)
    return Splice(_after_key(text, start, str(entry[-1])), _content_end(text, start, end), f" {_flow(value, document)}")


def _flow(value: object, document: LocatedDocument) -> str:
    """A value on one line: JSON in a JSON file; else YAML, quoted only where plain text would mean something else."""
    if document.source.text.lstrip()[:1] in ("{", "["):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k, document)}: {_flow(v, document)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item, document) for item in value) + "]"
    text = str(value)
    plain = text[:1].isalpha() and all(c.isalnum() or c in "-./_" for c in text)
    return text if plain and text.lower() not in _WORDS else json.dumps(text)


_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _dash(text: str, start: int) -> int | None:
    """The dash of the block item that begins here; None in a flow list."""
    at = start - 1
    while at >= 0 and text[at] == " ":
        at -= 1
    return at if at >= 0 and text[at] == "-" and at < start - 1 else None


def _in_flow(text: str, start: int, line: int) -> bool:
    """Whether the entry that begins here stands in a flow mapping rather than on its own line."""
    before = text[line:start].strip(" ")
    return before not in ("", "-")


def _after_key(text: str, start: int, key: str) -> int:
    """The place after the colon of the entry that begins here."""
    for written in (key, json.dumps(key), f"'{key}'"):
        if text.startswith(written, start):
            at = start + len(written)
            while text[at : at + 1] == " ":
                at += 1
            if text[at : at + 1] == ":":
                return at + 1
    raise Unpatchable("the key is written in an unusual way")


def _content_end(text: str, start: int, end: int) -> int:
    """Where the last line of the stretch that is no comment and not blank ends, trailing comment left out."""
    lines: Sequence[str] = text[start:end].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines = lines[:-1]
    return start + len("\n".join(lines).rstrip())


def _next_line(text: str, at: int) -> int:
    """The beginning of the line after the one that holds the place."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
