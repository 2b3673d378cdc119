"""Groups for the pods that many sentences speak of, or that take long to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from netqed.spec.faults import RESERVED
from netqed.spec.labels import namespace_fault
from netqed.spec.rendering import render_endpoint
from netqed.spec.sentences import AnyOf, Endpoint, Invariant, Isolated, NoOtherNamespace, NoOtherValue, Pods

LONG: Final = 40
"""Characters of an endpoint from which on it gets a name even if it occurs once."""
OFTEN: Final = 3
"""Occurrences from which on an endpoint gets a name."""

_TELLING_KEYS: Final = ("app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component")
"""Labels whose value names a workload, the most telling first; after them any other."""


def groups_for(invariants: Iterable[Invariant], known_namespaces: frozenset[str]) -> dict[Pods, str]:
    """Return a name for each set of pods that deserves one, in the order of its first occurrence.

    A name is a label's value, with the namespace before it where two sets would have the same name or where a namespace
    has it. Sets that have no such name are left out. No name is a reserved word or a known namespace's.
    """
    counts = Counter(pods for one in invariants for pods in _pods_of(one))
    deserving = [pods for pods, count in counts.items() if count >= OFTEN or len(render_endpoint(pods)) >= LONG]
    short = {pods: _value(pods) for pods in deserving}
    wanted = Counter(short.values())
    found: dict[Pods, str] = {}
    for pods, value in short.items():
        for name in (value, f"{pods.namespace}-{value}" if value else ""):
            unique = wanted[value] == 1 or name != value
            if unique and _is_free(name, known_namespaces) and name not in found.values():
                found[pods] = name
                break
    return found


def with_groups(invariant: Invariant, groups: Mapping[Pods, str]) -> Invariant:
    """Return the invariant with each set of pods that has a name as the group of that name."""

    def named(endpoint: Endpoint | None) -> Endpoint | None:
        match endpoint:
            case Pods() if endpoint in groups:
                return AnyOf((endpoint,), groups[endpoint])
            case AnyOf(items, None):
                return AnyOf(tuple(one for item in items if (one := named(item)) is not None))
            case _:
                return endpoint

    def required(endpoint: Endpoint) -> Endpoint:
        return named(endpoint) or endpoint

    exceptions = tuple(
        replace(one, source=named(one.source), destination=named(one.destination)) for one in invariant.exceptions
    )
    match invariant:
        case NoOtherNamespace() | NoOtherValue():
            return replace(invariant, exceptions=exceptions)
        case Isolated(inside, outside):
            return replace(invariant, inside=required(inside), outside=named(outside), exceptions=exceptions)
        case _:
            return replace(
                invariant,
                source=required(invariant.source),
                destination=required(invariant.destination),
                exceptions=exceptions,
            )


def _pods_of(invariant: Invariant) -> Iterator[Pods]:
    """The pods that an invariant speaks of by a namespace's name and labels."""
    ends: list[Endpoint | None] = []
    match invariant:
        case NoOtherNamespace() | NoOtherValue():
            pass
        case Isolated(inside, outside):
            ends += [inside, outside]
        case _:
            ends += [invariant.source, invariant.destination]
    ends += [end for one in invariant.exceptions for end in (one.source, one.destination)]
    for end in ends:
        for item in end.items if isinstance(end, AnyOf) else (end,):
            if isinstance(item, Pods) and isinstance(item.namespace, str) and item.selector is not None:
                yield item


def _value(pods: Pods) -> str:
    """The label's value that names the pods best; '' where none does."""
    labels = dict(pods.selector.match_labels) if pods.selector is not None else {}
    return next((labels[key] for key in (*_TELLING_KEYS, *labels) if labels.get(key)), "")


def _is_free(name: str, known_namespaces: frozenset[str]) -> bool:
    return namespace_fault(name) is None and name not in RESERVED and name not in known_namespaces
