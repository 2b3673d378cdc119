"""netqed.testing, in test suites that a user would write, run by pytest and by unittest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netqed import api
from netqed.testing import (
    BadInput,
    LoadedCluster,
    NotProved,
    assert_can_reach,
    assert_cannot_reach,
    assert_holds,
    assert_isolated,
    assert_only_can_reach,
    load,
)
from support.console import ROOT

pytest_plugins = ["pytester"]

GOOD, BROKEN = ROOT / "specs" / "payments", ROOT / "specs" / "payments-broken"


@pytest.fixture(scope="module")
def good() -> LoadedCluster:
    return load(GOOD)


@pytest.fixture(scope="module")
def broken() -> LoadedCluster:
    return load(BROKEN / "manifests")


HOLDS: list[tuple[Callable[..., None], tuple[str, ...], dict[str, Any]]] = [
    (assert_cannot_reach, ("analytics", "payments"), {}),
    (assert_cannot_reach, ("analytics", "payments"), {"scope": "now", "ports": "TCP/8080", "cni": "calico"}),
    (assert_can_reach, ("checkout", "payments-api"), {"ports": "TCP/8080"}),
    (assert_can_reach, ("payments", "dns"), {"ports": ["UDP/53", "TCP/53"]}),
    (assert_only_can_reach, ("checkout", "payments-api"), {}),
    (assert_isolated, ("payments", "analytics"), {}),
    (assert_isolated, ("payments", "web/app=frontend"), {"ports": "SCTP"}),
    (assert_holds, ("payments cannot reach internet except 198.51.100.10/32 on TCP/443",), {}),
]
"""Each assertion with arguments that it holds for in specs/payments."""


@pytest.mark.parametrize(("check", "sides", "options"), HOLDS, ids=lambda part: getattr(part, "__name__", None))
def test_what_is_proved_passes(
    good: LoadedCluster, check: Callable[..., None], sides: tuple[str, ...], options: dict[str, Any]
) -> None:
    check(good, *sides, **options)


FAILS: list[tuple[Callable[..., None], tuple[str, ...], dict[str, Any], str]] = [
    (assert_cannot_reach, ("analytics", "payments"), {}, "analytics cannot reach payments"),
    (
        assert_cannot_reach,
        ("analytics", "payments"),
        {"ports": ["TCP/80", "TCP/8080"], "scope": "now", "cni": "spec"},
        "analytics cannot reach payments on TCP/80, TCP/8080",
    ),
    (assert_can_reach, ("checkout", "payments"), {"ports": "TCP/1"}, "checkout can reach payments on TCP/1"),
    (assert_only_can_reach, ("checkout", "payments-api"), {}, "only checkout can reach payments-api"),
    (assert_isolated, ("payments",), {}, "payments is isolated"),
    (assert_isolated, ("payments", "analytics"), {}, "payments is isolated from analytics"),
    (assert_holds, ("analytics is isolated",), {}, "analytics is isolated"),
]
"""Each with arguments that specs/payments-broken refutes, and the sentence that the failure is about."""


@pytest.mark.parametrize(("check", "sides", "options", "sentence"), FAILS)
def test_what_is_refuted_fails_as_its_sentence_does(
    broken: LoadedCluster,
    check: Callable[..., None],
    sides: tuple[str, ...],
    options: dict[str, Any],
    sentence: str,
) -> None:
    with pytest.raises(NotProved) as failure:
        check(broken, *sides, **options)
    assert str(failure.value).startswith(f'error[NQ001]: refuted: "{sentence}"\n')
    (result,) = failure.value.result.inputs[0].results
    assert result.verdict.word == "refuted"
    stated = api.prove(
        sentence,
        [BROKEN / "manifests"],
        spec=broken.spec,
        settings=api.Settings(scope=options.get("scope"), cni=options.get("cni")),
    )
    assert stated.inputs[0].results == (result,)


def test_what_is_vacuous_fails(broken: LoadedCluster) -> None:
    with pytest.raises(NotProved, match="vacuous"):
        assert_cannot_reach(broken, "analytics/app=nothing", "payments")


def test_what_is_unknown_fails_and_says_so() -> None:
    with pytest.raises(NotProved) as failure:
        assert_cannot_reach(load(BROKEN / "manifests", spec=api.Spec(), rlimit=1), "analytics", "payments")
    assert str(failure.value).startswith('error[NQ003]: unknown: "analytics cannot reach payments"\n')
    assert "budget" in str(failure.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: assert_cannot_reach(c, "analitics", "payments"), "did you mean 'analytics'"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments except 10.0.0.0/8"), "more than two sides"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments on TCP/1"), "more than two sides"),
        (lambda c: assert_can_reach(c, "only analytics", "payments"), "more than two sides"),
        (lambda c: assert_isolated(c, "payments is isolated from analytics"), "expected"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments", ports="TCP/1 except internet"), "expected"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments", ports=""), "expected"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments", ports=[]), "expected"),
        (lambda c: assert_cannot_reach(c, "", "payments"), "expected"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments", scope="sometimes"), "no scope 'sometimes'"),
        (lambda c: assert_cannot_reach(c, "analytics", "payments", cni="no-such-plugin"), "no-such-plugin"),
        (lambda c: assert_holds(c, "analytics payments"), "expected"),
    ],
)
def test_wrong_arguments_are_no_verdict(
    broken: LoadedCluster, call: Callable[[LoadedCluster], None], message: str
) -> None:
    with pytest.raises(BadInput) as failure:
        call(broken)
    assert message in str(failure.value)
    assert not isinstance(failure.value, AssertionError)


def test_the_spec_is_found_named_or_left_out(tmp_path: Path) -> None:
    assert "checkout" in load(GOOD / "manifests").spec.groups
    shutil.copytree(BROKEN / "manifests", tmp_path / "manifests")
    (tmp_path / ".git").mkdir()
    assert load(tmp_path).spec == api.Spec()
    assert "checkout" in load(tmp_path, spec=GOOD / "netqed.yaml").spec.groups
    assert load(GOOD, spec=api.Spec()).spec.groups == {}


def test_without_paths_the_spec_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(GOOD)
    assert repr(load()) == repr(load("manifests")) == "<cluster: 4 policies, 6 workloads>"
    spec = tmp_path / "netqed.yaml"
    spec.write_text("inputs: {a: [x], b: [y]}\ninvariants: [analytics cannot reach payments]\n")
    with pytest.raises(BadInput, match="several inputs"):
        load(spec=spec)


def test_bad_manifests_are_errors_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelectr: {}}\n"
    )
    with pytest.raises(BadInput, match=r"policy\.yaml:4:"):
        load(tmp_path)
    with pytest.raises(BadInput):
        load(tmp_path / "missing")


def test_failures_read_like_the_text_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from netqed.testing import assert_cannot_reach, load

        cluster = load({str(BROKEN)!r})

        def test_analytics():
            assert_cannot_reach(cluster, "analytics", "payments")

        def test_internet():
            assert_cannot_reach(cluster, "internet", "payments")

        def test_misspelt():
            assert_cannot_reach(cluster, "analitics", "payments")
        """
    )
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--tb=auto")
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(
        [
            '>       assert_cannot_reach(cluster, "analytics", "payments")',
            'E       netqed.testing.NotProved: error[[]NQ001[]]: refuted: "analytics cannot reach payments"',
            "E          = counterexample: analytics/deployment/etl -> payments/deployment/payments-api *",
            "E         --> *payments-api.yaml:14:11   ingress rule 1 of policy payments/payments-api allows it *",
            "E       14 |         - namespaceSelector:",
            "E          |           ^^^^^^^^^^^^^^^^^^ matches every namespace with tier=apps, so also analytics",
            "test_failures_read_like_the_text_report.py:6: NotProved",
            "E       netqed.testing.BadInput: error: no group or namespace 'analitics'",
            "E          = help: did you mean 'analytics'?",
        ]
    )
    # Only the user's own lines: nothing of netqed's source between them and the report.
    assert "__tracebackhide__" not in done.stdout.str()
    assert "netqed/testing.py" not in done.stdout.str()


