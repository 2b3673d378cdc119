"""Edits of a manifest's text: items taken out, two made one, entries put in. Every other character stays as it is.

The functions give splices of the file's text, or raise Unpatchable where its form makes the edit unsafe. They look
at the text around places that are known; whoever uses them reads the result again and compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Changed:
    """Whole lines that splices change: those from `start` to `end` (exclusive, in characters) become `text`."""

    start: int
    end: int
    text: str


def changed_lines(text: str, splices: Iterable[Splice]) -> list[Changed]:
    """The lines that the splices change, in order. Raises Unpatchable where two splices overlap."""
    done: list[Changed] = []
    last = 0
    for splice in sorted(set(splices)):
        if splice.start < last:
            raise Unpatchable("two edits overlap")
        last = splice.end
        line = _line(text, splice.start)
        whole = splice.start == line and line < splice.end == _line(text, splice.end)
        end = splice.end if whole else _next_line(text, splice.end)
        if done and splice.start < done[-1].end:
            before = done.pop()
            kept = before.text[: len(before.text) - (before.end - splice.start)]
            end = max(end, before.end)
            line = before.start
        else:
            kept = text[line : splice.start]
        done.append(Changed(line, end, kept + splice.text + text[splice.end : end]))
    return done


def spliced(text: str, changes: Iterable[Changed]) -> str:
    """The text with all changes made."""
    parts = []
    at = 0
    for change in changes:
        parts += [text[at : change.start], change.text]
        at = change.end
    return "".join(parts) + text[at:]


def removed_items(document: LocatedDocument, items: FieldPath, gone: Collection[int], count: int) -> list[Splice]:
    """Take some of `count` items out of the list at the path; if all of them, it is `[]` then.

    Comments inside an item, and at the end of its lines, go with it; all others stay.
    """
    text = document.source.text
    places = [document.place((*items, index)) for index in range(count)]
    if not gone:
        return []
    if _opens(document, items) == "[":
        return list(_out_of_flow(text, places, gone, (_value(document, items), document.place(items)[1])))
    splices = []
    for index in sorted(gone):
        start, end = places[index]
        line = _line(text, _dash(text, start))
        splices.append(Splice(line, _next_line(text, _content_end(text, start, end)), ""))
    if len(gone) == count:
        colon = _after_key(text, document.place(items)[0], str(items[-1]))
        splices.append(Splice(colon, colon, " []"))
    return splices


def merged_items(document: LocatedDocument, items: FieldPath, first: int) -> list[Splice]:
    """Make two neighbouring items, both mappings without a key in common, one."""
    text = document.source.text
    here, end = document.place((*items, first))
    start, last = document.place((*items, first + 1))
    flow = (text[here] == "{", text[start] == "{")
    in_flow = _opens(document, items) == "["
    if flow == (True, True):
        if in_flow:
            between = _comma(text, end)
            if between is None:
                raise Unpatchable("the items are not separated by a comma")
        else:
            between = _dash(text, start)
        close = _content_end(text, here, end) - 1
        if text[close] != "}":
            raise Unpatchable("the item does not end where it should")
        content = len(text[:close].rstrip())
        comma = "" if text[content - 1] == "," else ","
        if "#" not in text[content:start]:
            room = "" if text[start + 1].isspace() else " "
            return [Splice(content, start + 1, comma + room)]
        # The lines stay, with what is said at their ends: the mapping goes over several of them.
        return [Splice(close, close + 1, comma), Splice(between, between + 1, " "), Splice(start, start + 1, " ")]
    if in_flow:
        raise Unpatchable("the items are no mappings")
    dash = _dash(text, start)
    splices = [Splice(dash, dash + 1, " ")]
    for braced, (begin, stop) in zip(flow, ((here, end), (start, last)), strict=True):
        if braced:
            splices += _without_braces(text, begin, _content_end(text, begin, stop))
    return splices


def put_in_entry(document: LocatedDocument, before: FieldPath, key: str, value: object) -> Splice:
    """Put an entry into a mapping, before the entry at the path, with that one's indentation."""
    text = document.source.text
    start = document.place(before)[0]
    line = _line(text, start)
    entry = f"{flow(key, document)}: {flow(value, document)}"
    fresh = f"{_newline(text)}{' ' * (start - line)}"
    if _opens(document, before[:-1]) == "{":
        return Splice(start, start, f"{entry}, " if text[line:start].strip() else f"{entry},{fresh}")
    return Splice(start, start, f"{entry}{fresh}")


def put_in_item(document: LocatedDocument, before: FieldPath, value: object) -> Splice:
    """Put an item into a list, before the item at the path."""
    text = document.source.text
    start = document.place(before)[0]
    if _opens(document, before[:-1]) == "[":
        line = _line(text, start)
        fresh = f"{_newline(text)}{' ' * (start - line)}"
        return Splice(start, start, f"{flow(value, document)}{', ' if text[line:start].strip() else f',{fresh}'}")
    dash = _dash(text, start)
    return Splice(dash, dash, f"- {flow(value, document)}{_newline(text)}{' ' * (dash - _line(text, dash))}")


def replaced_value(document: LocatedDocument, entry: FieldPath, value: object) -> Splice:
    """Give the entry at the path another value; what is said beside its key stays."""
    text = document.source.text
    start, end = document.place(entry)
    colon = _after_key(text, start, str(entry[-1]))
    begin, end = _value(document, entry), _content_end(text, start, end)
    if begin >= end:
        return Splice(colon, colon, f" {flow(value, document)}")
    if _COMMENT.search(text, begin, end):
        raise Unpatchable("the value has comments inside")
    if not text[colon:begin].strip():
        begin = colon
    return Splice(begin, end, f"{' ' if begin == colon else ''}{flow(value, document)}")


