"""Where files lie in their repository: what forges name them by."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from netqed.report.outcome import Place

_REVISION: Final = re.compile(r"git:[^:]*:(?P<path>.+)", re.DOTALL)
"""A file of a commit, by its path from the root."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The root that paths are relative to, and the folder that the files were named from; both without links."""

    root: Path
    folder: Path

    @staticmethod
    def here() -> Repository:
        """The git repository of the working directory; outside of one, the working directory itself."""
        folder = Path.cwd().resolve()
        root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)
        return Repository(root, folder)

    def path(self, place: Place) -> str:
        """The file from the root, with `/` between the parts and links followed; absolute where it lies elsewhere."""
        revision = _REVISION.fullmatch(place.file)
        if revision is not None:
            return revision["path"]
        file = place.file if place.rendered_line is None else self._origin(place.file)
        real = Path(os.path.realpath(self.folder / file))
        return real.relative_to(self.root).as_posix() if real.is_relative_to(self.root) else real.as_posix()

    def uri(self, place: Place) -> str:
        """The same as a URI reference: relative, or `file:` where it lies elsewhere."""
        path = self.path(place)
        return f"file://{quote(path)}" if path.startswith("/") else quote(path)

    def _origin(self, named: str) -> str:
        """A file as a rendered object names it. Helm puts the chart's name before its path in the chart, which may be
        the working directory; kustomize counts from the folder that it rendered, which may be another one."""
        inside = PurePosixPath(named)
        below = PurePosixPath(*inside.parts[1:])
        if not (self.folder / inside).is_file() and (self.folder / below).is_file():
            return str(below)
        if Path(os.path.realpath(self.folder / inside)).is_relative_to(self.root):
            return named
        return str(PurePosixPath(*(part for part in inside.parts if part not in ("..", "/"))))
