"""Kinds that are not read: refused, ignored as asked, narrowing, or left out."""

from __future__ import annotations

from typing import Any

import pytest

from support.manifests import controlled, load_all, manifest, messages_of, pod, policy, problems_of, workload

GOVERNING = [
    ("crd.projectcalico.org/v1", "NetworkPolicy"),
    ("projectcalico.org/v3", "NetworkPolicy"),
    ("projectcalico.org/v3", "GlobalNetworkPolicy"),
    ("projectcalico.org/v3", "Tier"),
    ("crd.projectcalico.org/v1", "HostEndpoint"),
    ("cilium.io/v2", "CiliumNetworkPolicy"),
    ("cilium.io/v2", "CiliumClusterwideNetworkPolicy"),
    ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"),
    ("crd.antrea.io/v1beta1", "NetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io/v2", "SomethingNew"),
    ("networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy"),
    ("crd.nsx.vmware.com/v1alpha1", "SecurityPolicy"),
    ("kubeovn.io/v1", "SecurityGroup"),
    ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy"),
    ("never-heard.of/v1", "FancyNetworkPolicy"),
]


@pytest.mark.parametrize(("api_version", "kind"), GOVERNING)
def test_policies_of_other_apis_are_refused_unless_ignored(api_version: str, kind: str) -> None:
    unknown = manifest(api_version, kind, "u", spec={})
    group = api_version.partition("/")[0]
    (problem,) = problems_of(unknown)
    assert problem.message == f'kind: "{kind}" of {group} is not supported, and it may open or close traffic'
    assert problem.object == f"{kind} web/u"
    assert (problem.hint or "").endswith(f"to go on without them: --ignore-unknown-policies {kind}.{group}")
    for name in (kind, kind.lower(), f"{kind}.{group}", f"{kind}.{group}".upper()):
        cluster = load_all(unknown, policy(), ignore_unknown=[name])
        assert [note.text for note in cluster.ignored] == [f"1 {kind} ({group}) ignored as asked: web/u"]
        assert cluster.left_out == ()
        assert len(cluster.policies) == 1


def test_only_the_named_kinds_are_ignored() -> None:
    calico = manifest("projectcalico.org/v3", "NetworkPolicy", "u")
    assert problems_of(calico, ignore_unknown=["NetworkPolicy.crd.antrea.io", "GlobalNetworkPolicy"])
    cilium = manifest("cilium.io/v2", "CiliumNetworkPolicy", "c")
    (problem,) = problems_of(calico, cilium, ignore_unknown=["ciliumnetworkpolicy"])
    assert problem.object == "NetworkPolicy web/u"


def test_ignoring_never_touches_policies_that_are_read() -> None:
    assert len(load_all(policy(), ignore_unknown=["NetworkPolicy", "NetworkPolicy.networking.k8s.io"]).policies) == 1
    withdrawn = policy() | {"apiVersion": "extensions/v1beta1"}
    assert problems_of(withdrawn, ignore_unknown=["NetworkPolicy", "NetworkPolicy.extensions"])
    assert problems_of(policy(wrong=1), ignore_unknown=["NetworkPolicy"])


def test_each_object_is_a_problem_and_ignored_ones_are_counted() -> None:
    several = [manifest("cilium.io/v2", "CiliumNetworkPolicy", f"c{n}") for n in range(5)]
    assert len(problems_of(*several)) == 5
    (note,) = load_all(*several, ignore_unknown=["CiliumNetworkPolicy"]).ignored
    assert note.text == "5 CiliumNetworkPolicy (cilium.io) ignored as asked: web/c0, web/c1, web/c2 and 2 more"
    assert note.place == "input.yaml:1:1"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("security.istio.io/v1", "AuthorizationPolicy"),
        ("security.istio.io/v1beta1", "PeerAuthentication"),
        ("policy.linkerd.io/v1beta3", "Server"),
        ("policy.linkerd.io/v1alpha1", "AuthorizationPolicy"),
        ("consul.hashicorp.com/v1alpha1", "ServiceIntentions"),
    ],
)
def test_what_only_narrows_is_set_apart(api_version: str, kind: str) -> None:
    cluster = load_all(manifest(api_version, kind, "n"))
    group = api_version.partition("/")[0]
    assert [note.text for note in cluster.narrowing] == [
        f"1 {kind} ({group}) may only close traffic further; not read: web/n"
    ]
    assert (cluster.left_out, cluster.ignored) == ((), ())


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("projectcalico.org/v3", "StagedNetworkPolicy"),
        ("projectcalico.org/v3", "StagedKubernetesNetworkPolicy"),
        ("projectcalico.org/v3", "IPPool"),
        ("cilium.io/v2", "CiliumNode"),
        ("cilium.io/v2", "CiliumEgressGatewayPolicy"),
        ("networking.k8s.aws/v1alpha1", "PolicyEndpoint"),
        ("networking.k8s.io/v1", "Ingress"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("kyverno.io/v1", "ClusterPolicy"),
    ],
)
def test_what_governs_no_traffic_of_pods_is_left_out(api_version: str, kind: str) -> None:
    (note,) = load_all(manifest(api_version, kind, "x", spec={})).left_out
    assert note.text.startswith(f"not analysed: 1 {kind}")


