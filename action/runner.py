"""What the steps of action.yml share: their inputs, their outputs, and running netqed.

Inputs are variables NETQED_*; whatever they hold is data. The standard library suffices.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

BAD_INPUT: Final = 3
"""netqed's exit code for bad input, spec or usage; also that of inputs of the action that are wrong."""

DECIDED: Final = {0: "holds", 1: "fails", 2: "unknown"}
"""The exit codes that mean that there are verdicts."""


def stated(name: str, default: str = "") -> str:
    """The input in the variable NETQED_name; the default where it is empty."""
    return os.environ.get(f"NETQED_{name}", "") or default


def lines(name: str) -> list[str]:
    """The lines of an input that are not blank, each as it is but for a carriage return at its end."""
    return [line for line in (each.removesuffix("\r") for each in stated(name).split("\n")) if line.strip()]


def one_of(name: str, words: Sequence[str]) -> str:
    """An input that has to be one of the words. Ends the step otherwise."""
    word = stated(name, words[0])
    if word not in words:
        fail(f"{name.lower().replace('_', '-')} is {word!r}: expected {' or '.join(each for each in words if each)}")
    return word


def identity() -> str:
    """What tells this use of the action apart: `-NAME`, or nothing. Ends the step where the name is no name."""
    name = stated("NAME")
    if name and not re.fullmatch(r"[A-Za-z0-9._-]+", name, re.ASCII):
        fail(f"name is {name!r}: expected letters, digits, dots, dashes and underscores")
    return f"-{name}" if name else ""


def fail(message: str) -> NoReturn:
    """End the step with an error that GitHub shows."""
    command("error", message)
    sys.exit(BAD_INPUT)


def command(kind: str, message: str) -> None:
    """Write a message as a workflow command: `error`, `warning` or `notice`."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{kind} title=netqed::{escaped}", flush=True)


def output(name: str, value: str | int) -> None:
    """Set an output of the step. What the value holds cannot set another one."""
    mark = uuid.uuid4().hex
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as out:
        out.write(f"{name}<<{mark}\n{value}\n{mark}\n")


def summarize(report: Path) -> None:
    """Add a report in Markdown to the summary of the job."""
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as out:
        out.write(report.read_text(encoding="utf-8"))


def folder() -> Path:
    """A new folder for the reports of a step, outside of the checkout."""
    return Path(tempfile.mkdtemp(prefix="netqed-", dir=os.environ["RUNNER_TEMP"]))


def directory() -> Path:
    """The folder that paths start in. Ends the step where there is none."""
    found = Path(stated("DIRECTORY", "."))
    if not found.is_dir():
        fail(f"working-directory is {str(found)!r}, which is no directory")
    return found


def netqed(*arguments: str) -> int:
    """Run netqed in the directory; its exit code. What it prints goes to the log."""
    return subprocess.run([stated("PROGRAM"), *arguments], cwd=directory(), check=False).returncode


def option(flag: str, value: str) -> list[str]:
    """`FLAG=VALUE`, a single argument so that a value with a leading dash stays one; nothing where it is empty."""
    return [f"{flag}={value}"] if value else []


def comment(file: Path, marker: str, code: int, what: str) -> None:
    """Make the report in `file` the comment of this use; where there are no verdicts, a comment that says so: an older
    one must not stand for them."""
    plain, own = f"<!-- {marker} -->", f"<!-- {marker}{identity()} -->"
    if code in DECIDED and file.is_file():
        text = file.read_text(encoding="utf-8")
        if not text.startswith(f"{plain}\n"):
            fail(f"the {what} has no marker")  # it would be written again on each run
        text = own + text.removeprefix(plain)
    else:
        text = f"{own}\n**Network policies: no {what}.** netqed exited with {code}; the log of the job says why.\n"
    file.write_text(text, encoding="utf-8")
    output("comment-file", str(file))
