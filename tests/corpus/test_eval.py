"""`netqed eval` on real policy sets: the evaluator, the encoding and a third reading, written from the API's text
alone, agree on every flow between the workloads that there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from click.testing import CliRunner

from netqed import api
from netqed.cli import cli
from support.by_the_text import OUTSIDE, End, Set, interesting_ports, read_set
from support.corpus import CORPUS, FLUX_WITH_PODS, FOLDERS, RECIPES, Folder, needs_corpus

pytestmark = needs_corpus

ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def at_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)


def read(folder: Folder) -> Set:
    return read_set(CORPUS / folder.path, folder.spec, folder.namespace)


def flows(of: Set) -> Iterator[tuple[End, End, str, int]]:
    """Every pair of ends, one of them a pod, on every port that somebody speaks of, but for those whose verdict hangs
    on whether the source is the destination's node."""
    return (flow for flow in every_flow(of) if not hangs_on_the_node(of, flow))


def hangs_on_the_node(of: Set, flow: tuple[End, End, str, int]) -> bool:
    """None of these workloads says where it runs, and what a pod's own node sends always enters."""
    return flow[0].host_network and not of.allows(*flow)[0]


def every_flow(of: Set) -> Iterator[tuple[End, End, str, int]]:
    ends = [*of.ends, OUTSIDE]
    for source, destination in product(ends, ends):
        if source is not OUTSIDE or destination is not OUTSIDE:
            for protocol, port in interesting_ports(of, source, destination):
                yield source, destination, protocol, port


def line(source: End, destination: End, protocol: str, port: int) -> dict[str, Any]:
    """The flow as `netqed eval` reads it."""
    return {
        "src": source.name,
        **({"src_ip": ADDRESS} if source.name is None else {}),
        "dst": destination.name,
        **({"dst_ip": ADDRESS} if destination.name is None else {}),
        "protocol": protocol,
        "port": port,
    }


@pytest.mark.parametrize("folder", [*FOLDERS, FLUX_WITH_PODS, *RECIPES], ids=lambda folder: folder.name)
def test_three_readings_agree(folder: Folder) -> None:
    of = read(folder)
    asked = list(flows(of))
    answers = api.evaluate(
        "\n".join(json.dumps(line(*each)) for each in asked),
        [folder.path],
        spec=api.load_spec(folder.spec),
        settings=api.Settings(namespace=folder.namespace or "default"),
        engine="both",
    )
    differing = []
    for flow, answer in zip(asked, answers, strict=True):
        ingress, egress = of.allows(*flow)
        found = (answer["ingress_allowed"], answer["egress_allowed"], answer["allowed"])
        if found != (ingress, egress, ingress and egress):
            differing.append((line(*flow), found))
    assert differing == []


@pytest.mark.parametrize("folder", [*FOLDERS, FLUX_WITH_PODS], ids=lambda folder: folder.name)
def test_the_comparison_is_about_something(folder: Folder) -> None:
    """Both answers occur for ingress, and the third reading reads what netqed reads."""
    of = read(folder)
    assert len(of.policies) == folder.policies
    assert len(of.ends) >= folder.workloads
    if of.ends:
        assert {of.allows(*flow)[0] for flow in flows(of)} == {True, False}


@pytest.mark.parametrize("folder", [*FOLDERS, *RECIPES], ids=lambda folder: folder.name)
def test_the_command_answers(folder: Folder) -> None:
    """A flow a line in, a verdict a line out, and 0 whether or not it is allowed; no flows at all is an answer too."""
    of = read(folder)
    asked = [line(*flow) for flow in list(flows(of))[:50]]
    arguments = ["eval", *folder.arguments, "--spec", str(folder.spec), "--flows", "-"]
    run = CliRunner().invoke(cli, arguments, input="\n".join(map(json.dumps, asked)))
    assert (run.exit_code, run.stderr) == (0, "")
    answers = [json.loads(text) for text in run.stdout.splitlines()]
    assert [{key: answer[key] for key in flow} for flow, answer in zip(asked, answers, strict=True)] == asked
    assert all(isinstance(answer["allowed"], bool) for answer in answers)
    nothing = CliRunner().invoke(cli, arguments, input="")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "")


def test_what_hangs_on_the_node_is_asked_for() -> None:
    of = read(next(folder for folder in FOLDERS if folder.path == "kube-prometheus"))
    asked = [line(*flow) for flow in every_flow(of) if hangs_on_the_node(of, flow)]
    assert asked
    run = CliRunner().invoke(
        cli, ["eval", "kube-prometheus", "--flows", "-"], input="\n".join(map(json.dumps, asked[:20]))
    )
    assert (run.exit_code, run.stdout) == (3, "")
    assert run.stderr.count("the verdict depends on whether both sides are on one node") == len(asked[:20])


def test_the_evidence_names_the_line() -> None:
    """checkoutservice is the second peer of the cart's one rule."""
    flow = {
        "src": "boutique/deployment/checkoutservice",
        "dst": "boutique/deployment/cartservice",
        "port": 7070,
        "protocol": "TCP",
    }
    run = CliRunner().invoke(
        cli, ["eval", "online-boutique", "-n", "boutique", "--flows", "-", "--evidence"], input=json.dumps(flow)
    )
    assert run.exit_code == 0
    answer = json.loads(run.stdout)
    assert answer["allowed"] is True
    assert "online-boutique/network-policy-cartservice.yaml:31" in json.dumps(answer["evidence"])
