"""JSON: values at the speed of the standard library, and places for those that are asked for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from netqed.sources.bulk import Whole
from netqed.sources.nodes import MAX_DEPTH, Entry, MappingNode, Node, ScalarNode, SequenceNode
from netqed.sources.position import Problem
from netqed.sources.scalars import MAX_DIGITS, whole
from netqed.sources.text import SourceText

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+', re.DOTALL)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Rejected(ValueError):
    """A value that is JSON's syntax but not fit for use; the text says why."""


def _constant(text: str) -> Any:
    raise _Rejected(f"{text} is no number that JSON can carry")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _Rejected(f"a number of more than {MAX_DIGITS:,} digits")
    return int(text)


def _float(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise _Rejected(f"the number {text} is too large")
    return whole(value)


class JsonReader:
    """A reader that shares equal keys among all the documents that it reads."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )

    def read(self, source: SourceText) -> Iterator[Whole | Problem]:
        """The values in the text, one after another as kubectl takes them; a problem ends the reading.

        A value that repeats a key, or is otherwise unfit, yields its problems and is followed by the next.
        """
        text = source.text
        offset = _skip(text, 0)
        while offset < len(text):
            try:
                value, end, items = self._value(text, offset)
            except json.JSONDecodeError as error:
                yield source.problem(f"JSON syntax: {_message(error)}", min(error.pos, max(0, len(text) - 1)))
                return
            except (_Rejected, RecursionError):
                node, end, problems = _thorough(source, offset)
                yield from problems
                if not problems:
                    yield Whole(node.data, offset, end)
                offset = _skip(text, end)
                continue
            if _SURROGATE.search(text, offset, end):
                value = _without_surrogates(value)
            if text.count("{", offset, end) + text.count("[", offset, end) > MAX_DEPTH and _height(value) > MAX_DEPTH:
                yield source.problem(f"nested more than {MAX_DEPTH} levels deep", offset)
            else:
                yield Whole(value, offset, end, items)
            offset = _skip(text, end)

    def _value(self, text: str, offset: int) -> tuple[Any, int, tuple[tuple[int, int], ...]]:
        """The value at the offset, where it ends, and where the items of its `items` lie."""
        if text[offset] != "{":
            value, end = self._decoder.raw_decode(text, offset)
            return value, end, ()
        pairs: list[tuple[str, Any]] = []
        bounds: list[tuple[int, int]] = []
        offset = _skip(text, offset + 1)
        while not text.startswith("}", offset):
            if pairs:
                offset = _skip(text, _expect(text, offset, ","))
            if not text.startswith('"', offset):
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, offset)
            key, offset = self._decoder.raw_decode(text, offset)
            offset = _skip(text, _expect(text, _skip(text, offset), ":"))
            if key == "items" and text.startswith("[", offset):
                value, offset = self._items(text, offset, bounds)
            else:
                value, offset = self._decoder.raw_decode(text, offset)
            pairs.append((key, value))
            offset = _skip(text, offset)
        return self._object(pairs), offset + 1, tuple(bounds)

    def _items(self, text: str, offset: int, bounds: list[tuple[int, int]]) -> tuple[list[Any], int]:
        """The list at the offset and where it ends; adds where its items lie to `bounds`."""
        items: list[Any] = []
        offset = _skip(text, offset + 1)
        while not text.startswith("]", offset):
            if items:
                offset = _skip(text, _expect(text, offset, ","))
            value, end = self._decoder.raw_decode(text, offset)
            items.append(value)
            bounds.append((offset, end))
            offset = _skip(text, end)
        return items, offset + 1

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys, values = self._keys, self._values
        made = {
            keys.setdefault(k, k): (values.setdefault(v, v) if type(v) is str and len(v) < 32 else v) for k, v in pairs
        }
        if len(made) != len(pairs):
            raise _Rejected("a duplicate key")
        if len(values) > 100_000:
            values.clear()
        return made


def compose_json(source: SourceText, offset: int, levels: int = MAX_DEPTH) -> Node:
    """The value at the offset with a place for every part of it. The value must have been read without problems.

    Collections below the given number of levels come without what is in them.
    """
    return _thorough(source, offset, levels)[0]


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _expect(text: str, offset: int, sign: str) -> int:
    if text.startswith(sign, offset):
        return offset + 1
    raise json.JSONDecodeError(f"Expecting '{sign}' delimiter", text, offset)


def _message(error: json.JSONDecodeError) -> str:
    """The error in words that go with a position."""
    words = {
        "Expecting value": "expected a value",
        "Expecting property name enclosed in double quotes": "expected a key in double quotes",
        "Expecting ',' delimiter": "expected a comma or the end of the list or mapping",
        "Expecting ':' delimiter": "expected a colon after the key",
        "Unterminated string starting at": "the file ends inside a text that begins here",
        "Invalid control character at": "a control character or line end inside a text",
    }
    return words.get(error.msg, error.msg[:1].lower() + error.msg[1:])


def _height(value: Any) -> int:
    """Levels of nesting of a value; counts no further than one beyond the bound."""
    level = [value]
    for height in range(MAX_DEPTH + 2):
        if not level:
            return height
        level = [
            part
            for outer in level
            if isinstance(outer, dict | list)
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
    return MAX_DEPTH + 1


def _without_surrogates(value: Any) -> Any:
    """The value with each half of a surrogate pair that stands alone replaced, as Go's decoder does."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
        case list():
            return [_without_surrogates(v) for v in value]
        case _:
            return value


class _TooDeep(Exception):
    """Nesting beyond the bound, at an offset."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__("too deep")


def _thorough(source: SourceText, offset: int, levels: int = MAX_DEPTH) -> tuple[Node, int, list[Problem]]:
    """The value at the offset, which is JSON's syntax or at least was up to here, where it ends, and its problems."""
    problems: list[Problem] = []
    try:
        node, end = _compose(source, offset, 0, levels, problems)
    except _TooDeep as error:
        problems.append(source.problem(f"nested more than {MAX_DEPTH} levels deep", error.offset))
        return ScalarNode(offset, offset, None), len(source.text), problems
    except json.JSONDecodeError as error:
        problems.append(source.problem(f"JSON syntax: {_message(error)}", min(error.pos, len(source.text) - 1)))
        return ScalarNode(offset, offset, None), len(source.text), problems
    return node, end, problems


def _compose(source: SourceText, offset: int, depth: int, levels: int, problems: list[Problem]) -> tuple[Node, int]:
    text = source.text
    if depth >= MAX_DEPTH and text.startswith(("{", "["), offset):
        raise _TooDeep(offset)
    if depth >= levels and text.startswith(("{", "["), offset):
        return ScalarNode(offset, end := _PLAIN.raw_decode(text, offset)[1], None), end
    if text.startswith("{", offset):
        mapping = MappingNode(offset)
        offset = _skip(text, offset + 1)
        first = True
        while not text.startswith("}", offset):
            if not first:
                offset = _skip(text, _expect(text, offset, ","))
            first = False
            key_start = offset
            if not text.startswith('"', offset):
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, offset)
            key, offset = _PLAIN.raw_decode(text, offset)
            offset = _skip(text, _expect(text, _skip(text, offset), ":"))
            value, offset = _compose(source, offset, depth + 1, levels, problems)
            if key in mapping.entries:
                line = source.position(mapping.entries[key].key_start).line
                problems.append(source.problem(f'duplicate key "{key}": it is first set in line {line}', key_start))
            else:
                mapping.entries[key] = Entry(key_start, value)
                mapping.data[key] = value.data
            offset = _skip(text, offset)
        mapping.end = offset + 1
        return mapping, mapping.end
    if text.startswith("[", offset):
        sequence = SequenceNode(offset)
        offset = _skip(text, offset + 1)
        while not text.startswith("]", offset):
            if sequence.items:
                offset = _skip(text, _expect(text, offset, ","))
            item, offset = _compose(source, offset, depth + 1, levels, problems)
            sequence.items.append(item)
            sequence.data.append(item.data)
            offset = _skip(text, offset)
        sequence.end = offset + 1
        return sequence, sequence.end
    try:
        data, end = _PLAIN.raw_decode(text, offset)
    except _Rejected as error:
        problems.append(source.problem(str(error), offset))
        found = _SCALAR.match(text, offset)
        data, end = None, found.end() if found else offset + 1
    return ScalarNode(offset, end, data), end


_PLAIN = json.JSONDecoder(parse_constant=_constant, parse_int=_integer, parse_float=_float)
