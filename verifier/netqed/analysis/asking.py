"""What questions about flows are asked under: the scope, the assumptions, the ranges, and the answers of plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netqed.plugins.matters import Matter
from netqed.plugins.table import possible
from netqed.spec.document import Scope
from netqed_smt.model import Choice
from netqed_smt.question import Questions
from netqed_smt.solver import Answer, Solver, Term


@dataclass(frozen=True, slots=True)
class Guard:
    """A literal under which constraints hold that a proof may or may not need, and what they say, in words."""

    literal: Term
    words: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What a proof needs beside the policies, and of which none can go without the proof going too."""

    words: tuple[str, ...]
    """Assumptions and address ranges."""
    matters: tuple[tuple[Matter, bool], ...]
    """Answers that the reading fixes."""


class Asking:
    """Questions under guards. Readings that neither the API permits nor any known plugin has are left out."""

    def __init__(
        self,
        questions: Questions,
        *,
        now: Term,
        ranges: Guard,
        assumptions: Sequence[Guard],
        fixed: Mapping[Matter, bool] | None,
    ) -> None:
        """`now` confines a question to what exists now; `fixed` are the answers of a plugin, None is any plugin's."""
        self.questions = questions
        self.solver: Solver = questions.universe.solver
        self._now = now
        self.ranges = ranges
        self.assumptions = tuple(assumptions)
        choices = questions.universe.footprint.choices
        self.matters = tuple(matter for matter in Matter if matter.value in choices)
        """Those that the policies turn on: whatever the answer to others, no flow is judged otherwise."""
        self._fixed = fixed or {}
        self.answers = {
            matter: self.answer(matter, yes) for matter, yes in self._fixed.items() if matter in self.matters
        }
        """A literal for each answer that the reading fixes."""
        rows = [self.solver.conjunction(self.reading(one)) for one in possible()]
        self.solver.require(self.solver.disjunction(rows))

    def answer(self, matter: Matter, yes: bool) -> Term:
        """A literal that is true where the matter is answered so."""
        term = self.questions.universe.encoder.term(Choice(matter.value))
        return term if yes else self.solver.literal(self.solver.negation(term), "no")

    def reading(self, fixed: Mapping[Matter, bool]) -> list[Term]:
        """Literals that are true where the matters are answered so; those that nothing turns on are left out."""
        return [self.answer(matter, yes) for matter, yes in fixed.items() if matter in self.matters]

    def scope(self, scope: Scope) -> list[Term]:
        """The literals that confine a question to a scope, under every assumption of the spec."""
        literals = [self.ranges.literal, *(guard.literal for guard in self.assumptions), *self.answers.values()]
        return [*literals, self._now] if scope == "now" else literals

    def needed(self, assumptions: Sequence[Term]) -> Needs:
        """After UNSAT under the assumptions: guards of which none can go without the proof going too."""
        core = self.solver.core(assumptions)
        kept = {id(literal) for literal in core}
        remaining = [literal for literal in assumptions if id(literal) in kept]
        words = []
        for guard in (self.ranges, *self.assumptions):
            remaining, necessary = self._without(guard.literal, remaining)
            if necessary:
                words.append(guard.words)
        matters = []
        for matter, literal in self.answers.items():
            remaining, necessary = self._without(literal, remaining)
            if necessary:
                matters.append((matter, self._fixed[matter]))
        return Needs(tuple(words), tuple(matters))

    def _without(self, literal: Term, remaining: list[Term]) -> tuple[list[Term], bool]:
        """The literals that still suffice for UNSAT without this one, if it can go, and whether it cannot."""
        if not any(other is literal for other in remaining):
            return remaining, False
        without = [other for other in remaining if other is not literal]
        if self.questions.ask(without) is Answer.UNSAT:
            return without, False
        return remaining, True
