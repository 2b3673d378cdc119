"""Help is quick because it loads nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("z3", "yaml", "lark", "netqed.analysis", "netqed.spec")

SCRIPT = """
import sys
from netqed.cli import cli
try:
    cli.main(sys.argv[2:], prog_name="netqed")
except SystemExit as exit:
    assert exit.code == 0, exit.code
heavy = [name for name in sys.argv[1].split(",") if name in sys.modules]
assert not heavy, heavy
"""


@pytest.mark.parametrize("args", [["--help"], [], ["--version"], ["check", "--help"], ["eval", "-h"], ["version"]])
def test_help_loads_neither_solver_nor_yaml_nor_grammar(args: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, ",".join(HEAVY), *args], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_check_above_can_fail() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import yaml\n" + SCRIPT, ",".join(HEAVY), "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "['yaml']" in done.stderr


def test_help_teaches_examples_and_exit_codes() -> None:
    for command in ("check", "prove", "eval", "init"):
        done = subprocess.run(
            [sys.executable, "-m", "netqed", command, "--help"], capture_output=True, text=True, check=True
        )
        assert "Examples:" in done.stdout
        assert "Exit codes:" in done.stdout
