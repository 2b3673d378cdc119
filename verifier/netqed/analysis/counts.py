"""Counts by namespace: policies, workloads, how many are isolated, invariants that speak of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from netqed.analysis.results import NamespaceCounts
from netqed.analysis.roster import Roster
from netqed.lowering.networkpolicy import effective_directions
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import Labels, LabelSelector
from netqed.spec.sentences import (
    AnyOf,
    CannotReach,
    CanReach,
    Endpoint,
    Invariant,
    Isolated,
    OnlyCanReach,
    Pods,
    WorkloadRef,
)
from netqed_smt.model import Direction

Isolating = tuple[LabelSelector, frozenset[Direction]]
"""The pods that a policy selects, and the directions that it isolates them for."""


def namespace_counts(roster: Roster) -> tuple[NamespaceCounts, ...]:
    """One entry for each namespace that holds a policy or a workload, or that an invariant names, by name.

    Host-networked workloads count, and are never isolated (A7, fact 43).
    """
    policies: dict[str, list[Isolating]] = defaultdict(list)
    for policy in roster.cluster.policies:
        policies[policy.namespace].append((policy.pod_selector or LabelSelector(), effective_directions(policy)))
    workloads = Counter(workload.namespace for workload in roster.present)
    isolated: dict[Direction, Counter[str]] = {direction: Counter() for direction in Direction}
    pods = Counter((one.namespace, frozenset(one.labels.items())) for one in roster.present if not one.host_network)
    for (namespace, labels), count in pods.items():
        for direction in _isolated(dict(labels), policies[namespace]):
            isolated[direction][namespace] += count
    named = Counter(name for stated in roster.spec.invariants for name in sorted(set(namespaces_of(stated.invariant))))
    names = sorted({*(name for name, listed in policies.items() if listed), *workloads, *named})
    return tuple(
        NamespaceCounts(
            namespace=name,
            declared=roster.namespaces.get(name) is not None,
            policies=len(policies[name]),
            workloads=workloads[name],
            isolated_ingress=isolated[Direction.INGRESS][name],
            isolated_egress=isolated[Direction.EGRESS][name],
            invariants=named[name],
        )
        for name in names
    )


def _isolated(labels: Labels, policies: Sequence[Isolating]) -> set[Direction]:
    """The directions for which some policy of a pod's namespace selects it (A1, fact 1)."""
    found: set[Direction] = set()
    for selector, directions in policies:
        if not directions <= found and selector_matches(selector, labels):
            found |= directions
    return found


def namespaces_of(invariant: Invariant) -> Iterator[str]:
    """The namespaces that the invariant names, those of its exceptions included."""
    match invariant:
        case CannotReach(source, destination) | CanReach(source, destination) | OnlyCanReach(source, destination):
            yield from _named(source)
            yield from _named(destination)
        case Isolated(inside, outside):
            yield from _named(inside)
            if outside is not None:
                yield from _named(outside)
        case _:
            pass
    for exception in invariant.exceptions:
        for endpoint in (exception.source, exception.destination):
            if endpoint is not None:
                yield from _named(endpoint)


def _named(endpoint: Endpoint) -> Iterator[str]:
    match endpoint:
        case Pods(namespace) if isinstance(namespace, str):
            yield namespace
        case WorkloadRef(namespace):
            yield namespace
        case AnyOf(items):
            for item in items:
                yield from _named(item)
        case _:
            pass
