"""`netqed redundant` and `netqed simplify` as commands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from netqed import api
from netqed.cli import cli
from netqed.report.redundancy_json import redundancy_schema

NAMESPACE = """\
# The shop and who may enter it.

# owned by the web team
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""

POLICY = """\
# The API takes what the web sends.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop} # the API
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    # from the web
    - from:
        - podSelector: {matchLabels: {app: web}} # all of it
        # the part of it that is in front
        - podSelector: {matchLabels: {app: web, tier: front}}
      ports:
        - port: 80
        - port: 81
"""

AGAIN = POLICY.replace("name: api,", "name: api-copy,").replace("# The API takes", "# A copy: the API takes")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, [*arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files: one with the namespace and a policy, the other with a copy of the policy."""
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "api.yaml").write_text(f"{NAMESPACE}---\n{POLICY}", encoding="utf-8")
    (tmp_path / "k8s" / "copy.yaml").write_text(AGAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "k8s"


SIMPLER = f"{NAMESPACE}---\n{POLICY}".replace("        - podSelector: {matchLabels: {app: web, tier: front}}\n", "")


def test_codes_and_reports(folder: Path) -> None:
    found = run("redundant", "k8s", "-o", "json")
    assert found.exit_code == 1
    value = json.loads(found.stdout)
    jsonschema.Draft202012Validator(redundancy_schema()).validate(value)
    assert value["asked"] == {"policy": 2, "rule": 2, "peer": 4, "port": 4}
    policies = [one for one in value["alone"] if one["what"] == "policy"]
    assert [(one["policy"], one["reason"], one["by"]["policy"]) for one in policies] == [
        ("shop/api", "covered", "shop/api-copy"),
        ("shop/api-copy", "covered", "shop/api"),
    ]
    # Of two that do the same the first stays.
    assert [(one["policy"], one["path"], one["place"]["line"]) for one in value["together"]["parts"]] == [
        ("shop/api-copy", None, 2),
        ("shop/api", "spec.ingress[0].from[1]", 19),
    ]
    assert run("redundant", "k8s", "--exit-zero").exit_code == 0
    (folder / "copy.yaml").unlink()
    (folder / "api.yaml").write_text(SIMPLER, encoding="utf-8")
    needed = run("redundant", "k8s")
    assert (needed.exit_code, needed.stdout.partition(":")[0]) == (0, "nothing redundant")


def test_limit_says_how_many_were_left_out(folder: Path) -> None:
    value = json.loads(run("redundant", "k8s", "-o", "json", "--limit", "1").stdout)
    assert (len(value["alone"]), value["aloneLeftOut"]) == (1, 11)
    assert (len(value["together"]["parts"]), value["together"]["leftOut"]) == (1, 1)
    assert "left out by --limit" in run("redundant", "k8s", "--limit", "1").stdout


def test_a_budget_that_does_not_suffice(folder: Path) -> None:
    """Is said, and nothing is printed that nobody proved."""
    found = run("redundant", "k8s", "--rlimit", "1")
    assert (found.exit_code, found.stdout.partition(":")[0]) == (2, "unknown")
    simplified = run("simplify", "k8s", "--rlimit", "1")
    assert (simplified.exit_code, simplified.stdout) == (2, "")
    assert "unknown" in simplified.stderr


def test_every_document_is_printed_with_its_comments(folder: Path) -> None:
    found = run("simplify", "k8s")
    assert (found.exit_code, found.stdout) == (0, SIMPLER)
    assert found.stderr == "1 policy, 1 peer removed: proved to allow exactly the same\n"
    again = run("simplify", "-", stdin=found.stdout)
    assert (again.exit_code, again.stdout, again.stderr) == (0, SIMPLER, "nothing is redundant\n")
    assert run("simplify", "k8s", "-q").stderr == ""


def test_files_are_printed_in_their_order_with_separators(folder: Path) -> None:
    (folder / "copy.yaml").write_text(AGAIN.replace("app: api", "app: other").rstrip("\n"), encoding="utf-8")
    found = run("simplify", "k8s/copy.yaml", "k8s/api.yaml")
    assert found.exit_code == 0
    assert found.stdout.index("# A copy") < found.stdout.index("# The shop")
    assert found.stdout.count("---\n") == 2
    assert run("diff", "k8s", "-", stdin=found.stdout).exit_code == 0


def test_a_diff_applies(folder: Path) -> None:
    found = run("simplify", "k8s", "--diff")
    assert found.exit_code == 0
    done = subprocess.run(["git", "apply", "-"], input=found.stdout, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "api.yaml").read_text(encoding="utf-8") == SIMPLER


def test_files_are_edited_in_place(folder: Path) -> None:
    file = folder / "api.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    file.chmod(0o640)
    found = run("simplify", "k8s", "--write")
    assert (found.exit_code, found.stdout) == (0, "")
    assert "k8s/copy.yaml holds no object any more and can be deleted" in found.stderr
    assert file.read_bytes() == b"\xef\xbb\xbf" + SIMPLER.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (folder / "copy.yaml").read_text(encoding="utf-8") == ""
    assert sorted(one.name for one in folder.iterdir()) == ["api.yaml", "copy.yaml"]


def test_what_cannot_be_written_is_not(folder: Path) -> None:
    """Nor anything else then."""
    before = (folder / "copy.yaml").read_bytes()
    (folder / "api.yaml").write_bytes((folder / "api.yaml").read_text(encoding="utf-8").encode("utf-16"))
    found = run("simplify", "k8s", "-w")
    assert found.exit_code == 3
    assert "it is no UTF-8" in found.stderr
    assert (folder / "copy.yaml").read_bytes() == before
    assert run("simplify", "-", "-w", stdin=POLICY).exit_code == 3
    assert run("simplify", "k8s", "-w", "--diff").exit_code == 3


def test_what_cannot_be_edited_is_said(folder: Path) -> None:
    """An alias stands for the peers, and the policy is in the input twice."""
    aliased = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: aliased, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - from: &peers [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 80}]
    - from: *peers
      ports: [{port: 81}]
"""
    (folder / "copy.yaml").write_text(aliased, encoding="utf-8")
    found = run("simplify", "k8s/copy.yaml")
    assert (found.exit_code, found.stdout) == (3, "")
    assert "cannot be simplified" in found.stderr
    (folder / "copy.yaml").write_text(POLICY, encoding="utf-8")
    repeated = run("simplify", "k8s")
    assert (repeated.exit_code, repeated.stdout) == (3, "")
    assert "it stands in the input more than once" in repeated.stderr


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_as_json(folder: Path, indent: int | None) -> None:
    cluster = api.load_cluster(["k8s"])
    items = [one.document.data for one in (*cluster.namespaces.values(), *cluster.policies) if one.document is not None]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=indent)
    found = run("simplify", "-", stdin=text)
    assert found.exit_code == 0, found.stderr
    left = json.loads(found.stdout)["items"]
    assert [one["metadata"]["name"] for one in left] == ["shop", "api"]
    assert len(left[1]["spec"]["ingress"][0]["from"]) == 1


