"""What counts as an object, and what is passed over."""

from __future__ import annotations

import pytest

from support.manifest_text import manifests, only_problem


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# only a comment\n", "---\n---\n", "---\n# a\n---\nnull\n...\n", "  \n", "...\n...", "# a\n...\n"],
)
def test_nothing(text: str) -> None:
    found = manifests(text)
    assert found.empty
    assert not found.passed_over


@pytest.mark.parametrize(
    "text",
    [
        "- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n",
        '[{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]',
        "- &a {apiVersion: v1, kind: Pod}\n- *a\n",
    ],
)
def test_a_bare_list_of_objects_is_refused(text: str) -> None:
    """Passed over, a policy in it would be missing from a proof."""
    problem = only_problem(text)
    assert problem.message == "a list of objects, which kubectl does not read"
    assert str(problem.position).endswith(":1:1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("replicas: 3\nimage: {tag: x}\n", "no apiVersion, kind or metadata: not a Kubernetes object"),
        ("- a\n- b\n", "a list, not a Kubernetes object"),
        ("just words\n", "text, not a Kubernetes object"),
        (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
            "a kustomization, which was not rendered",
        ),
    ],
)
def test_passed_over(text: str, why: str) -> None:
    found = manifests("---\n" + text)
    assert found.empty
    assert [(p.position.line, p.why) for p in found.passed_over] == [(2, why)]


@pytest.mark.parametrize(
    ("text", "message", "line", "hint"),
    [
        ("kind: Pod\nmetadata: {name: a}\n", "has kind and metadata but no apiVersion", 1, None),
        ("kind: Pod\n", "has kind but no apiVersion and no metadata", 1, None),
        ("apiVersion: v1\nkind: Pod\n", "has apiVersion and kind but no metadata", 1, None),
        ("metadata: {name: a}\n", "has metadata but no apiVersion and no kind", 1, None),
        ("a: 1\napiVersion: 1\nkind: Pod\nmetadata: {}\n", "apiVersion is the number 1, expected a text", 2, None),
        ("apiVersion: v1\nkind: ''\nmetadata: {}\n", "kind is an empty text, expected a text", 2, None),
        ("apiVersion: v1\nkind: yes\nmetadata: {}\n", "kind is the boolean true, expected a text", 2, None),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n", "metadata is null, expected a mapping", 3, None),
        ("apiVersion: v1\nkind: Pod\nmetadata: [a]\n", "metadata is a list, expected a mapping", 3, None),
        ("apiVersion: v2\nname: shop\nversion: 1.0.0\n", "has apiVersion but no kind and no metadata", 1, "Helm chart"),
        ("apiVersion: v1\nkind: List\nitems: {}\n", "items is a mapping, expected a list", 3, None),
        ("kind: List\nitems: []\n", "has kind but no apiVersion", 1, None),
        ("apiVersion: v1\nkind: List\nitems:\n- a\n", "items[0] is a text, expected an object", 4, None),
        ("apiVersion: v1\nkind: List\nitems:\n- {}\n", "no apiVersion, kind or metadata", 4, None),
    ],
)
def test_half_an_object(text: str, message: str, line: int, hint: str | None) -> None:
    problem = only_problem(text)
    assert message in problem.message
    assert problem.position is not None
    assert problem.position.line == line
    assert (hint or "") in (problem.hint or "")


def test_problems_name_the_object() -> None:
    problem = only_problem("kind: Pod\nmetadata: {name: a, namespace: web}\n")
    assert problem.object == "Pod web/a"


def test_typed_lists_give_their_kind() -> None:
    header = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\n"
    found = manifests(header + "items: [{metadata: {name: a}}, {metadata: {name: b}}]\n")
    assert [(d.data["apiVersion"], d.data["kind"]) for d in found.documents] == [
        ("networking.k8s.io/v1", "NetworkPolicy")
    ] * 2
    assert [d.data["kind"] for d in found.dumps] == ["NetworkPolicyList"]


def test_items_of_a_plain_list_name_their_kind_themselves() -> None:
    assert only_problem("apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n").position is not None


@pytest.mark.parametrize("items", ["items: []", "items:", "items: null"])
def test_an_empty_dump_is_a_dump(items: str) -> None:
    found = manifests(f"apiVersion: v1\nkind: List\n{items}\n")
    assert not found.empty
    assert not found.documents
    assert len(found.dumps) == 1


def test_a_kind_that_only_ends_in_list_is_an_object() -> None:
    found = manifests("apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n")
    assert [d.data["kind"] for d in found.documents] == ["AllowList"]


def test_lists_of_lists() -> None:
    a, b, c = (f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}" for name in "abc")
    innermost = f"{{apiVersion: v1, kind: List, items: [{b}]}}"
    inner = f"{{apiVersion: v1, kind: List, items: [{a}, {innermost}]}}"
    found = manifests(f"apiVersion: v1\nkind: List\nitems: [{inner}, {c}]\n")
    assert [d.data["metadata"]["name"] for d in found.documents] == ["a", "b", "c"]
    assert len(found.dumps) == 3


def test_equal_texts_are_kept_once() -> None:
    pods = [
        d.data
        for d in manifests("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: some-space}\n---\n" * 3).documents
    ]
    assert pods[0]["metadata"]["namespace"] is pods[2]["metadata"]["namespace"]
