"""Every format of a check and of a comparison, to the letter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netqed.analysis.difference_results import Difference
from netqed.report.difference_json import difference_value
from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from netqed.report.repository import Repository
from support.formats import html_data
from support.golden import assert_golden
from support.payments import compared
from support.results import check_result

HERE = Repository(Path("/repository"), Path("/repository"))
FORMATS = {
    "json": "json",
    "sarif": "sarif",
    "junit": "junit.xml",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "markdown": "md",
}


@pytest.mark.parametrize("form", FORMATS)
def test_check(form: str) -> None:
    assert_golden(f"every-verdict.{FORMATS[form]}", rendering_of(report_value(check_result()), HERE).render(form))


def test_the_data_of_a_page() -> None:
    data = html_data(rendering_of(report_value(check_result()), HERE).render("html"))
    assert_golden("every-verdict.page.json", json.dumps(data, indent=2) + "\n")


@pytest.fixture
def difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Difference:
    return compared(tmp_path, monkeypatch)


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"json", "markdown"}))
def test_difference(form: str, difference: Difference) -> None:
    value = difference_value(difference, "no-new-access")
    assert_golden(f"difference.{FORMATS[form]}", rendering_of(value, Repository.here()).render(form))
