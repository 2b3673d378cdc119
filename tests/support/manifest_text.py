"""Texts read as if from a file of a given name."""

from __future__ import annotations

from netqed.sources.manifests import ManifestReader, Manifests
from netqed.sources.position import FieldPath, Problem
from netqed.sources.text import SourceText


def manifests(text: str, name: str = "pods.yaml") -> Manifests:
    """What a file of that text and name holds."""
    return ManifestReader().read(SourceText(name, text))


def only_problem(text: str, name: str = "pods.yaml") -> Problem:
    """The one problem of the text."""
    found = manifests(text, name)
    assert len(found.problems) == 1, found.problems
    return found.problems[0]


def marked(text: str, path: FieldPath, *, document: int = 0, name: str = "pods.yaml") -> str:
    """What the carets under a field of the text's document would mark; fails on any problem."""
    found = manifests(text, name)
    assert not found.problems, found.problems
    span = found.documents[document].span(path)
    lines = text.replace("\r\n", "\n").split("\n")
    assert span.text == lines[span.start.line - 1]
    return span.text[span.start.column - 1 : span.end_column - 1]
