"""Every format says the same of a result, whatever it is and whatever names it holds, and so does a saved one."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netqed.analysis.difference_results import SIGNS, BothVerdicts, Delta, Difference, Nothing, Part
from netqed.analysis.results import CheckResult, InputResult, Proved, Refuted, Result, Unknown, Vacuous
from netqed.report.codes import code_of
from netqed.report.difference import render_difference
from netqed.report.difference_json import difference_schema, difference_value
from netqed.report.difference_markdown import MARKER as DIFFERENCE_MARKER
from netqed.report.json import render_json, report_value
from netqed.report.markdown import MARKER
from netqed.report.rendering import Rendering, rendering_of
from netqed.report.repository import Repository
from netqed.report.saved import read_saved
from netqed.report.schema import report_schema
from netqed.report.style import visible
from netqed.report.text import render_text
from netqed.resources.cluster import Note
from support.examples import examples
from support.formats import HOSTILE, commands, gitlab, html_data, junit, message_text, page, sarif
from support.payments import compared
from support.results import (
    CAN,
    CANNOT,
    allowed_witness,
    blocked_witness,
    check_result,
    every_kind,
    hypothetical,
    stated,
)

HERE = Repository(Path("/repository"), Path("/repository"))
WORDS = ("fails", "not known", "as expected", "holds")
STATES = {"fails": "failure", "not known": "error", "as expected": "skipped", "holds": "passed"}

names = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=12))
sentences = names.filter(lambda text: visible(text).strip() != "")
witnesses = st.sampled_from([allowed_witness(), allowed_witness(hypothetical()), blocked_witness()])


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result of any verdict with any status that goes with it."""
    verdict, status = draw(
        st.sampled_from(
            [
                (Proved(), "ok"),
                (Proved(("x",)), "unexpected"),
                (Refuted(draw(witnesses)), "failed"),
                (Refuted(draw(witnesses)), "accepted"),
                (Refuted(draw(witnesses)), "expired"),
                (Vacuous(draw(sentences)), "failed"),
                (Vacuous(draw(sentences)), "allowed-empty"),
                (Unknown(draw(sentences)), "unknown"),
            ]
        )
    )
    sentence = draw(sentences)
    said = stated(
        sentence,
        span=draw(st.sampled_from([None, CANNOT.span, CAN.span])),
        why=draw(st.none() | names),
        until=draw(st.none() | st.just(date(2020, 1, 1))),
    )
    return Result(said, "now", verdict, status, tuple(draw(st.lists(names, max_size=1))))


@st.composite
def runs(draw: st.DrawFn) -> CheckResult:
    """A run of one input, or of several with different names."""
    one = every_kind()
    several = draw(st.lists(sentences, min_size=2, max_size=3, unique_by=lambda name: " ".join(visible(name).split())))
    found: list[InputResult] = []
    for name in draw(st.sampled_from([[None], several])):
        ignored = draw(st.sampled_from([(), (Note("CiliumNetworkPolicy a/b"),)]))
        found.append(
            replace(
                one,
                name=name,
                results=tuple(draw(st.lists(results(), max_size=6))),
                basis=replace(one.basis, ignored=ignored),
            )
        )
    return check_result(*found)


def plain(text: str) -> str:
    return " ".join(visible(text).split())


def short(text: str) -> str:
    """As a cell of a comment shows it."""
    return text if len(text) <= 300 else f"{text[:299]}…"


