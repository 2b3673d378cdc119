"""Pods: what is read of them, what is validated, and which of them still exist."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.objects import ContainerPort
from support.manifests import load_all, load_workload, messages_of, pod


def test_every_field_that_is_read() -> None:
    loaded = load_workload(
        pod(
            labels={"app": "a", "empty": "", "null": None},
            spec={
                "hostNetwork": True,
                "serviceAccountName": "robot",
                "nodeName": "n1",
                "initContainers": [
                    {"name": "i", "ports": [{"containerPort": 1}]},
                    {"name": "sidecar", "restartPolicy": "Always", "ports": [{"containerPort": 2}]},
                ],
                "containers": [
                    {
                        "name": "c",
                        "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
                    },
                    {"name": "d", "ports": [{"containerPort": 81, "name": "http", "hostPort": 81}]},
                    {"name": "e"},
                    {"name": "f", "ports": None},
                ],
            },
            status={
                "phase": "Running",
                "podIP": "10.0.0.1",
                "podIPs": [{"ip": "10.0.0.1"}, {"ip": "FD00::0001"}, {"ip": "10.0.0.1"}],
                "hostIP": "192.0.2.1",
            },
        )
    )
    assert loaded.labels == {"app": "a", "empty": "", "null": ""}
    assert loaded.container_ports == (
        ContainerPort(80, "http"),
        ContainerPort(53, None, "UDP"),
        ContainerPort(81, "http"),
    )
    assert (loaded.host_network, loaded.service_account, loaded.node_name) == (True, "robot", "n1")
    assert loaded.addresses == ("10.0.0.1", "fd00::1")
    assert loaded.node_addresses == ("192.0.2.1",)
    assert not loaded.is_template


def test_absent_fields() -> None:
    loaded = load_workload(pod(labels={}))
    assert (loaded.labels, loaded.container_ports, loaded.addresses) == ({}, (), ())
    assert (loaded.host_network, loaded.service_account, loaded.node_name) == (False, None, None)


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_pod_without_an_address_is_kept(phase: str) -> None:
    loaded = load_workload(pod(status={"phase": phase}))
    assert loaded.addresses == ()


@pytest.mark.parametrize("status", [{"podIP": "10.0.0.9"}, {"hostIP": "10.0.0.9"}, {"hostIPs": [{"ip": "10.0.0.9"}]}])
def test_a_host_networked_pod_is_at_its_nodes_address(status: dict[str, Any]) -> None:
    loaded = load_workload(pod(spec={"hostNetwork": True}, status=status))
    assert loaded.addresses == loaded.node_addresses == ("10.0.0.9",)
    other = load_workload(pod(spec={"hostNetwork": False}, status=status))
    assert other.addresses == () or other.node_addresses == ()


def test_a_terminating_pod_is_kept() -> None:
    terminating = pod(
        metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}, status={"phase": "Running", "podIP": "10.0.0.1"}
    )
    assert load_workload(terminating).addresses == ("10.0.0.1",)


def test_finished_pods_are_left_out_and_counted() -> None:
    cluster = load_all(
        pod("done", status={"phase": "Succeeded", "podIP": "10.0.0.1"}),
        pod("dead", status={"phase": "Failed"}),
        pod("alive", status={"phase": "Running"}),
    )
    assert [workload.name for workload in cluster.workloads] == ["alive"]
    (note,) = cluster.left_out
    assert note.text == "2 pods have finished (phase Succeeded or Failed): web/done, web/dead"


CONTAINER = "spec.containers[0]"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labels": {"v": 1}}, "metadata.labels.v: expected a string, found the number 1"),
        ({"labels": {"v": True}}, "metadata.labels.v: expected a string, found the boolean true"),
        ({"labels": ["v"]}, "metadata.labels: expected a mapping, found a list"),
        ({"spec": None}, "spec is missing; expected a pod's spec with its containers"),
        ({"spec": []}, "spec: expected a mapping, found a list"),
        ({"spec": {"hostNetwork": "true"}}, 'spec.hostNetwork: expected true or false, found the text "true"'),
        ({"spec": {"nodeName": 1}}, "spec.nodeName: expected a string, found the number 1"),
        ({"spec": {"containers": {}}}, "spec.containers: expected a list, found a mapping"),
        ({"spec": {"containers": ["c"]}}, f"{CONTAINER}: expected a mapping: a container"),
        ({"status": {"podIP": "10.0.0"}}, 'status.podIP: expected an IP address, found the text "10.0.0"'),
        ({"status": {"podIPs": ["10.0.0.1"]}}, "status.podIPs[0]: expected ip: and an IP address"),
        ({"status": {"hostIPs": [{"ip": "node"}]}}, "status.hostIPs[0]: expected ip: and an IP address"),
        ({"status": "Running"}, 'status: expected a mapping, found the text "Running"'),
    ],
)
def test_bad_fields(fields: dict[str, Any], message: str) -> None:
    assert messages_of(pod(**fields)) == [message]


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ({"containerPort": 80}, f"{CONTAINER}.ports: expected a list, found a mapping"),
        ([80], f"{CONTAINER}.ports[0]: expected a mapping with containerPort"),
        ([{"name": "http"}], f"{CONTAINER}.ports[0]: containerPort is missing; expected 1 to 65535"),
        ([{"containerPort": "80"}], f'{CONTAINER}.ports[0].containerPort: expected a number, found the text "80"'),
        ([{"containerPort": 0}], f"{CONTAINER}.ports[0].containerPort: 0 is no port; expected 1 to 65535"),
        ([{"containerPort": True}], f"{CONTAINER}.ports[0].containerPort: expected a number, found the boolean true"),
        (
            [{"containerPort": 80, "protocol": "udp"}],
            f'{CONTAINER}.ports[0].protocol: "udp" is not valid; expected TCP, UDP or SCTP',
        ),
        (
            [{"containerPort": 80, "name": "HTTP"}],
            f"{CONTAINER}.ports[0].name: \"HTTP\" is no port name; expected lower-case letters, digits and '-'",
        ),
        (
            [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "name": "http"}],
            f'{CONTAINER}.ports[1].name: "http" names two ports of this container',
        ),
    ],
)
def test_bad_container_ports(ports: Any, message: str) -> None:
    assert messages_of(pod(spec={"containers": [{"ports": ports}]})) == [message]


def test_fields_that_are_not_read_may_hold_anything() -> None:
    odd = pod(spec={"containers": [{"image": 5, "unknown": []}], "priority": "x"}, unheard_of=1)
    assert messages_of(odd) == []
