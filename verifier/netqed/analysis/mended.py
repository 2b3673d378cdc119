"""A run's results together with what would mend those that fail it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from netqed.analysis.mending import Mender
from netqed.analysis.patching import Patcher
from netqed.analysis.questions import default_scope
from netqed.analysis.results import Refuted, Result, Verdict
from netqed.analysis.session import Session
from netqed.analysis.trials import Trials
from netqed.analysis.verdicts import Judge
from netqed.resources.cluster import Cluster
from netqed.spec.document import Spec
from netqed.spec.sentences import CanReach


def mended(
    cluster: Cluster,
    spec: Spec,
    results: Sequence[Result],
    patcher: Patcher,
    *,
    rlimit: int | None = None,
    cni: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Result]:
    """The results on all invariants of the spec; those that are refuted and fail the run with their mends, except for
    `can`, which takes more than edits that let less through."""
    pinned = replace(spec, invariants=tuple(replace(result.stated, scope=result.scope) for result in results))
    trials = Trials(cluster, pinned, rlimit, cni)
    mender = Mender(cluster, pinned, results, partial(verdicts, rlimit=rlimit, cni=cni), patcher, trials)
    done = []
    try:
        for index, result in enumerate(results):
            due = result.status in ("failed", "expired") and not isinstance(result.stated.invariant, CanReach)
            if due and isinstance(result.verdict, Refuted):
                if progress is not None:
                    progress(index, len(results), f"what would mend {result.stated.title}")
                found = mender.mends(index)
                verdict = replace(result.verdict, mends=found.mends, mends_complete=found.complete)
                result = replace(result, verdict=verdict)
            done.append(result)
    finally:
        trials.close()
    return done


def verdicts(
    cluster: Cluster, spec: Spec, places: Sequence[int], *, rlimit: int | None = None, cni: str | None = None
) -> list[Verdict]:
    """The verdicts on the invariants at these places of the spec, as `check` finds them."""
    session = Session(cluster, spec, rlimit, cni)
    try:
        judge = Judge(session, None, date.min)
        stated = [spec.invariants[place] for place in places]
        return [judge.verdict(one, one.scope or default_scope(one.invariant)) for one in stated]
    finally:
        session.solver.close()
