"""netqed as a plugin of kubectl: the programs that kubectl finds by their names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netqed.cli.group import COMMANDS
from netqed.report.answer import RESULT_FORMATS
from support.console import ROOT

PROGRAMS = Path(sys.executable).parent


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAMS / program), *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )


def test_it_checks_as_netqed_does() -> None:
    plugin, itself = (run(name, "check", "specs/payments-broken", "-q") for name in ("kubectl-netqed", "netqed"))
    assert plugin.returncode == itself.returncode == 1
    assert plugin.stdout.splitlines()[:-1] == itself.stdout.splitlines()[:-1]


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_calls_it_by_the_name_that_is_typed(command: tuple[str, ...]) -> None:
    plugin, itself = (run(name, *command, "--help") for name in ("kubectl-netqed", "netqed"))
    words = " ".join(command)
    assert plugin.stdout.startswith(f"Usage: kubectl netqed {words}".rstrip())
    assert itself.stdout.startswith(f"Usage: netqed {words}".rstrip())
    assert "kubectl netqed" not in itself.stdout
    for line in plugin.stdout.split("Examples:")[-1].split("Exit codes:")[0].splitlines():
        assert line.count("netqed check") == line.count("kubectl netqed check")
        assert not line.startswith("  netqed ")


def test_a_usage_error_names_the_help_that_can_be_typed() -> None:
    done = run("kubectl-netqed", "check", "--no-such-option")
    assert done.returncode == 3
    assert "see `kubectl netqed check --help`" in done.stderr


def completed(*words: str) -> tuple[list[str], str]:
    """The candidates that kubectl is given, without what they mean, and what the shell is to do."""
    done = run("kubectl_complete-netqed", *words)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, directive = done.stdout.splitlines()
    return [line.partition("\t")[0] for line in lines], directive


@pytest.mark.parametrize(
    ("words", "candidates", "directive"),
    [
        ((), list(COMMANDS), ":4"),
        (("",), list(COMMANDS), ":4"),
        (("re",), ["redundant", "render"], ":4"),
        (("check", "--stdin"), ["--stdin-filename"], ":4"),
        (("check", "-o", ""), list(RESULT_FORMATS), ":4"),
        (("check", "-o", "g"), ["github", "gitlab"], ":4"),
        (("check", ""), [], ":0"),
        (("check", "--spec", "k8s/"), [], ":0"),
        (("check", "--scope", ""), ["always", "now"], ":4"),
        (("no-such-command", ""), list(COMMANDS), ":4"),
        (("check", "--no-such-option", "x", ""), [], ":0"),
    ],
)
def test_kubectl_completes_it(words: tuple[str, ...], candidates: list[str], directive: str) -> None:
    assert completed(*words) == (candidates, directive)
