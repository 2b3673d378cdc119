"""templates/netqed.yml: what GitLab makes of its inputs, and what the shell makes of that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.console import ROOT
from support.formats import gitlab, junit
from support.shell import shell_faults

TEXT = (ROOT / "templates" / "netqed.yml").read_text(encoding="utf-8")
HEADER = next(yaml.safe_load_all(TEXT))


def filled(given: dict[str, str]) -> Any:
    """The jobs with the inputs put in: as GitLab does, which replaces text and reads the result as YAML."""
    inputs = {name: one["default"] for name, one in HEADER["spec"]["inputs"].items()}
    assert set(given) <= set(inputs)
    values = inputs | given
    _, jobs = TEXT.split("\n---\n")
    return yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: values[found[1]], jobs))


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The job's script with these inputs, in a POSIX shell; `pip` writes its arguments into the file `pip`."""
    job = filled(given)["netqed"]
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "pip").write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/pip'\n")
    (programs / "pip").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {name: one["value"] for name, one in job["variables"].items()}
    assert not any(one["expand"] for one in job["variables"].values())
    return subprocess.run(
        ["sh", "-eu", "-c", "\n".join(job["script"])],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "CI": "true", **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "specs" / "payments-broken", tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_it_checks_and_reports(folder: Path) -> None:
    done = run(folder, version="0.1.0", path="manifests")
    assert done.returncode == 1
    assert done.stdout.startswith("error[NQ001]")
    assert (folder / "pip").read_text() == "install\nnetqed==0.1.0\n"
    reports = filled({})["netqed"]["artifacts"]["reports"]
    assert len(junit((folder / reports["junit"]).read_text())) == 9
    assert len(gitlab((folder / reports["codequality"]).read_text())) == 2


def test_inputs_have_defaults(folder: Path) -> None:
    assert run(folder).returncode == 1
    assert (folder / "pip").read_text() == "install\nnetqed\n"


def test_a_plugin_is_passed_on(folder: Path) -> None:
    assert run(folder, cni="calico").returncode == 1
    assert "no-such-plugin" in run(folder, cni="no-such-plugin").stderr


HOSTILE = (
    "a b",
    " leading",
    "it's",
    'say "x"',
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    '"; touch pwned; "',
    "*",
    "-v",
    "--help",
    "$HOME",
    "\\",
    "a: b",
    "# c",
    "- d",
    "{e",
    "!tag &anchor *alias",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_input_is_run(folder: Path, text: str) -> None:
    (folder / "manifests").rename(folder / text)
    (folder / "netqed.yaml").rename(folder / f"{text}.yaml")
    done = run(folder, path=text, spec=f"{text}.yaml", version=text)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("error[NQ001]")
    assert (folder / "pip").read_text() == f"install\nnetqed=={text}\n"
    assert not list(folder.rglob("pwned"))


def test_scripts_are_clean(tmp_path: Path) -> None:
    (tmp_path / "script.sh").write_text("\n".join(filled({})["netqed"]["script"]))
    assert shell_faults(tmp_path / "script.sh", "sh") == ""
