"""The JSON Schema of the JSON report."""

from __future__ import annotations

import json
import re

from netqed.plugins.matters import Matter
from netqed.report.codes import CODES
from netqed.report.json import FORMAT, LONGEST_LINE, VERSION
from netqed.report.schema_terms import COUNT, FLAG, ORDINAL, TEXT, TEXTS, Schema, list_of, object_of, or_null, ref


def report_schema() -> Schema:
    """The schema (draft 2020-12) that every report of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed report",
        "description": "Verdicts of `netqed check` and `netqed prove` with their evidence. Lines and columns: 1-based.",
        **object_of(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=object_of(name={"const": "netqed"}, version=TEXT),
            spec=or_null(TEXT),
            summary={**TEXTS, "description": "The last lines of the text report."},
            exitCode={"enum": [0, 1, 2, 4], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete={**FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            counts=object_of(
                invariants=COUNT, proved=COUNT, refuted=COUNT, vacuous=COUNT, unknown=COUNT, failing=COUNT
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


def _definitions() -> Schema:
    return {
        "input": object_of(
            name={**or_null(TEXT), "description": "The input's name in the spec's `inputs`; null for the only one."},
            complete=FLAG,
            results=list_of("result"),
            namespaces=list_of("namespace"),
            basis=ref("basis"),
            text={**TEXTS, "description": "What the text report says below the results."},
        ),
        "result": _result(),
        "proved": object_of(
            restsOn=TEXTS,
            matters={
                **list_of("answer"),
                "description": "With --cni: answers of the network plugin that the proof needs.",
            },
            because={
                **or_null(list_of("essential")),
                "description": "Policies that suffice for the proof, whichever of the others are deleted, "
                "and of which none can be left out. Null where nobody asked or the budget did not suffice.",
            },
            namespaceLabels={
                **or_null(TEXTS),
                "description": "Namespaces whose labels the proof needs to be as declared; null where the budget did "
                "not suffice to tell.",
            },
        ),
        "nearMiss": object_of(
            policy=TEXT, direction={"enum": ["ingress", "egress"]}, rule=COUNT, path=TEXT, words=TEXT
        ),
        "essential": object_of(
            policy=TEXT,
            place=or_null(ref("place")),
            without={
                **ref("witness"),
                "description": "A flow that violates the invariant once the policy is gone, and with it whatever "
                "policy the proof does not need.",
            },
        ),
        "reasoned": object_of(reason=TEXT),
        "refuted": object_of(
            witness=ref("witness"),
            closers={**TEXTS, "description": "Each alone would rule this counterexample out."},
            portability={
                **or_null(ref("portability")),
                "description": "On which network plugins it happens; null where --cni names one.",
            },
            nearMisses={
                **list_of("nearMiss"),
                "description": "Of a flow that is blocked: rules of which one condition fails.",
            },
            ways={**or_null(ref("ways")), "description": "With --why: every way in."},
            mends={
                **or_null(list_of("mend")),
                "description": "With --mend: edits that make it hold and break no other invariant. Null where nobody "
                "asked, and for `can`.",
            },
            mendsComplete={**FLAG, "description": "False where the search for mends was cut short."},
        ),
        "mend": object_of(
            changes={"type": "array", "items": object_of(policy=or_null(TEXT), words=TEXT)},
            diff={**or_null(TEXT), "description": "A unified diff; null where the input is no file to be edited."},
            also={**TEXTS, "description": "Titles of other invariants that are refuted now and proved with it."},
        ),
        "ways": object_of(
            unique={**FLAG, "description": "Whether the witness is the only violating flow."},
            complete={**FLAG, "description": "Whether no violating flow lies outside all of the ways."},
            ways=list_of("way"),
        ),
        "way": object_of(
            source=TEXT,
            destination=TEXT,
            traffic=TEXT,
            protocol=or_null(COUNT),
            ports={"type": "array", "items": {"type": "array", "items": COUNT}},
            where={**TEXTS, "description": "What else is true of its flows."},
            matters=list_of("answer"),
            egress=ref("reason"),
            ingress=ref("reason"),
            example=object_of(source=TEXT, destination=TEXT, traffic=TEXT),
        ),
        "reason": object_of(reason=TEXT, policy=or_null(TEXT), rule=or_null(COUNT), peer=or_null(COUNT)),
        "answer": object_of(matter={"enum": [matter.value for matter in Matter]}, answer=FLAG, words=TEXT),
        "portability": object_of(
            bySpec={**FLAG, "description": "Whether the reading `spec` refutes it too."},
            turnsOn={**list_of("answer"), "description": "Answers of a plugin that the witness needs."},
            refutedOn=TEXTS,
            mayBeRefutedOn={**TEXTS, "description": "It turns on an answer that is not verified of these plugins."},
            holdsOn=TEXTS,
        ),
        "witness": object_of(
            words={**TEXT, "description": "The flow in one line."},
            source=ref("end"),
            destination=ref("end"),
            traffic={**TEXT, "examples": ["TCP/8080", "ICMP"]},
            protocol={"type": "integer", "minimum": 0, "maximum": 255, "description": "The IP protocol number."},
            port=or_null({"type": "integer", "minimum": 1, "maximum": 65535}),
            portName=or_null(TEXT),
            family={"enum": ["IPv4", "IPv6"]},
            real={**FLAG, "description": "Whether both sides exist in the input."},
            restsOnInvented={
                **FLAG,
                "description": "Whether anything about a side was invented: a pod that does not exist yet, a label "
                "that a controller adds or of a namespace that nobody declares, an address.",
            },
            replay={**or_null(TEXT), "description": "A shell command that tries the connection in a cluster."},
            allowed={**FLAG, "description": "True: a flow that the invariant forbids. False: one that it demands."},
            egress=ref("direction"),
            ingress=ref("direction"),
            reasons={
                **object_of(egress=TEXT, ingress=TEXT),
                "description": "In words, what lets it through in each direction, or blocks it.",
            },
        ),
        "end": object_of(
            kind={"enum": ["pod", "node", "external"]},
            name=TEXT,
            exists=FLAG,
            namespace=or_null(TEXT),
            namespaceExists=FLAG,
            labels=or_null({"type": "object", "additionalProperties": TEXT}),
            namespaceLabels=or_null({"type": "object", "additionalProperties": TEXT}),
            address=or_null(TEXT),
            hostNetwork=FLAG,
            invented=TEXTS,
            workloadKind=or_null(TEXT),
            place=or_null(ref("place")),
        ),
        "direction": object_of(
            allowed=FLAG,
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
            selecting={"type": "array", "items": object_of(policy=TEXT, place=or_null(ref("place")))},
            matches=list_of("match"),
        ),
        "match": object_of(
            policy={**TEXT, "description": "namespace/name"},
            direction={"enum": ["ingress", "egress"]},
            rule={**COUNT, "description": "Counted from 0, as are `peer` and `port`."},
            peer=or_null(COUNT),
            port=or_null(COUNT),
            path={**TEXT, "examples": ["spec.ingress[0].from[1]"]},
            place=or_null(ref("place")),
        ),
        "place": object_of(
            file=TEXT,
            line={**ORDINAL},
            column={**ORDINAL},
            endColumn={**ORDINAL, "description": "Exclusive, on the same line."},
            text={
                **TEXT,
                "description": f"The whole line as written; of one over {LONGEST_LINE:,} characters those around the "
                "column, with … where it is cut.",
            },
            origin={
                **or_null(TEXT),
                "description": "Of standard input: the file that the object says it was rendered from.",
            },
        ),
        "namespace": object_of(
            namespace=TEXT,
            declared=FLAG,
            policies=COUNT,
            workloads=COUNT,
            isolatedIngress=COUNT,
            isolatedEgress=COUNT,
            invariants=COUNT,
        ),
        "note": object_of(text=TEXT, place=or_null(TEXT)),
        "basis": object_of(
            reading=TEXT,
            assumptions=TEXTS,
            idleAssumptions={**TEXTS, "description": "Those of `assumptions` that no proof of the run needed."},
            standing=TEXTS,
            sources=TEXTS,
            files=COUNT,
            objects=COUNT,
            policies=COUNT,
            namespaces=COUNT,
            workloads=COUNT,
            stated={**COUNT, "description": "Workloads, of `workloads`, that only the spec states."},
            leftOut=list_of("note"),
            notes=list_of("note"),
            ignored=list_of("note"),
            narrowing={
                **list_of("note"),
                "description": "Objects that only close traffic further; not read.",
            },
            digest={**TEXT, "pattern": "^sha256:"},
        ),
    }


def _result() -> Schema:
    """A result: what evidence holds follows from the verdict's word."""
    shapes = {"proved": "proved", "refuted": "refuted", "vacuous": "reasoned", "unknown": "reasoned"}
    return {
        **object_of(
            title=TEXT,
            sentence=TEXT,
            name=or_null(TEXT),
            why=or_null(TEXT),
            expect={"enum": ["proved", "refuted"]},
            until=or_null({**TEXT, "format": "date"}),
            allowEmpty=FLAG,
            place=or_null(ref("place")),
            scope={"enum": ["always", "now"]},
            status={"enum": ["ok", "accepted", "expired", "unexpected", "allowed-empty", "failed", "unknown"]},
            code=or_null({"enum": list(CODES)}),
            hints=TEXTS,
            verdict={"enum": list(shapes)},
            evidence={"type": "object"},
            text={**TEXTS, "description": "The result as the text report shows it, a line each."},
        ),
        "allOf": [
            {
                "if": {"properties": {"verdict": {"const": word}}},
                "then": {"properties": {"evidence": ref(shape)}},
            }
            for word, shape in shapes.items()
        ],
    }
