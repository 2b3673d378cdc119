"""The reports on the examples of specs/, to the letter."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from netqed import api
from netqed.analysis.results import CheckResult
from netqed.report.json import render_json
from netqed.report.schema import report_schema
from netqed.report.text import render_text
from support.golden import assert_golden

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ("first-policy", "payments", "payments-broken")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def settled(result: CheckResult) -> CheckResult:
    """The result without what differs from run to run, or with every touch of a file."""
    inputs = tuple(replace(one, basis=replace(one.basis, digest="0" * 64)) for one in result.inputs)
    return replace(result, inputs=inputs, seconds=0.0)


def checked(example: str) -> CheckResult:
    return settled(api.check([f"specs/{example}"], spec=api.load_spec(near=f"specs/{example}")))


@pytest.mark.parametrize("example", EXAMPLES)
def test_text(example: str) -> None:
    assert_golden(f"specs-{example}.txt", render_text(checked(example)))


@pytest.mark.parametrize("example", EXAMPLES)
def test_json_conforms(example: str) -> None:
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(render_json(checked(example))))


def test_json() -> None:
    assert_golden("specs-payments-broken.json", render_json(checked("payments-broken")))


def test_what_would_mend_it() -> None:
    """The two items made one, and the namespace named: with the first alone, analytics could still label a pod so."""
    spec = api.load_spec(near="specs/payments-broken")
    result = settled(api.check(["specs/payments-broken"], spec=spec, settings=api.Settings(mend=True)))
    assert_golden("specs-payments-broken-mend.txt", render_text(result, quiet=True))
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(render_json(result)))


def test_a_pod_that_does_not_exist_yet() -> None:
    """The policy of specs/payments trusts a label that nobody guards once namespaces and assumption are gone."""
    paths = [f"specs/payments/manifests/{name}" for name in ("analytics.yaml", "payments.yaml", "web.yaml", "policies")]
    result = settled(api.prove("analytics cannot reach payments", paths))
    assert_golden("specs-payments-hypothetical.txt", render_text(result))


def test_what_must_keep_working_and_does_not() -> None:
    result = settled(api.prove("analytics can reach payments on TCP/8080", ["specs/payments"]))
    assert_golden("specs-payments-blocked.txt", render_text(result, quiet=True))


def test_the_right_peer_on_the_wrong_port() -> None:
    result = settled(api.prove("web/app=checkout can reach payments/app=payments-api on TCP/9090", ["specs/payments"]))
    assert_golden("specs-payments-wrong-port.txt", render_text(result, quiet=True))


def test_what_nothing_isolates() -> None:
    result = settled(api.prove("dev cannot reach prod/app=database", ["specs/first-policy"]))
    assert_golden("specs-first-policy-open.txt", render_text(result, quiet=True))
