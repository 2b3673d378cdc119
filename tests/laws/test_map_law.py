"""The law of maps: over small worlds, every pair of sides and every port is on the map exactly as the evaluator decides
each of the flows between them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from netqed.analysis.reach_map import reach_map
from netqed.sources.position import InputError
from support.examples import examples
from support.mapped import everything, faults
from support.nasty import ASSUMED, NASTY
from support.show import show_cluster, show_spec
from support.universe import Contradiction
from support.worlds import SmallWorld, small_worlds

CASES = {**NASTY, **ASSUMED}
WORLDS = 150


def hold(world: SmallWorld) -> None:
    """Hold the whole map of a world to the evaluator."""
    cluster, spec = world.cluster, world.spec
    try:
        everything(cluster, spec).universe.check_assumptions()
        found = reach_map(cluster, spec)
    except (InputError, Contradiction):
        return
    complaints = list(faults(found, cluster, spec))
    assert not complaints, "\n".join(("", show_cluster(cluster), show_spec(spec), *complaints[:5]))


@pytest.mark.parametrize("name", CASES)
def test_nasty_worlds(name: str) -> None:
    hold(CASES[name].world)


@settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
@given(small_worlds())
def test_small_worlds(world: SmallWorld) -> None:
    hold(world)