def flow(value: object, document: LocatedDocument | None = None) -> str:
    """A value on one line: JSON in a JSON file; else YAML, quoted only where plain text would mean something else."""
    if document is not None and document.source.text.lstrip()[:1] in ("{", "["):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text)


_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_COMMENT: Final = re.compile(r"(?<=\s)#")
_ROOM: Final = re.compile(r"(?:\s|(?<=\s)#[^\n]*)*")
"""Blank space and comments."""
_HELD: Final = re.compile(r"&\S+(?:\s|(?<=\s)#[^\n]*)+")
"""An anchor and the room after it."""


def _value(document: LocatedDocument, path: FieldPath) -> int:
    """Where the value at the path begins: of a mapping's entry after its key, comments and an anchor passed over."""
    text = document.source.text
    start = document.place(path)[0]
    if path and isinstance(path[-1], str):
        at = _after_key(text, start, path[-1])
        start = _matched(_ROOM, text, at)
    while text[start : start + 1] == "&":
        start = _matched(_HELD, text, start)
    return start


def _opens(document: LocatedDocument, path: FieldPath) -> str:
    """The bracket with which the value at the path begins; nothing of a block."""
    sign = document.source.text[_value(document, path) :][:1]
    if sign == "*":
        raise Unpatchable("the value is written elsewhere")
    return sign if sign in ("{", "[") else ""


def _out_of_flow(
    text: str, places: list[tuple[int, int]], gone: Collection[int], around: tuple[int, int]
) -> Iterator[Splice]:
    """Take items out of a flow list, which lies `around`: with their lines, where they have lines of their own."""
    commas = [_comma(text, end) for _, end in places]
    stops = [end if comma is None else comma + 1 for (_, end), comma in zip(places, commas, strict=True)]
    alone = [
        not text[_line(text, start) : start].strip() and not _uncommented(text[stop : _next_line(text, stop)])
        for (start, _), stop in zip(places, stops, strict=True)
    ]
    kept = max((index for index in range(len(places)) if index not in gone), default=-1)
    if kept < 0:
        starts, ends = [around[0] + 1, *stops], [*(start for start, _ in places), around[1] - 1]
        said = any("#" in text[stop:start] for stop, start in zip(starts, ends, strict=True))
        if not said or not all(alone):
            yield Splice(*around, "[]")
            return
    for index in sorted(gone):
        start, end = places[index]
        before = commas[index - 1] if index else None
        if alone[index]:
            yield Splice(_line(text, start), _next_line(text, stops[index]), "")
            if index == kept + 1 and before is not None and commas[-1] is None:
                yield Splice(before, before + 1, "")
        elif index < kept:
            stop = stops[index]
            while text[stop : stop + 1] == " ":
                stop += 1
            yield Splice(start, stop, "")
        elif before is not None and (alone[index - 1] and index - 1 in gone):
            yield Splice(start, end, "")
        elif before is not None and _COMMENT.search(text, before, start):
            yield from (Splice(before, before + 1, ""), Splice(start, end, ""))
        elif before is not None:
            yield Splice(before, end, "")


def _without_braces(text: str, begin: int, stop: int) -> list[Splice]:
    """Make a flow mapping on one line a block mapping."""
    inside = text[begin + 1 : stop - 1]
    content = inside.strip().removesuffix(",")
    if text[stop - 1] != "}" or "\n" in inside or _pairs(content) != 1:
        raise Unpatchable("one item is a block and the other is not")
    return [Splice(begin, stop, content)]


def _pairs(content: str) -> int:
    """How many entries the inside of a flow mapping has; commas inside quotes count, which is more than there are."""
    depth = commas = 0
    for sign in content:
        depth += (sign in "{[") - (sign in "}]")
        commas += sign == "," and depth == 0
    return commas + 1


def _comma(text: str, end: int) -> int | None:
    """The comma after a flow item that ends here."""
    at = _matched(_ROOM, text, end)
    return at if text[at : at + 1] == "," else None


def _dash(text: str, start: int) -> int:
    """The dash of the block item whose value begins here, on its own line or on an earlier one."""
    line = _line(text, start)
    before = text[line:start]
    while not _uncommented(before) and line > 0:
        begin = _line(text, line - 1)
        before, line = text[begin : line - 1], begin
    before = _uncommented(before)
    if not before.endswith("-") or before[:-1].strip(" "):
        raise Unpatchable("the item has no dash at the beginning of its line")
    return line + len(before) - 1


def _uncommented(line: str) -> str:
    """What of a line is neither a comment nor blank space at its end, if it has no quotes."""
    return re.sub(r"(?:^|(?<=\s))#.*", "", line, flags=re.DOTALL).rstrip()


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
    lines = text[start:end].split("\n")
    while len(lines) > 1 and not _uncommented(lines[-1]):
        lines = lines[:-1]
    return start + len("\n".join(lines).rstrip())


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where the pattern ends that is matched from here; here, if it is not."""
    found = pattern.match(text, at)
    if found is None or found.end() == at:
        if pattern is _HELD:
            raise Unpatchable("an anchor without a value")
        return at
    return found.end()


def _line(text: str, at: int) -> int:
    """The beginning of the line that holds the place."""
    return text.rfind("\n", 0, at) + 1


def _next_line(text: str, at: int) -> int:
    """The beginning of the line after the one that holds the place."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _newline(text: str) -> str:
    """How lines end here."""
    return "\r\n" if "\r\n" in text else "\n"
