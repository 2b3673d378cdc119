"""The flow law: the encoding's formula is true of a flow exactly when the evaluator allows it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.pinned import PinnedEngine
from netqed.reference.evaluate import Evaluator
from support.examples import examples
from support.flows import flows, world_of
from support.readings import readings
from support.show import show_cluster, show_flow
from support.strategies import clusters

FLOWS_EACH = 10
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
