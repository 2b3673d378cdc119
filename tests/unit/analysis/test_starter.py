"""The starter spec: what it says of a cluster, that all of it holds, and that it is a spec whatever the names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netqed.analysis.candidates import MAX_NAMESPACES, MAX_PAIRED, MAX_SELECTIONS, Candidates, stronger
from netqed.analysis.check import check
from netqed.analysis.starter import quoted, starter_spec
from netqed.api import Settings, init, load_cluster
from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
    Workload,
)
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.grammar import parse_invariant
from netqed.spec.parse import parse_sentence_invariant, parse_spec
from netqed.spec.rendering import render_endpoint, render_invariant
from netqed.spec.resolve import resolve

SPECS = Path(__file__).parents[3] / "specs"
EVERY = LabelSelector()


def labels(**values: str) -> LabelSelector:
    return LabelSelector(tuple(values.items()))


def all_hold(stated: Sequence[StatedInvariant]) -> list[bool]:
    return [True] * len(stated)


def none_hold(stated: Sequence[StatedInvariant]) -> list[bool]:
    return [False] * len(stated)


def said(text: str) -> list[str]:
    """The invariants of a starter spec."""
    return [one.sentence for one in parse_spec(text, "netqed.yaml").invariants]


def ingress(*rules: PolicyRule, pods: LabelSelector = EVERY, namespace: str = "shop", name: str = "p") -> NetworkPolicy:
    return NetworkPolicy(namespace, name, pods, ("Ingress",), rules)


def egress(*rules: PolicyRule, pods: LabelSelector = EVERY, namespace: str = "shop", name: str = "p") -> NetworkPolicy:
    return NetworkPolicy(namespace, name, pods, ("Egress",), None, rules)


def cluster(
    *policies: NetworkPolicy, workloads: Sequence[Workload] = (), namespaces: Sequence[str] = ("shop",)
) -> Cluster:
    return Cluster(
        namespaces={name: Namespace(name, {}) for name in namespaces},
        workloads=tuple(workloads),
        policies=policies,
        object_namespaces=frozenset(namespaces),
    )


def peer(pods: LabelSelector | None = None, namespaces: LabelSelector | None = None) -> PolicyPeer:
    return PolicyPeer(pods, namespaces)


def test_what_the_payments_example_isolates() -> None:
    text = starter_spec(load_cluster([SPECS / "payments" / "manifests"]), manifests=["manifests"])
    assert text.splitlines()[0] == "# yaml-language-server: $schema=netqed.schema.json"
    assert text[text.index("manifests:") :] == (
        """\
manifests:
  - manifests

groups:
  payments-api: payments/app=payments-api
  payments-db: payments/app=payments-db

invariants:
  # analytics: who gets in
  - payments cannot reach analytics

  # payments: who gets in
  - internet cannot reach payments
  - analytics, kube-system cannot reach payments
  - only ns(name=web)/app=checkout can reach payments-api
  - anything cannot reach payments-api except on TCP/8080
  - only payments-api can reach payments-db
  - anything cannot reach payments-db except on TCP/5432

  # payments: what gets out
  - payments cannot reach internet
  - payments-api cannot reach anything except to kube-system/k8s-app=kube-dns on UDP/53, TCP/53 """
        """and to payments-db on TCP/5432 and to nodes

  # web: who gets in
  - payments cannot reach web
