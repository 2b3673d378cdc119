"""Plugins on the command line: `--cni`, and `netqed cni`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli
from netqed.plugins.matters import SPEC, Matter
from netqed.plugins.table import PLUGINS, SUPPORTED

MANIFESTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: analytics}
---
apiVersion: v1
kind: Namespace
metadata: {name: payments}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-the-office, namespace: payments}
spec:
  podSelector: {}
  ingress:
    - from:
        - ipBlock: {cidr: 10.0.0.0/8}
"""
SENTENCE = "analytics cannot reach payments"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def manifests(tmp_path: Path) -> str:
    file = tmp_path / "office.yaml"
    file.write_text(MANIFESTS, encoding="utf-8")
    return str(file)


def test_a_block_that_may_hold_pods_is_refuted_on_some_plugins(manifests: str) -> None:
    done = run("prove", SENTENCE, manifests)
    assert done.exit_code == 1
    text = " ".join(done.stdout.split())
    assert "office.yaml:16:11 ingress rule 1 of policy payments/from-the-office allows it" in text
    assert "turns on: an ipBlock matches pods' addresses" in text
    assert "happens on Calico, Antrea," in text
    assert "not on Cilium," in text


@pytest.mark.parametrize(("plugin", "code", "word"), [("cilium", 0, "proved"), ("calico", 1, "refuted")])
def test_a_named_plugin_settles_it(manifests: str, plugin: str, code: int, word: str) -> None:
    done = run("prove", SENTENCE, manifests, "--cni", plugin, "-o", "json")
    assert done.exit_code == code
    (result,) = json.loads(done.stdout)["inputs"][0]["results"]
    assert result["verdict"] == word
    if word == "proved":
        (needed,) = result["evidence"]["matters"]
        assert (needed["matter"], needed["answer"]) == ("ipblock-pods", False)
    else:
        assert result["evidence"]["portability"] is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("calic", "did you mean calico?"),
        ("weave", "masquerades"),
        ("flannel", "does not enforce NetworkPolicy"),
        ("", "no network plugin ''"),
    ],
)
def test_a_plugin_without_verdicts_is_refused(manifests: str, name: str, says: str) -> None:
    done = run("prove", SENTENCE, manifests, "--cni", name)
    assert done.exit_code == 3
    assert says in done.stderr
    assert done.stdout == ""


def test_the_table_shows_every_plugin_and_every_matter() -> None:
    done = run("cni")
    assert done.exit_code == 0
    for plugin in PLUGINS:
        assert plugin.name in done.stdout
    for matter in Matter:
        assert matter.value in done.stdout


@pytest.mark.parametrize("name", [plugin.name for plugin in PLUGINS])
def test_one_plugin_is_shown_with_its_sources(name: str) -> None:
    done = run("cni", name)
    (plugin,) = (one for one in PLUGINS if one.name == name)
    assert done.exit_code == 0
    shown = " ".join(done.stdout.split())
    assert plugin.title in shown
    sources = dict(re.findall(r"^  (\[\d+\]) (\S.*(?:\n {6}.*)*)", done.stdout, re.MULTILINE))
    for matter, cell in plugin.cells.items():
        ((word, mark),) = re.findall(rf"(yes|no) {matter.value} [^\[]*(\[\d+\])", shown)
        assert (word == "yes") is cell.yes
        assert " ".join(sources[mark].split()) == cell.source
    assert shown.count("not verified: ") == (len(Matter) - len(plugin.cells) if plugin.refused is None else 0)
    assert all(note in shown for note in plugin.notes)
    assert all(kind in shown for kind in plugin.enforces)


@pytest.mark.parametrize("name", [None, "spec", *(plugin.name for plugin in PLUGINS)])
def test_no_line_is_wider_than_the_page(name: str | None) -> None:
    assert max(map(len, run("cni", *([name] if name else [])).stdout.splitlines())) <= 100


def test_the_reading_spec_is_shown_whole() -> None:
    shown = run("cni", "spec").stdout
    assert re.findall(r"^  (yes|no) +(\S+)", shown, re.MULTILINE) == [
        ("yes" if matter in SPEC else "no", matter.value) for matter in Matter
    ]


def test_as_json() -> None:
    found = json.loads(run("cni", "-o", "json").stdout)
    assert [one["matter"] for one in found["matters"]] == [matter.value for matter in Matter]
    assert [one["name"] for one in found["plugins"]] == [plugin.name for plugin in PLUGINS]
    assert {one["name"] for one in found["plugins"] if one["refused"] is None} == {one.name for one in SUPPORTED}
    assert {one["name"] for one in found["plugins"] if not one["enforces"]} == {"flannel"}


def test_a_plugin_that_does_not_exist_is_a_usage_error() -> None:
    done = run("cni", "celium")
    assert done.exit_code == 3
    assert "did you mean 'cilium'?" in done.stderr
    assert "`netqed cni` lists them" in run("cni", "nothing-of-the-sort").stderr
