"""What is written comes back, with places that hold it; and no text at all brings the reader down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netqed.sources.bulk import Bulk, Irregular
from netqed.sources.composer import Refused, compose
from netqed.sources.manifests import ManifestReader
from netqed.sources.position import FieldPath, Problem
from netqed.sources.read import decode
from netqed.sources.scalars import ScalarError, plain_key, resolve_plain, whole
from netqed.sources.text import SourceText
from support.examples import examples
from support.manifest_text import manifests

KEYS = st.text("abyn01._/-é", min_size=1, max_size=12) | st.sampled_from(["<<", "on", "1e3", "~", "true", "items", ""])
NUMBERS = ["y", "0x1f", "017", "1_000", "12:30:45", "2024-05-14", ".5", "~", ""]
ODD_TEXTS = [*NUMBERS, "{{ x }}", "a: b", "- a", "#", "x #y", "'", '"', "&a", "*a", "!t", "---", "<<"]
TEXTS = st.text("ab01 :-#'\"é😀{}[],&*!|>%@`~.?=\\", max_size=12) | st.sampled_from(ODD_TEXTS)
SCALARS = (
    TEXTS | st.integers(-(2**70), 2**70) | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12)
OBJECTS = st.builds(
    lambda name, more: {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "rest": more}, TEXTS, VALUES
)


class _Dumper(yaml.CSafeDumper):
    """Quotes the texts that kubectl's parser would take for something else."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    try:
        same = resolve_plain(text) == plain_key(text) == text != "<<"
    except ScalarError:
        same = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if same else "'")


_Dumper.add_representer(str, _text)


def as_yaml(value: Any, **style: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, width=1_000_000, sort_keys=False, **style)
    return text


def expected(value: Any) -> Any:
    """The value with floats as they come through JSON."""
    match value:
        case float():
            return whole(value)
        case dict():
            return {key: expected(v) for key, v in value.items()}
        case list():
            return [expected(v) for v in value]
        case _:
            return value


