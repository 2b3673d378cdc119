"""What callers hand in: one path is one path, and what is of no use is an InputError that says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from netqed import api
from support.console import ROOT

PAYMENTS = ROOT / "specs" / "payments"
MANIFESTS = PAYMENTS / "manifests"
FLOW = {"src": "analytics/deployment/etl", "dst": "payments/deployment/payments-api", "port": 8080}


@pytest.fixture(scope="module")
def cluster() -> api.Cluster:
    return api.load_cluster(MANIFESTS)


@pytest.mark.parametrize(
    "paths",
    [str(MANIFESTS), MANIFESTS, [str(MANIFESTS)], (MANIFESTS,), {MANIFESTS}, iter([MANIFESTS])],
    ids=["text", "path", "list", "tuple", "set", "iterator"],
)
def test_paths_are_one_or_many_texts_or_paths(paths: Any, cluster: api.Cluster) -> None:
    """A text is one path: its letters are none, though `/` would be."""
    read = api.load_cluster(paths)
    assert read.sources == (str(MANIFESTS),)
    assert read.policies == cluster.policies


def test_files_found_by_a_pattern_are_read(cluster: api.Cluster) -> None:
    assert api.load_cluster(MANIFESTS.rglob("*.yaml")).policies == cluster.policies


def test_every_function_takes_one_path(cluster: api.Cluster) -> None:
    path = str(MANIFESTS)
    spec = api.load_spec(PAYMENTS / "netqed.yaml")
    assert api.check(path, spec=spec).exit_code == 0
    assert api.prove("analytics cannot reach payments", path, spec=spec).exit_code == 0
    assert next(iter(api.evaluate([FLOW], path)))["allowed"] is False
    assert api.explain("analytics", "payments", None, path).basis is not None
    assert api.map_of(path).basis.policies == len(cluster.policies)
    assert api.difference(path, path, workloads=path).outcome == "equivalent"
    assert api.redundant(path).before.policies == cluster.policies
    assert isinstance(api.simplify(path), api.Simplified)
    assert "invariants:" in api.init(path, manifests="manifests")
    assert "- manifests\n" in api.init(path, manifests="manifests")


def test_a_cluster_goes_in_the_place_of_paths(cluster: api.Cluster) -> None:
    """With the same answers."""
    assert list(api.evaluate([FLOW], cluster)) == list(api.evaluate([FLOW], MANIFESTS))
    assert api.explain("analytics", "payments", None, cluster) == api.explain("analytics", "payments", None, MANIFESTS)
    assert api.map_of(cluster).edges == api.map_of(MANIFESTS).edges
    assert api.redundant(cluster).found == api.redundant(MANIFESTS).found
    with pytest.raises(api.InputError, match="no files to edit"):
        api.simplify(cluster)


def test_flows_are_mappings_or_json_lines(cluster: api.Cluster) -> None:
    text = '{"src": "analytics/deployment/etl", "dst": "payments/deployment/payments-api", "port": 8080}'
    assert list(api.evaluate(text, cluster)) == list(api.evaluate([FLOW], cluster))
    assert list(api.evaluate([], cluster)) == list(api.evaluate("", cluster)) == []
    with pytest.raises(api.InputError) as raised:
        api.evaluate([FLOW, {**FLOW, "port": 0}, FLOW, {**FLOW, "src": "analytics/nobody"}], cluster, file="mine")
    assert [str(problem.position).rsplit(":", 1)[0] for problem in raised.value.problems] == ["mine:2", "mine:4"]


def test_the_plugins_are_those_that_settings_take(cluster: api.Cluster) -> None:
    names = {plugin.name for plugin in api.plugins() if plugin.refused is None}
    assert {"calico", "cilium"} <= names
    refused = [plugin for plugin in api.plugins() if plugin.refused is not None]
    with pytest.raises(api.InputError, match="no verdicts for"):
        api.map_of(cluster, settings=api.Settings(cni=refused[0].name))


def _settings(**values: Any) -> Callable[[api.Cluster], object]:
    return lambda cluster: api.prove("analytics cannot reach payments", cluster, settings=api.Settings(**values))


WRONG: dict[str, tuple[Callable[[api.Cluster], Any], str]] = {
    "no path": (lambda _: api.load_cluster([]), "no manifests to read"),
    "an empty path": (lambda _: api.load_cluster(""), "'' is no path"),
    "None": (lambda _: api.load_cluster(None), "None is no path"),
    "bytes": (lambda _: api.load_cluster(b"k8s"), "b'k8s' is no path"),
    "None among paths": (lambda _: api.check([None]), "None is no path"),
    "a mapping": (lambda _: api.check({"k8s": 1}), "is no path"),
    "a cluster among paths": (lambda c: api.prove("a cannot reach b", [c]), "is no path"),
    "a spec as path": (lambda _: api.check(api.Spec()), "is no path"),
    "a path that is not there": (lambda _: api.load_cluster("nowhere/"), "no such file"),
    "a spec's file": (lambda c: api.check(c, spec="netqed.yaml"), "expected a Spec"),
    "a spec's text as bytes": (lambda _: api.load_spec(text=b"{}"), "expected a text"),
    "a number as spec": (lambda _: api.load_spec(7), "7 is no path"),
    "settings as mapping": (lambda c: api.check(c, settings={"scope": "now"}), "expected Settings"),
    "a list of sentences": (lambda c: api.prove(["a cannot reach b"], c), "expected a text"),
    "a list of ports": (lambda c: api.explain("web", "web", ["TCP"], c), "ports is"),
    "a number as side": (lambda c: api.map_of(c, source=7), "source is 7"),
    "an engine": (lambda c: api.evaluate("", c, engine="z3"), "no engine 'z3'"),
    "one flow": (lambda c: api.evaluate(FLOW, c), "expected a text, or a list"),
    "a flow that is none": (lambda c: api.evaluate([7], c), "flow 1"),
    "a flow with an object": (lambda c: api.evaluate([{"src": Path()}], c), "flow 1"),
    "no file's name": (lambda _: api.load_spec("a\0b"), "no file can have this name"),
    "no folder's name": (lambda _: api.load_spec(near="a\0b"), "no file can have this name"),
    "a folder to pass over": (lambda _: api.load_cluster(PAYMENTS, exclude=MANIFESTS), "only files"),
    "a limit": (lambda c: api.difference(c, c, limit=-1), "limit is -1"),
    "a scope": (_settings(scope="never"), "no scope 'never'"),
    "a plugin": (_settings(cni="calicoo"), "did you mean calico"),
    "a number as plugin": (_settings(cni=7), "setting cni is 7"),
    "a budget of nothing": (_settings(rlimit=0), "setting rlimit is 0"),
    "a budget as text": (_settings(rlimit="1"), "setting rlimit is '1'"),
    "a flag as budget": (_settings(rlimit=True), "setting rlimit is True"),
    "a kind": (_settings(ignore_unknown="CiliumNetworkPolicy"), "a tuple of kinds"),
    "a day as text": (_settings(today="2030-01-01"), "a datetime.date"),
    "a time": (_settings(today=datetime(2030, 1, 1)), "a datetime.date"),
    "no function": (_settings(progress=7), "setting progress"),
    "a stream": (_settings(stdin=7), "setting stdin"),
}


@pytest.mark.parametrize(("ask", "says"), WRONG.values(), ids=WRONG)
def test_what_is_of_no_use_is_an_error_that_says_so(
    ask: Callable[[api.Cluster], Any], says: str, cluster: api.Cluster
) -> None:
    with pytest.raises(api.InputError, match=says):
        ask(cluster)


def test_all_that_is_wrong_with_settings_and_spec_is_said_at_once(cluster: api.Cluster) -> None:
    wrong: Any = "netqed.yaml"
    settings = api.Settings(scope="never", cni="calicoo", rlimit=0)
    with pytest.raises(api.InputError) as raised:
        api.check(cluster, spec=wrong, settings=settings)
    assert len(raised.value.problems) == 4


def test_a_match_and_a_policy_say_where_they_are(cluster: api.Cluster) -> None:
    found = api.prove("checkout cannot reach payments-api", cluster, spec=api.load_spec(PAYMENTS / "netqed.yaml"))
    verdict = found.inputs[0].results[0].verdict
    assert isinstance(verdict, api.Refuted)
    rule = verdict.witness.decision.ingress.matches[0]
    assert rule.span is not None and rule.policy.position is not None
    assert rule.span.start.file == rule.policy.position.file == str(MANIFESTS / "policies" / "payments-api.yaml")
    lines = Path(rule.span.start.file).read_text(encoding="utf-8").splitlines()
    assert lines[rule.span.start.line - 1] == rule.span.text
    made_up = api.NetworkPolicy("web", "made-up")
    assert made_up.position is None
    assert api.RuleMatch(made_up, "ingress", 0, None, None).span is None
