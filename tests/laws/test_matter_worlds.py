"""Every matter that network plugins decide, as verdicts: proved by one answer, refuted by the other."""

from __future__ import annotations

import pytest

from netqed.analysis.check import check
from netqed.analysis.results import Refuted
from netqed.plugins.matters import Matter, Reading
from support.brute import brute_force
from support.made_up import plugin_that_answers
from support.matter_worlds import DECISIVE_WORLDS, DecisiveWorld
from support.witnesses import witness_faults

each = pytest.mark.parametrize("case", DECISIVE_WORLDS, ids=lambda case: case.name)


def test_every_matter_decides_some_verdict() -> None:
    assert {case.matter for case in DECISIVE_WORLDS} == set(Matter)


@each
@pytest.mark.parametrize("yes", [True, False], ids=["yes", "no"])
def test_the_answer_decides_the_verdict(case: DecisiveWorld, yes: bool) -> None:
    cluster, spec = case.world.cluster, case.world.spec
    (stated,) = spec.invariants
    answers = case.answers(yes)
    reading = Reading(frozenset(matter for matter, answer in answers.items() if answer))
    word = "refuted" if yes is case.refuted_by else "proved"
    assert brute_force(cluster, spec, stated, readings=(reading,)).word == word
    with plugin_that_answers(answers) as name:
        (result,) = check(cluster, spec, cni=name).results
    assert result.verdict.word == word
    if isinstance(result.verdict, Refuted):
        assert witness_faults(cluster, spec, stated, result.verdict.witness) == []


@each
def test_an_answer_that_is_not_known_refutes(case: DecisiveWorld) -> None:
    """Where the matter is open there is a witness, which has the answer that refutes."""
    answers = {matter: yes for matter, yes in case.answers(True).items() if matter is not case.matter}
    with plugin_that_answers(answers) as name:
        (result,) = check(case.world.cluster, case.world.spec, cni=name).results
    assert isinstance(result.verdict, Refuted)
    assert (case.matter in result.verdict.witness.world.reading) is case.refuted_by