def test_a_list_as_yaml(folder: Path) -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n"
    for one in (POLICY, AGAIN):
        lines = one.splitlines()[1:]
        text += f"- {lines[0]}\n" + "".join(f"  {line}\n" for line in lines[1:])
    found = run("simplify", "-", stdin=text)
    assert found.exit_code == 0, found.stderr
    assert found.stdout.count("kind: NetworkPolicy") == 1
    assert "# all of it" in found.stdout


def test_files_that_cannot_be_one_stream(folder: Path) -> None:
    """A directive may stand at the head of a file only: printed behind another it would mean nothing."""
    (folder / "copy.yaml").write_text(f"%YAML 1.1\n---\n{NAMESPACE}---\n{AGAIN}", encoding="utf-8")
    found = run("simplify", "k8s")
    assert (found.exit_code, found.stdout) == (3, "")
    assert "cannot be simplified" in found.stderr
    assert run("simplify", "k8s", "--diff").exit_code == 0
    assert run("simplify", "k8s", "-w").exit_code == 0
    assert (folder / "copy.yaml").read_text(encoding="utf-8") == f"%YAML 1.1\n---\n{NAMESPACE}"


def test_isolation_stays_where_the_last_rule_goes(folder: Path) -> None:
    """An egress rule that admits nothing isolates all the same: policyTypes says so once it is gone."""
    (folder / "copy.yaml").unlink()
    (folder / "api.yaml").write_text(
        """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {}
  egress: # nobody
    - to: [{podSelector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}}]
""",
        encoding="utf-8",
    )
    found = run("simplify", "k8s")
    assert found.exit_code == 0, found.stderr
    assert "policyTypes: [Ingress, Egress]" in found.stdout
    assert "egress: [] # nobody" in found.stdout
    assert run("diff", "k8s", "-", stdin=found.stdout).exit_code == 0


def test_nothing_is_left(folder: Path) -> None:
    """Where no policy is needed and nothing else is there."""
    (folder / "api.yaml").unlink()
    text = AGAIN.replace("  ingress:", "  policyTypes: [Egress]\n  egress: [{}]\n  #").partition("  #")[0]
    (folder / "copy.yaml").write_text(text, encoding="utf-8")
    found = run("simplify", "k8s")
    assert (found.exit_code, found.stdout.strip()) == (0, "")


def test_without_workloads_nothing_is_asked_about_now(folder: Path) -> None:
    """For no workloads every policy would be redundant."""
    found = run("redundant", "k8s", "--scope", "now")
    assert (found.exit_code, found.stdout) == (3, "")
    assert "no workloads" in found.stderr


def test_assumptions_that_do_not_hold_end_the_run(folder: Path) -> None:
    """From a contradiction everything would be redundant."""
    spec = "assume: [no pod in shop has app=web, every pod in shop has app=web]\n"
    (folder.parent / "spec.yaml").write_text(spec, encoding="utf-8")
    found = run("redundant", "k8s", "--spec", "spec.yaml")
    assert (found.exit_code, found.stdout) == (3, "")


def test_an_assumption_can_make_a_part_redundant(folder: Path) -> None:
    (folder / "copy.yaml").unlink()
    (folder.parent / "spec.yaml").write_text("assume: [no pod in shop has app=web]\n", encoding="utf-8")
    value = json.loads(run("redundant", "k8s", "--spec", "spec.yaml", "-o", "json").stdout)
    rules = [one for one in value["alone"] if one["what"] == "rule"]
    assert {one["reason"] for one in rules} == {"matches-nothing"}
    assert all("no pod in shop has app=web" in one["restsOn"] for one in rules)


def test_a_spec_beside_the_files_is_no_manifest(folder: Path) -> None:
    (folder / "netqed.yaml").write_text("invariants: [shop cannot reach shop]\n", encoding="utf-8")
    found = run("simplify", "k8s")
    assert (found.exit_code, found.stdout) == (0, SIMPLER)
