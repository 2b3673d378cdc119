"""Names resolved: to groups and namespaces that exist, or to an error at the very word."""

from __future__ import annotations

import pytest

from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, Namespace, Node, Workload
from netqed.sources.position import InputError
from netqed.spec.document import Spec
from netqed.spec.parse import parse_sentence_invariant, parse_spec
from netqed.spec.resolve import resolve
from netqed.spec.sentences import (
    AnyOf,
    BuiltIn,
    CannotReach,
    Exception_,
    Isolated,
    NoPodHas,
    OnlyNamespaceHas,
    Pods,
    WorkloadRef,
)

CLUSTER = Cluster(
    namespaces={"payments": Namespace("payments", {"name": "payments"})},
    workloads=(
        Workload("Deployment", "web", "shop", {"app": "shop"}),
        Workload("Pod", "web", "debug", {}),
    ),
    object_namespaces=frozenset({"web", "analytics", "payments"}),
)
CHECKOUT = Pods("web", LabelSelector((("app", "checkout"),)))


def resolved(text: str, cluster: Cluster = CLUSTER) -> Spec:
    return resolve(parse_spec(text, "netqed.yaml"), cluster)


def problems(text: str, cluster: Cluster = CLUSTER) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InputError) as caught:
        resolved(text, cluster)
    return [(str(one.position), one.message, one.hint) for one in caught.value.problems]


def invariant(sentence: str, groups: str = "{}") -> object:
    return resolved(f"groups: {groups}\ninvariants:\n  - {sentence}").invariants[0].invariant


def test_a_namespace() -> None:
    assert invariant("analytics cannot reach payments") == CannotReach(Pods("analytics"), Pods("payments"))
    assert invariant("namespace analytics cannot reach default") == CannotReach(Pods("analytics"), Pods("default"))


def test_a_group_keeps_its_name() -> None:
    found = invariant("checkout cannot reach group all", "{checkout: web/app=checkout, all: 'checkout, payments'}")
    checkout = AnyOf((CHECKOUT,), "checkout")
    assert found == CannotReach(checkout, AnyOf((checkout, Pods("payments")), "all"))


def test_a_group_of_several_sentences() -> None:
    found = invariant("all is isolated", "{all: [web/app=checkout, 'payments, analytics']}")
    assert found == Isolated(AnyOf((CHECKOUT, Pods("payments"), Pods("analytics")), "all"))


def test_exceptions_and_assumptions_are_resolved() -> None:
    spec = resolved(
        "groups: {g: web/app=checkout}\n"
        "invariants: ['payments is isolated except from g to analytics and host-networked']\n"
        "assume: [no pod in g has a=b, only payments has x=y]\n"
    )
    group = AnyOf((CHECKOUT,), "g")
    assert spec.invariants[0].invariant == Isolated(
        Pods("payments"),
        None,
        (),
        (Exception_(group, Pods("analytics")), Exception_(either=BuiltIn("host-networked"))),
    )
    first, second = (one.assumption for one in spec.assumptions)
    assert first == NoPodHas(group, LabelSelector((("a", "b"),)))
    assert second == OnlyNamespaceHas(("payments",), LabelSelector((("x", "y"),)))


def test_workloads() -> None:
    assert invariant("web/deploy/shop cannot reach web/pod/debug") == CannotReach(
        WorkloadRef("web", "deployment", "shop"), WorkloadRef("web", "pod", "debug")
    )
    spec = "workloads: [{namespace: mq, kind: Kafka, name: k, labels: {}}]\ninvariants: [mq/kafka/k cannot reach mq]"
    assert resolved(spec).invariants[0].invariant == CannotReach(WorkloadRef("mq", "kafka", "k"), Pods("mq"))


