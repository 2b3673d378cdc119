"""Code Quality: what GitLab reads of each finding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from netqed.report.repository import Repository
from support.formats import HOSTILE, gitlab
from support.results import CANNOT, Refuted, Result, allowed_witness, check_result, every_kind, stated

HERE = Repository(Path("/repository"), Path("/repository"))


def test_severities_and_places() -> None:
    issues = gitlab(rendering_of(report_value(check_result()), HERE).render("gitlab"))
    assert [(one["check_name"], one["severity"]) for one in issues] == [
        *[("NQ001", "critical")] * 3,
        ("NQ002", "major"),
        ("NQ003", "major"),
        ("NQ004", "critical"),
        ("NQ005", "minor"),
    ]
    assert issues[0]["location"] == {"path": "k8s/api.yaml", "lines": {"begin": 13}}
    assert issues[3]["location"] == {"path": "netqed.yaml", "lines": {"begin": 1}}
    assert issues[0]["description"].startswith('refuted: "batch cannot reach shop": counterexample: ')


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(text: str) -> None:
    results = (Result(stated(text, span=CANNOT.span), "now", Refuted(allowed_witness()), "failed", (text,)),)
    whole = check_result(replace(every_kind(), name=text, results=results))
    (issue,) = gitlab(rendering_of(report_value(whole), HERE).render("gitlab"))
    assert issue["description"].isprintable()
