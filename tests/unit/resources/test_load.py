"""Loading as a whole: placing, counting once, accounting for what is left out."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import yaml

from netqed.resources.load import load
from netqed.sources.position import InputError, Position, Problem
from netqed.sources.read import read
from netqed.sources.reading import Kustomization, PassedOver, Reading
from support.documents import MemoryDocument, reading_of
from support.manifests import load_all, manifest, messages_of, namespace, pod, policy, problems_of, workload


def texts(notes: Any) -> list[str]:
    return [note.text for note in notes]


def service(**spec: Any) -> dict[str, Any]:
    return manifest("v1", "Service", "s", spec=spec)


# Placing


def test_objects_that_name_no_namespace_are_in_default_and_noted() -> None:
    cluster = load_all(
        policy("one", None),
        pod("two", None),
        pod("three", ""),
        manifest("v1", "Service", "four", None, spec={}),
        pod("in"),
    )
    assert [loaded.key for loaded in cluster.policies] == ["default/one"]
    assert cluster.object_namespaces == {"default", "web"}
    assert texts(cluster.notes) == [
        "4 objects name no namespace and were placed in default (NetworkPolicy default/one, Pod default/two, "
        "Pod default/three and 1 more): give -n NAMESPACE, or render with it"
    ]


def test_one_object_that_names_no_namespace() -> None:
    (note,) = load_all(policy("one", None)).notes
    assert note.text.startswith("1 object names no namespace and was placed in default (NetworkPolicy default/one):")


def test_a_given_namespace_is_where_they_go_without_a_note() -> None:
    cluster = load_all(policy("one", None), pod("two"), namespace="shop")
    assert [loaded.key for loaded in cluster.policies] == ["shop/one"]
    assert cluster.object_namespaces == {"shop", "web"}
    assert cluster.notes == ()


def test_a_given_namespace_must_be_one() -> None:
    assert messages_of(pod(), namespace="No Such") == [
        "the namespace \"No Such\" is no DNS label; expected lower-case letters, digits and '-', "
        "with a letter or digit at both ends"
    ]


def test_objects_of_unknown_kinds_make_their_namespace_known() -> None:
    cluster = load_all(manifest("v1", "ConfigMap", "c", "config"), manifest("example.com/v1", "Thing", "t", "things"))
    assert cluster.object_namespaces == {"config", "things"}
    assert {"config", "things", "default", "kube-system"} <= cluster.known_namespaces


# Counting once


def test_the_same_object_twice_counts_once() -> None:
    annotated = policy(podSelector={})
    annotated["metadata"]["annotations"] = {"why": "copied"}
    cluster = load_all(policy(podSelector={}), annotated)
    assert len(cluster.policies) == 1
    assert texts(cluster.notes) == ["1 object is in the input again and counts once: NetworkPolicy web/p"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            policy(ingress=[{"ports": [{"port": 80}]}]),
            policy(podSelector={}, ingress=[{"from": [], "ports": [{"port": 80, "protocol": "TCP"}]}]),
        ),
        (policy(), policy(policyTypes=["Ingress"], ingress=[], egress=[])),
        (policy(egress=[{}]), policy(egress=[{}], policyTypes=["Egress", "Ingress"])),
        (workload("Deployment"), workload("Deployment", api_version="extensions/v1beta1")),
        (
            pod(spec={"containers": [{"ports": [{"containerPort": 1}]}]}),
            pod(spec={"containers": [{"ports": [{"containerPort": 1, "protocol": "TCP"}]}]}),
        ),
        (pod(), pod(spec={"containers": [], "serviceAccountName": "default"})),
        (
            service(ports=[{"port": 80}]),
            service(type="ClusterIP", ports=[{"port": 80, "targetPort": 80, "protocol": "TCP"}]),
        ),
    ],
)
def test_defaults_that_one_writes_out_are_no_difference(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert problems_of(first, second) == ()
    assert problems_of(second, first) == ()


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        (policy(podSelector={}), policy(podSelector={"matchLabels": {"a": "b"}}), "spec.podSelector"),
        (policy(ingress=[{}]), policy(ingress=[]), "spec.ingress"),
        (policy(egress=[]), policy(egress=[], policyTypes=["Egress"]), "spec.policyTypes"),
        (policy(policyTypes=["Egress"], egress=[{}]), policy(policyTypes=["Egress"]), "spec.egress"),
        (policy(ingress=[{"ports": [{}]}]), policy(ingress=[{}]), "spec.ingress"),
        (namespace("n", a="1"), namespace("n", a="2"), "labels"),
        (pod(labels={"a": "1"}), pod(labels={"a": "2"}), "labels"),
        (pod(), pod(spec={"hostNetwork": True}), "hostNetwork"),
        (pod(status={"phase": "Running"}), pod(status={"phase": "Failed"}), "status.phase"),
        (pod(status={"podIP": "10.0.0.1"}), pod(status={"podIP": "10.0.0.2"}), "its addresses"),
        (
            manifest("v1", "Service", "s", spec={"selector": {}}),
            manifest("v1", "Service", "s", spec={}),
            "spec.selector",
        ),
    ],
)
def test_the_same_object_twice_with_a_difference(first: dict[str, Any], second: dict[str, Any], differs: str) -> None:
    (problem,) = problems_of(first, second)
    assert problem.message == f"the same object is at input.yaml:1:1 as well, and they differ in {differs}"
    assert problem.position is not None and problem.position.line > 1
    assert problem.hint == "keep one of them, or read them in two runs"


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        (policy(ingress=[{}]), policy(ingress=[]), "ingress: []"),
        (policy(policyTypes=["Egress"], egress=[{}]), policy(policyTypes=["Egress"]), "spec:"),
        (pod(), pod(spec={"hostNetwork": True}), "hostNetwork: true"),
        (namespace("n", a="1"), namespace("n", a="2"), "labels:"),
    ],
)
def test_the_field_that_differs_is_pointed_at(first: dict[str, Any], second: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as refused:
        load(read(["-"], stdin=BytesIO(yaml.safe_dump_all([first, second]).encode())))
    (problem,) = refused.value.problems
    assert problem.line_text is not None and problem.line_text.strip() == line
    assert problem.position is not None and problem.position.column == problem.line_text.index(line) + 1


def test_a_name_may_be_used_by_several_kinds_and_in_several_namespaces() -> None:
    cluster = load_all(workload("Deployment", "x"), workload("StatefulSet", "x"), workload("Deployment", "x", "api"))
    assert [loaded.display for loaded in cluster.workloads] == [
        "api/deployment/x",
        "web/deployment/x",
        "web/statefulset/x",
    ]


# The account of the input


def test_the_reading_is_accounted_for() -> None:
    cluster = load(reading_of(pod(), manifest("v1", "ConfigMap", "c"), file="a.yaml"))
    assert (cluster.sources, cluster.files, cluster.objects, cluster.digest) == (("a.yaml",), 1, 2, "0" * 64)


def test_kinds_that_are_not_analysed_are_counted() -> None:
    cluster = load_all(
        manifest("v1", "ConfigMap", "a"),
        manifest("v1", "ConfigMap", "b"),
        manifest("v1", "PersistentVolumeClaim", "c"),
        manifest("rbac.authorization.k8s.io/v1", "Role", "r"),
        manifest("policy/v1", "PodDisruptionBudget", "d"),
        manifest("example.com/v1", "Thing", "t"),
    )
    assert texts(cluster.left_out) == [
        "not analysed: 2 ConfigMap, 1 PersistentVolumeClaim, 1 PodDisruptionBudget, "
        "1 Role (rbac.authorization.k8s.io), 1 Thing (example.com)"
    ]


def test_files_that_were_passed_over_are_left_out() -> None:
    passed = tuple(PassedOver(Position(f"v{n}.yaml"), "no Kubernetes object") for n in range(5))
    cluster = load(reading_of(pod(), passed_over=(*passed, PassedOver(Position("x.bin"), "not text"))))
    assert texts(cluster.left_out) == [
        "passed over, no Kubernetes object: v0.yaml, v1.yaml, v2.yaml and 2 more",
        "passed over, not text",
    ]
    assert [note.place for note in cluster.left_out] == [None, "x.bin"]
    assert [note.whole for note in cluster.left_out] == [
        "passed over, no Kubernetes object: v0.yaml, v1.yaml, v2.yaml, v3.yaml, v4.yaml",
        "passed over, not text",
    ]


def test_an_unrendered_kustomization_is_noted() -> None:
    kustomizations = (Kustomization("kustomization.yml"), Kustomization("k8s/base/kustomization.yaml"))
    passed = (
        PassedOver(Position("kustomization.yml", 1, 1), "a kustomization"),
        PassedOver(Position("v.yaml"), "other"),
    )
    (one,) = load(reading_of(pod(), kustomizations=kustomizations[:1])).notes
    assert one.place == "kustomization.yml"
    assert one.text == (
        "unrendered kustomization (.): its namespace, names, labels and patches are not in effect; "
        "to check what it renders: kubectl kustomize . | netqed check -"
    )
    cluster = load(reading_of(pod(), kustomizations=kustomizations, passed_over=passed))
    assert texts(cluster.notes) == [
        "2 unrendered kustomizations (k8s/base, .): their namespace, names, labels and patches are not in effect; "
        "to check what one renders: kubectl kustomize k8s/base | netqed check -"
    ]
    assert texts(cluster.left_out) == ["passed over, other"]
    assert cluster.left_out[0].place == "v.yaml"


def test_an_empty_reading_is_an_empty_cluster() -> None:
    cluster = load(Reading())
    assert (cluster.objects, cluster.policies, cluster.workloads, cluster.notes) == (0, (), (), ())


def test_the_order_of_the_input_does_not_matter() -> None:
    objects = [policy("b"), policy("a"), pod("z"), pod("y", "api"), namespace("web"), namespace("api"), workload("Job")]
    one, other = load_all(*objects), load_all(*reversed(objects))
    assert one == other
    assert [loaded.key for loaded in one.policies] == ["web/a", "web/b"]
    assert [loaded.display for loaded in one.workloads] == ["api/y", "web/job/w", "web/z"]


# Problems


def test_problems_of_the_reading_and_of_the_objects_come_together() -> None:
    broken = Problem("broken", Position("z.yaml", 1, 1))
    with pytest.raises(InputError) as caught:
        load(reading_of(policy(polciyTypes=[]), pod(spec=None), problems=(broken,)))
    messages = [problem.message for problem in caught.value.problems]
    assert messages[0].startswith("spec.polciyTypes: ")
    assert messages[1:] == ["spec is missing; expected a pod's spec with its containers", "broken"]


def test_a_problem_of_the_reading_alone_is_raised() -> None:
    with pytest.raises(InputError):
        load(reading_of(pod(), problems=(Problem("broken"),)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"apiVersion": 1, "kind": "Pod"}, "apiVersion: expected a string, found the number 1"),
        ({"apiVersion": "v1", "kind": None}, "kind: expected a string, found null"),
        ({"apiVersion": "v1", "kind": ["Pod"]}, "kind: expected a string, found a list"),
        ({"apiVersion": "v1", "kind": "Namespace"}, "metadata: name is missing; expected metadata.name"),
        ({"apiVersion": "v1", "kind": "Namespace", "metadata": []}, "metadata: expected a mapping, found a list"),
        (
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": 5}},
            "metadata.name: expected a string, found the number 5",
        ),
        (
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x", "namespace": 5}},
            "metadata.namespace: expected a string, found the number 5",
        ),
    ],
)
def test_objects_that_are_hardly_any(data: dict[str, Any], message: str) -> None:
    assert messages_of(data)[0] == message


def test_control_characters_do_not_reach_the_terminal() -> None:
    spec: dict[str, Any] = {"x\x1b": 1}
    problems = problems_of(policy("p\x1b[31m", **spec), manifest("v1", "Pod\x1b", "p"))
    assert len(problems) == 3
    assert all("\x1b" not in f"{problem.message}{problem.object}{problem.hint}" for problem in problems)


def test_positions_are_not_asked_for_without_need() -> None:
    class Unplaced(MemoryDocument):
        def span(self, path: object) -> Any:
            raise AssertionError(f"asked for {path}")

    plain = [pod("a"), policy(ingress=[{"from": [{"podSelector": {}}]}]), workload("Deployment"), namespace("web")]
    assert load(reading_of(*(Unplaced(item) for item in plain))).objects == 4
