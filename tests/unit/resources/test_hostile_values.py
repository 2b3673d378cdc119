"""Any value in any place: each object loads or is refused with a place, and nothing else ever happens."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from netqed.resources.load import load
from netqed.sources.position import FieldPath, InputError
from support.documents import reading_of
from support.manifests import Manifest, controlled, manifest, namespace, pod, policy, workload

CONTAINERS = {"containers": [{"name": "c", "ports": [{"containerPort": 80, "name": "http", "protocol": "TCP"}]}]}
SELECTOR = {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}
RULE_PORTS = [{"port": 80, "endPort": 90, "protocol": "TCP"}, {"port": "http"}]

WHOLE: dict[str, Manifest] = {
    "policy": policy(
        podSelector=SELECTOR,
        policyTypes=["Ingress", "Egress"],
        ingress=[{"from": [{"podSelector": SELECTOR, "namespaceSelector": SELECTOR}], "ports": RULE_PORTS}],
        egress=[{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": RULE_PORTS}],
    ),
    "pod": pod(
        spec={**CONTAINERS, "hostNetwork": True, "serviceAccountName": "s", "nodeName": "n"},
        status={
            "phase": "Running",
            "podIP": "10.0.0.1",
            "podIPs": [{"ip": "10.0.0.1"}],
            "hostIP": "10.0.0.2",
            "hostIPs": [{"ip": "10.0.0.2"}],
        },
        metadata=controlled("ReplicaSet", "x"),
    ),
    "deployment": workload("Deployment", pod=CONTAINERS, spec={}),
    "cron job": workload("CronJob", pod=CONTAINERS),
    "controller": manifest(
        "v1",
        "ReplicationController",
        "rc",
        spec={"selector": {"app": "a"}, "template": {"metadata": {"labels": {"app": "a"}}, "spec": CONTAINERS}},
    ),
    "service": manifest(
        "v1",
        "Service",
        "s",
        spec={"type": "NodePort", "selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": "http", "name": "n"}]},
    ),
    "namespace": namespace("web", team="a"),
    "node": manifest("v1", "Node", "n", None, status={"addresses": [{"type": "InternalIP", "address": "10.0.0.2"}]}),
    "maker": manifest("example.com/v1", "Maker", "m", spec={"template": {"spec": {"containers": [{"image": "i"}]}}}),
    "unsupported": manifest("cilium.io/v2", "CiliumNetworkPolicy", "c", spec={}),
}
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 16**6000, 80.0, float("inf"), float("nan"), "", " ", "x" * 5000, "\x00\x1b[31m", "é/é",
    [], {}, [None], [[]], [{}], ["x", "x"], {"": None}, {"x": {"x": []}}, {"\n": "\n"},
)  # fmt: skip


def _paths(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from _paths(item, (*path, step))


def _replaced(whole: Manifest, path: FieldPath, value: Any) -> Manifest:
    changed = copy.deepcopy(whole)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", WHOLE)
def test_any_value_anywhere_loads_or_is_refused_with_a_place(name: str) -> None:
    tried = refused = 0
    for path in _paths(WHOLE[name]):
        for value in VALUES:
            tried += 1
            try:
                load(reading_of(_replaced(WHOLE[name], path, value)))
            except InputError as error:
                refused += 1
                for problem in error.problems:
                    assert problem.position is not None
                    assert "\x1b" not in f"{problem.message}{problem.object}{problem.hint}"
                    assert len(problem.message) < 800
    assert tried > 100
    assert refused > 20


@pytest.mark.parametrize("name", WHOLE)
def test_any_missing_field_loads_or_is_refused(name: str) -> None:
    for path in _paths(WHOLE[name]):
        changed = _replaced(WHOLE[name], path, None)
        place: Any = changed
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        try:
            load(reading_of(changed))
        except InputError as error:
            assert error.problems
