"""Facts about one side of a cube, in the words of the reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netqed_smt.model import (
    At,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    LabelExists,
    LabelIn,
    NamedPort,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    Or,
    OwnNode,
    Predicate,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    ToOwnNode,
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
    workloads = [indices(predicate) for predicate, holds in facts if holds and indices(predicate)]
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


def indices(predicate: Predicate) -> tuple[int, ...]:
    """The workloads that a fact names; empty of another fact."""
    match predicate:
        case WorkloadIs(index):
            return (index,)
        case Or(operands):
            found = [operand.index for operand in operands if isinstance(operand, WorkloadIs)]
            return tuple(found) if len(found) == len(operands) else ()
        case _:
            return ()


def relation_words(predicate: Predicate, holds: bool) -> str:
    """A fact of both sides together, as a clause."""
    is_, one = ("is", "one value") if holds else ("is not", "not one value")
    match predicate:
        case SameNamespace():
            return f"both are {'' if holds else 'not '}of one namespace"
        case SameLabel(key):
            return f"both have {one} of label {key}"
        case SameNamespaceLabel(key):
            return f"their namespaces have {one} of label {key}"
        case NamedPort(name):
            return f"the destination {'calls' if holds else 'does not call'} the port {name}"
        case OwnNode():
            return f"the source {is_} at the destination's own node"
        case ToOwnNode():
            return f"the destination {is_} at the source's own node"
        case SameEndpoint():
            return f"both are {'' if holds else 'not '}the same"
        case At(_, InCidr(network)):
            return f"it {is_} IPv{network.version}"
        case _:
            raise ValueError(f"no words for {predicate}")


def elsewhere_words(side: Side | None, predicate: Predicate, holds: bool) -> str:
    """What must be true of a side (None: of both) as another input describes it, as a clause."""
    if side is None:
        return relation_words(predicate, holds)
    who = f"the {side.value} {'is' if isinstance(predicate, InCidr) else 'has'}{'' if holds else ' not'}"
    match predicate:
        case InCidr(network):
            return f"{who} in {network}"
        case LabelIn(key, values):
            return f"{who} {key}={' or '.join(sorted(values))}"
        case LabelExists(key):
            return f"{who} label {key}"
        case _:
            raise ValueError(f"no words for {predicate}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"
