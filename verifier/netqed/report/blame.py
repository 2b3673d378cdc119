"""Excerpts of the rules that let a flow through, and of the policies that block one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netqed.analysis.results import Witness, WitnessEnd
from netqed.reference.flow import Direction, DirectionDecision, RuleMatch
from netqed.reference.reading import looks_names_up
from netqed.reference.selectors import NAMESPACE_NAME_LABEL
from netqed.report.excerpt import Mark, excerpt, lines_within
from netqed.report.nearest import Distance, Near, nearest
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
    selector_keys,
    ungoverned_words,
)
from netqed.report.writer import note
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule
from netqed.sources.position import FieldPath

SHOWN: Final = 3
"""Rules and policies of one direction that are shown without --verbose."""

ITEM_LINES: Final = 10
"""Lines of one peer that are shown."""


def through(
    witness: Witness, decision: DirectionDecision, style: Style, *, verbose: bool, placed: bool = False
) -> Iterator[str]:
    """How one direction lets the flow through: each rule that matches with its lines, or why no rule was needed; that
    with the place of the workload, if asked for."""
    if decision.reason != "rule":
        workload = governed(witness, decision.direction).workload
        words = ungoverned_words(witness, decision)
        if placed and workload is not None and workload.document is not None:
            span = workload.document.span(("metadata", "name"))
            yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(words)}"
        else:
            yield from note(decision.direction, words, style)
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
    ports = _ports(witness, match, rule)
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


def _ports(witness: Witness, match: RuleMatch, rule: PolicyRule) -> str:
    """The ports that the rule matches by; of a name that is not looked up, what it stands for instead."""
    if not rule.ports or match.port is None:
        return "every port"
    item = rule.ports[match.port]
    words = port_words(item)
    if isinstance(item.port, str) and not looks_names_up(witness.world.reading, match.direction):
        return f"{words}, a name that is not looked up and stands for every port of {item.protocol or 'TCP'}"
    return words


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
    elif peer.pod_selector is None and peer.namespace_selector != LabelSelector() and end.namespace is not None:
        also = end.namespace
    return f"matches {peer_words(peer, match.policy)}, so also {also}"


def blocked(witness: Witness, decision: DirectionDecision, style: Style, *, verbose: bool) -> Iterator[str]:
    """Why one direction blocks the flow: the rule that comes nearest to allowing it, and the policies that isolate the
    side with all that they allow. Those are shown in brief where there is a nearest rule."""
    direction = decision.direction
    near = nearest(witness, decision)
    if near is not None:
        yield from _nearest(witness, near, direction, style)
    # A policy without rules explains least, and there is nothing in it to change.
    selecting = sorted(decision.selecting, key=lambda policy: not rules_of(policy, direction))
    if near is not None and not verbose:
        yield from _briefly(near, selecting, direction, style)
    else:
        shown = selecting if verbose else selecting[:SHOWN]
        for policy in shown:
            yield from _isolating(policy, bare_name(governed(witness, direction)), direction, style, verbose=verbose)
        yield from _more(len(selecting) - len(shown), style)
    way = "from" if direction == "ingress" else "to"
    wanted = f"{witness.traffic} {way} {end_words(other(witness, direction))}"
    number = len(selecting)
    none = "that policy has no rule" if number == 1 else f"none of the {number} policies that select it has a rule"
    yield from note(direction, f"{none} that allows {wanted}", style)
    if near is None or near.distance is Distance.PEER or verbose:
        yield from _labels(witness, decision, style, verbose=verbose)


def _nearest(witness: Witness, near: Near, direction: Direction, style: Style) -> Iterator[str]:
    """The nearest rule, with what of it does not fit under carets."""
    policy = near.policy
    name = bare_name(other(witness, direction))
    way = "from" if direction == "ingress" else "to"
    rule = f"{direction} rule {near.rule + 1} of policy {policy.key}"
    if near.distance in (Distance.PORT, Distance.PORT_OF_ANYONE):
        says = f"{rule} allows traffic {way} {name}, but not on this port"
    else:
        says = f"{rule} allows {witness.traffic}, but not {way} {name}"
    if policy.document is None:
        yield from note(direction, f"{says}: it {near.label}", style)
        return
    span = policy.document.span(near.path)
    yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(says)}"
    marks = [Mark(span, near.label)]
    base: FieldPath = ("spec", direction, near.rule)
    shown: FieldPath = (*base, "ports") if near.distance in (Distance.PORT, Distance.PORT_OF_ANYONE) else near.path
    context = lines_within(policy.document, shown, ITEM_LINES)
    if near.distance is Distance.PART_OF_PEER:
        context |= lines_within(policy.document, near.path[:-1], ITEM_LINES)
    if near.matching is not None:
        marks.append(Mark(policy.document.span(near.matching), f"matches {name}", primary=False))
        context |= lines_within(policy.document, near.matching, ITEM_LINES)
    yield from excerpt(marks, style, context=context)


def _briefly(near: Near, selecting: list[NetworkPolicy], direction: Direction, style: Style) -> Iterator[str]:
    """What else the policies allow, a line for each."""
    others = [rule for index, rule in enumerate(rules_of(near.policy, direction)) if index != near.rule]
    if others:
        rules = "; and ".join(rule_words(rule, near.policy, direction) for rule in others[:SHOWN])
        more = f"; and {count(len(others) - SHOWN, 'more rule')} (-v shows all)" if len(others) > SHOWN else ""
        yield from note("besides", f"policy {near.policy.key} allows traffic {rules}{more}", style)
    rest = [policy for policy in selecting if policy != near.policy]
    for policy in rest[:SHOWN]:
        place = f" ({policy.document.span(('spec', 'podSelector')).start})" if policy.document is not None else ""
        yield from note("besides", f"policy {policy.key}{place} {_allows(policy, direction)}", style)
    yield from _more(len(rest) - len(rest[:SHOWN]), style)


def _allows(policy: NetworkPolicy, direction: Direction) -> str:
    rules = rules_of(policy, direction)
    if not rules:
        return f"has no {direction} rule, so it allows nothing"
    more = f"; and {count(len(rules) - SHOWN, 'more rule')}" if len(rules) > SHOWN else ""
    return f"allows traffic {'; and '.join(rule_words(rule, policy, direction) for rule in rules[:SHOWN])}{more}"


def _more(number: int, style: Style) -> Iterator[str]:
    if number:
        verb = "selects" if number == 1 else "select"
        yield from note("note", f"{count(number, 'more policy')} {verb} it (-v shows all)", style)


def _labels(witness: Witness, decision: DirectionDecision, style: Style, *, verbose: bool) -> Iterator[str]:
    """The other side's labels: of the keys that some rule speaks of, or all of them."""
    peer = other(witness, decision.direction)
    if peer.kind != "pod":
        return
    rules = [rule for policy in decision.selecting for rule in rules_of(policy, decision.direction)]
    peers = [one for rule in rules for one in rule.peers or ()]
    keys = None if verbose else frozenset[str]().union(*(selector_keys(one.pod_selector) for one in peers))
    spaces = None if verbose else frozenset[str]().union(*(selector_keys(one.namespace_selector) for one in peers))
    parts = []
    if keys is None or keys:
        parts.append(f"{bare_name(peer)} has {labels_words(peer.labels, keys)}")
    if (spaces is None or spaces) and peer.namespace is not None:
        if not peer.namespace_exists:
            parts.append(f"no Namespace object declares the labels of its namespace {peer.namespace}")
        else:
            labels = dict(peer.namespace_labels or {})
            if spaces is not None and NAMESPACE_NAME_LABEL in spaces:
                labels[NAMESPACE_NAME_LABEL] = peer.namespace
            parts.append(f"its namespace {peer.namespace} has {labels_words(labels, spaces)}")
    if parts:
        yield from note("labels", "; ".join(parts), style)


