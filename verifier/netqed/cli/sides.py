"""The two sides that `netqed diff` compares."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from netqed.sources.git import GitPath, has_path, in_repository, is_git, resolve
from netqed.sources.position import InputError, Position, Problem
from netqed.spec.find import SPEC_NAME, find_spec

if TYPE_CHECKING:
    from netqed.resources.cluster import Cluster
    from netqed.settings import Settings

STDIN = "-"


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One side: what to read, and whether it is there."""

    word: str
    """OLD or NEW."""
    path: str
    """As `api` takes it."""
    revision: GitPath | None
    """What it is in a revision; None for another path."""
    there: bool

    def load(self, settings: Settings, exclude: Iterable[str | Path]) -> Cluster:
        """Its objects; none, and a note that says so, where the path is not there."""
        from netqed import api
        from netqed.resources.cluster import Note
        from netqed.resources.load import load
        from netqed.sources.reading import Reading
        from netqed.sources.text import shown

        name = shown(self.path)
        if not self.there:
            said = Note(f"{self.word} has no {name}, and is taken to be without policies")
            empty = load(Reading(sources=(name,), digest=_EMPTY), namespace=settings.namespace)
            return replace(empty, notes=(*empty.notes, said))
        cluster = api.load_cluster([self.path], settings=settings, exclude=[*exclude, *self._spec()])
        if self.revision is None:
            return cluster
        said = Note(f"{shown(self.revision.rev)} is commit {self.revision.commit}")
        return replace(cluster, notes=(*cluster.notes, said))

    def _spec(self) -> list[Path]:
        """The spec that lies among what is read: it is no manifest."""
        if self.revision is not None:
            return [Path(replace(self.revision, path=posixpath.join(self.revision.path, SPEC_NAME)).name)]
        found = find_spec(self.path) if self.path != STDIN else None
        return [] if found is None else [found]


_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""sha256 of nothing."""


def sides_of(old: str, new: str) -> tuple[DiffSide, DiffSide]:
    """Both sides, with the other side's path where `git:REV` has none.

    One of them need not be there if both have the same path, which someone then added or deleted. Raises InputError
    with what is wrong with both.
    """
    problems: dict[Problem, None] = {}
    found: list[GitPath | None] = []
    for side, other in ((old, new), (new, old)):
        try:
            found.append(_revision(side, other))
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise InputError(list(problems))
    named = zip(("OLD", "NEW"), (old, new), found, strict=True)
    one, two = (
        DiffSide(word, side if git is None else git.name, git, _is_there(side) if git is None else git.exists)
        for word, side, git in named
    )
    if one.there == two.there or not _same_path(one, two):
        return replace(one, there=True), replace(two, there=True)
    return one, two


def read_spec(file: str) -> tuple[str, str | None]:
    """The name of a spec file and its text; None for one that is in no revision."""
    if not is_git(file):
        return file, None
    from netqed.sources.git import read_text

    name, data = read_text(file)
    try:
        return name, data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Problem("the spec is no UTF-8 text", Position(name))]) from error


def _revision(side: str, other: str) -> GitPath | None:
    if not is_git(side):
        return None
    if has_path(side):
        return resolve(side)
    if other == STDIN:
        hint = "name one, from the root of the repository: git:REV:k8s/"
        raise InputError([Problem("no PATH, and that of standard input is not known", Position(side), hint=hint)])
    found = resolve(side)
    if not is_git(other):
        return replace(found, path=in_repository(other))
    return replace(found, path=resolve(other).path) if has_path(other) else found


def _same_path(one: DiffSide, two: DiffSide) -> bool:
    """Whether both are one path of the repository; never for two that are in no revision."""
    if one.revision is None and two.revision is None:
        return False
    try:
        paths = {
            side.revision.path if side.revision is not None else in_repository(side.path)
            for side in (one, two)
            if side.path != STDIN
        }
    except InputError:
        return False
    return len(paths) == 1 and STDIN not in (one.path, two.path)


def _is_there(path: str) -> bool:
    """Whether there is such a path; of a folder, whether any file is left below it, since git keeps no empty ones."""
    if path == STDIN:
        return True
    if not Path(path).is_dir():
        return os.path.lexists(path)
    return any(files for _, _, files in os.walk(path))
