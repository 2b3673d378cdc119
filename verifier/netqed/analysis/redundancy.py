"""What can be removed from a policy set without changing any flow: part by part, and as a set.

That a part is redundant says nothing of it beside another: two that cover each other are redundant each, and not both.
Nor is what is needed now needed for ever: a policy that admits everything is needed beside one that isolates the same
pods, and without that one is not. So the set is sought in rounds, until in what is left every part is needed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netqed.analysis.asking import Needs
from netqed.analysis.check import basis, check
from netqed.analysis.difference import difference
from netqed.analysis.difference_results import Nothing
from netqed.analysis.edits import DropPort, RemovePeer, RemoveRule
from netqed.analysis.parting import Parting
from netqed.analysis.reasons import Reasons
from netqed.analysis.redundancy_results import Part, ReasonKind, Redundancy, Redundant, Together
from netqed.analysis.removals import (
    SIZES,
    Removal,
    RemovePolicy,
    as_read,
    contains,
    outermost,
    policy_of,
    removals_of,
    size_of,
    smaller,
    without,
)
from netqed.analysis.results import Unknown
from netqed.analysis.roster import Roster
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Scope, Spec
from netqed.spec.resolve import resolve
from netqed_smt.solver import Answer

Progress = Callable[[int, int, str], None]

TOGETHER: Final = 600
"""Parts that one solver is asked about alone."""

_BUDGET = "the solver's budget ran out"


def redundancy(
    cluster: Cluster,
    spec: Spec | None = None,
    *,
    scope: Scope = "always",
    rlimit: int | None = None,
    cni: str | None = None,
    reasons: bool = True,
    progress: Progress | None = None,
) -> Redundancy:
    """What can be removed without changing any flow.

    The question is that of `netqed.analysis.difference`: flows between endpoints that exist (`now`) or could exist
    (`always`), under the assumptions and facts of `spec`, as it was parsed; its invariants play no part. `reasons` says
    of each part why. Raises InputError where there is nothing to ask about, or the assumptions contradict the input or
    each other, and RuntimeError where the comparison of what is left does not prove again what the search did.
    """
    started = time.perf_counter()
    stated = replace(spec or Spec(), invariants=())
    resolved = resolve(stated, cluster)
    roster = Roster(cluster, resolved)
    if scope == "now" and not roster.present:
        raise InputError(
            [
                Problem(
                    "no workloads: without any, nothing that policies do matters",
                    hint="--scope always asks for every pod that could exist",
                )
            ]
        )
    if stated.assumptions:
        check(cluster, resolved, rlimit=rlimit, cni=cni)
    search = _Search(cluster, resolved, scope, rlimit, cni, reasons, progress)
    search.run()
    after = without(cluster, search.removed)
    together = _proved(search, after, stated)
    return Redundancy(
        scope=scope,
        asked={size: search.asked[size] for size in SIZES},
        found=tuple(search.found),
        unknown=tuple(search.unknown),
        together=together,
        basis=basis(roster, cni),
        before=cluster,
        after=cluster if isinstance(together, Unknown) else after,
        seconds=time.perf_counter() - started,
    )


def _proved(search: _Search, after: Cluster, spec: Spec) -> Together | Unknown:
    """The parts that were removed, once the policies that are left are proved to allow the same."""
    if not search.removed:
        return Together((), complete=search.complete)
    found = difference(
        search.cluster,
        after,
        spec,
        scope=search.scope,
        rlimit=search.rlimit,
        cni=search.cni,
        families=False,
    )
    match found.gained, found.lost:
        case Nothing() as gained, Nothing() as lost:
            written = {
                one: i for i, one in enumerate(part for one in search.cluster.policies for part in removals_of(one))
            }
            ordered = sorted(outermost(search.removed), key=lambda one: (SIZES.index(size_of(one)), written[one]))
            return Together(
                tuple(search.part(one) for one in ordered),
                tuple(dict.fromkeys((*gained.rests_on, *lost.rests_on))),
                tuple(dict.fromkeys((*gained.matters, *lost.matters))),
                complete=search.complete,
            )
        case _ if found.outcome == "unknown":
            return Unknown(_BUDGET)
        case _:
            raise RuntimeError(f"what is left without all that is redundant is {found.outcome}")


@dataclass
class _Search:
    """The search for what can be removed from one input."""

    cluster: Cluster
    spec: Spec
    """Resolved."""
    scope: Scope
    rlimit: int | None
    cni: str | None
    reasons: bool
    progress: Progress | None

    def __post_init__(self) -> None:
        self.found: list[Redundant] = []
        self.unknown: list[Part] = []
        self.asked: Counter[str] = Counter()
        self.removed: list[Removal] = []
        """By the indices of the policies as they were read."""
        self.complete = True
        self._policies = {policy.key: policy for policy in self.cluster.policies}

    def part(self, removal: Removal) -> Part:
        """The part, with its policy as it was read."""
        return Part(removal, self._policies[policy_of(removal)])

    def run(self) -> None:
        """Rounds, until nothing that is left can be removed. The first one finds what can be removed alone."""
        last: list[Removal] | None = None
        while last is None or last:
            current = without(self.cluster, self.removed)
            parts = [one for policy in current.policies for one in removals_of(policy)]
            if last is None:
                self.asked = Counter(map(size_of, parts))
            elif self.complete:
                parts = [one for one in parts if _may_be_new(one, last)]
            last = self._round(current, parts, first=last is None)
            self.removed += last

    def _round(self, current: Cluster, parts: Sequence[Removal], *, first: bool) -> list[Removal]:
        """What is removed in this round of what is left, by the indices of the policies as they were read.

        Of very many parts some are asked about at a time: what the solver does for one grows with all that it was told.
        """
        self.complete = True
        candidates: list[Removal] = []
        for start in range(0, len(parts), TOGETHER):
            parting = Parting(current, self.spec, self.scope, self.rlimit, self.cni)
            try:
                candidates += self._alone(parting, parts[start : start + TOGETHER], start, len(parts), first=first)
                if start + TOGETHER >= len(parts) and candidates:
                    return [self._as_read(one) for one in self._gone(parting, candidates)]
            finally:
                parting.close()
        return []

    def _gone(self, parting: Parting, candidates: Sequence[Removal]) -> list[Removal]:
        """What of the candidates goes, one after the other, the largest first."""
        parting.settle(candidates)
        gone: list[Removal] = []
        for size in SIZES:
            # The last first: of two that do the same, the one that is written first stays.
            for removal in reversed([one for one in candidates if size_of(one) == size]):
                if any(contains(one, removal) for one in gone) or _is_last(parting.policies, removal, gone):
                    continue
                match parting.ask(parting.together({*gone, removal}, removal)):
                    case Answer.UNSAT:
                        gone.append(removal)
                    case Answer.UNKNOWN:
                        self.complete = False
                    case Answer.SAT:
                        pass
        return gone

    def _alone(
        self, parting: Parting, parts: Sequence[Removal], done: int, total: int, *, first: bool
    ) -> list[Removal]:
        """Those of the parts that can be removed alone."""
        needs: dict[Removal, Needs] = {}
        for number, (removal, literals) in enumerate([(one, parting.alone(one)) for one in parts]):
            if self.progress is not None:
                what = "" if isinstance(removal, RemovePolicy) else f"{size_of(removal)} of "
                self.progress(done + number, total, f"{what}policy {policy_of(removal)}")
            match parting.ask(literals):
                case Answer.UNSAT:
                    needs[removal] = parting.comparison.needed(literals)
                case Answer.UNKNOWN:
                    self.complete = False
                    if first:
                        self.unknown.append(self.part(removal))
                case Answer.SAT:
                    pass
        if first:
            reasons = Reasons(parting).of(tuple(needs)) if self.reasons else {}
            for removal, its in needs.items():
                self.found.append(self._redundant(removal, *reasons.get(removal, ("unexplained", None)), its))
        return list(needs)

    def _redundant(self, removal: Removal, kind: ReasonKind, by: Removal | None, needs: Needs) -> Redundant:
        return Redundant(self.part(removal), kind, None if by is None else self.part(by), needs.words, needs.matters)

    def _as_read(self, removal: Removal) -> Removal:
        now = smaller(self._policies[policy_of(removal)], self.removed)
        if now is None:
            raise RuntimeError("a part of a policy that is gone")
        return as_read(removal, now)


def _may_be_new(removal: Removal, gone: Sequence[Removal]) -> bool:
    """Whether a part that was needed may not be any more since these are gone.

    A rule, peer or port is needed for a flow that nothing else of its direction admits and that is allowed, as it still
    is: unless what isolated the flow's side has gone, and only a policy of its namespace, or a rule that plugins go by
    in a direction that is not named, can have done that. A policy may be needed for a flow that it alone blocks, which
    is blocked on the other side now.
    """
    if isinstance(removal, RemovePolicy):
        return True
    namespaces = {policy_of(one).partition("/")[0] for one in gone if isinstance(one, RemovePolicy | RemoveRule)}
    return policy_of(removal).partition("/")[0] in namespaces


def _is_last(policies: Mapping[str, NetworkPolicy], removal: Removal, gone: Sequence[Removal]) -> bool:
    """Whether the item is the last of its list, so that its rule would go with it: that is asked of the rule."""
    if not isinstance(removal, RemovePeer | DropPort):
        return False
    place = removal.place
    policy = policies[place.policy]
    rule = ((policy.ingress if place.direction == "ingress" else policy.egress) or ())[place.rule]
    items = rule.peers if isinstance(removal, RemovePeer) else rule.ports
    kind = RemovePeer if isinstance(removal, RemovePeer) else DropPort
    return sum(isinstance(one, kind) and one.place == place for one in gone) + 1 >= len(items or ())
