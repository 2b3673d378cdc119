"""What the pages show is what the program prints, and where they point there is something.

`NETQED_UPDATE_DOCS=1` writes the blocks that hold no `[...]` anew, to be read before they are committed.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from support.console import ROOT, SKIP, Block, agrees, blocks, pages, transcript

BLOCKS = [block for page in pages() for block in blocks(page)]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples, as a user finds them in a clone."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_console_blocks_are_what_the_program_prints(block: Block, folder: Path) -> None:
    actual = transcript(block, folder)
    if os.environ.get("NETQED_UPDATE_DOCS") == "1" and SKIP not in block.text:
        page = block.page.read_text(encoding="utf-8")
        block.page.write_text(
            page.replace(f"```console\n{block.text}```", f"```console\n{actual}```"), encoding="utf-8"
        )
        return
    assert agrees(block.text, actual), actual


def test_the_readme_shows_both_examples() -> None:
    shown = "".join(block.text for block in BLOCKS if block.page.name == "README.md" and block.page.parent == ROOT)
    assert "$ netqed check specs/payments\n" in shown
    assert "$ netqed check specs/payments-broken\n" in shown


def test_every_command_of_a_block_starts_after_a_prompt() -> None:
    assert all(block.text.startswith("$ ") for block in BLOCKS)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


def test_every_page_of_the_manual_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md" and f"]({p.name})" not in index] == []


def test_the_readme_gives_the_figures_that_were_measured() -> None:
    """Sizes, ratio and memory are those of docs/performance.md."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    measured = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    sizes = re.search(
        r"^([\d,]+) pods in [\d,]+ namespaces, ([\d,]+) policies, ([\d,]+) invariants;", measured, re.MULTILINE
    )
    memory = re.search(r"^\| `netqed check` \|.*\| (\d+ MB) \|$", measured, re.MULTILINE)
    ratio = re.search(r"to PyYAML's reading alone is (\d+\.\d+)\.", measured)
    assert sizes and memory and ratio
    pods, policies, invariants = sizes.groups()
    said = (
        f"Checking {invariants} invariants over a dump of {pods} pods and {policies} policies took {ratio[1]} of the "
        f"time that PyYAML's C loader needs to read the same file, and {memory[1]}."
    )
    assert said in readme
    assert readme.count(" MB") == 1
