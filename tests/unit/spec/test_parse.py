"""The spec file: what it says, and where it goes wrong."""

from __future__ import annotations

import textwrap
from datetime import date
from ipaddress import ip_network

import pytest

from netqed.resources.objects import ContainerPort, Workload
from netqed.sources.position import InputError, Position
from netqed.spec.document import ClusterFacts, Spec
from netqed.spec.parse import parse_sentence_invariant, parse_spec
from netqed.spec.sentences import AnyOf, Block, CannotReach, Name, NoOtherNamespaces

FILE = "conf/netqed.yaml"


def spec_of(text: str, file: str = FILE) -> Spec:
    return parse_spec(textwrap.dedent(text), file)


def problems(text: str) -> list[tuple[int, int, str, str | None]]:
    with pytest.raises(InputError) as caught:
        spec_of(text)
    return [
        (one.position.line, one.position.column, one.message, one.hint)
        for one in caught.value.problems
        if one.position is not None
    ]


# ruff: noqa: E501 -- a table reads by its rows.


def test_a_whole_spec() -> None:
    spec = spec_of(
        """\
        # yaml-language-server: $schema=netqed.schema.json
        manifests: [k8s/, ../base]
        cluster:
          podCIDRs: [10.244.0.0/16, "fd00:1::/48"]
          nodeCIDRs: [192.168.1.0/24]
          serviceCIDRs: [10.96.0.0/12]
          families: [IPv6, IPv4]
        namespaces:
          partners: {team: b2b, "level": "1"}
          empty:
        workloads:
          - namespace: web
            kind: Kafka
            name: events
            labels: {app: kafka}
            serviceAccount: kafka
            hostNetwork: true
            ports:
              - {port: 9092, name: broker, protocol: TCP}
              - port: 9093
        groups:
          checkout: web/app=checkout
          office: [203.0.113.0/24, "2001:db8::/32, partners"]
        invariants:
          - analytics cannot reach payments
          - name: stays in
            assert: "payments cannot reach internet"
            scope: now
            why: PCI
            expect: refuted
            until: 2027-01-01
            allow-empty: true
        assume:
          - no other namespaces
        """
    )
    assert spec.file == FILE
    assert spec.manifests == ("conf/k8s", "conf/../base")
    assert spec.cluster == ClusterFacts(
        (ip_network("10.244.0.0/16"), ip_network("fd00:1::/48")),
        (ip_network("192.168.1.0/24"),),
        (ip_network("10.96.0.0/12"),),
        ("IPv4", "IPv6"),
    )
    assert spec.namespaces == {"partners": {"team": "b2b", "level": "1"}, "empty": {}}
    assert spec.namespace_positions["partners"] == Position(FILE, 9, 3)
    assert spec.workloads == (
        Workload(
            "Kafka",
            "web",
            "events",
            {"app": "kafka"},
            (ContainerPort(9092, "broker", "TCP"), ContainerPort(9093)),
            True,
            "kafka",
        ),
    )
    assert spec.workload_positions == (Position(FILE, 12, 5),)
    assert spec.groups["office"] == AnyOf(
        (Block(ip_network("203.0.113.0/24")), Block(ip_network("2001:db8::/32")), Name("partners"))
    )
    first, second = spec.invariants
    assert first.title == first.sentence == "analytics cannot reach payments"
    assert first.invariant == CannotReach(Name("analytics"), Name("payments"))
    assert first.span is not None
    assert (first.span.start, first.span.end_column) == (Position(FILE, 25, 5), 36)
    assert first.span.text == "  - analytics cannot reach payments"
    assert second.title == "stays in"
    assert (second.scope, second.why, second.expect, second.until) == ("now", "PCI", "refuted", date(2027, 1, 1))
    assert second.allow_empty
    assert second.span is not None
    assert second.span.text[second.span.start.column - 1 : second.span.end_column - 1] == second.sentence
    assert spec.assumptions[0].assumption == NoOtherNamespaces()


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "{}", "invariants:\n", "invariants: []\nassume:\n"])
def test_a_spec_may_say_nothing(text: str) -> None:
    spec = spec_of(text)
    assert (spec.invariants, spec.assumptions, spec.manifests, dict(spec.groups)) == ((), (), (), {})


def test_paths_are_relative_to_the_spec() -> None:
    text = "inputs: {prod: overlays/prod, dev: [overlays/dev, /abs/extra]}"
    assert spec_of(text).inputs == {"prod": ("conf/overlays/prod",), "dev": ("conf/overlays/dev", "/abs/extra")}
    assert spec_of("manifests: k8s", "netqed.yaml").manifests == ("k8s",)


