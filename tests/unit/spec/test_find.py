"""Where the spec is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from netqed.spec.find import find_spec


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "netqed.yaml").touch()
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "deploy" / "k8s").mkdir(parents=True)
    (tmp_path / "repo" / "deploy" / "k8s" / "a.yaml").touch()
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


def test_none_outside_the_repository(tree: Path) -> None:
    assert find_spec("deploy/k8s") is None
    assert find_spec(None) is None


def test_nearest_above_the_path(tree: Path) -> None:
    (tree / "netqed.yaml").touch()
    assert find_spec("deploy/k8s") == Path("netqed.yaml")
    assert find_spec("deploy/k8s/a.yaml") == Path("netqed.yaml")
    assert find_spec("deploy/missing/x") == Path("netqed.yaml")
    assert find_spec("-") == find_spec("") == find_spec(None) == find_spec(Path()) == Path("netqed.yaml")
    (tree / "deploy" / "netqed.yaml").touch()
    assert find_spec("deploy/k8s") == Path("deploy/netqed.yaml")
    (tree / "deploy" / "k8s" / "netqed.yaml").touch()
    assert find_spec("deploy/k8s") == Path("deploy/k8s/netqed.yaml")


def test_above_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "netqed.yaml").touch()
    monkeypatch.chdir(tree / "deploy")
    assert find_spec("k8s") == (tree / "netqed.yaml").resolve()


def test_a_git_worktree_has_a_file_instead_of_a_folder(tree: Path) -> None:
    (tree / ".git").rmdir()
    (tree / ".git").touch()
    assert find_spec("deploy") is None


def test_a_folder_of_that_name_is_no_spec(tree: Path) -> None:
    (tree / "deploy" / "netqed.yaml").mkdir()
    (tree / "netqed.yaml").touch()
    assert find_spec("deploy/k8s") == Path("netqed.yaml")
