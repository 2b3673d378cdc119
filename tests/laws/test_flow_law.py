"""The flow law: the encoding's formula is true of a flow exactly when the evaluator allows it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.flow_readings import decisions
from netqed.analysis.pinned import PinnedEngine
from netqed.plugins.matters import Matter, Reading
from netqed.reference.evaluate import Evaluator
from support.examples import examples
from support.flows import flows, world_of
from support.readings import readings
from support.show import show_cluster, show_flow
from support.strategies import clusters

FLOWS_EACH = 10
PARTLY_KNOWN = 60
"""Clusters on a plugin of which some answers are not known."""
CLUSTERS = 200
"""CLUSTERS x FLOWS_EACH is 2,000 cases in CI, ten times as many under the fuzz profile."""


def test_evaluator_and_encoding_agree_on_every_flow() -> None:
    """Each direction of each flow has the same answer from evaluator and encoding, however plugins decide."""
    cases = 0

    @settings(max_examples=examples(CLUSTERS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        nonlocal cases
        cluster = data.draw(clusters())
        world = replace(world_of(cluster), reading=data.draw(readings()))
        evaluator, engine = Evaluator(world), PinnedEngine(world)
        for _ in range(FLOWS_EACH):
            flow = data.draw(flows(cluster))
            decision = evaluator.decide(flow)
            expected = (decision.ingress.allowed, decision.egress.allowed)
            answered = engine.decide(flow)
            cases += 1
            assert answered == expected, "\n".join(
                (
                    show_cluster(cluster),
                    f"reading: {sorted(matter.value for matter in world.reading.yes)}",
                    show_flow(flow),
                    f"evaluator (ingress, egress): {expected} {decision.ingress.reason} {decision.egress.reason}",
                    f"encoding  (ingress, egress): {answered}",
                )
            )

    law()
    assert cases >= examples(CLUSTERS) * FLOWS_EACH


def test_the_cases_of_what_is_not_known_are_all_readings_and_the_encoding_agrees_in_each() -> None:
    """Where some answers are open, each way of giving them falls in one case, which decides as evaluator and encoding
    do: the encoding for all answers that the case leaves open at once."""
    parted = 0

    @settings(max_examples=examples(PARTLY_KNOWN), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        nonlocal parted
        cluster = data.draw(clusters())
        reading = data.draw(readings())
        free = data.draw(st.lists(st.sampled_from(list(Matter)), unique=True, max_size=4))
        fixed = {matter: matter in reading for matter in Matter if matter not in free}
        world = replace(world_of(cluster), reading=reading)
        evaluator, engine = Evaluator(world), PinnedEngine(world, open_readings=True)
        for _ in range(FLOWS_EACH):
            flow = data.draw(flows(cluster))
            cases = decisions(evaluator, flow, fixed)
            parted += len({case.decision.allowed for case in cases}) == 2
            shown = f"{show_cluster(cluster)}\n{show_flow(flow)}\nknown: {fixed}"
            for case in cases:
                expected = (case.decision.ingress.allowed, case.decision.egress.allowed)
                assert engine.decide(flow, {**fixed, **case.taken}) == expected, f"{shown}\ntaken: {case.taken}"
                assert evaluator.under(case.reading).decide(flow) == case.decision, shown
            for chosen in product((False, True), repeat=len(free)):
                chosen_answers = dict(zip(free, chosen, strict=True))
                (case,) = [
                    one for one in cases if all(chosen_answers[matter] is yes for matter, yes in one.taken.items())
                ]
                answers = {**fixed, **chosen_answers}
                whole = Reading(frozenset(matter for matter, yes in answers.items() if yes))
                assert evaluator.under(whole).decide(flow) == case.decision, f"{shown}\nreading: {whole}"

    law()
    assert parted > 0
