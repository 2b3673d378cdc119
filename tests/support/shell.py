"""What is wrong with shell scripts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def shell_faults(script: Path, shell: str) -> str:
    """What shellcheck says of a script, or where it is not installed the shell of its syntax; '' if nothing."""
    program = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which("shellcheck")
    command = [program, f"--shell={shell}"] if program else [shell, "-n"]
    done = subprocess.run([*command, str(script)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
