"""Why a part of a policy is redundant, in a word, once it is proved to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from netqed.analysis.comparison import NEW
from netqed.analysis.edits import DropPort, Place, RemovePeer, RemoveRule
from netqed.analysis.parting import Parting
from netqed.analysis.redundancy_results import ReasonKind
from netqed.analysis.removals import Removal, RemovePolicy
from netqed.lowering.networkpolicy import Lowering
from netqed.resources.objects import NetworkPolicy, PolicyRule
from netqed_smt.encoding import Encoder
from netqed_smt.model import TRUE, Direction, Predicate, any_of
from netqed_smt.solver import Answer, Solver, Term

_DIRECTIONS = {"ingress": Direction.INGRESS, "egress": Direction.EGRESS}


@dataclass(frozen=True)
class Reasons:
    """Looks at one input for what does what a redundant part does. A reason is no proof: that came before."""

    parting: Parting

    def of(self, removal: Removal) -> tuple[ReasonKind, Removal | None]:
        """The reason, and what covers the part where one thing does."""
        if isinstance(removal, RemovePolicy):
            return self._of_policy(self._policies[removal.policy])
        return self._of_part(removal)

    def _of_policy(self, policy: NetworkPolicy) -> tuple[ReasonKind, Removal | None]:
        solver = self._solver
        isolates = self._isolates(policy)
        if self._never(solver.disjunction(isolates.values())):
            return "matches-nothing", None
        blocks = [solver.conjunction((one, solver.negation(self._admits(policy, d)))) for d, one in isolates.items()]
        if self._never(solver.disjunction(blocks)):
            return "open", None
        others: dict[Removal, Term] = {
            RemovePolicy(other.key): solver.conjunction(
                solver.implication(
                    one,
                    solver.conjunction(
                        (
                            self._isolates(other)[direction],
                            solver.implication(self._admits(policy, direction), self._admits(other, direction)),
                        )
                    ),
                )
                for direction, one in isolates.items()
            )
            for other in self._of_namespace[policy.namespace]
            if other.key != policy.key
        }
        return self._covered(solver.disjunction(isolates.values()), others)

    def _of_part(self, removal: RemoveRule | RemovePeer | DropPort) -> tuple[ReasonKind, Removal | None]:
        place = removal.place
        policy = self._policies[place.policy]
        direction = _DIRECTIONS[place.direction]
        match removal:
            case RemoveRule():
                admits = self._matches(policy, direction, place.rule)
            case RemovePeer(_, peer):
                admits = self._matches(policy, direction, place.rule, peer=peer)
            case DropPort(_, port):
                admits = self._matches(policy, direction, place.rule, port=port)
        if self._never(admits):
            return "matches-nothing", None
        others = dict(self._beside(removal, policy, direction))
        kind, by = self._covered(admits, others)
        if by is None:
            solver = self._solver
            alone = solver.conjunction((admits, solver.negation(solver.disjunction(others.values()))))
            kind = "together" if self._never(alone) else "blocked"
        return kind, by

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
        others = [other for other in self._of_namespace[policy.namespace] if other.key != policy.key]
        for other in (policy, *others):
            for index in range(len(self._rules(other, direction))):
                if other is not policy or index != place.rule:
                    where = Place(other.key, place.direction, index)
                    yield RemoveRule(where), self._matches(other, direction, index)

    def _covered(self, flows: Term, others: Mapping[Removal, Term]) -> tuple[ReasonKind, Removal | None]:
        """The first of the others that holds of all of the flows; each flow that is found rules out all that it can."""
        solver = self._solver
        left = list(others)
        while left:
            literals = [*self.parting.flows, solver.literal(flows), solver.literal(solver.negation(others[left[0]]))]
            match self.parting.ask(literals):
                case Answer.UNSAT:
                    return "covered", left[0]
                case Answer.SAT:
                    left = [one for one in left[1:] if solver.truth(others[one])]
                case Answer.UNKNOWN:
                    left = left[1:]
        return "together", None

    def _never(self, term: Term) -> bool:
        """Whether no flow that is asked about satisfies the term; False where that is unknown."""
        return self.parting.ask([*self.parting.flows, self._solver.literal(term)]) is Answer.UNSAT

    def _isolates(self, policy: NetworkPolicy) -> Mapping[Direction, Term]:
        """By direction, the flows that the policy decides about."""
        return {
            direction: self._term(direction, lowering.subject(policy), lowering.governed_traffic())
            for direction, lowering in self._lowerings.items()
        }

    def _admits(self, policy: NetworkPolicy, direction: Direction) -> Term:
        rules = range(len(self._rules(policy, direction)))
        return self._solver.disjunction([self._matches(policy, direction, index) for index in rules])

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
        lowering = self._lowerings[direction]
        rule = self._rules(policy, direction)[index]
        peers: Sequence[Predicate] = [
            lowering.peer(policy, one) for i, one in enumerate(rule.peers or ()) if peer in (None, i)
        ]
        ports = [lowering.port(one) for i, one in enumerate(rule.ports or ()) if port in (None, i)]
        return self._solver.conjunction(
            (
                self._term(direction, lowering.subject(policy), lowering.governed_traffic()),
                self._encoder.term(any_of(peers) if peers else TRUE, direction.governed.other),
                self._encoder.term(any_of(ports) if ports else TRUE),
            )
        )

    def _term(self, direction: Direction, *predicates: Predicate) -> Term:
        """Of the governed side."""
        return self._solver.conjunction([self._encoder.term(one, direction.governed) for one in predicates])

    def _rules(self, policy: NetworkPolicy, direction: Direction) -> Sequence[PolicyRule]:
        return self._lowerings[direction].rules(policy)

    @property
    def _solver(self) -> Solver:
        return self.parting.comparison.solver

    @cached_property
    def _encoder(self) -> Encoder:
        return self.parting.comparison.universes[NEW].encoder

    @cached_property
    def _lowerings(self) -> Mapping[Direction, Lowering]:
        return {direction: Lowering(direction, None) for direction in Direction}

    @cached_property
    def _policies(self) -> Mapping[str, NetworkPolicy]:
        return {policy.key: policy for policy in self.parting.cluster.policies}

    @cached_property
    def _of_namespace(self) -> Mapping[str, list[NetworkPolicy]]:
        found: dict[str, list[NetworkPolicy]] = {}
        for policy in self.parting.cluster.policies:
            found.setdefault(policy.namespace, []).append(policy)
        return found
