"""What reading files, directories and stdin brings: documents, files passed over, problems."""

from __future__ import annotations

from dataclasses import dataclass, field

from netqed.sources.document import Document
from netqed.sources.position import Position, Problem


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file, or a document in it, that is no Kubernetes object."""

    position: Position
    why: str


@dataclass(frozen=True, slots=True)
class Kustomization:
    """A kustomization file that lies among the files read: it was not rendered."""

    file: str
    patches: tuple[str, ...] = ()
    """Files that it lists as patches, joined to its folder: they are no objects and were not read as such."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read. With `problems` it must not be used for a verdict."""

    documents: tuple[Document, ...] = ()
    """One an object, `List` kinds taken apart, in the order of the files (sorted within a directory)."""
    problems: tuple[Problem, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    kustomizations: tuple[Kustomization, ...] = ()
    dumps: tuple[Document, ...] = field(default=())
    """The `List` objects that were taken apart, in case someone asks what a dump left out."""
    sources: tuple[str, ...] = ()
    """The paths, as the user named them; `<stdin>` for `-`."""
    files: int = 0
    digest: str = ""
    """sha256 over the bytes of the files, in the order of reading."""
