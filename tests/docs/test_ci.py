"""The jobs of docs/ci.md: read as YAML, and their scripts run."""

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

from netqed.report.markdown import MARKER
from support.action import use
from support.console import ROOT
from support.formats import commands, gitlab, junit, page, sarif

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
WHOLE = "cat rendered.yaml | netqed check - --spec netqed.yaml"


def blocks(language: str) -> list[str]:
    """The code blocks of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a broken example, rendered."""
    example = ROOT / "specs" / "payments-broken"
    files = sorted((example / "manifests").rglob("*.yaml"))
    text = "".join(f"---\n# Source: shop/{file.name}\n{file.read_text(encoding='utf-8')}\n" for file in files)
    (tmp_path / "rendered.yaml").write_text(text, encoding="utf-8")
    shutil.copy(example / "netqed.yaml", tmp_path)
    shutil.copytree(example, tmp_path / "k8s")
    return tmp_path


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A step's script, as GitHub runs it with `shell: bash`. `pip` does nothing, `helm` prints the file `chart`."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, script_of in (("helm", f"cat '{folder}/chart'"), ("pip", "true")):
        (programs / name).write_text(f"#!/bin/sh\n{script_of}\n")
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "CI": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_shell_job_is_one_line(folder: Path) -> None:
    (script,) = blocks("sh")
    assert script == f"{WHOLE} -o github\n"
    done = run(script, folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert [one.name for one in commands(done.stdout)] == ["error", "error", "notice"]
    assert commands(done.stdout)[0].properties["file"] == "shop/payments-api.yaml"
    shutil.copytree(ROOT / "specs" / "payments", folder / "good")
    good = "".join(f"---\n{file.read_text()}\n" for file in sorted((folder / "good" / "manifests").rglob("*.yaml")))
    (folder / "rendered.yaml").write_text(good)
    assert run(script, folder).returncode == 0
    (folder / "rendered.yaml").write_text("")
    assert run(script, folder).returncode == 3
    (folder / "rendered.yaml").unlink()
    assert run(script, folder).returncode != 0


def test_the_workflow_with_the_action(folder: Path) -> None:
    workflow: dict[Any, Any] = yaml.safe_load(blocks("yaml")[0])
    (job,) = workflow["jobs"].values()
    _, step = job["steps"]
    inputs = {name: value if isinstance(value, str) else str(value).lower() for name, value in step["with"].items()}
    done = use(folder, {}, **inputs)
    assert (done.failed, done.outputs["violated"]) == (1, "2")
    assert done.uploaded is not None
    needed = {"contents": "read", "pull-requests": "write", "security-events": "write"}
    assert workflow["permissions"] == needed


def test_the_github_job(folder: Path) -> None:
    workflow: dict[Any, Any] = yaml.safe_load(blocks("yaml")[1])
    (job,) = workflow["jobs"].values()
    assert job["defaults"]["run"]["shell"] == "bash"
    *before, last = [step["run"] for step in job["steps"] if "run" in step]
    assert last == f"{WHOLE} -o github"
    (folder / "rendered.yaml").rename(folder / "chart")
    for script in before:
        assert run(script, folder).returncode == 0
    done = run(last, folder)
    assert done.returncode == 1
    assert len(commands(done.stdout)) == 3
    assert page((folder / "summary.md").read_text(encoding="utf-8"), MARKER).tables


def test_the_steps_for_code_scanning(folder: Path) -> None:
    check, upload = yaml.safe_load(blocks("yaml")[2])
    done = run(check["run"], folder)
    assert done.returncode == 1
    assert len(sarif((folder / upload["with"]["sarif_file"]).read_text())["results"]) == 2


def test_the_gitlab_job(folder: Path) -> None:
    job = yaml.safe_load(blocks("yaml")[3])["netqed"]
    assert job["script"][-1].startswith(WHOLE)
    done = run("\n".join(job["script"]), folder)
    assert done.returncode == 1
    assert done.stdout.startswith("error[NQ001]")
    reports = job["artifacts"]["reports"]
    assert job["artifacts"]["when"] == "always"
    assert len(junit((folder / reports["junit"]).read_text())) == 9
    assert len(gitlab((folder / reports["codequality"]).read_text())) == 2


def test_the_component_has_the_inputs(folder: Path) -> None:
    (included,) = yaml.safe_load(blocks("yaml")[4])["include"]
    template = (ROOT / "templates" / "netqed.yml").read_text(encoding="utf-8")
    inputs = next(yaml.safe_load_all(template))["spec"]["inputs"]
    assert set(included["inputs"]) <= set(inputs)
    assert [name for name in inputs if f"`{name}`" not in PAGE] == []
