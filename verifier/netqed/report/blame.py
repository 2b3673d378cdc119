"""Excerpts of the rules that let a flow through, and of the policies that block one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netqed.analysis.results import Witness
from netqed.reference.flow import DirectionDecision, RuleMatch
from netqed.report.excerpt import Mark, excerpt, lines_within
from netqed.report.style import Style
from netqed.report.words import (
    bare_name,
    count,
    end_words,
    governed,
    labels_words,
    other,
    peer_words,
    port_words,
    rule_words,
    rules_of,
    ungoverned_words,
)
from netqed.report.writer import note
from netqed.resources.objects import NetworkPolicy, PolicyPeer, PolicyRule
from netqed.sources.position import FieldPath

SHOWN: Final = 3
"""Rules and policies of one direction that are shown without --verbose."""

ITEM_LINES: Final = 10
"""Lines of one peer that are shown."""


def through(witness: Witness, decision: DirectionDecision, style: Style, *, verbose: bool) -> Iterator[str]:
    """How one direction lets the flow through: each rule that matches with its lines, or why no rule was needed."""
    if decision.reason != "rule":
        yield from note(decision.direction, ungoverned_words(witness, decision), style)
        return
    shown = decision.matches if verbose else decision.matches[:SHOWN]
    for match in shown:
        yield from _matching_rule(witness, match, style)
    if len(shown) < len(decision.matches):
        more = count(len(decision.matches) - len(shown), "more rule")
        yield from note("note", f"{more} for {decision.direction} also allow it (-v shows all)", style)
    if len(decision.matches) > 1:
        yield from note(
            "note",
            f"{count(len(decision.matches), 'rule')} allow this {decision.direction}: rules only ever add, "
            "so each of them has to change",
            style,
        )


def _matching_rule(witness: Witness, match: RuleMatch, style: Style) -> Iterator[str]:
    policy, rule = match.policy, _rule(match)
    ports = port_words(rule.ports[match.port]) if rule.ports and match.port is not None else "every port"
    says = f"{match.direction} rule {match.rule + 1} of policy {policy.key} allows it (on {ports})"
    if policy.document is None:
        yield from note(match.direction, f"{says}: it {_why(witness, match, rule)}", style)
    else:
        span = policy.document.span(match.path)
        yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(says)}"
        marks = [Mark(span, _why(witness, match, rule))]
        context = lines_within(policy.document, match.path, ITEM_LINES) if match.peer is not None else {}
        if match.peer is not None:
            listed = policy.document.span(match.path[:-1])
            context[listed.start.line] = listed.text
        for index in _alternatives(match, rule):
            path: FieldPath = (*match.path[:-1], index)
            marks.append(Mark(policy.document.span(path), "an alternative, not a further condition", primary=False))
            context |= lines_within(policy.document, path, ITEM_LINES)
        yield from excerpt(marks, style, context=context)
    if rule.peers and _alternatives(match, rule):
        yield from note(
            "note",
            f"these {len(rule.peers)} items are alternatives: a flow needs to match only one of them. To require both, "
            "put podSelector under the same item as namespaceSelector, without a dash of its own",
            style,
        )


def _rule(match: RuleMatch) -> PolicyRule:
    return rules_of(match.policy, match.direction)[match.rule]


def _alternatives(match: RuleMatch, rule: PolicyRule) -> tuple[int, ...]:
    """The other items of the matching item's list that were perhaps meant as a further condition: podSelector items
    beside a namespaceSelector item, and the other way round."""
    if match.peer is None or not rule.peers:
        return ()
    kind = _lone_selector(rule.peers[match.peer])
    if kind is None:
        return ()
    return tuple(
        index
        for index, peer in enumerate(rule.peers)
        if index != match.peer and _lone_selector(peer) not in (None, kind)
    )


def _lone_selector(peer: PolicyPeer) -> str | None:
    if peer.ip_block is not None or (peer.pod_selector is None) == (peer.namespace_selector is None):
        return None
    return "namespace" if peer.pod_selector is None else "pod"


def _why(witness: Witness, match: RuleMatch, rule: PolicyRule) -> str:
    """What the matching peer matches, and which side of the flow is therefore among it."""
    end = other(witness, match.direction)
    if match.peer is None or not rule.peers:
        field = "from" if match.direction == "ingress" else "to"
        anyone = "every source" if match.direction == "ingress" else "every destination"
        return f"has no `{field}`, so it matches {anyone}, also {bare_name(end)}"
    peer = rule.peers[match.peer]
    also = bare_name(end)
    if peer.ip_block is not None:
        also = f"{end.address} of {also}" if end.address and end.address != also else also
    elif peer.pod_selector is None and end.namespace is not None:
        also = end.namespace
    return f"matches {peer_words(peer, match.policy)}, so also {also}"


def blocked(witness: Witness, decision: DirectionDecision, style: Style, *, verbose: bool) -> Iterator[str]:
    """Why one direction blocks the flow: the policies that isolate the side, and all that they allow."""
    direction = decision.direction
    end, peer = governed(witness, direction), other(witness, direction)
    shown = decision.selecting if verbose else decision.selecting[:SHOWN]
    for policy in shown:
        yield from _isolating(policy, bare_name(end), decision, style)
    if len(shown) < len(decision.selecting):
        more = len(decision.selecting) - len(shown)
        verb = "selects" if more == 1 else "select"
        yield from note("note", f"{count(more, 'more policy')} {verb} it (-v shows all)", style)
    way = "from" if direction == "ingress" else "to"
    wanted = f"{witness.traffic} {way} {end_words(peer)}"
    number = len(decision.selecting)
    none = "that policy has no rule" if number == 1 else f"none of the {number} policies that select it has a rule"
    yield from note(direction, f"{none} that allows {wanted}", style)
    if peer.kind == "pod":
        where = f"in {peer.namespace}, which has {labels_words(peer.namespace_labels)}"
        if not peer.namespace_exists:
            where = f"in {peer.namespace}, whose labels no Namespace object declares"
        yield from note("labels", f"{bare_name(peer)} has {labels_words(peer.labels)}, {where}", style)


def _isolating(policy: NetworkPolicy, name: str, decision: DirectionDecision, style: Style) -> Iterator[str]:
    direction = decision.direction
    rules = rules_of(policy, direction)
    allows = [rule_words(rule, policy, direction) for rule in rules] or ["nothing: it has no rule"]
    label = f"selects {name}: nothing {'reaches' if direction == 'ingress' else 'leaves'} it without a rule"
    if policy.document is None:
        yield from note(direction, f"policy {policy.key} {label}", style)
    else:
        span = policy.document.span(("spec", "podSelector"))
        says = f"policy {policy.key} isolates it for {direction}"
        yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(says)}"
        yield from excerpt(
            [Mark(span, label)], style, context=lines_within(policy.document, ("spec", "podSelector"), ITEM_LINES)
        )
    for text in allows[:ITEM_LINES]:
        yield from note("allows", text, style)
    if len(allows) > ITEM_LINES:
        yield from note("allows", f"and {count(len(allows) - ITEM_LINES, 'more rule')}", style)
