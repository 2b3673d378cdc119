"""Workloads: the template of each kind, and the selector that has to match it."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.objects import ContainerPort
from support.manifests import load_all, load_workload, manifest, messages_of, problems_of, workload

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")
PORTS = {"containers": [{"ports": [{"containerPort": 80, "name": "http"}]}], "hostNetwork": True}


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_is_read(kind: str) -> None:
    loaded = load_workload(
        workload(kind, labels={"app": "x", "tier": "y"}, pod=PORTS, metadata={"labels": {"own": "1"}})
    )
    assert loaded.labels == {"app": "x", "tier": "y"}
    assert loaded.container_ports == (ContainerPort(80, "http"),)
    assert loaded.host_network and loaded.is_template and loaded.addresses == ()
    assert loaded.display == f"web/{kind.lower()}/w"


def test_a_replication_controller_selects_by_a_plain_mapping() -> None:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {}}
    good = manifest("v1", "ReplicationController", "rc", spec={"template": template, "selector": {"app": "a"}})
    assert load_workload(good).labels == {"app": "a"}
    assert load_workload(manifest("v1", "ReplicationController", "rc", spec={"template": template})).labels
    bad = manifest("v1", "ReplicationController", "rc", spec={"template": template, "selector": {"app": "b"}})
    assert messages_of(bad) == ["spec.selector: the selector does not match the template's own labels (app=a)"]


@pytest.mark.parametrize("spec", [{"replicas": 0}, {"suspend": True}, {"paused": True}])
def test_what_is_scaled_to_nothing_exists(spec: dict[str, Any]) -> None:
    assert load_all(workload("Deployment", spec=spec), workload("CronJob", spec=spec)).workloads != ()
    assert len(load_all(workload("Deployment", spec=spec), workload("CronJob", spec=spec)).workloads) == 2


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"app": "b"}},
        {"matchLabels": {"app": "a", "more": "x"}},
        {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a"]}]},
        {"matchExpressions": [{"key": "other", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "other", "operator": "In", "values": ["a"]}]},
    ],
)
def test_a_selector_must_match_its_template(selector: dict[str, Any]) -> None:
    (message,) = messages_of(workload("Deployment", spec={"selector": selector}))
    assert message == "spec.selector: the selector does not match the template's own labels (app=a)"


@pytest.mark.parametrize(
    "selector",
    [
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
        {"matchExpressions": [{"key": "other", "operator": "NotIn", "values": ["a"]}]},
        {"matchExpressions": [{"key": "other", "operator": "DoesNotExist"}, {"key": "app", "operator": "Exists"}]},
    ],
)
def test_a_selector_of_expressions_that_matches(selector: dict[str, Any]) -> None:
    assert messages_of(workload("Deployment", spec={"selector": selector})) == []


@pytest.mark.parametrize("selector", [None, {}, {"matchLabels": {}}])
def test_an_apps_v1_workload_needs_a_selector(selector: Any) -> None:
    message = "selector is missing or empty; expected one that matches the template's labels"
    (found,) = messages_of(workload("DaemonSet", spec={"selector": selector}))
    assert found.endswith(message)


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("Deployment", None, ": spec is missing; expected a pod template at spec.template"),
        ("Deployment", {}, "spec: template is missing; expected a pod template at spec.template"),
        ("Job", {"template": []}, "spec.template: expected a mapping, found a list"),
        ("Job", {"template": {}}, "spec.template: spec is missing; expected a pod's spec with its containers"),
        (
            "CronJob",
            {"jobTemplate": {}},
            "spec.jobTemplate: spec is missing; expected a pod template at spec.jobTemplate.spec.template",
        ),
    ],
)
def test_a_workload_needs_its_template(kind: str, spec: Any, message: str) -> None:
    api_version = "apps/v1" if kind == "Deployment" else "batch/v1"
    (found,) = messages_of(manifest(api_version, kind, "w", spec=spec))
    assert found == message.removeprefix(": ")


def test_problems_of_a_template_point_into_it() -> None:
    (problem,) = problems_of(workload("CronJob", labels={"app": "a", "v": 2}))
    assert problem.message == (
        "spec.jobTemplate.spec.template.metadata.labels.v: expected a string, found the number 2"
    )
    assert problem.object == "CronJob web/w"


def test_withdrawn_versions_are_read_with_a_note_and_unheard_of_ones_refused() -> None:
    cluster = load_all(
        workload("Deployment", "old", api_version="extensions/v1beta1"),
        workload("CronJob", "older", api_version="batch/v1beta1"),
    )
    assert [loaded.display for loaded in cluster.workloads] == ["web/cronjob/older", "web/deployment/old"]
    assert [note.text for note in cluster.notes] == [
        "no longer served, read as apps/v1: Deployment web/old (extensions/v1beta1)",
        "no longer served, read as batch/v1: CronJob web/older (batch/v1beta1)",
    ]
    assert messages_of(workload("Deployment", api_version="apps/v2")) == [
        'apiVersion: "apps/v2" is not served for Deployment; expected apps/v1'
    ]
    assert messages_of(workload("StatefulSet", api_version="apps/v1alpha1")) == [
        'apiVersion: "apps/v1alpha1" is not served for StatefulSet; expected apps/v1'
    ]
