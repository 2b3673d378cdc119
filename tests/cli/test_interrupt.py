"""Ctrl-C: what was decided is shown, and cannot be taken for a whole report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BROKEN = "specs/payments-broken"

INTERRUPTED = """
import sys
from netqed.analysis.verdicts import Judge
from netqed.cli import cli

decide, left = Judge.result, [int(sys.argv[1])]

def result(self, stated):
    if not left[0]:
        raise KeyboardInterrupt
    left[0] -= 1
    return decide(self, stated)

Judge.result = result
cli.main(sys.argv[2:])
"""

MAPPING = """
import sys
from netqed.analysis import reach_map
from netqed.cli import cli

def interrupted(*_, **__):
    raise KeyboardInterrupt

reach_map.reach_map = interrupted
cli.main(sys.argv[1:])
"""

SEARCHING = """
import os, signal, threading
from netqed_smt.solver import Solver

signal.signal(signal.SIGINT, signal.default_int_handler)
solver = Solver(2**32 - 1)
bits = [solver.boolean(f"pigeon {p} in hole {h}") for p in range(14) for h in range(13)]
for pigeon in range(14):
    solver.require(solver.disjunction(bits[pigeon * 13 : pigeon * 13 + 13]))
for hole in range(13):
    for one in range(14):
        for two in range(one):
            solver.require(solver.negation(solver.conjunction((bits[one * 13 + hole], bits[two * 13 + hole]))))
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    print(solver.check([]))
except KeyboardInterrupt:
    print("interrupted")
"""


def run(program: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *args], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )


def interrupted(after: int, *args: str) -> subprocess.CompletedProcess[str]:
    """`netqed ARGS`, interrupted when so many invariants are decided."""
    return run(INTERRUPTED, str(after), *args)


def test_verdicts_so_far_are_shown() -> None:
    done = interrupted(3, "check", BROKEN)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (130, "")
    assert [line for line in lines if line.startswith(("error", "proved"))] == [
        'error[NQ001]: refuted: "analytics cannot reach payments"',
        'error[NQ001]: refuted: "only checkout can reach payments-api"',
        'proved: "internet cannot reach payments"  [every possible pod]',
    ]
    assert "namespaceSelector" in done.stdout
    assert lines[-1] == "interrupted: 3 of 9 invariants were decided"


def test_nothing_looks_like_a_whole_report() -> None:
    out = interrupted(3, "check", BROKEN).stdout
    assert "what this answer rests on" not in out
    assert "9 invariants:" not in out
    assert "3 invariants:" not in out


def test_quiet_leaves_out_what_holds() -> None:
    out = interrupted(3, "check", BROKEN, "-q").stdout
    assert "proved" not in out
    assert "3 of 9 invariants were decided" in out


@pytest.mark.parametrize("command", [("check", BROKEN), ("prove", "analytics cannot reach payments", BROKEN)])
def test_before_the_first_verdict_there_is_nothing_to_show(command: tuple[str, ...]) -> None:
    done = interrupted(0, *command)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted: nothing was decided")


def test_no_report_for_programs_is_written(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    beside = interrupted(3, "check", BROKEN, "-o", f"json={file}")
    alone = interrupted(3, "check", BROKEN, "-o", "json")
    assert not file.exists()
    assert "interrupted: 3 of 9" in beside.stdout
    assert (alone.returncode, alone.stdout, alone.stderr.strip()) == (130, "", "interrupted: no report was written")


def test_a_page_is_not_written_without_its_map(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    beside = run(MAPPING, "check", BROKEN, "-o", f"html={file}")
    alone = run(MAPPING, "check", BROKEN, "-o", "html")
    assert not file.exists()
    assert (beside.returncode, beside.stdout.splitlines()[-1]) == (130, "interrupted: 9 of 9 invariants were decided")
    assert (alone.returncode, alone.stdout, alone.stderr.strip()) == (130, "", "interrupted: no report was written")


def test_the_verdicts_of_inputs_before_are_shown(tmp_path: Path) -> None:
    spec = tmp_path / "netqed.yaml"
    manifests = ROOT / BROKEN / "manifests"
    spec.write_text(
        f"inputs: {{one: ['{manifests}'], two: ['{manifests}']}}\n"
        "invariants: [analytics cannot reach payments, internet cannot reach payments]\n",
        encoding="utf-8",
    )
    lines = interrupted(2, "check", "--spec", str(spec)).stdout.splitlines()
    assert "== one ==" in lines
    assert "== two ==" not in lines
    assert lines[-1] == "interrupted: 2 of 4 invariants were decided"


def test_ctrl_c_in_the_middle_of_a_search_is_no_unknown() -> None:
    """The solver takes the signal for itself, and answers as if its budget had run out."""
    done = run(SEARCHING)
    assert (done.stdout.strip(), done.stderr) == ("interrupted", "")
