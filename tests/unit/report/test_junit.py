"""JUnit: valid, and each verdict is the kind of result that it should be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from support.formats import HOSTILE, junit
from support.results import CANNOT, Refuted, Result, Vacuous, allowed_witness, check_result, every_kind, stated


def test_each_verdict_is_a_kind_of_result() -> None:
    cases = junit(rendering_of(report_value(check_result())).render("junit"))
    assert [(case.name, case.state, case.type) for case in cases] == [
        ("web cannot reach batch", "passed", None),
        ("batch cannot reach shop", "failure", "refuted"),
        ("web can reach shop on TCP/9000", "failure", "refuted"),
        ("only cart can reach shop", "failure", "refuted"),
        ("btach cannot reach shop", "failure", "vacuous"),
        ("a cannot reach b", "error", "unknown"),
        ("old cannot reach shop", "failure", "refuted"),
        ("legacy cannot reach shop", "skipped", "refuted"),
        ("x cannot reach shop", "passed", None),
        ("new cannot reach shop", "skipped", "vacuous"),
    ]
    by_name = {case.name: case for case in cases}
    assert by_name["a cannot reach b"].message == "the budget of 1,000 units ran out"
    assert by_name["legacy cannot reach shop"].message == "refuted, as the spec expects until 2099-01-01"
    failure = by_name["batch cannot reach shop"]
    assert failure.message is not None
    assert failure.message.startswith("counterexample: batch/deployment/report -> shop/deployment/api TCP/8443")
    assert "--> k8s/api.yaml:13:11" in failure.text
    assert "remove `expect: refuted`" in by_name["x cannot reach shop"].text


def test_each_input_is_a_suite() -> None:
    one = replace(every_kind(), name="prod")
    cases = junit(rendering_of(report_value(check_result(one, replace(one, name="staging")))).render("junit"))
    assert {case.suite for case in cases} == {"netqed.yaml [prod]", "netqed.yaml [staging]"}
    assert len(cases) == 20


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(text: str) -> None:
    one = replace(
        every_kind(),
        name=text,
        results=(
            Result(stated(text, why=text, span=CANNOT.span), "now", Refuted(allowed_witness()), "failed", (text,)),
            Result(stated(text), "now", Vacuous(text), "failed"),
        ),
    )
    cases = junit(rendering_of(report_value(check_result(one))).render("junit"))
    assert [case.state for case in cases] == ["failure", "failure"]
    shown = text.encode("unicode_escape").decode() if not text.isprintable() else text
    assert all(char.isprintable() or char == "\n" for case in cases for char in f"{case.name}{case.message}{case.text}")
    if text == shown:
        assert {case.name for case in cases} == {text}
        assert cases[1].message == text


def test_nothing_to_check_is_an_empty_suite() -> None:
    assert junit(rendering_of(report_value(check_result(replace(every_kind(), results=())))).render("junit")) == []
