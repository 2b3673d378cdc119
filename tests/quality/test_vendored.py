"""Code of others is what its table says, unchanged, with its licence, and is installed with netqed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import netqed
from support.console import ROOT

VENDOR = Path(netqed.__file__).parent / "vendor"
ROW = re.compile(r"\| `(?P<folder>[a-z]+)/` \| .* \| (?P<version>[\d.]+) \| MIT .* \| `(?P<digest>[0-9a-f]{64})` \|")


def test_it_is_what_the_table_says() -> None:
    rows = [
        row for line in (VENDOR / "README.md").read_text(encoding="utf-8").splitlines() if (row := ROW.fullmatch(line))
    ]
    assert {row["folder"] for row in rows} == {one.name for one in VENDOR.iterdir() if one.is_dir()} == {"cytoscape"}
    for row in rows:
        code = (VENDOR / row["folder"] / "cytoscape.min.js").read_bytes()
        assert hashlib.sha256(code).hexdigest() == row["digest"]
        assert f'version="{row["version"]}"'.encode() in code
        assert b"</script" not in code.lower() and b"<!--" not in code
        assert "free of charge" in (VENDOR / row["folder"] / "LICENSE").read_text(encoding="utf-8")


def test_the_page_s_own_code_can_stand_in_it_and_writes_texts_only() -> None:
    parts = list((Path(netqed.__file__).parent / "report" / "page").iterdir())
    assert {one.suffix for one in parts} == {".css", ".html", ".js"}
    for part in parts:
        if part.suffix == ".js":
            code = part.read_text(encoding="utf-8")
            assert "</script" not in code.lower() and "<!--" not in code
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", code)


def test_every_file_is_installed() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{pattern}"' in settings for pattern in ("report/page/*", "vendor/*/*.js", "vendor/*/LICENSE"))
