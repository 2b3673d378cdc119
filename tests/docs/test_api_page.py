"""docs/api.md is about `netqed.api` as it is: its examples run and are typed, its names are those that there are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from netqed import api, report
from support.console import ROOT, settled
from support.sessions import rewritten, session, steps

PAGE = ROOT / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_its_examples_print_what_stands_below_them(folder: Path) -> None:
    printed = session(PAGE, folder)
    if os.environ.get("NETQED_UPDATE_DOCS") == "1":
        PAGE.write_text(rewritten(PAGE, printed), encoding="utf-8")
        return
    for step, output in zip(steps(PAGE), printed, strict=True):
        assert settled(output) == settled(step.prints), f"docs/api.md:{step.line}"


def test_every_code_block_is_an_example_or_its_output() -> None:
    fences = re.findall(r"^```(\w+)", TEXT, re.MULTILINE)
    shown = [step for step in steps(PAGE) if step.prints]
    assert (fences.count("python"), fences.count("text")) == (len(steps(PAGE)), len(shown))
    assert set(fences) == {"python", "text"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment in which netqed is an installed package, as a user's type checker finds it."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", symlinks=True)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "netqed").symlink_to(ROOT / "verifier" / "netqed")
    (site / "netqed_smt").symlink_to(ROOT / "encodings" / "netqed_smt")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder


def _types(script: str, installed: Path) -> str:
    """What mypy says of a user's script."""
    (installed / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", "venv/bin/python", "script.py"],
        cwd=installed,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def test_its_examples_are_typed(installed: Path) -> None:
    assert "Success" in _types("\n".join(step.code for step in steps(PAGE)), installed)


MATCHING = """\
from netqed.api import Proved, Refuted, Result, Unknown, Vacuous, Verdict
from typing import assert_never

def holds(result: Result) -> bool:
    verdict: Verdict = result.verdict
    match verdict:
        case Proved():
            return True
        case Refuted() | Vacuous():
            return False
        case Unknown():
            return False
        case _ as never:
            assert_never(never)
"""


def test_a_match_over_verdicts_is_checked_to_be_exhaustive(installed: Path) -> None:
    assert "Success" in _types(MATCHING, installed)
    assert "assert_never" in _types(MATCHING.replace(" | Vacuous()", ""), installed)


def test_a_type_checker_knows_which_names_there_are(installed: Path) -> None:
    assert "Success" in _types(f"from netqed.api import {', '.join(api.__all__)}\n", installed)
    assert "no attribute" in _types("from netqed.api import Prooved\n", installed)


def _listed() -> set[str]:
    """The names that the tables of "Every name" list."""
    section = TEXT.split("## Every name")[1].split("## ")[0]
    cells = [row.split(" | ")[0] for row in section.splitlines() if row.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_name_is_listed_and_there_is_no_other() -> None:
    assert _listed() == set(api.__all__)


def test_what_it_names_of_the_modules_is_there() -> None:
    named = set(re.findall(r"(?<![-\w])api\.([A-Za-z_]+)", TEXT))
    assert named <= set(api.__all__)
    assert set(re.findall(r"netqed\.report\.(\w+)", TEXT)) <= set(report.__all__)


def test_every_setting_is_listed() -> None:
    section = TEXT.split("## Settings")[1].split("## ")[0]
    rows = [row.split(" | ")[0] for row in section.splitlines() if row.startswith("| `")]
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(api.Settings.__dataclass_fields__)


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_can_be_imported_and_is_documented_in_the_code(name: str) -> None:
    found = getattr(api, name)
    assert name in dir(api)
    if callable(found) and hasattr(found, "__module__") and found.__module__.startswith("netqed"):
        assert found.__doc__ and not found.__doc__.startswith(f"{name}("), name


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="Prooved"):
        _ = api.Prooved
