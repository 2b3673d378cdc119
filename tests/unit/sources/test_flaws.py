"""What is wrong with a text: one clear problem, at its place, with what to do."""

from __future__ import annotations

import re

import pytest

from netqed.sources.composer import MAX_EXPANSION
from netqed.sources.nodes import MAX_DEPTH
from support.manifest_text import manifests, only_problem

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"
HELM = "looks like an unrendered Helm template: render it first, e.g. helm template . | netqed check -"


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        (POD + "spec:\n\ta: 1\n", 6, 1, "YAML syntax: a tab where YAML allows only spaces", "indent with spaces"),
        (
            POD + "spec: a: b\n",
            5,
            8,
            "YAML syntax: a colon where no mapping can begin",
            "check the indentation, or put the value in quotes",
        ),
        (
            POD + "spec:\n  a: 1\n b: 2\n",
            7,
            2,
            "YAML syntax: expected a key of the mapping, or its end (inside the mapping that begins in line 1)",
            None,
        ),
        (
            POD + "spec:\n- a\nb\n",
            7,
            1,
            "YAML syntax: expected a colon after the key",
            None,
        ),
        (
            POD + "spec: [a, b\n",
            5,
            11,
            "YAML syntax: expected a comma or ] in the list",
            None,
        ),
        (POD + 'spec: "a\n', 5, 7, "YAML syntax: the file ends inside a quoted text", None),
        (
            POD + "spec: @a\n",
            5,
            7,
            "YAML syntax: a value cannot begin with this character",
            "put a text that begins with",
        ),
        (
            POD + "spec: %a\n",
            5,
            7,
            "YAML syntax: a value cannot begin with this character",
            "put a text that begins with",
        ),
        (POD + 'spec: "\\d"\n', 5, 8, "YAML syntax: unknown escape in a text in double quotes", "single quotes"),
        (POD + "spec: *\n", 5, 7, "YAML syntax: expected a name after * or &", "in quotes"),
        (POD + "{{- if .Values.on }}\n", 5, 1, "YAML syntax: ", HELM),
        (POD + "spec: {{ .Values.spec }}\n", 5, 8, "a mapping cannot be a key", HELM),
        (POD + "spec: {? [a] : b}\n", 5, 10, "a list cannot be a key", None),
        (POD + "spec: {~: b}\n", 5, 8, "null cannot be a key", "put it in quotes"),
        (POD + "spec: !!python/name:os.system x\n", 5, 7, "unknown tag !!python/name:os.system", None),
        (POD + "spec: !!python/object:os.x {a: b}\n", 5, 7, "unknown tag !!python/object:os.x", None),
        (POD + "spec: !secret [a]\n", 5, 7, "unknown tag !secret", None),
        (POD + "spec: !!set {a, b}\n", 5, 7, "unknown tag !!set", None),
        (POD + "spec: !!int abc\n", 5, 7, "'abc' is no int", None),
        (POD + "spec: .inf\n", 5, 7, ".inf is no number that JSON can carry", None),
        (POD + "spec: *a\n", 5, 7, "the alias *a refers to no anchor before it", None),
        (POD + "spec: &a [*a]\n", 5, 11, "the alias *a stands inside the value that it refers to", None),
        (POD + "spec: {<<: [1]}\n", 5, 8, "a merge key (<<) takes a mapping or a list of mappings", None),
        (
            POD + "spec: {a: 1, <<: {a: 2}}\n",
            5,
            14,
            'the merge (<<) comes after the key "a" of line 5 and sets it to another value',
            "put the merge key first in its mapping",
        ),
        (POD + "kind: Pod\n", 5, 1, 'duplicate key "kind": it is first set in line 2', None),
        (POD + "spec:\n  a: {b: 1,\n    'b': 2}\n", 7, 5, 'duplicate key "b": it is first set in line 6', None),
        (POD + "spec:\n- {1: a, '1': b}\n", 6, 10, 'duplicate key "1": it is first set in line 6', None),
        (POD + "spec: a\x00b\n", 5, 8, "the control character U+0000 is not allowed in YAML", None),
        (POD + "spec: \x1b[31m\n", 5, 7, "the control character U+001B is not allowed in YAML", None),
    ],
)
@pytest.mark.parametrize("before", ["", "---\na: 1\n---\n# next\n"])
def test_yaml(text: str, line: int, column: int, message: str, hint: str | None, before: str) -> None:
    problem = only_problem(before + text)
    assert problem.position is not None
    shift = before.count("\n")
    assert (problem.position.line, problem.position.column) == (line + shift, column)
    expected = re.sub(r"line (\d)", lambda m: f"line {int(m[1]) + shift}", message)
    assert problem.message.startswith(expected)
    assert (problem.hint is None) if hint is None else (hint in (problem.hint or ""))
    assert problem.line_text is not None
    assert "\x1b" not in problem.line_text and "\x00" not in problem.line_text