def test_a_date_may_be_quoted() -> None:
    text = "invariants: [{assert: a cannot reach b, expect: refuted, until: '2027-01-31'}]"
    assert spec_of(text).invariants[0].until == date(2027, 1, 31)


def test_a_sentence_over_several_lines_is_one_sentence() -> None:
    spec = spec_of("invariants:\n  - assert: >\n      a cannot\n      reach b\n")
    assert spec.invariants[0].sentence == "a cannot reach b"
    spec = spec_of("invariants:\n  - a cannot\n    reach b\n")
    assert spec.invariants[0].sentence == "a cannot reach b"


def test_every_problem_is_reported_at_its_place() -> None:
    text = """\
        manifest: [x]
        groups:
          on: web
          web: web/app
        invariants:
          - a canot reach b
          - "a cannot reach b on 80"
          - {assert: a cannot reach, expct: refuted}
        namespaces: {b: {c: 1e3, d: yes, e: 5}}
        """
    assert [(line, column, hint) for line, column, _, hint in problems(text)] == [
        (1, 1, "did you mean 'manifests'?"),
        (3, 3, None),
        (
            4,
            8,
            "write 'web/pod/app' for the pod, 'web/app=app' for the label's value, "
            "or 'web/(app)' for every pod that carries label 'app'",
        ),
        (6, 7, "did you mean 'cannot reach'?"),
        (7, 26, "write 'TCP/80' or 'UDP/80'"),
        (8, 28, None),
        (8, 30, "did you mean 'expect'?"),
        (9, 21, 'quote it: "1e3"'),
        (9, 29, 'quote it: "yes"'),
        (9, 37, 'quote it: "5"'),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("- a", 1, 1, "the spec must be a mapping, found a list"),
        ("a cannot reach b", 1, 1, "the spec must be a mapping, found 'a cannot reach b'"),
        ("assume: []\nassume: []", 2, 1, "'assume' stands twice in the spec"),
        ("groups: {a: b, a: c}", 1, 16, "'a' stands twice in 'groups'"),
        ("namespaces: {a: {k: v, k: v}}", 1, 24, "'k' stands twice in the labels of namespace 'a'"),
        ("? [a]\n: b", 1, 3, "a key of the spec must be a word, found a list"),
        ("manifests: a\ninputs: {x: b}", 2, 1, "both 'manifests' and 'inputs' are given"),
        ("manifests: []", 1, 12, "'manifests' lists no path"),
        ("manifests: [1]", 1, 13, "a path of 'manifests' must be a string, found '1' (a number)"),
        ("manifests: ['']", 1, 13, "a path of 'manifests' is empty"),
        ("inputs: [a]", 1, 9, "'inputs' must be a mapping, found a list"),
        ("inputs: {a: {}}", 1, 13, "input 'a' must be a list, found a mapping"),
        ("cluster: {podCIDR: []}", 1, 11, "unknown key 'podCIDR' in 'cluster'"),
        ("cluster: {podCIDRs: [10.0.0.1/8]}", 1, 22, "'10.0.0.1/8' has bits set beyond its prefix"),
        ("cluster: {podCIDRs: [x]}", 1, 22, "'x' is no address and no CIDR"),
        ("cluster: {families: []}", 1, 21, "'families' must name IPv4, IPv6 or both"),
        ("cluster: {families: [ipv4]}", 1, 22, "a family must be IPv4 or IPv6, found 'ipv4'"),
        ("cluster: {families: [IPv4, IPv4]}", 1, 28, "'IPv4' stands twice in 'families'"),
        ("namespaces: {Web: {}}", 1, 14, "'Web' is no name of a namespace: lower-case letters, digits and '-', at most 63 characters"),
        ("namespaces: {a: {k: null}}", 1, 21, "the value of label 'k' must be a string, found 'null' (null)"),
        ("namespaces: {a: {k: }}", 1, 21, "the value of label 'k' is missing: nothing stands after the colon or the dash"),
        ("namespaces: {a: {k: 2027-01-01}}", 1, 21, "the value of label 'k' must be a string, found '2027-01-01' (a date)"),
        ("namespaces: {a: {k: [v]}}", 1, 21, "the value of label 'k' must be a string, found a list"),
        ("namespaces: {a: {kubernetes.io/metadata.name: b}}", 1, 17, "the API server sets label kubernetes.io/metadata.name to 'a', always"),
        ("workloads: [{namespace: a, kind: K, labels: {}}]", 1, 13, "a workload needs 'name'"),
        ("workloads: [x]", 1, 13, "a workload must be a mapping, found 'x'"),
        ("workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: '80'}]}]", 1, 74, "'port' must be a number from 1 to 65535, found '80'"),
        ("workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{name: x}]}]", 1, 66, "a port needs 'port', its number"),
        ("workloads: [{namespace: a, kind: K, name: n, labels: {}, hostNetwork: yes}]", 1, 71, "'hostNetwork' must be true or false, found 'yes' (a boolean)"),
        ("groups: {any pod: web}", 1, 10, "'any pod' is a word of the spec language, so no group may have it as its name"),
        ("groups: {internet: web}", 1, 10, "'internet' is a word of the spec language, so no group may have it as its name"),
        ("groups: {a/b: web}", 1, 10, "'a/b' is no name of a group"),
        ("groups: {10.0.0.1: web}", 1, 10, "'10.0.0.1' is no name of a group: it reads as an address"),
        ("groups: {a: }", 1, 13, "group 'a' is missing: nothing stands after the colon or the dash"),
        ("groups: {a: []}", 1, 13, "group 'a' is empty"),
        ("invariants: a cannot reach b", 1, 13, "'invariants' must be a list, found 'a cannot reach b'"),
        ("invariants: [5]", 1, 14, "an invariant must be a string, found '5' (a number)"),
        ("invariants: [{name: x}]", 1, 14, "an invariant needs 'assert', its sentence"),
        ("invariants: [{assert: a cannot reach b, scope: never}]", 1, 48, "'scope' must be always or now, found 'never'"),
        ("invariants: [{assert: a cannot reach b, expect: vacuous}]", 1, 49, "'expect' must be proved or refuted, found 'vacuous'"),
        ("invariants: [{assert: a cannot reach b, until: 2027-01-01}]", 1, 41, "'until' says how long 'expect: refuted' stands"),
        ("invariants: [{assert: a cannot reach b, expect: refuted, until: 2027-02-30}]", 1, 65, "'until' must be a date such as 2027-01-31"),
        ("invariants: [{assert: a cannot reach b, expect: refuted, until: soon}]", 1, 65, "'until' must be a date such as 2027-01-31"),
        ("invariants: [{assert: a cannot reach b, allow-empty: 'true'}]", 1, 55, "'allow-empty' must be true or false, found 'true'"),
        ("assume: [a cannot reach b]", 1, 10, "this is an invariant, not an assumption"),
        ("invariants: [!sentence a cannot reach b]", 1, 14, "the tag '!sentence' is not known here"),
        ("invariants: &x [*x]", 1, 13, "an invariant must be a string, found a list"),
        ("a: b\n---\nc: d", 2, 1, "YAML: but found another document"),
        ("invariants:\n\t- a", 2, 1, "YAML: found character that cannot start any token"),
        ("invariants: [a", 2, 1, "YAML: did not find expected ',' or ']'"),
    ],
)  # fmt: skip
def test_one_problem(text: str, line: int, column: int, message: str) -> None:
    found = problems(text)
    assert (line, column, message) in [one[:3] for one in found]


