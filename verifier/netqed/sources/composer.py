"""YAML with a place for every value: the thorough reading, which names everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml._yaml import CParser
from yaml.events import Event, NodeEvent

from netqed.sources.nodes import MAX_DEPTH, Entry, MappingNode, Node, ScalarNode, SequenceNode
from netqed.sources.position import Problem
from netqed.sources.scalars import MERGE_TAG, Scalar, ScalarError, key_text, plain_key, resolve_plain, resolve_tagged
from netqed.sources.text import SourceText

MAX_EXPANSION = 100_000
"""Nodes that the aliases of one document may stand for. go-yaml refuses documents that consist of aliases mostly, from
400,000 nodes on; a configuration that people maintain stays far below."""

TEMPLATE_HINT = "looks like an unrendered Helm template: render it first, e.g. helm template . | netqed check -"

_COLLECTION_TAGS = {MappingStartEvent: "tag:yaml.org,2002:map", SequenceStartEvent: "tag:yaml.org,2002:seq"}


class Refused(Exception):
    """A document that is not read to its end, for the sake of time and memory. Carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def compose(
    source: SourceText, begin: int, end: int, indent: int = 0, levels: int = MAX_DEPTH
) -> Iterator[tuple[Node | None, list[Problem]]]:
    """The documents in a stretch of the text, each with its problems; None for an empty document.

    `indent` is the column (0-based) at which the stretch begins in its line: a list's item is read as if it stood
    alone at that column. Collections below the given number of levels come without what is in them. Raises
    yaml.YAMLError where the syntax ends the reading, and Refused.
    """
    parser = CParser(" " * indent + source.text[begin:end])
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        if isinstance(event, DocumentStartEvent):
            composer = _Composer(source, begin - indent, parser.get_event, levels)
            root = composer.node(composer.next(), 0)
            parser.get_event()
            empty = isinstance(root, ScalarNode) and root.data is None
            yield (None if empty else root), composer.problems
        else:
            assert isinstance(event, StreamStartEvent)


