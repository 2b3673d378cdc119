"""The JSON Schema of the JSON report."""

from __future__ import annotations

import json
import re
from typing import Any

from netqed.plugins.matters import Matter
from netqed.report.codes import CODES
from netqed.report.json import FORMAT, LONGEST_LINE, VERSION

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ORDINAL: Schema = {"type": "integer", "minimum": 1}


def report_schema() -> Schema:
    """The schema (draft 2020-12) that every report of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed report",
        "description": "Verdicts of `netqed check` and `netqed prove` with their evidence. Lines and columns: 1-based.",
        **_object(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=_object(name={"const": "netqed"}, version=_TEXT),
            spec=_or_null(_TEXT),
            exitCode={"enum": [0, 1, 2, 4], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete={**_FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            counts=_object(
                invariants=_COUNT, proved=_COUNT, refuted=_COUNT, vacuous=_COUNT, unknown=_COUNT, failing=_COUNT
            ),
            inputs={"type": "array", "items": {"$ref": "#/$defs/input"}},
        ),
        "$defs": _definitions(),
    }


def definitions_of(*names: str) -> Schema:
    """The report's definitions of these names, with all that they refer to: what other schemas share with it."""
    shared = _definitions()
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += re.findall(r'"#/\$defs/([^"]+)"', json.dumps(shared[name]))
    return {name: shared[name] for name in sorted(found)}


