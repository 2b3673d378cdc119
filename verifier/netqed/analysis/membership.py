"""Whether a workload of the input is in a set of pods, from what the input says of it: yes, no, or not known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from netqed.analysis.roster import Roster
from netqed.analysis.trivalent import evaluated
from netqed.resources.objects import Labels
from netqed_smt.model import (
    And,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelExists,
    LabelIn,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Predicate,
    WorkloadIs,
)
from netqed_smt.population import PodFacts


class Membership:
    """Judges pod predicates on the workloads of a roster.

    Three values: None where the answer hangs on what the input does not say (labels of an undeclared namespace, labels
    that controllers add, addresses).
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def has_member(self, predicate: Predicate) -> bool:
        """Whether some workload surely is in the set."""
        return any(self.holds(predicate, index) is True for index in self._candidates(predicate))

    def members(self, predicate: Predicate) -> tuple[int, ...]:
        """The indices of the workloads that surely are in the set."""
        return tuple(index for index in self._candidates(predicate) if self.holds(predicate, index) is True)

    def _candidates(self, predicate: Predicate) -> Iterable[int]:
        """The workloads that can be in the set at all: those of its namespace, where it names one."""
        operands = predicate.operands if isinstance(predicate, And) else (predicate,)
        for operand in operands:
            if isinstance(operand, NamespaceIs):
                return self._by_namespace.get(operand.name, ())
        return range(len(self._roster.workloads))

    @cached_property
    def _by_namespace(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, workload in enumerate(self._roster.workloads):
            found.setdefault(workload.namespace, []).append(index)
        return found

    def holds(self, predicate: Predicate, index: int) -> bool | None:
        """Whether the workload with this index is in the set."""
        return evaluated(predicate, partial(self._atom, index=index))

    def _atom(self, predicate: Predicate, index: int) -> bool | None:
        pod = self._roster.population.pods[index]
        match predicate:
            case IsPod():
                return True
            case IsHostNetworked():
                return pod.host_network
            case IsHost() | IsExternal():
                return False
            case NamespaceIs(name):
                return pod.namespace == name
            case WorkloadIs(other):
                return other == index
            case LabelIn(key, values):
                return self._label(pod, key, values)
            case LabelExists(key):
                return self._label(pod, key, None)
            case NamespaceLabelIn(key, values):
                return _carries(self._roster.namespaces.get(pod.namespace), key, values)
            case NamespaceLabelExists(key):
                return _carries(self._roster.namespaces.get(pod.namespace), key, None)
            case _:
                return None

    def _label(self, pod: PodFacts, key: str, values: frozenset[str] | None) -> bool | None:
        if self._roster.population.is_free_label(pod, key):
            return None
        return _carries(pod.labels, key, values)


def _carries(labels: Labels | None, key: str, values: frozenset[str] | None) -> bool | None:
    """Whether the labels have the key with one of the values (None: with any); not known of undeclared labels."""
    if labels is None:
        return None
    return key in labels and (values is None or labels[key] in values)
