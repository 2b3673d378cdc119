"""Why a part of a policy is redundant, in a word, once it is proved to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from netqed.analysis.edits import DropPort, Place, RemovePeer, RemoveRule
from netqed.analysis.parting import Parting
from netqed.analysis.redundancy_results import ReasonKind
from netqed.analysis.removals import Removal, RemovePolicy, policy_of
from netqed.resources.objects import NetworkPolicy, PolicyRule
from netqed_smt.model import TRUE, Direction, Predicate, any_of
from netqed_smt.solver import Answer, Solver, Term

_DIRECTIONS = {"ingress": Direction.INGRESS, "egress": Direction.EGRESS}


@dataclass(frozen=True, slots=True)
class _Clues:
    """What is asked about one part, put together before anything is asked."""

    does: Term
    """A literal of the flows that it matches, or that a policy decides about."""
    blocks: Term | None
    """A literal of those that a policy decides about and does not admit."""
    others: Mapping[Removal, tuple[Term, Term]]
    """Of what may cover it, a term of the flows of which it does what the part does, and a literal of the others."""
    alone: Term
    """A literal of the flows that it alone admits in its direction, or that a policy alone holds back."""


@dataclass(frozen=True)
class Reasons:
    """Looks at one input for what does what a redundant part does. A reason is no proof: that came before."""

    parting: Parting

    def of(self, removals: Sequence[Removal]) -> Mapping[Removal, tuple[ReasonKind, Removal | None]]:
        """The reason of each, and what covers the part where one thing does."""
        clues = [(removal, self._clues(removal)) for removal in removals]
        return {removal: self._reason(found) for removal, found in clues}

    def _reason(self, clues: _Clues) -> tuple[ReasonKind, Removal | None]:
        if self._never(clues.does):
            return "matches-nothing", None
        if clues.blocks is not None and self._never(clues.blocks):
            return "open", None
        left = list(clues.others)
        while left:
            # A flow that one does not cover rules out all others that do not either.
            match self.parting.ask([*self.parting.flows, clues.does, clues.others[left[0]][1]]):
                case Answer.UNSAT:
                    return "covered", left[0]
                case Answer.SAT:
                    left = [one for one in left[1:] if self._solver.truth(clues.others[one][0])]
                case Answer.UNKNOWN:
                    left = left[1:]
        match self.parting.ask([*self.parting.flows, clues.alone]):
            case Answer.UNSAT:
                return "together", None
            case Answer.SAT:
                return "blocked", None
            case Answer.UNKNOWN:
                return "unexplained", None

    def _clues(self, removal: Removal) -> _Clues:
        solver = self._solver
        policy = self.parting.policies[policy_of(removal)]
        if isinstance(removal, RemovePolicy):
            isolates = self._isolates(policy)
            blocks = [
                solver.conjunction((one, solver.negation(self._admits(policy, direction))))
                for direction, one in isolates.items()
            ]
            does, others = solver.disjunction(isolates.values()), dict(self._policies_beside(policy))
            return _Clues(
                self._literal(does),
                self._literal(solver.disjunction(blocks)),
                self._both(others),
                self._literal(solver.disjunction([self._alone(policy, direction) for direction in isolates])),
            )
        direction = _DIRECTIONS[removal.place.direction]
        match removal:
            case RemoveRule(place):
                admits = self._matches(policy, direction, place.rule)
            case RemovePeer(place, peer):
                admits = self._matches(policy, direction, place.rule, peer=peer)
            case DropPort(place, port):
                admits = self._matches(policy, direction, place.rule, port=port)
        others = dict(self._beside(removal, policy, direction))
        alone = solver.conjunction((admits, solver.negation(solver.disjunction(others.values()))))
        return _Clues(self._literal(admits), None, self._both(others), self._literal(alone))

    def _alone(self, policy: NetworkPolicy, direction: Direction) -> Term:
        """The flows that a policy alone admits of those that it decides about, or alone holds back."""
        solver = self._solver
        says = [
            self.parting.said[one.key][direction] for one in self.parting.spaces[policy.namespace] if one is not policy
        ]
        admits = self._admits(policy, direction)
        return solver.conjunction(
            (
                self._isolates(policy)[direction],
                solver.disjunction(
                    (
                        solver.conjunction((admits, solver.negation(solver.disjunction([one.admits for one in says])))),
                        solver.negation(solver.disjunction([admits, *(one.isolates for one in says)])),
                    )
                ),
            )
        )

    def _both(self, others: Mapping[Removal, Term]) -> Mapping[Removal, tuple[Term, Term]]:
        return {one: (term, self._literal(self._solver.negation(term))) for one, term in others.items()}

    def _literal(self, term: Term) -> Term:
        return self._solver.literal(term, "reason")

    def _policies_beside(self, policy: NetworkPolicy) -> Iterable[tuple[Removal, Term]]:
        """The other policies of the namespace, each with the flows that it decides as this one does."""
        solver = self._solver
        for other in self.parting.spaces[policy.namespace]:
            if other is not policy:
                its = self._isolates(other)
                yield (
                    RemovePolicy(other.key),
                    solver.conjunction(
                        solver.implication(
                            one,
                            solver.conjunction(
                                (
                                    its[direction],
                                    solver.implication(self._admits(policy, direction), self._admits(other, direction)),
                                )
                            ),
                        )
                        for direction, one in self._isolates(policy).items()
                    ),
                )

    def _beside(
        self, removal: RemoveRule | RemovePeer | DropPort, policy: NetworkPolicy, direction: Direction
    ) -> Iterable[tuple[Removal, Term]]:
        """What else may admit what the part admits: the other items of its list, then other rules, its own policy's
        before those of others."""
        place = removal.place
        rule = self._rules(policy, direction)[place.rule]
        match removal:
            case RemovePeer(_, peer):
                for item in range(len(rule.peers or ())):
                    if item != peer:
                        yield RemovePeer(place, item), self._matches(policy, direction, place.rule, peer=item)
            case DropPort(_, port):
                for item in range(len(rule.ports or ())):
                    if item != port:
                        yield DropPort(place, item), self._matches(policy, direction, place.rule, port=item)
            case RemoveRule():
                pass
        others = [other for other in self.parting.spaces[policy.namespace] if other.key != policy.key]
        for other in (policy, *others):
            for index in range(len(self._rules(other, direction))):
                if other is not policy or index != place.rule:
                    where = Place(other.key, place.direction, index)
                    yield RemoveRule(where), self._matches(other, direction, index)

    def _never(self, literal: Term) -> bool:
        """Whether no flow that is asked about satisfies the literal; False where that is unknown."""
        return self.parting.ask([*self.parting.flows, literal]) is Answer.UNSAT

    def _isolates(self, policy: NetworkPolicy) -> Mapping[Direction, Term]:
        """By direction, the flows that the policy decides about."""
        return {
            direction: self._solver.conjunction((says.isolates, self.parting.governed[direction]))
            for direction, says in self.parting.said[policy.key].items()
        }

    def _admits(self, policy: NetworkPolicy, direction: Direction) -> Term:
        return self.parting.said[policy.key][direction].admits

    def _matches(
        self,
        policy: NetworkPolicy,
        direction: Direction,
        index: int,
        *,
        peer: int | None = None,
        port: int | None = None,
    ) -> Term:
        """The flows that a rule admits, or that it admits by one item of its peers or of its ports."""
        lowering, encoder = self.parting.lowerings[direction], self.parting.encoder
        rule = self._rules(policy, direction)[index]
        peers: Sequence[Predicate] = [
            lowering.peer(policy, one) for i, one in enumerate(rule.peers or ()) if peer in (None, i)
        ]
        ports = [lowering.port(one, rule.ports or ()) for i, one in enumerate(rule.ports or ()) if port in (None, i)]
        return self._solver.conjunction(
            (
                self._isolates(policy)[direction],
                encoder.term(any_of(peers) if peers else TRUE, direction.governed.other),
                encoder.term(any_of(ports) if ports else TRUE),
            )
        )

    def _rules(self, policy: NetworkPolicy, direction: Direction) -> Sequence[PolicyRule]:
        return self.parting.lowerings[direction].rules(policy)

    @property
    def _solver(self) -> Solver:
        return self.parting.solver