@given(runs())
@settings(max_examples=examples(60))
def test_every_format_of_a_check_says_the_same(run: CheckResult) -> None:
    value = report_value(run)
    jsonschema.Draft202012Validator(report_schema()).validate(value)
    rendering = rendering_of(value, HERE)
    all_results = [(one.name, result) for one in run.inputs for result in one.results]
    attention = [(name, result, code) for name, result in all_results if (code := code_of(result)) is not None]

    cases = junit(rendering.render("junit"))
    state_of = {"ok": "passed", "unexpected": "passed", "accepted": "skipped", "allowed-empty": "skipped"}
    state_of |= {"failed": "failure", "expired": "failure", "unknown": "error"}
    assert Counter((case.suite, case.name, case.state, case.type) for case in cases) == Counter(
        (
            "netqed.yaml" if name is None else f"netqed.yaml [{plain(name)}]",
            plain(result.stated.title),
            state_of[result.status],
            None if state_of[result.status] == "passed" else result.verdict.word,
        )
        for name, result in all_results
    )

    rows = list(page(rendering.render("markdown"), MARKER).rows)
    assert [WORDS.index(row[0]) for row in rows] == sorted(WORDS.index(row[0]) for row in rows)
    assert Counter((STATES[row[0]], row[1], row[-1]) for row in rows) == Counter(
        (state_of[result.status], short(plain(result.stated.title)), result.verdict.word) for _, result in all_results
    )

    shown = html_data(rendering.render("html"))
    page_states = {"passed": "passed", "skipped": "skipped", "failed": "failure", "error": "error"}
    assert Counter(
        (one["input"], page_states[one["state"]], one["title"], one["verdict"]) for one in shown["cases"]
    ) == (
        Counter(
            (
                None if name is None else plain(name),
                state_of[result.status],
                plain(result.stated.title),
                result.verdict.word,
            )
            for name, result in all_results
        )
    )
    assert [len(one["flows"]) for one in shown["cases"]] == [
        int(result.verdict.word == "refuted") for _, result in all_results
    ]
    assert (shown["exitCode"], shown["complete"]) == (run.exit_code, value["complete"])

    log = sarif(rendering.render("sarif"))
    assert log["invocations"][0]["exitCode"] == run.exit_code == value["exitCode"]
    assert log["properties"]["verdicts"] == dict(Counter(result.verdict.word for _, result in all_results))
    titles = Counter(
        (code, f'"{plain(result.stated.title)}"' + ("" if name is None else f" [{plain(name)}]"))
        for name, result, code in attention
    )
    assert titles == Counter(
        (one["ruleId"], message_text(one["message"]["text"]).split("\n")[0].partition(": ")[2].removesuffix("."))
        for one in log["results"]
    )
    annotations = commands(rendering.render("github"))
    assert titles == Counter(
        (one.properties["title"], one.message.split("\n")[0].partition(": ")[2]) for one in annotations[:-1]
    )
    assert [one.name for one in annotations[:-1]] == [one["level"] for one in log["results"]]
    issues = gitlab(rendering.render("gitlab"))
    assert Counter(one["check_name"] for one in issues) == Counter(code for _, _, code in attention)
    assert {one["fingerprint"] for one in issues} == {
        one["partialFingerprints"]["primaryLocationLineHash"] for one in log["results"]
    }

    text = rendering.render("text")
    heads = re.findall(r"^(?:error|warning)\[(NQ\d{3})\]: ", text, re.MULTILINE)
    assert Counter(heads) == Counter(code for _, _, code in attention)
    assert len(re.findall("^(?:proved|accepted): ", text, re.MULTILINE)) == len(all_results) - len(attention)


@given(runs())
@settings(max_examples=examples(40))
def test_a_saved_check_renders_as_the_run_did(run: CheckResult) -> None:
    saved = Rendering(read_saved(render_json(run)), HERE)
    live = rendering_of(report_value(run), HERE)
    for form in ("json", "sarif", "junit", "github", "gitlab", "markdown", "html", "text"):
        assert saved.render(form) == live.render(form)
    assert saved.render("text") == render_text(run)
    assert saved.render("text", quiet=True) == render_text(run, quiet=True)


@cache
def example() -> Difference:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        return compared(Path(folder), patch)


