"""The step of action.yml that installs netqed, in an environment of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from runner import fail, output, stated


def requirement(action: Path) -> list[str]:
    """What pip is to install: a release, else this repository with the versions that it was tested with."""
    version = stated("VERSION")
    if not version:
        return ["-c", str(action / "constraints.txt"), str(action)]
    if not re.fullmatch(r"\d[0-9A-Za-z.+!-]*", version, re.ASCII):
        fail(f"version is {version!r}: expected one such as 0.1.0")
    return [f"netqed=={version}"]


def main() -> int:
    """Install netqed; the exit code of what failed, else 0."""
    wanted = requirement(Path(os.environ["GITHUB_ACTION_PATH"]))
    place = Path(os.environ["RUNNER_TEMP"]) / "netqed"
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    # -I: nothing that lies in the checkout is imported.
    for run in (
        [sys.executable, "-I", "-m", "venv", "--clear", str(place)],
        [str(programs / "python"), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
    ):
        code = subprocess.run(run, check=False).returncode
        if code != 0:
            return code
    output("program", str(programs / "netqed"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
