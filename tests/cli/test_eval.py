"""`netqed eval` as a command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli
from support.results import POLICY
from support.shop import pod_text, write_shop


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shop(tmp_path / "k8s", ("api", "cart", "other"))
    monkeypatch.chdir(tmp_path)


def flow(source: str, port: int = 8443, **more: Any) -> str:
    return json.dumps({"src": source, "dst": "shop/api", "port": port, "protocol": "TCP", **more})


def run(*args: str, flows: str = "") -> Result:
    return CliRunner().invoke(cli, ["eval", *args], input=flows)


@pytest.mark.parametrize("engine", ["reference", "smt", "both"])
def test_one_verdict_a_line_in_the_order_given(engine: str) -> None:
    flows = "\n".join([flow("shop/cart", id=1), flow("shop/other", id=2), flow("shop/cart", 80, id=3)])
    result = run("k8s", "--flows", "-", "--engine", engine, flows=flows)
    assert (result.exit_code, result.stderr) == (0, "")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a["id"], a["allowed"], a["ingress_allowed"], a["egress_allowed"]) for a in answers] == [
        (1, True, True, True),
        (2, False, False, True),
        (3, False, False, True),
    ]


def test_evidence_names_the_rule() -> None:
    Path("flows.jsonl").write_text(flow("shop/cart"))
    answer = json.loads(run("k8s", "--flows", "flows.jsonl", "--evidence").stdout)
    (match,) = answer["evidence"]["ingress"]["matched"]
    assert (match["policy"], match["peer"]) == ("shop/api", "spec.ingress[0].from[1]")
    assert match["at"].startswith("k8s/policy.yaml:16:")


def test_an_empty_file_checks_the_manifests_only() -> None:
    result = run("k8s", "--flows", "-")
    assert (result.exit_code, result.stdout) == (0, "")
    Path("k8s/bad.yaml").write_text(POLICY.replace("name: api", "name: bad").replace("port: 8443", "port: 0"))
    assert run("k8s", "--flows", "-").exit_code == 3


def test_wrong_flows_are_listed_and_nothing_is_judged() -> None:
    flows = "\n".join([flow("shop/cart"), flow("shop/crat"), "{", flow("shop/cart", 0)])
    result = run("k8s", "--flows", "-", flows=flows)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "<stdin>:2:" in result.stderr
    assert "<stdin>:3:" in result.stderr
    assert "3 errors" in result.stderr


def test_the_spec_beside_the_manifests_is_no_manifest_and_its_namespaces_exist() -> None:
    Path("k8s/netqed.yaml").write_text("namespaces: {front: {tier: front}}\ninvariants: [front cannot reach nowhere]\n")
    Path("k8s/front.yaml").write_text(pod_text("api", "front", address="10.0.0.9"))
    result = run("k8s", "--flows", "-", flows=flow("front/api"))
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["allowed"] is True


RANGE = POLICY.replace("port: 8443", "port: 8443\n          endPort: 8450")


def test_a_plugin_may_answer_otherwise() -> None:
    """Cilium cuts isolated pods off from ICMP too, where `spec` makes no promise."""
    ping = json.dumps({"src": "shop/other", "dst": "shop/api", "protocol": "ICMP"})
    assert json.loads(run("k8s", "--flows", "-", flows=ping).stdout)["allowed"] is True
    assert json.loads(run("k8s", "--flows", "-", "--cni", "spec", flows=ping).stdout)["allowed"] is True
    assert json.loads(run("k8s", "--flows", "-", "--cni", "cilium", flows=ping).stdout)["allowed"] is False


@pytest.mark.parametrize("engine", ["reference", "smt", "both"])
def test_what_turns_on_an_unverified_answer_is_null_and_says_on_which(engine: str) -> None:
    Path("k8s/policy.yaml").write_text(RANGE)
    flows = "\n".join(flow("shop/cart", port, depends_on="mine") for port in (8443, 8450, 8451))
    result = run("k8s", "--flows", "-", "--cni", "azure-npm", "--engine", engine, "--evidence", flows=flows)
    assert (result.exit_code, result.stderr) == (0, "")
    first, inside, outside = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["allowed"], outside["allowed"]) == (True, False)
    assert "depends_on" not in first and "depends_on" not in outside
    assert (inside["allowed"], inside["ingress_allowed"], inside["egress_allowed"]) == (None, None, True)
    assert inside["depends_on"] == ["end-port"]
    assert list(inside)[-2:] == ["depends_on", "evidence"]
    ingress = inside["evidence"]["ingress"]
    assert ingress["reason"] == "depends"
    assert (ingress["allowed"]["answers"], ingress["allowed"]["reason"]) == ({"end-port": True}, "rule")
    assert (ingress["denied"]["answers"], ingress["denied"]["reason"]) == ({"end-port": False}, "no-rule")
    assert inside["evidence"]["egress"]["reason"] == "not-isolated"


@pytest.mark.parametrize(("name", "advice"), [("cilum", "did you mean cilium?"), ("weave", "Weave Net"), ("", "spec")])
def test_plugins_without_verdicts_are_bad_usage(name: str, advice: str) -> None:
    result = run("k8s", "--flows", "-", "--cni", name, flows=flow("shop/cart"))
    assert (result.exit_code, result.stdout) == (3, "")
    assert advice in result.stderr
