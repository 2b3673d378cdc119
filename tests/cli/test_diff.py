"""`netqed diff` as a command, with sides of all kinds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli
from netqed.report.difference_json import difference_schema

NAMESPACES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {name: shop}}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop, labels: {app: cart}}
spec: {containers: [{name: c, image: i}]}
"""


def policy(ports: str = "[{port: 80}]", name: str = "api") -> str:
    """A policy by which only the cart reaches the API."""
    return f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: api}}}}
  policyTypes: [Ingress]
  ingress:
    - from: [{{podSelector: {{matchLabels: {{app: cart}}}}}}]
      ports: {ports}
"""


STRICT = "invariants: [shop/app=cart cannot reach shop/app=api on TCP/81]\n"
WEAK = "invariants: [shop/app=cart can reach shop/app=api on TCP/81]\n"


def git(*arguments: str, at: Path | None = None) -> str:
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
    identity |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in identity.items()}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *arguments],
        cwd=at,
        env={**os.environ, **identity, **nobody},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit on main, tagged v1, in the working directory."""
    if shutil.which("git") is None:
        pytest.skip("no git")
    root = tmp_path / "clone"
    (root / "deploy" / "k8s").mkdir(parents=True)
    monkeypatch.chdir(root)
    git("init", "-q", "-b", "main")
    Path("deploy/k8s/pods.yaml").write_text(NAMESPACES)
    Path("deploy/k8s/policy.yaml").write_text(policy())
    Path("netqed.yaml").write_text(STRICT)
    commit("first")
    git("tag", "v1")
    return root


def run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["diff", *args], input=stdin)


def outcome(result: Result) -> str:
    """The outcome that a run says, and that it said nothing else on standard error."""
    assert result.stderr == ""
    return result.stdout.partition(":")[0]


def test_unchanged_and_changed() -> None:
    same = run("git:main", "deploy/k8s")
    assert (outcome(same), same.exit_code) == ("equivalent", 0)
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 80}, {port: 81}]"))
    wider = run("git:main", "deploy/k8s")
    assert (outcome(wider), wider.exit_code) == ("wider", 1)
    assert "shop/app=cart -> shop/app=api  TCP/81\n" in wider.stdout
    assert "git:main:deploy/k8s/policy.yaml:9:" in wider.stdout, "the line in OLD"
    assert "deploy/k8s/policy.yaml:8:" in wider.stdout, "the line in NEW"
    assert f"main is commit {git('rev-parse', 'main')}" in wider.stdout
    narrower = run("deploy/k8s", "git:main")
    assert (outcome(narrower), narrower.exit_code) == ("narrower", 1)
    assert run("git:main", "deploy/k8s", "--exit-zero").exit_code == 0


def test_gates() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 80}, {port: 81}]"))
    codes = {what: run("git:v1", "deploy/k8s", "--require", what) for what in ("no-new-access", "no-lost-access")}
    assert {what: one.exit_code for what, one in codes.items()} == {"no-new-access": 1, "no-lost-access": 0}
    assert "no-lost-access: holds" in codes["no-lost-access"].stdout
    assert "no-new-access: does not hold" in codes["no-new-access"].stdout
    assert run("git:v1", "deploy/k8s", "--require", "equivalent").exit_code == 1
    unknown = run("git:v1", "deploy/k8s", "--rlimit", "1")
    assert (outcome(unknown), unknown.exit_code) == ("unknown", 2)


def test_renames_and_deletions_follow() -> None:
    git("mv", "deploy/k8s/policy.yaml", "deploy/k8s/renamed.yaml")
    commit("rename")
    assert run("git:v1", "deploy/k8s").exit_code == 0
    assert run("git:v1:deploy/k8s", "git:main").exit_code == 0
    git("rm", "-q", "deploy/k8s/renamed.yaml")
    commit("delete")
    assert outcome(run("git:v1", "git:main:deploy/k8s")) == "wider"
    Path("deploy/k8s/renamed.yaml").write_text(policy())
    assert outcome(run("git:v1", "deploy/k8s")) == "equivalent", "the working tree, not the index or HEAD"


def test_no_checkout_is_touched() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 81}]"))
    Path("untracked.txt").write_text("x")
    before = git("status", "--porcelain"), Path(".git/index").read_bytes(), Path(".git/HEAD").read_bytes()
    assert outcome(run("git:v1", "deploy/k8s")) == "incomparable"
    assert before == (git("status", "--porcelain"), Path(".git/index").read_bytes(), Path(".git/HEAD").read_bytes())


def test_attributes_leave_no_file_out() -> None:
    """`git archive` would honour them, and a policy be missing."""
    Path(".gitattributes").write_text("*.yaml export-ignore\n")
    commit("attributes")
    assert run("git:main", "deploy/k8s").exit_code == 0


