"""The `console` blocks of the documentation: what they claim, and what the program prints.

A block holds commands, each after `$ `, and under each its output, both streams together. A line `[...]` stands for any
number of lines. Commands run in bash, in a folder that holds a copy of `specs/`; `$?` is the code of the command
before. Durations and digests differ from run to run and are compared as `0.00 s` and `sha256:…`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SKIP = "[...]"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its page, the line that it begins on, and its text between the fences."""

    page: Path
    line: int
    text: str

    @property
    def name(self) -> str:
        """For test ids: `README.md:24`."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "specs").glob("*/README.md"))]


def blocks(page: Path) -> list[Block]:
    """The console blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, text.count("\n", 0, m.start()) + 1, m.group(1)) for m in _BLOCK.finditer(text)]


def transcript(block: Block, folder: Path) -> str:
    """What the block would be if its commands were run now, in `folder`."""
    code = 0
    lines: list[str] = []
    for command in (line[2:] for line in block.text.splitlines() if line.startswith("$ ")):
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "CI": "1",
        }
        done = subprocess.run(
            ["bash", "-c", f"(exit {code})\n{command}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        code = done.returncode
        lines += [f"$ {command}", *done.stdout.splitlines()]
    return "".join(f"{line}\n" for line in lines)


def settled(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"\b\d+(\.\d+)? (ms|s)$", "0.00 s", text, flags=re.MULTILINE)
    return re.sub(r"sha256:[0-9a-f]+", "sha256:…", text)


def agrees(claimed: str, actual: str) -> bool:
    """Whether the claimed transcript is the actual one, once `[...]` may stand for any lines."""
    parts = settled(claimed).split(f"{SKIP}\n")
    pattern = "(?:.*\n)*".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, settled(actual)) is not None
