"""`netqed map` as a command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from netqed import api
from netqed.cli import cli
from netqed.report.map_dot import quoted
from netqed.report.map_json import map_schema
from support.shop import write_shop


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shop(tmp_path / "k8s")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["map", *args], input=stdin)


def value(*args: str) -> dict[str, Any]:
    """The JSON of a run, which conforms to its schema."""
    found = run(*args, "-o", "json")
    assert (found.exit_code, found.stderr) == (0, ""), found.output
    parsed: dict[str, Any] = json.loads(found.stdout)
    jsonschema.Draft202012Validator(map_schema()).validate(parsed)
    return parsed


def pairs(found: dict[str, Any]) -> dict[tuple[int, int], list[tuple[str, int, int]]]:
    """The ports of each pair of nodes."""
    return {
        (source, destination): [(one["protocol"], one["first"], one["last"]) for one in edge["ports"]]
        for edge in found["edges"]
        for source in edge["sources"]
        for destination in edge["destinations"]
    }


def of(found: dict[str, Any], member: str) -> int:
    """The node of a workload."""
    (node,) = (one["id"] for one in found["nodes"] if member in one["members"])
    return int(node)


def everyone(found: dict[str, Any]) -> set[str]:
    """Every workload and node."""
    return {member for one in found["nodes"] for member in one["members"]}


def test_the_shop_is_on_the_map() -> None:
    found = value("k8s")
    assert pairs(found)[of(found, "shop/cart"), of(found, "shop/api")] == [("TCP", 8443, 8443)]
    text = run("k8s").stdout
    assert "spec (what the NetworkPolicy API and its conformance tests define)" in text
    assert text.splitlines()[-1].startswith("map   ")


def test_from_to_of_and_port_restrict_the_whole_map() -> None:
    whole = value("k8s")
    names = {one["id"]: tuple(one["members"]) or one["name"] for one in whole["nodes"]}
    cart, api_ = of(whole, "shop/cart"), of(whole, "shop/api")
    for arguments, kept in (
        (("--from", "shop/cart"), lambda one, other: one == cart),
        (("--to", "shop/api"), lambda one, other: other == api_),
        (("--of", "shop/api"), lambda one, other: api_ in (one, other)),
        (("--from", "internet", "--of", "shop/api"), lambda one, other: names[one] == "internet" and other == api_),
    ):
        part = value("k8s", *arguments)
        expected = {
            (member, beside): ports
            for (one, other), ports in pairs(whole).items()
            if kept(one, other)
            for member in whole["nodes"][one - 1]["members"] or [names[one]]
            for beside in whole["nodes"][other - 1]["members"] or [names[other]]
            if member != beside
        }
        found = {
            (member, beside): ports
            for (one, other), ports in pairs(part).items()
            for member in part["nodes"][one - 1]["members"] or [part["nodes"][one - 1]["name"]]
            for beside in part["nodes"][other - 1]["members"] or [part["nodes"][other - 1]["name"]]
            if member != beside
        }
        assert found == expected, arguments
        assert {m for one in part["nodes"] for m in one["members"]} == {
            m for one in whole["nodes"] for m in one["members"]
        }
    allowed = {("TCP", port) for port in range(8000, 8501)} | {("UDP", 53)}
    for ports in pairs(value("k8s", "--port", "TCP/8000-8500, UDP/53")).values():
        assert {(protocol, port) for protocol, first, last in ports for port in (first, last)} <= allowed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "shpo", "k8s"), "did you mean 'shop'?"),
        (("--to", "shop/app=nothing", "k8s"), "--to: the input has no workload that surely is among"),
        (("--port", "ICMP", "k8s"), "TCP, UDP and SCTP only"),
        (("--port", "8443", "k8s"), "TCP/8443"),
        (("--cni", "clium", "k8s"), "did you mean cilium?"),
        (("-o", "svg", "k8s"), "no format 'svg'"),
        (("nowhere",), "nowhere"),
        (("-", "-f", "-"), "standard input cannot be two things"),
    ],
)
def test_bad_usage_is_3(arguments: tuple[str, ...], said: str) -> None:
    found = run(*arguments)
    assert (found.exit_code, found.stdout) == (3, "")
    assert said in " ".join(found.stderr.split())


def test_an_empty_input_has_a_map_of_nobody() -> None:
    found = run("-", stdin="apiVersion: v1\nkind: Namespace\nmetadata: {name: empty}\n")
    assert found.exit_code == 0
    assert "0 workloads in 0 groups; 0 pairs connected" in found.stdout


def test_workloads_of_unknown_address_are_said_to_be_left_out() -> None:
    deployment = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
"""
    found = run("-", "--from", "10.0.0.0/8", stdin=deployment)
    assert "1 workload that may be among these" in found.stdout
    assert "may be among" not in run("-", "--from", "203.0.113.0/24", stdin=deployment).stdout


HOSTILE = 'x"]; evil -> n1 [label="\\N<b>\x1b[31m\u202e'


def test_hostile_text_is_only_text() -> None:
    """In a kind that the input only mentions, as the owner of a pod, and in a label."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "a",
            "namespace": "shop",
            "ownerReferences": [
                {"apiVersion": "x/v1", "kind": HOSTILE, "name": HOSTILE, "uid": "1", "controller": True},
            ],
        },
        "spec": {"containers": [{"name": "a", "image": "a"}]},
    }
    text = json.dumps(pod)
    for form in ("text", "json", "dot", "html"):
        found = run("-", "-v", "-o", form, stdin=text)
        assert found.exit_code == 0, found.output
        assert not {"\x1b", "\u202e"} & set(found.stdout)
    dot = run("-", "-o", "dot", stdin=text).stdout
    outside = re.sub(r'"(\\.|[^"\\])*"', '""', dot)
    assert "evil" in dot
    assert "evil" not in outside
    assert outside.count('"') % 2 == 0


def test_quoted_text_reads_back() -> None:
    said = quoted(HOSTILE)
    assert re.fullmatch(r'"(\\.|[^"\\])*"', said)
    inner = said[1:-1].replace(r"\n", " ").replace('\\"', '"').replace("\\\\", "\\")
    assert inner == HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert quoted("") == '""'


def test_the_api_says_the_same() -> None:
    found = api.map_of(["k8s"], source="shop/cart", ports="TCP/8443")
    assert (found.source, found.ports, found.reading) == ("shop/cart", "TCP/8443", "spec")
    assert {span.first for edge in found.edges for span in edge.ports} == {8443}
    with pytest.raises(api.InputError):
        api.map_of(["k8s"], source="nobody")
