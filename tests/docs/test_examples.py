"""The examples of specs/ say what their pages claim, by the workloads and lines that they name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from netqed import api
from netqed.analysis.results import CheckResult, Proved, Refuted, Result
from support.console import ROOT

SPECS = ROOT / "specs"
BROKEN = ("analytics cannot reach payments", "only checkout can reach payments-api")


def _check(folder: Path) -> CheckResult:
    return api.check([folder], spec=api.load_spec(folder / "netqed.yaml"))


def _results(folder: Path) -> dict[str, Result]:
    return {one.stated.sentence: one for one in _check(folder).inputs[0].results}


def _code_lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def broken() -> dict[str, Result]:
    return _results(SPECS / "payments-broken")


def test_every_invariant_of_payments_is_proved() -> None:
    result = _check(SPECS / "payments")
    assert result.exit_code == 0
    assert {type(one.verdict) for one in result.inputs[0].results} == {Proved}


def test_payments_rests_on_its_assumption_only_where_the_label_decides() -> None:
    results = _results(SPECS / "payments")
    assumption = "every namespace has label name with its own name"
    only = results["only checkout can reach payments-api"].verdict
    assert isinstance(only, Proved)
    assert assumption in only.rests_on
    declared = results["analytics cannot reach payments"].verdict
    assert isinstance(declared, Proved)
    assert assumption not in declared.rests_on


def test_both_examples_state_the_same_spec() -> None:
    assert _code_lines(SPECS / "payments" / "netqed.yaml") == _code_lines(SPECS / "payments-broken" / "netqed.yaml")


def test_exactly_the_two_invariants_are_refuted(broken: dict[str, Result]) -> None:
    assert tuple(s for s, one in broken.items() if isinstance(one.verdict, Refuted)) == BROKEN
    assert all(isinstance(one.verdict, Proved) for s, one in broken.items() if s not in BROKEN)


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_real_workload_refutes_it_at_the_namespace_selector(broken: dict[str, Result], sentence: str) -> None:
    verdict = broken[sentence].verdict
    assert isinstance(verdict, Refuted)
    witness = verdict.witness
    assert witness.real
    assert witness.destination.name == "payments/deployment/payments-api"
    assert witness.traffic == "TCP/8080"
    (match,) = witness.decision.ingress.matches
    assert match.policy.document is not None
    place = match.policy.document.span(match.path).start
    lines = Path(place.file).read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1] == "        - namespaceSelector:"
    assert Path(place.file).name == "payments-api.yaml"


def test_analytics_is_named(broken: dict[str, Result]) -> None:
    verdict = broken["analytics cannot reach payments"].verdict
    assert isinstance(verdict, Refuted)
    assert verdict.witness.source.name == "analytics/deployment/etl"


def test_without_namespaces_and_assumption_a_pod_that_does_not_exist_yet_refutes_payments(tmp_path: Path) -> None:
    shutil.copytree(SPECS / "payments", tmp_path / "payments")
    (tmp_path / "payments" / "manifests" / "namespaces.yaml").unlink()
    result = api.prove("analytics cannot reach payments", [tmp_path / "payments"])
    assert result.exit_code == 1
    verdict = result.inputs[0].results[0].verdict
    assert isinstance(verdict, Refuted)
    assert not verdict.witness.source.exists
    assert "every namespace has label name with its own name" in verdict.closers


def test_first_policy_holds_with_two_known_holes() -> None:
    result = _check(SPECS / "first-policy")
    assert result.exit_code == 0
    accepted = {one.stated.sentence for one in result.inputs[0].results if one.status == "accepted"}
    assert accepted == {"only prod-backend can reach prod-database", "dev cannot reach prod-database"}
    assert all(one.status in ("ok", "accepted") for one in result.inputs[0].results)


def test_first_policy_speaks_of_every_pair_of_workloads() -> None:
    spec = (SPECS / "first-policy" / "netqed.yaml").read_text(encoding="utf-8")
    for other in ("prod-frontend", "prod-database", "dev-frontend", "dev-backend", "dev-database"):
        assert f"{other} cannot reach prod-backend" in spec
