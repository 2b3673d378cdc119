"""What can be removed from a policy set, for programs: versioned, described by a published schema.

Lines and columns are 1-based; items of a policy's lists are counted from 0, as in YAML paths.
"""

from __future__ import annotations

import json
from typing import Any, Final, get_args

from netqed import __version__
from netqed.analysis.flow_evidence import written
from netqed.analysis.redundancy_results import Part, ReasonKind, Redundancy, Redundant, Together
from netqed.analysis.removals import SIZES
from netqed.analysis.results import Unknown
from netqed.report.json import basis_value, place_value
from netqed.report.portability import matters_value
from netqed.report.redundancy import cut, needs_of, reason_words, said_words
from netqed.report.schema import definitions_of
from netqed.report.schema_terms import COUNT, FLAG, TEXT, TEXTS, list_of, object_of, or_null, ref

FORMAT: Final = "netqed/redundancy"
VERSION: Final = 1

Value = dict[str, Any]


def render_redundancy_json(found: Redundancy, *, limit: int | None = None) -> str:
    """The whole report as indented JSON, ending with a line end. ASCII only."""
    return json.dumps(redundancy_value(found, limit=limit), indent=2) + "\n"


def redundancy_value(found: Redundancy, *, limit: int | None = None) -> Value:
    """The report as plain values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "exitCode": found.exit_code,
        "complete": found.basis.complete,
        "seconds": round(found.seconds, 3),
        "scope": found.scope,
        "asked": dict(found.asked),
        "alone": [_redundant(one) for one in found.found[:limit]],
        "aloneLeftOut": cut(len(found.found), limit),
        "unknown": [part_value(one) for one in found.unknown],
        "together": _together(found.together, limit),
        "basis": basis_value(found.basis),
    }


def part_value(part: Part) -> Value:
    """A policy, or a part of one, with its place."""
    document = part.policy.document
    return {
        "what": part.size,
        "policy": part.policy.key,
        "path": written(part.path) or None,
        "words": said_words(part),
        "place": None if document is None else place_value(document.span(part.path)),
    }


def _redundant(one: Redundant) -> Value:
    return {
        **part_value(one.part),
        "reason": one.reason,
        "by": None if one.by is None else part_value(one.by),
        "why": reason_words(one),
        "restsOn": list(needs_of(one)),
        "matters": matters_value(one.matters),
    }


def _together(together: Together | Unknown, limit: int | None) -> Value:
    match together:
        case Unknown():
            return {"is": "unknown", "reason": together.reason}
        case Together():
            return {
                "is": "proved",
                "parts": [part_value(one) for one in together.parts[:limit]],
                "leftOut": cut(len(together.parts), limit),
                "minimal": together.complete,
                "restsOn": list(needs_of(together)),
                "matters": matters_value(together.matters),
            }


def redundancy_schema() -> Value:
    """The schema (draft 2020-12) that every report of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed redundancy",
        "description": "What can be removed from a policy set without changing any flow, as `netqed redundant` finds "
        "it. Lines and columns: 1-based; items: from 0.",
        **object_of(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=object_of(name={"const": "netqed"}, version=TEXT),
            exitCode={"enum": [0, 1, 2], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete={**FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            scope={"enum": ["always", "now"]},
            asked={**object_of(**dict.fromkeys(SIZES, COUNT)), "description": "How many parts were asked about."},
            alone={**list_of("redundant"), "description": "Each can be removed while all others stay."},
            aloneLeftOut={**COUNT, "description": "How many of `alone` --limit left out."},
            unknown={**list_of("part"), "description": "Those for which the solver's budget did not suffice."},
            together={**ref("together"), "description": "What can be removed all at once."},
            basis=ref("basis"),
        ),
        "$defs": {**definitions_of("place", "basis", "answer"), **_definitions()},
    }


_PART: Final[Value] = {
    "what": {"enum": list(SIZES)},
    "policy": {**TEXT, "description": "namespace/name."},
    "path": {**or_null(TEXT), "description": "Its path in the policy; null is the policy itself."},
    "words": TEXT,
    "place": or_null(ref("place")),
}


def _definitions() -> Value:
    return {
        "part": object_of(**_PART),
        "redundant": object_of(
            **_PART,
            reason={"enum": list(get_args(ReasonKind))},
            by={**or_null(ref("part")), "description": "With `covered`: what does all that it does."},
            why=TEXT,
            restsOn=TEXTS,
            matters=list_of("answer"),
        ),
        "together": {
            "oneOf": [
                object_of(**{"is": {"const": "unknown"}, "reason": TEXT}),
                object_of(
                    **{
                        "is": {"const": "proved"},
                        "parts": list_of("part"),
                        "leftOut": COUNT,
                        "minimal": {**FLAG, "description": "Whether everything that is left is known to be needed."},
                        "restsOn": TEXTS,
                        "matters": list_of("answer"),
                    }
                ),
            ]
        },
    }
