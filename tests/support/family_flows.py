"""The families of a difference held to every flow of a small pair of inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from netqed.analysis.difference_results import Difference, Family, Sign
from netqed.analysis.roster import Roster
from netqed.reference.flow import Decision
from netqed.spec.document import Spec
from netqed_smt.model import Side
from support import policy_model
from support.both import Both
from support.candidates import Candidate
from support.everything import Membership
from support.pairs import SmallPair

MOST_FLOWS = 4_000
"""Flows between one pair of inputs that families are held to."""


class _Membership(Membership):
    """Which flows, as one side has them, lie in a cube; workloads go by their names."""

    def _index(self, one: Candidate) -> int:
        assert one.workload is not None
        return next(i for i, w in enumerate(self._roster.workloads) if w.display == one.workload.display)


class FamilyFlows:
    """Every flow between two inputs, and what their difference says of it."""

    def __init__(self, pair: SmallPair, found: Difference) -> None:
        self.both = Both(pair.old, pair.new, pair.spec, pair.scope)
        self._found = found
        rosters = [Roster(cluster, Spec()) for cluster in self.both.clusters]
        self._members = [
            _Membership(cluster, roster) for cluster, roster in zip(self.both.clusters, rosters, strict=True)
        ]

    def faults(self, seen: Counter[str]) -> Iterator[str]:
        """Every flow of a family that is not decided as it says, and every differing flow that is in none."""
        flows = ((source, destination, flow) for source, destination, found in self.both.flows() for flow in found)
        for source, destination, pair in islice(flows, MOST_FLOWS):
            decisions = [
                question.evaluator(source[side], destination[side]).decide(pair[side])
                for side, question in enumerate(self.both.questions)
            ]
            models = [
                members.model(source[side], destination[side], pair[side])
                for side, members in enumerate(self._members)
                if any(delta.families for _, delta in self._found.deltas)
            ]
            for sign, delta in self._found.deltas:
                inside = [family for family in delta.families or () if self._is_in(family, sign, models, decisions)]
                allowing = sign == "gained"
                differs = decisions[allowing].allowed and not decisions[not allowing].allowed
                seen.update(f"{sign} by {family.direction}" for family in inside)
                seen.update("conditional" if family.conditional else "unconditional" for family in inside)
                if inside and not differs:
                    yield f"not {sign}, but in {inside[0].cube}: {pair}"
                if differs and not inside:
                    yield f"{sign}, but in no family: {pair}"

    def _is_in(self, family: Family, sign: Sign, models: list[policy_model.Flow], decisions: list[Decision]) -> bool:
        """Whether the flow, as both sides have it, is in the family's cube, and meets its condition."""
        here = sign == "gained"
        own, other = models[here], models[not here]
        if not self._members[here].holds(family.cube, own) or not _elsewhere(family, other):
            return False
        decision = decisions[here]
        beyond = decision.egress if family.direction == "ingress" else decision.ingress
        return beyond.allowed or not family.conditional


def _elsewhere(family: Family, flow: policy_model.Flow) -> bool:
    """Whether the other side has the flow as the cube says."""
    return all(
        policy_model.holds(predicate, flow, side or Side.SOURCE) == holds
        for side, predicate, holds in family.cube.elsewhere
    )