@pytest.mark.parametrize(
    ("sentence", "message", "hint", "column"),
    [
        ("analytics cannot reach paymets", "no group or namespace 'paymets'", "did you mean 'payments'?", 28),
        ("chekout cannot reach web", "no group or namespace 'chekout'", "did you mean 'checkout'?", 5),
        ("web cannot reach internt", "no group or namespace 'internt'", "did you mean 'internet'?", 22),
        ("web cannot reach web except zzz", "no group or namespace 'zzz'", "if it exists, state it in the spec: 'namespaces: {zzz: {}}'", 33),
        ("group chekout cannot reach web", "no group 'chekout'", "did you mean 'checkout'?", 5),
        ("namespace checkout cannot reach web", "no namespace 'checkout'", None, 5),
        ("paymets/app=x cannot reach web", "no namespace 'paymets'", "did you mean 'payments'?", 5),
        ("paymets/pod/x cannot reach web", "no namespace 'paymets'", "did you mean 'payments'?", 5),
        ("web/deployment/shp cannot reach web", "no workload 'web/deployment/shp' in the input", "did you mean 'web/deployment/shop'?", 5),
        ("web/sts/shop cannot reach web", "no workload 'web/statefulset/shop' in the input", "did you mean 'web/deployment/shop'?", 5),
        ("ns(kubernetes.io/metadata.name=paymets) cannot reach web", "no namespace 'paymets'", "did you mean 'payments'?", 5),
        ("ns(kubernetes.io/metadata.name in (web,paymets)) cannot reach web", "no namespace 'paymets'", "did you mean 'payments'?", 5),
        ("both cannot reach web", "'both' is a group and a namespace", "write 'group both' or 'namespace both'", 5),
        ("web/app=x,payments cannot reach web", "'payments' is read as a label here, and a group or namespace is called so too", "write a space after the comma for a list, or 'web/(app=x,payments)' for the label", 5),
    ],
)  # fmt: skip
def test_one_problem(sentence: str, message: str, hint: str | None, column: int) -> None:
    head = "groups: {checkout: web/app=checkout, both: web/app=both}\nnamespaces: {both: {}}\ninvariants:\n"
    (found,) = problems(f"{head}  - {sentence}")
    assert found[:2] == (f"netqed.yaml:4:{column}", message)
    if hint is not None:
        assert found[2] == hint


# ruff: noqa: E501 -- a table reads by its rows.


def test_group_and_namespace_are_told_apart_when_written_out() -> None:
    text = "groups: {both: web/app=both}\nnamespaces: {both: {}}\ninvariants: [group both cannot reach namespace both]"
    both = AnyOf((Pods("web", LabelSelector((("app", "both"),))),), "both")
    assert resolved(text).invariants[0].invariant == CannotReach(both, Pods("both"))


def test_the_label_that_a_namespace_is_called_like_may_stand_in_parentheses() -> None:
    assert isinstance(invariant("web/(app=x,payments) cannot reach web"), CannotReach)
    assert isinstance(invariant("web/app=x,tier cannot reach web"), CannotReach)


def test_a_quoted_sentence_and_a_group_point_at_the_word() -> None:
    assert problems('invariants: [  "web cannot reach paymets"]')[0][0] == "netqed.yaml:1:34"
    assert problems("groups: {g: [web, 'web, paymets']}")[0][0] == "netqed.yaml:1:25"
    assert problems("invariants:\n  - >\n    web cannot reach\n    paymets")[0][0] == "netqed.yaml:2:5"


def test_groups_that_contain_themselves() -> None:
    found = problems("groups: {a: b, b: 'web, c', c: a, d: group d}")
    assert [one[1] for one in found] == [
        "group 'a' contains itself: a -> b -> c -> a",
        "group 'd' contains itself: d -> d",
    ]


def test_unused_groups_are_checked_too() -> None:
    assert problems("groups: {g: paymets}") == [
        ("netqed.yaml:1:13", "no group or namespace 'paymets'", "did you mean 'payments'?")
    ]


def test_a_problem_of_a_group_is_told_once() -> None:
    assert len(problems("groups: {g: paymets, h: g}\ninvariants: [g cannot reach h, g is isolated]")) == 1


def test_all_problems_at_once() -> None:
    text = "invariants: [x cannot reach y, web cannot reach z]\nassume: [no pod in q has a=b, only r has c=d]"
    assert [one[0] for one in problems(text)] == [
        f"netqed.yaml:{place}" for place in ("1:14", "1:29", "1:49", "2:20", "2:36")
    ]