def test_from_a_subdirectory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("deploy")
    assert run("git:main", "k8s").exit_code == 0
    assert run("git:main:deploy/k8s", "k8s").exit_code == 0
    assert run("git:main:./k8s", "git:v1").exit_code == 0
    missing = run("git:main:k8s", "git:v1:deploy/k8s")
    assert missing.exit_code == 3
    assert "no such file or directory in this revision" in missing.stderr


def test_one_file_of_a_revision() -> None:
    assert run("git:main:deploy/k8s/policy.yaml", "deploy/k8s/policy.yaml").exit_code == 0
    one = run("git:main:deploy/k8s/policy.yaml", "-", stdin=policy("[{port: 81}]"))
    assert outcome(one) == "incomparable"
    assert "git:main:deploy/k8s/policy.yaml:9:" in one.stdout


def test_a_path_that_one_side_has() -> None:
    Path("other").mkdir()
    Path("other/policy.yaml").write_text(policy("[{port: 80}]", "other"))
    added = run("git:main", "other")
    assert (outcome(added), added.exit_code) == ("narrower", 1)
    assert "OLD has no git:main:other, and is taken to be without policies" in added.stdout
    shutil.rmtree("deploy/k8s")
    deleted = run("git:main", "deploy/k8s")
    assert outcome(deleted) == "wider"
    assert "NEW has no deploy/k8s, and is taken to be without policies" in deleted.stdout
    Path("deploy/k8s").mkdir()
    assert outcome(run("git:main", "deploy/k8s")) == "wider", "git keeps no empty folder: one that is left is as none"


@pytest.mark.parametrize(
    "sides",
    [("git:main", "nowhere"), ("git:main:deploy/k8s", "nowhere"), ("nowhere", "deploy/k8s"), ("git:v1:x", "git:main")],
)
def test_a_misspelt_path_is_no_deletion(sides: tuple[str, str]) -> None:
    failed = run(*sides)
    assert (failed.exit_code, failed.stdout) == (3, "")
    assert "no such file or directory" in failed.stderr


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("git:mian", "did you mean git:main?"),
        ("git:v2", "no revision v2 in this repository"),
        ("git:", "no revision can have this name"),
        ("git:--upload-pack=x", "no revision can have this name"),
        ("git:-h:deploy", "no revision can have this name"),
        ("git:a\nb", "no revision can have this name"),
        ("git:a b", "no revision a b in this repository"),
        ("git:main..v1", "no revision main..v1 in this repository"),
        ("git:main:/etc", "no path in the repository"),
        ("git:main:../x", "no path in the repository"),
        ("git:main:deploy/k8", "did you mean git:main:deploy/k8s?"),
        ("git:main:--help", "no such file or directory in this revision"),
    ],
)
def test_what_no_revision_is(side: str, said: str) -> None:
    failed = run(side, "deploy/k8s")
    assert (failed.exit_code, failed.stdout) == (3, "")
    assert said in failed.stderr
    assert "\nb" not in failed.stderr


def test_both_sides_are_told() -> None:
    failed = run("git:one", "git:two")
    assert "no revision one" in failed.stderr
    assert "no revision two" in failed.stderr


def test_no_repository_and_outside_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "outside"
    shutil.copytree("deploy/k8s", outside)
    beyond = run("git:main", str(outside))
    assert beyond.exit_code == 3
    assert "lies outside the repository" in beyond.stderr
    assert run("git:main:deploy/k8s", str(outside)).exit_code == 0
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(outside)
    nowhere = run("git:main", "policy.yaml")
    assert nowhere.exit_code == 3
    assert "lies in no git repository" in nowhere.stderr


def test_no_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    failed = run("git:main", "deploy/k8s")
    assert failed.exit_code == 3
    assert "git, which is not installed" in failed.stderr