"""
    )


@pytest.mark.parametrize("example", sorted(path.parent.name for path in SPECS.glob("*/netqed.yaml")))
def test_every_invariant_of_it_holds(example: str) -> None:
    found = load_cluster([SPECS / example / "manifests"])
    spec = resolve(parse_spec(starter_spec(found), "netqed.yaml"), found)
    assert spec.invariants
    assert {result.verdict.word for result in check(found, spec).results} == {"proved"}


def test_it_is_the_same_for_the_same_cluster() -> None:
    found = load_cluster([SPECS / "payments-broken" / "manifests"])
    assert starter_spec(found) == starter_spec(found)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (ingress(), "anything cannot reach shop"),
        (egress(), "shop cannot reach anything except to nodes"),
        (ingress(PolicyRule((peer(EVERY),))), "only shop can reach shop"),
        (ingress(PolicyRule((peer(labels(a="b")),))), "only shop/a=b can reach shop"),
        (ingress(PolicyRule((peer(None, EVERY),))), "outside cannot reach shop"),
        (ingress(PolicyRule((peer(labels(a="b")), peer(None, EVERY)))), "outside cannot reach shop"),
        (
            ingress(PolicyRule((peer(None, EVERY), PolicyPeer(ip_block=IPBlock("203.0.113.0/24"))))),
            "outside cannot reach shop except from 203.0.113.0/24",
        ),
        (
            ingress(PolicyRule((peer(None, EVERY),), (PolicyPort("TCP", 80),)), PolicyRule((peer(EVERY),))),
            "outside cannot reach shop",
        ),
        (
            ingress(
                PolicyRule((PolicyPeer(ip_block=IPBlock("203.0.113.0/24")),)),
                PolicyRule((peer(None, EVERY),), (PolicyPort("TCP", 80),)),
            ),
            "outside cannot reach shop except from 203.0.113.0/24",
        ),
        (ingress(PolicyRule((peer(labels(a="b"), EVERY),))), "only ns(kubernetes.io/metadata.name)/a=b can reach shop"),
        (
            ingress(PolicyRule((peer(None, LabelSelector((("kubernetes.io/metadata.name", "shop"),))),))),
            "only shop can reach shop",
        ),
        (ingress(PolicyRule((peer(None, labels(team="x")),))), "only ns(team=x) can reach shop"),
        (
            ingress(PolicyRule((peer(LabelSelector((), (Requirement("a", "Exists"),))),))),
            "only shop/(a) can reach shop",
        ),
        (
            ingress(PolicyRule((PolicyPeer(ip_block=IPBlock("203.0.113.0/24", ("203.0.113.9/32",))),))),
            "only 203.0.113.0/24 can reach shop",
        ),
        (
            ingress(PolicyRule((peer(EVERY),), (PolicyPort(None, 80), PolicyPort("UDP", 90, 99), PolicyPort("SCTP")))),
            "anything cannot reach shop except on TCP/80, UDP/90-99, SCTP",
        ),
        (
            ingress(PolicyRule((peer(labels(a="b")),), (PolicyPort("TCP", 80),)), PolicyRule((peer(EVERY),), (PolicyPort("TCP", 90),))),
            "only shop/a=b can reach shop on TCP/80",
        ),
        (
            egress(PolicyRule(None, (PolicyPort("UDP", 53),)), PolicyRule((peer(labels(a="b")),), (PolicyPort("TCP", "web"),))),
            "shop cannot reach anything except on UDP/53 and to shop/a=b and to nodes",
        ),
        (ingress(pods=labels(a="b")), "anything cannot reach shop/a=b"),
        (egress(PolicyRule((peer(EVERY),)), pods=labels(a="b")), "shop/a=b cannot reach anything except to shop and to nodes"),
    ],
)  # fmt: skip
def test_what_a_policy_may_be_for(policy: NetworkPolicy, expected: str) -> None:
    pod = Workload("Pod", "shop", "x", {"a": "b"})
    found = cluster(policy, workloads=[pod])
    asked: list[str] = []

    def holds(stated: Sequence[StatedInvariant]) -> list[bool]:
        asked.extend(one.sentence for one in stated)
        return all_hold(stated)

    starter_spec(found, holds)
    assert expected in asked
    spec = parse_spec(f"invariants: ['{expected}']", "netqed.yaml")
    assert check(found, resolve(spec, found)).results[0].verdict.word == "proved"


# ruff: noqa: E501 -- a table reads by its rows.


@pytest.mark.parametrize("policy", [ingress(PolicyRule()), egress(PolicyRule()), ingress(PolicyRule((), ()))])
def test_a_rule_that_admits_everything_isolates_nothing(policy: NetworkPolicy) -> None:
    text = starter_spec(cluster(policy))
    assert said(text) == []
    assert "# Nothing that netqed looked for is isolated today" in text


def test_policies_that_select_the_same_pods_count_together() -> None:
    found = cluster(
        ingress(name="deny"),
        ingress(PolicyRule((peer(labels(a="b")),)), pods=labels(x="y"), name="one"),
        ingress(PolicyRule((peer(labels(c="d")),)), pods=labels(x="y"), name="two"),
        workloads=[Workload("Pod", "shop", "x", {"x": "y"})],
    )
    assert "only shop/a=b, shop/c=d can reach shop/x=y" in said(starter_spec(found))


def test_pods_that_take_long_to_say_get_a_name() -> None:
    def policy(namespace: str, value: str) -> NetworkPolicy:
        pods = LabelSelector((("app.kubernetes.io/name", value), ("app.kubernetes.io/part-of", "the-shop")))
        return ingress(pods=pods, namespace=namespace, name=value)

    names = ("shop", "web", "cart")
    found = cluster(
        policy("shop", "api"),
        policy("web", "api"),
        policy("shop", "cart"),
        policy("shop", "on"),
        policy("shop", "A.b"),
        namespaces=names,
    )
    spec = parse_spec(starter_spec(found, all_hold), "netqed.yaml")
    labelled = "app.kubernetes.io/name={},app.kubernetes.io/part-of=the-shop"
    assert {name: render_endpoint(pods) for name, pods in spec.groups.items()} == {
        "shop-api": "shop/" + labelled.format("api"),
        "web-api": "web/" + labelled.format("api"),
        "shop-cart": "shop/" + labelled.format("cart"),
        "shop-on": "shop/" + labelled.format("on"),
    }
    sentences = [one.sentence for one in spec.invariants]
    assert "anything cannot reach web-api" in sentences
    assert f"anything cannot reach shop/{labelled.format('A.b')}" in sentences


def test_host_networked_pods_are_excepted_where_they_are() -> None:
    host = Workload("DaemonSet", "shop", "agent", {}, host_network=True)
    found = cluster(ingress(), workloads=[host])
    text = starter_spec(found)
    assert "anything cannot reach shop except host-networked" in said(text)
    assert "anything cannot reach shop" not in said(text)
    assert "use their node's network" in text
    assert "host-networked" not in starter_spec(cluster(ingress()))


def test_policies_that_select_host_networked_pods_only_are_said_to_have_no_effect() -> None:
    host = Workload("DaemonSet", "shop", "agent", {"app": "agent"}, host_network=True)
    web = Workload("Deployment", "shop", "web", {"app": "web"})
    agent = ingress(PolicyRule((peer(labels(a="b")),)), pods=labels(app="agent"), name="agent")
    text = starter_spec(cluster(agent, ingress(pods=labels(app="web"), name="web"), workloads=[host, web]))
    assert said(text) == ["anything cannot reach shop/app=web except host-networked"]
    assert "# Policies without effect, since all that they select uses its node's network:\n# shop/agent.\n" in text
    mixed = [host, replace(host, name="other", host_network=False)]
    assert "without effect" not in starter_spec(cluster(agent, workloads=mixed))


def test_policies_whose_pods_were_not_read_are_named() -> None:
    policies = [ingress(pods=labels(app=f"made-{number}"), name=f"made-{number}") for number in range(5)]
    pods = [Workload("Pod", "shop", "x", {})]
    text = starter_spec(cluster(*policies, ingress(namespace="web"), workloads=pods, namespaces=("shop", "web")))
    assert said(text) == ["anything cannot reach web"]
    assert "pods: shop/made-0, shop/made-1, shop/made-2 and 2 more.\n" in text
    assert "none of the workloads" not in starter_spec(cluster(ingress()))


def test_options_that_check_needs_too_are_stated() -> None:
    asked = ["-n", "shop", "--ignore-unknown-policies", "Odd.x\n- y", "-"]
    text = starter_spec(cluster(ingress()), arguments=asked)
    assert "# Check it with: netqed check -n shop --ignore-unknown-policies 'Odd.x\\x0a- y' -\n" in text
    assert "standard input" in text
    assert said(text) == said(starter_spec(cluster(ingress())))
    assert "# Check it with: netqed check -n shop\n" in starter_spec(cluster(), arguments=["-n", "shop"])
    assert "Check it with" not in starter_spec(cluster(ingress()))


def test_what_init_read_and_how_is_in_what_it_writes() -> None:
    read = str(SPECS / "payments" / "manifests")
    piped = Settings(
        namespace="shop",
        ignore_unknown=("Odd", "Odder.x"),
        stdin="{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
    )
    text = init([read, "-"], manifests=["manifests"], settings=piped)
    said = "-n shop --ignore-unknown-policies Odd --ignore-unknown-policies Odder.x"
    assert f"# Check it with: netqed check {said} {read} -\n" in text
    assert "# Check it with: netqed check -n shop\n" in init([read], settings=Settings(namespace="shop"))
    assert "Check it with" not in init([read])


def test_what_says_less_is_left_out() -> None:
    every = said(starter_spec(cluster(ingress(), egress(name="q"), namespaces=("shop", "web")), all_hold))
    assert every
    for sentence in every:
        weaker = [one for one in every if parse_invariant(sentence) in set(stronger(parse_invariant(one)))]
        assert weaker == []


@pytest.mark.parametrize("example", sorted(path.parent.name for path in SPECS.glob("*/netqed.yaml")))
def test_what_says_more_implies_what_says_less(example: str) -> None:
    found = load_cluster([SPECS / example / "manifests"])
    candidates = [one for section in Candidates.of(found).sections for one in section.invariants]
    stated = [parse_sentence_invariant(render_invariant(one)) for one in candidates]
    resolved = resolve(Spec(invariants=tuple(stated)), found).invariants
    words = [result.verdict.word for result in check(found, Spec(invariants=resolved)).results]
    verdicts = dict(zip(candidates, words, strict=True))
    implied = [one for one in candidates if any(verdicts.get(more) == "proved" for more in stronger(one))]
    assert {verdicts[one] for one in implied} <= {"proved", "vacuous"}


def test_without_policies_it_says_so() -> None:
    text = starter_spec(cluster(workloads=[Workload("Pod", "shop", "x", {})]))
    assert "there is no network policy" in text
    assert "#   - shop cannot reach internet" in text
    spec = parse_spec(text, "netqed.yaml")
    assert (spec.invariants, spec.manifests) == ((), ())
    example = text[text.index("# invariants:") :].replace("invariants: []", "").replace("# ", "")
    assert len(parse_spec(example, "netqed.yaml").invariants) == 2


def test_an_empty_cluster() -> None:
    assert "#   - default cannot reach internet" in starter_spec(Cluster())


def test_where_nothing_holds_it_says_so() -> None:
    assert "though there are network policies" in starter_spec(cluster(ingress()), none_hold)


def test_undeclared_namespaces_are_named() -> None:
    found = Cluster(policies=(ingress(namespace="shop"),), object_namespaces=frozenset({"shop"}))
    assert "# No manifest declares namespace shop.\n" in starter_spec(found)
    assert "No manifest declares" not in starter_spec(cluster(ingress()))


def test_big_clusters_get_a_bounded_spec() -> None:
    names = [f"ns-{number:03}" for number in range(200)]
    policies = [
        ingress(PolicyRule((peer(labels(a=str(i))),)), pods=labels(b=str(i)), namespace=name, name=f"p{i}")
        for name in names
        for i in range(MAX_SELECTIONS + 3)
    ]
    found = cluster(*policies, *(ingress(namespace=name) for name in names), namespaces=names)
    candidates = Candidates.of(found)
    assert sum(len(section.invariants) for section in candidates.sections) < MAX_NAMESPACES * MAX_SELECTIONS * 6
    text = starter_spec(found, all_hold)
    assert f"# - {200 - MAX_NAMESPACES} namespaces with policies, " in text
    assert "# - which of the 200 namespaces cannot reach which other" in text
    assert "# - 4 of the selections that policies make in ns-000: ns-000/b=" in text
    assert " and 1 more\n" in text
    assert said(text)


def test_pairs_of_namespaces_share_sentences() -> None:
    names = [f"ns-{number}" for number in range(MAX_PAIRED)]
    pods = [Workload("Pod", name, "x", {}) for name in names]
    found = cluster(ingress(PolicyRule((peer(EVERY),)), namespace="ns-0"), workloads=pods, namespaces=names)
    found_pairs = [sentence for sentence in said(starter_spec(found)) if sentence.endswith(" cannot reach ns-0")]
    assert "ns-1, ns-10, ns-11, ns-2, ns-3 cannot reach ns-0" in found_pairs


@pytest.mark.parametrize("name", ["on", "internet", "no", "ns", "null", "123", "1e3", "only", "true"])
def test_namespaces_with_awkward_names(name: str) -> None:
    found = cluster(
        ingress(PolicyRule((peer(EVERY),)), namespace=name),
        workloads=[Workload("Pod", "web", "x", {})],
        namespaces=[name, "web"],
    )
    text = starter_spec(found)
    spec = resolve(parse_spec(text, "netqed.yaml"), found)
    assert spec.invariants
    assert {result.verdict.word for result in check(found, spec).results} == {"proved"}


def test_hostile_names_do_not_get_out_of_their_place() -> None:
    name = "x\n- anything cannot reach anything #"
    hostile = cluster(ingress(namespace=name), namespaces=[name])
    assert said(starter_spec(hostile, all_hold)) == said(starter_spec(Cluster(policies=hostile.policies), all_hold))
    assert name not in starter_spec(hostile, all_hold)
    odd = cluster(ingress(PolicyRule((peer(labels(**{"a b": "c: d"})),))))
    assert "c: d" not in starter_spec(odd, all_hold)


@given(st.lists(st.text(min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=3))
def test_paths_read_back(paths: list[str]) -> None:
    text = starter_spec(Cluster(), manifests=paths)
    assert yaml.safe_load(text)["manifests"] == paths


def test_a_path_that_is_no_text_is_left_out() -> None:
    text = starter_spec(Cluster(), manifests=["k8s", "k8s/\udcff"])
    assert yaml.safe_load(text)["manifests"] == ["k8s"]
    assert "no Unicode text" in text


@given(st.text())
def test_quoting_reads_back(text: str) -> None:
    assert yaml.safe_load(f"a:\n  - {quoted(text)}\n") == {"a": [text]}


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "No",
        "null",
        "~",
        "1",
        "1e3",
        ".5",
        "1_0",
        "0x1f",
        "2027-01-01",
        "=",
        "<<",
        "a: b",
        "a #b",
        "-",
        "- a",
        "./-",
        "a ",
        ".inf",
        "12:30:45",
    ],
)
def test_words_that_yaml_would_take_for_something_else(word: str) -> None:
    assert yaml.safe_load(f"a:\n  - {quoted(word)}\n") == {"a": [word]}
