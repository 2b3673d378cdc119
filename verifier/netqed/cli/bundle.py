"""What a report of a disagreement between evaluator and encoding needs, as a folder of files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netqed import __version__
from netqed.plugins.matters import Matter

if TYPE_CHECKING:
    from netqed.analysis.disagreement import Disagreement
    from netqed.reference.flow import End

README = """\
netqed's evaluator and its encoding disagreed on one flow. One of them has a bug; no verdict was given.

disagreement.json  the flow, what each of the two answers, and how matters left to network plugins were decided
manifests.json     the policies and namespaces that it was judged against

The names, labels and addresses are those of your cluster: look through the files before you attach them to a report.
"""


def write_bundle(disagreement: Disagreement, folder: Path | None = None) -> Path | None:
    """Write the bundle below `folder` (the working directory) and return where; None where it cannot be written."""
    files = bundle(disagreement)
    digest = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12]
    where = (folder or Path()) / f"netqed-bug-{digest}"
    try:
        where.mkdir(exist_ok=True)
        for name, text in files.items():
            (where / name).write_text(text, encoding="utf-8")
    except OSError:
        return None
    return where


def bundle(disagreement: Disagreement) -> dict[str, str]:
    """The bundle's files by name. The same disagreement gives the same text."""
    flow, world = disagreement.flow, disagreement.world
    found = {
        "netqed": __version__,
        "place": disagreement.place,
        "source": _end(flow.source),
        "destination": _end(flow.destination),
        "protocol": flow.protocol,
        "port": flow.port,
        "evaluator": dict(zip(("ingress", "egress"), disagreement.reference, strict=True)),
        "encoding": dict(zip(("ingress", "egress"), disagreement.encoding, strict=True)),
        "reading": {matter.value: matter in world.reading for matter in Matter},
        "nodes": {name: [str(a) for a in addresses] for name, addresses in (world.nodes or {}).items()},
    }
    items: list[Any] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels)}}
        for name, labels in (world.namespaces or {}).items()
    ]
    items += [policy.document.data for policy in world.policies if policy.document is not None]
    manifests = {"apiVersion": "v1", "kind": "List", "items": items}
    return {
        "README.txt": README,
        "disagreement.json": json.dumps(found, indent=2) + "\n",
        "manifests.json": json.dumps(manifests, indent=2, default=str) + "\n",
    }


def _end(end: End) -> dict[str, Any]:
    return {field.name: _plain(getattr(end, field.name)) for field in dataclasses.fields(end)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return dict(value) if hasattr(value, "keys") else str(value)
