"""Reachability tables of upstream suites: every engine agrees with every row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netqed.analysis.flows import Engine, evaluate_flows, parse_flows
from netqed.analysis.pinned import EncodingJudge
from netqed.resources.load import load
from netqed.sources.read import read
from support.oracles import MISSING, ROOT, Case, cases

CASES = cases("flows")

FEWEST_CASES = 140
FEWEST_ROWS = 640
SUITES = {"ahmetb-recipes", "cyclonus", "doc-normative", "k8s-e2e-netpol", "knp-engine"}

ANSWERS = ("allowed", "ingress_allowed", "egress_allowed")


def test_there_are_cases() -> None:
    if not ROOT.is_dir():
        pytest.skip(MISSING)
    rows = [row for case in CASES for row in case.expected["expect"]]
    assert len(CASES) >= FEWEST_CASES
    assert len(rows) >= FEWEST_ROWS
    assert {case.suite for case in CASES} >= SUITES
    assert {row["allowed"] for row in rows} == {True, False}
    assert any("egress_allowed" in row for row in rows)


@pytest.mark.parametrize("engine", ["reference", "both"])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_every_row_is_answered_as_expected(case: Case, engine: Engine) -> None:
    rows: list[dict[str, Any]] = case.expected["expect"]
    questions = [{key: value for key, value in row.items() if key not in ANSWERS} for row in rows]
    answers = evaluate_flows(
        load(read(case.paths, blank_files=True)),
        parse_flows("\n".join(map(json.dumps, questions)), "expect"),
        engine=engine,
        evidence=True,
        smt=EncodingJudge(),
    )
    for row, answer in zip(rows, answers, strict=True):
        given = {key: answer[key] for key in row}
        assert given == row, f"evidence: {json.dumps(answer['evidence'], indent=1)}"