@pytest.mark.parametrize(
    ("api_version", "kind", "hint"),
    [
        ("networking.k8s.io/v1", "NetworkPolcy", 'did you mean "NetworkPolicy"?'),
        ("networking.k8s.io/v1", "networkpolicy", "did you mean"),
        ("networking.k8s.io/v1", "NetworkPolicies", 'did you mean "NetworkPolicy"?'),
        ("v1", "NetworkPolicy", "did you mean apiVersion: networking.k8s.io/v1, kind: NetworkPolicy?"),
        ("v1", "Deployment", "did you mean apiVersion: apps/v1, kind: Deployment?"),
        ("apps/v1", "Pod", "did you mean apiVersion: v1, kind: Pod?"),
        ("apps/v1", "CronJob", "did you mean apiVersion: batch/v1, kind: CronJob?"),
        ("v1", "pod", "did you mean"),
        ("v1", "Frobnicator", None),
    ],
)
def test_a_kind_that_its_group_does_not_have_is_refused(api_version: str, kind: str, hint: str | None) -> None:
    (problem,) = problems_of(manifest(api_version, kind, "x"), ignore_unknown=[kind])
    assert problem.message.startswith("kind: the ") and problem.message.endswith(f'has no kind "{kind}"')
    assert (problem.hint or "").startswith(hint or "")
    assert (problem.hint is None) == (hint is None)


def test_a_policy_of_a_group_that_is_misspelt_is_refused_with_the_right_one() -> None:
    (problem,) = problems_of(policy() | {"apiVersion": "network.k8s.io/v1"})
    assert problem.hint == (
        "did you mean apiVersion: networking.k8s.io/v1, kind: NetworkPolicy? "
        "Or, to go on without them: --ignore-unknown-policies NetworkPolicy.network.k8s.io"
    )


def test_a_list_that_was_not_taken_apart_is_refused() -> None:
    assert messages_of({"apiVersion": "v1", "kind": "List", "items": [policy()]}) == [
        'kind: the core group (apiVersion: v1) has no kind "List"'
    ]


# Kinds that make pods

TEMPLATE = {"spec": {"containers": [{"name": "c", "image": "i"}]}}


@pytest.mark.parametrize(
    ("api_version", "kind", "spec"),
    [
        ("monitoring.coreos.com/v1", "Prometheus", {}),
        ("argoproj.io/v1alpha1", "Rollout", {"workloadRef": {}}),
        ("serving.knative.dev/v1", "Service", {}),
        ("example.com/v1", "Plain", {"template": TEMPLATE}),
        ("example.com/v1", "PodTemplate", {"podTemplate": TEMPLATE}),
        ("example.com/v1", "Nested", {"replicaSpecs": {"worker": {"template": TEMPLATE}}}),
        ("example.com/v1", "Listed", {"sets": [{"template": TEMPLATE}]}),
    ],
)
def test_kinds_that_make_pods_are_named(api_version: str, kind: str, spec: dict[str, Any]) -> None:
    (note,) = load_all(manifest(api_version, kind, "x", spec=spec)).left_out
    assert note.text == (
        f"1 {kind} ({api_version.partition('/')[0]}) makes pods that are not in the input: "
        "state them under workloads: of the spec if they are not yet (web/x)"
    )


@pytest.mark.parametrize(
    "spec",
    [{}, None, {"containers": ["a"]}, {"containers": {"image": "x"}}, {"template": {"spec": {"containers": []}}}],
)
def test_kinds_without_a_pod_template_are_only_counted(spec: Any) -> None:
    (note,) = load_all(manifest("example.com/v1", "Thing", "x", spec=spec)).left_out
    assert note.text == "not analysed: 1 Thing (example.com)"


def test_a_maker_whose_pods_are_in_the_input_is_only_counted() -> None:
    made = workload("StatefulSet", "prometheus-k8s", metadata=controlled("Prometheus", "k8s"))
    other = manifest("monitoring.coreos.com/v1", "Prometheus", "other")
    cluster = load_all(manifest("monitoring.coreos.com/v1", "Prometheus", "k8s"), other, made)
    assert [note.text for note in cluster.left_out] == [
        "1 Prometheus (monitoring.coreos.com) makes pods that are not in the input: "
        "state them under workloads: of the spec if they are not yet (web/other)",
        "not analysed: 1 Prometheus (monitoring.coreos.com)",
    ]
    rollout = manifest("argoproj.io/v1alpha1", "Rollout", "r", spec={"template": TEMPLATE})
    cluster = load_all(rollout, pod(metadata=controlled("Rollout", "r")))
    assert [note.text for note in cluster.left_out] == ["not analysed: 1 Rollout (argoproj.io)"]