def test_an_assumption_speaks_of_pods() -> None:
    text = "groups: {office: 203.0.113.0/24}\nassume: [no pod in office has a=b]"
    assert problems(text)[0][1] == "this assumption speaks of pods, and not all of these are"


def test_only_namespace_has_takes_namespaces() -> None:
    found = problems("groups: {g: web}\nassume: [only g has a=b]")
    assert found == [("netqed.yaml:2:15", "no namespace 'g'", "'g' is a group; write its namespace")]


def test_a_namespace_stated_twice_with_other_labels() -> None:
    found = problems("namespaces:\n  payments: {name: other}")
    assert found[0][:2] == ("netqed.yaml:2:3", "namespace 'payments' has other labels here than in the manifests")
    same = "namespaces: {payments: {name: payments, kubernetes.io/metadata.name: payments}}"
    assert resolved(same).namespaces["payments"]["name"] == "payments"


def test_a_workload_stated_though_it_is_in_the_input() -> None:
    found = problems("workloads:\n  - {namespace: web, kind: Deployment, name: shop, labels: {}}")
    assert found[0][:2] == (
        "netqed.yaml:2:5",
        "workload 'web/deployment/shop' is in the input, so the spec must not state it",
    )


def test_a_sentence_from_the_command_line() -> None:
    spec = Spec(invariants=(parse_sentence_invariant("web cannot reach paymets"),))
    with pytest.raises(InputError) as caught:
        resolve(spec, CLUSTER)
    assert str(caught.value.problems[0].position) == "<sentence>:1:18"


RUNNING = Cluster(
    workloads=(
        Workload("Pod", "web", "a", {}, addresses=("10.20.3.4",), node_addresses=("192.168.0.1",)),
        Workload("Pod", "web", "b", {}, addresses=("10.20.3.5", "fd00::5")),
        Workload("Pod", "web", "c", {}, host_network=True, addresses=("192.168.0.2",), node_addresses=("192.168.0.2",)),
        Workload("Pod", "web", "d", {}, addresses=("fd00::6",)),
    ),
    nodes=(Node("n3", {}, ("192.168.0.3", "203.0.113.3")),),
    object_namespaces=frozenset({"web"}),
)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            "podCIDRs: [10.244.0.0/16, 10.245.0.0/16]",
            "the input contradicts 'podCIDRs': 10.20.3.4 of pod web/a lies outside 10.244.0.0/16, 10.245.0.0/16"
            " (and 1 more)",
        ),
        (
            "nodeCIDRs: [192.168.0.0/16]",
            "the input contradicts 'nodeCIDRs': 203.0.113.3 of node n3 lies outside 192.168.0.0/16",
        ),
        (
            "nodeCIDRs: [203.0.113.0/24, 192.168.0.1/32, 192.168.0.3/32]",
            "the input contradicts 'nodeCIDRs': 192.168.0.2 of the node of pod web/c lies outside"
            " 203.0.113.0/24, 192.168.0.1/32, 192.168.0.3/32",
        ),
        (
            "podCIDRs: [10.20.0.0/16, fd01::/64]",
            "fd00::5 of pod web/b lies outside 10.20.0.0/16, fd01::/64 (and 1 more)",
        ),
        ("podCIDRs: [10.20.0.0/16]", None),
        ("nodeCIDRs: [192.168.0.0/16, 203.0.113.0/24]", None),
        ("families: [IPv4]", None),
    ],
)
def test_a_fact_of_the_cluster_that_the_input_belies_is_refused(facts: str, message: str | None) -> None:
    """Proofs rest on it as on an assumption; a range says nothing of a family that it names no block of."""
    text = f"cluster:\n  {facts}\ninvariants: [web cannot reach default]"
    if message is None:
        assert resolved(text, RUNNING)
        return
    ((place, told, hint),) = problems(text, RUNNING)
    assert place == "netqed.yaml:2:3"
    assert told.endswith(message)
    assert hint is not None and hint.endswith(": from a false fact everything could be proved")
