"""Invariants that speak of nothing: a label selector that matches no workload, or sides between which no flow lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from netqed.analysis.endpoints import leaves, pods_of, selected_pods
from netqed.analysis.session import Session
from netqed.resources.objects import LabelSelector
from netqed.spec.rendering import render_endpoint
from netqed.spec.sentences import (
    CannotReach,
    CanReach,
    Endpoint,
    Invariant,
    Isolated,
    NoOtherNamespace,
    NoOtherValue,
    OnlyCanReach,
    Pods,
)


def idle_selector(session: Session, invariant: Invariant) -> str | None:
    """Why a selector of the invariant's sides may be a slip: it matches none of the workloads that were loaded. None
    where each matches one.

    A and B of `A cannot reach B` and the like count, B alone of `only A can reach B`, and no exception: those make an
    invariant say more where they match nothing.
    """
    for endpoint in _sides(invariant):
        for pods in selected_pods(endpoint):
            if not session.membership.has_member(pods_of(pods)):
                return _reason(session, pods)
    if isinstance(invariant, NoOtherValue) and not _key_is_used(session, invariant):
        owner = "workload" if invariant.of == "pod" else "namespace"
        return f"no {owner} that was loaded carries label {invariant.key}"
    return None


def _key_is_used(session: Session, invariant: NoOtherValue) -> bool:
    if invariant.of == "pod":
        return any(invariant.key in workload.labels for workload in session.roster.present)
    if invariant.key == "kubernetes.io/metadata.name":
        return True
    return any(labels is not None and invariant.key in labels for labels in session.roster.namespaces.values())


def _sides(invariant: Invariant) -> tuple[Endpoint, ...]:
    match invariant:
        case CannotReach(source, destination) | CanReach(source, destination):
            return (source, destination)
        case OnlyCanReach(_, destination):
            return (destination,)
        case Isolated(inside, outside):
            return (inside,) if outside is None else (inside, outside)
        case NoOtherNamespace() | NoOtherValue():
            return ()


def _reason(session: Session, pods: Pods) -> str:
    text = render_endpoint(pods)
    if isinstance(pods.namespace, LabelSelector):
        return f"{text} matches none of the workloads that were loaded"
    loaded = [workload for workload in session.roster.present if workload.namespace == pods.namespace]
    if not loaded:
        return f"{text} matches nothing: no workload of namespace {pods.namespace} was loaded"
    count = "the only workload" if len(loaded) == 1 else f"none of the {len(loaded)} workloads"
    said = f"{text} does not match {count}" if len(loaded) == 1 else f"{text} matches {count}"
    said += f" loaded for namespace {pods.namespace}"
    wanted = [f"{key}={value}" for key, value in (pods.selector or LabelSelector()).match_labels]
    there = sorted({f"{key}={value}" for workload in loaded for key, value in workload.labels.items()})
    near = [match for one in wanted if one not in there for match in get_close_matches(one, there, 1)]
    return f"{said}: did you mean {', '.join(near)}?" if near else said


def idle_values(session: Session, invariant: Invariant) -> Iterator[str]:
    """Hints where one value of `KEY in (…)` on a side matches no workload, though the others do: a slip in it would
    leave out what is meant, and the invariant would say less than it seems to."""
    for endpoint in _sides(invariant):
        for pods in selected_pods(endpoint):
            for key, value, narrowed in _alternatives(pods):
                if not session.membership.has_member(pods_of(narrowed)):
                    said = f"{render_endpoint(pods)}: no workload that was loaded is there with {key}={value}"
                    near = [] if narrowed.selector == pods.selector else _near(session, pods, key, value)
                    yield f"{said}: did you mean {key}={near[0]}?" if near else said


def _near(session: Session, pods: Pods, key: str, value: str) -> list[str]:
    """The value of the label that is most like this one, of those that workloads there carry; empty where none is."""
    there = {
        workload.labels[key]
        for workload in session.roster.present
        if key in workload.labels
        and (isinstance(pods.namespace, LabelSelector) or workload.namespace == pods.namespace)
    }
    return get_close_matches(value, sorted(there), 1)


def _alternatives(pods: Pods) -> Iterator[tuple[str, str, Pods]]:
    """Each value of the lists in the selectors, with its key and the pods that are left if only it is listed."""
    if pods.selector is not None:
        for key, value, selector in _single_values(pods.selector):
            yield key, value, replace(pods, selector=selector)
    if isinstance(pods.namespace, LabelSelector):
        for key, value, selector in _single_values(pods.namespace):
            yield key, value, replace(pods, namespace=selector)


def _single_values(selector: LabelSelector) -> Iterator[tuple[str, str, LabelSelector]]:
    requirements = selector.match_expressions
    for place, one in enumerate(requirements):
        if one.operator == "In" and len(one.values) > 1:
            for value in one.values:
                single = (*requirements[:place], replace(one, values=(value,)), *requirements[place + 1 :])
                yield one.key, value, replace(selector, match_expressions=single)


def idle_source(session: Session, invariant: Invariant) -> str | None:
    """A hint where part of A of `only A can reach B`, or the whole of it, matches no workload: it then says more."""
    if not isinstance(invariant, OnlyCanReach):
        return None
    idle = [
        render_endpoint(pods)
        for pods in selected_pods(invariant.source)
        if not session.membership.has_member(pods_of(pods))
    ]
    if not idle:
        return None
    hint = f"{', '.join(idle)} matches none of the workloads that were loaded"
    if len(idle) == len(leaves(invariant.source)):
        hint += ", so this says that nothing that was loaded can reach the destination"
    return hint
