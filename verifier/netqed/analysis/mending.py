"""What would mend a refuted invariant: small sets of edits that make it hold and break nothing else.

The search goes by size. A set that does not suffice leaves a flow that still gets through; each edit that may stop that
flow makes a larger set of it. What is found is only a candidate: it is judged anew, as the input itself is, before it
is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from netqed.analysis.edits import DefaultDeny, Edit, NarrowPeer, conflict, default_deny, edit_words, edited
from netqed.analysis.patching import Patcher
from netqed.analysis.remedies import Remedies, by_nature
from netqed.analysis.results import Change, Mend, Proved, Refuted, Result, Verdict
from netqed.analysis.trials import Policies, Trials
from netqed.resources.cluster import Cluster
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.sentences import CanReach

PROPOSALS: Final = 3
"""Mends that are shown of one invariant."""

LARGEST: Final = 3
"""Edits of one mend."""

SETS: Final = 1000
"""Sets of edits that are looked at for one invariant."""

SOLVED: Final = 60
"""Sets of edits that the solver is asked about for one invariant."""

SOLVED_IN_ALL: Final = 600
"""Sets of edits that the solver is asked about for all invariants of one input."""

JUDGED: Final = 8
"""Candidates that are judged anew for one invariant."""

Verdicts = Callable[[Cluster, Spec, Sequence[int]], Sequence[Verdict]]
"""Gives the verdicts on the invariants of a spec at the given places, over a cluster."""


@dataclass(frozen=True, slots=True)
class Mends:
    """The mends that were found of one invariant."""

    mends: tuple[Mend, ...]
    complete: bool
    """Whether every set of so many edits was looked at; a smaller one that was found ends the search as well."""


@dataclass
class Mender:
    """Mends the refuted invariants of one input."""

    cluster: Cluster
    spec: Spec
    """With the scope that each invariant was judged in."""
    results: Sequence[Result]
    verdicts: Verdicts
    patcher: Patcher
    trials: Trials
    _holding: dict[frozenset[Edit], frozenset[int] | None] = field(default_factory=dict)
    """By set of edits that was judged anew: the places of the invariants that are proved then, None where some other
    verdict gets worse."""
    _cut: bool = False

    def __post_init__(self) -> None:
        self._remedies = Remedies(self.cluster, self.spec)
        for stated, result in zip(self.spec.invariants, self.results, strict=True):
            if isinstance(result.verdict, Refuted):
                self.trials.learn(stated, result.verdict.witness)

    def mends(self, index: int) -> Mends:
        """Mends of the refuted invariant at this place, smallest and most local first."""
        found = tuple(self._mend(edits, index) for edits in self.solutions(index))
        return Mends(found, complete=not self._cut)

    def solutions(self, index: int) -> Iterator[tuple[Edit, ...]]:
        """Sets of edits that mend the invariant at this place; none of a `can`, which takes more than edits that let
        less through.

        Under each the invariant is proved, every other invariant of the spec that is proved stays so, no other verdict
        changes unless from refuted to proved, and no proper part of the edits makes the invariant proved.
        """
        self._cut = False
        stated = self.spec.invariants[index]
        if not isinstance(self.results[index].verdict, Refuted) or isinstance(stated.invariant, CanReach):
            return
        search = _Search(self, index, stated)
        shapes: set[frozenset[object]] = set()
        judged = 0
        for edits in search.candidates():
            shape = frozenset(map(_shape, edits))
            if shape in shapes:
                continue
            if judged >= JUDGED:
                self._cut = True
                return
            judged += 1
            if not self._holds(frozenset(edits), index):
                continue
            shapes.add(shape)
            search.proposed(edits)
            yield tuple(sorted(edits, key=by_nature))
            if len(shapes) >= PROPOSALS:
                return

    def cut(self) -> None:
        """The search ends before everything was looked at."""
        self._cut = True

    def after(self, edits: frozenset[Edit]) -> Cluster:
        """The cluster after the edits."""
        return replace(self.cluster, policies=self.policies(edits))

    def policies(self, edits: frozenset[Edit]) -> Policies:
        """The policies after the edits."""
        touched = {edit.place.policy for edit in edits if not isinstance(edit, DefaultDeny)}
        policies = [
            edited(policy, edits).policy if policy.key in touched else policy for policy in self.cluster.policies
        ]
        for edit in sorted(edits, key=by_nature):
            if isinstance(edit, DefaultDeny):
                policies.append(default_deny(edit, (policy.key for policy in policies)))
        return tuple(policies)

    def breaks(self, policies: Policies, *, solve: bool) -> bool:
        """Whether a `can` that is proved is refuted under the policies; without `solve`, as far as known flows tell."""
        for stated, result in zip(self.spec.invariants, self.results, strict=True):
            if isinstance(stated.invariant, CanReach) and isinstance(result.verdict, Proved):
                if solve and self.trials.outcome(stated, policies) != "holds":
                    return True
                if not solve and self.trials.known(stated, policies) is not None:
                    return True
        return False

    def _holds(self, edits: frozenset[Edit], index: int) -> bool:
        """Whether the edits mend the invariant, judged anew. What is refuted besides is judged by trials first: it has
        to stay refuted, or be proved."""
        if edits not in self._holding:
            self._holding[edits] = self._judge(edits)
        proved = self._holding[edits]
        return proved is not None and index in proved

    def _judge(self, edits: frozenset[Edit]) -> frozenset[int] | None:
        policies = self.policies(edits)
        expected = []
        for index, (stated, result) in enumerate(zip(self.spec.invariants, self.results, strict=True)):
            match result.verdict.word:
                case "proved":
                    expected.append(index)
                case "refuted":
                    outcome = self.trials.outcome(stated, policies)
                    if outcome == "unknown":
                        return None
                    if outcome == "holds":
                        expected.append(index)
                case "unknown":
                    if self.trials.known(stated, policies) is not None:
                        return None
                case "vacuous":
                    pass  # no policy has a say in whether any flow is asked about
        judged = self.verdicts(self.after(edits), self.spec, expected)
        if not all(isinstance(verdict, Proved) for verdict in judged):
            return None
        return frozenset(expected)

    def _mend(self, ordered: tuple[Edit, ...], index: int) -> Mend:
        policies = {policy.key: policy for policy in self.cluster.policies}
        edits = frozenset(ordered)
        also = sorted((self._holding[edits] or frozenset()) - {index})
        return Mend(
            tuple(
                Change(None if isinstance(edit, DefaultDeny) else policies[edit.place.policy], edit_words(edit), edit)
                for edit in ordered
            ),
            self.patcher.diff(ordered, self.after(edits)),
            also=tuple(
                self.spec.invariants[other].title for other in also if isinstance(self.results[other].verdict, Refuted)
            ),
        )

    @property
    def remedies(self) -> Remedies:
        """Edits that may stop a flow."""
        return self._remedies


@dataclass
class _Search:
    """The search for sets of edits that make one invariant hold."""

    mender: Mender
    index: int
    stated: StatedInvariant
    _tried: dict[frozenset[Edit], bool] = field(default_factory=dict)
    """Whether the invariant holds under the edits, of every set that was tried."""
    _enough: bool = False

    def proposed(self, edits: tuple[Edit, ...]) -> None:
        """A candidate was judged to mend the invariant: larger ones are not needed, unless it only shuts a door."""
        self._enough |= not any(isinstance(edit, DefaultDeny) for edit in edits)

    def candidates(self) -> Iterator[tuple[Edit, ...]]:
        """Sets of edits under which no flow violates the invariant and no proper part of which does as much, the
        smallest first. Sets under which a `can` breaks are left out, and what is larger than they are: edits only ever
        let less through."""
        mender = self.mender
        found: list[frozenset[Edit]] = []
        frontier: list[tuple[Edit, ...]] = [()]
        before = mender.trials.solved
        for _ in range(LARGEST):
            following: list[tuple[Edit, ...]] = []
            for edits in frontier:
                for edit in self._next(edits):
                    larger = frozenset((*edits, edit))
                    if larger in self._tried or any(smaller < larger for smaller in found):
                        continue
                    if self._enough and isinstance(edit, DefaultDeny):
                        continue
                    solved = mender.trials.solved
                    if len(self._tried) >= SETS or solved - before >= SOLVED or solved >= SOLVED_IN_ALL:
                        mender.cut()
                        return
                    match self._try(larger):
                        case True if self._minimal(larger):
                            found.append(larger)
                            yield (*edits, edit)
                        case False:
                            following.append((*edits, edit))
                        case _:
                            pass
            if self._enough:
                return
            frontier = following

    def _next(self, edits: tuple[Edit, ...]) -> Iterator[Edit]:
        """Edits that may stop a flow that still violates the invariant."""
        mender = self.mender
        policies = mender.policies(frozenset(edits))
        witness = mender.trials.outcome(self.stated, policies)
        if isinstance(witness, str):
            return
        for edit in mender.remedies.of(witness, edits, self.stated):
            if not any(conflict(edit, other) for other in edits):
                yield edit

    def _try(self, edits: frozenset[Edit]) -> bool | None:
        """Whether the invariant holds under the edits; None where they break another, or the budget ran out."""
        mender = self.mender
        policies = mender.policies(edits)
        self._tried[edits] = False
        if mender.breaks(policies, solve=False):
            return None
        if mender.trials.known(self.stated, policies) is not None:
            return False
        if mender.breaks(policies, solve=True):
            return None
        outcome = mender.trials.outcome(self.stated, policies)
        self._tried[edits] = outcome == "holds"
        return None if outcome == "unknown" else outcome == "holds"

    def _minimal(self, edits: frozenset[Edit]) -> bool:
        """Whether under every proper part of the edits some flow violates the invariant."""
        mender = self.mender
        return all(
            not isinstance(mender.trials.outcome(self.stated, mender.policies(frozenset(part))), str)
            for size in range(1, len(edits))
            for part in combinations(sorted(edits, key=by_nature), size)
        )


def _shape(edit: Edit) -> object:
    """The edit but for the namespaces that it narrows to: of two mends that differ in those only, one is shown."""
    return (edit.place, edit.peer) if isinstance(edit, NarrowPeer) else edit
