"""Fingerprints of findings: the same finding has the same one in every run, whatever lines move."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator

from netqed.report.outcome import Finding


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """One for each finding, all different: 32 hexadecimal digits, `:`, and which one it is of those that are alike."""
    seen = Counter[str]()
    for finding in findings:
        digest = hashlib.sha256(json.dumps(finding.key).encode()).hexdigest()[:32]
        seen[digest] += 1
        yield f"{digest}:{seen[digest]}"
