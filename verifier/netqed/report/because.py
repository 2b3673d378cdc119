"""Why a proof holds, and which rules almost let a flow through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from netqed.analysis.flow_evidence import written
from netqed.analysis.results import Essential, NearMiss, Proved
from netqed.report.style import Style
from netqed.report.words import end_words
from netqed.report.writer import note

SHOWN: Final = 3
"""Policies of one kind that a line names."""


def because(verdict: Proved, style: Style) -> Iterator[str]:
    """The policies that a proof needs, each with a flow that it holds back, or that it lets through."""
    if verdict.because == ():
        yield from note("because", "it holds without any policy", style)
    needed = {one.policy.key for one in verdict.because or ()}
    for one in verdict.because or ():
        document = one.policy.document
        place = f" ({document.span(('metadata', 'name')).start})" if document is not None else ""
        flow = f"{end_words(one.witness.source)} -> {end_words(one.witness.destination)}  {one.witness.traffic}"
        word = "allowed" if one.witness.decision.allowed else "blocked"
        yield from note("because", f"policy {one.policy.key}{place}", style)
        yield from note("without it", f"{flow} is {word}, {_beside(one, needed)}", style)
    if verdict.namespace_labels:
        names = ", ".join(verdict.namespace_labels)
        who = f"namespace {names} has" if len(verdict.namespace_labels) == 1 else f"namespaces {names} have"
        yield from note("because", f"{who} the labels that are declared, and no others", style)


def _beside(one: Essential, needed: Collection[str]) -> str:
    """What becomes of the policies that the proof does not need: they are gone, unless the flow is decided so only next
    to some of them."""
    staying = [policy.key for policy in one.witness.world.policies if policy.key not in needed]
    if not staying:
        return "if the policies that are not needed are gone too"
    decision = one.witness.decision
    selecting = {policy.key for direction in (decision.egress, decision.ingress) for policy in direction.selecting}
    told = sorted(selecting.intersection(staying)) or staying
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    names = f"{', '.join(told[:SHOWN])}{more}"
    return f"as long as policy {names} stays" if len(told) == 1 else f"as long as policies {names} stay"


def near_words(miss: NearMiss) -> str:
    """A rule that almost lets a flow through, with its place and the one condition that fails."""
    document = miss.policy.document
    place = "" if document is None else f" ({document.span(miss.path).start})"
    return f"{miss.direction} rule {miss.rule + 1} of policy {miss.policy.key}{place}: {miss.words}"


def near_value(miss: NearMiss) -> dict[str, Any]:
    """A near miss as plain values."""
    return {
        "policy": miss.policy.key,
        "direction": miss.direction,
        "rule": miss.rule,
        "path": written(miss.path),
        "words": miss.words,
    }
