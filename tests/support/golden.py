"""Comparison with golden files. `NETQED_UPDATE_GOLDEN=1` writes them anew, to be read before they are committed."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """The text is that of tests/golden/NAME, to the letter."""
    file = FOLDER / name
    if os.environ.get("NETQED_UPDATE_GOLDEN") == "1":
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"no {file}: run with NETQED_UPDATE_GOLDEN=1 and read what it wrote"
    assert text == file.read_text(encoding="utf-8")
