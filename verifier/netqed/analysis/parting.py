"""Policies encoded once, each of their parts there or not, for questions about what changes without some of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from netqed.analysis.comparison import NEW, Comparison
from netqed.analysis.removals import Removal, path_of, policy_of, removals_of
from netqed.analysis.roster import Roster
from netqed.lowering.networkpolicy import networkpolicy_part_layers
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy
from netqed.sources.position import FieldPath
from netqed.spec.document import Scope, Spec
from netqed_smt.model import TRUE, Choice, Direction, Predicate, negate
from netqed_smt.solver import Answer, Term


class Parting:
    """The flows of one input under its policies, and under what is left of them.

    Which parts are gone is a Boolean for each. Questions about one part go first: a number that can be one part's only
    says which, so that they take two assumptions, however many parts there are.
    """

    def __init__(
        self, cluster: Cluster, spec: Spec, scope: Scope, rlimit: int | None = None, cni: str | None = None
    ) -> None:
        """`spec` is resolved. ValueError where netqed has no verdicts for the plugin."""
        self.cluster = cluster
        self.removals: tuple[Removal, ...] = tuple(one for policy in cluster.policies for one in removals_of(policy))
        roster = Roster(cluster, spec)
        self.comparison = Comparison(roster, roster, rlimit, cni)
        solver, encoder = self.comparison.solver, self.comparison.universes[NEW].encoder
        gone = {(policy_of(one), path_of(one)): _gone(one) for one in self.removals}

        def present(policy: NetworkPolicy, path: FieldPath) -> Predicate:
            choice = gone.get((policy.key, path))
            return TRUE if choice is None else negate(choice)

        layers = networkpolicy_part_layers(cluster.policies, present, reading=None)
        before = solver.conjunction(self.comparison.lets[NEW].values())
        after = solver.conjunction([encoder.allowed(layers, direction) for direction in Direction])
        changed = solver.negation(solver.equivalence(before, after))
        self.flows: list[Term] = [*self.comparison.scope(scope), self.comparison.asked]
        """Literals of the flows that are asked about."""
        self._changed = solver.literal(changed, "changed")
        self._gone = {one: encoder.term(_gone(one)) for one in self.removals}
        self._there: dict[Removal, Term] = {}
        self._one = solver.guard("one")
        width = max(1, len(self.removals).bit_length())
        number = solver.bits("gone", width)
        for code, one in enumerate(self.removals):
            named = solver.is_value(number, code, width)
            both = solver.conjunction((self._one, self._gone[one]))
            solver.require(solver.implication(both, named))

    def alone(self, removal: Removal) -> list[Term]:
        """Literals of the flows that change where just this part is gone."""
        return [*self.flows, self._changed, self._one, self._gone[removal]]

    def settle(self, candidates: Collection[Removal]) -> None:
        """All parts but the candidates stay from now on: `alone` may be asked no more, and `together` may."""
        solver = self.comparison.solver
        wanted = frozenset(candidates)
        for removal in self.removals:
            there = solver.negation(self._gone[removal])
            if removal in wanted:
                self._there[removal] = solver.literal(there, "there")
            else:
                solver.require(there)

    def together(self, removals: Collection[Removal]) -> list[Term]:
        """Literals of the flows that change where just these of the candidates are gone."""
        parts = [self._gone[one] if one in removals else there for one, there in self._there.items()]
        return [*self.flows, self._changed, *parts]

    def ask(self, literals: Sequence[Term]) -> Answer:
        """Whether there is a flow of all of the literals."""
        return self.comparison.questions.ask(literals)

    def close(self) -> None:
        """Free the solver; nothing can be asked afterwards."""
        self.comparison.close()


def _gone(removal: Removal) -> Choice:
    """Whether the part is gone."""
    return Choice(f"gone {policy_of(removal)} {path_of(removal)}")
