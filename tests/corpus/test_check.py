"""`netqed check` on real policy sets: every verdict that their specs expect, with its witness and the lines to blame.

The specs say beside each invariant which policy, rule and line decides it; a verdict that differs is to be settled
against the YAML, not against the program.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

from netqed.cli import cli
from support.corpus import CORPUS, FLUX_WITH_PODS, FOLDERS, RECIPES, Folder, needs_corpus
from support.corpus_verdicts import PROVED, REFUTED, REFUTED_RECIPES, UNKNOWN, VACUOUS, Flow

WHOLE = [*FOLDERS, FLUX_WITH_PODS]

pytestmark = needs_corpus


@pytest.fixture(autouse=True)
def at_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)


@cache
def checked(folder: Folder) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report."""
    run = CliRunner().invoke(cli, ["check", *folder.arguments, "--spec", str(folder.spec), "-o", "json"])
    assert run.stderr == ""
    return run.exit_code, json.loads(run.stdout)


def results(folder: Folder, verdict: str) -> list[dict[str, Any]]:
    _, report = checked(folder)
    (one,) = report["inputs"]
    return [result for result in one["results"] if result["verdict"] == verdict]


def flow(folder: Folder, result: dict[str, Any]) -> Flow:
    witness = result["evidence"]["witness"]
    if witness["allowed"]:
        evidence = [match for side in ("egress", "ingress") for match in witness[side]["matches"]]
    else:
        evidence = [
            policy
            for side in ("egress", "ingress")
            if not witness[side]["allowed"]
            for policy in witness[side]["selecting"]
        ]
    places = tuple(
        f"{each['place']['file'].removeprefix(folder.path + '/')}:{each['place']['line']}" for each in evidence
    )
    source, destination = end(witness["source"]), end(witness["destination"])
    return Flow(witness["allowed"], f"{source} -> {destination} {witness['traffic']}", places)


def end(shown: dict[str, Any]) -> str:
    return str(shown["name"] or shown["address"]) + ("" if shown["exists"] else " (hypothetical)")


@pytest.mark.parametrize("folder", WHOLE, ids=lambda folder: folder.name)
def test_every_verdict_is_the_expected_one(folder: Folder) -> None:
    code, report = checked(folder)
    assert {each["sentence"]: flow(folder, each) for each in results(folder, "refuted")} == REFUTED[folder.name]
    assert {each["sentence"]: each["evidence"]["reason"] for each in results(folder, "vacuous")} == VACUOUS.get(
        folder.name, {}
    )
    unknown = UNKNOWN.get(folder.name, {})
    assert [each["sentence"] for each in results(folder, "unknown")] == list(unknown)
    for each in results(folder, "unknown"):
        assert all(word in each["evidence"]["reason"] for word in unknown[each["sentence"]])
    assert report["counts"]["proved"] == PROVED[folder.name]
    assert (code, report["exitCode"]) == (1, 1)


@pytest.mark.parametrize("folder", WHOLE, ids=lambda folder: folder.name)
def test_everything_in_the_folder_was_read(folder: Folder) -> None:
    _, report = checked(folder)
    (one,) = report["inputs"]
    stated = folder.spec.read_text(encoding="utf-8").count("kind: ")
    assert one["basis"]["policies"] == folder.policies
    assert one["basis"]["workloads"] == folder.workloads + stated
    assert one["complete"]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_verdict_on_a_recipe_is_the_expected_one(recipe: Folder) -> None:
    code, report = checked(recipe)
    expected = REFUTED_RECIPES[recipe.spec.stem]
    found = {each["sentence"]: flow(recipe, each) for each in results(recipe, "refuted")}
    assert found == {
        sentence: Flow(one.allowed, one.shown, tuple(f"{recipe.path}:{line}" for line in one.places))
        for sentence, one in expected.items()
    }
    assert report["counts"]["proved"] == report["counts"]["invariants"] - len(expected)
    assert code == (1 if expected else 0)


def test_every_recipe_is_checked() -> None:
    files = {file.stem for file in (CORPUS / "netpol-recipes").glob("*.yaml")}
    assert files == {recipe.spec.stem for recipe in RECIPES} == set(REFUTED_RECIPES)


def test_every_folder_is_checked() -> None:
    folders = {folder.name for folder in CORPUS.iterdir() if folder.is_dir()}
    assert folders == {folder.name for folder in FOLDERS} | {"netpol-recipes"}


@pytest.mark.parametrize("folder", [*WHOLE, *RECIPES], ids=lambda folder: folder.name)
def test_the_text_report_points_at_the_same_lines(folder: Folder) -> None:
    """Each refutation's section shows its flow, and a caret below each of its lines.

    Of a blocked flow those of policies beside the nearest rule are folded without -v.
    """
    run = CliRunner().invoke(cli, ["check", *folder.arguments, "--spec", str(folder.spec), "-v"], terminal_width=100)
    assert run.exit_code == checked(folder)[0]
    refuted = results(folder, "refuted")
    sections = re.split(r"^(?=error\[NQ)|^(?=proved: )", run.stdout, flags=re.MULTILINE)[1:]
    assert [f'refuted: "{each["title"]}"' in section for each, section in zip(refuted, sections, strict=False)] == [
        True
    ] * len(refuted)
    for each, section in zip(refuted, sections, strict=False):
        found = flow(folder, each)
        source, rest = found.shown.split(" -> ")
        assert f"counterexample: {'' if found.allowed else 'blocked: '}{source} -> " in section
        assert rest.rsplit(" ", 1)[1] in section
        for place in found.places:
            file, line = place.rsplit(":", 1)
            file = file if file == folder.path else f"{folder.path}/{file}"
            excerpt = re.search(
                rf"^  --> {re.escape(file)}:{line}:(\d+)   .*\n(.*\n)*?( *){line} \| (.*)\n *\|( *)\^+",
                section,
                re.MULTILINE,
            )
            assert excerpt is not None, place
            assert len(excerpt.group(5)) == int(excerpt.group(1))
    counts = checked(folder)[1]["counts"]
    words = [f"{counts[word]} {word}" for word in ("proved", "refuted", "vacuous", "unknown") if counts[word]]
    assert run.stdout.splitlines()[-1].startswith(f"{counts['invariants']} invariants: {', '.join(words)}")


@pytest.mark.parametrize("folder", [*WHOLE, *RECIPES], ids=lambda folder: folder.name)
def test_the_text_report_alone_says_what_to_edit(folder: Folder) -> None:
    """Without any option: of a flow that rules let through, the first of those lines under a caret; of one that no rule
    is needed for, the side that is to be isolated; of a blocked one, a line of a policy that blocks it."""
    run = CliRunner().invoke(cli, ["check", *folder.arguments, "--spec", str(folder.spec), "-q"], terminal_width=100)
    sections = re.split(r"^(?=error\[NQ)", run.stdout, flags=re.MULTILINE)[1:]
    refuted = results(folder, "refuted")
    for each, section in zip(refuted, sections, strict=False):
        found = flow(folder, each)
        arrows = re.findall(r"^  --> (\S+?):(\d+):\d+   ", section, re.MULTILINE)
        lines = [f"{file.removeprefix(folder.path + '/')}:{line}" for file, line in arrows]
        if found.allowed and found.places:
            assert found.places[0] in lines, section
        elif found.allowed:
            assert re.search(r"selected by no policy|no policy governs|always reache", section), section
            assert arrows or "= to fix" in section or "= to settle it" in section, section
        else:
            files = {place.rsplit(":", 1)[0] for place in found.places}
            assert any(line.rsplit(":", 1)[0] in files for line in lines), section
