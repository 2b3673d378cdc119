"""One direction of an explained flow as text: the policies that isolate the side and those that do not, and the rules
that were tried, each with excerpts of the user's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from netqed.analysis.explain_values import DirectionExplained, Explanation, PeerTried, RuleTried, Selecting
from netqed.analysis.results import Witness
from netqed.reference.flow import Direction, RuleMatch
from netqed.report.excerpt import Mark, excerpt, lines_within
from netqed.report.explain_words import (
    RANGES,
    not_selecting_words,
    other_name,
    outcome_words,
    peer_labels,
    port_label,
    selecting_words,
    without_words,
)
from netqed.report.style import Style
from netqed.report.words import bare_name, count, governed, other, port_words, ungoverned_words
from netqed.report.writer import note
from netqed.sources.position import FieldPath

SHOWN: Final = 3
"""Policies and rules of a direction, and items of a list, that are shown without --verbose."""

NAMES_APART: Final = ("name", "no-name", "unresolved", "unread")
"""Why a port's name does not match, where that takes more words than the name."""

ITEM_LINES: Final = 12
"""Lines of one rule or selector that are shown."""


def direction_lines(
    explanation: Explanation, explained: DirectionExplained, style: Style, *, verbose: bool
) -> Iterator[str]:
    """One direction: who selects the side, who does not, and the rules that were tried."""
    witness, direction = explanation.witness, explained.decision.direction
    name = bare_name(governed(witness, direction))
    title = "what leaves" if direction == "egress" else "what enters"
    yield style.paint(style.show(f"{direction}: {title} {name}"), "strong")
    if explained.decision.reason == "not-isolated":
        space = governed(witness, direction).namespace
        number = len(explained.not_selecting)
        which = f"none of the {number} policies" if number > 1 else "not even the one policy"
        says = (
            f"{which} of namespace {space} isolates it for {direction}"
            if number
            else f"namespace {space} has no policy"
        )
        yield from note("why", says, style)
    elif not explained.selecting:
        yield from note("why", ungoverned_words(witness, explained.decision), style)
    shown = explained.selecting if verbose else _folded(explained.selecting)
    for one in shown:
        yield from _selecting(one, name, direction, style)
    if len(shown) < len(explained.selecting):
        more = len(explained.selecting) - len(shown)
        verb = "isolates" if more == 1 else "isolate"
        yield from note("note", f"{count(more, 'more policy')} {verb} it (-v shows all)", style)
    left = explained.not_selecting if verbose else explained.not_selecting[:SHOWN]
    for other_one in left:
        yield from note("other policy", not_selecting_words(other_one, name, direction), style)
    if len(left) < len(explained.not_selecting):
        more = len(explained.not_selecting) - len(left)
        verb = "does" if more == 1 else "do"
        yield from note(
            "other policy", f"{count(more, 'more policy')} of its namespace {verb} not isolate it (-v shows all)", style
        )
    tried = explained.tried
    rules = tried if verbose else tried[:SHOWN]
    for rule in rules:
        yield from _rule(rule, explained.deciding, witness, style, verbose=verbose)
    if len(rules) < len(tried):
        rest = tried[len(rules) :]
        matching = sum(rule.matches is True for rule in rest)
        also = f", {matching} of which would allow it" if matching else ", none of which matches"
        yield from note("note", f"{count(len(rest), 'more rule')} were tried{also} (-v shows all)", style)
    without = without_words(explanation, direction)
    if without is not None:
        yield from note("without", without, style)


def _folded(selecting: Sequence[Selecting]) -> Sequence[Selecting]:
    """The first policies, those with rules before those without."""
    return sorted(selecting, key=lambda one: not one.rules)[:SHOWN]


def _selecting(one: Selecting, name: str, direction: Direction, style: Style) -> Iterator[str]:
    policy = one.policy
    rules = "" if one.rules else f", and has no {direction} rule"
    says = f"policy {policy.key} isolates it for {direction}{rules}"
    label = selecting_words(one, name)
    if policy.document is None:
        yield from note("by", f"{says}: it {label}", style)
        return
    path: FieldPath = ("spec", "podSelector")
    span = policy.document.span(path)
    yield f"  {style.paint('-->', 'gutter')} {style.show(str(span.start))}   {style.show(says)}"
    yield from excerpt([Mark(span, label, False)], style, context=lines_within(policy.document, path, ITEM_LINES))