def _isolating(policy: NetworkPolicy, name: str, direction: Direction, style: Style, *, verbose: bool) -> Iterator[str]:
    rules = rules_of(policy, direction)
    nothing = "" if rules else f", and {_allows(policy, direction)}"
    if policy.pod_selector is None:
        label = f"no podSelector, so it selects every pod of namespace {policy.namespace}"
    elif policy.pod_selector == LabelSelector():
        label = f"empty, so it selects every pod of namespace {policy.namespace}"
    else:
        label = f"selects {name}: nothing {'reaches' if direction == 'ingress' else 'leaves'} it without a rule"
    if policy.document is None:
        yield from note(direction, f"policy {policy.key} {label}{nothing}", style)
    else:
        span = policy.document.span(("spec", "podSelector"))
        says = f"policy {policy.key} isolates it for {direction}{nothing}"
        yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(says)}"
        yield from excerpt(
            [Mark(span, label)], style, context=lines_within(policy.document, ("spec", "podSelector"), ITEM_LINES)
        )
    shown = rules if verbose else rules[:ITEM_LINES]
    for rule in shown:
        yield from note("allows", rule_words(rule, policy, direction), style)
    if len(rules) > len(shown):
        yield from note("allows", f"and {count(len(rules) - len(shown), 'more rule')} (-v shows all)", style)


def to_isolate(witness: Witness, style: Style) -> Iterator[str]:
    """Where no rule lets the flow through since nothing isolates a side: which policy would."""
    key = "to fix"
    decisions = [one for one in (witness.decision.ingress, witness.decision.egress) if one.reason == "not-isolated"]
    # To isolate a namespace that was made up helps against no other: only where it is all that there is to say.
    known = [one for one in decisions if _is_known(governed(witness, one.direction), witness)]
    for one in known or decisions:
        end = governed(witness, one.direction)
        kind = one.direction.capitalize()
        chosen = f"that selects {bare_name(end)}, with" if end.exists else "with podSelector {},"
        text = (
            f"isolate {one.direction} of namespace {end.namespace}: add a NetworkPolicy there {chosen} "
            f"policyTypes [{kind}] and a rule for each flow that it still needs"
        )
        yield from note(key, text, style)
        key = "or"


def _is_known(end: WitnessEnd, witness: Witness) -> bool:
    """Whether the input has the side, or speaks of its namespace."""
    of_input = {policy.namespace for policy in witness.world.policies}
    of_input.update(one.namespace for one in (witness.source, witness.destination) if one.exists and one.namespace)
    return end.exists or end.namespace_exists or end.namespace in of_input
