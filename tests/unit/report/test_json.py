"""The JSON report conforms to its schema and leaves nothing out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from netqed.report.json import render_json
from netqed.report.schema import report_schema
from netqed.resources.cluster import Note
from netqed.sources.position import Position, Span
from support.results import CANNOT, Proved, Refuted, Result, allowed_witness, check_result, every_kind

VALIDATOR = jsonschema.Draft202012Validator(report_schema())


def report() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(render_json(check_result()))
    return value


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_every_verdict_conforms() -> None:
    VALIDATOR.validate(report())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.update(version=2),
        lambda r: r.pop("complete"),
        lambda r: r["inputs"][0]["results"][0].update(verdict="true"),
        lambda r: r["inputs"][0]["results"][0].update(evidence={"reason": "x"}),
        lambda r: r["inputs"][0]["results"][1]["evidence"].update(extra=1),
        lambda r: r["inputs"][0]["results"][1]["place"].update(line=0),
    ],
)
def test_the_schema_rejects(spoil: Any) -> None:
    value = report()
    spoil(value)
    assert not VALIDATOR.is_valid(value)


def test_evidence_of_a_refutation() -> None:
    result = report()["inputs"][0]["results"][1]
    witness = result["evidence"]["witness"]
    assert (result["verdict"], result["status"], result["code"]) == ("refuted", "failed", "NQ001")
    assert (witness["source"]["name"], witness["destination"]["name"]) == (
        "batch/deployment/report",
        "shop/deployment/api",
    )
    match = witness["ingress"]["matches"][0]
    assert match["path"] == "spec.ingress[0].from[0]"
    assert (match["place"]["file"], match["place"]["line"], match["place"]["column"]) == ("k8s/api.yaml", 13, 11)


def test_passed_over_policies_make_it_incomplete() -> None:
    one = every_kind()
    ignoring = replace(one, basis=replace(one.basis, ignored=(Note("CiliumNetworkPolicy a/b"),)))
    value = json.loads(render_json(check_result(one, ignoring)))
    assert value["complete"] is False
    assert [each["complete"] for each in value["inputs"]] == [True, False]
    VALIDATOR.validate(value)


def test_same_result_same_bytes() -> None:
    assert render_json(check_result()) == render_json(check_result())


def test_what_rests_on_something_invented_is_told_apart() -> None:
    evidence = [result["evidence"] for result in report()["inputs"][0]["results"]]
    told = [(one["witness"]["real"], one["witness"]["restsOnInvented"]) for one in evidence if "witness" in one]
    assert (True, False) in told
    assert (False, True) in told
    end = replace(allowed_witness().source, namespace_exists=False, invented=("namespace label tier=front",))
    one = replace(every_kind(), results=(Result(CANNOT, "always", Refuted(allowed_witness(end)), "failed"),))
    value = json.loads(render_json(check_result(one)))
    VALIDATOR.validate(value)
    witness = value["inputs"][0]["results"][0]["evidence"]["witness"]
    assert (witness["real"], witness["restsOnInvented"]) == (True, True)


def test_notes_name_everything_and_what_narrows_is_among_them() -> None:
    folded = Note("3 objects: a and 2 more", "x.yaml", "3 objects: a, b, c")
    basis = replace(every_kind().basis, notes=(folded,), narrowing=(folded,), stated=2)
    value = json.loads(render_json(check_result(replace(every_kind(), basis=basis))))
    VALIDATOR.validate(value)
    told = value["inputs"][0]["basis"]
    assert told["notes"] == told["narrowing"] == [{"text": "3 objects: a, b, c", "place": "x.yaml"}]
    assert told["stated"] == 2


@pytest.mark.parametrize(
    ("column", "begins", "ends"),
    [(1, "0123", "6789…"), (25_000, "…", "…"), (49_999, "…0123", "6789")],
)
def test_a_very_long_line_is_cut_around_the_column(column: int, begins: str, ends: str) -> None:
    line = "0123456789" * 5_000
    span = Span(Position("a.json", 1, column), column + 5, line)
    one = replace(every_kind(), results=(Result(replace(CANNOT, span=span), "always", Proved(), "ok"),))
    value = json.loads(render_json(check_result(one)))
    VALIDATOR.validate(value)
    place = value["inputs"][0]["results"][0]["place"]
    assert place["column"] == column
    assert place["text"].startswith(begins) and place["text"].endswith(ends)
    assert len(place["text"].strip("…")) == 2_000
    assert line[column - 1 : column + 4] in place["text"]


def test_a_line_that_is_not_too_long_is_whole() -> None:
    line = "x" * 2_000
    span = Span(Position("a.json", 1, 1_999), 2_001, line)
    one = replace(every_kind(), results=(Result(replace(CANNOT, span=span), "always", Proved(), "ok"),))
    assert json.loads(render_json(check_result(one)))["inputs"][0]["results"][0]["place"]["text"] == line
