"""Files that are named and hold nothing at all."""

from __future__ import annotations

from pathlib import Path

from netqed.sources.read import read

NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"


def _write(tmp_path: Path, **contents: str) -> list[str]:
    for name, text in contents.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [str(tmp_path / f"{name}.yaml") for name in contents]


def test_a_blank_file_is_a_problem_unless_it_is_let_stand(tmp_path: Path) -> None:
    paths = _write(tmp_path, cluster=NAMESPACE, policies=" \n")
    assert [problem.message for problem in read(paths).problems] == [f"no Kubernetes objects in {paths[1]}"]
    reading = read(paths, blank_files=True)
    assert not reading.problems
    assert [(passed.position.file, passed.why) for passed in reading.passed_over] == [(paths[1], "an empty file")]


def test_blank_files_alone_are_a_problem(tmp_path: Path) -> None:
    assert read(_write(tmp_path, policies=""), blank_files=True).problems


def test_a_file_of_comments_is_no_blank_file(tmp_path: Path) -> None:
    assert read(_write(tmp_path, cluster=NAMESPACE, policies="# to do\n"), blank_files=True).problems
