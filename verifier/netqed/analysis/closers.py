"""Assumptions each of which alone would turn a refutation by something invented into a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netqed.analysis.assumptions import constraint, violations
from netqed.analysis.results import Witness, WitnessEnd
from netqed.analysis.session import Session
from netqed.resources.objects import LabelSelector, Requirement
from netqed.spec.document import StatedAssumption
from netqed.spec.sentences import Assumption, NamespacesNamed, NoOtherNamespaces, NoPodHas, OnlyNamespaceHas, Pods
from netqed_smt.solver import Answer, Term


def closers(
    session: Session, witness: Witness, scope: Sequence[Term], violation: Sequence[Term], subject: Term
) -> tuple[str, ...]:
    """The sentences, most natural first: under each, no flow violates the invariant and some flow is still asked about.

    Empty where the witness needs nothing invented.
    """
    found = []
    for sentence, assumption in dict(_candidates(session, witness)).items():
        stated = StatedAssumption(sentence, assumption)
        if violations(stated, session.endpoints, session.membership):
            continue
        predicate = constraint(assumption, session.endpoints, session.footprint)
        literal = session.questions.literal(predicate)
        if (
            session.questions.ask([*scope, literal, *violation]) is Answer.UNSAT
            and session.questions.ask([*scope, literal, subject]) is Answer.SAT
        ):
            found.append(sentence)
    return tuple(found)


def _candidates(session: Session, witness: Witness) -> Iterator[tuple[str, Assumption]]:
    """Assumptions that speak of something that the witness invents."""
    for end in (witness.source, witness.destination):
        if end.kind != "pod" or end.namespace is None:
            continue
        if not end.namespace_exists:
            for key in end.namespace_labels or {}:
                yield f"every namespace has label {key} with its own name", NamespacesNamed(key)
            if end.namespace not in session.roster.namespaces:
                yield "no other namespaces", NoOtherNamespaces()
            yield from _reserved(session, end)
        if not end.exists and end.namespace in session.roster.namespaces:
            yield from _forbidden(session, end)


def _reserved(session: Session, end: WitnessEnd) -> Iterator[tuple[str, Assumption]]:
    """`only NS has LABEL`, for the namespaces that declare the label."""
    for key, value in (end.namespace_labels or {}).items():
        owners = tuple(
            name
            for name, labels in session.roster.namespaces.items()
            if labels is not None and labels.get(key) == value
        )
        if owners and value in session.universe.vocabulary.namespace_labels[key].index:
            yield (
                f"only {', '.join(owners)} has {key}={value}",
                OnlyNamespaceHas(owners, LabelSelector(match_labels=((key, value),))),
            )


def _forbidden(session: Session, end: WitnessEnd) -> Iterator[tuple[str, Assumption]]:
    """`no pod in NS has LABEL`, for the labels of an invented pod."""
    for key, value in (end.labels or {}).items():
        if value in session.universe.vocabulary.labels[key].index:
            text, selector = f"{key}={value}", LabelSelector(match_labels=((key, value),))
        else:
            text, selector = key, LabelSelector(match_expressions=(Requirement(key, "Exists"),))
        yield f"no pod in {end.namespace} has {text}", NoPodHas(Pods(end.namespace or ""), selector)
