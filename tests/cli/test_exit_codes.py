"""Every way a run can end has its documented exit code, and says what it must on the right stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from netqed import api
from netqed.analysis.disagreement import Disagreement
from netqed.analysis.results import CheckResult
from netqed.cli import cli
from netqed.plugins.matters import SPEC
from netqed.reference.flow import AddressEnd, Flow, PodEnd, World
from netqed.sources.position import InputError, Position, Problem
from netqed.spec.document import Spec
from support.results import check_result, every_kind, policy

Check = Callable[..., CheckResult]


def with_statuses(*statuses: str) -> CheckResult:
    one = every_kind()
    return check_result(replace(one, results=tuple(r for r in one.results if r.status in statuses)))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run a command in an empty folder; `outcome` is what the check gives, or raises."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, outcome: CheckResult | BaseException | None = None, **more: Any) -> Result:
        def check(*_: object, **__: object) -> CheckResult:
            if isinstance(outcome, BaseException):
                raise outcome
            assert outcome is not None
            return outcome

        if outcome is not None:
            monkeypatch.setattr(api, "check", check)
            monkeypatch.setattr(api, "load_spec", lambda *_, **__: Spec("netqed.yaml"))
        return CliRunner().invoke(cli, list(args), **more)

    return run


@pytest.mark.parametrize(
    ("statuses", "code", "zeroed"),
    [
        (("ok", "accepted", "allowed-empty", "unexpected"), 0, 0),
        (("ok", "failed", "unknown"), 1, 0),
        (("expired",), 1, 0),
        (("ok", "unknown"), 2, 0),
        ((), 4, 4),
    ],
)
def test_verdicts(run: Callable[..., Result], statuses: tuple[str, ...], code: int, zeroed: int) -> None:
    outcome = with_statuses(*statuses)
    assert run("check", "x", outcome=outcome).exit_code == code
    assert run("check", "x", "--exit-zero", outcome=outcome).exit_code == zeroed
    assert run("check", "x", "-o", "json", outcome=outcome).exit_code == code


def test_bad_input_prints_all_problems_and_no_verdict(run: Callable[..., Result]) -> None:
    problems = [Problem("first", Position("a.yaml", 2, 1)), Problem("second", Position("b.yaml", 1, 1))]
    result = run("check", "x", "--exit-zero", outcome=InputError(problems))
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "error: first" in result.stderr
    assert "--> b.yaml:1:1" in result.stderr
    assert result.stderr.rstrip().endswith("2 errors: nothing was checked")


@pytest.mark.parametrize(
    "args",
    [
        ("check", "--no-such-option"),
        ("chekc",),
        ("check", "--scope", "sometimes"),
        ("check", "--cni", "calico"),
        ("check", "-o", "xml"),
        ("check", "-o", "json="),
        ("check", "-o", "json", "-o", "text"),
        ("check", "-o", "json=a", "-o", "text=a"),
        ("check", "--rlimit", "0"),
        ("check", "-", "--spec", "-"),
        ("check", "-", "-f", "-"),
        ("check", "-", "-k", "dir"),
        ("check",),
        ("check", "--spec", "missing.yaml", "x"),
        ("prove",),
        ("eval", "x"),
        ("eval", "-", "--flows", "-"),
        ("eval", "x", "--flows", "missing.jsonl"),
        ("schema", "nothing"),
    ],
)
def test_usage_errors_are_3_not_2(run: Callable[..., Result], args: tuple[str, ...]) -> None:
    result = run(*args)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr


def test_misspelt_command_gets_a_suggestion(run: Callable[..., Result]) -> None:
    assert "did you mean `check`?" in run("chekc").stderr


def test_a_path_in_the_place_of_a_command_gets_a_suggestion(run: Callable[..., Result]) -> None:
    Path("k8s").mkdir()
    assert "did you mean `check k8s`?" in run("k8s").stderr


def test_a_bug_is_5_with_one_line(run: Callable[..., Result]) -> None:
    result = run("check", "x", outcome=RuntimeError("boom"))
    assert result.exit_code == 5
    assert result.stdout == ""
    assert "internal error: RuntimeError: boom" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("check", "x", "-v", outcome=RuntimeError("boom")).stderr


def test_a_disagreement_is_5_and_leaves_a_bundle(run: Callable[..., Result]) -> None:
    flow = Flow(PodEnd("shop", {"app": "api"}, ip_address("10.0.0.1")), AddressEnd(ip_address("1.1.1.1")), 6, 443)
    world = World((policy(),), {"shop": {"team": "a"}}, {"n": (ip_address("10.9.0.1"),)})
    outcome = Disagreement(flow, world, reference=(True, False), encoding=(True, True))
    result = run("check", "x", outcome=outcome)
    assert result.exit_code == 5
    (folder,) = Path().glob("netqed-bug-*")
    assert str(folder) in result.stderr
    found = json.loads((folder / "disagreement.json").read_text())
    assert found["evaluator"] == {"ingress": True, "egress": False}
    assert found["encoding"] == {"ingress": True, "egress": True}
    assert found["source"]["labels"] == {"app": "api"}
    assert {name for name, yes in found["reading"].items() if yes} == {matter.value for matter in SPEC.yes}
    items = json.loads((folder / "manifests.json").read_text())["items"]
    assert [item["kind"] for item in items] == ["Namespace", "NetworkPolicy"]


def test_interrupt_is_130(run: Callable[..., Result]) -> None:
    result = run("check", "x", outcome=KeyboardInterrupt())
    assert (result.exit_code, result.stdout) == (130, "")
    assert "interrupted" in result.stderr


def test_a_file_report_comes_beside_the_text(run: Callable[..., Result]) -> None:
    result = run("check", "x", "-o", "json=out.json", "-o", "text=out.txt", outcome=check_result())
    assert result.stdout.splitlines()[-1].startswith("10 invariants")
    assert json.loads(Path("out.json").read_text())["exitCode"] == 1
    assert Path("out.txt").read_text() == result.stdout
    assert sorted(path.name for path in Path().iterdir()) == ["out.json", "out.txt"]


def test_a_report_that_cannot_be_written_is_3_and_nothing_is_printed(run: Callable[..., Result]) -> None:
    result = run("check", "x", "-o", "json=missing/out.json", outcome=check_result())
    assert (result.exit_code, result.stdout) == (3, "")
    assert "missing/out.json" in result.stderr


def test_a_link_is_written_through_and_a_device_is_left_in_place(run: Callable[..., Result]) -> None:
    Path("link").symlink_to("target")
    result = run("check", "x", "-o", "json=link", "-o", "text=/dev/null", outcome=check_result())
    assert result.exit_code == 1
    assert Path("link").is_symlink()
    assert json.loads(Path("target").read_text())["version"] == 1
    assert Path("/dev/null").is_char_device()


def test_kustomize_missing(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("check", "-k", "overlay")
    assert result.exit_code == 3
    assert "needs kubectl or kustomize" in result.stderr


def test_kustomize_is_rendered_and_its_failure_is_told(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1 $2" = "kustomize good" ] || { echo "no such overlay" >&2; exit 1; }\necho ---\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    seen: dict[str, Any] = {}

    def check(paths: Any, **more: Any) -> CheckResult:
        seen.update(more, paths=paths)
        return check_result()

    monkeypatch.setattr(api, "check", check)
    monkeypatch.setattr(api, "load_spec", lambda *_, **__: Spec())
    assert run("check", "-k", "good").exit_code == 1
    assert (seen["paths"], seen["settings"].stdin) == (("-",), "---\n")
    failed = run("check", "-k", "bad")
    assert failed.exit_code == 3
    assert "no such overlay" in failed.stderr


def test_options_reach_the_question(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def check(paths: Any, **more: Any) -> CheckResult:
        seen.update(more, paths=paths)
        return check_result()

    monkeypatch.setattr(api, "check", check)
    monkeypatch.setattr(api, "load_spec", lambda *_, **__: Spec())
    run("check", "a", "-f", "b", "-R", "-n", "team", "--scope", "now", "--cni", "spec", "--rlimit", "9",
        "--ignore-unknown-policies", "CiliumNetworkPolicy")  # fmt: skip
    settings = seen["settings"]
    assert seen["paths"] == ("a", "b")
    assert (settings.namespace, settings.scope, settings.rlimit) == ("team", "now", 9)
    assert settings.ignore_unknown == ("CiliumNetworkPolicy",)


@pytest.mark.parametrize(
    ("args", "message", "help_"),
    [
        (("check", "--spce", "x"), "no such option", "netqed check"),
        (("check", "--scope", "ever"), "invalid value for '--scope'", "netqed check"),
        (("prove",), "missing argument 'SENTENCE'", "netqed prove"),
        (("chekc",), "no command 'chekc': did you mean `check`?", "netqed"),
    ],
)
def test_a_usage_error_looks_like_any_other(args: tuple[str, ...], message: str, help_: str) -> None:
    done = CliRunner().invoke(cli, args, prog_name="netqed")
    lines = done.stderr.splitlines()
    assert done.exit_code == 3
    assert lines[0].startswith(f"error: {message}")
    assert lines[1] == f"   = help: see `{help_} --help`"
    assert lines[-1] == "1 error: nothing was checked"
