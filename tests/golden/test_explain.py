"""Explanations on the examples of specs/, to the letter."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from netqed import api
from netqed.analysis.explain_values import Explanation
from netqed.report.explain import render_explanation
from netqed.report.explain_json import explanation_schema, render_explanation_json
from support.golden import assert_golden

ROOT = Path(__file__).parent.parent.parent

ASKED = {
    "allowed": ("analytics", "payments-api", None, "payments-broken"),
    "denied": ("analytics/deployment/etl", "payments-api", "TCP/8080", "payments"),
    "members": ("web", "payments", "TCP/8080", "payments"),
    "cidr": ("payments", "203.0.113.0/24", "TCP/443", "payments"),
    "hypothetical": ("web/app=checkout,tier=canary", "payments-api", "TCP/8080-8090", "payments"),
}
"""Two sides, ports and an example each."""


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def explained(name: str) -> Explanation:
    """The explanation without what differs from run to run, or with every touch of a file."""
    source, destination, ports, example = ASKED[name]
    spec = api.load_spec(near=f"specs/{example}")
    found = api.explain(source, destination, ports, [f"specs/{example}"], spec=spec)
    assert found.basis is not None
    return replace(found, seconds=0.0, basis=replace(found.basis, digest="0" * 64))


@pytest.mark.parametrize("name", ASKED)
def test_text(name: str) -> None:
    assert_golden(f"explain-{name}.txt", render_explanation(explained(name)))


def test_verbose() -> None:
    assert_golden("explain-allowed-verbose.txt", render_explanation(explained("allowed"), verbose=True))


def test_json() -> None:
    assert_golden("explain-denied.json", render_explanation_json(explained("denied")))


@pytest.mark.parametrize("name", ASKED)
def test_json_conforms(name: str) -> None:
    value = json.loads(render_explanation_json(explained(name)))
    jsonschema.Draft202012Validator(explanation_schema()).validate(value)
