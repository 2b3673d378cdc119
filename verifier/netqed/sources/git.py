"""Files of a revision, read with the git program: no checkout is touched.

A path `git:REV[:PATH]` is PATH in the commit REV of the repository that the working directory lies in. PATH counts from
the repository's root (`./…`: from the working directory, as git has it); without one it is the whole tree. A file
`git:x` is written `./git:x`.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netqed.sources.position import InputError, Position, Problem
from netqed.sources.text import shown

PREFIX: Final = "git:"
"""What a path into a revision begins with."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LINK, _SUBMODULE, _TREE = "120000", "160000", "040000"


@dataclass(frozen=True, slots=True)
class GitPath:
    """A path in a commit that exists."""

    rev: str
    """As the user wrote it."""
    commit: str
    """Its hash."""
    path: str
    """From the repository's root, with `/` between the parts; empty for the root."""

    @property
    def name(self) -> str:
        """As it stands in places: `git:main:k8s`."""
        return f"{PREFIX}{self.rev}:{self.path}"

    @property
    def exists(self) -> bool:
        """Whether the commit has it."""
        return _entry(self) is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a commit's tree."""

    mode: str
    object: str
    path: str
    """Relative to what was listed; empty for that itself."""

    @property
    def not_read(self) -> str | None:
        """Why nothing is read of it, if so."""
        if self.mode == _LINK:
            return "a symbolic link, which is not followed in a revision"
        return "a submodule, which is not read" if self.mode == _SUBMODULE else None


def is_git(path: str) -> bool:
    """Whether the path is one into a revision."""
    return path.startswith(PREFIX)


def has_path(side: str) -> bool:
    """Whether `git:REV[:PATH]` has a PATH."""
    return ":" in side.removeprefix(PREFIX)


def resolve(side: str, otherwise: str = "") -> GitPath:
    """What `git:REV[:PATH]` stands for; without PATH it is `otherwise`, from the repository's root.

    The path need not exist in the commit. Raises InputError where there is no git, no repository, or no such commit.
    """
    rev, colon, path = side.removeprefix(PREFIX).partition(":")
    if not rev or rev.startswith("-") or _CONTROL.search(rev):
        raise _error(side, "no revision can have this name", "write git:REV:PATH, such as git:main:k8s/")
    if "\0" in path:
        raise _error(side, "no file can have this name")
    said = _git("rev-parse", "--git-dir")
    if said.returncode != 0:
        raise _error(side, *_no_repository(said))
    said = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    commit = said.stdout.decode("ascii", "replace").strip()
    if said.returncode != 0 or not re.fullmatch("[0-9a-f]{40,64}", commit):
        raise _error(side, f"no revision {rev} in this repository", _advice(rev))
    if not colon:
        return GitPath(rev, commit, otherwise)
    prefix = os.fsdecode(_git("rev-parse", "--show-prefix").stdout).removesuffix("\n")
    return GitPath(rev, commit, _from_root(side, path, prefix))


def in_repository(path: str) -> str:
    """A path of the file system, which need not exist, as one from the root of the repository that the working
    directory lies in. InputError where it lies outside."""
    said = _git("rev-parse", "--show-toplevel")
    if said.returncode != 0:
        raise _error(path, *_no_repository(said))
    root = os.path.realpath(os.fsdecode(said.stdout).removesuffix("\n"))
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(root):
        raise _error(
            path,
            f"lies outside the repository {root}",
            "name the path in the revision too, from its root: git:REV:PATH",
        )
    inside = os.path.relpath(real, root).replace(os.sep, "/")
    return "" if inside == "." else inside


def entries(side: GitPath) -> list[Entry]:
    """The path itself if it is a file, else everything below it, submodules and symbolic links as such.

    InputError where the commit has no such path, or where it is a link or a submodule.
    """
    entry = _entry(side)
    if entry is None:
        raise _error(side.name, "no such file or directory in this revision", _near_path(side))
    if entry.not_read is not None:
        raise _error(side.name, entry.not_read)
    if entry.mode != _TREE:
        return [entry]
    said = _git("ls-tree", "-r", "-z", "--full-tree", entry.object)
    if said.returncode != 0:
        raise _error(side.name, f"git cannot list it: {_last_words(said)}")
    return list(_parsed(said.stdout))


def contents(name: str, objects: Sequence[str]) -> Iterator[bytes]:
    """The bytes of blobs, in their order. InputError, about `name`, where git does not have them."""
    said = _git("cat-file", "--batch", stdin="".join(f"{one}\n" for one in objects).encode())
    at, data = 0, said.stdout
    for _ in objects:
        end = data.find(b"\n", at)
        head = data[at:end].split() if end >= 0 else []
        if len(head) != 3 or head[1] != b"blob":
            raise _error(name, f"git does not have all of its files: {_last_words(said)}")
        size = int(head[2])
        yield data[end + 1 : end + 1 + size]
        at = end + 2 + size


