"""The law of printing: what is printed reads back as the same value."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from netqed.resources.objects import LabelSelector, Requirement
from netqed.spec.faults import RESERVED
from netqed.spec.grammar import parse_assumption, parse_endpoint, parse_invariant, parse_ports
from netqed.spec.rendering import render_assumption, render_endpoint, render_invariant, render_ports, render_selector
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
    WorkloadRef,
)
from support.examples import examples

GRAMMAR_WORDS = (
    "a",
    "pod",
    "pods",
    "another",
    "isolated",
    "label",
    "name",
    "namespaces",
    "notin",
    "of",
    "own",
    "reach",
    "with",
)
WORDS = st.one_of(
    st.sampled_from(
        [*sorted(RESERVED - {"any pod"}), *GRAMMAR_WORDS, "web", "app", "a-b", "x1", "0", "only-web", "in-x"]
    ),
    st.builds("{}{}{}".format, st.sampled_from("ax0"), st.text("bn1-", max_size=4), st.sampled_from("cz9")),
)
VALUES = st.one_of(st.just(""), WORDS, st.sampled_from(["v1.2", "A_b", "x--y", "True", "10.0.0.1", "2001", "TCP"]))
KEYS = st.one_of(
    WORDS, st.builds("{}/{}".format, st.sampled_from(["app.kubernetes.io", "a.b", "pod", "in", "x-y.io"]), WORDS)
)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    key = draw(KEYS)
    match draw(st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"])):
        case "In":
            return Requirement(key, "In", tuple(draw(st.lists(VALUES, min_size=1, max_size=3, unique=True))))
        case "NotIn":
            return Requirement(key, "NotIn", tuple(draw(st.lists(VALUES, min_size=1, max_size=3, unique=True))))
        case "Exists":
            return Requirement(key, "Exists")
        case _:
            return Requirement(key, "DoesNotExist")


SELECTORS = st.builds(
    lambda labels, needs: LabelSelector(tuple(labels.items()), tuple(needs)),
    st.dictionaries(KEYS, VALUES, max_size=2),
    st.lists(requirements(), max_size=2),
).filter(lambda selector: selector != LabelSelector())


def _unmapped(network: IPv6Network) -> bool:
    return network.network_address.ipv4_mapped is None or network.prefixlen < 96


NETWORKS = st.one_of(
    st.builds(
        lambda number, prefix: ip_network((number >> (32 - prefix) << (32 - prefix), prefix)),
        st.integers(0, 2**32 - 1),
        st.integers(0, 32),
    ).filter(lambda network: isinstance(network, IPv4Network)),
    st.builds(
        lambda number, prefix: IPv6Network((number >> (128 - prefix) << (128 - prefix), prefix)),
        st.integers(0, 2**128 - 1),
        st.integers(0, 128),
    ).filter(_unmapped),
)
KINDS = st.sampled_from(["pod", "deployment", "statefulset", "daemonset", "job", "cronjob", "replicaset", "kafka"])
PODS: st.SearchStrategy[Endpoint] = st.one_of(
    st.builds(Name, WORDS.filter(lambda word: word not in RESERVED)),
    st.builds(Name, WORDS, st.sampled_from(["group", "namespace"])),
    st.builds(Pods, WORDS, SELECTORS),
    st.builds(Pods, SELECTORS, st.none() | SELECTORS),
    st.builds(WorkloadRef, WORDS, KINDS, WORDS),
    st.just(BuiltIn("any pod")),
)
SINGLE: st.SearchStrategy[Endpoint] = st.one_of(
    PODS,
    st.builds(Block, NETWORKS),
    st.sampled_from([BuiltIn("internet"), BuiltIn("outside"), BuiltIn("nodes"), BuiltIn("anything")]),
)


def lists(items: st.SearchStrategy[Endpoint]) -> st.SearchStrategy[Endpoint]:
    return st.one_of(items, st.lists(items, min_size=2, max_size=3).map(lambda found: AnyOf(tuple(found))))


ENDPOINTS = lists(SINGLE)
NUMBERS = st.integers(1, 65535)
PORT_RANGES = st.one_of(
    st.builds(PortRange, st.sampled_from([1, 6, 17, 58, 132])),
    st.builds(
        lambda protocol, ends: PortRange(protocol, min(ends), max(ends)),
        st.sampled_from([6, 17, 132]),
        st.tuples(NUMBERS, NUMBERS),
    ),
)
SOME_PORTS = st.lists(PORT_RANGES, min_size=1, max_size=3, unique=True).map(tuple)
PORTS = st.just(()) | SOME_PORTS
SIDES = ENDPOINTS | st.just(BuiltIn("host-networked"))
EXCEPTIONS = st.lists(
    st.one_of(
        st.builds(Exception_, st.none() | SIDES, SIDES, PORTS),
        st.builds(Exception_, SIDES, st.none(), PORTS),
        st.builds(Exception_, ports=SOME_PORTS),
        st.builds(Exception_, ports=PORTS, either=st.just(BuiltIn("host-networked"))),
    ),
    max_size=2,
).map(tuple)
INVARIANTS: st.SearchStrategy[Invariant] = st.one_of(
    st.builds(CannotReach, ENDPOINTS, ENDPOINTS, PORTS, EXCEPTIONS),
    st.builds(CanReach, ENDPOINTS, ENDPOINTS, PORTS, EXCEPTIONS),
    st.builds(OnlyCanReach, ENDPOINTS, ENDPOINTS, PORTS, EXCEPTIONS),
    st.builds(Isolated, ENDPOINTS, st.none() | ENDPOINTS, PORTS, EXCEPTIONS),
    st.builds(NoOtherNamespace, PORTS, EXCEPTIONS),
    st.builds(NoOtherValue, KEYS, st.sampled_from(["pod", "namespace"]), PORTS, EXCEPTIONS),
)
ASSUMPTIONS: st.SearchStrategy[Assumption] = st.one_of(
    st.builds(NoPodHas, lists(PODS), SELECTORS),
    st.builds(EveryPodHas, lists(PODS), SELECTORS),
    st.just(NoOtherNamespaces()),
    st.builds(NamespacesNamed, KEYS),
    st.builds(OnlyNamespaceHas, st.lists(WORDS, min_size=1, max_size=3).map(tuple), SELECTORS),
)


@given(INVARIANTS)
@settings(max_examples=examples(150))
def test_invariants_read_back(invariant: Invariant) -> None:
    assert parse_invariant(render_invariant(invariant)) == invariant


@given(ASSUMPTIONS)
@settings(max_examples=examples(100))
def test_assumptions_read_back(assumption: Assumption) -> None:
    assert parse_assumption(render_assumption(assumption)) == assumption


@given(ENDPOINTS)
@settings(max_examples=examples(100))
def test_endpoints_read_back(endpoint: Endpoint) -> None:
    assert parse_endpoint(render_endpoint(endpoint)) == endpoint


@given(SOME_PORTS)
def test_ports_read_back(ports: tuple[PortRange, ...]) -> None:
    assert parse_ports(render_ports(ports)) == ports


def test_resolved_endpoints_print_by_name() -> None:
    assert render_endpoint(AnyOf((Pods("web", None),), "shop")) == "shop"
    assert render_endpoint(AnyOf((Pods("web", None),), None)) == "web"
    assert render_endpoint(Pods("internet", None)) == "namespace internet"
    assert render_endpoint(AnyOf((Pods("web", None),), "10.0.0.1")) == "10.0.0.1"


def test_the_empty_selector_and_no_ports_print_as_nothing() -> None:
    assert render_selector(LabelSelector()) == ""
    assert render_ports(()) == ""
