"""Where the files of revisions lie while they are read, and what of a revision is not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netqed.sources.folder import EXTENSIONS, KUSTOMIZATION_NAMES, Placed, inside
from netqed.sources.git import Entry, entries, is_git, resolve, write_files
from netqed.sources.position import InputError, Position, Problem
from netqed.sources.reading import PassedOver
from netqed.sources.text import shown


@dataclass(frozen=True, slots=True)
class Revisions:
    """The paths into revisions: those whose files could be written, and what to say of the others."""

    placed: Mapping[str, Placed]
    passed_over: Sequence[PassedOver] = field(default_factory=list)
    problems: Sequence[Problem] = field(default_factory=list)


def place(paths: Sequence[str], folder: Path) -> Revisions:
    """Write what a walk of each `git:REV[:PATH]` among the paths would read below the folder.

    Symbolic links and submodules are passed over, and said to be.
    """
    placed: dict[str, Placed] = {}
    passed_over: list[PassedOver] = []
    problems: list[Problem] = []
    for number, named in enumerate(dict.fromkeys(filter(is_git, paths))):
        own = folder / str(number)
        try:
            side = resolve(named)
            found = [entry for entry in entries(side) if not _is_hidden(entry.path)]
            own.mkdir()
            write_files(side, [entry for entry in found if _is_read(entry)], own)
        except InputError as error:
            problems.extend(error.problems)
            continue
        for entry in found:
            if entry.not_read is not None:
                passed_over.append(PassedOver(Position(shown(inside(side.name, entry.path))), entry.not_read))
        is_file = len(found) == 1 and not found[0].path
        placed[named] = Placed(side.name, own / "file" if is_file else own)
    return Revisions(placed, passed_over, problems)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _is_read(entry: Entry) -> bool:
    """What a walk reads, and the file that is named itself."""
    name = entry.path.rpartition("/")[2]
    wanted = not name or name.lower().endswith(EXTENSIONS) or name in KUSTOMIZATION_NAMES
    return wanted and entry.not_read is None