def test_what_cannot_be_read_is_an_error_of_the_module(pytester: pytest.Pytester) -> None:
    pytester.makepyfile('from netqed.testing import load\n\ncluster = load("missing/")\n')
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["E*netqed.testing.BadInput: error: *", "E*--> missing*", "E*nothing was checked"])
    assert "netqed/api.py" not in done.stdout.str()


def test_unittest_counts_failures_and_errors(tmp_path: Path) -> None:
    (tmp_path / "test_network.py").write_text(
        f"""\
import unittest
from netqed.testing import assert_cannot_reach, load

class Network(unittest.TestCase):
    def setUp(self):
        self.cluster = load({str(BROKEN)!r})

    def test_analytics(self):
        assert_cannot_reach(self.cluster, "analytics", "payments")

    def test_misspelt(self):
        assert_cannot_reach(self.cluster, "analitics", "payments")
"""
    )
    done = subprocess.run(
        [sys.executable, "-m", "unittest", "test_network"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == "FAILED (failures=1, errors=1)"
    assert 'NotProved: error[NQ001]: refuted: "analytics cannot reach payments"' in done.stderr


def test_importing_it_loads_no_solver_and_no_pytest() -> None:
    code = "import sys, netqed.testing; print(sorted({'z3', 'pytest', 'lark'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
