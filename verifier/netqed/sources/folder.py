"""The files that paths on the command line stand for."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from netqed.sources.position import Position, Problem
from netqed.sources.text import shown

STDIN = "-"
STDIN_NAME = "<stdin>"
EXTENSIONS = (".yaml", ".yml", ".json")
"""What is read in a directory; a file named by the user is read whatever its name."""
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

MAX_FILE_BYTES = 512 * 1024 * 1024
"""The largest file that is read; a dump of 10,000 pods has some 20 to 60 MB."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, or stdin where `path` is None."""

    name: str
    """As the user named it, or the directory that it was found in."""
    path: Path | None
    named: str
    """The path of the command line that led here."""
    from_walk: bool = False
    """Whether it was only found in a directory, and no path of the command line names it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A path of the command line that lies elsewhere than its name says."""

    name: str
    path: Path

    def name_of(self, file: str) -> str:
        """The name of a file that was found below `path`."""
        return inside(self.name, Path(file).relative_to(self.path).as_posix())


@dataclass(slots=True)
class Found:
    """The files to read, each once, in order, and the paths that cannot be read."""

    files: list[FoundFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    """Paths of the command line that have a problem already."""
    repeated: set[str] = field(default_factory=set)
    """Paths of the command line some file of which an earlier path has led to."""

    def refuse(self, named: str, problem: Problem) -> None:
        """Note a problem with a path of the command line, or with what lies below it."""
        self.problems.append(problem)
        self.unreadable.add(named)


def find(
    paths: Sequence[str],
    exclude: Collection[Path] = (),
    placed: Mapping[str, Placed] | None = None,
    stdin_name: str = STDIN_NAME,
) -> Found:
    """The files of the paths, in their order, a directory's sorted by name, the same real file once. What is `placed`
    lies there, and not where its name says. `stdin_name` is what `-` is called."""
    found = Found()
    seen: dict[Path, int] = {}
    left_out = {real_path(path) for path in exclude}
    for named in dict.fromkeys(paths):
        if named == STDIN:
            found.files.append(FoundFile(stdin_name, None, named))
            continue
        for file in _files(named, found, (placed or {}).get(named)):
            assert file.path is not None
            real = real_path(file.path)
            if real in left_out or (placed and named in placed and Path(file.name) in exclude):
                continue
            if real not in seen:
                seen[real] = len(found.files)
                found.files.append(file)
                continue
            found.repeated.add(named)
            if not file.from_walk:
                found.files[seen[real]] = replace(found.files[seen[real]], from_walk=False)
    return found


def inside(folder: str, path: str) -> str:
    """The name of a file in a folder of a revision, whose root is named `git:REV:`."""
    return f"{folder}{path}" if folder.endswith((":", "/")) else f"{folder}/{path}"


def real_path(path: Path) -> Path:
    """The path with all links followed as far as they lead; unlike Path.resolve, for links in a circle too."""
    return Path(os.path.realpath(path))


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises OSError, and ValueError where it is larger than MAX_FILE_BYTES."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"larger than {MAX_FILE_BYTES // 1024**2} MiB, the most that is read of one file")
    return data


def os_problem(name: str, error: OSError) -> Problem:
    """The problem for what the operating system said of a file."""
    reason = (error.strerror or str(error)).lower()
    return Problem(shown(f"cannot be read: {reason}"), Position(shown(name)))


def _files(named: str, found: Found, placed: Placed | None) -> Iterator[FoundFile]:
    """The files of one path of the command line; adds to the problems what cannot be read."""
    path = Path(named) if placed is None else placed.path
    try:
        problem = _special(path, named)
        if problem is None and path.is_dir():
            for file in _walk(path, named, set(), found):
                yield file if placed is None else replace(file, name=placed.name_of(file.name))
            return
    except OSError as error:
        problem = os_problem(named, error)
    except ValueError:  # a NUL byte in the name
        problem = Problem("no file can have this name", Position(shown(named)))
    if problem is None:
        yield FoundFile(named if placed is None else placed.name, path, named)
    else:
        found.refuse(named, problem)


def _walk(folder: Path, named: str, visited: set[Path], found: Found) -> Iterator[FoundFile]:
    """The files below a directory, sorted, hidden ones left out; a directory reached twice is walked once."""
    real = real_path(folder)
    if real in visited:
        return
    visited.add(real)
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        found.refuse(named, os_problem(str(folder), error))
        return
    for name in names:
        path = folder / name
        if name.startswith("."):
            continue
        try:
            if path.is_dir():
                yield from _walk(path, named, visited, found)
            elif name.lower().endswith(EXTENSIONS) or name in KUSTOMIZATION_NAMES:
                problem = _special(path, str(path))
                if problem is None:
                    yield FoundFile(str(path), path, named, from_walk=True)
                else:
                    found.refuse(named, problem)
        except OSError as error:
            found.refuse(named, os_problem(str(path), error))


def _special(path: Path, name: str) -> Problem | None:
    """Why the path is nothing that can be read, if so: missing, a broken link, or no regular file or directory."""
    position = Position(shown(name))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            return Problem(shown(f"broken symbolic link to {path.readlink()}"), position)
        return Problem("no such file or directory", position, hint=_near(path))
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    kind = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    return Problem(f"{kind}, not a file", position, hint="use - to read from standard input")


def _near(path: Path) -> str | None:
    """A name beside the missing one that it may be a misspelling of."""
    try:
        names = [other.name for other in path.parent.iterdir() if not other.name.startswith(".")]
    except OSError:
        return None
    near = difflib.get_close_matches(path.name, names, n=1)
    return shown(f"did you mean {path.parent / near[0]}?") if near else None
