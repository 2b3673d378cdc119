"""The explanation of one flow as text: the verdict and what decided it first, then each direction layer by layer, then
what is decided otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from netqed.analysis.explain_oracle import key_of
from netqed.analysis.explain_values import (
    DirectionExplained,
    Explanation,
    PeerTried,
    PortsDecided,
    RuleTried,
    Selecting,
    SideExplained,
)
from netqed.analysis.results import InputResult, Witness
from netqed.reference.flow import Direction, RuleMatch
from netqed.report.basis import basis_lines
from netqed.report.blame import to_isolate
from netqed.report.excerpt import Mark, excerpt, lines_within
from netqed.report.explain_words import (
    RANGES,
    addresses_words,
    case_words,
    decider_words,
    direction_words,
    matters_words,
    not_selecting_words,
    other_name,
    outcome_words,
    peer_labels,
    place_words,
    port_label,
    ports_words,
    selecting_words,
    verdict_word,
    without_words,
)
from netqed.report.replay import replay, same_workload
from netqed.report.style import Role, Style
from netqed.report.words import bare_name, count, end_words, governed, other, port_words, ungoverned_words
from netqed.report.writer import entry, note
from netqed.sources.position import FieldPath

SHOWN: Final = 3
"""Policies and rules of a direction, and items of a list, that are shown without --verbose."""

ITEM_LINES: Final = 12
"""Lines of one rule or selector that are shown."""

_ROLES: Final[dict[str, Role]] = {"allowed": "good", "denied": "error", "depends": "warning"}


def render_explanation(
    explanation: Explanation, *, style: Style | None = None, quiet: bool = False, verbose: bool = False
) -> str:
    """The whole report. `quiet` is the verdict with what decided it; `verbose` everything that was tried."""
    style = style or Style()
    lines = list(_head(explanation, style, verbose=verbose))
    if not quiet:
        for direction in (explanation.egress, explanation.ingress):
            lines += ["", *_direction(explanation, direction, style, verbose=verbose)]
        lines += ["", *_ports(explanation, style, verbose=verbose)]
        lines += _others(explanation, style, verbose=verbose)
        lines += _basis(explanation, style, verbose=verbose)
    lines += ["", _summary(explanation)]
    return "".join(f"{line}\n" for line in lines)


def _head(explanation: Explanation, style: Style, *, verbose: bool) -> Iterator[str]:
    """The verdict, the flow and what decided it, with what keeps the verdict from being the whole answer."""
    witness, word = explanation.witness, explanation.verdict
    traffic = witness.traffic + (f" (port name {witness.port_name})" if witness.port_name else "")
    again = " (another pod of it)" if same_workload(witness) else ""
    text = f"{end_words(witness.source)} -> {end_words(witness.destination)}{again}  {traffic}  [{_kind(witness)}]"
    yield f"{style.paint(f'{word}:', _ROLES[word])} {style.paint(style.show(text), 'strong')}"
    if word == "depends":
        for index, case in enumerate(explanation.cases):
            when = case_words(case, witness, most=None if verbose else RANGES)
            says = f"{when}: {verdict_word(case.decider.allowed)}, {decider_words(case.decider)}"
            yield from note("if" if index == 0 else "or if", says, style)
    else:
        for direction in (explanation.egress, explanation.ingress):
            yield from note(direction.decision.direction, _decided(witness, direction), style)
    for side in (explanation.source, explanation.destination):
        if side.mixed:
            yield from note("but", _mixed(side, witness), style)
    if explanation.mixed_ports:
        alike = [one for one in explanation.asked_ports if one.decider.allowed is witness.decision.allowed]
        others = [one for one in explanation.asked_ports if one.decider.allowed is not witness.decision.allowed]
        yield from note(
            "but",
            f"of the ports that were asked for, {ports_words(alike, most=RANGES)} "
            f"{'is' if len(alike) == 1 else 'are'} {verdict_word(witness.decision.allowed)}, and "
            f"{ports_words(others, most=RANGES)} {'is' if len(others) == 1 else 'are'} not",
            style,
        )
    for one in explanation.elsewhere:
        names = ", ".join(one.plugins)
        turns_on = f", as it has {matters_words(one.turns_on)}" if one.turns_on else ""
        if one.allowed is None:
            turns_on = f", if it has {matters_words(one.turns_on)}" if one.turns_on else ""
            yield from note("but", f"it may be otherwise on {names}{turns_on} (not verified)", style)
        else:
            yield from note("but", f"{verdict_word(one.allowed)} on {names}{turns_on}", style)
    if any(not end.exists for end in (witness.source, witness.destination)):
        yield from note("hypothetical", _hypothetical(witness), style)
    for caveat in explanation.caveats:
        yield from note("note", caveat, style)


def _kind(witness: Witness) -> str:
    if witness.real:
        pods = [end.kind == "pod" for end in (witness.source, witness.destination)]
        return "real workloads" if all(pods) else "real workload" if any(pods) else "no workload"
    return "hypothetical"


def _hypothetical(witness: Witness) -> str:
    parts = []
    for end in (witness.source, witness.destination):
        if not end.exists:
            has = ", ".join(text.removeprefix("label ") for text in end.invented) or "no labels"
            parts.append(f"{bare_name(end)} is not in the input; it is taken to have {has}")
    return "; ".join(parts)


def _decided(witness: Witness, explained: DirectionExplained) -> str:
    """What decided one direction, in one line."""
    decision = explained.decision
    match explained.deciding:
        case RuleMatch() as found:
            where = place_words(found.policy, found.path)
            return f"allowed by {direction_words(found, decision.direction)}{where}"
        case None if decision.reason == "no-rule":
            name = bare_name(governed(witness, decision.direction))
            number, rules = len(explained.selecting), len(explained.tried)
            isolate = f"{count(number, 'policy')} {'isolates' if number == 1 else 'isolate'} {name}"
            match rules:
                case 0:
                    return f"denied: {isolate}, and no rule allows anything"
                case 1:
                    return f"denied: {isolate}, and the one rule does not match"
                case _:
                    return f"denied: {isolate}, and none of the {rules} rules matches"
        case None:
            return f"allowed: {ungoverned_words(witness, decision)}"


def _mixed(side: SideExplained, witness: Witness) -> str:
    """That not all that a side stands for are decided alike."""
    if side.members:
        word = "nodes" if side.kind == "nodes" else "workloads"
        whole = sum(one.number for one in side.members)
        same = sum(one.number for one in side.members if one.decider.allowed is witness.decision.allowed)
        be = "is" if same == 1 else "are"
        verdict = verdict_word(witness.decision.allowed)
        return f"{same:,} of {whole:,} {word} of {side.text} {be} {verdict} on {witness.traffic}, and the others not"
    return f"not all addresses of {side.text} are {verdict_word(witness.decision.allowed)} on {witness.traffic}"


def _direction(
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
        named = [port_label(port, witness) for port in rule.ports if port.reason in ("name", "no-name", "unresolved")]
        yield path, "; ".join([f"admits {listed}{more}, but not {witness.traffic}", *named[:SHOWN]]), True


def _ports(explanation: Explanation, style: Style, *, verbose: bool) -> Iterator[str]:
    """Every port between the two sides, by verdict and what decides it; that of the explained flow first."""
    witness = explanation.witness
    source, destination = bare_name(witness.source), bare_name(witness.destination)
    yield style.paint(style.show(f"ports from {source} to {destination}"), "strong")
    groups: dict[object, list[PortsDecided]] = {}
    for one in explanation.ports:
        groups.setdefault(key_of(one.decider, "egress", "ingress"), []).append(one)
    ordered = sorted(groups.values(), key=lambda group: (not _holds(group, witness), _rank(group)))
    for group in ordered:
        decider = group[0].decider
        text = f"{ports_words(group, most=None if verbose else RANGES)}: {decider_words(decider)}"
        yield from entry(verdict_word(decider.allowed), text, style, indent=11)


def _holds(group: Sequence[PortsDecided], witness: Witness) -> bool:
    return any(one.protocol == witness.protocol and one.first <= (witness.port or 0) <= one.last for one in group)


def _rank(group: Sequence[PortsDecided]) -> int:
    allowed = group[0].decider.allowed
    return 1 if allowed is None else 0 if allowed else 2


def _others(explanation: Explanation, style: Style, *, verbose: bool) -> Iterator[str]:
    """What else a side stands for, and how it is decided."""
    witness = explanation.witness
    for side in (explanation.source, explanation.destination):
        if sum(one.number for one in side.members) > 1:
            word = "nodes" if side.kind == "nodes" else "workloads"
            yield ""
            yield style.paint(style.show(f"{word} of {side.text}, on {witness.traffic}"), "strong")
            for one in side.members:
                more = one.number - len(one.names)
                names = ", ".join(one.names) + (f" and {more:,} more" if more else "")
                text = f"{one.number:,}: {names}: {decider_words(one.decider)}"
                yield from entry(verdict_word(one.decider.allowed), text, style, indent=11)
        if side.addresses and (side.mixed or len(side.addresses) > 1):
            yield ""
            yield style.paint(style.show(f"addresses of {side.text}, on {witness.traffic}"), "strong")
            for part in side.addresses:
                where = addresses_words(part.ranges, most=None if verbose else RANGES)
                text = f"{where}: {decider_words(part.decider)}"
                yield from entry(verdict_word(part.decider.allowed), text, style, indent=11)
    if explanation.cases and explanation.verdict != "depends":
        yield ""
        yield style.paint("what the input does not say, and plays no part in the verdict", "strong")
        for case in explanation.cases:
            when = case_words(case, witness, most=None if verbose else RANGES)
            text = f"if {when}: {decider_words(case.decider)}"
            yield from entry(verdict_word(case.decider.allowed), text, style, indent=11)
    yield from _next_steps(explanation, style)


def _next_steps(explanation: Explanation, style: Style) -> Iterator[str]:
    witness = explanation.witness
    steps: list[str] = []
    if witness.decision.allowed and not witness.decision.ingress.matches and not witness.decision.egress.matches:
        steps += to_isolate(witness, style)
    command = replay(witness)
    if command is not None:
        steps += note("replay", command, style, wrap=False)
    if steps:
        yield ""
        yield style.paint("next", "strong")
        yield from steps


def _basis(explanation: Explanation, style: Style, *, verbose: bool) -> Iterator[str]:
    basis = explanation.basis
    if basis is None:
        return
    yield ""
    kept = basis if verbose else replace(basis, standing=(), notes=(), assumptions=())
    yield from basis_lines(InputResult(None, (), (), kept), style, verbose=verbose)


def _summary(explanation: Explanation) -> str:
    """The last line: the verdict in one word, what it was found in, and how long it took."""
    basis = explanation.basis
    whole = ""
    if basis is not None:
        whole = f"   {count(basis.policies, 'policy')}, {count(basis.workloads, 'workload')}"
        if not basis.complete:
            whole += f" (ignoring {count(len(basis.ignored), 'object')})"
    part = " in part" if explanation.exit_code == 2 and explanation.verdict != "depends" else ""
    return f"1 flow: {explanation.verdict}{part}{whole}, {explanation.seconds:.2f} s"
