"""docs/spec-language.md says what the program does: its grammar, its tables, its examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netqed.resources.cluster import Cluster
from netqed.spec.addresses import NOT_INTERNET, PRIVATE_POD_RANGES, SPECIAL_RANGES
from netqed.spec.faults import RESERVED
from netqed.spec.grammar import grammar_text, parse_assumption, parse_endpoint, parse_invariant, parse_ports
from netqed.spec.meaning import WORKLOAD_KINDS
from netqed.spec.parse import CLUSTER_KEYS, INVARIANT_KEYS, TOP_KEYS, WORKLOAD_KEYS, parse_spec
from netqed.spec.resolve import resolve
from netqed.spec.schema import spec_schema

PAGE = (Path(__file__).parents[3] / "docs" / "spec-language.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[[*TITLES].index(title) + 1]


TITLES = re.findall(r"^## (.*)$", PAGE, flags=re.MULTILINE)


def fenced(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_the_grammar_is_the_parsers() -> None:
    assert fenced("lark") == [grammar_text()]


def test_the_ranges_are_those_that_internet_leaves_out() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (yes)? ?\|$", section("What `internet` leaves out"), re.MULTILINE
    )
    assert [(network, meaning, source, bool(pods)) for network, meaning, source, pods in rows] == [
        (str(one.network), one.meaning, one.source, one.pods) for one in SPECIAL_RANGES
    ]


def test_the_ranges_are_disjoint_and_hold_the_pods() -> None:
    for index, one in enumerate(NOT_INTERNET):
        assert not any(one.version == other.version and one.overlaps(other) for other in NOT_INTERNET[:index])
    assert [str(one) for one in PRIVATE_POD_RANGES] == [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fc00::/7",
    ]


def test_every_reserved_word_is_listed() -> None:
    listed = re.search(r"one of the reserved words: (.*?)\. A namespace", PAGE, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`([^`]+)`", listed.group(1))) == RESERVED


def test_every_key_is_described() -> None:
    rows = set(re.findall(r"^\| `([^`]+)` \|", section("The file"), re.MULTILINE))
    assert rows >= set(TOP_KEYS) | set(INVARIANT_KEYS)
    text = section("The file")
    assert all(f"`{key}`" in text for key in CLUSTER_KEYS)
    assert all(f"{key}:" in text for key in WORKLOAD_KEYS)


def test_every_kind_of_workload_is_named() -> None:
    assert all(f"`{kind}`" in section("Endpoints") for kind in WORKLOAD_KINDS)


@pytest.mark.parametrize("sentence", [line for block in fenced("text") for line in block.splitlines()])
def test_sentences_parse(sentence: str) -> None:
    parse_invariant(sentence)


@pytest.mark.parametrize(
    "example", re.findall(r"`([^`]+)`", section("Assumptions").partition("|---|---|")[2].partition("\n\n")[0])
)
def test_assumptions_parse(example: str) -> None:
    parse_assumption(example.replace("LABELS", "a=b"))


@pytest.mark.parametrize(
    "cell", re.findall(r"^\| (`[^|]+) \|", section("Endpoints").partition("### Labels")[0], re.MULTILINE)
)
def test_endpoints_parse(cell: str) -> None:
    for example in re.findall(r"`([^`]+)`", cell):
        parse_endpoint(example)


@pytest.mark.parametrize(
    "requirement", re.findall(r"^\| (`[^|]+) \|", section("Endpoints").partition("### Labels")[2], re.MULTILINE)
)
def test_requirements_parse(requirement: str) -> None:
    for example in re.findall(r"`([^`]+)`", requirement):
        parse_endpoint(f"ns({example})")
        parse_endpoint(f"web/({example})")


@pytest.mark.parametrize("example", re.findall(r"`([A-Z][^`]+)`", section("Ports").partition("Ports are numbers")[0]))
def test_ports_parse(example: str) -> None:
    parse_ports(example)


@pytest.mark.parametrize("text", fenced("yaml"))
def test_specs_parse(text: str) -> None:
    known = frozenset({"web", "payments", "analytics", "streams"})
    assert resolve(parse_spec(text, "netqed.yaml"), Cluster(object_namespaces=known))


def test_the_schema_knows_the_same_keys() -> None:
    schema = spec_schema()
    Draft202012Validator.check_schema(schema)
    assert tuple(schema["properties"]) == TOP_KEYS
