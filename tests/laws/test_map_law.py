"""The law of maps: over small worlds, every pair of sides and every port is on the map exactly as the evaluator decides
each of the flows between them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.map_spans import DOUBTS
from netqed.analysis.reach_map import reach_map
from netqed.plugins.table import SUPPORTED
from netqed.sources.position import InputError
from support.examples import examples
from support.mapped import everything, faults
from support.nasty import ASSUMED, NASTY
from support.readings import readings_on
from support.show import show_cluster, show_spec
from support.universe import Contradiction
from support.worlds import SmallWorld, small_worlds

CASES = {**NASTY, **ASSUMED}
WORLDS = 300
PLUGINS = 100
SAID = ("certain", "impossible", *DOUBTS)


def hold(world: SmallWorld, cni: str = "spec", counts: Counter[str] | None = None) -> None:
    """Hold the whole map of a world to the evaluator."""
    cluster, spec = world.cluster, world.spec
    question = everything(cluster, spec)
    try:
        question.universe.check_assumptions()
        found = reach_map(cluster, spec, cni=cni)
    except (InputError, Contradiction):
        if counts is not None:
            counts["refused"] += 1
        return
    if counts is not None:
        counts["held"] += 1
    readings = readings_on(cni, cluster, question.invariant)
    complaints = list(faults(found, cluster, spec, readings, counts))
    assert not complaints, "\n".join(("", cni, show_cluster(cluster), show_spec(spec), *complaints[:5]))


@pytest.mark.parametrize("name", CASES)
def test_nasty_worlds(name: str) -> None:
    hold(CASES[name].world)


def test_small_worlds() -> None:
    """Under `spec`, and maps say everything that a map can say."""
    counts: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds())
    def run(world: SmallWorld) -> None:
        hold(world, counts=counts)

    run()
    assert [one for one in SAID if not counts[one]] == ["plugin"], counts


def test_plugins() -> None:
    """Under plugins of which not everything is known, and under those of which it is."""
    counts: Counter[str] = Counter()

    @settings(max_examples=examples(PLUGINS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds(), st.sampled_from([one.name for one in SUPPORTED]))
    def run(world: SmallWorld, cni: str) -> None:
        hold(world, cni, counts)

    run()
    assert counts["plugin"], counts
