"""The `python` blocks of a page: one session, run in the order of the page in a folder that holds `specs/`.

What a block prints stands in the `text` block right below it; one without such a block prints nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.console import ROOT

_BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One block: the line that its code begins on, its code, and what it is said to print."""

    line: int
    code: str
    prints: str


def steps(page: Path) -> list[Step]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Step(text.count("\n", 0, m.start()) + 2, m[1], m[2] or "") for m in _BLOCK.finditer(text)]


def session(page: Path, folder: Path) -> list[str]:
    """What each block of the page prints, run one after the other in `folder`."""
    names: dict[str, Any] = {"__name__": "session"}
    printed: list[str] = []
    before = Path.cwd()
    os.chdir(folder)
    try:
        for step in steps(page):
            out = io.StringIO()
            code = compile("\n" * (step.line - 1) + step.code, str(page.relative_to(ROOT)), "exec")
            with contextlib.redirect_stdout(out):
                exec(code, names)
            printed.append(out.getvalue())
    finally:
        os.chdir(before)
    return printed


def rewritten(page: Path, printed: list[str]) -> str:
    """The page's text with what its blocks print."""
    outputs = iter(printed)

    def block(found: re.Match[str]) -> str:
        output = next(outputs)
        shown = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{found[1]}```\n{shown}"

    return _BLOCK.sub(block, page.read_text(encoding="utf-8"))
