"""The portability law: over small worlds, a refutation happens on exactly the plugins on which brute force finds a
violating flow, and its witness needs exactly the answers that it is said to turn on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from netqed.analysis.check import check
from netqed.analysis.results import Portability, Refuted, Result
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import SUPPORTED, completions
from netqed.reference.evaluate import Evaluator
from netqed.sources.position import InputError
from netqed.spec.sentences import CanReach
from support.brute import Question, scope_of
from support.examples import examples
from support.readings import readings_on
from support.show import show_cluster, show_spec
from support.universe import Universe
from support.worlds import SmallWorld, small_worlds

WORLDS = 60


def test_a_refutation_happens_where_brute_force_says() -> None:
    """The three lists of plugins, the answers that the witness turns on, and whether `spec` refutes as well."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds())
    def law(world: SmallWorld) -> None:
        try:
            results = check(world.cluster, world.spec).results
        except InputError:
            return
        for result in results:
            if isinstance(result.verdict, Refuted):
                found = result.verdict.portability
                assert found is not None
                faults = [*place_faults(world, result, found), *turn_faults(result.verdict, found)]
                shown = (show_cluster(world.cluster), show_spec(world.spec), f"{result.stated.invariant}", f"{found}")
                assert not faults, "\n".join(("", *shown, *faults))
                seen.update(f"{len(getattr(found, name)) > 0} {name}" for name in LISTS)
                seen[f"{found.by_spec} by spec"] += 1
                seen[f"{bool(found.turns_on)} turns on"] += 1

    law()
    wanted = [f"{some} {name}" for some in (True, False) for name in LISTS[1:]]
    wanted += [f"{some} {name}" for some in (True, False) for name in ("by spec", "turns on")]
    assert not [one for one in wanted if not seen[one]], seen


LISTS = ("refuted_on", "open_on", "holds_on")


def place_faults(world: SmallWorld, result: Result, found: Portability) -> list[str]:
    """Plugins that are in the wrong list."""
    invariant = result.stated.invariant
    every = readings_on(None, world.cluster, invariant)
    refuted = refuting(world, result, every)
    faults = [] if found.by_spec == (SPEC in refuted) else [f"by spec: {SPEC in refuted}"]
    for plugin in SUPPORTED:
        own = readings_on(plugin.name, world.cluster, invariant)
        assert {*own} <= {*every}
        number = sum(one in refuted for one in own)
        name = LISTS[0] if number == len(own) else LISTS[1] if number else LISTS[2]
        if plugin.title not in getattr(found, name):
            faults.append(f"{plugin.title} is {name}: {number} of its {len(own)} readings")
    return faults


def refuting(world: SmallWorld, result: Result, readings: Sequence[Reading]) -> set[Reading]:
    """The readings under which some flow violates."""
    question = Question(Universe(world.cluster, world.spec, result.stated.invariant, scope_of(result.stated)))
    open_, refuted = [*readings], set[Reading]()
    for source, destination, flow in question.flows():
        for reading in list(open_):
            allowed = question.evaluator(source, destination, reading).decide(flow).allowed
            if allowed != isinstance(result.stated.invariant, CanReach):
                open_.remove(reading)
                refuted.add(reading)
        if not open_:
            break
    return refuted


def turn_faults(verdict: Refuted, found: Portability) -> list[str]:
    """Whether the answers suffice for the witness, and none of them can go."""
    faults = [] if keeps(verdict, dict(found.turns_on)) else ["the answers that it turns on do not suffice"]
    for matter, _ in found.turns_on:
        if keeps(verdict, {other: yes for other, yes in found.turns_on if other is not matter}):
            faults.append(f"it does not turn on {matter}")
    return faults


def keeps(verdict: Refuted, answers: dict[Matter, bool]) -> bool:
    """Whether the witness is decided alike under every reading with these answers."""
    witness = verdict.witness
    return all(
        Evaluator(replace(witness.world, reading=reading)).decide(witness.flow).allowed == witness.decision.allowed
        for reading in completions(answers)
    )
