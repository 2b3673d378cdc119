"""Dumps of a cluster: refused where they lack policies or namespaces, with the command that brings them."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.dumps import COMMAND
from netqed.resources.load import load
from netqed.sources.position import InputError
from support.documents import MemoryDocument, reading_of
from support.manifests import Manifest, namespace, pod, policy

STORED = {"uid": "7f3c", "resourceVersion": "12", "creationTimestamp": "2026-01-01T00:00:00Z"}
LIST = MemoryDocument({"apiVersion": "v1", "kind": "List", "items": []}, "dump.json")


def dump_problems(*dumped: Manifest, beside: tuple[Manifest, ...] = ()) -> list[tuple[str, str | None]]:
    documents = (
        *(MemoryDocument(item, "dump.json") for item in dumped),
        *(MemoryDocument(item, "mine.yaml") for item in beside),
    )
    try:
        load(reading_of(*documents, dumps=(LIST,)))
    except InputError as error:
        return [(problem.message, problem.hint) for problem in error.problems]
    return []


def stored(**metadata: Any) -> Manifest:
    return pod(metadata=metadata or STORED)


def test_a_dump_without_policies_and_namespaces_is_refused_for_both() -> None:
    hint = f"dump all that netqed reads: {COMMAND}"
    assert dump_problems(stored()) == [
        ("this dump of a cluster comes without any Namespace: namespace selectors would seem to match nothing", hint),
        ("this dump of a cluster comes without any NetworkPolicy: every pod would seem open to everything", hint),
    ]


def test_the_command_is_complete() -> None:
    assert COMMAND == (
        "kubectl get namespaces,nodes,pods,services,serviceaccounts,deployments,statefulsets,daemonsets,replicasets,"
        "replicationcontrollers,jobs,cronjobs,networkpolicies -A -o json"
    )


def test_what_a_dump_lacks_may_stand_beside_it() -> None:
    assert dump_problems(stored(), policy(), namespace("web")) == []
    assert dump_problems(stored(), beside=(policy(), namespace("web"))) == []
    (missing,) = dump_problems(stored(), beside=(namespace("web"),))
    assert "without any NetworkPolicy" in missing[0]


@pytest.mark.parametrize("mark", STORED)
def test_one_mark_of_a_server_makes_a_list_a_dump(mark: str) -> None:
    assert len(dump_problems(stored(**{mark: STORED[mark]}))) == 2


def test_a_status_makes_a_list_a_dump() -> None:
    assert len(dump_problems(pod(status={"phase": "Running"}))) == 2


def test_a_list_that_someone_wrote_is_no_dump() -> None:
    assert dump_problems(pod()) == []
    assert dump_problems(pod(status={}, metadata={"creationTimestamp": None})) == []
    assert dump_problems(pod(), beside=(stored(),)) == []


def test_manifests_without_policies_are_no_dump() -> None:
    assert load(reading_of(pod(status={"phase": "Running"}, metadata=STORED))).workloads
