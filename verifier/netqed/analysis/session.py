"""One input under one spec, encoded once and asked many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netqed.analysis.assumptions import constraint
from netqed.analysis.endpoints import Endpoints
from netqed.analysis.membership import Membership
from netqed.analysis.questions import Question, question_of
from netqed.analysis.roster import Roster
from netqed.lowering.layers import lower
from netqed.lowering.selectors import is_namespace_name
from netqed.plugins.matters import Matter
from netqed.plugins.table import answers_of, possible
from netqed.resources.cluster import Cluster
from netqed.spec.document import Scope, Spec, StatedAssumption
from netqed.spec.sentences import Invariant, NamespacesNamed
from netqed_smt.footprint import Footprint
from netqed_smt.model import Choice, Direction, Predicate
from netqed_smt.question import Questions
from netqed_smt.solver import DEFAULT_RLIMIT, Answer, Solver, Term
from netqed_smt.universe import Universe


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


class Session:
    """The universe of a cluster and a spec, the policies' verdict on its flows, and questions about both."""

    def __init__(self, cluster: Cluster, spec: Spec, rlimit: int | None = None, cni: str | None = None) -> None:
        """`cni` is the plugin (or `spec`) whose answers hold where the API leaves a matter open; None is any of them.
        ValueError where netqed has no verdicts for it."""
        self.cluster = cluster
        self.spec = spec
        self.cni = cni
        self.roster = Roster(cluster, spec)
        self.endpoints = Endpoints(self.roster)
        self.membership = Membership(self.roster)
        fixed = None if cni is None else answers_of(cni)
        layers = lower(cluster, reading=None)
        self._questions_of: dict[int, Question] = {}
        self.footprint = Footprint()
        self.footprint.add_layers(layers)
        for stated in spec.invariants:
            self.footprint.add(self.question_of(stated.invariant).subject)
        for key in self.footprint.compared_namespace_labels:
            self.footprint.namespace_labels[key].update(
                labels[key] for labels in self.roster.namespaces.values() if labels is not None and key in labels
            )
        constraints = self._constraints()
        self.solver = Solver(DEFAULT_RLIMIT if rlimit is None else rlimit)
        self.universe = Universe(self.solver, self.roster.population, self.footprint)
        self.questions = Questions(self.universe)
        encoder = self.universe.encoder
        self._allows = {
            direction: self.solver.literal(encoder.allowed(layers, direction), direction.value)
            for direction in Direction
        }
        self.allowed = self.solver.literal(self.solver.conjunction(self._allows.values()), "allowed")
        self.blocked = self.solver.literal(self.solver.negation(self.allowed), "blocked")
        self.assumptions = tuple(
            self._guard(stated, predicate) for stated, predicate in zip(spec.assumptions, constraints, strict=True)
        )
        self.ranges = Guard(self.universe.ranges, self._words_of_ranges())
        self.matters = tuple(matter for matter in Matter if matter.value in self.footprint.choices)
        """Those that the policies turn on: whatever the answer to others, no flow is judged otherwise."""
        self.answers = {
            matter: self.answer(matter, yes) for matter, yes in (fixed or {}).items() if matter in self.matters
        }
        """A literal for each answer that the reading fixes."""
        self._fixed = fixed or {}
        self._require_possible()

    def answer(self, matter: Matter, yes: bool) -> Term:
        """A literal that is true where the matter is answered so."""
        term = self.universe.encoder.term(Choice(matter.value))
        return term if yes else self.solver.literal(self.solver.negation(term), "no")

    def reading(self, fixed: Mapping[Matter, bool]) -> list[Term]:
        """Literals that are true where the matters are answered so; those that nothing turns on are left out."""
        return [self.answer(matter, yes) for matter, yes in fixed.items() if matter in self.matters]

    def _require_possible(self) -> None:
        """Leave out answers that together neither the API permits nor any known plugin gives."""
        solver = self.solver
        rows = [solver.conjunction(self.reading(fixed)) for fixed in possible()]
        solver.require(solver.disjunction(rows))

    def _constraints(self) -> list[Predicate]:
        """The assumptions as predicates; those that compare a label with the namespace's name come last, since they
        need to know every value that anything else speaks of."""

        def built(stated: StatedAssumption) -> Predicate:
            predicate = constraint(stated.assumption, self.endpoints, self.footprint)
            self.footprint.add(predicate)
            return predicate

        last = [isinstance(stated.assumption, NamespacesNamed) for stated in self.spec.assumptions]
        early = {i: built(stated) for i, stated in enumerate(self.spec.assumptions) if not last[i]}
        for values in self.footprint.namespace_labels.values():
            self.footprint.namespaces.update(value for value in values if is_namespace_name(value))
        return [early[i] if i in early else built(stated) for i, stated in enumerate(self.spec.assumptions)]

    def _guard(self, stated: StatedAssumption, predicate: Predicate) -> Guard:
        guard = self.solver.guard("assume")
        self.solver.require(self.solver.implication(guard, self.universe.encoder.term(predicate)))
        return Guard(guard, stated.sentence)

    def _words_of_ranges(self) -> str:
        if self.spec.cluster.pod_cidrs:
            return "pods have addresses in cluster.podCIDRs, and external addresses lie outside"
        return "pods have private addresses (cluster.podCIDRs is not set)"

    def question_of(self, invariant: Invariant) -> Question:
        """The invariant's question."""
        key = id(invariant)
        if key not in self._questions_of:
            self._questions_of[key] = question_of(invariant, self.endpoints)
        return self._questions_of[key]

    def scope(self, scope: Scope) -> list[Term]:
        """The literals that confine a question to a scope, under every assumption of the spec."""
        literals = [self.ranges.literal, *(guard.literal for guard in self.assumptions), *self.answers.values()]
        return [*literals, self.universe.now] if scope == "now" else literals

    def violation(self, question: Question) -> list[Term]:
        """Literals that hold of exactly the flows that violate the question's invariant."""
        return [self.questions.literal(question.subject), self.blocked if question.must_allow else self.allowed]

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
