"""`netqed init` on real policy sets: all that it writes holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from netqed.cli import cli
from support.corpus import CORPUS, FOLDERS, RECIPES, Folder, needs_corpus

pytestmark = needs_corpus


@pytest.mark.parametrize("folder", [*FOLDERS, *RECIPES], ids=lambda folder: folder.name)
def test_every_invariant_that_init_writes_is_proved(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS)
    spec = tmp_path / "netqed.yaml"
    written = CliRunner().invoke(cli, ["init", *folder.arguments, "-o", str(spec)])
    assert written.exit_code == 0, written.stderr
    invariants = yaml.safe_load(spec.read_text(encoding="utf-8")).get("invariants") or []
    run = CliRunner().invoke(cli, ["check", *folder.arguments, "--spec", str(spec), "-o", "json"])
    if not invariants:
        assert run.exit_code == 4
        return
    assert run.exit_code == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["counts"]["proved"] == len(invariants)
    assert all(each["expect"] == "proved" and not each["allowEmpty"] for each in report["inputs"][0]["results"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_init_finds_something_in_every_folder(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    run = CliRunner().invoke(cli, ["init", *folder.arguments, "-o", "-"])
    assert len(yaml.safe_load(run.stdout)["invariants"]) >= 1


def test_what_was_read_with_a_namespace_is_checked_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    spec = tmp_path / "netqed.yaml"
    assert CliRunner().invoke(cli, ["init", "argo-cd", "-n", "argocd", "-o", str(spec)]).exit_code == 0
    (said,) = (line for line in spec.read_text(encoding="utf-8").splitlines() if line.startswith("# Check it with: "))
    assert said == "# Check it with: netqed check -n argocd"
    assert CliRunner().invoke(cli, ["check", "-n", "argocd", "--spec", str(spec)]).exit_code == 0
    assert CliRunner().invoke(cli, ["check", "--spec", str(spec)]).exit_code == 3
