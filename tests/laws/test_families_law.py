"""The ways in that a refutation lists hold no flow that the policies or the sentence rule out, and miss none that
violates it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.results import Refuted, Result
from netqed.analysis.roster import Roster
from netqed.plugins.matters import SPEC, Reading
from netqed.plugins.table import SUPPORTED
from netqed.sources.position import InputError
from netqed.spec.sentences import CanReach
from support.brute import scope_of
from support.everything import Everything, Membership
from support.examples import examples
from support.readings import readings_on
from support.show import show_cluster, show_spec
from support.universe import Contradiction, Universe
from support.worlds import SmallWorld, small_worlds

WORLDS = 40
PORTABLE = 20
READINGS = 5
"""Readings under which flows are looked at where a plugin leaves matters open, spread over all of them."""
PAIRS = 150
"""Pairs of endpoints between which the flows of one sentence are looked at, spread over all of them."""


def test_no_way_in_holds_an_innocent_flow_and_none_is_missed() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds())
    def law(world: SmallWorld) -> None:
        try:
            results = check(world.cluster, world.spec, why=True, cni="spec").results
        except InputError:
            return
        for result in results:
            if isinstance(result.verdict, Refuted) and not isinstance(result.stated.invariant, CanReach):
                hold(world, result, seen)

    law()
    assert seen["violating"] >= 300, seen
    assert seen["innocent"] >= 500, seen
    assert seen["several ways"] >= 10, seen
    assert seen["complete"] >= 30, seen


def test_the_ways_in_are_those_of_every_reading() -> None:
    """On a plugin, or on any, a flow violates the sentence under a reading where it is in a way in whose answers are
    the reading's."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PORTABLE), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds(), st.sampled_from([None, *(plugin.name for plugin in SUPPORTED)]))
    def law(world: SmallWorld, cni: str | None) -> None:
        try:
            results = check(world.cluster, world.spec, why=True, cni=cni).results
        except InputError:
            return
        for result in results:
            if isinstance(result.verdict, Refuted) and not isinstance(result.stated.invariant, CanReach):
                readings = readings_on(cni, world.cluster, result.stated.invariant)
                hold(world, result, seen, readings[:: 1 + len(readings) // READINGS])

    law()
    assert seen["violating"] >= 300, seen
    assert seen["innocent"] >= 500, seen
    assert seen["turning on answers"] >= 3, seen
    assert seen["complete"] >= 5, seen


def hold(world: SmallWorld, result: Result, seen: Counter[str], readings: Sequence[Reading] = (SPEC,)) -> None:
    assert isinstance(result.verdict, Refuted)
    ways = result.verdict.ways
    assert ways is not None
    assert ways.ways
    seen["several ways"] += len(ways.ways) > 1
    seen["complete"] += ways.left_out == 0
    universe = Universe(world.cluster, world.spec, result.stated.invariant, scope_of(result.stated))
    try:
        universe.check_assumptions()
    except Contradiction:
        return
    everything = Everything(universe, PAIRS)
    membership = Membership(world.cluster, Roster(world.cluster, world.spec))
    seen["turning on answers"] += any(way.cube.choices for way in ways.ways)
    for (source, destination, flow), reading in product(everything.flows(), readings):
        model = membership.model(source, destination, flow)
        inside = [way for way in ways.ways if membership.holds(way.cube, model, reading)]
        violates = everything.violates(source, destination, flow, reading)
        seen["violating" if violates else "innocent"] += 1
        if bool(inside) == violates or (violates and ways.left_out != 0):
            continue
        told = "\n".join(
            (
                "",
                show_cluster(world.cluster),
                show_spec(world.spec),
                f"sentence: {result.stated.sentence} {result.stated.invariant} in scope {result.scope}",
                f"{source}\n  -> {destination}\n  {flow.protocol}/{flow.port} under {reading}",
                *(f"way: {way.cube}" for way in (inside or ways.ways)),
            )
        )
        raise AssertionError(f"{'missed' if violates else 'innocent'}:{told}")
