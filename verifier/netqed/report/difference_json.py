"""The comparison of two policy sets for programs: versioned, described by a published schema, with all evidence in it.

Lines and columns are 1-based; items of a policy's lists are counted from 0, as in YAML paths.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from netqed.report.difference import conditions, family_words, left_out_words, outcome_words, pieces, rests_on
from netqed.report.json import basis_value, place_value, witness_value
from netqed.report.portability import matters_value
from netqed.report.schema import definitions_of
from netqed.report.schema_terms import COUNT, FLAG, TEXT, TEXTS, list_of, object_of, or_null, ref
from netqed.report.style import Style
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
    text = pieces(found, Style(), requirement)
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "exitCode": found.exit_code(requirement or "equivalent"),
        "complete": found.old.complete and found.new.complete,
        "seconds": round(found.seconds, 3),
        "scope": found.scope,
        "outcome": found.outcome,
        "words": outcome_words(found),
        "required": None if requirement is None else {"what": requirement, "holds": found.meets(requirement)},
        "gained": _part(found.gained, "gained", text.gained_evidence),
        "lost": _part(found.lost, "lost", text.lost_evidence),
        "verdicts": None if found.verdicts is None else [_verdict(one) for one in found.verdicts],
        "notes": [_note(one) for one in found.notes],
        "old": basis_value(found.old),
        "new": basis_value(found.new),
        "text": {
            "head": list(text.head),
            "gained": list(text.gained),
            "lost": list(text.lost),
            "verdicts": list(text.verdicts),
            "basis": list(text.basis),
            "summary": text.summary,
        },
    }


def _part(part: Part, sign: Sign, evidence: Sequence[str]) -> Value:
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
                "leftOutWords": left_out_words(part),
                "evidence": list(evidence),
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


_VERDICT: Final[Value] = {"enum": ["proved", "refuted", "vacuous", "unknown"]}


def difference_schema() -> Value:
    """The schema (draft 2020-12) that every comparison of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed difference",
        "description": "Two policy sets as `netqed diff` compares them. Lines and columns: 1-based; items: from 0.",
        **object_of(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=object_of(name={"const": "netqed"}, version=TEXT),
            exitCode={"enum": [0, 1, 2], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete={**FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            scope={"enum": ["always", "now"]},
            outcome={"enum": ["equivalent", "narrower", "wider", "incomparable", "unknown"]},
            words={**TEXT, "description": "The outcome in words."},
            required=or_null(
                object_of(
                    what={"enum": ["equivalent", "no-new-access", "no-lost-access"]},
                    holds={"type": ["boolean", "null"], "description": "Null where the budget did not suffice."},
                )
            ),
            gained={**ref("part"), "description": "What NEW allows and OLD does not."},
            lost={**ref("part"), "description": "What OLD allows and NEW does not."},
            verdicts={**or_null(list_of("verdict")), "description": "With --spec: every invariant, on both sides."},
            notes={**list_of("note"), "description": "What one side alone declares, taken to be the same on both."},
            old=ref("basis"),
            new=ref("basis"),
            text={
                **object_of(head=TEXTS, gained=TEXTS, lost=TEXTS, verdicts=TEXTS, basis=TEXTS, summary=TEXT),
                "description": "The parts of the text report, a line each; what decides a flow is in the parts' "
                "`evidence`.",
            },
        ),
        "$defs": {**definitions_of("witness", "place", "basis", "answer", "note"), **_definitions()},
    }


def _definitions() -> Value:
    return {
        "part": {
            "oneOf": [
                object_of(**{"is": {"const": "nothing"}, "restsOn": TEXTS, "matters": list_of("answer")}),
                object_of(**{"is": {"const": "unknown"}, "reason": TEXT}),
                object_of(
                    **{
                        "is": {"const": "flows"},
                        "complete": {**FLAG, "description": "Whether the families are all of it."},
                        "leftOut": {
                            **or_null(COUNT),
                            "description": "Families left out by --limit; null: nobody knows how many.",
                        },
                        "families": or_null(list_of("family")),
                        "example": ref("flow"),
                        "leftOutWords": or_null(TEXT),
                        "evidence": {**TEXTS, "description": "What decides the example, as the text report shows it."},
                    }
                ),
            ]
        },
        "family": object_of(
            words=TEXT,
            source=TEXT,
            destination=TEXT,
            traffic=TEXT,
            protocol=or_null(COUNT),
            ports={"type": "array", "items": {"type": "array", "items": COUNT}},
            direction={"enum": ["ingress", "egress"], "description": "In which the blocking side blocks its flows."},
            conditional={
                **FLAG,
                "description": "Whether only those of its flows differ that the allowing side's other direction lets "
                "through.",
            },
            where={**TEXTS, "description": "What else is true of its flows."},
            matters=list_of("answer"),
            example=ref("flow"),
        ),
        "flow": object_of(
            blockedIn={"type": "array", "items": {"enum": ["ingress", "egress"]}},
            old={**ref("witness"), "description": "The flow as OLD decides it."},
            new={**ref("witness"), "description": "The same flow as NEW decides it."},
        ),
        "verdict": object_of(
            title=TEXT,
            sentence=TEXT,
            place=or_null(ref("place")),
            scope={"enum": ["always", "now"]},
            old=_VERDICT,
            new=_VERDICT,
            changed=FLAG,
        ),
    }
