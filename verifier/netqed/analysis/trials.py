"""Edited policy sets tried against the invariants of one input, all of them over one encoding.

To encode a large input anew for every set that is tried would take a second each. Here only the edited policies are new
to the solver, and flows that violated an invariant once are tried again in the evaluator before the solver is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from netqed.analysis.results import Witness
from netqed.analysis.session import Session
from netqed.analysis.wishes import Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.lowering.layers import lower
from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.evaluate import Evaluator
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule, Requirement
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.sentences import CanReach
from netqed_smt.model import Direction
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer, Term

Policies = tuple[NetworkPolicy, ...]
Outcome = Witness | Literal["holds", "unknown"]
"""What a trial says of an invariant: a flow that violates it, that none does, or that the solver's budget ran out."""


@dataclass
class Trials:
    """Tries policies in the place of the input's own. They may be about whatever the input's are about, and name any
    known namespace and isolate it in either direction besides."""

    cluster: Cluster
    spec: Spec
    """With the scope of each invariant."""
    rlimit: int | None = None
    cni: str | None = None
    solved: int = 0
    """Policy sets that the solver was asked about."""
    _flows: dict[StatedInvariant, list[Witness]] = field(default_factory=dict)
    _last: tuple[Policies, tuple[Term, Term]] | None = None

    @cached_property
    def _session(self) -> Session:
        return Session(self.cluster, self.spec, self.rlimit, self.cni, considered=(_considered(self.cluster),))

    @cached_property
    def _wishes(self) -> Wishes:
        return Wishes(self._session.questions)

    @cached_property
    def _maker(self) -> WitnessMaker:
        return WitnessMaker(self._session.roster, self._session.universe)

    def close(self) -> None:
        """Free the solver, if it was needed."""
        if "_session" in self.__dict__:
            self._session.solver.close()

    def learn(self, stated: StatedInvariant, witness: Witness) -> None:
        """A flow that violates the invariant under some policies: it is tried before the solver is asked."""
        self._flows.setdefault(stated, []).append(witness)

    def known(self, stated: StatedInvariant, policies: Policies) -> Witness | None:
        """A flow that is known to violate the invariant under other policies and does so under these; None where there
        is none among them, which says nothing about others."""
        must_allow = isinstance(stated.invariant, CanReach)
        for witness in self._flows.get(stated, ()):
            again = decided(witness, policies)
            if again.decision.allowed is not must_allow:
                return again
        return None

    def outcome(self, stated: StatedInvariant, policies: Policies) -> Outcome:
        """What becomes of the invariant under the policies: a known flow that violates it, else what the solver says of
        its violation. SAT is a flow, UNSAT is that it holds."""
        known = self.known(stated, policies)
        if known is not None:
            return known
        session = self._session
        question = session.question_of(stated.invariant)
        allowed, blocked = self._terms(policies)
        violation = [
            *session.scope(stated.scope or "always"),
            session.questions.literal(question.subject),
            blocked if question.must_allow else allowed,
        ]
        match session.questions.ask(violation):
            case Answer.UNSAT:
                return "holds"
            case Answer.UNKNOWN:
                return "unknown"
            case Answer.SAT:
                try:
                    values = self._wishes.narrow(violation)
                except BudgetExhausted:
                    return "unknown"
                found = self._maker.witness(values, allowed=not question.must_allow, policies=policies)
                self.learn(stated, found)
                return found

    def _terms(self, policies: Policies) -> tuple[Term, Term]:
        """Literals of the flows that the policies allow, and of those that they do not."""
        if self._last is None or self._last[0] is not policies:
            solver, encoder = self._session.solver, self._session.universe.encoder
            layers = lower(replace(self.cluster, policies=policies), reading=None)
            allowed = solver.conjunction([encoder.allowed(layers, direction) for direction in Direction])
            literals = solver.literal(allowed, "allowed"), solver.literal(solver.negation(allowed), "blocked")
            self._last = policies, literals
            self.solved += 1
        return self._last[1]


def decided(witness: Witness, policies: Sequence[NetworkPolicy]) -> Witness:
    """The same flow, decided under other policies."""
    world = replace(witness.world, policies=tuple(policies))
    return replace(witness, decision=Evaluator(world).decide(witness.flow), world=world)


def _considered(cluster: Cluster) -> NetworkPolicy:
    """A policy that is about all that edits bring in: each namespace by its name, and isolation in both directions."""
    names = tuple(sorted(cluster.known_namespaces))
    peer = PolicyPeer(LabelSelector(), LabelSelector((), (Requirement(NAME_LABEL, "In", names),)))
    rules = (PolicyRule((peer,)),)
    return NetworkPolicy(names[0], "considered", LabelSelector(), ("Ingress", "Egress"), rules, rules)
