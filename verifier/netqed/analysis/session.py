"""One input under one spec, encoded once and asked many times."""

from __future__ import annotations

from collections.abc import Sequence

from netqed.analysis.asking import Asking, Guard
from netqed.analysis.assumptions import constraint
from netqed.analysis.endpoints import Endpoints
from netqed.analysis.membership import Membership
from netqed.analysis.questions import Question, question_of
from netqed.analysis.roster import Roster
from netqed.lowering.layers import lower
from netqed.lowering.networkpolicy import networkpolicy_layers
from netqed.lowering.selectors import is_namespace_name
from netqed.plugins.table import answers_of
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy
from netqed.spec.document import Spec, StatedAssumption
from netqed.spec.sentences import Invariant, NamespacesNamed
from netqed_smt.footprint import Footprint
from netqed_smt.model import Direction, Layer, Predicate
from netqed_smt.question import Questions
from netqed_smt.solver import DEFAULT_RLIMIT, Solver, Term
from netqed_smt.universe import Universe


class Session(Asking):
    """The universe of a cluster and a spec, the policies' verdict on its flows, and questions about both."""

    def __init__(
        self,
        cluster: Cluster,
        spec: Spec,
        rlimit: int | None = None,
        cni: str | None = None,
        *,
        considered: Sequence[NetworkPolicy] = (),
        layers: Sequence[Layer] | None = None,
    ) -> None:
        """`cni` is the plugin (or `spec`) whose answers hold where the API leaves a matter open; None is any of them.
        `considered` are policies that are not there, and that questions may be about all the same; `layers` are those
        of the cluster's policies, if another session has made them. ValueError where netqed has no verdicts for the
        plugin."""
        self.cluster = cluster
        self.spec = spec
        self.cni = cni
        self.roster = Roster(cluster, spec)
        self.endpoints = Endpoints(self.roster)
        self.membership = Membership(self.roster)
        fixed = None if cni is None else answers_of(cni)
        self.layers = lower(cluster, reading=None) if layers is None else layers
        self._questions_of: dict[int, Question] = {}
        self.footprint = Footprint()
        self.footprint.add_layers(self.layers)
        self.footprint.add_layers(networkpolicy_layers(considered, reading=None))
        for stated in spec.invariants:
            self.footprint.add(self.question_of(stated.invariant).subject)
        for key in self.footprint.compared_namespace_labels:
            self.footprint.namespace_labels[key].update(
                labels[key] for labels in self.roster.namespaces.values() if labels is not None and key in labels
            )
        (constraints,) = constraints_of([(spec.assumptions, self.endpoints)], self.footprint)
        self.rlimit = rlimit
        solver = Solver(DEFAULT_RLIMIT if rlimit is None else rlimit)
        self.universe = Universe(solver, self.roster.population, self.footprint)
        encoder = self.universe.encoder
        self._allows = {
            direction: solver.literal(encoder.allowed(self.layers, direction), direction.value)
            for direction in Direction
        }
        self.allowed = solver.literal(solver.conjunction(self._allows.values()), "allowed")
        self.blocked = solver.literal(solver.negation(self.allowed), "blocked")
        super().__init__(
            Questions(self.universe),
            now=self.universe.now,
            ranges=Guard(self.universe.ranges, words_of_ranges(spec)),
            assumptions=[
                assumed(solver, stated, [encoder.term(predicate)])
                for stated, predicate in zip(spec.assumptions, constraints, strict=True)
            ],
            fixed=fixed,
        )

    def question_of(self, invariant: Invariant) -> Question:
        """The invariant's question."""
        key = id(invariant)
        if key not in self._questions_of:
            self._questions_of[key] = question_of(invariant, self.endpoints)
        return self._questions_of[key]

    def violation(self, question: Question) -> list[Term]:
        """Literals that hold of exactly the flows that violate the question's invariant."""
        return [self.questions.literal(question.subject), self.blocked if question.must_allow else self.allowed]


def constraints_of(
    sides: Sequence[tuple[Sequence[StatedAssumption], Endpoints]], footprint: Footprint
) -> list[list[Predicate]]:
    """The assumptions as predicates, of each side, and what they speak of added to the footprint; those that compare a
    label with the namespace's name come last, since they need to know every value that anything else speaks of."""
    found: list[list[Predicate | None]] = [[None] * len(stated) for stated, _ in sides]

    def build(named: bool) -> None:
        for (assumptions, endpoints), predicates in zip(sides, found, strict=True):
            for place, stated in enumerate(assumptions):
                if isinstance(stated.assumption, NamespacesNamed) is named:
                    predicate = predicates[place] = constraint(stated.assumption, endpoints, footprint)
                    footprint.add(predicate)

    build(named=False)
    for values in footprint.namespace_labels.values():
        footprint.namespaces.update(value for value in values if is_namespace_name(value))
    build(named=True)
    return [[one for one in predicates if one is not None] for predicates in found]


def assumed(solver: Solver, stated: StatedAssumption, terms: Sequence[Term]) -> Guard:
    """The assumption as a guard of its terms."""
    guard = solver.guard("assume")
    solver.require(solver.implication(guard, solver.conjunction(terms)))
    return Guard(guard, stated.sentence)


def words_of_ranges(spec: Spec) -> str:
    """What the guard of the address ranges says."""
    if spec.cluster.pod_cidrs:
        return "pods have addresses in cluster.podCIDRs, and external addresses lie outside"
    return "pods have private addresses (cluster.podCIDRs is not set)"
