"""Which file an object on standard input says it was rendered from."""

from __future__ import annotations

from io import BytesIO

import pytest

from netqed.sources.origin import ANNOTATION, origin_of
from netqed.sources.read import read

OBJECT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"


def origins(text: str, **more: str) -> list[str | None]:
    reading = read(["-"], stdin=BytesIO(text.encode()), **more)  # type: ignore[arg-type]  # only texts are given
    assert not reading.problems
    return [document.span(("metadata", "name")).origin for document in reading.documents]


def test_each_object_has_that_of_its_own_comment() -> None:
    text = f"---\n# Source: c/a.yaml\n{OBJECT}---\n{OBJECT}---\n# Source: c/b b.yaml\r\n# more\n{OBJECT}"
    assert origins(text) == ["c/a.yaml", None, "c/b b.yaml"]


def test_a_comment_inside_of_an_object_names_nothing() -> None:
    assert origins(OBJECT.replace("kind:", "# Source: x.yaml\nkind:")) == [None]
    assert origins(f"{OBJECT}# Source: x.yaml\n") == [None]


def test_a_file_that_is_named_needs_no_origin() -> None:
    assert origins(f"# Source: x.yaml\n{OBJECT}", stdin_name="k8s/a.yaml") == [None]


def test_origins_count_from_the_folder_that_was_rendered() -> None:
    text = f"# Source: ../base/a.yaml\n{OBJECT}"
    assert origins(text, stdin_folder="overlays/prod") == ["overlays/base/a.yaml"]
    assert origins(OBJECT, stdin_folder="overlays/prod") == [None]


@pytest.mark.parametrize(
    ("annotation", "origin"),
    [
        ("path: ../base/a.yaml\n", "../base/a.yaml"),
        ('path: "a b.yaml"\n', "a b.yaml"),
        ("path: a.yaml\nrepo: https://example.org/r\nref: v1\n", None),
        ("configuredIn: kustomization.yaml\n", None),
        ("nonsense", None),
        (7, None),
        (None, None),
    ],
)
def test_an_annotation_goes_before_a_comment(annotation: object, origin: str | None) -> None:
    data = {"metadata": {"annotations": {ANNOTATION: annotation}}}
    expected = origin if isinstance(annotation, str) else "c.yaml"
    assert origin_of(data, "# Source: c.yaml\n") == expected


@pytest.mark.parametrize("data", [{}, {"metadata": None}, {"metadata": {"annotations": []}}])
def test_odd_metadata_names_nothing(data: dict[str, object]) -> None:
    assert origin_of(data, "") is None
