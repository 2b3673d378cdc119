"""Namespaces, services, service accounts and nodes."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.objects import Namespace, Node, Service, ServiceAccount, ServicePort
from support.manifests import load_all, manifest, messages_of, namespace


def service(**spec: Any) -> dict[str, Any]:
    return manifest("v1", "Service", "s", spec=spec)


def node(*addresses: dict[str, str], **metadata: Any) -> dict[str, Any]:
    return manifest("v1", "Node", "n1", None, metadata=metadata, status={"addresses": list(addresses)})


def test_namespaces_by_name_with_labels_as_written() -> None:
    cluster = load_all(namespace("web", team="a"), namespace("api"))
    assert list(cluster.namespaces) == ["api", "web"]
    assert cluster.namespaces == {"api": Namespace("api", {}), "web": Namespace("web", {"team": "a"})}


def test_a_forged_name_label_is_noted_and_kept_as_written() -> None:
    forged = namespace("web", **{"kubernetes.io/metadata.name": "api"})
    cluster = load_all(forged)
    assert cluster.namespaces["web"].labels == {"kubernetes.io/metadata.name": "api"}
    (note,) = cluster.notes
    assert note.text.endswith("the API server overwrites this label with web (A4, fact 31)")
    assert load_all(namespace("web", **{"kubernetes.io/metadata.name": "web"})).notes == ()


def test_services_as_written() -> None:
    cluster = load_all(
        service(
            type="NodePort",
            selector={"app": "a"},
            ports=[
                {"port": 80, "targetPort": "http", "name": "web"},
                {"port": 53, "protocol": "UDP", "targetPort": 5353},
                {"port": 81, "targetPort": 0},
            ],
        )
    )
    assert cluster.services == (
        Service(
            "web",
            "s",
            "NodePort",
            {"app": "a"},
            (ServicePort(80, None, "http", "web"), ServicePort(53, "UDP", 5353), ServicePort(81)),
        ),
    )


def test_a_service_without_a_selector_is_told_from_one_with_an_empty_one() -> None:
    assert load_all(service(ports=[])).services[0].selector is None
    assert load_all(service(selector=None)).services[0].selector is None
    assert load_all(service(selector={})).services[0].selector == {}
    assert load_all(service(type="ExternalName", externalName="example.com")).services[0].type == "ExternalName"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"type": "nodeport"},
            'spec.type: "nodeport" is not valid; expected ClusterIP, NodePort, LoadBalancer or ExternalName',
        ),
        ({"selector": {"app": 1}}, "spec.selector.app: expected a string, found the number 1"),
        ({"ports": [{}]}, "spec.ports[0]: port is missing; expected 1 to 65535"),
        ({"ports": [{"port": 0}]}, "spec.ports[0].port: 0 is no port; expected 1 to 65535"),
        ({"ports": [{"port": "80"}]}, 'spec.ports[0].port: expected a number, found the text "80"'),
        (
            {"ports": [{"port": 80, "targetPort": 65536}]},
            "spec.ports[0].targetPort: 65536 is no port; expected 1 to 65535",
        ),
        (
            {"ports": [{"port": 80, "protocol": "tcp"}]},
            'spec.ports[0].protocol: "tcp" is not valid; expected TCP, UDP or SCTP',
        ),
    ],
)
def test_bad_services(spec: dict[str, Any], message: str) -> None:
    assert messages_of(service(**spec)) == [message]


@pytest.mark.parametrize(
    ("spec", "on_nodes"),
    [
        ({}, False),
        ({"type": "ClusterIP", "externalIPs": []}, False),
        ({"type": "ClusterIP", "externalIPs": ["203.0.113.9"]}, True),
        ({"type": "NodePort"}, True),
        ({"type": "LoadBalancer"}, True),
        ({"type": "ExternalName"}, False),
    ],
)
def test_services_that_nodes_take_traffic_for_from_outside(spec: dict[str, Any], on_nodes: bool) -> None:
    assert load_all(service(**spec)).services[0].on_nodes is on_nodes


def test_service_accounts() -> None:
    account = manifest("v1", "ServiceAccount", "robot", metadata={"labels": {"a": "b"}})
    assert load_all(account).service_accounts == (ServiceAccount("web", "robot", {"a": "b"}),)


def test_nodes_have_the_addresses_that_are_addresses() -> None:
    cluster = load_all(
        node(
            {"type": "InternalIP", "address": "192.0.2.1"},
            {"type": "ExternalIP", "address": "2001:DB8::1"},
            {"type": "Hostname", "address": "n1"},
            {"type": "InternalIP", "address": "192.0.2.1"},
            labels={"zone": "a"},
        )
    )
    assert cluster.nodes == (Node("n1", {"zone": "a"}, ("192.0.2.1", "2001:db8::1")),)
    assert messages_of(node({"type": "InternalIP", "address": "n1"})) == [
        "status.addresses[0]: expected address: and an IP address"
    ]


def test_a_namespace_on_what_lives_in_none_means_nothing() -> None:
    placed = node(namespace="web")
    cluster = load_all(placed, manifest("v1", "Namespace", "api", "web"))
    assert cluster.object_namespaces == frozenset()
    assert list(cluster.namespaces) == ["api"]


def test_what_belongs_under_metadata_is_refused_elsewhere() -> None:
    """Passed over, a label or a namespace with the wrong indent would be missing from every proof."""
    pod = manifest("v1", "Pod", "p", spec={"containers": []})
    assert messages_of({**pod, "labels": {"app": "x"}}) == ['labels: unknown field "labels"']
    assert messages_of({**service(ports=[]), "namespace": "web"}) == ['namespace: unknown field "namespace"']
    space = manifest("v1", "Namespace", "api", None)
    (labels,) = messages_of({**space, "labels": {"team": "x"}})
    assert labels.startswith('labels: unknown field "labels"; expected one of apiVersion, kind, metadata')
    space["metadata"]["team"] = "x"
    (team,) = messages_of(space)
    assert team.startswith('metadata.team: unknown field "team"; expected one of annotations,')
