"""The spec file's YAML as nodes that know their places, and the problems found in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from netqed.sources.position import InputError, Position, Problem, Span
from netqed.spec.faults import did_you_mean

MAX_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 32
MAX_SHOWN: Final = 1000

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset(
    _TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|0o[0-7]+)")
"""Numbers of YAML 1.2 besides those of 1.1: a value that either reads as a number must be quoted to be a string."""

if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class SpecSource:
    """A spec file's text with the problems found so far. Positions are 1-based; columns count characters."""

    file: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, file: str) -> SpecSource:
        """Return the source of a text, its lines split where YAML splits them."""
        return cls(file, _LINE_END.split(text))

    def line(self, number: int) -> str:
        """The line of a 0-based number, without its end; '' beyond the last."""
        return self.lines[number] if number < len(self.lines) else ""

    def shown_line(self, number: int) -> str | None:
        """The line of a 0-based number, or None where it is too long to show."""
        line = self.line(number)
        return line if len(line) <= MAX_SHOWN else None

    def position(self, node: Node, offset: int = 0) -> Position:
        """Where a node begins; with an offset, that character of a string written on one line as it reads."""
        start = self.span(node).start
        return Position(self.file, start.line, start.column + (offset if self.is_verbatim(node) else 0))

    def is_verbatim(self, node: Node) -> bool:
        """Whether a node is a string that stands on one line exactly as it reads (no escapes, no folding)."""
        if not isinstance(node, ScalarNode):
            return False
        column = node.start_mark.column + (1 if node.style in ("'", '"') else 0)
        return bool(node.value) and self.line(node.start_mark.line).startswith(node.value, column)

    def span(self, node: Node) -> Span:
        """The stretch of a node's first line that it takes; a quoted string's without the quotes."""
        line = self.line(node.start_mark.line)
        column, end = node.start_mark.column, node.end_mark.column
        if isinstance(node, ScalarNode) and self.is_verbatim(node):
            column += 1 if node.style in ("'", '"') else 0
            end = column + len(node.value)
        elif node.end_mark.line != node.start_mark.line:
            end = len(line.rstrip())
        return Span(Position(self.file, node.start_mark.line + 1, column + 1), max(end, column + 1) + 1, line)

    def report(self, node: Node, message: str, hint: str | None = None, offset: int = 0) -> None:
        """Note a problem at a node."""
        position = self.position(node, offset)
        self.problems.append(Problem(message, position, hint=hint, line_text=self.shown_line(position.line - 1)))

    def entries(self, node: Node, what: str, keys: tuple[str, ...] | None = None) -> Iterator[tuple[str, Node, Node]]:
        """Yield a mapping's entries as (key, its node, value); report what is no mapping, keys given twice and, where
        `keys` is given, keys beyond them."""
        if not isinstance(node, MappingNode):
            self.report(node, f"{what} must be a mapping, found {_kind(node)}")
            return
        seen: dict[str, Node] = {}
        for key_node, value in node.value:
            if not isinstance(key_node, ScalarNode) or not self._has_known_tag(key_node):
                self.report(key_node, f"a key of {what} must be a word, found {_kind(key_node)}")
                continue
            key = key_node.value
            if key in seen:
                first = seen[key].start_mark.line + 1
                self.report(key_node, f"'{key}' stands twice in {what}", f"the first is in line {first}")
                continue
            seen[key] = key_node
            if keys is not None and key not in keys:
                hint = did_you_mean(key, keys) or f"the keys are {', '.join(keys)}"
                self.report(key_node, f"unknown key '{key}' in {what}", hint)
                continue
            yield key, key_node, value

    def items(self, node: Node, what: str) -> list[Node]:
        """Return a list's items; report what is no list."""
        if isinstance(node, SequenceNode):
            return list(node.value)
        self.report(node, f"{what} must be a list, found {_kind(node)}")
        return []

    def string(self, node: Node, what: str, *, empty: bool = False) -> str | None:
        """Return a string; report what is none, or is read as a number, a date, true or null unless quoted."""
        if not isinstance(node, ScalarNode):
            self.report(node, f"{what} must be a string, found {_kind(node)}")
            return None
        if not self._has_known_tag(node):
            return None
        plain = not node.style
        if node.tag != f"{_TAG}str" or (plain and _NUMBER.fullmatch(node.value)):
            if is_null(node) and not node.value:
                self.report(node, f"{what} is missing: nothing stands after the colon or the dash")
            else:
                self.report(node, f"{what} must be a string, found {_kind(node)}", f'quote it: "{node.value}"')
            return None
        if not node.value.strip() and not empty:
            self.report(node, f"{what} is empty")
            return None
        return str(node.value)

    def boolean(self, node: Node, what: str) -> bool | None:
        """Return true or false; report anything else, `yes` and `"true"` among it."""
        if isinstance(node, ScalarNode) and node.tag == f"{_TAG}bool" and node.value.lower() in ("true", "false"):
            return bool(node.value.lower() == "true")
        self.report(node, f"{what} must be true or false, found {_kind(node)}")
        return None

    def integer(self, node: Node, what: str, low: int, high: int) -> int | None:
        """Return a decimal number between two bounds, both inclusive; report anything else."""
        if (
            isinstance(node, ScalarNode)
            and node.tag == f"{_TAG}int"
            and re.fullmatch(r"0|[1-9]\d{0,8}", node.value)
            and low <= int(node.value) <= high
        ):
            return int(node.value)
        self.report(node, f"{what} must be a number from {low} to {high}, found {_kind(node)}")
        return None

    def word(self, node: Node, what: str, words: tuple[str, ...]) -> str | None:
        """Return one of some words; report anything else, with the closest."""
        if isinstance(node, ScalarNode) and self._has_known_tag(node) and node.value in words:
            return str(node.value)
        found = node.value if isinstance(node, ScalarNode) else ""
        self.report(node, f"{what} must be {' or '.join(words)}, found {_kind(node)}", did_you_mean(found, words))
        return None

    def _has_known_tag(self, node: Node) -> bool:
        if node.tag in _PLAIN_TAGS:
            return True
        self.report(node, f"the tag '{node.tag.removeprefix(_TAG)}' is not known here")
        return False


