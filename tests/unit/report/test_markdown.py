"""A check as a comment: its structure once it is rendered, and that nothing in the input can change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netqed.report.comment import prose
from netqed.report.json import report_value
from netqed.report.markdown import MARKER
from netqed.report.rendering import rendering_of
from netqed.report.style import visible
from netqed.resources.cluster import Note
from support.formats import HOSTILE, Page, page
from support.results import CANNOT, CheckResult, Refuted, Result, allowed_witness, check_result, every_kind, stated


def comment(result: CheckResult) -> Page:
    return page(rendering_of(report_value(result)).render("markdown"), MARKER)


def test_the_table_has_every_verdict_what_fails_first() -> None:
    rows = list(comment(check_result()).rows)
    assert [(row[0], row[2]) for row in rows] == [
        *[("fails", "refuted")] * 3,
        ("fails", "vacuous"),
        ("fails", "refuted"),
        ("not known", "unknown"),
        ("as expected", "refuted"),
        ("as expected", "vacuous"),
        ("holds", "proved"),
        ("holds", "proved"),
    ]


def test_details_are_folded() -> None:
    read = comment(check_result())
    assert read.folded[0][0] == "NQ001: refuted: batch cannot reach shop"
    assert read.folded[-1][0] == "What this answer rests on"
    assert "\n  --> k8s/api.yaml:13:11   ingress rule 1" in read.folded[0][1]


def test_several_inputs_are_told_apart() -> None:
    one = replace(every_kind(), name="prod")
    read = comment(check_result(one, replace(one, name="a|b")))
    assert {row[2] for row in read.rows} == {"prod", "a|b"}
    assert read.folded[-1][0] == "What this answer rests on for a|b"


def test_passed_over_policies_are_said() -> None:
    one = every_kind()
    ignoring = replace(one, basis=replace(one.basis, ignored=(Note("CiliumNetworkPolicy a/b"),)))
    assert "no verdict is about all of them" in comment(check_result(ignoring)).text


def test_a_check_of_nothing() -> None:
    read = comment(check_result(replace(every_kind(), results=())))
    assert "nothing was checked" in read.text
    assert read.tables == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(text: str) -> None:
    results = (
        Result(stated(text, why=text, span=CANNOT.span), "now", Refuted(allowed_witness()), "failed", (text,)),
        Result(stated(), "now", Refuted(allowed_witness()), "failed"),
    )
    one = every_kind()
    basis = replace(one.basis, notes=(Note(text, text),), sources=(text,), assumptions=(text,))
    whole = check_result(*(replace(one, name=name, results=results, basis=basis) for name in (text, "b")))
    read = comment(whole)
    shown = " ".join(visible(text).split())
    titles = [row[1] for row in read.rows]
    assert titles.count(shown) == 2 and len(titles) == 4
    assert len(read.folded) == 6
    assert f'refuted: "{visible(text)}"' in read.folded[0][1]


@pytest.mark.parametrize("number_of_inputs", [1, 3, 100])
def test_long_names_do_not_make_a_comment_too_long(number_of_inputs: int) -> None:
    """GitHub refuses a comment of over 65,536 characters: that would hide what fails."""
    long = "@" * 5000
    results = (Result(stated(long, why=long), "now", Refuted(allowed_witness()), "failed", (long,)),) * (
        400 // number_of_inputs
    )
    one = every_kind()
    basis = replace(one.basis, notes=(Note("<" * 5000),) * 50)
    inputs = [replace(one, name=f"{long}{number}", results=results, basis=basis) for number in range(number_of_inputs)]
    read = comment(check_result(*inputs))
    assert (number_of_inputs > 9) == ("more inputs rest on is not shown here" in read.text)
    assert "more invariants not shown here" in read.text
    assert "The evidence of" in read.text


@pytest.mark.parametrize(
    "text", ["[x](y)", ":tada:", "a *b*", "see www.example.org", "#1", "@a", "<b>", "`x`", "1. a|b", "~~x~~", "a_b_"]
)
def test_only_harmless_sentences_stay_as_they_are(text: str) -> None:
    assert prose(text).startswith("<code>")
    assert prose("9 invariants: 7 proved, 2 refuted, 0.33 s [every cluster]").startswith("9 invariants")