def test_a_shallow_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = git("rev-parse", "v1")
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 81}]"))
    commit("second")
    git("clone", "-q", "--depth=1", "--no-tags", f"file://{Path.cwd()}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    assert run("git:main", "deploy/k8s").exit_code == 0
    for beyond in ("v1", first, "HEAD~1"):
        failed = run(f"git:{beyond}", "deploy/k8s")
        assert failed.exit_code == 3
        said = " ".join(failed.stderr.split())
        assert "shallow clone, and the revision may lie beyond its depth" in said
        assert f"git fetch --depth=1 origin {beyond}" in said
    git("fetch", "-q", "--depth=1", "origin", "v1")
    assert outcome(run("git:FETCH_HEAD", "deploy/k8s")) == "incomparable"


def test_links_and_submodules_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(policy("[{port: 82}]", "secret"))
    Path("deploy/k8s/link.yaml").symlink_to(tmp_path / "secret.yaml")
    commit("link")
    linked = run("git:v1:deploy/k8s", "git:main:deploy/k8s")
    assert outcome(linked) == "equivalent"
    assert "a symbolic link, which is not followed in a revision" in " ".join(linked.stdout.split())
    assert "git:main:deploy/k8s/link.yaml" in linked.stdout
    itself = run("git:main:deploy/k8s/link.yaml", "deploy/k8s")
    assert itself.exit_code == 3
    git("update-index", "--add", "--cacheinfo", f"160000,{git('rev-parse', 'HEAD')},deploy/k8s/module")
    git("commit", "-q", "-m", "module")
    moduled = run("git:v1:deploy/k8s", "git:main:deploy/k8s")
    assert "a submodule, which is not read" in " ".join(moduled.stdout.split())


def test_strange_names_of_files() -> None:
    Path("deploy/k8s/a b\n:ü.yaml").write_text(policy("[{port: 81}]", "strange"))
    commit("strange")
    found = run("git:v1", "git:main:deploy/k8s")
    assert outcome(found) == "wider"
    assert "git:main:deploy/k8s/a b\\n:ü.yaml:8:" in found.stdout


def test_a_change_cannot_weaken_policy_and_spec_together_unseen() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 80}, {port: 81}]"))
    Path("netqed.yaml").write_text(WEAK)
    found = run("git:main", "deploy/k8s", "--spec", "git:main:netqed.yaml")
    assert "invariants: 1 of 1 verdict changed" in found.stdout
    assert '"shop/app=cart cannot reach shop/app=api on TCP/81": proved in OLD, refuted in NEW' in found.stdout
    missing = run("git:main", "deploy/k8s", "--spec", "git:main:none.yaml")
    assert missing.exit_code == 3
    assert "no such file or directory in this revision" in missing.stderr
    assert run("git:main", "deploy/k8s", "--spec", "git:main:deploy").exit_code == 3
    assert "passed over" not in run("git:main:", ".", "--spec", "git:main:netqed.yaml").stdout


def test_workloads_of_a_third_input() -> None:
    Path("old.yaml").write_text(policy())
    Path("new.yaml").write_text(policy("[{port: 81}]"))
    alone = run("old.yaml", "new.yaml", "--scope", "now")
    assert outcome(alone) == "equivalent", "there is nobody"
    given = run("old.yaml", "new.yaml", "--scope", "now", "--workloads", "deploy/k8s/pods.yaml")
    assert outcome(given) == "incomparable"
    assert "shop/pod/cart -> shop/pod/api  TCP/81" in given.stdout or "shop/cart -> shop/api  TCP/81" in given.stdout
    assert run("-", "new.yaml", "--workloads", "-").exit_code == 3


def test_limits_say_what_they_leave_out() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 80}, {port: 81}, {protocol: UDP, port: 81}]"))
    cut = run("git:main", "deploy/k8s", "--limit", "1")
    assert "1 more family left out by --limit" in cut.stdout
    assert cut.exit_code == 1


def test_json_conforms_and_files_are_written() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 81}]"))
    spec = ("--spec", "netqed.yaml", "--require", "no-new-access")
    found = run("git:main", "deploy/k8s", *spec, "-o", "json=d.json", "-o", "markdown=d.md", "--rlimit", "50000000")
    assert outcome(found) == "incomparable"
    value = json.loads(Path("d.json").read_text())
    validator = jsonschema.Draft202012Validator(difference_schema())
    validator.validate(value)
    assert (value["outcome"], value["exitCode"], value["required"]["holds"]) == ("incomparable", 1, False)
    assert Path("d.md").read_text().startswith("<!-- netqed-diff -->\n")
    for args in (("--rlimit", "1"), ("--limit", "0"), ()):
        validator.validate(json.loads(run("git:main", "git:main:deploy/k8s", *args, "-o", "json").stdout))
        validator.validate(json.loads(run("git:main", "deploy/k8s", *args, "-o", "json").stdout))


def test_an_explanation_is_text_or_json_only() -> None:
    refused = CliRunner().invoke(cli, ["explain", "shop", "shop", "deploy/k8s", "-o", "markdown"])
    assert refused.exit_code == 3
    assert "expected text or json" in refused.stderr


def test_other_commands_read_revisions_too() -> None:
    Path("deploy/k8s/policy.yaml").write_text(policy("[{port: 81}]"))
    proved = CliRunner().invoke(cli, ["check", "git:main:deploy/k8s", "--spec", "netqed.yaml"])
    assert (proved.exit_code, proved.stderr) == (0, "")


def test_unknown_policies_are_refused_or_passed_over() -> None:
    strange = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: shop}\nspec: {}\n"
    Path("deploy/k8s/cilium.yaml").write_text(strange)
    assert run("git:main", "deploy/k8s").exit_code == 3
    passed = run("git:main", "deploy/k8s", "--ignore-unknown-policies", "CiliumNetworkPolicy")
    assert "(ignoring 1 object)" in " ".join(passed.stdout.split())
