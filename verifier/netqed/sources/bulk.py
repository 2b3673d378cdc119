"""YAML in bulk: values without places, from libyaml's events.

Handles what programs and people write most: plain mappings, lists and scalars. At anything else (anchors, tags, merge
keys, keys that are no texts, nesting too deep, a duplicate key) it gives up with Irregular, and the caller turns to
the thorough reading in `composer`, which handles everything and names what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml._yaml import CParser

from netqed.sources.nodes import MAX_DEPTH
from netqed.sources.scalars import ScalarError, plain_key, resolve_plain

_MAX_KEPT = 100_000
"""Distinct scalars to remember for sharing. Names and addresses that occur once would fill the memory otherwise."""
_ABSENT = object()
_Event = Any
"""An event of libyaml. Its type is looked at, not checked: the checks would cost more than the reading."""


class Irregular(Exception):
    """Something that only the thorough reading handles."""


@dataclass(frozen=True, slots=True)
class Whole:
    """One document: its value, where it begins and ends, and the same for the items of its `items`, if it has them.

    Offsets count characters of the file's text.
    """

    data: Any
    start: int
    end: int
    items: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Bulk:
    """A reader that shares equal scalars among all the documents that it reads."""

    _plain: dict[str, Any] = field(default_factory=dict)
    _quoted: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def read(self, text: str, begin: int, end: int) -> Iterator[Whole | None]:
        """The documents in a stretch of the text, None for an empty one.

        Raises Irregular, and yaml.YAMLError where the syntax ends the reading.
        """
        for kept in (self._plain, self._quoted, self._keys):
            if len(kept) > _MAX_KEPT:
                kept.clear()
        parser = CParser(text if (begin, end) == (0, len(text)) else text[begin:end])
        get = parser.get_event
        while type(event := get()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                yield self._document(get, begin)
                get()

    def _document(self, get: Callable[[], _Event], shift: int) -> Whole | None:
        """The document whose root comes next."""
        event: _Event = get()
        kind = type(event)
        if kind is ScalarEvent:
            value = self._scalar(event)
            if value is None:
                return None
            return Whole(value, _offset(event.start_mark, shift), _offset(event.end_mark, shift))
        start = _offset(event.start_mark, shift)
        if kind is SequenceStartEvent:
            data, event = self._collection(get, event)
            return Whole(data, start, _offset(event.end_mark, shift))
        if kind is not MappingStartEvent or event.anchor is not None or event.tag is not None:
            raise Irregular
        root: dict[str, Any] = {}
        bounds: list[tuple[int, int]] = []
        while type(event := get()) is not MappingEndEvent:
            key = self._key(event)
            if key in root:
                raise Irregular
            event = get()
            if type(event) is ScalarEvent:
                root[key] = self._scalar(event)
            elif key == "items" and type(event) is SequenceStartEvent and event.anchor is None and event.tag is None:
                items: list[Any] = []
                while type(event := get()) is not SequenceEndEvent:
                    begin = _offset(event.start_mark, shift)
                    if type(event) is ScalarEvent:
                        items.append(self._scalar(event))
                    else:
                        item, event = self._collection(get, event)
                        items.append(item)
                    bounds.append((begin, _offset(event.end_mark, shift)))
                root[key] = items
            else:
                root[key], event = self._collection(get, event)
        return Whole(root, start, _offset(event.end_mark, shift), tuple(bounds))

    def _collection(self, get: Callable[[], _Event], event: _Event) -> tuple[Any, _Event]:
        """The mapping or list that begins with the event, and the event that ends it.

        One loop with its own stack, since this is where reading spends its time.
        """
        plain, quoted, keys = self._plain, self._quoted, self._keys
        kind = type(event)
        if kind is MappingStartEvent:
            mapping = True
        elif kind is SequenceStartEvent:
            mapping = False
        else:
            raise Irregular
        if event.anchor is not None or event.tag is not None:
            raise Irregular
        current: Any = {} if mapping else []
        stack: list[tuple[Any, bool]] = []
        while True:
            event = get()
            kind = type(event)
            if mapping:
                if kind is MappingEndEvent:
                    if not stack:
                        return current, event
                    current, mapping = stack.pop()
                    continue
                if kind is not ScalarEvent:
                    raise Irregular
                key = keys.get(event.value)
                if key is None or event.anchor is not None or event.tag is not None:
                    key = self._key(event)
                if key in current:
                    raise Irregular
                event = get()
                kind = type(event)
            elif kind is SequenceEndEvent:
                if not stack:
                    return current, event
                current, mapping = stack.pop()
                continue
            new: Any
            if kind is ScalarEvent:
                if event.anchor is not None or event.tag is not None:
                    raise Irregular
                text = event.value
                if event.implicit[0]:
                    new = plain.get(text, _ABSENT)
                    if new is _ABSENT:
                        new = self._scalar(event)
                else:
                    new = quoted.setdefault(text, text)
                if mapping:
                    current[key] = new
                else:
                    current.append(new)
                continue
            if kind is MappingStartEvent:
                new = {}
            elif kind is SequenceStartEvent:
                new = []
            else:
                raise Irregular
            # The root and the `items` of a List are two levels above this collection.
            if event.anchor is not None or event.tag is not None or len(stack) >= MAX_DEPTH - 3:
                raise Irregular
            if mapping:
                current[key] = new
            else:
                current.append(new)
            stack.append((current, mapping))
            current = new
            mapping = kind is MappingStartEvent

    def _scalar(self, event: _Event) -> Any:
        """The value of a scalar."""
        if event.anchor is not None or event.tag is not None:
            raise Irregular
        text: str = event.value
        if not event.implicit[0]:
            return self._quoted.setdefault(text, text)
        try:
            value = resolve_plain(text)
        except ScalarError:
            raise Irregular from None
        self._plain[text] = value
        return value

    def _key(self, event: _Event) -> str:
        """The text of a key, where it is an ordinary text."""
        if type(event) is not ScalarEvent or event.anchor is not None or event.tag is not None:
            raise Irregular
        text: str = event.value
        if not event.implicit[0]:
            return text
        try:
            key = plain_key(text)
        except ScalarError:
            raise Irregular from None
        if key != text or text == "<<":
            raise Irregular
        return self._keys.setdefault(text, text)


def _offset(mark: Any, shift: int) -> int:
    """A mark as an offset into the file's text; `shift` is where the text that was parsed begins in it."""
    return int(mark.index) + shift
