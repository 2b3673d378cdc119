"""Why an invariant is proved: policies that suffice for it, whichever of the others are deleted.

Policies are not monotone (one isolates, another opens), so that a set proves the invariant alone does not mean that it
still does beside others. Each policy is therefore there or not as its own Boolean says, and the proof is sought over
all subsets at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from netqed.analysis.questions import Question
from netqed.analysis.results import Essential
from netqed.analysis.session import Session
from netqed.analysis.slices import Slices
from netqed.analysis.wishes import Candidates, Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.lowering.layers import lower
from netqed.resources.objects import NetworkPolicy
from netqed_smt.model import Choice, Direction
from netqed_smt.solver import Term


def _presence(policy: NetworkPolicy) -> Choice:
    """Whether the policy is there."""
    return Choice(f"policy {policy.key}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a core is sought for."""

    question: Question
    flows: list[Term]
    """Literals of the flows in scope that the question speaks of."""
    candidates: Candidates
    governing: dict[Direction, tuple[int, ...]]
    """Places of the policies that can have a say in such a flow."""

    @property
    def places(self) -> tuple[int, ...]:
        """Places of the policies that can have a say in either direction."""
        return tuple(sorted({place for places in self.governing.values() for place in places}))


@dataclass(frozen=True)
class Cores:
    """The policies of one session as things that may be there or not."""

    session: Session
    wishes: Wishes
    maker: WitnessMaker
    _slices: list[Slices] = field(default_factory=list)
    _outcomes: dict[tuple[tuple[Direction, tuple[int, ...]], ...], Term] = field(default_factory=dict)
    """Literals of the flows that those of the policies at these places that are there allow."""

    def because(self, question: Question, scope: Sequence[Term], candidates: Candidates) -> tuple[Essential, ...]:
        """The policies that the proof needs, in the cluster's order, each with a flow that it alone holds back.

        The question must be proved in the scope. UNSAT with a set of policies there and the others free says that the
        set suffices under deletion of any of the others; the set is made smaller until no member can go. Where
        the policies of one direction suffice whatever those of the other say, only they are looked at. Raises
        BudgetExhausted where the solver cannot tell.
        """
        slices = self._sliced()
        asked = _Asked(
            question,
            [*scope, self.session.questions.literal(question.subject)],
            candidates,
            {direction: slices.governing(question.subject, direction) for direction in Direction},
        )
        if not question.must_allow:
            for direction, places in sorted(asked.governing.items(), key=lambda item: len(item[1])):
                found = self._among(asked, (direction,), places)
                if found is not None:
                    return found
        found = self._among(asked, tuple(Direction), asked.places)
        if found is None:
            raise RuntimeError("the policies that can have a say do not prove what is proved")
        return found

    def _sliced(self) -> Slices:
        if not self._slices:
            self._slices.append(Slices(self.session.roster))
        return self._slices[0]

    def _among(
        self, asked: _Asked, directions: tuple[Direction, ...], places: Sequence[int]
    ) -> tuple[Essential, ...] | None:
        """The policies that the proof needs, found among these by what they say of these directions alone; None where
        that does not prove it, or where a member is needed for that alone."""
        violation = [*asked.flows, self._violating(asked, directions)]
        core = self._core(violation, places)
        if core is None:
            return None
        members = []
        for place in core:
            essential = self._essential(place, core, asked)
            if essential is None:
                return None
            members.append(essential)
        return tuple(members)

    def _violating(self, asked: _Asked, directions: tuple[Direction, ...]) -> Term:
        """A literal of the flows that violate the question's invariant, given which policies are there."""
        solver, encoder, cluster = self.session.solver, self.session.universe.encoder, self.session.cluster
        key = tuple((direction, asked.governing[direction]) for direction in directions)
        if key not in self._outcomes:
            allowed = [
                encoder.allowed(
                    lower(
                        replace(cluster, policies=tuple(cluster.policies[place] for place in places)),
                        presence=_presence,
                        reading=None,
                    ),
                    direction,
                )
                for direction, places in key
            ]
            self._outcomes[key] = solver.literal(solver.conjunction(allowed), "allowed by some")
        return self._outcome(self._outcomes[key], asked.question)

    def _outcome(self, allowed: Term, question: Question) -> Term:
        solver = self.session.solver
        return solver.literal(solver.negation(allowed), "blocked by some") if question.must_allow else allowed

    def _present(self, place: int) -> Term:
        """A literal: the policy is there."""
        return self.session.universe.encoder.term(_presence(self.session.cluster.policies[place]))

    def _core(self, violation: Sequence[Term], places: Sequence[int]) -> list[int] | None:
        """Places of policies that suffice and of which none can be left out; None where all of them do not suffice.

        Those whose names come last are left out first, whichever the solver's proof happened to use: that only says
        which ones can be left out without asking.
        """
        policies = self.session.cluster.policies
        rest = sorted(places, key=lambda place: policies[place].key)
        enough = self._sufficient(violation, rest)
        if enough is None:
            return None
        kept: list[int] = []
        while rest:
            place = rest.pop()
            if place not in enough:
                continue
            without = self._sufficient(violation, [*rest, *kept])
            if without is None:
                kept.append(place)
            else:
                enough = without
        return sorted(kept)

    def _sufficient(self, violation: Sequence[Term], places: Sequence[int]) -> set[int] | None:
        """Those of the policies that are enough for no flow to violate the invariant as long as they are there (UNSAT);
        None where some flow does with all of them there (SAT)."""
        present = {place: self._present(place) for place in places}
        if self.session.questions.is_possible([*violation, *present.values()]):
            return None
        used = {term.value for term in self.session.solver.core(list(present.values()))}
        return {place for place, term in present.items() if term.value in used}

    def _essential(self, place: int, core: Sequence[int], asked: _Asked) -> Essential | None:
        """The member, and a flow that violates the invariant once it is gone; None where none does.

        The others outside the core are gone too, if that lets a flow through; they may be what opens the way, and then
        as few as possible stay.
        """
        there = {other for other in core if other != place}
        everyone = {other for other in range(len(self.session.cluster.policies)) if other != place}
        for world in (there, everyone):
            violation = [*asked.flows, self._violating_in(world, asked)]
            if self.session.questions.is_possible(violation):
                return self._shown(place, world, violation, asked)
        return self._searched(place, there, asked)

    def _violating_in(self, world: set[int], asked: _Asked) -> Term:
        """A literal of the flows that violate the invariant where just these policies are there."""
        solver, encoder, cluster = self.session.solver, self.session.universe.encoder, self.session.cluster
        allowed = [
            encoder.allowed(
                lower(
                    replace(cluster, policies=tuple(cluster.policies[place] for place in places if place in world)),
                    reading=None,
                ),
                direction,
            )
            for direction, places in asked.governing.items()
        ]
        return self._outcome(solver.literal(solver.conjunction(allowed), "allowed"), asked.question)

    def _searched(self, place: int, there: set[int], asked: _Asked) -> Essential | None:
        """The member, in a world of the others that the solver finds, of which as few as possible are there."""
        solver = self.session.solver

        def gone(number: int) -> Term:
            return solver.literal(solver.negation(self._present(number)), "gone")

        violation = [*asked.flows, self._violating(asked, tuple(Direction))]
        pins = [*(self._present(other) for other in sorted(there)), gone(place)]
        if not self.session.questions.is_possible([*violation, *pins]):
            return None
        world = set(there)
        for number in asked.places:
            if number != place and number not in there:
                if self.session.questions.is_possible([*violation, *pins, gone(number)]):
                    pins.append(gone(number))
                else:
                    pins.append(self._present(number))
                    world.add(number)
        return self._shown(place, world, [*violation, *pins], asked)

    def _shown(self, place: int, world: set[int], violation: Sequence[Term], asked: _Asked) -> Essential:
        policies = self.session.cluster.policies
        values = self.wishes.narrow(violation, asked.candidates)
        return Essential(
            policies[place],
            self.maker.witness(
                values,
                allowed=not asked.question.must_allow,
                policies=tuple(policy for number, policy in enumerate(policies) if number in world),
            ),
        )
