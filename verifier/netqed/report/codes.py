"""The codes of findings: what a report, a search or an ignore list calls them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from netqed.analysis.results import Proved, Refuted, Result, Unknown, Vacuous

Severity = Literal["error", "warning", "accepted", "proved"]

CODES: Mapping[str, str] = {
    "NQ001": "refuted: a flow violates the invariant",
    "NQ002": "vacuous: the invariant speaks of nothing",
    "NQ003": "unknown: neither proved nor refuted, for the reason given",
    "NQ004": "expired: refuted as once expected, but the spec's `until` has passed",
    "NQ005": "unexpected: proved although the spec expects it refuted",
}
"""Every code of a check with its meaning. Codes are never reused."""

DIFFERENCE_CODES: Mapping[str, str] = {
    "NQ010": "gained: NEW allows flows that OLD does not",
    "NQ011": "lost: OLD allows flows that NEW does not",
    "NQ012": "not compared: whether flows are gained or lost is unknown, for the reason given",
    "NQ013": "changed: an invariant's verdict is another in NEW than in OLD",
}
"""Every code of a comparison with its meaning."""


@dataclass(frozen=True, slots=True)
class Gravity:
    """How grave what a code means is, for services that sort findings."""

    level: Literal["error", "warning", "note"]
    score: str
    """From 0.1 to 10.0, as `security-severity` has it: from 7.0 it is high, from 4.0 medium, below it low."""


SEVERITIES: Mapping[str, Gravity] = {
    "NQ001": Gravity("error", "8.0"),
    "NQ002": Gravity("error", "5.0"),
    "NQ003": Gravity("error", "4.0"),
    "NQ004": Gravity("error", "8.0"),
    "NQ005": Gravity("warning", "1.0"),
    "NQ010": Gravity("error", "7.0"),
    "NQ011": Gravity("error", "3.0"),
    "NQ012": Gravity("error", "4.0"),
    "NQ013": Gravity("warning", "5.0"),
}
"""How grave each code is. The level of a finding is its own: it depends on what a run asks."""

HELP: Mapping[str, str] = {
    "NQ001": "Narrow the rule that lets the flow through, isolate the side that no policy selects, or correct the "
    "invariant. Of a flow that has to be possible, add a rule that allows it.",
    "NQ002": "Correct a name or a label that is misspelt. An invariant that is meant to match nothing yet says "
    "`allow-empty: true`.",
    "NQ003": "Raise the solver's budget with --rlimit, or split the invariant into smaller ones.",
    "NQ004": "Mend what was to be mended by that day, or accept it for longer with a later `until`.",
    "NQ005": "Remove `expect: refuted` from the spec: the invariant holds now, and is to stay so.",
    "NQ010": "Narrow the rule of NEW that lets the flows through, if they are not meant to pass.",
    "NQ011": "Add a rule to NEW that allows the flows, if they are still meant to pass.",
    "NQ012": "Raise the solver's budget with --rlimit.",
    "NQ013": "Look at what is gained and lost: it is why the verdict is another one.",
}
"""What to do about each code."""


def code_of(result: Result) -> str | None:
    """The code of a result; None for one that needs no attention (proved, or as the spec expects or allows)."""
    match result.status:
        case "ok" | "accepted" | "allowed-empty":
            return None
        case "expired":
            return "NQ004"
        case "unexpected":
            return "NQ005"
        case "unknown":
            return "NQ003"
        case "failed":
            match result.verdict:
                case Vacuous():
                    return "NQ002"
                case Unknown():
                    return "NQ003"
                case Refuted() | Proved():
                    return "NQ001"
                case _ as never:
                    assert_never(never)
        case _ as never:
            assert_never(never)


def severity_of(result: Result) -> Severity:
    """How loudly a result is shown: errors and unknowns change the exit code, warnings do not."""
    match result.status:
        case "failed" | "expired" | "unknown":
            return "error"
        case "unexpected":
            return "warning"
        case "accepted" | "allowed-empty":
            return "accepted"
        case "ok":
            return "proved"
        case _ as never:
            assert_never(never)