def test_each_document_has_its_own_error() -> None:
    text = f"{POD}---\nkind: [a\n---\n{POD}---\nkind: 'b\n---\n{POD}"
    found = manifests(text)
    assert [p.position.line for p in found.problems if p.position] == [6, 13]
    assert [d.start.line for d in found.documents] == [1, 8, 15]


def test_a_separator_inside_a_text_separates_all_the_same() -> None:
    found = manifests("a: 'x\n---\n" + POD)
    assert len(found.problems) == 1
    assert len(found.documents) == 1


def test_all_flaws_of_a_document_are_listed() -> None:
    found = manifests(POD + "spec: {a: 1, a: 2, b: !x y, b: .nan}\n")
    assert [p.message.split(":")[0] for p in found.problems] == [
        'duplicate key "a"',
        "unknown tag !x",
        ".nan is no number that JSON can carry",
        'duplicate key "b"',
    ]
    assert not found.documents


def test_document_end_marks_and_directives() -> None:
    found = manifests(f"%YAML 1.1\n---\n{POD}...\n%YAML 1.1\n---\n{POD}")
    assert not found.problems
    assert [d.start.line for d in found.documents] == [3, 10]


def test_messages_quote_no_endless_names() -> None:
    for text in (f"a: !{'x' * 5000} b\n", f"{'k' * 900}: 1\n{'k' * 900}: 2\n"):
        assert len(only_problem(text).message) < 420


def test_documents_between_old_line_ends_are_read_once() -> None:
    pod = POD.replace("\n", "\r")
    assert len(manifests(f"{pod}---\r{pod}spec: !!str x\r").documents) == 2


def test_quoted_braces_are_no_template() -> None:
    found = manifests(POD + 'spec: "{{ $labels.pod }}"\n')
    assert not found.problems
    assert only_problem(POD + 'spec: "{{ $labels.pod }}"\na: [\n').hint is None


def bomb(levels: int, width: int) -> str:
    lines = [POD, "a0: &a0 [" + ", ".join(["lol"] * width) + "]\n"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * width) + "]\n")
    return "".join(lines)


def test_alias_bomb() -> None:
    problem = only_problem(bomb(9, 9))
    assert problem.message == f"aliases stand for more than {MAX_EXPANSION:,} values: the document is refused"
    assert problem.position is not None
    assert problem.position.line > 5


def test_merge_bomb() -> None:
    text = POD + "a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(2000)) + "}\n"
    text += "".join(f"b{i}: {{<<: *a0}}\n" for i in range(2000))
    assert "aliases stand for more than" in only_problem(text).message


def test_ordinary_aliases_are_followed() -> None:
    assert manifests(bomb(3, 9)).documents[0].data["a2"][8][8][8] == "lol"


def test_a_chain_of_aliases_is_as_deep_as_it_is_written_out() -> None:
    text = POD + "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 400))
    assert only_problem(text).message == f"nested more than {MAX_DEPTH} levels deep through aliases"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (POD + "spec: " + "[" * 5000 + "]" * 5000 + "\n", "a.yaml"),
        (POD + "spec: " + "{a: " * 5000 + "}" * 5000 + "\n", "a.yaml"),
        (POD + "spec:\n" + "".join(" " * i + "a:\n" for i in range(1, 1000)), "a.yaml"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "a.json"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "a.yaml"),
        ('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1), "a.json"),
        ("[" * 100_000, "a.json"),
        ("[" * 100_000, "a.yaml"),
    ],
)
def test_nesting(text: str, name: str) -> None:
    assert only_problem(text, name).message == f"nested more than {MAX_DEPTH} levels deep"


