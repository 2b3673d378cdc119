"""The kinds that netqed reads: for each, which versions, whether it lives in a namespace, and what decodes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from netqed.resources.check import Check
from netqed.resources.core import read_namespace, read_node, read_service, read_service_account
from netqed.resources.networking import read_network_policy
from netqed.resources.objects import Namespace, NetworkPolicy, Node, Service, ServiceAccount, Workload
from netqed.resources.pods import Finished, read_pod
from netqed.resources.syntax import dns_label_fault, dns_subdomain_fault
from netqed.resources.workloads import read_workload

Decoded = Namespace | NetworkPolicy | Node | Service | ServiceAccount | Workload | Finished


@dataclass(frozen=True, slots=True)
class Reader:
    """How objects of one kind are read."""

    read: Callable[[Check], Decoded | None]
    served: str
    """The apiVersion that clusters serve today."""
    withdrawn: tuple[str, ...] = ()
    """Versions that clusters served once; their objects are read as `served`, with a note."""
    namespaced: bool = True
    name_fault: Callable[[str], str | None] = dns_subdomain_fault


READERS: Final[dict[tuple[str, str], Reader]] = {
    ("", "Namespace"): Reader(read_namespace, "v1", namespaced=False, name_fault=dns_label_fault),
    ("", "Pod"): Reader(read_pod, "v1"),
    ("", "Service"): Reader(read_service, "v1", name_fault=dns_label_fault),
    ("", "ServiceAccount"): Reader(read_service_account, "v1"),
    ("", "Node"): Reader(read_node, "v1", namespaced=False),
    ("", "ReplicationController"): Reader(read_workload, "v1"),
    ("apps", "Deployment"): Reader(read_workload, "apps/v1", ("apps/v1beta1", "apps/v1beta2", "extensions/v1beta1")),
    ("apps", "StatefulSet"): Reader(read_workload, "apps/v1", ("apps/v1beta1", "apps/v1beta2")),
    ("apps", "DaemonSet"): Reader(read_workload, "apps/v1", ("apps/v1beta2", "extensions/v1beta1")),
    ("apps", "ReplicaSet"): Reader(read_workload, "apps/v1", ("apps/v1beta2", "extensions/v1beta1")),
    ("batch", "Job"): Reader(read_workload, "batch/v1"),
    ("batch", "CronJob"): Reader(read_workload, "batch/v1", ("batch/v1beta1", "batch/v2alpha1")),
    ("networking.k8s.io", "NetworkPolicy"): Reader(read_network_policy, "networking.k8s.io/v1"),
}

# extensions/v1beta1 held early versions of kinds that live in other groups now.
MOVED: Final = {
    ("extensions", "Deployment"): "apps",
    ("extensions", "DaemonSet"): "apps",
    ("extensions", "ReplicaSet"): "apps",
}


def split_api_version(api_version: str) -> tuple[str, str]:
    """Group ("" for core) and version of an apiVersion."""
    group, slash, version = api_version.rpartition("/")
    return (group, version) if slash else ("", api_version)