def same(a: Any, b: Any) -> bool:
    """Equality that tells 1, 1.0 and True apart."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def paths(value: Any, prefix: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    yield prefix, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*prefix, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*prefix, index))


def check_places(text: str, name: str, objects: list[dict[str, Any]]) -> None:
    """Each object comes back, and each of its scalars is what its span marks, its key with it."""
    found = manifests(text, name)
    assert not found.problems
    assert len(found.documents) == len(objects)
    for document, original in zip(found.documents, objects, strict=True):
        assert same(document.data, expected(original))
        for path, value in paths(expected(original)):
            span = document.span(path)
            marked = span.text[span.start.column - 1 : span.end_column - 1]
            if not path or isinstance(value, dict | list):
                assert marked or not path
                continue
            part = {path[-1]: value} if isinstance(path[-1], str) else value
            assert any(same([part], read_alone(form.format(marked))) for form in ("- {}\n", "[{}]")), (path, marked)


def read_alone(text: str) -> Any:
    """The value of a text that holds one document, or None where it is no YAML by itself."""
    try:
        ((root, problems),) = compose(SourceText("alone", text), 0, len(text))
    except yaml.YAMLError:
        return None
    return root.data if root is not None and not problems else None


STYLES = st.fixed_dictionaries(
    {},
    optional={
        "default_flow_style": st.sampled_from([True, False, None]),
        "indent": st.integers(2, 6),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
        "explicit_end": st.booleans(),
    },
)


@settings(max_examples=examples(100))
@given(st.lists(OBJECTS, min_size=1, max_size=3), STYLES)
def test_documents_of_yaml(objects: list[dict[str, Any]], style: dict[str, Any]) -> None:
    check_places("---\n".join(as_yaml(value, **style) for value in objects), "a.yaml", objects)


@settings(max_examples=examples(100))
@given(st.lists(OBJECTS, max_size=3), STYLES)
def test_lists_of_yaml(objects: list[dict[str, Any]], style: dict[str, Any]) -> None:
    text = as_yaml({"apiVersion": "v1", "items": objects, "kind": "List"}, **style)
    check_places(text, "a.yaml", objects)


@settings(max_examples=examples(100))
@given(st.lists(OBJECTS, max_size=3), st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_lists_of_json(objects: list[dict[str, Any]], indent: int | str | None, ascii_only: bool) -> None:
    dump = {"apiVersion": "v1", "items": objects, "kind": "List"}
    text = json.dumps(dump, indent=indent, ensure_ascii=ascii_only)
    found = manifests(text, "a.json")
    assert [document.data for document in found.documents] == expected(objects)
    if not ascii_only:
        check_places(text, "a.json", objects)


@settings(max_examples=examples(100))
@given(st.lists(OBJECTS, max_size=3), st.sampled_from([None, 1]))
def test_json_reads_as_yaml_too(objects: list[dict[str, Any]], indent: int | None) -> None:
    text = json.dumps({"apiVersion": "v1", "items": objects, "kind": "List"}, indent=indent, ensure_ascii=False)
    as_json, as_text = manifests("\n" + text, "a.json"), manifests("#\n" + text, "a.yaml")
    assert not as_json.problems
    assert same([d.data for d in as_json.documents], [d.data for d in as_text.documents])
    for one, other, value in zip(as_json.documents, as_text.documents, objects, strict=True):
        for path, _ in paths(value):
            assert (one.span(path).start.line, one.span(path).start.column) == (
                other.span(path).start.line,
                other.span(path).start.column,
            )


SIGNS = "\n\n  -:,[]{}#&*!|>'\"%@`?~<\t\r\x00\x1b\ufeff\u2028\x85"
WORDS = [
    "---\n",
    "...\n",
    "<<: *a",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "a: ",
    "- ",
    "{{ ",
    "items:",
    "kind: List",
    '"\\u',
    "? ",
]
PIECES = st.sampled_from([*SIGNS, *WORDS])


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A text that was YAML or JSON before pieces of it were replaced."""
    value = {"apiVersion": "v1", "items": draw(st.lists(OBJECTS, max_size=2)), "kind": "List"}
    text = json.dumps(value, indent=1) if draw(st.booleans()) else as_yaml(value)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(PIECES) + text[at + draw(st.integers(0, 3)) :]
    return text


@settings(max_examples=examples(300))
@given(mangled(), st.sampled_from(["a.yaml", "a.json"]))
def test_no_text_brings_the_reader_down(text: str, name: str) -> None:
    source = SourceText(name, text)
    found = ManifestReader().read(source)
    lines = text.split("\n")
    for problem in found.problems:
        assert problem.position is not None
        assert 1 <= problem.position.line <= len(lines)
        assert 1 <= problem.position.column <= len(lines[problem.position.line - 1]) + 1
        assert problem.line_text is not None
        assert problem.message.isprintable() and problem.line_text.replace("\t", "").isprintable()
    for document in (*found.documents, *found.dumps):
        for path, _ in paths(document.data):
            span = document.span(path)
            assert 1 <= span.start.line <= len(lines)
            assert span.start.column <= span.end_column <= len(span.text) + 1 or span.end_column == span.start.column


@settings(max_examples=examples(300))
@given(mangled())
def test_both_readings_of_yaml_agree(text: str) -> None:
    def thorough() -> list[Any] | None:
        try:
            read = list(compose(SourceText("a", text), 0, len(text)))
        except (yaml.YAMLError, Refused):
            return None
        return None if any(flaws for _, flaws in read) else [root and (root.data, root.start) for root, _ in read]

    try:
        quick = [whole and (whole.data, whole.start) for whole in Bulk().read(text, 0, len(text))]
    except Irregular:
        return
    except yaml.YAMLError:
        assert thorough() is None
        return
    other = thorough()
    assert other is not None
    assert same([list(x or ()) for x in quick], [list(x or ()) for x in other])


@settings(max_examples=examples(300))
@given(st.binary(max_size=60) | mangled().map(lambda t: t.encode("utf-16", "replace")))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    source = decode("a.yaml", data)
    if isinstance(source, Problem):
        assert source.message.isprintable()
    else:
        ManifestReader().read(source)
