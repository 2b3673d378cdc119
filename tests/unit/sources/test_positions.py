"""Every field has its place, whatever style it is written in."""

from __future__ import annotations

import pytest

from netqed.sources.position import FieldPath, Position
from support.manifest_text import manifests, marked

POLICY = """\
# a comment first
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: "web"   # quoted
  labels: {app: web, 'tier': "front"}
spec:
  podSelector:
    matchLabels: {}
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          name: web
    - podSelector: {matchLabels: {app: checkout}}
    ports:
    - port: 8080
      protocol: TCP
    - {port: 53, protocol: UDP}
  egress:
  -
    to: [{ipBlock: {cidr: 10.0.0.0/8,
      except: [10.1.0.0/16, 10.2.0.0/16]}}]
  note: >-
    folded
    text
  long: one
    two
  nothing:
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "apiVersion: networking.k8s.io/v1"),
        (("kind",), "kind: NetworkPolicy"),
        (("metadata",), "metadata:"),
        (("metadata", "name"), 'name: "web"'),
        (("metadata", "labels"), "labels: {app: web, 'tier': \"front\"}"),
        (("metadata", "labels", "app"), "app: web"),
        (("metadata", "labels", "tier"), "'tier': \"front\""),
        (("spec", "podSelector", "matchLabels"), "matchLabels: {}"),
        (("spec", "ingress"), "ingress:"),
        (("spec", "ingress", 0), "from:"),
        (("spec", "ingress", 0, "from", 0), "namespaceSelector:"),
        (("spec", "ingress", 0, "from", 0, "namespaceSelector", "matchLabels", "name"), "name: web"),
        (("spec", "ingress", 0, "from", 1), "podSelector: {matchLabels: {app: checkout}}"),
        (("spec", "ingress", 0, "from", 1, "podSelector", "matchLabels", "app"), "app: checkout"),
        (("spec", "ingress", 0, "ports", 0, "port"), "port: 8080"),
        (("spec", "ingress", 0, "ports", 1), "{port: 53, protocol: UDP}"),
        (("spec", "ingress", 0, "ports", 1, "protocol"), "protocol: UDP"),
        (("spec", "egress", 0, "to", 0, "ipBlock"), "ipBlock: {cidr: 10.0.0.0/8,"),
        (("spec", "egress", 0, "to", 0, "ipBlock", "except", 1), "10.2.0.0/16"),
        (("spec", "note"), "note: >-"),
        (("spec", "long"), "long: one"),
        (("spec", "nothing"), "nothing:"),
        # what does not exist: the longest prefix that does
        (("spec", "absent", "x"), "spec:"),
        (("spec", "ingress", 7), "ingress:"),
        (("spec", "ingress", "x"), "ingress:"),
        (("absent",), "apiVersion: networking.k8s.io/v1"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "a: 1\n---\n"])
def test_yaml(path: FieldPath, text: str, line_end: str, before: str) -> None:
    written = (before + POLICY).replace("\n", line_end)
    assert marked(written, path).rstrip() == text


LIST = """\
apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    labels:
      app: web
    name: a
-   kind: Pod
    apiVersion: v1
    metadata: {name: b}
- {apiVersion: v1, kind: Pod, metadata: {name: c}}
- apiVersion: v1
  kind: List
  items:
  - apiVersion: v1
    kind: Pod
    metadata:
      name: d
kind: List
"""


@pytest.mark.parametrize("before", ["", "# first\n---\n# a comment\n"])
@pytest.mark.parametrize(
    ("document", "line", "column", "text"),
    [(0, 8, 5, "name: a"), (1, 11, 16, "name: b"), (2, 12, 42, "name: c"), (3, 19, 7, "name: d")],
)
def test_items_of_lists(before: str, document: int, line: int, column: int, text: str) -> None:
    found = manifests(before + LIST)
    assert not found.problems
    assert len(found.documents) == 4
    assert marked(before + LIST, ("metadata", "name"), document=document) == text
    place = found.documents[document].span(("metadata", "name")).start
    assert place == Position("pods.yaml", line + before.count("\n"), column)


def test_start_of_items() -> None:
    starts = [(d.start.line, d.start.column) for d in manifests(LIST).documents]
    assert starts == [(3, 3), (9, 5), (12, 3), (16, 5)]


ANCHORED = """\
apiVersion: v1
kind: List
shared: &labels
  app: web
