"""The text report of a refutation is enough to find the line to edit: without options it names that place, and no
others beside the one of the other direction."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import assert_never

import pytest
from click.testing import CliRunner

from netqed.cli import cli
from support.blames import BLAMES, EXAMPLES, Blame, Edit, Isolate, Nothing
from support.console import ROOT
from support.corpus import CORPUS, FLUX_WITH_PODS, FOLDERS, RECIPES, Folder, needs_corpus

FINDING = re.compile(r'^(?:error|warning)\[NQ\d+\]: (\w+)[^"]*"(.*)"$', re.MULTILINE)
ARROW = re.compile(r"^  --> (\S+?:\d+):\d+   \S", re.MULTILINE)
READ = {folder.name: folder for folder in (*FOLDERS, FLUX_WITH_PODS, *RECIPES)}
ROWS = [(name, title) for name, rows in BLAMES.items() for title in rows]


def sections(arguments: list[str], folder: Path) -> dict[str, str]:
    """By title, the part of the report that speaks of a refuted invariant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run = CliRunner().invoke(cli, ["check", *arguments], terminal_width=100)
    assert run.exit_code in (0, 1), run.output
    parts = re.split(r"^(?=(?:error|warning)\[NQ|proved: |accepted: )", run.stdout, flags=re.MULTILINE)
    found = [(FINDING.match(part), part) for part in parts]
    return {match[2]: part for match, part in found if match is not None and match[1] == "refuted"}


@cache
def of_corpus(folder: Folder) -> dict[str, str]:
    return sections([*folder.arguments, "--spec", str(folder.spec)], CORPUS)


def element(root: Path, place: str) -> str:
    """The line at the place, without its comment."""
    file, _, line = place.rpartition(":")
    text = (root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    return re.sub(r"\s+#.*", "", text).strip()


def hold(section: str, blame: Blame, root: Path, path: str) -> None:
    """That the section says what the row says, in so many places."""

    def whole(place: str) -> str:
        return f"{path}/{place}" if ":" in place else f"{path}:{place}"

    places = ARROW.findall(section)
    flat = " ".join(section.split())
    match blame:
        case Edit(place, line, beside):
            assert element(root, whole(place)) == line
            assert sorted(places) == sorted(whole(one) for one in (place, beside) if one is not None), section
        case Isolate(what, at):
            space, direction = what.split()
            assert places == ([] if at is None else [whole(at)]), section
            assert f"= to fix: isolate {direction} of namespace {space}: add a NetworkPolicy there" in flat
        case Nothing(why):
            assert places == []
            assert why in flat and "= to settle it:" in flat, section
        case _ as never:
            assert_never(never)


@needs_corpus
@pytest.mark.parametrize(("name", "title"), ROWS, ids=[f"{name}: {title}" for name, title in ROWS])
def test_the_report_names_the_line_to_edit(name: str, title: str) -> None:
    folder = READ[name]
    hold(of_corpus(folder)[title], BLAMES[name][title], CORPUS, folder.path)


@needs_corpus
@pytest.mark.parametrize("folder", READ.values(), ids=lambda folder: folder.name)
def test_every_refuted_invariant_has_a_row(folder: Folder) -> None:
    assert set(of_corpus(folder)) == set(BLAMES.get(folder.name, {}))


@pytest.mark.parametrize("example", sorted(one.name for one in (ROOT / "specs").iterdir() if one.is_dir()))
def test_so_do_the_reports_on_the_examples(example: str) -> None:
    found = sections([f"specs/{example}"], ROOT)
    assert set(found) == set(EXAMPLES.get(example, {}))
    for title, section in found.items():
        hold(section, EXAMPLES[example][title], ROOT, f"specs/{example}")
        assert "put podSelector under the same item as namespaceSelector" in " ".join(section.split())