def is_null(node: Node) -> bool:
    """Whether a node is null: nothing after the colon, `null` or `~`."""
    return bool(node.tag == f"{_TAG}null")


def date_text(node: Node) -> str | None:
    """The text of a scalar that may be a date, quoted or not."""
    if isinstance(node, ScalarNode) and node.tag in (f"{_TAG}timestamp", f"{_TAG}str"):
        return str(node.value)
    return None


def _kind(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if is_null(node):
        return "nothing" if not node.value else f"'{node.value}' (null)"
    value = node.value if len(node.value) <= 60 else f"{node.value[:60]}…"
    kinds = {"int": "a number", "float": "a number", "bool": "a boolean", "timestamp": "a date"}
    kind = kinds.get(node.tag.removeprefix(_TAG))
    return f"'{value}' ({kind})" if kind else f"'{value}'"


def compose(text: str, file: str) -> tuple[Node | None, SpecSource]:
    """Return the root node of a spec's text (None where it holds nothing) and its source. Raises InputError where the
    text is no YAML, or more than one document, or larger or deeper than any spec."""
    text = text.removeprefix("\ufeff")
    source = SpecSource.of(text, file)
    if len(text) > MAX_CHARACTERS:
        raise InputError([Problem(f"the spec is larger than {MAX_CHARACTERS:,} characters", Position(file))])
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth -= 1
            if depth > MAX_DEPTH:
                raise InputError([_at(source, f"nested deeper than {MAX_DEPTH} levels", event.start_mark)])
        return yaml.compose(text, Loader=_LOADER), source
    except yaml.MarkedYAMLError as error:
        said = error.problem or error.context or "no YAML"
        mark = error.problem_mark or error.context_mark
        raise InputError([_at(source, f"YAML: {said}", mark)]) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        said = getattr(error, "reason", None) or "no text"
        raise InputError([Problem(f"YAML: {said}", Position(file))]) from None


def _at(source: SpecSource, message: str, mark: yaml.Mark | CMark | None) -> Problem:
    if mark is None:
        return Problem(message, Position(source.file))
    position = Position(source.file, mark.line + 1, mark.column + 1)
    return Problem(message, position, line_text=source.shown_line(mark.line))
