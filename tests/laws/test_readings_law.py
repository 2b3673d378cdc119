"""The verdict law under answers that no plugin gives: whatever is answered, and whatever is left open, verdicts and
witnesses equal brute force.

The known plugins give few of the combinations, and some answers none of them. A plugin is made up for each world.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.results import Refuted
from netqed.plugins import table
from netqed.plugins.matters import Matter
from netqed.plugins.table import Cell, Plugin, completions
from netqed.sources.position import InputError
from support.brute import brute_force
from support.examples import examples
from support.readings import readings
from support.show import show_cluster, show_spec
from support.witnesses import witness_faults
from support.worlds import SmallWorld, small_worlds

WORLDS = 40
MOST_OPEN = 3
"""Matters left open: brute force tries every answer to them."""


def test_every_verdict_equals_brute_force_whatever_is_answered() -> None:
    """Words and witnesses agree under drawn answers, some of them open."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        world, reading = data.draw(small_worlds()), data.draw(readings())
        left_open = data.draw(st.lists(st.sampled_from(list(Matter)), unique=True, max_size=MOST_OPEN))
        answers = {matter: matter in reading for matter in Matter if matter not in left_open}
        made_up = Plugin("made-up", "Made up", "never", {matter: Cell(yes, "") for matter, yes in answers.items()})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table, "PLUGINS", (*table.PLUGINS, made_up))
            seen.update(judge(world, made_up))

    law()
    assert all(seen[word] for word in ("proved", "refuted", "vacuous")), seen


def judge(world: SmallWorld, plugin: Plugin) -> list[str]:
    """Hold every verdict over the world on the plugin, and every witness, to brute force; the verdicts, in order."""
    cluster, spec = world.cluster, world.spec
    open_readings = tuple(completions(plugin.fixed))
    expected = [brute_force(cluster, spec, stated, readings=open_readings) for stated in spec.invariants]
    try:
        results = check(cluster, spec, cni=plugin.name).results
    except InputError:
        assert all(answer.word == "input-error" for answer in expected)
        return ["input-error"]
    for result, answer in zip(results, expected, strict=True):
        told = result.verdict
        shown = "\n".join(
            (
                show_cluster(cluster),
                show_spec(spec),
                f"answers: { ({matter.value: yes for matter, yes in plugin.fixed.items()}) }",
                f"sentence: {result.stated.invariant} in scope {result.scope}",
                f"check: {told}",
                f"brute: {answer.word} {answer.why}",
            )
        )
        assert told.word == answer.word, shown
        if isinstance(told, Refuted):
            faults = witness_faults(cluster, spec, result.stated, told.witness)
            assert not faults, "\n".join((shown, *faults))
    return [answer.word for answer in expected]
