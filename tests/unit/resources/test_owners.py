"""Pods whose controllers are in the input as well: each counts once, unless they differ."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.cluster import Cluster
from netqed.resources.owners import is_controller_key
from support.manifests import controlled, load_all, pod, workload

LABELS = {"app": "a", "tier": "x"}
PORTS = {"containers": [{"ports": [{"containerPort": 80, "name": "http"}]}]}
LIVE_PORTS = {
    "containers": [{"ports": [{"containerPort": 80, "name": "http", "protocol": "TCP"}]}],
    "serviceAccountName": "default",
}


def live(name: str, owner: tuple[str, str], labels: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    return pod(
        name,
        labels=labels or LABELS | {"pod-template-hash": "5d4f"},
        metadata=controlled(*owner),
        **{"spec": LIVE_PORTS, "status": {"phase": "Running", "podIP": "10.0.0.1"}, **fields},
    )


def names(cluster: Cluster) -> list[str]:
    return [loaded.display for loaded in cluster.workloads]


def test_a_template_that_adds_nothing_counts_through_its_pods() -> None:
    cluster = load_all(
        workload("StatefulSet", "db", labels=LABELS, pod=PORTS),
        live("db-0", ("StatefulSet", "db"), LABELS | {"statefulset.kubernetes.io/pod-name": "db-0"}),
        live("db-1", ("StatefulSet", "db"), LABELS | {"apps.kubernetes.io/pod-index": "1"}),
    )
    assert names(cluster) == ["web/db-0", "web/db-1"]
    assert [loaded.owners for loaded in cluster.workloads] == [(("StatefulSet", "db"),)] * 2
    assert [note.text for note in cluster.left_out] == [
        "counted once, through what they made or what made them: 1 StatefulSet"
    ]
    assert cluster.notes == ()


def test_a_deployment_counts_through_the_pods_of_its_replica_set() -> None:
    deployment = workload("Deployment", "api", labels=LABELS, pod=PORTS)
    replica_set = workload(
        "ReplicaSet",
        "api-5d4f",
        labels=LABELS | {"pod-template-hash": "5d4f"},
        pod=PORTS,
        metadata=controlled("Deployment", "api"),
    )
    one = live("api-5d4f-x", ("ReplicaSet", "api-5d4f"))
    for objects in ((deployment, replica_set, one), (one, replica_set, deployment), (deployment, one)):
        cluster = load_all(*objects)
        assert names(cluster) == ["web/api-5d4f-x"]
        assert cluster.workloads[0].owners == (("ReplicaSet", "api-5d4f"), ("Deployment", "api"))


def test_a_cron_job_counts_through_the_pods_of_its_jobs() -> None:
    cron = workload("CronJob", "nightly", labels=LABELS, pod=PORTS)
    labels = LABELS | {"job-name": "nightly-28012345", "batch.kubernetes.io/controller-uid": "u", "controller-uid": "u"}
    job = workload("Job", "nightly-28012345", labels=labels, pod=PORTS, metadata=controlled("CronJob", "nightly"))
    one = live("nightly-28012345-x", ("Job", "nightly-28012345"), labels)
    assert names(load_all(cron, job, one)) == ["web/nightly-28012345-x"]
    assert names(load_all(cron, one)) == ["web/nightly-28012345-x"]
    assert names(load_all(cron, job)) == ["web/cronjob/nightly"]


def test_a_replica_set_counts_through_its_deployment_unless_it_differs() -> None:
    deployment = workload("Deployment", "api", labels=LABELS, pod=PORTS)
    same = workload(
        "ReplicaSet",
        "api-1",
        labels=LABELS | {"pod-template-hash": "1"},
        pod=PORTS,
        metadata=controlled("Deployment", "api"),
    )
    older = workload(
        "ReplicaSet", "api-0", labels={"app": "a", "pod-template-hash": "0"}, metadata=controlled("Deployment", "api")
    )
    assert names(load_all(deployment, same, older)) == ["web/deployment/api", "web/replicaset/api-0"]


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": LABELS | {"new": "1"}},
        {"labels": {"app": "a"}},
        {"pod": {"containers": []}},
        {"pod": {"containers": [{"ports": [{"containerPort": 81, "name": "http"}]}]}},
        {"pod": {"containers": [{"ports": [{"containerPort": 80, "name": "web"}]}]}},
        {"pod": PORTS | {"hostNetwork": True}},
        {"pod": PORTS | {"serviceAccountName": "robot"}},
    ],
)
def test_both_count_where_they_differ_and_that_is_noted(changed: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"labels": LABELS, "pod": PORTS}
    template = workload("DaemonSet", "agent", **(fields | changed))
    cluster = load_all(template, live("agent-x", ("DaemonSet", "agent")))
    assert names(cluster) == ["web/daemonset/agent", "web/agent-x"]
    assert [note.text for note in cluster.notes] == [
        "1 template differs from every pod in the input that it made, in labels, ports, host network or "
        "service account, so both count: web/daemonset/agent"
    ]


def test_one_pod_that_is_up_to_date_is_enough() -> None:
    template = workload("DaemonSet", "agent", labels=LABELS, pod=PORTS)
    cluster = load_all(
        template,
        live("agent-old", ("DaemonSet", "agent"), {"app": "a"}),
        live("agent-new", ("DaemonSet", "agent"), LABELS | {"controller-revision-hash": "7"}),
    )
    assert names(cluster) == ["web/agent-new", "web/agent-old"]


def test_pods_of_others_do_not_stand_for_a_template() -> None:
    template = workload("DaemonSet", "agent", labels=LABELS, pod=PORTS)
    unowned = pod("loose", labels=LABELS, spec=PORTS)
    elsewhere = live("agent-x", ("DaemonSet", "agent")) | {
        "metadata": {"name": "far", "namespace": "api", "labels": LABELS}
    }
    elsewhere["metadata"] |= controlled("DaemonSet", "agent")
    other_kind = live("agent-y", ("Deployment", "agent"))
    not_controlling = live("agent-z", ("DaemonSet", "agent"))
    not_controlling["metadata"]["ownerReferences"][0]["controller"] = False
    cluster = load_all(template, unowned, elsewhere, other_kind, not_controlling)
    assert "web/daemonset/agent" in names(cluster)
    assert cluster.left_out == ()


def test_finished_pods_do_not_stand_for_a_template() -> None:
    job = workload("Job", "once", labels=LABELS, pod=PORTS)
    assert names(load_all(job, live("once-x", ("Job", "once"), LABELS, status={"phase": "Succeeded"}))) == [
        "web/job/once"
    ]


def test_owners_that_own_each_other_end() -> None:
    one = workload("Deployment", "one", labels=LABELS, metadata=controlled("Deployment", "two"))
    two = workload("Deployment", "two", labels=LABELS, metadata=controlled("Deployment", "one"))
    assert names(load_all(one, two)) == ["web/deployment/one", "web/deployment/two"]


def test_keys_that_controllers_add() -> None:
    assert is_controller_key("pod-template-hash")
    assert is_controller_key("batch.kubernetes.io/job-name")
    assert not is_controller_key("app")
