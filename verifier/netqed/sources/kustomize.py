"""What a kustomization says of the files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILE_NAME = re.compile(r"(?![{\[])(?:[^\n\0:]|:(?! ))+")
_RESOURCE_LISTS = ("resources", "bases", "components", "crds")
_FILE_LISTS = {
    "patchesStrategicMerge": "a patch",
    "configurations": "configuration",
    "transformers": "configuration",
    "validators": "configuration",
    "generators": "configuration",
}
_ENTRY_LISTS = {"patches": "a patch", "patchesJson6902": "a patch", "replacements": "configuration"}
_GENERATORS = ("configMapGenerator", "secretGenerator")


def listed_files(contents: dict[str, Any], folder: Path) -> dict[Path, str]:
    """The files that the kustomization lists as something else than objects, joined to its folder, and as what.

    These are patches, configuration of kustomize, and data that it packs into ConfigMaps and Secrets. A file that
    is listed among the resources as well is an object, and not among them.
    """
    resources = {str(Path(name)) for key in _RESOURCE_LISTS for name in _texts(contents.get(key))}
    listed = {str(Path(name)): role for name, role in _listed(contents)}
    return {folder / name: role for name, role in listed.items() if name not in resources}


def resource_files(contents: dict[str, Any], folder: Path) -> tuple[Path, ...]:
    """What the kustomization lists as resources, files and folders alike, joined to its folder."""
    return tuple(folder / name for key in _RESOURCE_LISTS for name in _texts(contents.get(key)))


def patch_files(contents: dict[str, Any], folder: Path) -> tuple[Path, ...]:
    """The files that the kustomization lists as patches, joined to its folder."""
    return tuple(path for path, role in listed_files(contents, folder).items() if role == "a patch")


def _listed(contents: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, role in _FILE_LISTS.items():
        for name in _texts(contents.get(key)):
            yield name, role
    for key, role in _ENTRY_LISTS.items():
        for entry in _entries(contents.get(key)):
            for name in _texts([entry.get("path")]):
                yield name, role
    for key in _GENERATORS:
        for entry in _entries(contents.get(key)):
            for name in _texts(entry.get("files")):
                yield name.partition("=")[2] or name, "data"  # KEY=FILE names the key apart from the file


def _texts(value: Any) -> Iterator[str]:
    """The texts of a list that can be names of files; others are patches written in place."""
    if isinstance(value, list):
        yield from (text for text in value if isinstance(text, str) and _FILE_NAME.fullmatch(text))


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
