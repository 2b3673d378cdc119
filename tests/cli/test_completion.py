"""Shells complete netqed: bash for real, and each by the protocol of its script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from netqed.cli import cli
from netqed.cli.group import COMMANDS
from netqed.report.answer import RESULT_FORMATS

ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def script(shell: str) -> str:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_scripts(shell: str, tmp_path: Path) -> None:
    text = script(shell)
    assert "_NETQED_COMPLETE" in text and text.endswith("\n") and "%(" not in text
    program = shutil.which(shell)
    if program is not None:
        (tmp_path / "script").write_text(text)
        done = subprocess.run([program, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_no_other_shells() -> None:
    assert CliRunner().invoke(cli, ["completion", "tcsh"]).exit_code == 3


def in_bash(folder: Path, *words: str) -> list[str]:
    """What bash offers at the end of the words; `<files>` where it falls back to its own completion of files."""
    (folder / "script").write_text(script("bash"))
    quoted = " ".join(f"'{word}'" for word in words)
    program = f"""\
compopt() {{ files='<files>'; }}
complete() {{ :; }}
source ./script
COMP_WORDS=({quoted})
COMP_CWORD={len(words) - 1}
_netqed_completion netqed
printf '%s\\n' "${{COMPREPLY[@]}}" $files
"""
    done = subprocess.run(
        ["bash", "-c", program], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.split("\n") if line]


def test_bash_completes_commands_options_formats_and_files(tmp_path: Path) -> None:
    assert in_bash(tmp_path, "netqed", "") == list(COMMANDS)
    assert in_bash(tmp_path, "netqed", "ren") == ["render"]
    assert "--stdin-filename" in in_bash(tmp_path, "netqed", "check", "--s")
    assert in_bash(tmp_path, "netqed", "check", "-o", "") == list(RESULT_FORMATS)
    assert in_bash(tmp_path, "netqed", "diff", "-o", "g") == ["github", "gitlab"]
    assert in_bash(tmp_path, "netqed", "explain", "-o", "") == ["text", "json"]
    assert in_bash(tmp_path, "netqed", "check", "k8s")[-1] == "<files>"
    assert in_bash(tmp_path, "netqed", "check", "--spec", "x")[-1] == "<files>"
    assert in_bash(tmp_path, "netqed", "completion", "") == ["bash", "zsh", "fish"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_answered(shell: str) -> None:
    """What their scripts run: the words and the place of the cursor go in by the environment."""
    words = {"COMP_WORDS": "netqed re", "COMP_CWORD": "1" if shell == "zsh" else "re"}
    done = subprocess.run(
        ["netqed"],
        env={**ENVIRONMENT, **words, "_NETQED_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "render" in done.stdout
    assert "explain" not in done.stdout
