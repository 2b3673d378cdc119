"""GitLab's Code Quality report: a list of issues, each with its place and a fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from netqed.report.codes import SEVERITIES
from netqed.report.fingerprint import fingerprints
from netqed.report.outcome import Finding, Level, Outcome
from netqed.report.repository import Repository

_SEVERITIES: Final[Mapping[Level, str]] = {"error": "major", "warning": "minor", "note": "info"}

GRAVE: Final = 7.0
"""From this score of a code on, an error is `critical`."""


def render_gitlab(outcome: Outcome, repository: Repository) -> str:
    """The whole list, ending with a line end; ASCII only."""
    findings = list(outcome.findings)
    issues = [
        {
            "description": f"{one.title}: {'; '.join(one.sentences)}",
            "check_name": one.code,
            "fingerprint": hashed,
            "severity": _severity(one),
            "location": {
                "path": repository.path(place := one.where or outcome.anywhere),
                "lines": {"begin": place.line or 1},
            },
        }
        for one, hashed in zip(findings, fingerprints(findings), strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"


def _severity(one: Finding) -> str:
    if one.level == "error" and float(SEVERITIES[one.code].score) >= GRAVE:
        return "critical"
    return _SEVERITIES[one.level]
