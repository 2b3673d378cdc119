"""`netqed explain` as a command."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from netqed.analysis.pinned import EncodingJudge
from netqed.cli import cli
from netqed.report.explain_json import explanation_schema
from support.results import POLICY
from support.shop import write_shop


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shop(tmp_path / "k8s")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["explain", *args], input=stdin)


def test_allowed_and_denied_have_codes() -> None:
    allowed = run("shop/cart", "shop/api", "TCP/8443", "k8s")
    assert (allowed.exit_code, allowed.stderr) == (0, "")
    assert allowed.stdout.startswith("allowed: shop/cart -> shop/api  TCP/8443")
    assert "k8s/policy.yaml:16:" in allowed.stdout
    denied = run("shop/cart", "shop/api", "TCP/80", "k8s")
    assert (denied.exit_code, denied.stderr) == (1, "")
    assert denied.stdout.startswith("denied: ")
    assert run("shop/cart", "shop/api", "TCP/80", "k8s", "--exit-zero").exit_code == 0


def test_no_one_answer_is_2() -> None:
    assert run("shop/cart", "shop/api", "TCP/8443-8444", "k8s").exit_code == 2
    assert run("shop/cart", "shop/api", "TCP/8443-8444", "k8s", "--exit-zero").exit_code == 0


def test_a_port_is_no_path_and_a_path_no_port() -> None:
    assert run("shop/cart", "shop/api", "k8s").exit_code == 0
    Path("k8s").rename("TCP")
    assert run("shop/cart", "shop/api", "TCP", "./TCP").exit_code == 2
    assert run("shop/cart", "shop/api", "./TCP").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shop/crat", "shop/api", "k8s"), "did you mean 'shop/pod/cart'?"),
        (("shpo", "shop/api", "k8s"), "did you mean 'shop'?"),
        (("shop/cart", "shop/api", "8443", "k8s"), "write 'TCP/8443' or 'UDP/8443'"),
        (("shop/cart", "shop/api", "tcp/8443", "k8s"), "write 'TCP/8443'"),
        (("shop/cart", "shop/api", "TCP/99999", "k8s"), "99999"),
        (("shop/cart", "shop/api", "TCP/http", "k8s"), "ports are numbers"),
        (("shop/cart", "shop/api", "nowhere"), "nowhere"),
        (("shop/cart", "shop/api"), "no manifests to read"),
        (("shop/cart",), "Missing argument 'DST [PORTS]'".lower()),
        (("", "shop/api", "k8s"), "found nothing"),
        (("shop/cart", "shop/api", "k8s", "--cni", "flannel"), "no verdicts for Flannel"),
        (("shop/cart", "shop/api", "k8s", "-o", "xml"), "no format"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_decided(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert said in result.stderr or said in result.stderr.lower()


def test_both_sides_wrong_are_two_errors() -> None:
    result = run("shop/crat", "shpo", "k8s")
    assert "2 errors" in result.stderr
    assert "<source>:1:1" in result.stderr
    assert "<destination>:1:1" in result.stderr


def test_several_inputs_need_a_choice() -> None:
    Path("netqed.yaml").write_text("inputs: {prod: k8s, test: k8s}\n")
    result = run("shop/cart", "shop/api")
    assert result.exit_code == 3
    assert "several inputs (prod, test)" in result.stderr
    assert run("shop/cart", "shop/api", "k8s").exit_code == 0


def test_groups_and_manifests_of_the_spec() -> None:
    Path("netqed.yaml").write_text("manifests: k8s\ngroups: {buyers: shop/app=cart}\ninvariants: [nobody]\n")
    result = run("buyers", "shop/app=api", "TCP/8443")
    assert result.exit_code == 3
    Path("netqed.yaml").write_text("manifests: k8s\ngroups: {buyers: shop/app=cart}\n")
    result = run("buyers", "shop/app=api", "TCP/8443")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("allowed: shop/cart -> shop/api")


def test_standard_input() -> None:
    pods = Path("k8s/pods.yaml").read_text()
    result = run("shop/cart", "shop/api", "TCP/8443", "-", stdin=f"{POLICY}\n---\n{pods}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "<stdin>:" in result.stdout


def test_json_and_files() -> None:
    result = run("shop/cart", "shop/api", "k8s", "-o", "json=why.json")
    assert result.stdout.startswith("allowed: ")
    value = json.loads(Path("why.json").read_text())
    jsonschema.Draft202012Validator(explanation_schema()).validate(value)
    assert (value["verdict"], value["exitCode"], value["ingress"]["deciding"]["policy"]) == ("allowed", 0, "shop/api")
    assert json.loads(run("shop/cart", "shop/api", "k8s", "-o", "json").stdout)["format"] == "netqed/explanation"
    schema = CliRunner().invoke(cli, ["schema", "explanation"])
    assert json.loads(schema.stdout) == explanation_schema()


def test_text_of_the_input_cannot_move_the_cursor() -> None:
    evil = POLICY.replace("  podSelector:", "  podSelector:  # \u202e reversed \u2066", 1)
    Path("k8s/policy.yaml").unlink()
    Path("k8s/po\x1b[2Jlicy.yaml").write_text(evil)
    result = run("shop/cart", "shop/api", "TCP/8443", "k8s")
    assert result.exit_code == 0
    assert not {"\x1b", "\u202e", "\u2066"} & set(result.stdout)
    assert "po\\x1b[2Jlicy.yaml" in result.stdout


def test_a_disagreement_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EncodingJudge, "decide", lambda *_: (False, False))
    result = run("shop/cart", "shop/api", "TCP/8443", "k8s")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "disagree" in result.stderr