@st.composite
def differences(draw: st.DrawFn) -> Difference:
    """A comparison with any parts, and with any names in its families and verdicts."""
    whole = example()

    def part(delta: Part) -> Part:
        assert isinstance(delta, Delta) and delta.families
        side = replace(delta.families[0].cube.source, words=draw(sentences))
        family = replace(delta.families[0], cube=replace(delta.families[0].cube, source=side))
        families = draw(st.none() | st.integers(1, 3).map(lambda number: (family,) * number))
        return draw(
            st.sampled_from(
                [
                    Nothing((draw(sentences),)),
                    Unknown(draw(sentences)),
                    replace(delta, families=families, left_out=draw(st.sampled_from([0, 2, None]))),
                ]
            )
        )

    assert whole.verdicts is not None
    title = draw(sentences)
    verdicts = tuple(
        BothVerdicts(replace(one.stated, sentence=title, name=None), one.old, one.new) for one in whole.verdicts
    )
    return replace(
        whole, gained=part(whole.gained), lost=part(whole.lost), verdicts=draw(st.sampled_from([None, verdicts]))
    )


@given(differences(), st.sampled_from([None, "equivalent", "no-new-access", "no-lost-access"]))
@settings(max_examples=examples(60))
def test_every_format_of_a_comparison_says_the_same(found: Difference, requirement: str | None) -> None:
    value = difference_value(found, requirement)  # type: ignore[arg-type]  # hypothesis draws a plain text
    jsonschema.Draft202012Validator(difference_schema()).validate(value)
    rendering = rendering_of(value, HERE)
    code = found.exit_code(requirement or "equivalent")  # type: ignore[arg-type]  # a plain text, as above

    log = sarif(rendering.render("sarif"))
    assert log["invocations"][0]["exitCode"] == value["exitCode"] == code
    of = {"NQ010": "gained", "NQ011": "lost"}
    listed = Counter(of[one["ruleId"]] for one in log["results"] if one["ruleId"] in of)
    sizes = {sign: len(part.families or (1,)) for sign, part in found.deltas}
    assert listed == Counter(sizes)
    unknown = [sign for sign in SIGNS if isinstance(getattr(found, sign), Unknown)]
    assert sum(one["ruleId"] == "NQ012" for one in log["results"]) == len(unknown)
    assert sum(one["ruleId"] == "NQ013" for one in log["results"]) == len(found.changed_verdicts)
    assert any(one["level"] == "error" for one in log["results"]) == (code != 0)

    annotations = commands(rendering.render("github"))[:-1]
    assert [one.properties["title"] for one in annotations] == [one["ruleId"] for one in log["results"]]
    assert [one["check_name"] for one in gitlab(rendering.render("gitlab"))] == [
        one["ruleId"] for one in log["results"]
    ]

    cases = junit(rendering.render("junit"))
    assert len(cases) == 2 + len(found.verdicts or ())
    states = [case.state for case in cases]
    assert ("failure" in states) == (code == 1)
    assert (code == 2) == ("error" in states and "failure" not in states)
    assert sum(state == "skipped" for state in states[2:]) == len(found.changed_verdicts)

    shown = html_data(rendering.render("html"))
    assert len(shown["cases"]) == len(cases)
    flows = {sign: len(one["flows"]) for sign, one in zip(SIGNS, shown["cases"], strict=False)}
    assert flows == {sign: 2 * sizes.get(sign, 0) for sign in SIGNS}

    read = page(rendering.render("markdown"), DIFFERENCE_MARKER)
    rows = Counter(row[0] for row in read.rows) if sizes else Counter[str]()
    assert rows == Counter(sizes)
    assert f"Network policies: {found.outcome}." in read.text
    assert rendering.render("text").startswith(f"{found.outcome}: ")


@given(differences())
@settings(max_examples=examples(20))
def test_a_saved_comparison_renders_as_the_run_did(found: Difference) -> None:
    value = difference_value(found, "no-new-access")
    saved = Rendering(read_saved(json.dumps(value)), HERE)
    for form in ("json", "sarif", "junit", "github", "gitlab", "markdown", "html", "text"):
        assert saved.render(form) == rendering_of(value, HERE).render(form)
    assert saved.render("text") == render_difference(found, requirement="no-new-access")
    assert saved.render("text", quiet=True) == render_difference(found, requirement="no-new-access", quiet=True)
