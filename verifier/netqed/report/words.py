"""Selectors, peers, ports and sides of a flow in plain words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import assert_never

from netqed.analysis.results import Witness, WitnessEnd
from netqed.reference.flow import Direction, DirectionDecision
from netqed.resources.objects import (
    Labels,
    LabelSelector,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
)
from netqed.spec.document import Scope


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 policy`, `2 policies`, `1,204 pods`."""
    if number == 1:
        return f"1 {noun}"
    if plural is None:
        plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{number:,} {plural}"


def workloads_words(number: int, stated: int) -> str:
    """`8 workloads, 2 of them stated by the spec`."""
    if not stated:
        return count(number, "workload")
    whose = "stated by the spec" if stated == number else f"{stated:,} of them stated by the spec"
    return f"{count(number, 'workload')}, {whose}"


def selector_words(selector: LabelSelector) -> str:
    """The selector in kubectl's syntax, `app=checkout,tier in (a, b)`; the empty one is the empty text."""
    equal = [f"{key}={value}" for key, value in selector.match_labels]
    return ",".join([*equal, *(_requirement(item) for item in selector.match_expressions)])


def _requirement(item: Requirement) -> str:
    values = ", ".join(item.values)
    match item.operator:
        case "In":
            return f"{item.key} in ({values})"
        case "NotIn":
            return f"{item.key} notin ({values})"
        case "Exists":
            return item.key
        case "DoesNotExist":
            return f"!{item.key}"
        case _ as never:
            assert_never(never)


def peer_words(peer: PolicyPeer, policy: NetworkPolicy) -> str:
    """What a peer matches: `pods with app=checkout in every namespace with name=web`."""
    if peer.ip_block is not None:
        left_out = f" except {', '.join(peer.ip_block.except_)}" if peer.ip_block.except_ else ""
        return f"every address in {peer.ip_block.cidr}{left_out}"
    pods = selector_words(peer.pod_selector) if peer.pod_selector is not None else ""
    who = f"every pod with {pods}" if pods else "every pod"
    if peer.namespace_selector is None:
        return f"{who} in {policy.namespace}, the policy's own namespace"
    spaces = selector_words(peer.namespace_selector)
    where = f"every namespace with {spaces}" if spaces else "every namespace"
    if peer.pod_selector is None:
        return where if spaces else f"every pod of {where}"
    return f"{who} in {where}"


def peers_words(peers: Sequence[PolicyPeer], policy: NetworkPolicy) -> str:
    """What any of the peers matches, in brief: selectors of pods in the same namespaces are listed together, `every
    pod with app=a or app=b in shop`."""
    phrases: dict[tuple[str, LabelSelector | int | None], list[str]] = {}
    for index, peer in enumerate(peers):
        if peer.ip_block is None and peer.pod_selector not in (None, LabelSelector()):
            assert peer.pod_selector is not None
            phrases.setdefault(("pods", peer.namespace_selector), []).append(selector_words(peer.pod_selector))
        elif peer.ip_block is None and peer.namespace_selector is None:
            phrases["other", index] = [f"every pod in {policy.namespace}"]
        else:
            phrases["other", index] = [peer_words(peer, policy)]
    return "; or ".join(
        texts[0] if how == "other" else f"every pod with {' or '.join(texts)} in {_where(space, policy)}"
        for (how, space), texts in phrases.items()
    )


def _where(space: LabelSelector | int | None, policy: NetworkPolicy) -> str:
    if not isinstance(space, LabelSelector):
        return policy.namespace
    labels = selector_words(space)
    return f"every namespace with {labels}" if labels else "every namespace"


def port_words(port: PolicyPort) -> str:
    """What an item of `ports` matches: `TCP/8080`, `TCP/8000-8010`, `UDP/dns`, `TCP` for every port."""
    protocol = port.protocol or "TCP"
    if port.port is None:
        return protocol
    if port.end_port is not None:
        return f"{protocol}/{port.port}-{port.end_port}"
    return f"{protocol}/{port.port}"


def rule_words(rule: PolicyRule, policy: NetworkPolicy, direction: Direction) -> str:
    """What a rule allows: `from every pod in … on TCP/8080, UDP/53`, or `from every pod in …; or …; on every port`."""
    preposition, anyone = ("from", "anyone") if direction == "ingress" else ("to", "anywhere")
    peers = peers_words(rule.peers, policy) if rule.peers else anyone
    ports = ", ".join(port_words(port) for port in rule.ports) if rule.ports else "every port"
    return f"{preposition} {peers}{';' if '; or ' in peers else ''} on {ports}"


