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

HEADER, JOBS = yaml.safe_load_all((ROOT / "templates" / "netqed.yml").read_text(encoding="utf-8"))


def filled(value: Any, inputs: dict[str, str]) -> Any:
    """A value of the template with its inputs put in, as GitLab does once it has read the YAML."""
    if isinstance(value, dict):
        return {key: filled(one, inputs) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, inputs) for one in value]
    if isinstance(value, str):
        return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: inputs[found[1]], value)
    return value


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The job's script with these inputs, in a POSIX shell; `pip` writes its arguments into the file `pip`."""
    inputs = {name: one["default"] for name, one in HEADER["spec"]["inputs"].items()}
    assert set(given) <= set(inputs)
    job = filled(JOBS["netqed"], inputs | given)
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "pip").write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/pip'\n")
    (programs / "pip").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {name: one["value"] for name, one in job["variables"].items()}
    assert not any(one["expand"] for one in job["variables"].values())
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
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
    done = run(folder, version="==0.1.0", paths="manifests")
    assert done.returncode == 1
    assert done.stdout.startswith("error[NQ001]")
    assert (folder / "pip").read_text() == "install\nnetqed==0.1.0\n"
    reports = JOBS["netqed"]["artifacts"]["reports"]
    assert len(junit((folder / reports["junit"]).read_text())) == 9
    assert len(gitlab((folder / reports["codequality"]).read_text())) == 2


def test_inputs_have_defaults(folder: Path) -> None:
    assert run(folder).returncode == 1


HOSTILE = ("a b", "'", '"', "$(touch pwned)", "`touch pwned`", "; touch pwned", "*", "-v", "--help", "$HOME", "\\")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_input_is_run(folder: Path, text: str) -> None:
    (folder / "manifests").rename(folder / text)
    (folder / "netqed.yaml").rename(folder / f"{text}.yaml")
    done = run(folder, paths=text, spec=f"{text}.yaml", version=text)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("error[NQ001]")
    assert (folder / "pip").read_text() == f"install\nnetqed{text}\n"
    assert not list(folder.rglob("pwned"))


def test_paths_stand_on_a_line_each(folder: Path) -> None:
    (folder / "manifests" / "policies").rename(folder / "some policies")
    assert run(folder, paths="manifests\nsome policies").returncode == 1
