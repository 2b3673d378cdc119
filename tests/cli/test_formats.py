"""Formats as a user asks for them: several in one run, of a saved result, and of manifests that have no file."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli
from netqed.report.difference_markdown import MARKER as DIFFERENCE_MARKER
from netqed.report.markdown import MARKER
from support.console import ROOT
from support.formats import commands, gitlab, html_data, junit, page, sarif

BROKEN = "payments-broken"
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - from: [{namespaceSelector: {}}]
"""
SPEC = "invariants:\n  - web cannot reach shop\n"
NAMESPACES = "".join(
    f"""\
apiVersion: v1
kind: Namespace
metadata: {{name: {name}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: {name}}}
spec: {{containers: [{{name: c, image: i}}]}}
---
"""
    for name in ("web", "shop")
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the examples and a spec, as the working directory."""
    shutil.copytree(ROOT / "specs", tmp_path, dirs_exist_ok=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "netqed.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=stdin)


def test_several_formats_in_one_run(folder: Path) -> None:
    files = {form: folder / f"out.{form}" for form in FORMATS}
    done = run("check", BROKEN, *(f"-o{form}={file}" for form, file in files.items()))
    assert done.exit_code == 1
    assert done.stdout.startswith("error[NQ001]: refuted: ")
    texts = {form: file.read_text(encoding="utf-8") for form, file in files.items()}
    assert texts["text"].startswith("error[NQ001]")
    assert json.loads(texts["json"])["exitCode"] == 1
    assert len(sarif(texts["sarif"])["results"]) == 2
    assert [case.state for case in junit(texts["junit"])].count("failure") == 2
    assert [one.name for one in commands(texts["github"])] == ["error", "error", "notice"]
    assert len(gitlab(texts["gitlab"])) == 2
    assert len(list(page(texts["markdown"], MARKER).rows)) == 9
    assert len(html_data(texts["html"])["cases"]) == 9
    assert sorted(file.name for file in folder.glob(".out*")) == []


@pytest.mark.parametrize("form", FORMATS)
def test_the_code_does_not_depend_on_the_format(form: str) -> None:
    assert run("check", BROKEN, "-o", form).exit_code == 1
    assert run("check", "payments", "-o", form).exit_code == 0
    assert run("check", BROKEN, "-o", form, "--exit-zero").exit_code == 0
    assert run("prove", "web can reach analytics on TCP/80", BROKEN, "-o", form).exit_code == 0
    assert run("diff", "payments", BROKEN, "-o", form).exit_code == 1
    assert run("diff", "payments", "payments", "-o", form).exit_code == 0


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (["sarif", "github"], "only one report can go to standard output"),
        (["sarif=a", "junit=a"], "two reports would go to the same file"),
        (["sarif=a", "junit=./a"], "two reports would go to the same file"),
        (["yaml"], "no format 'yaml': expected text, json, sarif, junit, github, gitlab, markdown or html"),
        (["sarif="], "no file after 'sarif='"),
        (["sarif=no/such/folder/a"], "cannot write"),
        (["sarif=."], "cannot write"),
    ],
)
def test_what_cannot_be_written_is_said(outputs: list[str], said: str) -> None:
    done = run("check", BROKEN, *(f"-o{one}" for one in outputs))
    assert (done.exit_code, done.stdout) == (3, "")
    assert said in done.stderr


def test_a_file_that_is_replaced_keeps_no_half(folder: Path) -> None:
    (folder / "a.sarif").write_text("x" * 1_000_000)
    assert run("check", BROKEN, "-o", "sarif=a.sarif").exit_code == 1
    assert sarif((folder / "a.sarif").read_text())
    assert stat.S_ISREG((folder / "a.sarif").stat().st_mode)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "arguments", [["check", BROKEN], ["diff", "payments", BROKEN, "--spec", f"{BROKEN}/netqed.yaml"]]
)
def test_a_saved_result_renders_to_what_the_run_wrote(form: str, arguments: list[str]) -> None:
    done = run(
        *arguments, "-o", "json=result.json", "-o", f"{form}=live", *(["--why"] if arguments[0] == "check" else [])
    )
    assert done.exit_code == 1
    maps = []
    if (arguments[0], form) == ("check", "html"):
        assert run("map", BROKEN, "-o", "json=map.json").exit_code == 0
        maps = ["--map", "map.json"]
    assert run("render", "result.json", *maps, "-o", f"{form}=later").exit_code == 0
    assert Path("later").read_text() == Path("live").read_text()
    piped = run("render", "-", *maps, "-o", form, stdin=Path("result.json").read_text())
    assert (piped.exit_code, piped.stdout) == (0, Path("live").read_text())


def test_a_comment_on_a_comparison_has_a_marker_of_its_own() -> None:
    assert page(run("diff", "payments", BROKEN, "-o", "markdown").stdout, DIFFERENCE_MARKER).tables


@pytest.mark.parametrize(
    ("text", "said"), [("{}", "not a saved result"), ("x", "not JSON"), ("\udcff", "no UTF-8 text")]
)
def test_what_is_no_saved_result_is_refused(text: str, said: str) -> None:
    Path("r.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = run("render", "r.json", "-o", "junit=x.xml")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "r.json" in done.stderr and said in done.stderr
    assert not Path("x.xml").exists()
    assert run("render", "nowhere.json").exit_code == 3


def test_nothing_is_written_of_a_result_that_is_not_whole() -> None:
    assert run("check", BROKEN, "-o", "json=r.json").exit_code == 1
    value = json.loads(Path("r.json").read_text())
    del value["inputs"][0]["text"]
    Path("r.json").write_text(json.dumps(value))
    done = run("render", "r.json", "-o", "json=again.json", "-o", "junit=x.xml")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "no inputs[0].text: not a whole result" in done.stderr
    assert not Path("again.json").exists() and not Path("x.xml").exists()


def test_the_summary_of_a_job_is_appended_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = folder / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run("check", BROKEN, "-o", "sarif=a.sarif").exit_code == 1
    assert summary.read_text() == "before\n"
    assert run("check", BROKEN, "-o", "github").exit_code == 1
    before, marker, rest = summary.read_text().partition(MARKER)
    assert before == "before\n"
    assert len(list(page(marker + rest, MARKER).rows)) == 9
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder))
    assert run("check", BROKEN, "-o", "github").exit_code == 3


def annotated(stdin: str, *more: str) -> dict[str, str]:
    """The properties of the only error that a check of standard input gives; the other formats agree on the file."""
    done = run("check", "-", "--spec", "netqed.yaml", "-o", "github", "-o", "sarif=a.sarif", *more, stdin=stdin)
    assert done.exit_code == 1, done.stderr
    (error, _) = commands(done.stdout)
    (result,) = sarif(Path("a.sarif").read_text())["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == error.properties["file"]
    assert place["region"]["startLine"] == int(error.properties.get("line", 1))
    return error.properties


def test_rendered_manifests_are_at_the_line_of_the_spec() -> None:
    assert annotated(f"{NAMESPACES}---\n{POLICY}") == {
        "file": "netqed.yaml",
        "line": "2",
        "col": "5",
        "title": "NQ001",
    }


def test_unless_a_comment_of_helm_names_the_template() -> None:
    rendered = f"{NAMESPACES}---\n# Source: shop/templates/policy.yaml\n{POLICY}"
    assert annotated(rendered) == {"file": "shop/templates/policy.yaml", "title": "NQ001"}
    Path("templates").mkdir()
    Path("templates/policy.yaml").touch()
    assert annotated(rendered)["file"] == "templates/policy.yaml"


def test_or_an_annotation_of_kustomize_names_the_file() -> None:
    origin = "path: base/policy.yaml\n"
    annotation = json.dumps({"config.kubernetes.io/origin": origin})
    rendered = POLICY.replace("namespace: shop}", f"namespace: shop, annotations: {annotation}}}")
    assert annotated(f"{NAMESPACES}---\n# Source: x.yaml\n{rendered}")["file"] == "base/policy.yaml"
    remote = rendered.replace("path: base", "repo: https://example.org/x\\npath: base")
    assert "base/policy.yaml" in remote
    assert annotated(f"{NAMESPACES}---\n{remote}")["file"] == "netqed.yaml"


@pytest.mark.parametrize("program", ["kubectl", "kustomize"])
def test_a_kustomization_that_netqed_renders_names_files_from_its_folder(
    program: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever program renders it: here one that writes what they write."""
    annotation = json.dumps({"config.kubernetes.io/origin": "path: ../base/policy.yaml\n"})
    rendered = POLICY.replace("namespace: shop}", f"namespace: shop, annotations: {annotation}}}")
    (folder / "all.yaml").write_text(f"{NAMESPACES}---\n{rendered}")
    (folder / "bin").mkdir()
    (folder / "bin" / program).write_text(f"#!/bin/sh\n/bin/cat '{folder}/all.yaml'\n")
    (folder / "bin" / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))
    done = run("check", "-k", "overlays/prod", "--spec", "netqed.yaml", "-o", "github")
    assert done.exit_code == 1, done.stderr
    assert commands(done.stdout)[0].properties["file"] == "overlays/base/policy.yaml"


