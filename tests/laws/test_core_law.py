"""The policies that a proof is said to need suffice whichever of the others are deleted, and each is needed."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings

from netqed.analysis.check import check
from netqed.analysis.results import Essential, Proved
from netqed.sources.position import InputError
from netqed.spec.document import StatedInvariant
from support.examples import examples
from support.worlds import SmallWorld, small_worlds

WORLDS = 150
FEWEST_CORES = 25
"""Proofs that need a policy; fewer would show that the worlds are too simple to say anything."""

seen: list[int] = []


def test_the_core_suffices_and_each_member_is_needed() -> None:
    seen.clear()
    _law()
    assert sum(1 for size in seen if size) >= FEWEST_CORES


@settings(max_examples=examples(WORLDS))
@given(world=small_worlds())
def _law(world: SmallWorld) -> None:
    try:
        results = check(world.cluster, world.spec, why=True).results
    except InputError:
        return
    for result in results:
        if isinstance(result.verdict, Proved):
            assert result.verdict.because is not None
            seen.append(len(result.verdict.because))
            _hold(world, result.stated, result.verdict.because)


def _hold(world: SmallWorld, stated: StatedInvariant, because: tuple[Essential, ...]) -> None:
    policies = world.cluster.policies
    core = [one.policy for one in because]
    others = [policy for policy in policies if policy not in core]
    for size in range(len(others) + 1):
        for kept in combinations(others, size):
            there = tuple(policy for policy in policies if policy in core or policy in kept)
            assert _word(world, stated, there) == "proved", (core, kept)
    for one in because:
        smaller = [policy for policy in core if policy is not one.policy]
        assert any(
            _word(world, stated, tuple(policy for policy in policies if policy in smaller or policy in kept))
            == "refuted"
            for size in range(len(others) + 1)
            for kept in combinations(others, size)
        ), (core, one.policy)


def _word(world: SmallWorld, stated: StatedInvariant, policies: tuple[object, ...]) -> str:
    cluster = replace(world.cluster, policies=tuple(p for p in world.cluster.policies if p in policies))
    (result,) = check(cluster, replace(world.spec, invariants=(stated,))).results
    return result.verdict.word
