"""Small manifests as plain values, and what loading makes of them."""

from __future__ import annotations

from typing import Any

from netqed.resources.cluster import Cluster
from netqed.resources.load import load
from netqed.resources.objects import NetworkPolicy, Workload
from netqed.sources.position import InputError, Problem
from support.documents import reading_of

Manifest = dict[str, Any]


def manifest(api_version: str, kind: str, name: str, namespace: str | None = "web", **fields: Any) -> Manifest:
    """An object of any kind; `namespace` None leaves it out, `metadata` adds to its metadata."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace is not None else {}) | fields.pop("metadata", {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def policy(name: str = "p", namespace: str | None = "web", **spec: Any) -> Manifest:
    """A NetworkPolicy with the fields of `spec`."""
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def namespace(name: str, **labels: str) -> Manifest:
    """A Namespace with labels."""
    return manifest("v1", "Namespace", name, None, metadata={"labels": labels} if labels else {})


def pod(name: str = "pod", namespace: str | None = "web", labels: Manifest | None = None, **fields: Any) -> Manifest:
    """A Pod; `fields` replace spec, status, or parts of its metadata (`metadata`)."""
    metadata = {"labels": labels if labels is not None else {"app": "a"}} | fields.pop("metadata", {})
    return manifest("v1", "Pod", name, namespace, metadata=metadata, **{"spec": {"containers": []}, **fields})


def controlled(kind: str, name: str) -> Manifest:
    """Metadata of an object that a controller of this kind and name owns."""
    return {"ownerReferences": [{"apiVersion": "x/v1", "kind": kind, "name": name, "controller": True}]}


def workload(
    kind: str, name: str = "w", namespace: str | None = "web", labels: Manifest | None = None, **fields: Any
) -> Manifest:
    """A workload of apps or batch whose template has these labels; `pod` is the template's spec."""
    labels = labels if labels is not None else {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": fields.pop("pod", {"containers": []})}
    api_version = fields.pop("api_version", "batch/v1" if kind.endswith("Job") else "apps/v1")
    if kind == "CronJob":
        spec: Manifest = {"jobTemplate": {"spec": {"template": template}}}
    elif kind == "Job":
        spec = {"template": template}
    else:
        spec = {"selector": {"matchLabels": {"app": labels.get("app", "a")}}, "template": template}
    return manifest(api_version, kind, name, namespace, spec=spec | fields.pop("spec", {}), **fields)


def load_policy(**spec: Any) -> NetworkPolicy:
    """The one policy with this spec, which must be valid."""
    (loaded,) = load(reading_of(policy(**spec))).policies
    return loaded


def load_workload(item: Manifest) -> Workload:
    """The one workload of the manifest, which must be valid."""
    (loaded,) = load(reading_of(item)).workloads
    return loaded


def load_all(*objects: Manifest, **options: Any) -> Cluster:
    """The cluster of the objects; `options` as for `load`."""
    return load(reading_of(*objects), **options)


def problems_of(*objects: Manifest, **options: Any) -> tuple[Problem, ...]:
    """The problems of the objects, none if they load."""
    try:
        load(reading_of(*objects), **options)
    except InputError as error:
        return error.problems
    return ()


def messages_of(*objects: Manifest, **options: Any) -> list[str]:
    """The messages of `problems_of`."""
    return [problem.message for problem in problems_of(*objects, **options)]


def rule_messages(direction: str = "ingress", **rule: Any) -> list[str]:
    """What is wrong with a policy that has this one rule."""
    spec: Manifest = {direction: [rule]}
    return messages_of(policy(**spec))


def peer_problems(peer: Any) -> tuple[Problem, ...]:
    """What is wrong with a policy that has this one peer in `ingress[0].from`."""
    return problems_of(policy(ingress=[{"from": [peer]}]))


def port_problems(port: Any) -> tuple[Problem, ...]:
    """What is wrong with a policy that has this one port in `ingress[0].ports`."""
    return problems_of(policy(ingress=[{"ports": [port]}]))
