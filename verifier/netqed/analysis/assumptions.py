"""Assumptions as constraints on every pod, and their agreement with the input and with each other.

A contradiction proves everything, so both a violated assumption and a contradictory set are bad input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netqed.analysis.endpoints import Endpoints
from netqed.analysis.membership import Membership
from netqed.analysis.roster import Roster
from netqed.lowering.selectors import NAME_LABEL, is_namespace_name, namespace_selector, pod_selector
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import Labels
from netqed.sources.position import Problem, Span
from netqed.spec.document import StatedAssumption
from netqed.spec.sentences import (
    Assumption,
    Endpoint,
    EveryPodHas,
    NamespacesNamed,
    NoOtherNamespaces,
    NoPodHas,
    OnlyNamespaceHas,
)
from netqed_smt.footprint import Footprint
from netqed_smt.model import (
    FALSE,
    TRUE,
    At,
    IsPod,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Predicate,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    all_of,
    any_of,
    negate,
)


def constraint(assumption: Assumption, endpoints: Endpoints, footprint: Footprint) -> Predicate:
    """True of the flows whose pods, on both sides, are as the assumption says.

    The footprint must hold everything else that is asked: what it says of namespace labels is what
    `every namespace has label KEY with its own name` has to tell apart.
    """
    match assumption:
        case NoPodHas(where, labels):
            return _every_side(lambda side: _no_pod(where, pod_selector(labels), side, endpoints))
        case EveryPodHas(where, labels):
            return _every_side(lambda side: _no_pod(where, negate(pod_selector(labels)), side, endpoints))
        case NoOtherNamespaces():
            known = any_of([NamespaceIs(name) for name in endpoints.roster.namespaces])
            return _every_side(lambda side: At(side, any_of([negate(IsPod()), known])))
        case NamespacesNamed(key):
            return _named(key, footprint)
        case OnlyNamespaceHas(namespaces, labels):
            others = negate(any_of([NamespaceIs(name) for name in namespaces]))
            marked = namespace_selector(labels)
            return _every_side(lambda side: At(side, negate(all_of([IsPod(), others, marked]))))


def _every_side(of: Callable[[Side], Predicate]) -> Predicate:
    return all_of([of(side) for side in Side])


def _no_pod(where: Endpoint, labels: Predicate, side: Side, endpoints: Endpoints) -> Predicate:
    return negate(all_of([endpoints.member(where, side), At(side, all_of([IsPod(), labels]))]))


def _named(key: str, footprint: Footprint) -> Predicate:
    """Every pod's namespace carries the label, with the namespace's own name as its value."""
    if key == NAME_LABEL:
        return TRUE
    parts: list[Predicate] = [NamespaceLabelExists(key)]
    for value in sorted(footprint.namespace_labels.get(key, ())):
        has = NamespaceLabelIn(key, frozenset({value}))
        named = NamespaceIs(value) if is_namespace_name(value) else FALSE
        parts.append(any_of([all_of([has, named]), all_of([negate(has), negate(named)])]))
    own = all_of(parts)
    named_pods = _every_side(lambda side: At(side, any_of([negate(IsPod()), own])))
    if key not in footprint.compared_namespace_labels:
        return named_pods
    return all_of([named_pods, any_of([negate(SameNamespaceLabel(key)), SameNamespace()])])


def violations(stated: StatedAssumption, endpoints: Endpoints, membership: Membership) -> tuple[Problem, ...]:
    """What in the input contradicts the assumption for sure; empty where nothing does."""
    match stated.assumption:
        case NoPodHas(where, labels):
            offenders = _offenders(where, pod_selector(labels), endpoints, membership)
            return _problems(stated, [f"{one} has those labels" for one in offenders])
        case EveryPodHas(where, labels):
            offenders = _offenders(where, negate(pod_selector(labels)), endpoints, membership)
            return _problems(stated, [f"{one} does not have those labels" for one in offenders])
        case NoOtherNamespaces():
            return ()
        case NamespacesNamed(key):
            return _problems(
                stated,
                [
                    f"namespace {name} has {key}={labels[key]}" if key in labels else f"namespace {name} has no {key}"
                    for name, labels in _declared(endpoints.roster)
                    if key != NAME_LABEL and labels.get(key) != name
                ],
            )
        case OnlyNamespaceHas(namespaces, labels):
            return _problems(
                stated,
                [
                    f"namespace {name} has those labels too"
                    for name, declared in _declared(endpoints.roster)
                    if name not in namespaces and selector_matches(labels, {**declared, NAME_LABEL: name})
                ],
            )


def may_break(stated: StatedAssumption, endpoints: Endpoints, membership: Membership, index: int) -> bool:
    """Whether the workload with this index could be what the assumption forbids, for all that the input says of it."""
    workload = endpoints.roster.workloads[index]
    match stated.assumption:
        case NoPodHas(where, labels):
            return membership.holds(all_of([endpoints.who(where), pod_selector(labels)]), index) is not False
        case EveryPodHas(where, labels):
            return membership.holds(all_of([endpoints.who(where), negate(pod_selector(labels))]), index) is not False
        case NoOtherNamespaces():
            return False
        case NamespacesNamed() | OnlyNamespaceHas():
            return endpoints.roster.namespaces.get(workload.namespace) is None


def _declared(roster: Roster) -> Iterable[tuple[str, Labels]]:
    for name, labels in roster.namespaces.items():
        if labels is not None:
            yield name, labels


def _offenders(where: Endpoint, labels: Predicate, endpoints: Endpoints, membership: Membership) -> list[str]:
    workloads = endpoints.roster.workloads
    found = membership.members(all_of([endpoints.who(where), labels]))
    return [workloads[index].display for index in found]


def _problems(stated: StatedAssumption, reasons: list[str]) -> tuple[Problem, ...]:
    if not reasons:
        return ()
    shown = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
    return (
        problem_at(
            stated.span,
            f"the input violates the assumption '{stated.sentence}': {shown}",
            "correct the input, or drop the assumption: from a false assumption everything could be proved",
        ),
    )


def problem_at(span: Span | None, message: str, hint: str) -> Problem:
    """A problem at the sentence's place in the spec, where it has one."""
    return Problem(
        message=message,
        position=span.start if span else None,
        hint=hint,
        line_text=span.text if span else None,
    )