items:
- &first
  apiVersion: v1
  kind: Pod
  metadata: {name: a, labels: *labels}
- <<: *first
  metadata: {name: b}
- *first
- apiVersion: v1
  kind: Pod
  metadata:
    name: d
    labels: {<<: *labels, tier: x}
"""


@pytest.mark.parametrize(
    ("document", "path", "line", "text"),
    [
        (0, ("metadata", "labels"), 9, "labels: *labels"),
        (0, ("metadata", "labels", "app"), 4, "app: web"),
        (1, ("metadata", "name"), 11, "name: b"),
        (1, ("kind",), 8, "kind: Pod"),
        (2, ("metadata", "name"), 9, "name: a"),
        (3, ("metadata", "labels", "app"), 4, "app: web"),
        (3, ("metadata", "labels", "tier"), 17, "tier: x"),
    ],
)
def test_anchors_and_merges(document: int, path: FieldPath, line: int, text: str) -> None:
    span = manifests(ANCHORED).documents[document].span(path)
    assert span.start.line == line
    assert text in span.text
    assert span.text[span.start.column - 1 :].startswith(text.split(":")[0])


JSON = """\
{
\t"apiVersion": "v1",
  "kind": "List",
  "items": [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a\\u0041", "labels": {"a": "b"}}},
    {
      "apiVersion": "v1", "kind": "Pod",
      "metadata": {
        "name": "b", "finalizers": ["x", "y"]
      }
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("document", "path", "text"),
    [
        (0, ("metadata", "name"), '"name": "a\\u0041"'),
        (0, ("metadata", "labels", "a"), '"a": "b"'),
        (1, (), "{"),
        (1, ("metadata",), '"metadata": {'),
        (1, ("metadata", "finalizers", 1), '"y"'),
        (1, ("metadata", "absent"), '"metadata": {'),
    ],
)
@pytest.mark.parametrize("name", ["pods.json", "pods.yaml"])
def test_json(document: int, path: FieldPath, text: str, name: str) -> None:
    assert marked(JSON, path, document=document, name=name) == text


def test_columns_count_characters() -> None:
    text = 'apiVersion: v1\nkind: Pod\nmetadata: {annotations: {"ключ😀": x}, name: a}\n'
    assert marked(text, ("metadata", "name")) == "name: a"
    assert marked(text, ("metadata", "annotations", "ключ😀")) == '"ключ😀": x'


def test_line_separators_of_unicode_are_no_lines_of_an_editor() -> None:
    text = 'apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: "x\u2028y\x85z"},\n  name: a}\n'
    span = manifests(text).documents[0].span(("metadata", "name"))
    assert (span.start.line, span.start.column) == (4, 3)


def test_what_reorders_a_terminal_is_replaced_in_lines() -> None:
    text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\u202eb"}\n'
    document = manifests(text).documents[0]
    assert document.data["metadata"]["name"] == "a\u202eb"
    assert document.span(("metadata", "name")).text == 'metadata: {name: "a\N{REPLACEMENT CHARACTER}b"}'


def test_nested_list_inside_flow_json() -> None:
    inner = '{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"x"}}]}'
    text = f'{{"apiVersion":"v1","kind":"List","items":[{inner}]}}'
    assert marked(text, ("metadata", "name")) == '"name":"x"'
    assert manifests(text).documents[0].data == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [((), 1, 1), (("kind",), 20, 1), (("items",), 2, 1), (("items", 1), 9, 5), (("items", 1, "kind"), 9, 5)],
)
def test_a_dump_has_places_down_to_its_items(path: FieldPath, line: int, column: int) -> None:
    start = manifests(LIST).dumps[0].span(path).start
    assert (start.line, start.column) == (line, column)


@pytest.mark.parametrize(("path", "line"), [(("kind",), 3), (("items", 1), 6), (("items", 1, "kind"), 6)])
def test_a_dump_of_json_has_places_down_to_its_items(path: FieldPath, line: int) -> None:
    assert manifests(JSON, "a.json").dumps[0].span(path).start.line == line


def test_lines_are_counted_across_large_texts() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n"
    documents = manifests(pod * 20_000).documents
    assert [d.start.line for d in documents[::1999]] == [1 + 4 * i for i in range(0, 20_000, 1999)]
    assert documents[19_000].span(("metadata", "name")).start == Position("pods.yaml", 4 * 19_000 + 3, 12)
