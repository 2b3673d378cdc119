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
from support.results import check_result, every_kind

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