def rules_of(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    """The policy's rules of a direction; absent is none."""
    return (policy.ingress if direction == "ingress" else policy.egress) or ()


def governed(witness: Witness, direction: Direction) -> WitnessEnd:
    """The side that a direction's policies select: the destination for ingress, the source for egress."""
    return witness.destination if direction == "ingress" else witness.source


def other(witness: Witness, direction: Direction) -> WitnessEnd:
    """The side that a direction's peers match."""
    return witness.source if direction == "ingress" else witness.destination


def bare_name(end: WitnessEnd) -> str:
    """The side's name, without what marks it as hypothetical."""
    return end.name.removesuffix(" (hypothetical)")


def end_words(end: WitnessEnd) -> str:
    """The side as the counterexample line shows it: its name, an invented one marked `(hypothetical)`."""
    name = end.name
    if end.kind == "node":
        name = f"node {name}" if not name.startswith("node ") else name
    if not end.exists and "(hypothetical)" not in name:
        name = f"{name} (hypothetical)"
    return name


def ungoverned_words(witness: Witness, decision: DirectionDecision) -> str:
    """Why a direction lets the flow through though no rule of it was needed: one sentence."""
    direction = decision.direction
    end = governed(witness, direction)
    name = end_words(end)
    does = "receives" if direction == "ingress" else "sends"
    match decision.reason:
        case "not-isolated":
            free = "so anything may reach it" if direction == "ingress" else "so it may send anywhere"
            return f"{name} is selected by no policy for {direction}, {free}"
        case "not-a-governed-pod":
            if end.kind == "external":
                return f"{name} is no pod of the cluster: no policy governs what it {does}"
            if end.kind == "node":
                return f"{name} is no pod: no policy governs what a node {does}"
            return f"{name} uses its node's network (hostNetwork): no policy governs what it {does}"
        case "not-governed-protocol":
            return f"policies govern TCP, UDP and SCTP only: {witness.traffic} always passes"
        case "same-pod":
            return "a pod always reaches itself"
        case "own-node":
            if direction == "egress":
                return f"{name} always reaches its own node"
            return f"{name} is always reached from its own node"
        case "rule":
            return f"a rule allows it for {name}"
        case "no-rule":
            return f"no rule allows it for {name}"
        case _ as never:
            assert_never(never)


def decided_words(witness: Witness, decision: DirectionDecision) -> str:
    """Why one direction lets the flow through or blocks it: the rules that allow it, or one sentence."""
    if decision.matches:
        rules = [f"rule {one.rule + 1} of policy {one.policy.key}" for one in decision.matches]
        named = ", ".join(dict.fromkeys(rules))
        return f"{named} {'allows' if len(set(rules)) == 1 else 'allow'} it"
    if decision.reason == "no-rule":
        policies = ", ".join(policy.key for policy in decision.selecting)
        one = len(decision.selecting) == 1
        name = end_words(governed(witness, decision.direction))
        isolate = f"{'policy' if one else 'policies'} {policies} {'isolates' if one else 'isolate'}"
        return f"{isolate} {name} for {decision.direction}, and no rule allows it"
    return ungoverned_words(witness, decision)


def scope_words(scope: Scope) -> str:
    """Whom a verdict speaks of."""
    return "for every pod that could exist" if scope == "always" else "for the workloads in the input"


def scope_mark(scope: Scope) -> str:
    """`scope_words` in brief, for the end of a line."""
    return "every possible pod" if scope == "always" else "workloads in the input"


def selector_keys(selector: LabelSelector | None) -> frozenset[str]:
    """The label keys that a selector speaks of."""
    if selector is None:
        return frozenset()
    return frozenset((*(key for key, _ in selector.match_labels), *(item.key for item in selector.match_expressions)))


def labels_words(labels: Labels | None, keys: Collection[str] | None = None) -> str:
    """Labels as `a=b, c=d`, or `no labels`. Of given keys only these, and that it has not the others:
    `app=etl and no label tier`."""
    has = labels or {}
    if keys is None:
        return ", ".join(f"{key}={value}" for key, value in has.items()) or "no labels"
    present = ", ".join(f"{key}={value}" for key, value in has.items() if key in keys)
    missing = ", ".join(sorted(key for key in keys if key not in has))
    return " and ".join(text for text in (present, f"no label {missing}" if missing else "") if text)