def test_or_the_user_names_it() -> None:
    rendered = f"{NAMESPACES}---\n# Source: x.yaml\n{POLICY}"
    found = annotated(rendered, "--stdin-filename", "k8s/all.yaml")
    assert found["file"] == "k8s/all.yaml"
    assert rendered.splitlines()[int(found["line"]) - 1] == POLICY.splitlines()[-1]


def test_a_name_is_for_standard_input_in_every_report() -> None:
    done = run(
        "check", "-", "--spec", "netqed.yaml", "--stdin-filename", "k8s/all.yaml", stdin=f"{NAMESPACES}---\n{POLICY}"
    )
    assert "--> k8s/all.yaml:" in done.stdout
    assert "<stdin>" not in done.stdout
    bad = run("check", "-", "--spec", "netqed.yaml", "--stdin-filename", "k8s/all.yaml", stdin="a: [")
    assert (bad.exit_code, "k8s/all.yaml:1" in bad.stderr) == (3, True)


def test_formats_for_programs_are_utf_8_whatever_the_terminal_is() -> None:
    Path("netqed.yaml").write_text("invariants:\n  - {name: é日, assert: web cannot reach shop}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "netqed", "check", "-", "--spec", "netqed.yaml", "-o", "markdown"],
        input=f"{NAMESPACES}---\n{POLICY}".encode(),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 1
    (row,) = page(done.stdout.decode("utf-8"), MARKER).rows
    assert row == ["fails", "é日", "refuted"]