def _object(**properties: Schema) -> Schema:
    """An object with exactly these keys, all of them present."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _definitions() -> Schema:
    return {
        "input": _object(
            name={**_or_null(_TEXT), "description": "The input's name in the spec's `inputs`; null for the only one."},
            complete=_FLAG,
            results=_list("result"),
            namespaces=_list("namespace"),
            basis=_ref("basis"),
        ),
        "result": _result(),
        "proved": _object(
            restsOn=_TEXTS,
            matters={
                **_list("answer"),
                "description": "With --cni: answers of the network plugin that the proof needs.",
            },
            because={
                **_or_null(_list("essential")),
                "description": "Policies that suffice for the proof, whichever of the others are deleted, "
                "and of which none can be left out. Null where nobody asked or the budget did not suffice.",
            },
            namespaceLabels={
                **_or_null(_TEXTS),
                "description": "Namespaces whose labels the proof needs to be as declared; null where the budget did "
                "not suffice to tell.",
            },
        ),
        "nearMiss": _object(
            policy=_TEXT, direction={"enum": ["ingress", "egress"]}, rule=_COUNT, path=_TEXT, words=_TEXT
        ),
        "essential": _object(
            policy=_TEXT,
            place=_or_null(_ref("place")),
            without={
                **_ref("witness"),
                "description": "A flow that violates the invariant once the policy is gone, and with it whatever "
                "policy the proof does not need.",
            },
        ),
        "reasoned": _object(reason=_TEXT),
        "refuted": _object(
            witness=_ref("witness"),
            closers={**_TEXTS, "description": "Each alone would rule this counterexample out."},
            portability={
                **_or_null(_ref("portability")),
                "description": "On which network plugins it happens; null where --cni names one.",
            },
            nearMisses={
                **_list("nearMiss"),
                "description": "Of a flow that is blocked: rules of which one condition fails.",
            },
            ways={**_or_null(_ref("ways")), "description": "With --why: every way in."},
            mends={
                **_or_null(_list("mend")),
                "description": "With --mend: edits that make it hold and break no other invariant. Null where nobody "
                "asked, and for `can`.",
            },
            mendsComplete={**_FLAG, "description": "False where the search for mends was cut short."},
        ),
        "mend": _object(
            changes={"type": "array", "items": _object(policy=_or_null(_TEXT), words=_TEXT)},
            diff={**_or_null(_TEXT), "description": "A unified diff; null where the input is no file to be edited."},
            also={**_TEXTS, "description": "Titles of other invariants that are refuted now and proved with it."},
        ),
        "ways": _object(
            unique={**_FLAG, "description": "Whether the witness is the only violating flow."},
            complete={**_FLAG, "description": "Whether no violating flow lies outside all of the ways."},
            ways=_list("way"),
        ),
        "way": _object(
            source=_TEXT,
            destination=_TEXT,
            traffic=_TEXT,
            protocol=_or_null(_COUNT),
            ports={"type": "array", "items": {"type": "array", "items": _COUNT}},
            where={**_TEXTS, "description": "What else is true of its flows."},
            matters=_list("answer"),
            egress=_ref("reason"),
            ingress=_ref("reason"),
            example=_object(source=_TEXT, destination=_TEXT, traffic=_TEXT),
        ),
        "reason": _object(reason=_TEXT, policy=_or_null(_TEXT), rule=_or_null(_COUNT), peer=_or_null(_COUNT)),
        "answer": _object(matter={"enum": [matter.value for matter in Matter]}, answer=_FLAG, words=_TEXT),
        "portability": _object(
            bySpec={**_FLAG, "description": "Whether the reading `spec` refutes it too."},
            turnsOn={**_list("answer"), "description": "Answers of a plugin that the witness needs."},
            refutedOn=_TEXTS,
            mayBeRefutedOn={**_TEXTS, "description": "It turns on an answer that is not verified of these plugins."},
            holdsOn=_TEXTS,
        ),
        "witness": _object(
            source=_ref("end"),
            destination=_ref("end"),
            traffic={**_TEXT, "examples": ["TCP/8080", "ICMP"]},
            protocol={"type": "integer", "minimum": 0, "maximum": 255, "description": "The IP protocol number."},
            port=_or_null({"type": "integer", "minimum": 1, "maximum": 65535}),
            portName=_or_null(_TEXT),
            family={"enum": ["IPv4", "IPv6"]},
            real={**_FLAG, "description": "Whether both sides exist in the input."},
            restsOnInvented={
                **_FLAG,
                "description": "Whether anything about a side was invented: a pod that does not exist yet, a label "
                "that a controller adds or of a namespace that nobody declares, an address.",
            },
            replay={**_or_null(_TEXT), "description": "A shell command that tries the connection in a cluster."},
            allowed={**_FLAG, "description": "True: a flow that the invariant forbids. False: one that it demands."},
            egress=_ref("direction"),
            ingress=_ref("direction"),
        ),
        "end": _object(
            kind={"enum": ["pod", "node", "external"]},
            name=_TEXT,
            exists=_FLAG,
            namespace=_or_null(_TEXT),
            namespaceExists=_FLAG,
            labels=_or_null({"type": "object", "additionalProperties": _TEXT}),
            namespaceLabels=_or_null({"type": "object", "additionalProperties": _TEXT}),
            address=_or_null(_TEXT),
            hostNetwork=_FLAG,
            invented=_TEXTS,
            workloadKind=_or_null(_TEXT),
        ),
        "direction": _object(
            allowed=_FLAG,
            reason={
                "enum": [
                    "not-a-governed-pod",
                    "not-governed-protocol",
                    "same-pod",
                    "own-node",
                    "not-isolated",
                    "rule",
                    "no-rule",
                ]
            },
            selecting={"type": "array", "items": _object(policy=_TEXT, place=_or_null(_ref("place")))},
            matches=_list("match"),
        ),
        "match": _object(
            policy={**_TEXT, "description": "namespace/name"},
            direction={"enum": ["ingress", "egress"]},
            rule={**_COUNT, "description": "Counted from 0, as are `peer` and `port`."},
            peer=_or_null(_COUNT),
            port=_or_null(_COUNT),
            path={**_TEXT, "examples": ["spec.ingress[0].from[1]"]},
            place=_or_null(_ref("place")),
        ),
        "place": _object(
            file=_TEXT,
            line={**_ORDINAL},
            column={**_ORDINAL},
            endColumn={**_ORDINAL, "description": "Exclusive, on the same line."},
            text={
                **_TEXT,
                "description": f"The whole line as written; of one over {LONGEST_LINE:,} characters those around the "
                "column, with … where it is cut.",
            },
        ),
        "namespace": _object(
            namespace=_TEXT,
            declared=_FLAG,
            policies=_COUNT,
            workloads=_COUNT,
            isolatedIngress=_COUNT,
            isolatedEgress=_COUNT,
            invariants=_COUNT,
        ),
        "note": _object(text=_TEXT, place=_or_null(_TEXT)),
        "basis": _object(
            reading=_TEXT,
            assumptions=_TEXTS,
            idleAssumptions={**_TEXTS, "description": "Those of `assumptions` that no proof of the run needed."},
            standing=_TEXTS,
            sources=_TEXTS,
            files=_COUNT,
            objects=_COUNT,
            policies=_COUNT,
            namespaces=_COUNT,
            workloads=_COUNT,
            stated={**_COUNT, "description": "Workloads, of `workloads`, that only the spec states."},
            leftOut=_list("note"),
            notes=_list("note"),
            ignored=_list("note"),
            narrowing={**_list("note"), "description": "Objects that only close traffic further; they were not read."},
            digest={**_TEXT, "pattern": "^sha256:"},
        ),
    }


def _result() -> Schema:
    """A result: what evidence holds follows from the verdict's word."""
    shapes = {"proved": "proved", "refuted": "refuted", "vacuous": "reasoned", "unknown": "reasoned"}
    return {
        **_object(
            title=_TEXT,
            sentence=_TEXT,
            name=_or_null(_TEXT),
            why=_or_null(_TEXT),
            expect={"enum": ["proved", "refuted"]},
            until=_or_null({**_TEXT, "format": "date"}),
            allowEmpty=_FLAG,
            place=_or_null(_ref("place")),
            scope={"enum": ["always", "now"]},
            status={"enum": ["ok", "accepted", "expired", "unexpected", "allowed-empty", "failed", "unknown"]},
            code=_or_null({"enum": list(CODES)}),
            hints=_TEXTS,
            verdict={"enum": list(shapes)},
            evidence={"type": "object"},
        ),
        "allOf": [
            {
                "if": {"properties": {"verdict": {"const": word}}},
                "then": {"properties": {"evidence": _ref(shape)}},
            }
            for word, shape in shapes.items()
        ],
    }
