"""Every mend that is proposed makes its invariant hold, breaks no other, and has no part that would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings

from netqed.analysis.check import check
from netqed.analysis.edits import Edit
from netqed.analysis.mended import verdicts
from netqed.analysis.mending import Mender
from netqed.analysis.patching import Patcher
from netqed.analysis.results import Refuted, Result
from netqed.analysis.trials import Trials
from netqed.resources.cluster import Cluster
from netqed.spec.document import StatedInvariant
from netqed.spec.sentences import CanReach
from support.broken import INBOUND, OUTBOUND, broken_worlds
from support.brute import brute_force
from support.examples import examples
from support.show import show_cluster, show_spec
from support.worlds import SmallWorld

WORLDS = 85
MENDED = 63
"""Refuted invariants with a mend that the worlds of one sentence must hold; eight sentences make more than 500."""


@pytest.mark.parametrize("sentence", [*INBOUND, *OUTBOUND])
def test_every_mend_mends_and_breaks_nothing_and_is_minimal(sentence: str) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(broken_worlds(sentence))
    def law(world: SmallWorld) -> None:
        results = check(world.cluster, world.spec, cni="spec").results
        for index, result in enumerate(results):
            if isinstance(result.verdict, Refuted) and not isinstance(result.stated.invariant, CanReach):
                hold(world, results, index, seen)

    law()
    assert seen["mended"] >= MENDED, seen
    assert seen["of several edits"] >= 5, seen
    kinds = ("MergePeers", "NarrowPeer", "DropPort", "RemovePeer", "RemoveRule", "DefaultDeny")
    assert sum(bool(seen[kind]) for kind in kinds) >= 4, seen


def hold(world: SmallWorld, results: tuple[Result, ...], index: int, seen: Counter[str]) -> None:
    spec = replace(world.spec, invariants=tuple(replace(result.stated, scope=result.scope) for result in results))
    mender = Mender(
        world.cluster,
        spec,
        results,
        partial(verdicts, cni="spec"),
        Patcher(world.cluster),
        Trials(world.cluster, spec, cni="spec"),
    )
    stated = spec.invariants[index]

    def word(cluster: Cluster, one: StatedInvariant) -> str:
        return brute_force(cluster, spec, one).word

    solutions = list(mender.solutions(index))
    seen["mended"] += bool(solutions)
    seen["no mend"] += not solutions
    for edits in solutions:
        told = show(world, stated, edits)
        seen.update(type(edit).__name__ for edit in edits)
        seen["of several edits"] += len(edits) > 1
        after = mender.after(frozenset(edits))
        assert word(after, stated) == "proved", told
        for number, result in enumerate(results):
            if number != index:
                now = word(after, spec.invariants[number])
                assert (result.verdict.word, now) in SAME_OR_BETTER, f"{result.stated} {now} {told}"
        for size in range(1, len(edits)):
            for part in combinations(edits, size):
                assert word(mender.after(frozenset(part)), stated) != "proved", f"{part} suffices {told}"


SAME_OR_BETTER = {
    ("refuted", "refuted"),
    ("refuted", "proved"),
    ("proved", "proved"),
    ("vacuous", "vacuous"),
}


def show(world: SmallWorld, stated: StatedInvariant, edits: tuple[Edit, ...]) -> str:
    return "\n".join(("", show_cluster(world.cluster), show_spec(world.spec), f"{stated}", *map(str, edits)))
