"""Workflow commands: each in one line, whatever it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netqed.analysis.results import Portability
from netqed.plugins.matters import SPEC
from netqed.report.github import command
from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from netqed.report.repository import Repository
from support.formats import HOSTILE, Command, commands
from support.results import CANNOT, Refuted, Result, allowed_witness, check_result, every_kind, stated

HERE = Repository(Path("/repository"), Path("/repository"))


def test_one_for_each_finding_the_worst_first() -> None:
    found = commands(rendering_of(report_value(check_result()), HERE).render("github"))
    assert [(one.name, one.properties["title"]) for one in found] == [
        ("error", "NQ001"),
        ("error", "NQ001"),
        ("error", "NQ001"),
        ("error", "NQ002"),
        ("error", "NQ003"),
        ("error", "NQ004"),
        ("warning", "NQ005"),
        ("notice", "netqed"),
    ]
    assert found[0].properties == {"file": "k8s/api.yaml", "line": "13", "col": "11", "title": "NQ001"}
    assert found[0].message.split("\n")[0] == 'refuted: "batch cannot reach shop"'
    assert found[0].message.split("\n")[-1] == "stated at netqed.yaml:2"
    assert "file" not in found[3].properties
    assert found[-1].message.startswith("10 invariants: 2 proved, 4 refuted")


def test_what_turns_on_the_network_plugin_is_said() -> None:
    somewhere = Portability(SPEC, (), True, ("Calico",), ("Antrea", "Cilium"), ("Other",))
    everywhere = replace(somewhere, open_on=(), holds_on=())
    for found, said in ((somewhere, 1), (everywhere, 0)):
        verdict = Refuted(allowed_witness(), portability=found)
        whole = check_result(replace(every_kind(), results=(Result(CANNOT, "now", verdict, "failed"),)))
        error, _ = commands(rendering_of(report_value(whole), HERE).render("github"))
        line = "plugins: happens on Calico; may happen on Antrea, Cilium; not on Other"
        assert error.message.split("\n").count(line) == said


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_read_back_as_they_were(text: str) -> None:
    line = command("error", {"file": text, "title": text}, text)
    assert commands(f"{line}\n") == [Command("error", {"file": text, "title": text}, text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_start_no_command(text: str) -> None:
    results = (Result(stated(text, why=text, span=CANNOT.span), "now", Refuted(allowed_witness()), "failed", (text,)),)
    whole = check_result(replace(every_kind(), name=text, results=results))
    found = commands(rendering_of(report_value(whole), HERE).render("github"))
    assert [one.name for one in found] == ["error", "notice"]
