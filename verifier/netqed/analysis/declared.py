"""Whether a proof needs namespaces to have the labels that they declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from netqed.analysis.session import Session
from netqed.lowering.selectors import NAME_LABEL
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Labels
from netqed.spec.document import Scope
from netqed.spec.sentences import Invariant
from netqed_smt.model import (
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Predicate,
    Side,
    all_of,
    any_of,
    negate,
)
from netqed_smt.solver import Term


@dataclass(frozen=True)
class DeclaredLabels:
    """The same input and spec with the labels of its namespaces held by guards, each to be assumed or not."""

    session: Session
    """As its verdicts were found."""

    @cached_property
    def _free(self) -> Session:
        """A session in which a namespace may have any labels."""
        cluster, spec = self.session.cluster, self.session.spec
        names = frozenset({*cluster.known_namespaces, *spec.namespaces})
        bare: Cluster = replace(cluster, namespaces={}, object_namespaces=cluster.object_namespaces | names)
        return Session(
            bare, replace(spec, namespaces={}), self.session.rlimit, self.session.cni, layers=self.session.layers
        )

    @cached_property
    def _guards(self) -> Mapping[str, Term]:
        """By namespace that declares labels, a literal under which it has those and no others."""
        free, declared = self._free, self.session.roster.namespaces
        guards = {}
        for name, labels in declared.items():
            if labels is not None:
                guard = free.solver.guard("declared")
                for side in Side:
                    term = free.universe.encoder.term(self._as_declared(name, labels), side)
                    free.solver.require(free.solver.implication(guard, term))
                guards[name] = guard
        return guards

    def _as_declared(self, name: str, labels: Labels) -> Predicate:
        """That an endpoint is not of the namespace, or the namespace has these labels, of those that count."""
        keys = self._free.universe.vocabulary.namespace_labels
        known = {key: value for key, value in labels.items() if key != NAME_LABEL}
        facts: list[Predicate] = []
        for key, codes in keys.items():
            if key not in known:
                facts.append(negate(NamespaceLabelExists(key)))
            elif known[key] in codes.index:
                facts.append(NamespaceLabelIn(key, frozenset({known[key]})))
            else:
                others = (NamespaceLabelIn(key, frozenset({value})) for value in codes.values)
                facts.append(all_of([NamespaceLabelExists(key), negate(any_of(others))]))
        return any_of([negate(NamespaceIs(name)), all_of(facts)])

    def needed(self, invariant: Invariant, scope: Scope) -> tuple[str, ...]:
        """Of a proved invariant: namespaces whose declared labels the proof needs, and none of which can go; none where
        it holds whatever labels namespaces have (UNSAT of the violation with all labels free).

        Raises BudgetExhausted where the solver cannot tell.
        """
        free = self._free
        violation = [*free.scope(scope), *free.violation(free.question_of(invariant))]
        if not free.questions.is_possible(violation):
            return ()
        guards = self._guards
        if free.questions.is_possible([*violation, *guards.values()]):
            raise RuntimeError("a proof does not hold with the labels that are declared")
        core = {id(term) for term in free.solver.core([*violation, *guards.values()])}
        kept = [name for name, guard in guards.items() if id(guard) in core]
        for name in list(kept):
            fewer = [other for other in kept if other != name]
            if not free.questions.is_possible([*violation, *(guards[other] for other in fewer)]):
                kept = fewer
        return tuple(kept)
