"""Whatever the text, the answer is a value or an error with a place in the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netqed.resources.cluster import Cluster
from netqed.sources.position import InputError
from netqed.spec.faults import SentenceError
from netqed.spec.grammar import parse_assumption, parse_endpoint, parse_invariant, parse_ports
from netqed.spec.parse import parse_spec
from netqed.spec.resolve import resolve
from support.examples import examples

_PIECES = """
a b web cannot can reach only is isolated from to on no pod any of another namespace group with value label every has
other namespaces its own name in except and host-networked internet outside nodes anything TCP TCP/80 UDP/53 ICMP
TCP/99999 8080 10.0.0.0/8 10.0.0.1/8 ::/0 ::ffff:1.2.3.4 1.2.3 web/app=x web/app web/pod/x web/!a ns(a=b) ns( ) ( = !=
== ! , / : ; * in( notin (x,) % é 😀
"""
PIECES = _PIECES.split()
SENTENCES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PIECES, ", ", ",", "/", "="]), max_size=14).map(" ".join),
    st.lists(st.sampled_from([*PIECES, " ", ", ", ",", "/", "="]), max_size=14).map("".join),
)


@pytest.mark.parametrize("parse", [parse_invariant, parse_assumption, parse_endpoint, parse_ports])
@given(text=SENTENCES)
@settings(max_examples=examples(200))
def test_sentences(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except SentenceError as error:
        assert 0 <= error.offset <= error.offset + error.length <= len(text)
        assert error.message


def test_a_sentence_of_any_length() -> None:
    many = ", ".join(["web/app=x"] * 5_000)
    assert parse_endpoint(many)
    with pytest.raises(SentenceError):
        parse_invariant("(" * 50_000)
    with pytest.raises(SentenceError):
        parse_invariant("a-" * 50_000 + " cannot")


_YAML = """
invariants: assume: groups: namespaces: workloads: cluster: inputs: manifests: families: podCIDRs: a: assert: until:
expect: refuted 2027-01-01 [ ] { } - , : ? ! & * | > ' " # %YAML --- ... &x *x << !!int ~ null 5 1e3 true
"""
YAML_PIECES = _YAML.split()
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), SENTENCES)
_KEYS = """
manifests inputs cluster namespaces workloads groups invariants assume podCIDRs families name assert scope why expect
until allow-empty namespace kind labels ports port hostNetwork a b
"""
KEYS = st.sampled_from(_KEYS.split())
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SPECS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*YAML_PIECES, " ", "\n", "\n  ", "a cannot reach b"]), max_size=20).map(" ".join),
    st.dictionaries(KEYS, TREES, max_size=4).map(repr),
)


@given(text=SPECS)
@settings(max_examples=examples(250))
def test_specs(text: str) -> None:
    try:
        resolve(parse_spec(text, "netqed.yaml"), Cluster())
    except InputError as error:
        assert error.problems
        lines = text.count("\n") + text.count("\r") + sum(text.count(one) for one in "\x85\u2028\u2029") + 1
        for problem in error.problems:
            assert problem.position is not None
            assert problem.position.line <= lines + 1
