"""The spec file found where none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SPEC_NAME: Final = "netqed.yaml"
"""The file that is looked for."""


def find_spec(first_path: str | Path | None) -> Path | None:
    """Return the nearest `netqed.yaml` in or above a path, up to the git root (the folder with `.git`) or, outside a
    repository, the file system's. None, `-` and `''` stand for the working directory. A spec in or below the working
    directory comes back relative to it."""
    here = Path.cwd().resolve()
    start = here if not first_path or str(first_path) == "-" else Path(first_path).resolve()
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        found = candidate / SPEC_NAME
        if found.is_file():
            return found.relative_to(here) if found.is_relative_to(here) else found
        if (candidate / ".git").exists():
            return None
    return None
