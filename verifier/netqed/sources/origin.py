"""Which file a rendered object was rendered from, as far as it says so itself."""

from __future__ import annotations

import re
from typing import Any, Final

ANNOTATION: Final = "config.kubernetes.io/origin"
"""What kustomize writes with `buildMetadata: [originAnnotations]`: YAML with `path`, and with `repo` where the object
is of another repository."""

_COMMENT: Final = re.compile(r"^# Source:[ \t]+(\S.*?)[ \t\r]*$", re.MULTILINE)
"""What `helm template` writes above each object."""

_ENTRY: Final = re.compile(r"^(path|repo):[ \t]+(\S.*?)[ \t\r]*$", re.MULTILINE)


def origin_of(data: dict[str, Any], before: str) -> str | None:
    """The file that the object names, by its annotation or in the comments `before` it; None where it names none, or
    one of another repository."""
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    annotation = annotations.get(ANNOTATION) if isinstance(annotations, dict) else None
    if isinstance(annotation, str):
        entries = {key: value.strip("'\"") for key, value in _ENTRY.findall(annotation)}
        return None if "repo" in entries else entries.get("path")
    comments = _COMMENT.findall(before)
    return comments[-1] if comments else None
