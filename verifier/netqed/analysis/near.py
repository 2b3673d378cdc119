"""The rules that almost let a blocked flow through: one condition more or less, and it would pass."""

from __future__ import annotations

from collections.abc import Iterator

from netqed.analysis.explain_tries import Tries
from netqed.analysis.explain_values import Condition, PeerTried, RuleTried
from netqed.analysis.results import NearMiss, Witness
from netqed.resources.objects import LabelSelector
from netqed.spec.rendering import render_selector


def near_misses(witness: Witness) -> tuple[NearMiss, ...]:
    """Of each direction that blocks the witness, every rule of which exactly one condition fails: a label, the
    namespace, an exception of a block, or its ports. Those of one policy in the order of its rules."""
    tries = Tries(witness.world)
    found: list[NearMiss] = []
    for decision in (witness.decision.egress, witness.decision.ingress):
        if not decision.allowed:
            for rule in tries.direction(witness.flow, decision).tried:
                found += _of_rule(rule, witness)
    return tuple(found)


def _of_rule(rule: RuleTried, witness: Witness) -> Iterator[NearMiss]:
    if rule.peer_matches and not rule.port_matches:
        words = f"its ports do not hold {witness.traffic}, and everything else of it matches"
        yield NearMiss(rule.policy, rule.direction, rule.index, (*rule.path, "ports"), words)
    elif rule.port_matches and rule.peer_matches is False:
        for peer in rule.peers:
            if peer.distance == 1:
                path, words = _of_peer(peer, rule)
                yield NearMiss(rule.policy, rule.direction, rule.index, path, words)


def _of_peer(peer: PeerTried, rule: RuleTried) -> tuple[tuple[str | int, ...], str]:
    """The one condition of an item that fails: its place, and what it wants."""
    if peer.reason == "excepted":
        return (*peer.path, "ipBlock", "except"), "the address is one of its exceptions"
    if peer.reason == "namespace":
        words = f"it has no namespaceSelector, so it speaks of {rule.policy.namespace} only"
        return peer.path, words
    (condition,) = peer.failing
    whose = "the namespace" if "namespaceSelector" in condition.path else "the pod"
    return condition.path, f"it wants {_wanted(condition)}, and {whose} has {_has(condition)}"


def _wanted(condition: Condition) -> str:
    return render_selector(LabelSelector((), (condition.requirement,)))


def _has(condition: Condition) -> str:
    key = condition.requirement.key
    return f"no label {key}" if condition.value is None else f"{key}={condition.value}"
