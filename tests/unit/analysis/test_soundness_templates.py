"""Pods that stand for their template do not take away from what it may always make: what a manifest alone does not
prove, no dump of the same cluster proves either."""

from __future__ import annotations

import pytest

from netqed import api
from netqed.analysis.results import InputResult

NAMESPACES = """
apiVersion: v1
kind: NamespaceList
items: [{metadata: {name: web}}, {metadata: {name: payments}}]
"""


def daemon_set(*, host: bool = False) -> str:
    """A workload of web, as its author writes it."""
    return f"""
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent, namespace: web}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec: {{hostNetwork: {str(host).lower()}, containers: [{{name: c, image: x}}]}}
"""


def pod(*, host: bool = False) -> str:
    """The one pod of it that runs."""
    return f"""
apiVersion: v1
kind: Pod
metadata:
  name: agent-1
  namespace: web
  labels: {{app: agent, controller-revision-hash: abc}}
  ownerReferences: [{{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d, controller: true}}]
spec: {{nodeName: n1, hostNetwork: {str(host).lower()}, containers: [{{name: c, image: x}}]}}
status: {{phase: Running, podIP: {"192.168.0.1" if host else "10.244.1.5"}, hostIP: 192.168.0.1}}
"""


def policy(namespace: str, spec: str) -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p, namespace: {namespace}}}\nspec: {{podSelector: {{}}, {spec}}}\n"
    )


FROM_ANOTHER_POD = policy("payments", "ingress: [{from: [{ipBlock: {cidr: 10.244.1.6/32}}]}]")
FROM_ITSELF = policy("web", "ingress: [{from: [{podSelector: {}}]}]")
OTHER_REVISION = "[{key: controller-revision-hash, operator: NotIn, values: [abc]}]"
OTHER_AGENT = f"{{matchLabels: {{app: agent}}, matchExpressions: {OTHER_REVISION}}}"
BY_REVISION = policy("payments", f"ingress: [{{from: [{{namespaceSelector: {{}}, podSelector: {OTHER_AGENT}}}]}}]")
TO_ANOTHER_NODE = policy("payments", "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.168.7.0/24}}]}]")
FACTS = "cluster: {podCIDRs: [10.244.0.0/16], families: [IPv4]}\n"


def check(sentence: str, scope: api.Scope, *documents: str) -> InputResult:
    spec = api.load_spec("netqed.yaml", text=f"{FACTS}invariants: [{{assert: '{sentence}', scope: {scope}}}]")
    return api.check(["-"], spec=spec, settings=api.Settings(stdin="\n---\n".join(documents), cni="spec")).inputs[0]


@pytest.mark.parametrize(
    ("sentence", "rules", "host", "now"),
    [
        ("web/daemonset/agent cannot reach payments/pod/db", FROM_ANOTHER_POD, False, "proved"),
        ("web/daemonset/agent cannot reach payments/pod/db", BY_REVISION, False, "proved"),
        ("web/daemonset/agent cannot reach web/daemonset/agent", FROM_ITSELF, False, "vacuous"),
        ("payments cannot reach web", TO_ANOTHER_NODE, True, "proved"),
    ],
)
def test_what_a_template_may_make_is_always_there(sentence: str, rules: str, host: bool, now: str) -> None:
    """Another replica has another address, node and revision; now there is the pod, and it alone."""
    database = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: payments}\nspec: {containers: []}\n"
    written = (NAMESPACES, rules, daemon_set(host=host), database)
    assert check(sentence, "always", *written).results[0].verdict.word == "refuted"
    running = (*written, pod(host=host))
    assert check(sentence, "always", *running).results[0].verdict.word == "refuted"
    found = check(sentence, "now", *running)
    assert found.results[0].verdict.word == now
    assert found.basis.workloads == 2
    assert [one.workloads for one in found.namespaces] == [1, 1]


def test_a_stated_workload_may_not_be_one_that_its_pods_stand_for() -> None:
    """It is in the input all the same."""
    stated = "workloads: [{namespace: web, kind: DaemonSet, name: agent, labels: {app: agent}}]"
    spec = api.load_spec("netqed.yaml", text=f"{stated}\ninvariants: [web cannot reach payments]")
    documents = (NAMESPACES, daemon_set(), pod(), FROM_ITSELF)
    with pytest.raises(api.InputError, match="must not state it"):
        api.check(["-"], spec=spec, settings=api.Settings(stdin="\n---\n".join(documents)))
