"""Every decision of one flow that the answers of a network plugin permit, where some of them are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from netqed.analysis.disagreement import Answer
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Decision, Flow

Answers = Mapping[Matter, bool]

SPEC_ANSWERS: Final[Answers] = {matter: matter in SPEC for matter in Matter}


@dataclass(frozen=True, slots=True)
class Case:
    """A decision under the answers that a plugin is known to give and some of those that are not known of it."""

    decision: Decision
    taken: Answers
    """Answers to matters of which the plugin's are not known. Whatever it answers to the others that are not known, the
    decision is the same."""
    reading: Reading
    """One that the decision is of."""
    free: frozenset[Matter]
    """The matters that may be answered either way."""

    def may_answer(self, matter: Matter) -> bool:
        """Whether the matter can be answered with yes in this case."""
        return matter in self.free or matter in self.reading


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a flow; each of the three is None where it depends on what is not known of the plugin."""

    allowed: bool | None
    ingress: bool | None
    egress: bool | None
    depends_on: tuple[Matter, ...]
    """The matters that those which are None depend on, in the order of `Matter`: another answer to this one alone, with
    some answers to the others, is another verdict."""


def verdict(cases: Sequence[Case], answers: Sequence[Answer]) -> Verdict:
    """The verdict where this is the answer in each case."""
    values: list[list[bool | None]] = [
        [False if False in answer else None if None in answer else True for answer in answers],
        [ingress for ingress, _ in answers],
        [egress for _, egress in answers],
    ]
    common = [_common(column) for column in values]
    found: set[Matter] = set()
    for column, one in zip(values, common, strict=True):
        if one is None:
            found |= _decisive([(case.taken, value) for case, value in zip(cases, column, strict=True)])
    allowed, ingress, egress = common
    return Verdict(allowed, ingress, egress, tuple(matter for matter in Matter if matter in found))


def decisions(evaluator: Evaluator, flow: Flow, fixed: Answers) -> tuple[Case, ...]:
    """Decide the flow under every reading that agrees with the answers of `fixed`: one case, or one for each way in
    which matters that are not known may be answered.

    Matters that the flow never comes to are not told apart, so there are few cases, whatever is not known. Raises as
    `Evaluator.decide`, where any of them does.
    """
    cases: list[Case] = []
    path: dict[Matter, bool] | None = {}
    while path is not None:
        asked = _Asked(yes=frozenset(), fixed=fixed, taken=path)
        decision = evaluator.under(asked).decide(flow)
        taken = dict(asked.taken)
        free = frozenset(matter for matter in Matter if matter not in fixed and matter not in taken)
        answers = {**SPEC_ANSWERS, **fixed, **taken}
        reading = Reading(frozenset(matter for matter, yes in answers.items() if yes))
        cases.append(Case(decision, taken, reading, free))
        path = _next(taken)
    return tuple(cases)


@dataclass(frozen=True, slots=True)
class _Asked(Reading):
    """A reading that answers with yes, for the time being, to what is not known, and keeps what it was asked about."""

    fixed: Answers = field(default_factory=dict)
    taken: dict[Matter, bool] = field(default_factory=dict)
    """In the order in which the matters were asked about."""

    def __contains__(self, matter: Matter) -> bool:
        known = self.fixed.get(matter)
        return self.taken.setdefault(matter, True) if known is None else known


def _next(taken: dict[Matter, bool]) -> dict[Matter, bool] | None:
    """The answers to begin the next case with: no to the last matter that was answered with yes, and the same to all
    that were asked about before it. None where that was the last case."""
    asked = list(taken)
    while asked and not taken[asked[-1]]:
        asked.pop()
    if not asked:
        return None
    return {**{matter: taken[matter] for matter in asked[:-1]}, asked[-1]: False}


def _common(answers: Iterable[bool | None]) -> bool | None:
    """What all are; None where they differ."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def _decisive(cases: Sequence[tuple[Answers, bool | None]]) -> set[Matter]:
    """The matters of which another answer, all others equal, can change the value."""
    found: set[Matter] = set()
    for (one, value), (other, opposite) in combinations(cases, 2):
        if value != opposite:
            differing = [matter for matter, yes in one.items() if other.get(matter, yes) != yes]
            if len(differing) == 1:
                found.add(differing[0])
    return found
