"""Wrong, broken and hostile input: one clear error with its place, no traceback, no verdict."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli

SPEC = "invariants:\n  - shop cannot reach shop\n"
GOOD = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: api, image: api}]}
---
"""


def policy(spec: str) -> str:
    """A policy in shop; what is given, the fields of its spec, begins on line 5 of the file."""
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec:\n{spec}"
    )


@dataclass(frozen=True)
class Case:
    """A file's content, the place of the one error (`line:column`, as a pattern), and words that it must hold."""

    name: str
    content: str | bytes
    place: str
    words: tuple[str, ...]


POLICIES = (
    Case(
        "a wrong indent turns a selector into an unknown field",
        policy("  podSelector: {}\n  ingress:\n    - from:\n        - namespaceSelector: {}\n      podSelector: {}\n"),
        "9:7",
        ("podSelector", "unknown field"),
    ),
    Case(
        "a port that is a quoted number",
        policy('  podSelector: {}\n  ingress:\n    - ports:\n        - port: "80"\n'),
        r"8:\d+",
        ('"80"', "quot"),
    ),
    Case(
        "endPort below port",
        policy("  podSelector: {}\n  ingress:\n    - ports:\n        - {port: 8080, endPort: 80}\n"),
        r"8:\d+",
        ("endPort", "8080"),
    ),
    Case(
        "an ipBlock with a selector beside it",
        policy(
            "  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/8}\n"
            "          podSelector: {}\n"
        ),
        r"[89]:\d+",
        ("ipBlock", "podSelector"),
    ),
    Case(
        "an except outside its CIDR",
        policy(
            "  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock:\n            cidr: 10.0.0.0/8\n"
            "            except: [192.168.0.0/16]\n"
        ),
        r"10:\d+",
        ("192.168.0.0/16", "10.0.0.0/8"),
    ),
    Case(
        "an unknown operator",
        policy("  podSelector:\n    matchExpressions:\n      - {key: app, operator: Equals, values: [api]}\n"),
        r"7:\d+",
        ("Equals", "NotIn"),
    ),
    Case(
        "a duplicate key",
        policy("  podSelector: {matchLabels: {app: api}}\n  podSelector: {}\n"),
        "6:3",
        ("podSelector", "twice|duplicate|already"),
    ),
    Case(
        "a peer that names nothing",
        policy("  podSelector: {}\n  ingress:\n    - from:\n        - {}\n"),
        r"8:\d+",
        ("podSelector|peer",),
    ),
    Case(
        "an unknown policy type",
        policy("  podSelector: {}\n  policyTypes: [ingress]\n"),
        r"6:\d+",
        ("ingress", "Ingress"),
    ),
    Case(
        "an unknown protocol",
        policy("  podSelector: {}\n  ingress:\n    - ports:\n        - {protocol: tcp, port: 80}\n"),
        r"8:\d+",
        ("tcp", "TCP"),
    ),
    Case(
        "a port out of range",
        policy("  podSelector: {}\n  ingress:\n    - ports:\n        - {port: 65536}\n"),
        r"8:\d+",
        ("65536",),
    ),
    Case(
        "a label's value that is a number",
        policy("  podSelector: {matchLabels: {release: 1}}\n"),
        r"5:\d+",
        ("release|1", "string|text|quote"),
    ),
    Case(
        "a list where an object belongs",
        policy("  podSelector: []\n"),
        r"5:\d+",
        ("podSelector|object|mapping",),
    ),
    Case(
        "a policy kind that is not supported",
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {}\n",
        r"1:1|2:\d+",
        ("NetworkPolicy", "projectcalico.org"),
    ),
    Case(
        "a policy kind that nobody knows",
        "apiVersion: example.com/v1\nkind: EdgeNetworkPolicy\nmetadata: {name: p}\nspec: {}\n",
        r"1:1|2:\d+",
        ("EdgeNetworkPolicy",),
    ),
)

DOCUMENTS = (
    Case("a file cut short", policy("  podSelector: {matchLabels: {app: api"), r"[56]:\d+", ("",)),
    Case("a tab as indent", "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: api\n", r"4:\d+", ("",)),
    Case("an object without a kind", "apiVersion: v1\nmetadata: {name: api}\n", r"1:1", ("kind",)),
    Case(
        "an object without a name",
        "apiVersion: v1\nkind: Namespace\nmetadata: {labels: {a: b}}\n",
        r"\d+:\d+",
        ("name",),
    ),
    Case(
        "a template that nobody rendered",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        r"4:\d+",
        ("template|render",),
    ),
    Case(
        "a tag",
        "apiVersion: v1\nkind: Pod\nmetadata: !!python/object:os.system {name: api}\n",
        r"3:\d+",
        ("tag|python",),
    ),
)


def run(*args: str) -> Result:
    """The command, in this process, with standard output and error apart."""
    return CliRunner().invoke(cli, list(args), catch_exceptions=False)


def check(folder: Path, *paths: Path, spec: str = SPEC) -> Result:
    """`netqed check` with a spec that lies outside the folder of the manifests."""
    file = folder / "netqed.yaml"
    file.write_text(spec, encoding="utf-8")
    return run("check", *[str(path) for path in paths], "--spec", str(file))


def errors(result: Result) -> list[str]:
    """The errors, each with its lines."""
    return [part for part in re.split(r"^(?=error: )", result.stderr, flags=re.MULTILINE) if part.startswith("error: ")]


