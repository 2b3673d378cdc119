"""Answers rendered from Python are what the command line prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from netqed import api
from netqed.cli import cli
from netqed.report import Style, render
from netqed.report.answer import FORMATS, MAP_FORMATS, RESULT_FORMATS
from support.console import ROOT

OLD, NEW = "specs/payments/manifests", "specs/payments-broken/manifests"


def _spec() -> api.Spec:
    return api.load_spec("specs/payments-broken/netqed.yaml")


ASKED: dict[str, tuple[Any, list[str], tuple[str, ...]]] = {
    "check": (
        lambda form: api.check(NEW, spec=_spec(), settings=api.Settings(proofs=form == "json", map=form == "html")),
        ["check", NEW],
        RESULT_FORMATS,
    ),
    "diff": (lambda _: api.difference(OLD, NEW), ["diff", OLD, NEW], RESULT_FORMATS),
    "explain": (
        lambda _: api.explain("analytics", "payments", None, NEW, spec=_spec()),
        ["explain", "analytics", "payments", NEW],
        FORMATS,
    ),
    "map": (lambda _: api.map_of(NEW, spec=_spec()), ["map", NEW], MAP_FORMATS),
    "redundant": (lambda _: api.redundant(NEW), ["redundant", NEW], FORMATS),
}
"""What is asked of the API for a format, the same of the command line, and which formats there are."""

CASES = [(name, form) for name, (_, _, formats) in ASKED.items() for form in formats]


def _settled(text: str) -> str:
    """The text without durations."""
    text = re.sub(r'(seconds\\?"|time=|"seconds"): ?"?[\d.]+', r"\1: 0", text)
    text = re.sub(r'time="[\d.]+"', 'time="0"', text)
    return re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "0 s", text)


@pytest.mark.parametrize(("name", "form"), CASES)
def test_a_format_is_that_of_the_command_line(name: str, form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    ask, command, _ = ASKED[name]
    done = CliRunner().invoke(cli, [*command, "-o", form], env={"NO_COLOR": "1"})
    made = render(ask(form), form, why=False)
    assert made.endswith("\n")
    assert _settled(made) == _settled(done.stdout)


@pytest.mark.parametrize("name", ASKED)
def test_what_there_is_no_format_of_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ask, _, formats = ASKED[name]
    answer = ask("text")
    for form in {*RESULT_FORMATS, *MAP_FORMATS, "pdf"} - set(formats):
        wrong: Any = form
        with pytest.raises(api.InputError, match=f"no format '{form}'"):
            render(answer, wrong)


def test_what_is_no_answer_cannot_be_rendered() -> None:
    wrong: Any = "proved"
    with pytest.raises(api.InputError, match="a str cannot be rendered"):
        render(wrong)


def test_problems_are_text(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("kind: NetworkPolicy\n")
    with pytest.raises(api.InputError) as raised:
        api.load_cluster(tmp_path)
    text = render(raised.value)
    assert text.startswith("error: ") and text.endswith("nothing was checked\n")
    assert render(raised.value, style=Style(colour=True)) != text
    with pytest.raises(api.InputError, match="no format 'json' of problems"):
        render(raised.value, "json")


def test_what_a_difference_is_held_to_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = api.difference(OLD, NEW, families=False)
    assert json.loads(render(found, "json", requirement="no-new-access"))["required"]["holds"] is False
    assert "only one flow of it was asked for" in render(found)
    assert "budget" not in render(found)
    unneeded = api.redundant(NEW)
    whole, limited = (json.loads(render(unneeded, "json", limit=limit))["alone"] for limit in (None, 0))
    assert len(limited) < len(whole)
