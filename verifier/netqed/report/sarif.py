"""SARIF 2.1.0, as code scanning services read it.

Where the format leaves a choice it is made as GitHub's code scanning documents it: only the first location of a result
counts, a region has all four bounds, links are relative to the root of the repository, and of the fingerprints
`primaryLocationLineHash` is the one that is matched between runs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from netqed import __version__
from netqed.report.codes import CODES, DIFFERENCE_CODES, HELP, SEVERITIES
from netqed.report.fingerprint import fingerprints
from netqed.report.outcome import Finding, Outcome, Place, Step
from netqed.report.repository import Repository

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

RELATED: Final = 20
"""Related locations of one result at most."""

_BRACKETS: Final = re.compile(r"[\\\[\]]")

Value = dict[str, Any]


def render_sarif(outcome: Outcome, repository: Repository) -> str:
    """The whole log, ending with a line end; ASCII only. What needs no attention is not in it."""
    return json.dumps(_log(outcome, repository), indent=2) + "\n"


def _log(outcome: Outcome, repository: Repository) -> Value:
    codes = CODES if outcome.command == "check" else DIFFERENCE_CODES
    findings = list(outcome.findings)
    run: Value = {
        "tool": {
            "driver": {
                "name": "netqed",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code, meaning) for code, meaning in codes.items()],
            }
        },
        "automationDetails": {"id": _category(outcome, repository)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "exitCode": outcome.exit_code}],
        "results": [
            _result(one, hashed, outcome, repository, list(codes).index(one.code))
            for one, hashed in zip(findings, fingerprints(findings), strict=True)
        ],
        "properties": {
            "summary": outcome.headline,
            "complete": outcome.complete,
            "verdicts": dict(sorted(Counter(case.verdict for case in outcome.cases).items())),
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _category(outcome: Outcome, repository: Repository) -> str:
    """What tells the runs of one commit apart: the command, and the folder of the spec."""
    if outcome.spec is None or outcome.spec.startswith("<"):
        return f"netqed/{outcome.command}/"
    folder = PurePosixPath(repository.uri(Place(outcome.spec))).parent
    return f"netqed/{outcome.command}/" if str(folder) == "." else f"netqed/{outcome.command}/{folder}/"


def _rule(code: str, meaning: str) -> Value:
    word = meaning.partition(":")[0]
    severity = SEVERITIES[code]
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in word.split()),
        "shortDescription": {"text": f"{meaning[:1].upper()}{meaning[1:]}"},
        "fullDescription": {"text": f"{meaning[:1].upper()}{meaning[1:]}. {HELP[code]}"},
        "help": {"text": HELP[code], "markdown": HELP[code]},
        "defaultConfiguration": {"level": severity.level},
        "properties": {
            "tags": ["security", "kubernetes", "network-policy"],
            "precision": "very-high",
            "security-severity": severity.score,
        },
    }


def _result(one: Finding, hashed: str, outcome: Outcome, repository: Repository, index: int) -> Value:
    primary = one.where or outcome.anywhere
    related: list[Step] = []
    if one.stated is not None and one.stated != primary:
        related.append(Step("the invariant", one.stated))
    related += one.related[: RELATED - len(related)]
    result: Value = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": one.level,
        "message": {"text": _message(one, primary, related)},
        "locations": [_location(primary, repository)],
        "partialFingerprints": {"primaryLocationLineHash": hashed},
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(step.place or primary, repository), "message": {"text": escaped(step.words)}}
            for number, step in enumerate(related, 1)
        ]
    if one.steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": list(_flow(one.steps, primary, repository))}]}]
    return result


def _message(one: Finding, primary: Place, related: Iterable[Step]) -> str:
    """Title and sentences, with links to the related places by their numbers."""
    sentences = [f"{escaped(text)}." for text in (one.title, *one.sentences)]
    if primary.rendered_line is not None:
        sentences.append(f"The rule is in line {primary.rendered_line} of the rendered manifests.")
    links = [f"[{escaped(step.words)}]({number})" for number, step in enumerate(related, 1)]
    if links:
        sentences.append(f"See {', '.join(links)}.")
    return "\n".join(sentences)


def _flow(steps: Iterable[Step], primary: Place, repository: Repository) -> Iterator[Value]:
    """The path of the flow. What is in no file, such as a pod that does not exist yet, is shown at the result's place:
    a step without a file is not shown at all."""
    for number, step in enumerate(steps, 1):
        place = _location(step.place or primary, repository)
        yield {"location": {**place, "message": {"text": escaped(step.words)}}, "executionOrder": number}


def _location(place: Place, repository: Repository) -> Value:
    region: Mapping[str, int] = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    if place.line is not None and place.column is not None and place.end_column is not None:
        region = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.line,
            "endColumn": place.end_column,
        }
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": repository.uri(place), "uriBaseId": "%SRCROOT%"},
            "region": region,
        }
    }


def escaped(text: str) -> str:
    """The text as a message that means just it: brackets make links, unless a backslash is before them."""
    return _BRACKETS.sub(lambda found: f"\\{found[0]}", text)
