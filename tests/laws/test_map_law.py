"""The law of maps: over small worlds, every pair of sides and every port is on the map exactly as the evaluator decides
each of the flows between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.map_spans import DOUBTS
from netqed.analysis.reach_map import reach_map
from netqed.plugins.table import SUPPORTED
from netqed.sources.position import InputError
from support.examples import examples
from support.map_cases import MAP_CASES, PORTED
from support.mapped import everything, faults, port_faults
from support.nasty import ASSUMED, NASTY
from support.readings import readings_on
from support.show import show_cluster, show_spec
from support.universe import Contradiction
from support.worlds import SmallWorld, small_worlds

CASES = {**NASTY, **ASSUMED}
WORLDS = 500
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


@pytest.mark.parametrize("name", MAP_CASES)
def test_worlds_of_maps(name: str) -> None:
    hold(MAP_CASES[name])


def test_worlds_of_maps_turn_on_what_they_are_about() -> None:
    counts: Counter[str] = Counter()
    for world in MAP_CASES.values():
        hold(world, counts=counts)
    assert [one for one in SAID if not counts[one]] == ["plugin"], counts


@pytest.mark.parametrize("name", PORTED)
def test_every_single_port(name: str) -> None:
    """Ranges begin and end where the evaluator's verdicts do."""
    world = MAP_CASES[name]
    assert list(port_faults(reach_map(world.cluster, world.spec), world.cluster, world.spec)) == []


def vaguer(world: SmallWorld) -> SmallWorld:
    """The world with templates in the place of pods, all in one namespace that nobody declares, and without the
    policies that close all of one."""
    workloads = tuple(
        replace(one, kind="Deployment", namespace="web", addresses=(), node_name=None, node_addresses=())
        for one in world.cluster.workloads
    )
    policies = tuple(replace(one, namespace="web") for one in world.cluster.policies if one.name != "deny")
    cluster = replace(world.cluster, namespaces={}, workloads=workloads, policies=policies)
    return replace(world, cluster=cluster)


def test_small_worlds() -> None:
    """Under `spec`; in half of the worlds little is known."""
    counts: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(small_worlds(), small_worlds().map(vaguer)))
    def run(world: SmallWorld) -> None:
        hold(world, counts=counts)

    run()
    assert min(counts[one] for one in ("certain", "impossible", "address", "namespace-labels")) > 10, counts


def test_plugins() -> None:
    """Under plugins of which not everything is known, and under those of which it is."""
    counts: Counter[str] = Counter()

    @settings(max_examples=examples(PLUGINS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds(), st.sampled_from([one.name for one in SUPPORTED]))
    def run(world: SmallWorld, cni: str) -> None:
        hold(world, cni, counts)

    run()
    assert counts["plugin"], counts
