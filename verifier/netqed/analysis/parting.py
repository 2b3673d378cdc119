"""Policies encoded once, namespace by namespace, for questions about what changes without some of their parts.

Policies govern pods of their own namespace only (A1, fact 2), so that a cluster lets a flow through exactly where the
policies of each namespace do, each direction for itself. A part that goes changes what its own namespace says, and
nothing else; what a question encodes anew is that. Questions are put together before the first is asked: the solver
works through all constraints again where some are added in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from netqed.analysis.comparison import NEW, Comparison
from netqed.analysis.removals import Removal, RemovePolicy, path_of, policy_of, removals_of, smaller
from netqed.analysis.roster import Roster
from netqed.lowering.networkpolicy import Lowering, effective_directions
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, PolicyPort
from netqed.sources.position import FieldPath
from netqed.spec.document import Scope, Spec
from netqed_smt.encoding import Encoder
from netqed_smt.model import Direction, NamespaceIs
from netqed_smt.solver import Answer, Solver, Term


@dataclass(frozen=True, slots=True)
class Says:
    """What one policy says in one direction."""

    isolates: Term
    """True of the flows whose governed side the policy selects."""
    admits: Term
    """True of the flows that one of its rules matches."""


class Parting:
    """The flows of one input under its policies, and under what is left of them."""

    def __init__(
        self, cluster: Cluster, spec: Spec, scope: Scope, rlimit: int | None = None, cni: str | None = None
    ) -> None:
        """`spec` is resolved. ValueError where netqed has no verdicts for the plugin."""
        self.cluster = cluster
        self.removals: tuple[Removal, ...] = tuple(one for policy in cluster.policies for one in removals_of(policy))
        roster = Roster(cluster, spec)
        self.comparison = Comparison(roster, roster, rlimit, cni)
        self.solver: Solver = self.comparison.solver
        self.encoder: Encoder = self.comparison.universes[NEW].encoder
        self.flows: list[Term] = [*self.comparison.scope(scope), self.comparison.asked]
        """Literals of the flows that are asked about."""
        self.lowerings: Mapping[Direction, Lowering] = {one: Lowering(one, None) for one in Direction}
        self.policies: Mapping[str, NetworkPolicy] = {policy.key: policy for policy in cluster.policies}
        self.spaces: dict[str, list[NetworkPolicy]] = {}
        """The policies of each namespace."""
        for policy in cluster.policies:
            self.spaces.setdefault(policy.namespace, []).append(policy)
        self.governed = {
            direction: self.encoder.term(lowering.governed_traffic(), direction.governed)
            for direction, lowering in self.lowerings.items()
        }
        """By direction, the flows that policies decide about at all."""
        self.said = {policy.key: self.says(policy) for policy in cluster.policies}
        """What each policy says."""
        self._lets = {
            (namespace, direction): self._let((self.said[policy.key] for policy in policies), direction)
            for namespace, policies in self.spaces.items()
            for direction in Direction
        }
        """What the policies of a namespace let through."""
        self._gone: dict[Removal, tuple[Term, Term]] = {}
        """Of each candidate a literal that it is gone, and one that it is there."""
        self._changed = self.solver.false

    def alone(self, removal: Removal) -> list[Term]:
        """Literals of the flows that change where just this part is gone.

        None does that the policies of another namespace block, or its own in a direction that the part is not of.
        """
        solver = self.solver
        policy, directions = self.policies[policy_of(removal)], _directions(removal)
        after = smaller(policy, (removal,))
        here = [self.said[one.key] for one in self.spaces[policy.namespace] if one is not policy]
        if after is not None:
            here.append(self.says(after.policy))
        before = solver.conjunction([self._lets[policy.namespace, direction] for direction in directions])
        then = solver.conjunction([self._let(here, direction) for direction in directions])
        return [
            *self.flows,
            *(self._others(policy.namespace, direction, direction in directions) for direction in Direction),
            self._touched(removal),
            solver.literal(solver.negation(solver.equivalence(before, then)), "changed"),
        ]

    def settle(self, candidates: Collection[Removal]) -> None:
        """Prepare `together`, for some of these."""
        solver = self.solver
        gone: dict[tuple[str, FieldPath], Term] = {}
        for removal in candidates:
            term = solver.guard("gone")
            self._gone[removal] = term, solver.literal(solver.negation(term), "there")
            gone[policy_of(removal), path_of(removal)] = term
            self._touched(removal)
        lets = dict(self._lets)
        for namespace in {self.policies[policy_of(removal)].namespace for removal in candidates}:
            here = [self._partly(policy, gone) for policy in self.spaces[namespace]]
            lets.update({(namespace, direction): self._let(here, direction) for direction in Direction})
        before, then = (solver.conjunction(one.values()) for one in (self._lets, lets))
        self._changed = solver.literal(solver.negation(solver.equivalence(before, then)), "changed")

    def together(self, removals: Collection[Removal], last: Removal) -> list[Term]:
        """Literals of the flows that change where just these of the candidates are gone, given that none does where
        `last` is still there: so that its policy selects a side of each."""
        parts = [gone if one in removals else there for one, (gone, there) in self._gone.items()]
        return [*self.flows, self._touched(last), self._changed, *parts]

    def says(self, policy: NetworkPolicy) -> Mapping[Direction, Says]:
        """What a policy says."""
        return self._partly(policy, {})

    def ask(self, literals: Sequence[Term]) -> Answer:
        """Whether there is a flow of all of the literals."""
        return self.comparison.questions.ask(literals)

    def close(self) -> None:
        """Free the solver; nothing can be asked afterwards."""
        self.comparison.close()

    def _partly(self, policy: NetworkPolicy, gone: Mapping[tuple[str, FieldPath], Term]) -> Mapping[Direction, Says]:
        """What is left of a policy says, where the parts with a term are gone if that is true.

        A rule of which every peer or every port is gone is gone too. A direction that the policy isolates for stays
        isolated without rules; one that plugins go by only since it has some (A1, fact 7) does not.
        """
        solver, encoder = self.solver, self.encoder
        found = {}
        for direction, lowering in self.lowerings.items():
            governed = direction.governed
            word = direction.value
            key = "from" if direction is Direction.INGRESS else "to"

            def there(*path: str | int) -> Term:
                term = gone.get((policy.key, path))
                return solver.true if term is None else solver.negation(term)

            admitting, left = [], []
            for index, rule in enumerate(lowering.rules(policy)):
                path = ("spec", word, index)
                peers = [(there(*path, key, i), lowering.peer(policy, one)) for i, one in enumerate(rule.peers or ())]
                ports = [(there(*path, "ports", i), one) for i, one in enumerate(rule.ports or ())]
                left.append(
                    solver.conjunction(
                        [
                            there(*path),
                            *(solver.disjunction([one for one, _ in items]) for items in (peers, ports) if items),
                        ]
                    )
                )
                peer = solver.disjunction(
                    [solver.conjunction((here, encoder.term(one, governed.other))) for here, one in peers]
                )
                port = solver.disjunction(
                    [solver.conjunction((here, self._port(lowering, one, ports))) for here, one in ports]
                )
                admitting.append(
                    solver.conjunction(
                        (
                            there(*path),
                            peer if peers else solver.true,
                            port if ports else solver.true,
                        )
                    )
                )
            isolates = solver.conjunction((there(), encoder.term(lowering.subject(policy), governed)))
            admits = solver.conjunction((isolates, solver.disjunction(admitting)))
            if direction not in effective_directions(policy):
                isolates = solver.conjunction((isolates, solver.disjunction(left)))
            found[direction] = Says(isolates, admits)
        return found

    def _port(self, lowering: Lowering, port: PolicyPort, listed: Sequence[tuple[Term, PolicyPort]]) -> Term:
        """What one of a rule's ports matches, with those that are there. What a name stands for that a plugin does not
        look up may depend on whether a number of the same protocol is beside it (A5, fact 33)."""
        solver = self.solver
        alone, beside = lowering.port(port, (port,)), lowering.port(port, tuple(one for _, one in listed))
        if alone == beside:
            return self.encoder.term(alone)
        protocol = port.protocol or "TCP"
        numbered = solver.disjunction(
            [there for there, one in listed if isinstance(one.port, int) and (one.protocol or "TCP") == protocol]
        )
        return solver.disjunction(
            (
                solver.conjunction((numbered, self.encoder.term(beside))),
                solver.conjunction((solver.negation(numbered), self.encoder.term(alone))),
            )
        )

    def _let(self, says: Iterable[Mapping[Direction, Says]], direction: Direction) -> Term:
        """The flows that policies let through: what one admits, and what none of them decides about."""
        solver = self.solver
        here = [one[direction] for one in says]
        isolated = solver.conjunction((self.governed[direction], solver.disjunction([one.isolates for one in here])))
        return solver.disjunction([*(one.admits for one in here), solver.negation(isolated)])

    def _others(self, namespace: str, direction: Direction, own: bool) -> Term:
        """A literal of the flows that the other policies of the direction let through: those of other namespaces, which
        say nothing of a side that is in this one, and without `own` those of this one too."""
        everything = self.comparison.lets[NEW][direction]
        if not own:
            return everything
        here = self.encoder.term(NamespaceIs(namespace), direction.governed)
        return self.solver.literal(self.solver.disjunction((here, everything)), "others")

    def _touched(self, removal: Removal) -> Term:
        """A literal of the flows that the part's policy selects a side of, in a direction that the part is of."""
        says = self.said[policy_of(removal)]
        isolates = [says[direction].isolates for direction in _directions(removal)]
        return self.solver.literal(self.solver.disjunction(isolates), "touched")


def _directions(removal: Removal) -> tuple[Direction, ...]:
    """The directions that the part is of."""
    if isinstance(removal, RemovePolicy):
        return tuple(Direction)
    return tuple(one for one in Direction if one.value == removal.place.direction)
