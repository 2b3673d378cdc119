"""Every matter that network plugins decide, exhaustively: a flow that it decides, under every reading there is."""

from __future__ import annotations

import pytest

from netqed.analysis.flow_readings import decisions
from netqed.analysis.pinned import PinnedEngine
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from support.matters import DECISIVE, Decisive

each = pytest.mark.parametrize("case", DECISIVE, ids=lambda case: case.name)


def test_every_matter_decides_some_flow() -> None:
    assert {case.matter for case in DECISIVE} == set(Matter)


@each
def test_the_matter_alone_decides_the_evaluators_verdict(case: Decisive) -> None:
    evaluator = Evaluator(case.world(SPEC))
    for yes in (False, True):
        expected = case.yes_allows is yes
        assert {evaluator.under(one).decide(case.flow).allowed for one in case.readings(yes)} == {expected}


@each
def test_the_matter_alone_decides_the_encodings_verdict(case: Decisive) -> None:
    engine = PinnedEngine(case.world(SPEC), open_readings=True)
    for yes in (False, True):
        answer = engine.decide(case.flow, {**case.given, case.matter: yes})
        assert None not in answer
        assert all(answer) is (case.yes_allows is yes)
    assert None in engine.decide(case.flow, case.given)


@each
def test_the_encoding_says_the_same_of_one_reading_alone(case: Decisive) -> None:
    """The formula of a single reading is simpler than that of all, and another one."""
    given = {matter: yes for matter, yes in case.given.items() if yes}
    for yes in (False, True):
        reading = Reading((SPEC.yes - set(case.given) - {case.matter}) | set(given) | ({case.matter} if yes else set()))
        assert all(PinnedEngine(case.world(reading)).decide(case.flow)) is (case.yes_allows is yes)


@each
def test_what_is_not_known_leaves_the_verdict_open(case: Decisive) -> None:
    """The cases that the evaluator comes to, where only what is given is known, part at the matter and nowhere else."""
    cases = decisions(Evaluator(case.world(SPEC)), case.flow, case.given)
    allowed = {(one.taken[case.matter], one.decision.allowed) for one in cases}
    assert allowed == {(True, case.yes_allows), (False, not case.yes_allows)}


def test_answers_belong_to_an_engine_of_open_readings() -> None:
    case = DECISIVE[0]
    with pytest.raises(ValueError, match="open readings"):
        PinnedEngine(case.world(SPEC)).decide(case.flow, {})
    with pytest.raises(ValueError, match="open readings"):
        PinnedEngine(case.world(SPEC), open_readings=True).decide(case.flow)