def test_the_word_is_found_inside_quotes_and_after_an_indent() -> None:
    assert problems("invariants: ['  a canot reach b']")[0][:2] == (1, 19)
    assert problems('invariants: ["a canot reach b"]')[0][:2] == (1, 17)
    # An escape moves the characters, so only the sentence's place is told.
    assert problems('invariants: ["\\u0061 canot reach b"]')[0][:2] == (1, 14)


def test_columns_count_characters() -> None:
    assert problems("invariants: [{name: ä€😀, assert: a canot reach b}]")[0][:2] == (1, 36)


def test_depth_and_size_are_bounded() -> None:
    assert "nest" in problems("a: " + "[" * 100)[0][2]
    with pytest.raises(InputError, match="nest"):
        spec_of("[" * 50_000)
    with pytest.raises(InputError, match="larger"):
        spec_of("#" + "x" * 4_000_001)


def test_aliases_do_not_multiply() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
    )
    assert len(problems(bomb)) == 25


def test_a_sentence_from_the_command_line() -> None:
    stated = parse_sentence_invariant("a cannot reach b")
    assert stated.title == "a cannot reach b"
    with pytest.raises(InputError) as caught:
        parse_sentence_invariant("a canot reach b")
    (problem,) = caught.value.problems
    assert problem.position == Position("<sentence>", 1, 3)
    assert problem.line_text == "a canot reach b"