def read_text(side: str) -> tuple[str, bytes]:
    """The name and the bytes of one file of a revision; InputError where that is none."""
    found = resolve(side)
    entry = entries(found)
    if len(entry) != 1 or entry[0].path:
        raise _error(found.name, "a directory, not a file")
    return found.name, next(contents(found.name, [entry[0].object]))


def write_files(side: GitPath, found: Sequence[Entry], folder: Path) -> None:
    """Write the files into an empty folder, each at its path; the only one without a path at `file`.

    InputError where the file system cannot hold two of them beside each other, such as `a.yaml` and `A.yaml`.
    """
    for entry, data in zip(found, contents(side.name, [one.object for one in found]), strict=True):
        parts = entry.path.split("/") if entry.path else ["file"]
        where = folder.joinpath(*parts)
        name = f"{side.name}/{entry.path}" if entry.path and side.path else f"{side.name}{entry.path}"
        if not {"", ".", ".."}.isdisjoint(parts):
            raise _error(name, "no file can have this name")
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            with where.open("xb") as file:
                file.write(data)
        except OSError as error:
            raise _error(name, f"cannot be written to a temporary folder: {error.strerror or error}") from error


def _entry(side: GitPath) -> Entry | None:
    if not side.path:
        said = _git("rev-parse", "--verify", "--quiet", f"{side.commit}^{{tree}}")
        return Entry(_TREE, said.stdout.decode("ascii").strip(), "")
    said = _git("ls-tree", "-z", "--full-tree", side.commit, "--", side.path)
    found = [entry for entry in _parsed(said.stdout) if entry.path == side.path]
    return Entry(found[0].mode, found[0].object, "") if found else None


def _parsed(listing: bytes) -> Iterator[Entry]:
    for line in listing.split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            mode, _, name = about.decode("ascii").split(" ")
            yield Entry(mode, name, os.fsdecode(path))


def _from_root(side: str, path: str, prefix: str) -> str:
    """The path from the root, in its simplest form; one that leaves the repository is an error."""
    relative = path in (".", "..") or path.startswith(("./", "../"))
    simple = posixpath.normpath(posixpath.join(prefix, path) if relative else path or ".")
    if simple == ".." or simple.startswith(("/", "../")):
        raise _error(side, "no path in the repository", "PATH counts from the repository's root: git:REV:k8s/")
    return "" if simple == "." else simple


def _git(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What git says, asked to change nothing and to ask nobody."""
    program = shutil.which("git")
    if program is None:
        raise InputError([Problem("a side git:REV needs git, which is not installed")])
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, check=False, env=environment)


def _no_repository(said: subprocess.CompletedProcess[bytes]) -> tuple[str, str]:
    words = _last_words(said)
    if "not a git repository" in words:
        return "the working directory lies in no git repository", "run netqed in a clone, or name a file or directory"
    return f"git cannot read the repository: {words}", "see what `git status` says"


def _last_words(said: subprocess.CompletedProcess[bytes]) -> str:
    lines = said.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else f"it exited with {said.returncode}"


def _advice(rev: str) -> str | None:
    """What to do about a revision that does not exist."""
    names = _git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    known = names.stdout.decode("utf-8", "replace").split()
    near = [name for name in known if name.endswith(f"/{rev}")] or difflib.get_close_matches(rev, known, n=1)
    if near:
        return f"did you mean git:{near[0]}?"
    if _git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        return (
            "this is a shallow clone, and the revision may lie beyond its depth: fetch it with "
            f"`git fetch --depth=1 origin {rev}` and name it git:FETCH_HEAD, or all with `git fetch --unshallow`"
        )
    return f"fetch it with `git fetch origin {rev}`, and name it git:FETCH_HEAD" if _git("remote").stdout else None


def _near_path(side: GitPath) -> str | None:
    folder, _, name = side.path.rpartition("/")
    beside = _git("ls-tree", "-z", "--name-only", "--full-tree", f"{side.commit}:{folder}")
    names = [os.fsdecode(one) for one in beside.stdout.split(b"\0") if one]
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {GitPath(side.rev, side.commit, posixpath.join(folder, near[0])).name}?" if near else None


def _error(name: str, message: str, hint: str | None = None) -> InputError:
    return InputError([Problem(shown(message), Position(shown(name)), hint=shown(hint) if hint else None)])
