"""Every seeded mutant is killed by a fast part of the laws, and the program as it is survives it."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from mutants.maps import MAP_MUTANTS
from mutants.matters import MATTER_MUTANTS
from mutants.mutants import MUTANTS, Mutant
from mutants.parts import PART_MUTANTS
from mutants.ties import TIE_MUTANTS
from netqed.plugins.matters import Matter

ROOT = Path(__file__).parents[2]
SOURCES = ("verifier", "encodings")
KILLED = 10


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of both packages that mutants are made in, compiled: what is not mutated need not be compiled each time.

    By its hash a source is known to be changed; its time and size may be those of the original.
    """
    target = tmp_path_factory.mktemp("mutants")
    for name in SOURCES:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    assert compileall.compile_dir(target, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    yield target


SEEDED = {
    "matters": (*MUTANTS, *MATTER_MUTANTS),
    "differences": TIE_MUTANTS,
    "redundancies": PART_MUTANTS,
    "maps": MAP_MUTANTS,
}
"""Mutants by the law that is most likely to kill them, and so is run first."""


def run_laws(copy: Path, first: str) -> subprocess.CompletedProcess[str]:
    """The laws against the packages of the copy, until one fails."""
    path = os.pathsep.join([*(str(copy / name) for name in SOURCES), str(ROOT / "tests")])
    probe = "import netqed, netqed_smt, runpy, sys; assert {0!r} in netqed.__file__ and {0!r} in netqed_smt.__file__; "
    code = (
        probe.format(str(copy)) + f"runpy.run_path({str(Path(__file__).with_name('kill.py'))!r}, run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code, first],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_itself_survives(copy: Path) -> None:
    """Without a mutation the laws hold: what kills a mutant is the mutation."""
    done = run_laws(copy, "matters")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_matter_has_a_mutant() -> None:
    names = " ".join(mutant.name for mutant in MATTER_MUTANTS)
    assert [matter.value for matter in Matter if f"{matter.value}:" not in names] == []


@pytest.mark.parametrize(
    ("first", "mutant"),
    [pytest.param(law, mutant, id=mutant.name) for law, mutants in SEEDED.items() for mutant in mutants],
)
def test_the_laws_kill(first: str, mutant: Mutant, copy: Path) -> None:
    """A law fails when the fault is in the program."""
    file = copy / mutant.file
    original = file.read_text(encoding="utf-8")
    found = original.count(mutant.before)
    assert found == 1, f"the snippet occurs {found} times in {mutant.file}: state the mutant anew"
    file.write_text(original.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        done = run_laws(copy, first)
    finally:
        file.write_text(original, encoding="utf-8")
    assert done.returncode != 0, f"{mutant.name} survives"
    assert done.returncode == KILLED, f"the mutant does not run: {done.stdout}{done.stderr}"
