"""Files as forges name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from netqed.report.outcome import Place
from netqed.report.repository import Repository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    (tmp_path / "r" / ".git").mkdir(parents=True)
    (tmp_path / "r" / "charts" / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "r" / "charts" / "shop" / "templates" / "np.yaml").touch()
    monkeypatch.chdir(tmp_path / "r" / "charts" / "shop")
    return Repository.here()


def test_paths_count_from_the_root(repository: Repository, tmp_path: Path) -> None:
    assert repository.root == tmp_path.resolve() / "r"
    assert repository.path(Place("templates/np.yaml")) == "charts/shop/templates/np.yaml"
    assert repository.path(Place("../../k8s/x.yaml")) == "k8s/x.yaml"
    assert repository.path(Place(str(tmp_path / "r" / "a.yaml"))) == "a.yaml"


def test_links_are_followed(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "r" / "link").symlink_to(tmp_path / "r" / "charts" / "shop")
    assert repository.path(Place("../../link/templates/np.yaml")) == "charts/shop/templates/np.yaml"


def test_what_lies_elsewhere_is_absolute(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "with space.yaml"
    assert repository.path(Place(str(outside))) == outside.resolve().as_posix()
    assert repository.uri(Place(str(outside))) == f"file://{outside.resolve().as_posix()}".replace(" ", "%20")


def test_files_of_commits_are_those_of_the_tree(repository: Repository) -> None:
    assert repository.path(Place("git:main:k8s/a:b.yaml")) == "k8s/a:b.yaml"


def test_uris_are_encoded(repository: Repository) -> None:
    assert repository.uri(Place("a b#c?d:é%.yaml")) == "charts/shop/a%20b%23c%3Fd%3A%C3%A9%25.yaml"


def test_a_chart_in_the_working_directory_is_found(repository: Repository) -> None:
    """`helm template .` names the chart, whose folder may have any name."""
    assert repository.path(Place("shop/templates/np.yaml", rendered_line=4)) == "charts/shop/templates/np.yaml"
    assert repository.path(Place("shop/templates/no.yaml", rendered_line=4)) == "charts/shop/shop/templates/no.yaml"


def test_an_origin_outside_of_the_repository_is_looked_for_in_it(repository: Repository) -> None:
    """`kubectl kustomize DIR` counts from DIR, which nobody knows once it is piped in."""
    assert repository.path(Place("../../../base/np.yaml", rendered_line=4)) == "charts/shop/base/np.yaml"
    assert repository.path(Place("../base/np.yaml", rendered_line=4)) == "charts/base/np.yaml"


def test_outside_of_a_repository_paths_count_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Repository.here() == Repository(tmp_path.resolve(), tmp_path.resolve())
