"""The verdict law under answers that no plugin gives: whatever is answered, and whatever is left open, verdicts and
witnesses equal brute force.

The known plugins give few of the combinations, and some answers none of them. A plugin is made up for each world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.results import Refuted
from netqed.plugins.matters import Matter
from netqed.plugins.table import completions
from netqed.sources.position import InputError
from support.brute import brute_force
from support.examples import examples
from support.made_up import plugin_that_answers
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
        with plugin_that_answers(answers) as name:
            seen.update(judge(world, name, answers))

    law()
    assert all(seen[word] for word in ("proved", "refuted", "vacuous")), seen


def judge(world: SmallWorld, plugin: str, answers: Mapping[Matter, bool]) -> list[str]:
    """Hold every verdict over the world on the plugin of these answers, and every witness, to brute force; the
    verdicts, in order."""
    cluster, spec = world.cluster, world.spec
    open_readings = tuple(completions(answers))
    expected = [brute_force(cluster, spec, stated, readings=open_readings) for stated in spec.invariants]
    try:
        results = check(cluster, spec, cni=plugin).results
    except InputError:
        assert all(answer.word == "input-error" for answer in expected)
        return ["input-error"]
    for result, answer in zip(results, expected, strict=True):
        told = result.verdict
        shown = "\n".join(
            (
                show_cluster(cluster),
                show_spec(spec),
                f"answers: { ({matter.value: yes for matter, yes in answers.items()}) }",
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
