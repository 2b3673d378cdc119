"""`netqed init` as a command: it writes what `netqed check` then finds true."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli

SPECS = Path(__file__).parent.parent.parent / "specs"


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copytree(SPECS / "payments" / "manifests", tmp_path / "k8s")
    monkeypatch.chdir(tmp_path)


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args))


def test_what_it_writes_holds() -> None:
    result = run("init", "k8s")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "wrote netqed.yaml" in result.stderr
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert "proved" in checked.stdout.splitlines()[-1]


def test_options_that_no_spec_can_state_are_told() -> None:
    special = run("init", "k8s", "-n", "web", "-o", "special.yaml")
    assert special.stderr.endswith("run `netqed check --spec special.yaml` with what its first lines name besides\n")
    assert "# Check it with: netqed check -n web\n" in Path("special.yaml").read_text()
    plain = run("init", "k8s")
    assert plain.stderr.endswith("run `netqed check --spec netqed.yaml`\n")
    assert "# Check it with" not in Path("netqed.yaml").read_text()


def test_it_refuses_to_overwrite() -> None:
    Path("netqed.yaml").write_text("mine\n")
    refused = run("init", "k8s")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "--force" in refused.stderr
    assert Path("netqed.yaml").read_text() == "mine\n"
    assert run("init", "k8s", "--force").exit_code == 0
    assert Path("netqed.yaml").read_text() != "mine\n"


def test_a_dangling_link_is_not_written_through() -> None:
    Path("netqed.yaml").symlink_to("elsewhere")
    assert run("init", "k8s").exit_code == 3
    assert not Path("elsewhere").exists()


def test_printed_it_is_the_same_and_no_file_is_written() -> None:
    printed = run("init", "k8s", "-o", "-")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert not Path("netqed.yaml").exists()
    run("init", "k8s")
    assert printed.stdout == Path("netqed.yaml").read_text()


def test_manifests_are_named_from_where_the_spec_lies() -> None:
    Path("ci").mkdir()
    assert run("init", "k8s", "-o", "ci/netqed.yaml").exit_code == 0
    assert "../k8s" in Path("ci/netqed.yaml").read_text()
    assert run("check", "--spec", "ci/netqed.yaml").exit_code == 0


def test_bad_manifests_write_nothing() -> None:
    Path("k8s/bad.yaml").write_text("apiVersion: v1\nkind: Pod\n")
    result = run("init", "k8s")
    assert result.exit_code == 3
    assert "k8s/bad.yaml" in result.stderr
    assert not Path("netqed.yaml").exists()