@dataclass(slots=True)
class _Composer:
    """The state of composing one document."""

    source: SourceText
    shift: int
    """What to add to a mark's index to get an offset into the source's text."""
    next: Callable[[], Any]
    """The parser's next event."""
    levels: int
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    """Nodes by anchor; None while the node is still open."""
    expansion: int = 0

    def node(self, event: Event, depth: int) -> Node:
        """The node that begins with the event."""
        if isinstance(event, AliasEvent):
            return self.alias(event, depth)
        assert isinstance(event, NodeEvent)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node: Node
        if isinstance(event, ScalarEvent):
            node = self.scalar(event)
        else:
            if depth >= MAX_DEPTH:
                raise Refused(self.problem(f"nested more than {MAX_DEPTH} levels deep", event))
            assert isinstance(event, MappingStartEvent | SequenceStartEvent)
            if event.tag not in (None, "!", _COLLECTION_TAGS[type(event)]):
                self.problems.append(self.problem(f"unknown tag {_tag_text(event.tag)}", event))
            if depth >= self.levels:
                node = ScalarNode(self.offset(event.start_mark), self.skip(), None)
            elif isinstance(event, MappingStartEvent):
                node = self.mapping(event, depth)
            else:
                node = self.sequence(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def skip(self) -> int:
        """Pass over the rest of a collection that has begun; returns where it ends."""
        nesting = 1
        while nesting:
            event = self.next()
            kind = type(event)
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                nesting += 1
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                nesting -= 1
        return self.offset(event.end_mark)

    def sequence(self, event: SequenceStartEvent, depth: int) -> SequenceNode:
        """The list that begins with the event."""
        node = SequenceNode(self.offset(event.start_mark))
        while not isinstance(inner := self.next(), SequenceEndEvent):
            item = self.node(inner, depth + 1)
            node.items.append(item)
            node.data.append(item.data)
            node.size += item.size
            node.height = max(node.height, item.height + 1)
        node.end = self.offset(inner.end_mark)
        return node

    def mapping(self, event: MappingStartEvent, depth: int) -> MappingNode:
        """The mapping that begins with the event, merge keys followed."""
        node = MappingNode(self.offset(event.start_mark))
        explicit: dict[str, int] = {}
        while not isinstance(key := self.next(), MappingEndEvent):
            if _is_merge(key):
                self.merge(node, self.node(self.next(), depth + 1), key, explicit)
                continue
            text = self.key(key, depth)
            value = self.node(self.next(), depth + 1)
            node.size += value.size
            node.height = max(node.height, value.height + 1)
            if text is None:
                continue
            start = self.offset(key.start_mark)
            if text in explicit:
                first = self.source.position(explicit[text])
                self.problems.append(self.problem(f'duplicate key "{text}": it is first set in line {first.line}', key))
                continue
            explicit[text] = start
            node.entries[text] = Entry(start, value)
            node.data[text] = value.data
        node.end = self.offset(key.end_mark)
        return node

    def merge(self, node: MappingNode, value: Node, key: Event, explicit: dict[str, int]) -> None:
        """Take over the entries that a merge key (`<<`) brings.

        go-yaml v2 (`decode.go`, `mapping` and `merge`) lets the later of a merge and an own key win, YAML the own key:
        where both readings differ the document is refused, since nobody could tell which is meant.
        """
        sources = list(reversed(value.items)) if isinstance(value, SequenceNode) else [value]
        for source in sources:
            if not isinstance(source, MappingNode):
                self.problems.append(self.problem("a merge key (<<) takes a mapping or a list of mappings", key))
                continue
            node.size += source.size
            node.height = max(node.height, source.height)
            for text, entry in source.entries.items():
                if text in explicit and node.data[text] != source.data[text]:
                    line = self.source.position(explicit[text]).line
                    message = f'the merge (<<) comes after the key "{text}" of line {line} and sets it to another value'
                    self.problems.append(self.problem(message, key, "put the merge key first in its mapping"))
                elif text not in explicit:
                    node.entries[text] = entry
                    node.data[text] = source.data[text]

    def key(self, event: Event, depth: int) -> str | None:
        """The key that begins with the event, or None after a problem."""
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None and event.implicit[0]:
            try:
                return plain_key(event.value)
            except ScalarError as error:
                self.problems.append(self.problem(str(error), event, _quote_hint(event.value)))
                return None
        node = self.node(event, depth + 1)
        if not isinstance(node, ScalarNode):
            kind = "mapping" if isinstance(node, MappingNode) else "list"
            text = self.source.text[node.start - 1 : node.start + 1]
            hint = TEMPLATE_HINT if text == "{{" or self.source.text.startswith("{{", node.start) else None
            self.problems.append(self.problem(f"a {kind} cannot be a key", event, hint))
            return None
        try:
            return key_text(node.data)
        except ScalarError as error:
            self.problems.append(self.problem(str(error), event))
            return None

    def scalar(self, event: ScalarEvent) -> ScalarNode:
        """The scalar with its value resolved."""
        data: Scalar = event.value
        try:
            if event.tag not in (None, "!"):
                data = resolve_tagged(event.value, event.tag)
            elif event.implicit[0]:
                data = resolve_plain(event.value)
        except ScalarError as error:
            self.problems.append(self.problem(str(error), event))
        return ScalarNode(self.offset(event.start_mark), self.offset(event.end_mark), data)

    def alias(self, event: AliasEvent, depth: int) -> Node:
        """The node that an alias stands for. Nothing is copied; what it would add when written out is bounded."""
        if event.anchor not in self.anchors:
            raise Refused(self.problem(f"the alias *{event.anchor} refers to no anchor before it", event))
        node = self.anchors[event.anchor]
        if node is None:
            raise Refused(self.problem(f"the alias *{event.anchor} stands inside the value that it refers to", event))
        self.expansion += node.size
        if self.expansion > MAX_EXPANSION:
            message = f"aliases stand for more than {MAX_EXPANSION:,} values: the document is refused"
            raise Refused(self.problem(message, event))
        if depth + node.height >= MAX_DEPTH:
            raise Refused(self.problem(f"nested more than {MAX_DEPTH} levels deep through aliases", event))
        return node

    def offset(self, mark: Any) -> int:
        """The mark as an offset into the source's text."""
        return int(mark.index) + self.shift

    def problem(self, message: str, event: Event, hint: str | None = None) -> Problem:
        """A problem at the event."""
        return self.source.problem(message, self.offset(event.start_mark), hint)


def _is_merge(event: Event) -> bool:
    """Whether the key is a merge key: `<<` unquoted, or tagged as such (go-yaml v2, `isMerge`)."""
    return (
        isinstance(event, ScalarEvent)
        and event.value == "<<"
        and (event.tag == MERGE_TAG or (event.tag is None and bool(event.implicit[0])))
    )


def _tag_text(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _quote_hint(text: str) -> str | None:
    return f'put it in quotes if text is meant: "{text}"' if text and len(text) < 40 else None
