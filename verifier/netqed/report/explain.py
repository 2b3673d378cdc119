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
    OnOneNode,
    PortsDecided,
    RuleTried,
    SideExplained,
)
from netqed.analysis.results import InputResult, Witness
from netqed.reference.flow import RuleMatch
from netqed.report.basis import basis_lines
from netqed.report.blame import to_isolate
from netqed.report.explain_layers import direction_lines
from netqed.report.explain_words import (
    RANGES,
    addresses_words,
    case_words,
    decider_words,
    direction_words,
    elsewhere_words,
    other_name,
    outcome_words,
    place_words,
    ports_words,
    verdict_word,
)
from netqed.report.replay import replay, same_workload
from netqed.report.style import Role, Style
from netqed.report.words import bare_name, count, end_words, governed, ungoverned_words
from netqed.report.writer import entry, note

NAMED: Final = 3
"""Members of a group that are named."""

_ROLES: Final[dict[str, Role]] = {"allowed": "good", "denied": "error", "depends": "warning"}


def render_explanation(
    explanation: Explanation, *, style: Style | None = None, quiet: bool = False, verbose: bool = False
) -> str:
    """The whole report. `quiet` is the verdict with what decided it; `verbose` everything that was tried."""
    style = style or Style()
    lines = list(_head(explanation, style, verbose=verbose))
    if not quiet:
        for direction in (explanation.egress, explanation.ingress):
            lines += ["", *direction_lines(explanation, direction, style, verbose=verbose)]
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
            near = direction.tried[:1] if not direction.decision.allowed else ()
            if near and (near[0].port_matches or near[0].peer_matches is not False):
                yield from note("nearest", _nearest(near[0], witness), style)
    for side, of in _sides(explanation):
        if side.mixed:
            yield from note("but", _mixed(side, of, witness), style)
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
        if one.allowed is not None:
            yield from note("but", elsewhere_words(one, witness.decision.allowed), style)
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


def _nearest(rule: RuleTried, witness: Witness) -> str:
    """The rule that comes nearest to allowing a flow that is denied, and where it stands."""
    words = outcome_words(rule, None, other_name(witness, rule.direction), witness)
    return f"{words}{place_words(rule.policy, rule.path)}"


def _members_word(side: SideExplained) -> str:
    """What the members of a side are."""
    if side.kind == "pods":
        return "workloads" if sum(one.number for one in side.members) <= side.number else "workloads and nodes"
    return "nodes"


def _sides(explanation: Explanation) -> Iterator[tuple[SideExplained, str]]:
    """Both sides, each with the flows that its members have with the other side as shown: `from a to b/c`."""
    witness = explanation.witness
    source, destination = explanation.source, explanation.destination
    yield source, f"from {source.text} to {bare_name(witness.destination)} on {witness.traffic}"
    yield destination, f"from {bare_name(witness.source)} to {destination.text} on {witness.traffic}"


def _mixed(side: SideExplained, of: str, witness: Witness) -> str:
    """That not all that a side stands for are decided alike."""
    if side.members:
        word = _members_word(side)
        whole = sum(one.number for one in side.members)
        same = sum(one.number for one in side.members if one.decider.allowed is witness.decision.allowed)
        be = "is" if same == 1 else "are"
        return f"{of}: {same:,} of {whole:,} {word} {be} {verdict_word(witness.decision.allowed)}, and the others not"
    return f"{of}: not all addresses are {verdict_word(witness.decision.allowed)}"


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
    if any(isinstance(case.when, OnOneNode) for case in explanation.cases):
        yield from note("note", "this is between two nodes; what comes from a pod's own node always reaches it", style)


def _holds(group: Sequence[PortsDecided], witness: Witness) -> bool:
    return any(one.protocol == witness.protocol and one.first <= (witness.port or 0) <= one.last for one in group)


def _rank(group: Sequence[PortsDecided]) -> int:
    allowed = group[0].decider.allowed
    return 1 if allowed is None else 0 if allowed else 2


def _others(explanation: Explanation, style: Style, *, verbose: bool) -> Iterator[str]:
    """What else a side stands for, and how it is decided."""
    witness = explanation.witness
    for side, of in _sides(explanation):
        if sum(one.number for one in side.members) > 1:
            word = _members_word(side)
            yield ""
            yield style.paint(style.show(f"{word} {of}"), "strong")
            for one in side.members:
                more = one.number - len(one.names[:NAMED])
                names = ", ".join(one.names[:NAMED]) + (f" and {more:,} more" if more else "")
                text = f"{one.number:,}: {names}: {decider_words(one.decider)}"
                yield from entry(verdict_word(one.decider.allowed), text, style, indent=11)
        if side.addresses and (side.mixed or len(side.addresses) > 1):
            yield ""
            yield style.paint(style.show(f"addresses {of}"), "strong")
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
    unverified = [one for one in explanation.elsewhere if one.allowed is None]
    if unverified:
        yield ""
        yield style.paint("what nobody has verified of network plugins", "strong")
        for index, open_ in enumerate(unverified):
            words = elsewhere_words(open_, witness.decision.allowed).removeprefix("not verified ")
            yield from entry("plugins" if index == 0 else "", words, style, indent=11)
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
    kept = basis if verbose else replace(basis, standing=(), notes=())
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
