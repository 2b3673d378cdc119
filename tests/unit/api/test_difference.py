"""netqed from Python: what is compared with what."""

from __future__ import annotations

from pathlib import Path

import pytest

from netqed import api

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: db}}
spec: {{podSelector: {{}}, ingress: {ingress}}}
"""
PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: site, namespace: web, labels: {app: site}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: store, namespace: db, labels: {app: store}}
spec: {containers: [{name: c, image: i}]}
"""
OPEN = "[{from: [{namespaceSelector: {}}]}]"
BROKEN = POLICY.format(name="BAD NAME", ingress="[]")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Policies that close db, others that open it to pods, and pods of their own."""
    (tmp_path / ".git").mkdir()
    for name, text in (
        ("old", POLICY.format(name="p", ingress="[]")),
        ("new", POLICY.format(name="p", ingress=OPEN)),
        ("pods", PODS),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "objects.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_folders_are_compared() -> None:
    """In `always` unless the settings say otherwise: without workloads nothing is there now."""
    found = api.difference(["old"], ["new"])
    assert (found.outcome, found.scope) == ("wider", "always")
    assert found.exit_code() == 1
    now = api.difference(["old"], ["new"], settings=api.Settings(scope="now", cni="spec"))
    assert (now.outcome, now.scope, now.exit_code()) == ("equivalent", "now", 0)


def test_workloads_are_given_to_both_sides() -> None:
    """And nothing is noted, since neither side declares them alone."""
    found = api.difference(["old"], ["new"], workloads=["pods"], settings=api.Settings(scope="now"))
    assert found.outcome == "wider"
    assert found.notes == ()
    ((_, delta),) = found.deltas
    assert (delta.example.new.source.name, delta.example.new.destination.name) == ("web/site", "db/store")
    assert (found.old.policies, found.new.policies, found.new.workloads) == (1, 1, 2)


def test_clusters_that_were_read_are_compared_as_they_are() -> None:
    """A side may come from anywhere."""
    old, new = api.load_cluster(["old"]), api.load_cluster(["new"])
    assert api.difference(old, new, workloads=api.load_cluster(["pods"])).outcome == "wider"
    assert api.difference(new, ["new"]).outcome == "equivalent"


def test_families_can_be_left_out() -> None:
    """The outcome and its flow are there all the same."""
    ((_, delta),) = api.difference(["old"], ["new"], families=False).deltas
    assert delta.families is None
    assert delta.example.new.decision.allowed


def test_the_problems_of_both_sides_are_told_at_once(folder: Path) -> None:
    """No outcome stands beside an error."""
    for name in ("old", "new"):
        (folder / name / "bad.yaml").write_text(BROKEN)
    with pytest.raises(api.InputError) as error:
        api.difference(["old"], ["new"])
    places = {problem.position.file for problem in error.value.problems if problem.position}
    assert places == {"old/bad.yaml", "new/bad.yaml"}


def test_a_plugin_that_nobody_knows_is_refused() -> None:
    """Before anything is read."""
    with pytest.raises(api.InputError, match="no network plugin"):
        api.difference(["nowhere"], ["new"], settings=api.Settings(cni="nobody"))
