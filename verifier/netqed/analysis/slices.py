"""Which policies can have a say in a question: those whose pods a flow that it speaks of can have on the side that they
govern. Whatever the others say, no such flow is decided otherwise."""

from __future__ import annotations

from functools import cached_property

from netqed.analysis.roster import Roster
from netqed.analysis.trivalent import evaluated
from netqed.resources.objects import Labels, NetworkPolicy
from netqed_smt.model import (
    At,
    Direction,
    IsExternal,
    IsHost,
    IsPod,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Predicate,
    Side,
    WorkloadIs,
)


class Slices:
    """The policies of a roster's cluster, by the namespaces that a predicate over flows leaves open."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._policies: tuple[NetworkPolicy, ...] = roster.cluster.policies

    @cached_property
    def _by_namespace(self) -> dict[str, list[int]]:
        """Places of the policies of each namespace."""
        found: dict[str, list[int]] = {}
        for place, policy in enumerate(self._policies):
            found.setdefault(policy.namespace, []).append(place)
        return found

    def governing(self, flows: Predicate, direction: Direction) -> tuple[int, ...]:
        """Places, in the cluster's order, of policies that can govern a flow of the predicate in the direction. Others
        never do; some of these may not either."""
        side = direction.governed
        return tuple(
            sorted(
                place
                for name, places in self._by_namespace.items()
                if _At(side, name, self._roster).holds(flows) is not False
                for place in places
            )
        )


class _At:
    """What is known of a flow of which one side is a pod of this namespace, and nothing else is known."""

    def __init__(self, side: Side, namespace: str, roster: Roster) -> None:
        self._side = side
        self._namespace = namespace
        self._roster = roster
        self._labels: Labels | None = roster.namespaces.get(namespace)

    def holds(self, predicate: Predicate, side: Side | None = None) -> bool | None:
        """Whether the predicate, of that side where it speaks of an endpoint, holds; None is not known."""

        def atom(one: Predicate) -> bool | None:
            if isinstance(one, At):
                return self.holds(one.predicate, one.side)
            return self._endpoint(one) if side is self._side else None

        return evaluated(predicate, atom)

    def _endpoint(self, predicate: Predicate) -> bool | None:
        match predicate:
            case IsPod():
                return True
            case IsHost() | IsExternal():
                return False
            case NamespaceIs(name):
                return name == self._namespace
            case WorkloadIs(index):
                return None if self._roster.workloads[index].namespace == self._namespace else False
            case NamespaceLabelIn(key, values) if self._labels is not None:
                return self._labels.get(key) in values
            case NamespaceLabelExists(key) if self._labels is not None:
                return key in self._labels
            case _:
                return None
