"""Facts about one side of a cube, in the words of the reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netqed_smt.model import (
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    LabelExists,
    LabelIn,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Or,
    Predicate,
    WorkloadIs,
)

NAMED: Final = 3
"""Workloads that are named; more are counted."""

ANYTHING: Final = "anything"

Facts = Sequence[tuple[Predicate, bool]]


def side_words(facts: Facts, display: Sequence[str], named: Mapping[Predicate, str]) -> str:
    """Every endpoint that the facts are true of, in words: `payments/app=api`, `any pod of payments`, `10.0.0.0/8`.

    `display` are the names of the workloads by their indices, `named` those of sets of endpoints.
    """
    within = [named[predicate] for predicate, holds in facts if holds and predicate in named]
    beyond = [named[predicate] for predicate, holds in facts if not holds and predicate in named]
    rest = [(predicate, holds) for predicate, holds in facts if predicate not in named]
    others = [display[one.index] for one, holds in rest if isinstance(one, WorkloadIs) and not holds]
    plain = _plain(rest, display)
    if within:
        who = " and ".join(within)
        if plain != ANYTHING:
            who = f"{who}: {plain}"
    else:
        who = plain
    return "".join((who, *(f", not of {words}" for words in beyond), f", not {_listed(others)}" if others else ""))


def _plain(facts: Facts, display: Sequence[str]) -> str:
    workloads = [_indices(predicate) for predicate, holds in facts if holds and _indices(predicate)]
    blocks = _blocks(facts)
    at = f" at {blocks}" if blocks else ""
    if workloads:
        return _listed([display[index] for index in workloads[0]]) + at
    if (IsExternal(), True) in facts:
        return f"external {blocks}" if blocks else "any external address"
    if (IsHost(), True) in facts:
        return f"any node{at}"
    on_host = " on its node's network" if (IsHostNetworked(), True) in facts else ""
    if on_host or any(not isinstance(predicate, InCidr | WorkloadIs) for predicate, _ in facts):
        return f"{_pods(facts)}{on_host}{at}"
    return blocks or ANYTHING


def _pods(facts: Facts) -> str:
    """Pods by namespace and labels."""
    namespaces = [predicate.name for predicate, holds in facts if isinstance(predicate, NamespaceIs) and holds]
    others = [predicate.name for predicate, holds in facts if isinstance(predicate, NamespaceIs) and not holds]
    labels = ",".join(_selector(facts, of_namespace=False))
    of_namespace = ",".join(_selector(facts, of_namespace=True))
    if namespaces and not of_namespace:
        return f"{namespaces[0]}/{labels}" if labels else f"any pod of {namespaces[0]}"
    pods = f"pods with {labels}" if labels else "any pod"
    if namespaces:
        return f"{pods} of {namespaces[0]}, if that has {of_namespace}"
    if of_namespace:
        return f"{pods} in namespaces with {of_namespace}"
    return f"{pods} outside {_listed(others)}" if others else pods


def _selector(facts: Facts, *, of_namespace: bool) -> Iterator[str]:
    """The labels as kubectl writes selectors."""
    named = NamespaceLabelIn if of_namespace else LabelIn
    exists = NamespaceLabelExists if of_namespace else LabelExists
    for predicate, holds in facts:
        if isinstance(predicate, named):
            for value in sorted(predicate.values):
                yield f"{predicate.key}{'=' if holds else '!='}{value}"
        elif isinstance(predicate, exists):
            yield predicate.key if holds else f"!{predicate.key}"


def _blocks(facts: Facts) -> str:
    inside = [str(predicate.network) for predicate, holds in facts if isinstance(predicate, InCidr) and holds]
    cut = [str(predicate.network) for predicate, holds in facts if isinstance(predicate, InCidr) and not holds]
    words = " and ".join(inside)
    if cut:
        words = f"{words or 'any address'} except {', '.join(cut)}"
    return words


def _indices(predicate: Predicate) -> tuple[int, ...]:
    """The workloads that a predicate names; empty of one that names none."""
    match predicate:
        case WorkloadIs(index):
            return (index,)
        case Or(operands):
            found = [operand.index for operand in operands if isinstance(operand, WorkloadIs)]
            return tuple(found) if len(found) == len(operands) else ()
        case _:
            return ()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"
