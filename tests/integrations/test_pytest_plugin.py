"""Specs as tests: `pytest netqed.yaml`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.console import ROOT

pytest_plugins = ["pytester"]

SPECS = ROOT / "specs"


def run(pytester: pytest.Pytester, *arguments: str | Path) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", *arguments)


def test_each_invariant_is_a_test(pytester: pytest.Pytester) -> None:
    done = run(pytester, "-vv", SPECS / "payments" / "netqed.yaml")
    done.assert_outcomes(passed=9)
    done.stdout.fnmatch_lines(["*netqed.yaml::analytics cannot reach payments PASSED*"])


def test_what_fails_reads_like_the_text_report(pytester: pytest.Pytester) -> None:
    done = run(pytester, SPECS / "payments-broken" / "netqed.yaml")
    done.assert_outcomes(passed=7, failed=2)
    done.stdout.fnmatch_lines(
        [
            'error[[]NQ001[]]: refuted: "analytics cannot reach payments"',
            "  --> *netqed.yaml:13:5",
            "   = counterexample: analytics/deployment/etl -> payments/deployment/payments-api *",
            "   |           ^^^^^^^^^^^^^^^^^^ matches every namespace with tier=apps, so also analytics",
            "1 invariant: 1 refuted *",
            "FAILED *netqed.yaml::analytics cannot reach payments*",
        ]
    )
    assert "Traceback" not in done.stdout.str() and "pytest_plugin.py" not in done.stdout.str()


def spec(folder: Path, text: str) -> Path:
    shutil.copytree(SPECS / "payments-broken" / "manifests", folder / "k8s")
    file = folder / "netqed.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_verdict_has_its_outcome(pytester: pytest.Pytester) -> None:
    file = spec(
        pytester.path,
        """\
manifests: [k8s/]
invariants:
  - {assert: analytics cannot reach payments, expect: refuted, name: accepted}
  - {assert: analytics cannot reach payments, expect: refuted, until: 2020-01-01, name: expired}
  - {assert: internet cannot reach payments, expect: refuted, name: unexpected}
  - {assert: analytics/app=nothing cannot reach payments, name: vacuous}
  - {assert: analytics/app=nothing cannot reach payments, allow-empty: true, name: empty}
  - {assert: internet cannot reach payments, name: "proved \\e[31m"}
""",
    )
    done = run(pytester, "-v", file)
    done.assert_outcomes(passed=2, failed=2, xfailed=2)
    outcomes = {
        "accepted": "XFAIL",
        "expired": "FAILED",
        "unexpected": "PASSED",
        "vacuous": "FAILED",
        "empty": "XFAIL",
        r"proved \x1b[[]31m": "PASSED",
    }
    done.stdout.fnmatch_lines([f"*netqed.yaml::{name} {outcome}*" for name, outcome in outcomes.items()])


def test_each_input_has_its_tests(pytester: pytest.Pytester) -> None:
    file = spec(pytester.path, "inputs: {a: [k8s/], b: [good/]}\ninvariants: [analytics cannot reach payments]\n")
    shutil.copytree(SPECS / "payments" / "manifests", pytester.path / "good")
    done = run(pytester, "-v", file)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*::a: analytics cannot reach payments FAILED*", "*::b: * PASSED*"])


@pytest.mark.parametrize(
    ("text", "outcome", "message"),
    [
        ("manifests: [k8s/]\ninvariants: [analytics payments]\n", {"errors": 1}, "*--> *netqed.yaml:2:*"),
        ("manifests: [k8s/]\ninvariants: [nobody cannot reach payments]\n", {"failed": 1}, "*'nobody'*"),
        ("manifests: [gone/]\ninvariants: [analytics cannot reach payments]\n", {"failed": 1}, "*--> *gone*"),
    ],
)
def test_bad_input_is_no_pass(pytester: pytest.Pytester, text: str, outcome: dict[str, int], message: str) -> None:
    done = run(pytester, spec(pytester.path, text))
    done.assert_outcomes(**outcome)
    done.stdout.fnmatch_lines([message, "*nothing was checked"])
    assert "Traceback" not in done.stdout.str()


def test_only_files_that_are_named_are_collected(pytester: pytest.Pytester) -> None:
    spec(pytester.path, "manifests: [k8s/]\ninvariants: [analytics cannot reach payments]\n")
    assert run(pytester).ret == run(pytester, pytester.path).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    shutil.copy("netqed.yaml", "strict.netqed.yaml")
    run(pytester, "strict.netqed.yaml").assert_outcomes(failed=1)
    assert run(pytester, "k8s/web.yaml").ret == pytest.ExitCode.USAGE_ERROR


def test_loading_it_loads_nothing_else() -> None:
    code = "import sys, netqed.pytest_plugin; print(sorted({'z3', 'yaml', 'lark', 'netqed.api'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
