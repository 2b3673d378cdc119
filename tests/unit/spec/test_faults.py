"""What is said of a sentence that cannot be read: at which word, what was expected, and the likely slip."""

from __future__ import annotations

import pytest

from netqed.spec.faults import SentenceError
from netqed.spec.grammar import parse_assumption, parse_endpoint, parse_invariant, parse_ports

PARSERS = {
    "invariant": parse_invariant,
    "assumption": parse_assumption,
    "endpoint": parse_endpoint,
    "ports": parse_ports,
}


def fault(kind: str, text: str) -> SentenceError:
    with pytest.raises(SentenceError) as caught:
        PARSERS[kind](text)
    return caught.value


@pytest.mark.parametrize(
    ("sentence", "blamed", "hint"),
    [
        ("analytics canot reach payments", "canot", "did you mean 'cannot reach'?"),
        ("a can not reach b", "not", "did you mean 'cannot reach'?"),
        ("a cannot raech b", "raech", "did you mean 'reach'?"),
        ("olny a can reach b", "olny", "did you mean 'only'?"),
        ("Only a can reach b", "Only", "did you mean 'only'?"),
        ("ony pod cannot reach b", "ony", "did you mean 'any'?"),
        ("a cannot reach b exept c", "exept", "did you mean 'except'?"),
        ("a cannot reach b on TCP/80 exept c", "exept", "did you mean 'except'?"),
        ("a is isoolated", "isoolated", "did you mean 'isolated'?"),
        ("no pod can reach b", "b", "to speak of other destinations, write 'any pod cannot reach …'"),
        ("* cannot reach b", "*", "there are no wildcards: write 'any pod' or 'anything'"),
        ("a,b cannot reach c", ",b", "a space must follow the comma between items of a list"),
        ("web/app = x cannot reach b", "=", "no space may stand around '=' and '!='"),
        ("web/app= x cannot reach b", "x", "no space may stand around '=' and '!='"),
        ("ns() cannot reach b", ")", "for the pods of every namespace, write 'any pod'"),
        ("only a can reach b except c", "c", "write 'from c' or 'to c'"),
        ("a is isolated except b, c", "b, c", "write 'from b, c' or 'to b, c'"),
        ("no pod can reach a pod of another namespace except c", "c", "write 'from c' or 'to c'"),
        ("a cannot reach b except from c and d", "d", "write 'from d' or 'to d'"),
        ("a cannot reach b except from c to b and to b and d", "d", "write 'from d' or 'to d'"),
        ("a cannot reach b on 8080", "8080", "write 'TCP/8080' or 'UDP/8080'"),
        ("a cannot reach b on 8080/tcp", "8080", "write 'TCP/8080'"),
        ("a cannot reach b on tcp/80", "tcp", "write 'TCP/80'"),
        ("a cannot reach b on GRE", "GRE", "the protocols are TCP, UDP, SCTP, ICMP and ICMPv6"),
        ("a cannot reach b on TCP/http", "http", "ports are numbers: a name may stand for several"),
        ("a cannot reach b on ICMP/8", "/8", "ICMP has no ports"),
        ("a cannot reach b on TCP/0", "0", None),
        ("a cannot reach b on TCP/80-65536", "65536", None),
        ("a cannot reach b on TCP/99999999999999999999", "99999999999999999999", None),
        ("a cannot reach b on TCP/90-80", "90-80", "write '80-90'"),
        ("a cannot reach 10.0.0.1/8", "10.0.0.1/8", "write '10.0.0.0/8' for the block, or '10.0.0.1' for the address"),
        ("a cannot reach fd00::1/8", "fd00::1/8", "write 'fd00::/8' for the block, or 'fd00::1' for the address"),
        ("a cannot reach 10.0.0.0/33", "10.0.0.0/33", None),
        ("a cannot reach 10.0.0.256", "10.0.0.256", None),
        ("a cannot reach 010.0.0.1", "010.0.0.1", None),
        ("a cannot reach ::ffff:10.0.0.1", "::ffff:10.0.0.1", "write '10.0.0.1'"),
        ("a cannot reach 1::2::3", "1::2::3", None),
        ("10.0.0/8 cannot reach b", "10.0.0/8", "an IPv4 address has four numbers, such as 10.0.0.0/8"),
        ("10.0.0 cannot reach b", "10.0.0", "an IPv4 address has four numbers"),
        ("web/app=a,app=b cannot reach c", "app=b", "write 'app in (a,b)' for either value"),
        (f"web/app={'x' * 64} cannot reach b", "x" * 64, None),
        (f"web/{'k' * 64}=x cannot reach b", "k" * 64, None),
        ("web/Acme.io/app=x cannot reach b", "Acme.io/app", None),
        ("no other namespaces", "no other namespaces", "put it under 'assume:' of the spec"),
    ],
)
def test_slips_in_invariants(sentence: str, blamed: str, hint: str | None) -> None:
    error = fault("invariant", sentence)
    assert sentence[error.offset : error.offset + error.length] == blamed
    assert error.hint == hint


@pytest.mark.parametrize(
    "sentence", ["payments/api cannot reach x", "x cannot reach payments/api", "x cannot reach y, payments/api"]
)
def test_a_bare_word_after_the_slash_offers_what_it_may_mean(sentence: str) -> None:
    error = fault("invariant", sentence)
    assert sentence[error.offset : error.offset + error.length] == "payments/api"
    assert error.hint is not None
    assert "'payments/pod/api'" in error.hint
    assert "'payments/app=api'" in error.hint
    assert "'payments/(api)'" in error.hint


def test_a_list_comma_inside_a_selector_is_told() -> None:
    error = fault("invariant", "web/app=x, tier=y cannot reach b")
    assert error.offset == 15
    assert error.hint is not None
    assert "'web/app=a,tier=b'" in error.hint


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("invariant", "", "expected a sentence such as 'analytics cannot reach payments', found nothing"),
        ("invariant", " \n", "expected a sentence such as 'analytics cannot reach payments', found nothing"),
        ("assumption", "", "expected a sentence such as 'no pod in analytics has app=checkout', found nothing"),
        ("endpoint", "", "expected a group, a namespace, namespace/labels, an address or a CIDR, found nothing"),
        ("ports", "", "expected ports such as TCP/8080, found nothing"),
        (
            "invariant",
            "a b",
            "expected 'cannot reach', 'can reach' or 'is isolated', found 'b'",
        ),
        (
            "invariant",
            "a cannot reach",
            "expected a group, a namespace or another endpoint, found the end of the sentence",
        ),
        (
            "invariant",
            "a cannot reach b ;",
            "expected 'on', 'except' or the end of the sentence, found ';'",
        ),
        (
            "invariant",
            "a cannot reach b except",
            "expected a group, a namespace or another endpoint, 'from', 'to', 'on' or 'host-networked', "
            "found the end of the sentence",
        ),
        ("invariant", "a cannot reach b on", "expected ports such as TCP/8080, found the end of the sentence"),
        ("assumption", "a cannot reach b", "this is an invariant, not an assumption"),
        ("assumption", "every pod in a", "expected 'has', found the end of the sentence"),
        ("assumption", "no pod in internet has app=x", "this assumption speaks of pods, and these are none"),
        ("assumption", "no pod in web, 10.0.0.0/8 has app=x", "this assumption speaks of pods, and these are none"),
    ],
)
def test_what_was_expected_is_said_in_words(kind: str, text: str, expected: str) -> None:
    assert fault(kind, text).message == expected


def test_the_end_of_a_sentence_is_where_it_ends() -> None:
    error = fault("invariant", "a cannot reach  ")
    assert (error.offset, error.length) == (14, 0)
