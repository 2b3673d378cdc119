"""Reading files, directories and stdin into documents."""

from __future__ import annotations

import codecs
import hashlib
import re
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from netqed.sources.collector import collector_paused
from netqed.sources.document import Document
from netqed.sources.folder import (
    KUSTOMIZATION_NAMES,
    MAX_FILE_BYTES,
    STDIN,
    STDIN_NAME,
    Found,
    FoundFile,
    find,
    os_problem,
    read_bytes,
    real_path,
)
from netqed.sources.git import is_git
from netqed.sources.kustomize import listed_files, patch_files, resource_files
from netqed.sources.manifests import ManifestReader, Manifests
from netqed.sources.position import Position, Problem
from netqed.sources.reading import Kustomization, PassedOver, Reading
from netqed.sources.revisions import place
from netqed.sources.text import SourceText, shown

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")

Progress = Callable[[str, int, int], None]
"""Told the file that is read next, how many files were read before it, and how many there are."""


def read(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    exclude: Collection[Path] = (),
    stdin_name: str = STDIN_NAME,
    stdin_folder: str | None = None,
    blank_files: bool = False,
    progress: Progress | None = None,
) -> Reading:
    """Everything that the paths hold: files, directories with all below them, `-` for stdin, `git:REV:PATH` for what a
    commit has of either.

    Files in `exclude` (the spec) are not read. All problems of all files are collected, sorted by place; nothing is
    raised for bad input. `stdin` is the process's own unless another is given, and `stdin_name` its name in places;
    the files that its objects were rendered from are named from `stdin_folder`. A path that is named and brings no
    object is a problem; with `blank_files` a file without any contents is not, if another path brings one.
    """
    reader = _Reader(stdin, progress, stdin_name, stdin_folder, blank_files)
    with collector_paused():
        reader.read(paths, exclude)
    return reader.reading(paths)