@pytest.mark.parametrize("excess", [0, 1])
def test_the_depth_bound_is_the_same_in_every_reading(excess: int) -> None:
    depth = MAX_DEPTH - 1 + excess  # the object itself is a level
    inside = "[" * depth + "]" * depth
    texts = {
        "a.yaml": POD + f"spec: {inside}\n",
        "b.yaml": POD + f"spec: {inside}\ntag: !!str x\n",
        "c.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":' + inside + "}",
        "d.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":' + inside + ',"x":1e400}',
    }
    for name, text in texts.items():
        deep = [p for p in manifests(text, name).problems if p.message.startswith("nested")]
        assert len(deep) == excess, name


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": 1,}', 1, 9, "JSON syntax: expected a key in double quotes"),
        ('{"a": 1\n "b": 2}', 2, 2, "JSON syntax: expected a comma or the end of the list or mapping"),
        ('{"a" 1}', 1, 6, "JSON syntax: expected a colon after the key"),
        ('{"a": }', 1, 7, "JSON syntax: expected a value"),
        ('{"a": "b', 1, 7, "JSON syntax: the file ends inside a text that begins here"),
        ('{"a": "b\n"}', 1, 9, "JSON syntax: a control character or line end inside a text"),
        ('{"a": [1, 2', 1, 11, "JSON syntax: expected a comma or the end of the list or mapping"),
        ('{"items": [{"a": 1} {"b": 1}]}', 1, 21, "JSON syntax: expected a comma or the end of the list or mapping"),
        ('{"items": [{"a": 1},\n ]}', 2, 2, "JSON syntax: expected a value"),
        ("{", 1, 1, "JSON syntax: expected a key in double quotes"),
        ('{"a": NaN}', 1, 7, "NaN is no number that JSON can carry"),
        ('{"a": [-Infinity]}', 1, 8, "-Infinity is no number that JSON can carry"),
        ('{"a": 1e400}', 1, 7, "the number 1e400 is too large"),
        ('{"a": ' + "9" * 5000 + "}", 1, 7, "a number of more than 1,000 digits"),
        ('{"a": 1,\n "a": 2}', 2, 2, 'duplicate key "a": it is first set in line 1'),
        ('{"x": {"a": 1, "\\u0061": 2}}', 1, 16, 'duplicate key "a": it is first set in line 1'),
        ('{"items": [{"a": 1, "a": 2}]}', 1, 21, 'duplicate key "a": it is first set in line 1'),
    ],
)
def test_json(text: str, line: int, column: int, message: str) -> None:
    problem = only_problem(text, "a.json")
    assert problem.position is not None
    assert problem.message == message
    assert (problem.position.line, problem.position.column) == (line, column)


def test_json_goes_on_after_a_duplicate() -> None:
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}'
    found = manifests('{"a": 1, "a": 2}\n' + pod + pod, "a.json")
    assert len(found.problems) == 1
    assert len(found.documents) == 2


def test_json_values() -> None:
    text = r'{"apiVersion":"v1","kind":"Pod","metadata":{},"a":[1e3,8080.0,1.5,"\ud83d\ude00","\ud83d",true,null]}'
    values = manifests(text, "a.json").documents[0].data["a"]
    assert values == [1000, 8080, 1.5, "😀", "\N{REPLACEMENT CHARACTER}", True, None]
    assert [type(v) for v in values[:3]] == [int, int, float]


def test_a_yaml_file_may_begin_with_a_brace() -> None:
    found = manifests("{apiVersion: v1, kind: Pod, metadata: {name: a}}\n", "a.yaml")
    assert found.documents[0].data["metadata"] == {"name": "a"}


def test_yaml_in_a_file_named_json() -> None:
    assert len(manifests(POD, "a.json").documents) == 1
