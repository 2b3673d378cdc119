"""Kinds that netqed does not read: what leaving them out means for a verdict.

Silence about a kind that may open or close traffic would be a false proof, so the tables err on the side of refusing.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from netqed.resources.check import did_you_mean
from netqed.resources.registry import READERS


class Standing(Enum):
    """What an object of a kind that is not read means for the verdicts."""

    NOT_IN_API = "not in the API"
    """No such kind in one of the API's own groups: a slip, which may hide a policy."""
    GOVERNS = "governs"
    """May open or close traffic: refused unless told to go on."""
    NARROWS = "narrows"
    """Only ever closes traffic further: a proof that something cannot reach holds, one that it can does not."""
    MAKES_PODS = "makes pods"
    """A controller makes pods of it, which are not in the input."""
    ELSEWHERE = "elsewhere"
    """Has no bearing on which flows policies allow."""


# The API's own groups, whose kinds are all known, so that a misspelt one is told from an unknown one.
_OWN_GROUPS: Final[dict[str, frozenset[str]]] = {
    "": frozenset(
        [
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "PodTemplate",
            "ResourceQuota",
            "Secret",
        ]
    ),
    "apps": frozenset({"ControllerRevision"}),
    "batch": frozenset(),
    "networking.k8s.io": frozenset(["ClusterCIDR", "IPAddress", "Ingress", "IngressClass", "ServiceCIDR"]),
}

_GOVERNING: Final = frozenset(
    {
        ("crd.projectcalico.org", "Tier"),
        ("crd.projectcalico.org", "HostEndpoint"),
        ("crd.projectcalico.org", "Profile"),
        ("projectcalico.org", "Tier"),
        ("projectcalico.org", "HostEndpoint"),
        ("projectcalico.org", "Profile"),
        ("crd.antrea.io", "Tier"),
        ("crd.nsx.vmware.com", "SecurityPolicy"),
        ("kubeovn.io", "SecurityGroup"),
    }
)
_GOVERNING_GROUPS: Final = frozenset({"policy.networking.k8s.io"})

_NARROWING: Final = frozenset(
    {
        ("security.istio.io", "AuthorizationPolicy"),
        ("security.istio.io", "PeerAuthentication"),
        ("security.istio.io", "RequestAuthentication"),
        ("networking.istio.io", "Sidecar"),
        ("consul.hashicorp.com", "ServiceIntentions"),
        ("kuma.io", "MeshTrafficPermission"),
        ("kuma.io", "TrafficPermission"),
        ("access.smi-spec.io", "TrafficTarget"),
        ("k8s.ovn.org", "EgressFirewall"),
        ("vpcresources.k8s.aws", "SecurityGroupPolicy"),
    }
)
_NARROWING_GROUPS: Final = frozenset({"policy.linkerd.io"})

# Kinds whose controllers make pods without showing a pod template in the object.
_MAKES_PODS: Final = frozenset(
    {
        ("monitoring.coreos.com", "Prometheus"),
        ("monitoring.coreos.com", "PrometheusAgent"),
        ("monitoring.coreos.com", "Alertmanager"),
        ("monitoring.coreos.com", "ThanosRuler"),
        ("argoproj.io", "Rollout"),
        ("argoproj.io", "Workflow"),
        ("argoproj.io", "CronWorkflow"),
        ("serving.knative.dev", "Service"),
        ("serving.knative.dev", "Configuration"),
        ("serving.kserve.io", "InferenceService"),
        ("apps.openshift.io", "DeploymentConfig"),
        ("tekton.dev", "PipelineRun"),
        ("tekton.dev", "TaskRun"),
        ("kubevirt.io", "VirtualMachine"),
        ("kubevirt.io", "VirtualMachineInstance"),
        ("kafka.strimzi.io", "Kafka"),
        ("kafka.strimzi.io", "KafkaConnect"),
        ("postgresql.cnpg.io", "Cluster"),
        ("acid.zalan.do", "postgresql"),
        ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
        ("kibana.k8s.elastic.co", "Kibana"),
        ("rabbitmq.com", "RabbitmqCluster"),
        ("minio.min.io", "Tenant"),
        ("sparkoperator.k8s.io", "SparkApplication"),
    }
)

_POLICY_SUFFIX: Final = "networkpolicy"
# Staged policies of Calico are never enforced, whatever they say.
_STAGED_PREFIX: Final = "staged"
_CALICO_GROUPS: Final = frozenset({"crd.projectcalico.org", "projectcalico.org"})
_DEEPEST: Final = 8
"""How far below an object's top a pod template is looked for; none is deeper in the APIs known."""


def standing(group: str, kind: str, data: dict[str, Any]) -> Standing:
    """What an object of a kind without a reader means; `data` is searched for a pod template if the kind is unknown."""
    key = (group, kind)
    own = _OWN_GROUPS.get(group)
    if own is not None:
        return Standing.ELSEWHERE if kind in own else Standing.NOT_IN_API
    if kind.lower().endswith(_POLICY_SUFFIX):
        staged = group in _CALICO_GROUPS and kind.lower().startswith(_STAGED_PREFIX)
        return Standing.ELSEWHERE if staged else Standing.GOVERNS
    if key in _GOVERNING or group in _GOVERNING_GROUPS:
        return Standing.GOVERNS
    if key in _NARROWING or group in _NARROWING_GROUPS:
        return Standing.NARROWS
    if key in _MAKES_PODS:
        return Standing.MAKES_PODS
    # A definition's schema, and the API's other groups, speak of containers without making any.
    if group.endswith(".k8s.io") or "." not in group:
        return Standing.ELSEWHERE
    return Standing.MAKES_PODS if _has_containers(data.get("spec"), _DEEPEST) else Standing.ELSEWHERE


def kind_hint(group: str, kind: str) -> str | None:
    """What a kind that does not exist in `group`, or a policy kind of an unknown group, was probably meant to be."""
    for known_group, known_kind in READERS:
        if known_kind.lower() == kind.lower() and (known_group, known_kind) != (group, kind):
            served = READERS[known_group, known_kind].served
            return f"did you mean apiVersion: {served}, kind: {known_kind}?"
    own = _OWN_GROUPS.get(group)
    if own is None:
        return None
    return did_you_mean(kind, own | {known_kind for known_group, known_kind in READERS if known_group == group})


def is_named(group: str, kind: str, names: frozenset[str]) -> bool:
    """Whether one of `names` (in lower case) is the kind, alone or followed by a dot and its group."""
    return kind.lower() in names or f"{kind}.{group}".lower() in names


def _has_containers(value: Any, depth: int) -> bool:
    """Whether a list of containers (mappings with an image) lies within `depth` levels."""
    if depth == 0:
        return False
    if isinstance(value, list):
        return any(_has_containers(item, depth - 1) for item in value)
    if not isinstance(value, dict):
        return False
    containers = value.get("containers")
    if isinstance(containers, list) and any(isinstance(item, dict) and "image" in item for item in containers):
        return True
    return any(_has_containers(item, depth - 1) for item in value.values())
