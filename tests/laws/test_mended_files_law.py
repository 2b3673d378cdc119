"""The diffs that are proposed, applied to the files on disk, do what is said of them: `netqed check` on the patched
files proves the invariant and says no worse of the others, and no proper part of the edits would do."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed import api
from netqed.analysis.check import check
from netqed.analysis.edits import DefaultDeny, Edit, default_deny, edited
from netqed.analysis.results import Refuted, Result
from netqed.resources.cluster import Cluster
from netqed.spec.document import Spec
from support.broken import INBOUND, OUTBOUND, broken_worlds
from support.diffs import parsed
from support.examples import examples
from support.worlds import SmallWorld
from support.written import texts

WORLDS = 45
MENDED = 40
"""Mends that must come with a diff."""


def test_the_patched_files_hold() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from([*INBOUND, *OUTBOUND]).flatmap(broken_worlds), st.integers(0, 2**32))
    def law(world: SmallWorld, seed: int) -> None:
        with TemporaryDirectory() as folder:
            hold(world, random.Random(seed), Path(folder), seen)

    law()
    assert seen["with a diff"] >= MENDED, seen
    assert seen["with a diff"] >= 9 * seen["without"], seen
    assert seen["of several edits"] >= 5, seen


def hold(world: SmallWorld, rng: random.Random, folder: Path, seen: Counter[str]) -> None:
    before = folder / "before"
    before.mkdir()
    for name, text in texts(world.cluster, rng).items():
        (before / name).write_bytes(text.encode())
    cluster = api.load_cluster([before])
    assert cluster.policies == tuple(sorted(world.cluster.policies, key=lambda p: p.key))
    results = checked(before, world.spec, mend=True)
    for index, result in enumerate(results):
        if not isinstance(result.verdict, Refuted):
            continue
        for number, mend in enumerate(result.verdict.mends or ()):
            seen["of several edits"] += len(mend.changes) > 1
            if mend.diff is None:
                seen["without"] += 1
                continue
            seen["with a diff"] += 1
            patched = folder / f"after-{index}-{number}"
            apply(mend.diff, before, patched)
            told = f"{mend.diff}\n{result.stated}"
            now = checked(patched, world.spec)
            assert now[index].verdict.word == "proved", told
            for old, new in zip(results, now, strict=True):
                assert new.verdict.word in (old.verdict.word, "proved"), told
                assert new.stated.title not in mend.also or new.verdict.word == "proved", told
            edits = [change.edit for change in mend.changes if change.edit is not None]
            assert len(edits) == len(mend.changes)
            for size in range(1, len(edits)):
                for part in combinations(edits, size):
                    assert word_after(cluster, world.spec, result, part) == "refuted", told


def checked(folder: Path, spec: Spec, *, mend: bool = False) -> tuple[Result, ...]:
    """The results on the files of a folder."""
    (one,) = api.check([folder], spec=spec, settings=api.Settings(mend=mend, cni="spec")).inputs
    return one.results


def word_after(cluster: Cluster, spec: Spec, result: Result, edits: tuple[Edit, ...]) -> str:
    """The verdict on the invariant under some of the edits."""
    policies = [edited(policy, edits).policy for policy in cluster.policies]
    for edit in edits:
        if isinstance(edit, DefaultDeny):
            policies.append(default_deny(edit, [policy.key for policy in policies]))
    alone = replace(spec, invariants=(result.stated,))
    (now,) = check(replace(cluster, policies=tuple(policies)), alone, cni="spec").results
    return now.verdict.word


def apply(diff: str, before: Path, after: Path) -> None:
    """A copy of the folder with the diff applied."""
    shutil.copytree(before, after)
    for one in parsed(diff):
        file = after / Path(one.new).name
        old = "" if one.old is None else file.read_bytes().decode()
        assert (one.old is None) is not file.exists()
        file.write_bytes(one.applied(old).encode())