def assert_refused(result: Result, count: int = 1) -> list[str]:
    """Exit 3, no verdict on standard output, no traceback, and `count` errors, which are returned."""
    assert result.exit_code == 3, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    found = errors(result)
    assert len(found) == count, result.stderr
    return found


@pytest.mark.parametrize("case", POLICIES + DOCUMENTS, ids=lambda case: case.name)
def test_one_clear_error_with_its_place(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "k8s" / "policy.yaml"
    file.parent.mkdir()
    (file.parent / "good.yaml").write_text(GOOD, encoding="utf-8")
    file.write_bytes(case.content.encode() if isinstance(case.content, str) else case.content)
    (error,) = assert_refused(check(tmp_path, file.parent))
    assert re.search(rf"--> {re.escape(str(file))}:({case.place})$", error, re.MULTILINE), error
    for word in case.words:
        assert re.search(word, error), error


def test_all_errors_of_a_run_are_listed(tmp_path: Path) -> None:
    names = [f"name: p{number}" for number in range(len(POLICIES))]
    texts = [str(case.content).replace("name: p", name) for case, name in zip(POLICIES, names, strict=True)]
    (tmp_path / "a.yaml").write_text(GOOD + "---\n".join(texts), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(str(POLICIES[0].content), encoding="utf-8")
    found = assert_refused(check(tmp_path, tmp_path / "a.yaml", tmp_path / "b.yaml"), len(POLICIES) + 1)
    assert found == sorted(found, key=lambda error: "b.yaml" in error)


def test_a_document_after_a_syntax_error_is_still_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [\n---\n" + str(POLICIES[0].content), encoding="utf-8")
    assert_refused(check(tmp_path, file), 2)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    lines = [
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata: {name: bomb}",
        "data:",
        "  a0: &a0 [x, x, x, x, x, x, x, x, x]",
    ]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (error,) = assert_refused(check(tmp_path, file))
    assert str(file) in error
    assert re.search("alias", error)


def test_a_deep_document_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("a: " + "[" * 100_000, encoding="utf-8")
    (error,) = assert_refused(check(tmp_path, file))
    assert str(file) in error


def test_a_binary_file_on_the_command_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe")
    (error,) = assert_refused(check(tmp_path, file))
    assert str(file) in error


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (error,) = assert_refused(check(tmp_path, tmp_path / "nothing.yaml"))
    assert "nothing.yaml" in error


def test_an_empty_directory_is_never_a_success(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = check(tmp_path, tmp_path / "empty")
    assert result.exit_code in (3, 4)
    assert "Traceback" not in result.output


# Permissions do not stop root, and CI is root: for it the next test lets the system refuse instead.
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every directory")
def test_a_directory_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    try:
        (error,) = assert_refused(check(tmp_path, closed))
    finally:
        closed.chmod(0o700)
    assert str(closed) in error


def test_a_directory_that_cannot_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    listing, scanning = os.listdir, os.scandir

    def forbidden(path: object = ".") -> None:
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))

    monkeypatch.setattr(os, "listdir", lambda path=".": (forbidden(path), listing(path))[1])
    monkeypatch.setattr(os, "scandir", lambda path=".": (forbidden(path), scanning(path))[1])
    (error,) = assert_refused(check(tmp_path, closed))
    assert str(closed) in error
    assert "ermission" in error


def test_a_spec_without_invariants_checks_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    result = check(tmp_path, tmp_path / "good.yaml", spec="invariants: []\n")
    assert result.exit_code == 4
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("spec", "place", "words"),
    [
        ("invariants:\n  - shop cannot reach shpo\n", "2:23", ("shpo", "shop")),
        ("invariants:\n  - shop cannot raech shop\n", "2:17", ("raech",)),
        ("invariants:\n  - shop cannot reach shop/api\n", r"2:\d+", ("shop/pod/api", "shop/app=api")),
        ("invariant:\n  - shop cannot reach shop\n", "1:1", ("invariant", "invariants")),
        ("invariants:\n  - shop cannot reach shop on TCP/99999\n", r"2:\d+", ("99999|65535",)),
        ("invariants: [shop cannot reach shop]\nassume: [no pod in shop has app=api]\n", r"2:\d+", ("api",)),
        (
            "invariants: [shop cannot reach shop]\nassume: [no pod in shop has a=b, every pod in shop has a=b]\n",
            r"2:\d+",
            ("",),
        ),
        ("invariants: [\n", r"[12]:\d+", ("",)),
    ],
    ids=["name", "word", "slash", "key", "port", "violated assumption", "contradiction", "syntax"],
)
def test_errors_point_into_the_spec(tmp_path: Path, spec: str, place: str, words: tuple[str, ...]) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    result = check(tmp_path, tmp_path / "good.yaml", spec=spec)
    assert result.exit_code == 3, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    error = "".join(errors(result))
    assert re.search(rf"netqed\.yaml:({place})$", error, re.MULTILINE), error
    for word in words:
        assert re.search(word, error), error


@pytest.mark.parametrize(
    "args", [["check", "--nonsense"], ["chekc"], ["check", "--scope", "never"], ["prove"], ["eval"]], ids=" ".join
)
def test_wrong_usage_is_exit_3(args: list[str]) -> None:
    result = run(*args)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert len(errors(result)) == 1
