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


BY_NAME = """\
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: a}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: server, namespace: b}
spec:
  containers:
    - {name: c, image: i, ports: [{name: http, containerPort: 80}, {name: admin, containerPort: 81}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-name, namespace: NAMESPACE}
spec:
  podSelector: {}
  policyTypes: [TYPE]
  DIRECTION:
    - PEERS: [{namespaceSelector: {}}]
      ports: [PORTS]
"""
NAMES = {
    "inwards": {"NAMESPACE": "b", "TYPE": "Ingress", "DIRECTION": "ingress", "PEERS": "from"},
    "outwards": {"NAMESPACE": "a", "TYPE": "Egress", "DIRECTION": "egress", "PEERS": "to"},
}


def by_name(folder: Path, way: str, ports: str = "{port: http}") -> str:
    """The path of a policy of this direction with these ports, beside the pods that it is about."""
    text = BY_NAME
    for word, written in {**NAMES[way], "PORTS": ports}.items():
        text = text.replace(word, written)
    file = folder / "by-name.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("way", NAMES)
@pytest.mark.parametrize("number", [81, 8000], ids=["another's name", "nobody's"])
def test_a_port_without_the_name_is_open_where_names_are_not_looked_up(tmp_path: Path, way: str, number: int) -> None:
    sentence, manifests = f"a cannot reach b on TCP/{number}", by_name(tmp_path, way)
    done = run("prove", sentence, manifests, "--scope", "now")
    assert done.exit_code == 1
    text = " ".join(done.stdout.split())
    assert "a/client -> b/server" in text
    assert "a name that is not looked up and stands for every port of TCP" in text
    assert "happens on OVN-Kubernetes; may happen on" in text
    assert "not on Calico, Cilium," in text
    (result,) = json.loads(run("prove", sentence, manifests, "--scope", "now", "-o", "json").stdout)["inputs"][0][
        "results"
    ]
    direction = "ingress" if way == "inwards" else "egress"
    assert [(one["matter"], one["answer"]) for one in result["evidence"]["portability"]["turnsOn"]] == [
        (f"{direction}-port-names", False),
        ("unread-port-names", True),
    ]
    assert run("prove", sentence, manifests, "--scope", "now", "--cni", "cilium").exit_code == 0
    named = run("prove", sentence, manifests, "--scope", "now", "--cni", "ovn-kubernetes")
    assert named.exit_code == 1
    assert "a name that is not looked up and stands for every port of TCP" in named.stdout


@pytest.mark.parametrize("way", NAMES)
def test_what_is_open_by_name_is_closed_on_ovn_kubernetes_beside_a_number(tmp_path: Path, way: str) -> None:
    beside = by_name(tmp_path, way, "{port: http}, {port: 443}, {port: dns, protocol: UDP}")
    for sentence, ovn, cilium in (
        ("a cannot reach b on TCP/81", 0, 0),
        ("a can reach b on TCP/80", 1, 0),
        ("a can reach b on TCP/443", 0, 0),
        ("a cannot reach b on UDP/81", 1, 0),
    ):
        for plugin, code in (("ovn-kubernetes", ovn), ("cilium", cilium)):
            done = run("prove", sentence, beside, "--scope", "now", "--cni", plugin)
            assert done.exit_code == code, f"{sentence} on {plugin}: {done.stdout}"


def test_kube_router_looks_names_up_in_ingress_rules_and_may_not_in_egress_rules(tmp_path: Path) -> None:
    for way, code in (("inwards", 0), ("outwards", 1)):
        manifests = by_name(tmp_path, way)
        done = run("prove", "a cannot reach b on TCP/81", manifests, "--scope", "now", "--cni", "kube-router")
        assert done.exit_code == code


@pytest.mark.parametrize(
    ("plugin", "ports", "number", "code", "says"),
    [
        (
            "ovn-kubernetes",
            "{port: http}",
            81,
            0,
            "TCP/http is a name, which is not looked up but stands for every port",
        ),
        ("ovn-kubernetes", "{port: http}, {port: 443}", 80, 1, "which is not looked up and stands for no port"),
        ("cilium", "{port: http}", 81, 1, "TCP/http is port 80 of b/server, not 81"),
    ],
)
def test_an_explanation_says_what_a_name_stands_for(
    tmp_path: Path, plugin: str, ports: str, number: int, code: int, says: str
) -> None:
    asked = ("explain", "a/pod/client", "b/pod/server", f"TCP/{number}", by_name(tmp_path, "inwards", ports))
    done = run(*asked, "--cni", plugin)
    assert done.exit_code == code
    assert says in " ".join(re.sub(r"[|^-]", " ", re.sub(r"^ *\d* \|", "", done.stdout, flags=re.M)).split())
    assert run(*asked, "--cni", plugin, "-o", "json").exit_code == code


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
