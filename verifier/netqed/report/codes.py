"""The codes of findings: what a report, a search or an ignore list calls them by."""

from __future__ import annotations

from collections.abc import Mapping
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
"""Every code with its meaning. Codes are never reused."""


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
