"""action.yml, by executing its steps' scripts in bash as the runner does, with inputs that mean harm."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from support.action import ACTION, Forge, forge, outputs_of, use
from support.console import ROOT
from support.formats import sarif
from support.shell import shell_faults

STEPS = ACTION["runs"]["steps"]
PULL: dict[str, Any] = {"pull_request": {"number": 7}}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of what is wrong with specs/payments-broken."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "specs" / "payments-broken", folder)
    return folder


@pytest.fixture
def comments() -> Iterator[Forge]:
    with forge() as state:
        yield state


def test_inputs_reach_scripts_by_the_environment_alone() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", ""), step["name"]
        for name, value in step.get("env", {}).items():
            assert re.fullmatch(r"NETQED_[A-Z_]+", name)
            assert re.fullmatch(r"\$\{\{ [\w.-]+ \}\}", value)


def test_every_input_is_used_and_documented() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for name, one in ACTION["inputs"].items():
        assert f"inputs.{name} " in text
        assert one["description"] and one["default"] is not None
        assert f"`{name}`" in page
    assert [name for name in ACTION["outputs"] if f"`{name}`" not in page] == []


def test_other_actions_are_pinned() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) == 2
    for one in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one)


def test_scripts_are_clean(tmp_path: Path) -> None:
    for step in STEPS:
        if "run" in step:
            (tmp_path / "step.sh").write_text(step["run"] + "\n")
            assert shell_faults(tmp_path / "step.sh", "bash") == "", step["name"]


def test_a_refuted_invariant_fails_the_job(checkout: Path) -> None:
    run = use(checkout, PULL)
    assert run.failed == 1
    assert run.steps == ["Set up Python", "Install netqed", "Check the invariants", "Verdict"]
    assert run.outputs["result"] == "fails"
    assert (run.outputs["exit-code"], run.outputs["violated"], run.outputs["difference"]) == ("1", "2", "")
    assert "::error file=manifests/policies/payments-api.yaml,line=14," in run.log
    assert json.loads(Path(run.outputs["json-file"]).read_text())["counts"]["refuted"] == 2
    assert "analytics" in (checkout.parent / "runner" / "summary.md").read_text()
    assert not run.uploaded


def test_what_holds_passes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specs" / "payments", tmp_path / "checkout")
    run = use(tmp_path / "checkout", {})
    assert (run.failed, run.outputs["result"], run.outputs["violated"]) == (0, "holds", "0")


@pytest.mark.parametrize(
    ("fail_on", "args", "failed", "result"),
    [
        ("unknown", "", 1, "fails"),
        ("refuted", "", 1, "fails"),
        ("never", "", 0, "fails"),
        ("unknown", "--rlimit=1", 2, "unknown"),
        ("refuted", "--rlimit\n1", 0, "unknown"),
        ("never", "--rlimit=1", 0, "unknown"),
    ],
)
def test_what_fails_the_job_is_an_input(checkout: Path, fail_on: str, args: str, failed: int, result: str) -> None:
    spec = checkout / "netqed.yaml"
    spec.write_text("manifests: [manifests/]\ninvariants: [analytics cannot reach payments]\n")
    run = use(checkout, {}, fail_on=fail_on, args=args)
    assert (run.failed, run.outputs["result"]) == (failed, result)


def test_a_result_is_what_was_found_whatever_the_code(checkout: Path) -> None:
    run = use(checkout, {}, args="--exit-zero")
    assert (run.failed, run.outputs["exit-code"], run.outputs["result"], run.outputs["violated"]) == (
        0,
        "0",
        "fails",
        "2",
    )


def test_no_invariants_always_fail(checkout: Path, comments: Forge) -> None:
    (checkout / "netqed.yaml").write_text("manifests: [manifests/]\n")
    run = use(checkout, PULL, comments.url, fail_on="never", comment="true", sarif="true")
    assert (run.failed, run.outputs["result"], run.uploaded) == (4, "error", None)
    assert "no verdict" in comments.comments[0]["body"]


def test_bad_input_always_fails(checkout: Path, comments: Forge) -> None:
    (checkout / "manifests" / "web.yaml").write_text("kind: [\n")
    run = use(checkout, PULL, comments.url, fail_on="never", comment="true", sarif="true")
    assert (run.failed, run.outputs["result"], run.outputs["violated"]) == (3, "error", "")
    assert run.uploaded is None
    assert "web.yaml" in run.log
    (comment,) = comments.comments
    assert comment["body"].startswith("<!-- netqed-report -->\n**Network policies: no verdict.**")


@pytest.mark.parametrize(
    "inputs",
    [
        {"fail_on": "sometimes"},
        {"name": "a b"},
        {"name": "--> x"},
        {"working_directory": "missing"},
        {"diff": "manifests", "base": "main", "require": "peace"},
        {"diff": "manifests", "base": "--upload-pack=touch pwned"},
        {"diff": "manifests", "base": "no-such-branch"},
    ],
)
def test_wrong_inputs_fail_with_a_message(checkout: Path, inputs: dict[str, str]) -> None:
    run = use(checkout, {}, **inputs)
    assert run.failed == 3
    assert "::error title=netqed::" in run.log
    assert not list(checkout.rglob("pwned"))


def test_findings_are_uploaded(checkout: Path) -> None:
    run = use(checkout, PULL, sarif="true", name="prod", fail_on="never")
    assert run.uploaded is not None
    assert run.uploaded["category"] == "netqed-prod"
    assert run.uploaded["sarif_file"] == run.outputs["sarif-file"]
    assert len(sarif(Path(run.uploaded["sarif_file"]).read_text())["results"]) == 2


HOSTILE = (
    "a b",
    "it's",
    'say "x"',
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "&& touch pwned",
    "*",
    "-v",
    "--help",
    "$HOME",
    "\\",
    "%0A::warning::x",
    "${{ github.token }}",
    "EOF",
)
"""Names that a shell, a command line or the runner could take for something else; each can be the name of a file."""


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_input_is_run(checkout: Path, text: str) -> None:
    inside = checkout / text
    inside.mkdir()
    (checkout / "manifests").rename(inside / text)
    (checkout / "netqed.yaml").rename(inside / f"{text}.yaml")
    run = use(checkout, {}, working_directory=text, paths=text, spec=f"{text}.yaml", args=f"--filename={text}")
    assert (run.failed, run.outputs["violated"]) == (1, "2"), run.log
    assert not list(checkout.parent.rglob("pwned"))
    assert "::warning::x" not in run.log.splitlines()


@pytest.mark.parametrize("name", [name for name in ACTION["inputs"] if name not in ("token",)])
@pytest.mark.parametrize("text", ["--x=$(touch pwned)\"; touch pwned; '", "a\nb=c\n::set-output name=x::y"])
def test_no_input_runs_anything(checkout: Path, name: str, text: str) -> None:
    """Whatever an input means, and wherever it is wrong."""
    others = {"diff": "manifests", "base": "main"} if name in ("base", "diff", "require", "diff-args") else {}
    run = use(checkout, {}, **{**others, name.replace("-", "_"): text})
    assert not list(checkout.parent.rglob("pwned"))
    assert set(run.outputs) == set(ACTION["outputs"])
    assert "b" not in run.outputs.values() and "c" not in run.outputs.values()
    assert not any(line.lstrip().startswith("::set-output") for line in run.log.splitlines())


def test_paths_and_arguments_stand_on_a_line_each(checkout: Path) -> None:
    (checkout / "manifests" / "policies").rename(checkout / "some policies")
    run = use(checkout, {}, paths="manifests\r\n\n  \nsome policies\n", args="--cni\ncalico\n--scope\nnow")
    assert (run.outputs["result"], run.failed) == ("fails", 1)
    run = use(checkout, {}, paths="manifests\nsome policies", args="--cni calico")
    assert run.failed == 3


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def change(tmp_path: Path) -> tuple[Path, str]:
    """A shallow clone of a change that opens more than its base does, and the base, which the clone lacks."""
    origin = tmp_path / "origin"
    shutil.copytree(ROOT / "specs" / "payments", origin)
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "base")
    base = git(origin, "rev-parse", "HEAD")
    policy = origin / "manifests" / "policies" / "payments-api.yaml"
    policy.write_text(policy.read_text().replace("port: 8080", "port: 8080, endPort: 8090"))
    git(origin, "checkout", "-q", "-b", "change")
    git(origin, "commit", "-q", "-a", "-m", "change")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", origin.as_uri(), "checkout")
    return tmp_path / "checkout", base


def test_a_change_is_compared_with_its_base(change: tuple[Path, str], comments: Forge) -> None:
    checkout, base = change
    event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    run = use(checkout, event, comments.url, diff="manifests", comment="true", fail_on="never")
    assert (run.failed, run.outputs["difference"]) == (0, "wider"), run.log
    assert [one["body"].split("\n")[0] for one in comments.comments] == [
        "<!-- netqed-report -->",
        "<!-- netqed-diff -->",
    ]
    assert "wider" in comments.comments[1]["body"]
    assert "::error" not in run.log
    assert "<!-- netqed-diff -->" in (checkout.parent / "runner" / "summary.md").read_text()
    gate = use(checkout, event, diff="manifests", fail_on="never", require="no-new-access")
    assert (gate.failed, gate.outputs["difference"]) == (1, "wider")
    assert "::error file=manifests/policies/payments-api.yaml" in gate.log
    passed = use(checkout, event, diff="manifests", fail_on="never", require="no-lost-access")
    assert passed.failed == 0
    assert use(checkout, event, diff="manifests", fail_on="never", base="main").outputs["difference"] == "wider"


def test_a_comparison_that_fails_says_so(change: tuple[Path, str], comments: Forge) -> None:
    checkout, base = change
    event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    run = use(checkout, event, comments.url, diff="missing", comment="true", fail_on="never")
    assert (run.failed, run.outputs["difference"]) == (3, "")
    assert comments.comments[1]["body"].startswith("<!-- netqed-diff -->\n**Network policies: no comparison.**")


def test_outside_of_a_pull_request_nothing_is_compared_or_written(checkout: Path, comments: Forge) -> None:
    run = use(checkout, {}, comments.url, diff="manifests", comment="true", fail_on="never")
    assert run.failed == 0
    assert "::notice title=netqed::nothing to compare with: " in run.log
    assert "::notice title=netqed::no comment was written: " in run.log
    assert comments.requests == []


def test_a_comment_is_written_once_and_then_updated(checkout: Path, comments: Forge) -> None:
    comments.comments += [
        {"id": n + 1, "user": {"type": "User", "login": "someone"}, "body": "Nice"} for n in range(120)
    ]
    comments.comments[3]["body"] = "<!-- netqed-report -->\nall proved, trust me"
    for _ in range(2):
        assert use(checkout, PULL, comments.url, comment="true").failed == 1
    assert len(comments.comments) == 121
    assert "refuted" in comments.comments[120]["body"]
    shutil.copytree(ROOT / "specs" / "payments" / "manifests", checkout / "manifests", dirs_exist_ok=True)
    use(checkout, PULL, comments.url, comment="true")
    assert len(comments.comments) == 121
    assert "9 proved" in comments.comments[120]["body"] and "refuted" not in comments.comments[120]["body"]
    assert comments.comments[3]["body"] == "<!-- netqed-report -->\nall proved, trust me"


def test_uses_with_names_have_comments_of_their_own(checkout: Path, comments: Forge) -> None:
    for name in ("a", "b", "a"):
        use(checkout, PULL, comments.url, comment="true", name=name)
    assert [one["body"].split("\n")[0] for one in comments.comments] == [
        "<!-- netqed-report-a -->",
        "<!-- netqed-report-b -->",
    ]


def test_a_token_that_is_somebodys_updates_their_comment(checkout: Path, comments: Forge) -> None:
    comments.account = "robot"
    other = {"id": 1, "user": {"type": "Bot", "login": "github-actions[bot]"}, "body": "<!-- netqed-report -->\n"}
    comments.comments.append(dict(other))
    for _ in range(2):
        use(checkout, PULL, comments.url, comment="true")
    assert len(comments.comments) == 2
    assert comments.comments[0] == other


def test_a_comment_that_is_refused_changes_no_verdict(checkout: Path, comments: Forge) -> None:
    comments.refused = True
    run = use(checkout, PULL, comments.url, comment="true", fail_on="never")
    assert run.failed == 0
    assert "::warning title=netqed::no comment was written: GitHub answered 403" in run.log
    unreachable = use(checkout, PULL, "http://127.0.0.1:1", comment="true", fail_on="never")
    assert unreachable.failed == 0
    assert "::warning title=netqed::no comment was written" in unreachable.log


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "action"))
    for name in ("RUNNER_TEMP", "GITHUB_ACTION_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    return importlib.import_module("install")


@pytest.mark.parametrize("version", ["", "0.1.0", "1.0.0rc1"])
def test_what_is_installed(install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    runs: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        runs.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("NETQED_VERSION", version)
    monkeypatch.setattr(install.subprocess, "run", run)
    assert install.main() == 0
    assert all(command[1] == "-I" for command in runs)
    wanted = [f"netqed=={version}"] if version else ["-c", str(tmp_path / "constraints.txt"), str(tmp_path)]
    assert runs[-1][-len(wanted) :] == wanted
    (program,) = (value for name, value in outputs_of((tmp_path / "output").read_text()) if name == "program")
    assert Path(program).name == "netqed"


@pytest.mark.parametrize("version", ["--index-url=x", "1.0 --pre", "1.0\n2.0", "$(touch pwned)", "../x", "0.1.0 "])
def test_a_version_is_a_version(install: ModuleType, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("NETQED_VERSION", version)
    with pytest.raises(SystemExit) as ended:
        install.main()
    assert ended.value.code == 3


def test_an_installation_that_fails_ends_the_step(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETQED_VERSION", "0.1.0")
    monkeypatch.setattr(install.subprocess, "run", lambda command, *, check: subprocess.CompletedProcess(command, 9))
    assert install.main() == 9
