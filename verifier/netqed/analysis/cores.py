"""Why an invariant is proved: policies that suffice for it, whichever of the others are deleted.

Policies are not monotone (one isolates, another opens), so that a set proves the invariant alone does not mean that it
still does beside others. Each policy is therefore there or not as its own Boolean says, and the proof is sought over
all subsets at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from netqed.analysis.questions import Question
from netqed.analysis.results import Essential
from netqed.analysis.session import Session
from netqed.analysis.wishes import Candidates, Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.lowering.layers import lower
from netqed.resources.objects import NetworkPolicy
from netqed_smt.model import Choice, Direction
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer, Term


def _presence(policy: NetworkPolicy) -> Choice:
    """Whether the policy is there."""
    return Choice(f"policy {policy.key}")


@dataclass(frozen=True)
class Cores:
    """The policies of one session as things that may be there or not."""

    session: Session
    wishes: Wishes
    maker: WitnessMaker

    @cached_property
    def _present(self) -> tuple[Term, ...]:
        """One literal a policy, in the cluster's order: it is there."""
        encoder = self.session.universe.encoder
        return tuple(encoder.term(_presence(policy)) for policy in self.session.cluster.policies)

    @cached_property
    def _outcomes(self) -> tuple[Term, Term]:
        """Literals of the flows that the policies that are there allow, and of those that they do not."""
        solver, encoder = self.session.solver, self.session.universe.encoder
        layers = lower(self.session.cluster, presence=_presence, reading=None)
        allowed = solver.conjunction([encoder.allowed(layers, direction) for direction in Direction])
        return solver.literal(allowed, "allowed by some"), solver.literal(solver.negation(allowed), "blocked by some")

    def because(self, question: Question, scope: Sequence[Term], candidates: Candidates) -> tuple[Essential, ...]:
        """The policies that the proof needs, in the cluster's order, each with a flow that it alone holds back.

        The question must be proved in the scope. UNSAT with a set of policies there and the others free says that the
        set suffices under deletion of any of the others; the set is made smaller until no member can go. Raises
        BudgetExhausted where the solver cannot tell.
        """
        violation = [
            *scope,
            self.session.questions.literal(question.subject),
            self._outcomes[1 if question.must_allow else 0],
        ]
        core = self._core(violation)
        return tuple(self._essential(place, core, question, violation, candidates) for place in core)

    def _core(self, violation: Sequence[Term]) -> list[int]:
        """Places of policies that suffice and of which none can be left out."""
        present = self._present
        self._suffices(violation, range(len(present)))
        needed = {id(term) for term in self.session.solver.core([*violation, *present])}
        core = [place for place, term in enumerate(present) if id(term) in needed]
        for place in list(core):
            smaller = [other for other in core if other != place]
            if self._suffices(violation, smaller):
                core = smaller
        return core

    def _suffices(self, violation: Sequence[Term], places: Sequence[int]) -> bool:
        """Whether no flow violates the invariant as long as these policies are there (UNSAT)."""
        answer = self.session.questions.ask([*violation, *(self._present[place] for place in places)])
        if answer is Answer.UNKNOWN:
            raise BudgetExhausted
        return answer is Answer.UNSAT

    def _essential(
        self, place: int, core: Sequence[int], question: Question, violation: Sequence[Term], candidates: Candidates
    ) -> Essential:
        """The member, and a flow that violates the invariant once it is gone.

        The others outside the core are gone too, if that lets a flow through; they may be what opens the way, and then
        as few as possible stay.
        """
        solver, policies = self.session.solver, self.session.cluster.policies
        there = {other for other in core if other != place}
        for outside in (frozenset[int](), frozenset(range(len(policies))) - {*core}):
            world = {*there, *outside}
            guard = solver.guard("world")
            for number, term in enumerate(self._present):
                solver.require(solver.implication(guard, term if number in world else solver.negation(term)))
            if self.session.questions.ask([*violation, guard]) is Answer.SAT:
                return self._shown(place, world, guard, question, violation, candidates)
        return self._searched(place, there, question, violation, candidates)

    def _searched(
        self,
        place: int,
        there: set[int],
        question: Question,
        violation: Sequence[Term],
        candidates: Candidates,
    ) -> Essential:
        """The member, in a world of the others that the solver finds."""
        solver, present = self.session.solver, self._present
        pins = [*(present[other] for other in sorted(there)), solver.literal(solver.negation(present[place]), "gone")]
        for number, term in enumerate(present):
            if number != place and number not in there:
                gone = solver.literal(solver.negation(term), "gone")
                pins.append(gone if self.session.questions.ask([*violation, *pins, gone]) is Answer.SAT else term)
        world = {number for number, term in enumerate(present) if any(pin is term for pin in pins)}
        guard = solver.guard("world")
        for pin in pins:
            solver.require(solver.implication(guard, pin))
        return self._shown(place, world, guard, question, violation, candidates)

    def _shown(
        self,
        place: int,
        world: set[int],
        guard: Term,
        question: Question,
        violation: Sequence[Term],
        candidates: Candidates,
    ) -> Essential:
        policies = self.session.cluster.policies
        values = self.wishes.narrow([*violation, guard], candidates)
        return Essential(
            policies[place],
            self.maker.witness(
                values,
                allowed=not question.must_allow,
                policies=tuple(policy for number, policy in enumerate(policies) if number in world),
            ),
        )
