"""Every form of sentence, and what it means."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from netqed.resources.objects import LabelSelector, Requirement
from netqed.spec.grammar import parse_assumption, parse_endpoint, parse_invariant, parse_ports
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    BuiltIn,
    CannotReach,
    CanReach,
    Endpoint,
    EveryPodHas,
    Exception_,
    Invariant,
    Isolated,
    Name,
    NamespacesNamed,
    NoOtherNamespace,
    NoOtherNamespaces,
    NoOtherValue,
    NoPodHas,
    OnlyCanReach,
    OnlyNamespaceHas,
    Pods,
    PortRange,
    Ports,
    WorkloadRef,
)

A, B, C = Name("a"), Name("b"), Name("c")
TCP_80 = (PortRange(6, 80, 80),)
DNS = (PortRange(17, 53, 53), PortRange(6, 53, 53))
HOSTS = BuiltIn("host-networked")


def labels(**values: str) -> LabelSelector:
    return LabelSelector(tuple(values.items()))


def needs(*requirements: Requirement) -> LabelSelector:
    return LabelSelector((), requirements)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("a cannot reach b", CannotReach(A, B)),
        ("a cannot reach b on TCP/80", CannotReach(A, B, TCP_80)),
        ("a cannot reach b except c", CannotReach(A, B, (), (Exception_(destination=C),))),
        ("a cannot reach b except c on TCP/80", CannotReach(A, B, (), (Exception_(None, C, TCP_80),))),
        ("a cannot reach b on TCP/80 except c", CannotReach(A, B, TCP_80, (Exception_(None, C),))),
        ("a cannot reach b except on TCP/80", CannotReach(A, B, (), (Exception_(ports=TCP_80),))),
        ("a cannot reach b except from c", CannotReach(A, B, (), (Exception_(C),))),
        ("a cannot reach b except to c", CannotReach(A, B, (), (Exception_(None, C),))),
        ("a cannot reach b except from a to c on TCP/80", CannotReach(A, B, (), (Exception_(A, C, TCP_80),))),
        ("a cannot reach b except host-networked", CannotReach(A, B, (), (Exception_(either=HOSTS),))),
        ("a cannot reach b except from host-networked", CannotReach(A, B, (), (Exception_(HOSTS),))),
        (
            "a cannot reach b except to host-networked on TCP/80",
            CannotReach(A, B, (), (Exception_(None, HOSTS, TCP_80),)),
        ),
        (
            "a cannot reach b except c on UDP/53, TCP/53 and from a and host-networked",
            CannotReach(A, B, (), (Exception_(None, C, DNS), Exception_(A), Exception_(either=HOSTS))),
        ),
        ("a cannot reach b except to c and a", CannotReach(A, B, (), (Exception_(None, C), Exception_(None, A)))),
        ("a cannot reach b except c and from a", CannotReach(A, B, (), (Exception_(None, C), Exception_(A)))),
        ("a cannot reach b except b, c", CannotReach(A, B, (), (Exception_(None, AnyOf((B, C))),))),
        ("a, b cannot reach b, c", CannotReach(AnyOf((A, B)), AnyOf((B, C)))),
        ("a can reach b on TCP/80", CanReach(A, B, TCP_80)),
        ("a can reach b", CanReach(A, B)),
        ("a can reach b on TCP/80 except c", CanReach(A, B, TCP_80, (Exception_(None, C),))),
        ("only a can reach b", OnlyCanReach(A, B)),
        ("only a, c can reach b on TCP/80", OnlyCanReach(AnyOf((A, C)), B, TCP_80)),
        ("only a can reach b except from c", OnlyCanReach(A, B, (), (Exception_(C),))),
        ("a is isolated", Isolated(A)),
        ("a is isolated from b", Isolated(A, B)),
        ("a is isolated from b on TCP/80 except from c", Isolated(A, B, TCP_80, (Exception_(C),))),
        ("a is isolated except from c", Isolated(A, None, (), (Exception_(C),))),
        ("a is isolated except host-networked", Isolated(A, None, (), (Exception_(either=HOSTS),))),
        ("no pod can reach a pod of another namespace", NoOtherNamespace()),
        (
            "no pod can reach a pod of another namespace except to kube-system/k8s-app=kube-dns on UDP/53, TCP/53",
            NoOtherNamespace(
                (), (Exception_(None, Pods("kube-system", LabelSelector((("k8s-app", "kube-dns"),))), DNS),)
            ),
        ),
        ("no pod can reach a pod of another namespace on TCP/80", NoOtherNamespace(TCP_80)),
        ("no pod can reach a pod with another value of label tenant", NoOtherValue("tenant", "pod")),
        (
            "no pod can reach a pod with another value of namespace label acme.io/tenant except from c",
            NoOtherValue("acme.io/tenant", "namespace", (), (Exception_(C),)),
        ),
        ("  a   cannot\n reach\tb ", CannotReach(A, B)),
        ("only-web cannot reach no-pod", CannotReach(Name("only-web"), Name("no-pod"))),
        ("only/app=x can reach b", CanReach(Pods("only", labels(app="x")), B)),
        ("namespace only can reach namespace on", CanReach(Name("only", "namespace"), Name("on", "namespace"))),
    ],
)
def test_invariants(sentence: str, expected: Invariant) -> None:
    assert parse_invariant(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("no pod in a has app=x", NoPodHas(A, labels(app="x"))),
        (
            "no pod in a, ns(team=t) has app=x,tier=y",
            NoPodHas(AnyOf((A, Pods(labels(team="t")))), labels(app="x", tier="y")),
        ),
        ("no pod in a has app", NoPodHas(A, needs(Requirement("app", "Exists")))),
        ("no pod in any pod has app=x", NoPodHas(BuiltIn("any pod"), labels(app="x"))),
        (
            "every pod in a/app=x has !debug",
            EveryPodHas(Pods("a", labels(app="x")), needs(Requirement("debug", "DoesNotExist"))),
        ),
        ("no other namespaces", NoOtherNamespaces()),
        ("every namespace has label name with its own name", NamespacesNamed("name")),
        ("every namespace has label acme.io/name with its own name", NamespacesNamed("acme.io/name")),
        ("only web has tier=apps", OnlyNamespaceHas(("web",), labels(tier="apps"))),
        (
            "only web, shop have tier in (a,b)",
            OnlyNamespaceHas(("web", "shop"), needs(Requirement("tier", "In", ("a", "b")))),
        ),
    ],
)
def test_assumptions(sentence: str, expected: Assumption) -> None:
    assert parse_assumption(sentence) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", Name("a")),
        ("group a", Name("a", "group")),
        ("namespace a", Name("a", "namespace")),
        ("web/app=x", Pods("web", labels(app="x"))),
        ("web/app==x", Pods("web", labels(app="x"))),
        ("web/app=", Pods("web", labels(app=""))),
        ("web/app=x,tier=y", Pods("web", labels(app="x", tier="y"))),
        ("web/app!=x", Pods("web", needs(Requirement("app", "NotIn", ("x",))))),
        ("web/!app", Pods("web", needs(Requirement("app", "DoesNotExist")))),
        ("web/app in (x,y)", Pods("web", needs(Requirement("app", "In", ("x", "y"))))),
        ("web/app in (x, y)", Pods("web", needs(Requirement("app", "In", ("x", "y"))))),
        ("web/app in(x)", Pods("web", needs(Requirement("app", "In", ("x",))))),
        ("web/app in ()", Pods("web", needs(Requirement("app", "In", ("",))))),
        ("web/app notin (x,)", Pods("web", needs(Requirement("app", "NotIn", ("x", ""))))),
        ("web/app=x,tier", Pods("web", LabelSelector((("app", "x"),), (Requirement("tier", "Exists"),)))),
        ("web/app=x,a.io/tier", Pods("web", LabelSelector((("app", "x"),), (Requirement("a.io/tier", "Exists"),)))),
        ("web/(app)", Pods("web", needs(Requirement("app", "Exists")))),
        ("web/(app=x, tier=y)", Pods("web", labels(app="x", tier="y"))),
        ("web/app.kubernetes.io/name=x", Pods("web", LabelSelector((("app.kubernetes.io/name", "x"),)))),
        ("web/pod/name=x", Pods("web", LabelSelector((("pod/name", "x"),)))),
        ("web/in=out", Pods("web", LabelSelector((("in", "out"),)))),
        ("web/feature=on", Pods("web", labels(feature="on"))),
        ("ns(team=t)", Pods(labels(team="t"))),
        ("ns(team)", Pods(needs(Requirement("team", "Exists")))),
        ("ns(team=t, env!=x)", Pods(LabelSelector((("team", "t"),), (Requirement("env", "NotIn", ("x",)),)))),
        ("ns(team=t)/app=x", Pods(labels(team="t"), labels(app="x"))),
        ("ns(team=t)/(app)", Pods(labels(team="t"), needs(Requirement("app", "Exists")))),
        ("ns/app=x", Pods("ns", labels(app="x"))),
        ("web/deployment/shop", WorkloadRef("web", "deployment", "shop")),
        ("web/deploy/shop", WorkloadRef("web", "deployment", "shop")),
        ("web/Deployments/shop", WorkloadRef("web", "deployment", "shop")),
        ("web/sts/db", WorkloadRef("web", "statefulset", "db")),
        ("web/ds/agent", WorkloadRef("web", "daemonset", "agent")),
        ("web/rs/x", WorkloadRef("web", "replicaset", "x")),
        ("web/po/x-0", WorkloadRef("web", "pod", "x-0")),
        ("web/cj/x", WorkloadRef("web", "cronjob", "x")),
        ("web/pod/on", WorkloadRef("web", "pod", "on")),
        ("web/Kafka/events.main", WorkloadRef("web", "kafka", "events.main")),
        ("10.0.0.1", Block(ip_network("10.0.0.1/32"))),
        ("203.0.113.0/24", Block(ip_network("203.0.113.0/24"))),
        ("0.0.0.0/0", Block(ip_network("0.0.0.0/0"))),
        ("::/0", Block(ip_network("::/0"))),
        ("fd00::1", Block(ip_network("fd00::1/128"))),
        ("2001:DB8::/32", Block(ip_network("2001:db8::/32"))),
        ("any pod", BuiltIn("any pod")),
        ("internet", BuiltIn("internet")),
        ("outside", BuiltIn("outside")),
        ("nodes", BuiltIn("nodes")),
        ("anything", BuiltIn("anything")),
        ("any", Name("any")),
        ("web/app=x, tier", AnyOf((Pods("web", labels(app="x")), Name("tier")))),
        (
            "web/app in (x,y), a, ::1",
            AnyOf((Pods("web", needs(Requirement("app", "In", ("x", "y")))), A, Block(ip_network("::1/128")))),
        ),
    ],
)
def test_endpoints(text: str, expected: Endpoint) -> None:
    assert parse_endpoint(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TCP/8080", (PortRange(6, 8080, 8080),)),
        ("UDP/53, TCP/53", DNS),
        ("UDP/53,TCP/53", DNS),
        ("TCP/8000-8010", (PortRange(6, 8000, 8010),)),
        ("TCP", (PortRange(6),)),
        ("SCTP/1-65535", (PortRange(132, 1, 65535),)),
        ("ICMP", (PortRange(1),)),
        ("ICMPv6, TCP", (PortRange(58), PortRange(6))),
    ],
)
def test_ports(text: str, expected: Ports) -> None:
    assert parse_ports(text) == expected


def test_endpoints_keep_how_and_where_they_are_written() -> None:
    invariant = parse_invariant("  x, web/app=a,tier!=b cannot reach ns(t=u)/(k)")
    assert isinstance(invariant, CannotReach)
    assert isinstance(invariant.source, AnyOf)
    _, pods = invariant.source.items
    assert isinstance(pods, Pods)
    assert (pods.text, pods.offset) == ("web/app=a,tier!=b", 5)
    assert isinstance(invariant.destination, Pods)
    assert (invariant.destination.text, invariant.destination.offset) == ("ns(t=u)/(k)", 36)