def _rule(
    rule: RuleTried, deciding: RuleMatch | None, witness: Witness, style: Style, *, verbose: bool
) -> Iterator[str]:
    """A rule that was tried, with what of it matches and what does not."""
    says = outcome_words(rule, deciding, other_name(witness, rule.direction), witness)
    labelled = list(_labels(rule, witness, verbose=verbose))
    if rule.policy.document is None:
        yield from note("rule", f"{says}: {'; '.join(text for _, text, _ in labelled)}", style)
        return
    document = rule.policy.document
    marks = [Mark(document.span(path), text, primary) for path, text, primary in labelled]
    primary = next((mark for mark in marks if mark.primary), None)
    start = (primary.span if primary is not None else document.span(rule.path)).start
    yield f"  {style.paint('-->', 'gutter')} {style.show(str(start))}   {style.show(says)}"
    context: dict[int, str] = {}
    for path, _, _ in labelled:
        context |= lines_within(document, path, ITEM_LINES)
        for length in (4, 5):
            if len(path) > length:
                span = document.span(path[:length])
                context[span.start.line] = span.text
    yield from excerpt(_one_a_line(marks), style, context=context)
    if rule.matches and len(rule.peers) > 1:
        yield from note("note", f"these {len(rule.peers)} items are alternatives: one that matches is enough", style)
    hidden = len(rule.peers) - len(_peers(rule, verbose=verbose))
    if hidden:
        yield from note("note", f"{count(hidden, 'more item')} of the list {_fail(hidden)} (-v shows all)", style)


def _fail(number: int) -> str:
    return "was tried" if number == 1 else "were tried"


def _one_a_line(marks: list[Mark]) -> list[Mark]:
    """The marks; of several at one place the first."""
    found: dict[tuple[int, int], Mark] = {}
    for mark in marks:
        found.setdefault((mark.span.start.line, mark.span.start.column), mark)
    return list(found.values())


def _peers(rule: RuleTried, *, verbose: bool) -> list[PeerTried]:
    """The items to show: the nearest first in line, in the order of the list."""
    nearest = sorted(rule.peers, key=lambda one: (one.matches is not True, one.matches is False, one.distance))
    kept = nearest if verbose else nearest[:SHOWN]
    return sorted(kept, key=lambda one: one.index)


def _labels(rule: RuleTried, witness: Witness, *, verbose: bool) -> Iterator[tuple[FieldPath, str, bool]]:
    """Places of the rule, what to say of each, and whether it is what the outcome turns on."""
    end = other(witness, rule.direction)
    first = next((peer.index for peer in rule.peers if peer.matches), None)
    for peer in _peers(rule, verbose=verbose):
        turns = peer.index == first if rule.matches else rule.peer_matches is not True
        for place, text in peer_labels(peer, rule.policy, end):
            yield place, text, turns
    if not rule.peers:
        field = "from" if rule.direction == "ingress" else "to"
        anyone = "every source" if rule.direction == "ingress" else "every destination"
        yield rule.path, f"has no `{field}`, so it matches {anyone}", rule.port_matches
    if not rule.ports:
        return
    path: FieldPath = (*rule.path, "ports")
    matching = next((port for port in rule.ports if port.matches), None)
    if matching is not None:
        yield matching.path, port_label(matching, witness), False
    elif len(rule.ports) == 1:
        yield rule.ports[0].path, port_label(rule.ports[0], witness), True
    else:
        listed = ", ".join(port_words(port.item) for port in rule.ports[:RANGES])
        more = f" and {len(rule.ports) - RANGES} more" if len(rule.ports) > RANGES else ""
        named = [port_label(port, witness) for port in rule.ports if port.reason in NAMES_APART]
        yield path, "; ".join([f"admits {listed}{more}, but not {witness.traffic}", *named[:SHOWN]]), True
