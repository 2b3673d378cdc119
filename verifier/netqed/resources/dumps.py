"""Dumps of a cluster: whether they are whole enough to prove anything from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from netqed.sources.document import Document
from netqed.sources.position import Problem
from netqed.sources.reading import Reading

KINDS: Final = (
    "namespaces",
    "nodes",
    "pods",
    "services",
    "serviceaccounts",
    "deployments",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "replicationcontrollers",
    "jobs",
    "cronjobs",
    "networkpolicies",
)
"""What to ask a cluster for, in kubectl's words."""

COMMAND: Final = f"kubectl get {','.join(KINDS)} -A -o json"
"""The command whose output is everything that netqed reads of a cluster."""


def dump_problems(reading: Reading, kinds: Collection[str]) -> list[Problem]:
    """A problem for a dump without policies, and for one without namespaces, anywhere in the input.

    A dump is a `List` with objects that a server has stored. `kinds` are the kinds of the whole input that are read.
    Manifests that someone wrote may do without either; from a dump that lacks them nothing follows: its pods would
    seem open to all, its namespaces would seem to have no labels.
    """
    lists = {dump.file: dump for dump in reading.dumps}
    if not lists:
        return []
    dump = next((lists[d.file] for d in reading.documents if d.file in lists and _was_stored(d)), None)
    if dump is None:
        return []
    problems: list[Problem] = []
    for kind, consequence in (
        ("NetworkPolicy", "every pod would seem open to everything"),
        ("Namespace", "namespace selectors would seem to match nothing"),
    ):
        if kind not in kinds:
            problems.append(
                Problem(
                    f"this dump of a cluster comes without any {kind}: {consequence}",
                    dump.start,
                    hint=f"dump all that netqed reads: {COMMAND}",
                )
            )
    return problems


def _was_stored(document: Document) -> bool:
    """Whether the object bears the marks of an API server."""
    data: dict[str, Any] = document.data
    metadata = data.get("metadata")
    if isinstance(metadata, dict) and any(
        metadata.get(mark) for mark in ("uid", "resourceVersion", "creationTimestamp")
    ):
        return True
    return bool(data.get("status"))
