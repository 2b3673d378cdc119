"""Why a proof holds, and which rules almost let a flow through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netqed.analysis.flow_evidence import written
from netqed.analysis.results import NearMiss, Proved
from netqed.report.style import Style
from netqed.report.words import end_words
from netqed.report.writer import note


def because(verdict: Proved, style: Style) -> Iterator[str]:
    """The policies that a proof needs, each with a flow that it holds back, or that it lets through."""
    if verdict.because == ():
        yield from note("because", "it holds without any policy", style)
    for one in verdict.because or ():
        document = one.policy.document
        place = f" ({document.span(('metadata', 'name')).start})" if document is not None else ""
        flow = f"{end_words(one.witness.source)} -> {end_words(one.witness.destination)}  {one.witness.traffic}"
        word = "allowed" if one.witness.decision.allowed else "blocked"
        yield from note("because", f"policy {one.policy.key}{place}", style)
        yield from note("without it", f"{flow} is {word}, if the policies that are not needed are gone too", style)
    if verdict.namespace_labels:
        names = ", ".join(verdict.namespace_labels)
        who = f"namespace {names} has" if len(verdict.namespace_labels) == 1 else f"namespaces {names} have"
        yield from note("because", f"{who} the labels that are declared, and no others", style)


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
