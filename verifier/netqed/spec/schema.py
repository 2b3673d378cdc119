"""The JSON Schema of the spec file (draft 2020-12): its structure for editors. To it sentences are strings; what they
say is a matter of the grammar, and whether names exist one of the input."""

from __future__ import annotations

from typing import Any, Final

from netqed.spec.faults import RESERVED
from netqed.spec.labels import KEY_PATTERN, NAMESPACE_PATTERN, OBJECT_NAME_PATTERN, VALUE_PATTERN
from netqed.spec.parse import GROUP_NAME, KIND_NAME, PORT_NAME

SCHEMA_ID: Final = "urn:netqed:schema:spec:1"
"""The schema's name; nothing is fetched from it."""

Schema = dict[str, Any]


def spec_schema() -> Schema:
    """Return the schema of `netqed.yaml`. A file that parse_spec accepts is valid under it; one that is valid may still
    have sentences that do not parse or names that do not exist."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "netqed spec",
        "description": "Invariants over a cluster's network policies, and what they rest on.",
        "type": ["object", "null"],
        "additionalProperties": False,
        "not": {
            "type": "object",
            "required": ["manifests", "inputs"],
            "properties": {"manifests": {"not": {"type": "null"}}, "inputs": {"not": {"type": "null"}}},
        },
        "properties": {
            "manifests": _or_null(
                {"$ref": "#/$defs/paths", "description": "Files and directories to read, relative to this file."}
            ),
            "inputs": _or_null(
                {
                    "description": "Named inputs, each with its own paths and its own verdicts.",
                    "type": "object",
                    "propertyNames": {"pattern": r"\S"},
                    "additionalProperties": {"$ref": "#/$defs/paths"},
                }
            ),
            "cluster": _or_null(_cluster()),
            "namespaces": _or_null(
                {
                    "description": "Namespaces that exist though no manifest declares them, with their labels.",
                    "type": "object",
                    "propertyNames": {"pattern": _whole(NAMESPACE_PATTERN)},
                    "additionalProperties": _or_null({"$ref": "#/$defs/labels"}),
                }
            ),
            "workloads": _or_null(
                {
                    "description": "Workloads of kinds that netqed does not read, stated with their pods' labels.",
                    "type": "array",
                    "items": _workload(),
                }
            ),
            "groups": _or_null(
                {
                    "description": "Names for endpoints: 'checkout: web/app=checkout'. A list is all of its items.",
                    "type": "object",
                    "propertyNames": {
                        "pattern": _whole(GROUP_NAME),
                        "not": {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": r"^[0-9.]*\.[0-9.]*$"}]},
                    },
                    "additionalProperties": {
                        "anyOf": [
                            {"$ref": "#/$defs/sentence"},
                            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/sentence"}},
                        ]
                    },
                }
            ),
            "invariants": _or_null(
                {
                    "description": "What must hold: 'analytics cannot reach payments'.",
                    "type": "array",
                    "items": {"anyOf": [{"$ref": "#/$defs/sentence"}, _invariant()]},
                }
            ),
            "assume": _or_null(
                {
                    "description": "What admission control guarantees: 'no pod in analytics has app=checkout'.",
                    "type": "array",
                    "items": {"$ref": "#/$defs/sentence"},
                }
            ),
        },
        "$defs": {
            "sentence": {"type": "string", "pattern": r"\S"},
            "paths": {
                "anyOf": [
                    {"$ref": "#/$defs/sentence"},
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/sentence"}},
                ]
            },
            "labels": {
                "type": "object",
                "propertyNames": {"pattern": _whole(KEY_PATTERN), "maxLength": 317},
                "additionalProperties": {"type": "string", "pattern": _whole(f"(?:{VALUE_PATTERN})?")},
            },
        },
    }


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _or_null(schema: Schema) -> Schema:
    """The schema, or nothing after the colon. The description stays outside, where editors look for it."""
    described = {"description": schema["description"]} if "description" in schema else {}
    inner = {key: value for key, value in schema.items() if key != "description"}
    return {**described, "anyOf": [inner, {"type": "null"}]}


def _cluster() -> Schema:
    def blocks(what: str) -> Schema:
        return {"description": what, "type": "array", "items": {"$ref": "#/$defs/sentence"}}

    return {
        "description": "The cluster's address ranges and IP families.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "podCIDRs": blocks("Where pods have their addresses. Unset: the private ranges."),
            "nodeCIDRs": blocks("Where nodes have their addresses."),
            "serviceCIDRs": blocks("Where Services have their cluster addresses."),
            "families": {
                "description": "The IP families that the cluster runs. Unset: both.",
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": ["IPv4", "IPv6"]},
            },
        },
    }


def _workload() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["namespace", "kind", "name", "labels"],
        "properties": {
            "namespace": {"type": "string", "pattern": _whole(NAMESPACE_PATTERN)},
            "kind": {"type": "string", "pattern": _whole(KIND_NAME)},
            "name": {"type": "string", "pattern": _whole(OBJECT_NAME_PATTERN), "maxLength": 253},
            "labels": {"$ref": "#/$defs/labels", "description": "The labels of its pods."},
            "serviceAccount": {"type": "string", "pattern": _whole(OBJECT_NAME_PATTERN), "maxLength": 253},
            "hostNetwork": {"type": "boolean"},
            "ports": {
                "description": "The ports that its containers declare.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["port"],
                    "properties": {
                        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                        "name": {"type": "string", "pattern": _whole(PORT_NAME)},
                        "protocol": {"enum": ["TCP", "UDP", "SCTP"]},
                    },
                },
            },
        },
    }


def _invariant() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["assert"],
        "properties": {
            "name": {"$ref": "#/$defs/sentence", "description": "Shown instead of the sentence."},
            "assert": {"$ref": "#/$defs/sentence", "description": "The sentence."},
            "scope": {
                "description": "always: every pod that could exist. now: the workloads in the input.",
                "enum": ["always", "now"],
            },
            "why": {"$ref": "#/$defs/sentence", "description": "The reason, shown in reports."},
            "expect": {
                "description": "refuted: accepted for now; it is reported when it is proved or has expired.",
                "enum": ["proved", "refuted"],
            },
            "until": {
                "description": "The last day on which 'expect: refuted' stands.",
                "type": "string",
                "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
            },
            "allow-empty": {
                "description": "true: an invariant that speaks of nothing does not fail.",
                "type": "boolean",
            },
        },
        "dependentSchemas": {
            "until": {"required": ["expect"], "properties": {"expect": {"const": "refuted"}}},
        },
    }
