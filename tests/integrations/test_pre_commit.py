""".pre-commit-hooks.yaml, by running pre-commit on a repository that uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from support.console import ROOT


def run(*command: str, at: Path) -> subprocess.CompletedProcess[str]:
    """A command, without the user's configuration and without network: what hooks need is where the tests have it."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(at),
        "PRE_COMMIT_HOME": str(at / ".cache"),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads a `no-` option's variable as the option without it
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    return subprocess.run(command, cwd=at, env=environment, capture_output=True, encoding="utf-8", check=False)


def commit(folder: Path) -> str:
    """Everything in the folder as a commit of a new repository."""
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        done = run("git", *command, at=folder)
        assert done.returncode == 0, done.stderr
    return run("git", "rev-parse", "HEAD", at=folder).stdout.strip()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A repository with netqed, and one that uses it."""
    tool, user = tmp_path_factory.mktemp("tool"), tmp_path_factory.mktemp("user")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, tool)
    for name in ("verifier", "encodings"):
        shutil.copytree(ROOT / name, tool / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    revision = commit(tool)
    shutil.copytree(ROOT / "specs" / "payments-broken", user, dirs_exist_ok=True)
    config = {"repos": [{"repo": str(tool), "rev": revision, "hooks": [{"id": "netqed"}]}]}
    (user / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (user / ".gitignore").write_text(".cache/\n")
    commit(user)
    return tool, user


def test_the_hooks_are_valid(folders: tuple[Path, Path]) -> None:
    tool, _ = folders
    done = run("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml", at=tool)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_commit_is_checked_whole(folders: tuple[Path, Path]) -> None:
    _, user = folders
    done = run("pre-commit", "run", "--files", "manifests/web.yaml", at=user)
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'error[NQ001]: refuted: "analytics cannot reach payments"' in done.stdout
    assert "- exit code: 1" in done.stdout
    shutil.copytree(ROOT / "specs" / "payments" / "manifests", user / "manifests", dirs_exist_ok=True)
    passed = run("pre-commit", "run", "--all-files", at=user)
    assert passed.returncode == 0, passed.stdout


def test_a_commit_that_only_deletes_a_policy_is_checked(folders: tuple[Path, Path]) -> None:
    _, user = folders
    shutil.copytree(ROOT / "specs" / "payments" / "manifests", user / "manifests", dirs_exist_ok=True)
    for command in (
        ["add", "-A"],
        ["commit", "-q", "-m", "good"],
        ["rm", "-q", "manifests/policies/default-deny.yaml"],
    ):
        done = run("git", *command, at=user)
        assert done.returncode == 0, done.stderr
    done = run("pre-commit", "run", at=user)
    assert done.returncode == 1, done.stdout
    assert "error[NQ001]: refuted: " in done.stdout
    assert "2 refuted   3 policies" in done.stdout
