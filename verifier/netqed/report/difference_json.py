"""The comparison of two policy sets for programs: versioned, described by a published schema, with all evidence in it.

Lines and columns are 1-based; items of a policy's lists are counted from 0, as in YAML paths.
"""

from __future__ import annotations

import json
from typing import Any, Final

from netqed import __version__
from netqed.analysis.difference_results import (
    BothVerdicts,
    Delta,
    Difference,
    DifferingFlow,
    Family,
    Nothing,
    Part,
    Requirement,
    Sign,
)
from netqed.analysis.results import Unknown
from netqed.report.difference import conditions, family_words, rests_on
from netqed.report.json import basis_value, place_value, witness_value
from netqed.report.portability import matters_value
from netqed.report.schema import definitions_of
from netqed.report.ways import traffic_words
from netqed.resources.cluster import Note

FORMAT: Final = "netqed/difference"
VERSION: Final = 1

Value = dict[str, Any]


def render_difference_json(found: Difference, *, requirement: Requirement | None = None) -> str:
    """The whole comparison as indented JSON, ending with a line end. ASCII only."""
    return json.dumps(difference_value(found, requirement), indent=2) + "\n"


def difference_value(found: Difference, requirement: Requirement | None = None) -> Value:
    """The comparison as plain values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "exitCode": found.exit_code(requirement or "equivalent"),
        "complete": found.old.complete and found.new.complete,
        "seconds": round(found.seconds, 3),
        "scope": found.scope,
        "outcome": found.outcome,
        "required": None if requirement is None else {"what": requirement, "holds": found.meets(requirement)},
        "gained": _part(found.gained, "gained"),
        "lost": _part(found.lost, "lost"),
        "verdicts": None if found.verdicts is None else [_verdict(one) for one in found.verdicts],
        "notes": [_note(one) for one in found.notes],
        "old": basis_value(found.old),
        "new": basis_value(found.new),
    }


def _part(part: Part, sign: Sign) -> Value:
    match part:
        case Nothing():
            return {"is": "nothing", "restsOn": list(rests_on(part)), "matters": matters_value(part.matters)}
        case Unknown():
            return {"is": "unknown", "reason": part.reason}
        case Delta():
            return {
                "is": "flows",
                "complete": part.families is not None and part.left_out == 0,
                "leftOut": part.left_out,
                "families": None if part.families is None else [_family(one, sign) for one in part.families],
                "example": _flow(part.example),
            }


def _family(one: Family, sign: Sign) -> Value:
    cube = one.cube
    return {
        "words": family_words(one, sign),
        "source": cube.source.words,
        "destination": cube.destination.words,
        "traffic": traffic_words(cube),
        "protocol": cube.protocol,
        "ports": [list(each) for each in cube.ports],
        "direction": one.direction,
        "conditional": one.conditional,
        "where": conditions(one, sign),
        "matters": matters_value(cube.choices),
        "example": _flow(one.example),
    }


def _flow(one: DifferingFlow) -> Value:
    return {
        "blockedIn": list(one.blocked_in),
        "old": witness_value(one.old),
        "new": witness_value(one.new),
    }


def _verdict(one: BothVerdicts) -> Value:
    return {
        "title": one.stated.title,
        "sentence": one.stated.sentence,
        "place": place_value(one.stated.span),
        "scope": one.new.scope,
        "old": one.old.verdict.word,
        "new": one.new.verdict.word,
        "changed": one.changed,
    }


def _note(note: Note) -> Value:
    return {"text": note.whole, "place": note.place}


_TEXT: Final[Value] = {"type": "string"}
_FLAG: Final[Value] = {"type": "boolean"}
_COUNT: Final[Value] = {"type": "integer", "minimum": 0}
_TEXTS: Final[Value] = {"type": "array", "items": _TEXT}
_VERDICT: Final[Value] = {"enum": ["proved", "refuted", "vacuous", "unknown"]}


def difference_schema() -> Value:
    """The schema (draft 2020-12) that every comparison of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed difference",
        "description": "Two policy sets as `netqed diff` compares them. Lines and columns: 1-based; items: from 0.",
        **_object(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=_object(name={"const": "netqed"}, version=_TEXT),
            exitCode={"enum": [0, 1, 2], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete={**_FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            scope={"enum": ["always", "now"]},
            outcome={"enum": ["equivalent", "narrower", "wider", "incomparable", "unknown"]},
            required=_or_null(
                _object(
                    what={"enum": ["equivalent", "no-new-access", "no-lost-access"]},
                    holds={"type": ["boolean", "null"], "description": "Null where the budget did not suffice."},
                )
            ),
            gained={**_ref("part"), "description": "What NEW allows and OLD does not."},
            lost={**_ref("part"), "description": "What OLD allows and NEW does not."},
            verdicts={**_or_null(_list("verdict")), "description": "With --spec: every invariant, on both sides."},
            notes={**_list("note"), "description": "What one side alone declares, taken to be the same on both."},
            old=_ref("basis"),
            new=_ref("basis"),
        ),
        "$defs": {**definitions_of("witness", "place", "basis", "answer", "note"), **_definitions()},
    }


def _definitions() -> Value:
    return {
        "part": {
            "oneOf": [
                _object(**{"is": {"const": "nothing"}, "restsOn": _TEXTS, "matters": _list("answer")}),
                _object(**{"is": {"const": "unknown"}, "reason": _TEXT}),
                _object(
                    **{
                        "is": {"const": "flows"},
                        "complete": {**_FLAG, "description": "Whether the families are all of it."},
                        "leftOut": {
                            **_or_null(_COUNT),
                            "description": "Families left out by --limit; null: nobody knows how many.",
                        },
                        "families": _or_null(_list("family")),
                        "example": _ref("flow"),
                    }
                ),
            ]
        },
        "family": _object(
            words=_TEXT,
            source=_TEXT,
            destination=_TEXT,
            traffic=_TEXT,
            protocol=_or_null(_COUNT),
            ports={"type": "array", "items": {"type": "array", "items": _COUNT}},
            direction={"enum": ["ingress", "egress"], "description": "In which the blocking side blocks its flows."},
            conditional={
                **_FLAG,
                "description": "Whether only those of its flows differ that the allowing side's other direction lets "
                "through.",
            },
            where={**_TEXTS, "description": "What else is true of its flows."},
            matters=_list("answer"),
            example=_ref("flow"),
        ),
        "flow": _object(
            blockedIn={"type": "array", "items": {"enum": ["ingress", "egress"]}},
            old={**_ref("witness"), "description": "The flow as OLD decides it."},
            new={**_ref("witness"), "description": "The same flow as NEW decides it."},
        ),
        "verdict": _object(
            title=_TEXT,
            sentence=_TEXT,
            place=_or_null(_ref("place")),
            scope={"enum": ["always", "now"]},
            old=_VERDICT,
            new=_VERDICT,
            changed=_FLAG,
        ),
    }


def _object(**properties: Value) -> Value:
    """An object with exactly these keys, all of them present."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: Value) -> Value:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Value:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> Value:
    return {"type": "array", "items": _ref(name)}
