"""All invariants of a spec checked against one input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from netqed.analysis.assumptions import violations
from netqed.analysis.contradictions import contradictions
from netqed.analysis.counts import namespace_counts
from netqed.analysis.mended import mended
from netqed.analysis.patching import Patcher
from netqed.analysis.results import Basis, InputResult, Proved, Result
from netqed.analysis.roster import Roster
from netqed.analysis.session import Session
from netqed.analysis.verdicts import Judge
from netqed.plugins.table import plugin
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Workload
from netqed.sources.position import InputError
from netqed.spec.document import Scope, Spec

EVERY_READING: Final = "any network plugin"
"""The reading where no plugin is named: every way in which known plugins decide what the API leaves to them, and every
one that the API permits (docs/plugins.md)."""

Progress = Callable[[int, int, str], None]


def check(
    cluster: Cluster,
    spec: Spec,
    *,
    default_scope: Scope | None = None,
    today: date | None = None,
    rlimit: int | None = None,
    cni: str | None = None,
    why: bool = False,
    proofs: bool = False,
    patcher: Patcher | None = None,
    progress: Progress | None = None,
    decided: Callable[[Result], None] | None = None,
) -> InputResult:
    """The verdicts on every invariant of a resolved spec, in its order, and what they rest on.

    `cni` is the plugin (or `spec`) by whose answers the policies are read; None is every reading. `default_scope` is
    that of invariants that name none (else `always`, and `now` for `can`); `rlimit` the solver's
    budget for one question, in Z3's resource units; `proofs` adds to each proof the policies that it needs, `why` that
    and to each refutation every way in; `patcher`, if there is one, writes edits that would mend the refutations that
    fail the run; `decided` is given each result as soon as it is known. Raises InputError where assumptions contradict
    the input or each other, and Disagreement where the evaluator does not confirm a witness.
    """
    session = Session(cluster, spec, rlimit, cni)
    try:
        problems = [
            problem
            for stated in spec.assumptions
            for problem in violations(stated, session.endpoints, session.membership)
        ]
        if not problems:
            problems = list(contradictions(session))
        if problems:
            raise InputError(problems)
        judge = Judge(session, default_scope, today or date.today(), why=why, proofs=proofs)
        results = []
        for number, stated in enumerate(spec.invariants):
            if progress is not None:
                progress(number, len(spec.invariants), stated.title)
            results.append(judge.result(stated))
            if decided is not None:
                decided(results[-1])
    finally:
        session.solver.close()
    if patcher is not None:
        results = mended(cluster, spec, results, patcher, rlimit=rlimit, cni=cni, progress=progress)
    return InputResult(
        name=None,
        results=tuple(results),
        namespaces=namespace_counts(session.roster),
        basis=replace(basis(session.roster, cni), idle_assumptions=_idle(spec, results)),
    )


def _idle(spec: Spec, results: Sequence[Result]) -> tuple[str, ...]:
    """Assumptions that no proof of the run needed; none where nothing was proved."""
    proofs = [result.verdict for result in results if isinstance(result.verdict, Proved)]
    needed = {words for proof in proofs for words in proof.rests_on}
    return tuple(one.sentence for one in spec.assumptions if proofs and one.sentence not in needed)


def basis(roster: Roster, cni: str | None) -> Basis:
    """What the answers on this input rest on, read as the plugin `cni` has it."""
    cluster = roster.cluster
    return Basis(
        reading=EVERY_READING if cni is None else cni,
        assumptions=tuple(stated.sentence for stated in roster.spec.assumptions),
        standing=(*_standing(roster), *_of_plugin(cni)),
        sources=cluster.sources,
        files=cluster.files,
        objects=cluster.objects,
        policies=len(cluster.policies),
        namespaces=sum(labels is not None for labels in roster.namespaces.values()),
        workloads=len(roster.present),
        stated=len(roster.spec.workloads),
        left_out=cluster.left_out,
        notes=cluster.notes,
        ignored=cluster.ignored,
        narrowing=cluster.narrowing,
        digest=cluster.digest,
    )


def _standing(roster: Roster) -> Iterator[str]:
    """What every answer takes for granted."""
    yield "declared labels are complete: what a mesh or an operator injects later is not seen"
    yield (
        "what a pod's own node sends it as a node, or passes on to it, cannot be blocked and is not asked about "
        "(host-networked pods are)"
    )
    yield "host-networked pods have their node's address; none are invented"
    for version in sorted(roster.public_pods):
        yield f"pods may have any IPv{version} address, as one of the input has one that is not private"
    if not roster.spec.cluster.pod_cidrs and len(roster.public_pods) < 2:
        yield "pods without a known address have a private one (cluster.podCIDRs is not set)"
    if roster.spec.cluster.families != ("IPv4", "IPv6"):
        yield f"the cluster runs {' and '.join(roster.spec.cluster.families)} only"
        if stranded := sum(_is_stranded(workload, roster) for workload in roster.present):
            has = "1 workload has" if stranded == 1 else f"{stranded} workloads have"
            yield f"{has} addresses of the family that is left out only, and no proof speaks of what they reach"
    undeclared = sum(labels is None for labels in roster.namespaces.values())
    if undeclared:
        yield "namespaces that nobody declares may carry any labels beside their own name"


def _of_plugin(cni: str | None) -> Iterator[str]:
    """What the reading takes for granted: how it answers, or that every answer is considered."""
    match cni:
        case None:
            yield "what the API leaves to network plugins may be either way (netqed cni shows which has what)"
        case "spec":
            yield "no policy governs host-networked pods, and no selector matches them"
            yield "policies govern TCP, UDP and SCTP, and an ipBlock matches pods' addresses"
        case _:
            named = plugin(cni)
            yield f"{named.title} answers as `netqed cni {named.name}` says ({named.looked_at})"
            yield from (f"{named.title}: {note}" for note in named.notes)


def _is_stranded(workload: Workload, roster: Roster) -> bool:
    """Whether the workload is known by addresses only of families that the spec leaves out."""
    versions = {address.version for address in roster.addresses(workload)}
    return bool(versions) and not any(f"IPv{version}" in roster.spec.cluster.families for version in versions)
