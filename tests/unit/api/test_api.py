"""netqed from Python: which paths are read, which spec applies, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from netqed import api
from netqed.analysis.results import CheckResult

NAMESPACES = """\
apiVersion: v1
kind: Namespace
metadata: {name: web}
---
apiVersion: v1
kind: Namespace
metadata: {name: db}
"""
PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: site, namespace: web}
spec:
  selector: {matchLabels: {app: site}}
  template: {metadata: {labels: {app: site}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: store, namespace: db}
spec:
  selector: {matchLabels: {app: store}}
  template: {metadata: {labels: {app: store}}, spec: {containers: [{name: c, image: i}]}}
"""
DENY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: db}
spec: {podSelector: {}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two inputs, `closed` (web cannot reach db) and `open` (it can)."""
    (tmp_path / ".git").mkdir()
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cluster.yaml").write_text(f"{NAMESPACES}---\n{PODS}")
    (tmp_path / "closed" / "deny.yaml").write_text(DENY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spec(text: str) -> api.Spec:
    Path("netqed.yaml").write_text(text)
    found = api.load_spec()
    assert found is not None
    return found


def verdicts(result: CheckResult) -> list[tuple[str | None, list[str]]]:
    return [(one.name, [each.verdict.word for each in one.results]) for one in result.inputs]


def test_each_input_has_its_own_verdicts_and_the_worst_decides() -> None:
    result = api.check(spec=spec("inputs: {prod: closed, test: open}\ninvariants: [web cannot reach db]\n"))
    assert verdicts(result) == [("prod", ["proved"]), ("test", ["refuted"])]
    assert result.exit_code == 1
    assert result.spec_file == "netqed.yaml"


def test_paths_replace_inputs_and_manifests() -> None:
    stated = spec("inputs: {prod: open, test: open}\ninvariants: [web cannot reach db]\n")
    assert verdicts(api.check(["closed"], spec=stated)) == [(None, ["proved"])]


def test_without_manifests_the_folder_of_the_spec_is_read_and_the_spec_is_not() -> None:
    Path("closed/netqed.yaml").write_text("invariants: [web cannot reach db]\n")
    result = api.check(spec=api.load_spec("closed/netqed.yaml"))
    assert verdicts(result) == [(None, ["proved"])]
    assert result.inputs[0].basis.files == 2


def test_nothing_to_read_is_an_error() -> None:
    with pytest.raises(api.InputError, match="no manifests"):
        api.prove("web cannot reach db")


def test_the_problems_of_all_inputs_are_listed_once() -> None:
    Path("open/bad.yaml").write_text(DENY.replace("podSelector", "podSelectr"))
    stated = spec("inputs: {a: open, b: closed, c: closed}\ninvariants: [wbe cannot reach db]\n")
    with pytest.raises(api.InputError) as raised:
        api.check(spec=stated)
    places = [str(problem.position) for problem in raised.value.problems]
    assert len(places) == len(set(places))
    assert {place.split(":")[0] for place in places} == {"open/bad.yaml", "netqed.yaml"}


def test_prove_takes_groups_and_assumptions_but_not_the_invariants() -> None:
    stated = spec("groups: {store: db/app=store}\ninvariants: [db cannot reach web]\n")
    result = api.prove("web cannot reach store", ["closed"], spec=stated)
    assert verdicts(result) == [(None, ["proved"])]
    with pytest.raises(api.InputError, match="store"):
        api.prove("web cannot reach store", ["closed"])


def test_the_scope_of_the_settings_is_that_of_invariants_that_name_none() -> None:
    stated = spec("invariants: [web cannot reach db, {assert: db cannot reach web, scope: always}]\n")
    result = api.check(["open"], spec=stated, settings=api.Settings(scope="now"))
    assert [each.scope for each in result.inputs[0].results] == ["now", "always"]


@pytest.mark.parametrize(
    "content", [f"{NAMESPACES}---\n{PODS}---\n{DENY}", f"{NAMESPACES}---\n{PODS}---\n{DENY}".encode()]
)
def test_stdin_is_what_the_settings_say(content: str | bytes) -> None:
    result = api.prove("web cannot reach db", ["-"], settings=api.Settings(stdin=content))
    assert verdicts(result) == [(None, ["proved"])]
    assert result.inputs[0].basis.sources == ("<stdin>",)


def test_where_a_spec_is_found() -> None:
    Path("closed/netqed.yaml").write_text("invariants: [db cannot reach web]\n")
    near = api.load_spec(near="closed/deny.yaml")
    assert near is not None
    assert near.file == "closed/netqed.yaml"
    assert api.load_spec(near="open") is None
    given = api.load_spec("given", text="invariants: [web cannot reach db]")
    assert given is not None
    assert (given.file, len(given.invariants)) == ("given", 1)


def test_a_spec_that_cannot_be_read() -> None:
    with pytest.raises(api.InputError) as missing:
        api.load_spec("missing.yaml")
    assert str(missing.value.problems[0].position) == "missing.yaml"
    Path("latin.yaml").write_bytes(b"groups: {k\xe4se: web}\n")
    with pytest.raises(api.InputError, match="UTF-8"):
        api.load_spec("latin.yaml")


def test_progress_is_told() -> None:
    steps: list[tuple[int, int, str]] = []
    stated = spec("invariants: [web cannot reach db, db cannot reach web]\n")
    settings = api.Settings(progress=lambda *step: steps.append(step))
    api.check(["closed"], spec=stated, settings=settings)
    assert any("closed/deny.yaml" in what for _, _, what in steps)
    assert all(0 <= done <= total for done, total, _ in steps)


def test_flows_are_judged_against_one_input() -> None:
    flow = '{"src": "web/deployment/site", "dst": "db/deployment/store", "port": 80}'
    stated = spec("inputs: {a: open, b: closed}\n")
    with pytest.raises(api.InputError, match="several inputs"):
        api.evaluate(flow, spec=stated)
    (answer,) = api.evaluate(flow, ["closed"], spec=stated)
    assert (answer["allowed"], answer["ingress_allowed"], answer["egress_allowed"]) == (False, False, True)


def test_workloads_of_the_spec_take_part_in_flows() -> None:
    stated = spec("workloads:\n  - {kind: Kafka, namespace: db, name: queue, labels: {app: queue}}\n")
    flow = '{"src": "web/deployment/site", "dst": "db/kafka/queue", "port": 9092}'
    (answer,) = api.evaluate(flow, ["closed"], spec=stated, engine="reference")
    assert answer["allowed"] is False