def decode(name: str, data: bytes) -> SourceText | Problem:
    """The bytes as text: UTF-8, or UTF-16 behind its byte order mark, as YAML allows; a problem for anything else."""
    name = shown(name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return SourceText(name, data.decode("utf-16"))
        except UnicodeDecodeError:
            return Problem("not valid UTF-16, though it begins with its byte order mark", Position(name))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return SourceText(name, data.decode())
    except UnicodeDecodeError as error:
        if _BINARY.search(data, 0, 1024):
            return Problem("a binary file, not YAML or JSON", Position(name))
        line_end = data.find(b"\n", error.start)
        text = data[: line_end if line_end >= 0 else len(data)].decode(errors="replace")
        offset = len(data[: error.start].decode())
        message = f"not UTF-8 text: the byte 0x{data[error.start]:02x} cannot stand here"
        return SourceText(name, text).problem(message, offset, "save the file as UTF-8")


@dataclass(slots=True)
class _Reader:
    """What has been read so far."""

    stdin: BinaryIO | None
    progress: Progress | None
    stdin_name: str = STDIN_NAME
    stdin_folder: str | None = None
    blank_files: bool = False
    manifests: ManifestReader = field(default_factory=ManifestReader)
    documents: list[Document] = field(default_factory=list)
    dumps: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    kustomizations: list[Kustomization] = field(default_factory=list)
    fruitful: set[str] = field(default_factory=set)
    """Paths of the command line that brought an object or a problem."""
    blank: set[str] = field(default_factory=set)
    """Files of the command line without contents."""
    files: int = 0
    digest: str = ""

    def read(self, paths: Sequence[str], exclude: Collection[Path]) -> None:
        """Read everything."""
        if not any(map(is_git, paths)):
            self._read(paths, find(paths, exclude, stdin_name=self.stdin_name))
            return
        with TemporaryDirectory(prefix="netqed-") as folder:
            revisions = place(paths, Path(folder))
            self.problems.extend(revisions.problems)
            self.passed_over.extend(revisions.passed_over)
            there = [path for path in paths if path in revisions.placed or not is_git(path)]
            self._read(there, find(there, exclude, revisions.placed, self.stdin_name))

    def _read(self, paths: Sequence[str], found: Found) -> None:
        self.problems.extend(found.problems)
        self.fruitful |= found.unreadable | found.repeated
        kustomizations = {file: self.manifest(file) for file in found.files if _is_kustomization(file)}
        listed = _listed(kustomizations)
        digest = hashlib.sha256()
        for number, file in enumerate(found.files):
            if self.progress is not None:
                self.progress(shown(file.name), number, len(found.files))
            why = listed.get(real_path(file.path)) if file.from_walk and file.path is not None else None
            if why is not None:
                self.passed_over.append(PassedOver(Position(shown(file.name)), why))
                continue
            data, held = kustomizations.get(file) or self.manifest(file)
            if file.path is not None and not file.from_walk and not data.strip():
                self.blank.add(file.named)
            digest.update(data)
            self.files += 1
            self._take(file, held)
        for named in dict.fromkeys(paths):
            if named in self.fruitful:
                continue
            if self.blank_files and named in self.blank and self.documents:
                self.passed_over.append(PassedOver(Position(shown(named)), "an empty file"))
            else:
                self._barren(named)
        self.digest = digest.hexdigest()

    def manifest(self, file: FoundFile) -> tuple[bytes, Manifests]:
        """The bytes of the file and what they hold; no bytes where it cannot be read."""
        held = Manifests()
        try:
            if file.path is None:
                data = (self.stdin or sys.stdin.buffer).read(MAX_FILE_BYTES + 1)
                if len(data) > MAX_FILE_BYTES:
                    raise ValueError(f"more than {MAX_FILE_BYTES // 1024**2} MiB, the most that is read")
            else:
                data = read_bytes(file.path)
        except OSError as error:
            held.problems.append(os_problem(file.name, error))
            return b"", held
        except ValueError as error:
            held.problems.append(Problem(str(error), Position(shown(file.name))))
            return b"", held
        source = decode(file.name, data)
        if isinstance(source, Problem):
            held.problems.append(source)
            return data, held
        if file.path is None:
            source.folder = self.stdin_folder
        return data, self.manifests.read(source, is_kustomization=_is_kustomization(file))

    def reading(self, paths: Sequence[str]) -> Reading:
        """What was read, problems in the order of their places."""
        return Reading(
            documents=tuple(self.documents),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.sort_key)),
            passed_over=tuple(self.passed_over),
            kustomizations=tuple(self.kustomizations),
            dumps=tuple(self.dumps),
            sources=tuple(dict.fromkeys(self._name(path) for path in paths)),
            files=self.files,
            digest=self.digest,
        )

    def _take(self, file: FoundFile, held: Manifests) -> None:
        self.documents.extend(held.documents)
        self.dumps.extend(held.dumps)
        self.problems.extend(held.problems)
        self.passed_over.extend(held.passed_over)
        for contents in held.kustomizations:
            folder = Path(file.name).parent
            names = tuple(str(path) for path in patch_files(contents, folder))
            self.kustomizations.append(Kustomization(shown(file.name), names))
        if not held.empty:
            self.fruitful.add(file.named)

    def _name(self, named: str) -> str:
        return shown(self.stdin_name if named == STDIN else named)

    def _barren(self, named: str) -> None:
        """Note that a path brought nothing: nothing would be checked, and the user expects something to be."""
        name = self._name(named)
        others = sum(1 for passed in self.passed_over if _lies_in(passed.position.file, name))
        hint = None
        if others:
            hint = f"{others} {'document' if others == 1 else 'documents'} in it passed over: not Kubernetes objects"
        self.problems.append(Problem(f"no Kubernetes objects in {name}", Position(name), hint=hint))


def _listed(kustomizations: dict[FoundFile, tuple[bytes, Manifests]]) -> dict[Path, str]:
    """The real files that kustomizations list as something else than objects, each with what to say of it.

    One that some other kustomization lists among its resources is an object all the same: to leave it out could leave
    out a policy.
    """
    contents = [
        (file.name, file.path.parent, one)
        for file, (_, held) in kustomizations.items()
        for one in held.kustomizations
        if file.path is not None
    ]
    resources = {real_path(path) for _, folder, one in contents for path in resource_files(one, folder)}
    return {
        real: f"listed as {role} in {shown(name)}"
        for name, folder, one in contents
        for path, role in listed_files(one, folder).items()
        if (real := real_path(path)) not in resources
    }


def _is_kustomization(file: FoundFile) -> bool:
    return file.path is not None and file.path.name in KUSTOMIZATION_NAMES


def _lies_in(file: str, named: str) -> bool:
    return file == named or Path(file).is_relative_to(Path(named))
