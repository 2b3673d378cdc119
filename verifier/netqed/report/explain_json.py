"""The explanation of one flow for programs: versioned, described by a published schema, with all evidence in it.

Lines and columns are 1-based; items of a policy's lists are counted from 0, as in YAML paths.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from netqed import __version__
from netqed.analysis.explain_values import (
    AddressRange,
    Answering,
    AtAddresses,
    Condition,
    Decider,
    DirectionExplained,
    Explanation,
    NotSelecting,
    OnOneNode,
    OpenCase,
    PeerTried,
    PortsDecided,
    PortTried,
    RuleTried,
    Selecting,
    SideExplained,
)
from netqed.analysis.flow_evidence import written
from netqed.analysis.results import PROTOCOL_NAMES
from netqed.reference.flow import Reason, RuleMatch
from netqed.report.json import basis_value, match_value, place_value, witness_value
from netqed.report.portability import matters_value
from netqed.report.schema import report_schema
from netqed.report.words import port_words, selector_words
from netqed.resources.objects import LabelSelector, NetworkPolicy
from netqed.sources.position import FieldPath

FORMAT = "netqed/explanation"
VERSION = 1

Value = dict[str, Any]


def render_explanation_json(explanation: Explanation) -> str:
    """The whole explanation as indented JSON, ending with a line end. ASCII only."""
    return json.dumps(explanation_value(explanation), indent=2) + "\n"


def explanation_value(explanation: Explanation) -> Value:
    """The explanation as plain values."""
    basis = explanation.basis
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "exitCode": explanation.exit_code,
        "complete": basis is None or basis.complete,
        "seconds": round(explanation.seconds, 3),
        "reading": explanation.reading,
        "verdict": explanation.verdict,
        "flow": witness_value(explanation.witness),
        "egress": _direction(explanation.egress),
        "ingress": _direction(explanation.ingress),
        "ports": [_ports(one) for one in explanation.ports],
        "asked": None if not explanation.asked else [_ports(one) for one in explanation.asked_ports],
        "source": _side(explanation.source),
        "destination": _side(explanation.destination),
        "cases": [_case(one) for one in explanation.cases],
        "elsewhere": [
            {"plugins": list(one.plugins), "allowed": one.allowed, "turnsOn": matters_value(one.turns_on)}
            for one in explanation.elsewhere
        ],
        "notes": list(explanation.caveats),
        "basis": None if basis is None else basis_value(basis),
    }


def _direction(one: DirectionExplained) -> Value:
    return {
        "allowed": one.decision.allowed,
        "reason": one.decision.reason,
        "deciding": None if one.deciding is None else match_value(one.deciding),
        "also": [match_value(match) for match in one.also],
        "selecting": [_selecting(each) for each in one.selecting],
        "notSelecting": [_not_selecting(each) for each in one.not_selecting],
        "rules": [_rule(each) for each in one.tried],
    }


def _selecting(one: Selecting) -> Value:
    return {
        "policy": one.policy.key,
        "place": _place(one.policy, ("spec", "podSelector")),
        "conditions": [_condition(each, one.policy) for each in one.conditions],
    }


def _not_selecting(one: NotSelecting) -> Value:
    return {
        "policy": one.policy.key,
        "place": _place(one.policy, ("spec", "podSelector")),
        "reason": "selector" if one.failing else "direction",
        "failing": [_condition(each, one.policy) for each in one.failing],
    }


def _condition(one: Condition, policy: NetworkPolicy) -> Value:
    return {
        "wants": selector_words(LabelSelector((), (one.requirement,))),
        "key": one.requirement.key,
        "operator": one.requirement.operator,
        "values": list(one.requirement.values),
        "has": one.value,
        "holds": one.holds,
        "path": written(one.path),
        "place": _place(policy, one.path),
    }


def _rule(one: RuleTried) -> Value:
    return {
        "policy": one.policy.key,
        "rule": one.index,
        "path": written(one.path),
        "place": _place(one.policy, one.path),
        "matches": one.matches,
        "peerMatches": one.peer_matches,
        "portMatches": one.port_matches,
        "peers": [_peer(each, one.policy) for each in one.peers],
        "ports": [_port(each, one.policy) for each in one.ports],
    }


def _peer(one: PeerTried, policy: NetworkPolicy) -> Value:
    return {
        "peer": one.index,
        "path": written(one.path),
        "place": _place(policy, one.path),
        "matches": one.matches,
        "reason": one.reason,
        "namespaceConditions": [_condition(each, policy) for each in one.namespace_conditions],
        "podConditions": [_condition(each, policy) for each in one.pod_conditions],
    }


def _port(one: PortTried, policy: NetworkPolicy) -> Value:
    return {
        "port": one.index,
        "path": written(one.path),
        "place": _place(policy, one.path),
        "matches": one.matches,
        "reason": one.reason,
        "admits": port_words(one.item),
        "numbers": list(one.numbers),
    }


def _ports(one: PortsDecided) -> Value:
    return {
        "protocol": PROTOCOL_NAMES.get(one.protocol, str(one.protocol)),
        "first": one.first or None,
        "last": one.last or None,
        **_decider(one.decider),
    }


def _decider(one: Decider) -> Value:
    return {"allowed": one.allowed, "egress": _decided(one.egress), "ingress": _decided(one.ingress)}


def _decided(one: RuleMatch | Reason | None) -> Value | None:
    match one:
        case None:
            return None
        case RuleMatch():
            return {"reason": "rule", "rule": match_value(one)}
        case _:
            return {"reason": one, "rule": None}


def _side(one: SideExplained) -> Value:
    return {
        "text": one.text,
        "kind": one.kind,
        "number": one.number,
        "members": [
            {"number": each.number, "names": list(each.names), **_decider(each.decider)} for each in one.members
        ],
        "addresses": [{"ranges": _ranges(each.ranges), **_decider(each.decider)} for each in one.addresses],
    }


def _ranges(ranges: Iterable[AddressRange]) -> list[Value]:
    return [{"first": str(first), "last": str(last)} for first, last in ranges]


def _case(one: OpenCase) -> Value:
    when: Value = {"side": None, "addresses": None, "sameNode": None, "answers": None}
    match one.when:
        case AtAddresses(side, ranges):
            when |= {"side": side, "addresses": _ranges(ranges)}
        case OnOneNode(same):
            when |= {"sameNode": same}
        case Answering(answers):
            when |= {"answers": matters_value(answers)}
        case _ as never:
            assert_never(never)
    return {"when": when, **_decider(one.decider)}


def _place(policy: NetworkPolicy, path: FieldPath) -> Value | None:
    return place_value(policy.document.span(path) if policy.document is not None else None)


_TEXT: Value = {"type": "string"}
_FLAG: Value = {"type": "boolean"}
_COUNT: Value = {"type": "integer", "minimum": 0}
_VERDICT: Value = {"type": ["boolean", "null"], "description": "Null where it depends on what is not known."}
_SHARED = ("witness", "match", "place", "basis", "answer")
"""Definitions of the report's schema that this one uses, beside those that they use themselves."""


def explanation_schema() -> Value:
    """The schema (draft 2020-12) that every explanation of this version conforms to."""
    shared = report_schema()["$defs"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed explanation",
        "description": "One flow as `netqed explain` explains it. Lines and columns: 1-based; items of lists: from 0.",
        **_object(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=_object(name={"const": "netqed"}, version=_TEXT),
            exitCode={"enum": [0, 1, 2], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete=_FLAG,
            seconds={"type": "number", "minimum": 0},
            reading={**_TEXT, "description": "`spec`, or the network plugin that --cni names."},
            verdict={"enum": ["allowed", "denied", "depends"], "description": "Of the flow that is explained."},
            flow=_ref("witness"),
            egress=_ref("layer"),
            ingress=_ref("layer"),
            ports={**_list("ports"), "description": "Every port of TCP, UDP and SCTP, as ranges decided alike."},
            asked=_or_null(_list("ports")),
            source=_ref("side"),
            destination=_ref("side"),
            cases={**_list("case"), "description": "What it is in each case of what the input does not say."},
            elsewhere={**_list("elsewhere"), "description": "Known plugins on which the flow has another verdict."},
            notes={"type": "array", "items": _TEXT},
            basis=_or_null(_ref("basis")),
        ),
        "$defs": {**{name: shared[name] for name in sorted(_used(shared, _SHARED))}, **_definitions()},
    }


def _used(shared: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """The names with all that their definitions refer to."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += re.findall(r'"#/\$defs/([^"]+)"', json.dumps(shared[name]))
    return found


def _definitions() -> Value:
    decider: dict[str, Value] = {
        "allowed": _VERDICT,
        "egress": _or_null(_ref("decided")),
        "ingress": _or_null(_ref("decided")),
    }
    reason = report_schema()["$defs"]["direction"]["properties"]["reason"]
    at: dict[str, Value] = {"path": _TEXT, "place": _or_null(_ref("place"))}
    port = _or_null({"type": "integer", "minimum": 1, "maximum": 65535})
    return {
        "layer": _object(
            allowed=_FLAG,
            reason=reason,
            deciding=_or_null(_ref("match")),
            also={**_list("match"), "description": "Other rules that match: they would decide without it."},
            selecting=_list("selector"),
            notSelecting={**_list("nearSelector"), "description": "Nearest to selecting first."},
            rules={**_list("rule"), "description": "Every rule that was tried: matching ones first, then the nearest."},
        ),
        "selector": _object(policy=_TEXT, place=_or_null(_ref("place")), conditions=_list("condition")),
        "nearSelector": _object(
            policy=_TEXT,
            place=_or_null(_ref("place")),
            reason={"enum": ["selector", "direction"]},
            failing=_list("condition"),
        ),
        "condition": _object(
            wants=_TEXT,
            key=_TEXT,
            operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
            values={"type": "array", "items": _TEXT},
            has={**_or_null(_TEXT), "description": "The label's value; null where it is missing."},
            holds=_FLAG,
            **at,
        ),
        "rule": _object(
            policy=_TEXT,
            rule=_COUNT,
            **at,
            matches=_VERDICT,
            peerMatches=_VERDICT,
            portMatches=_FLAG,
            peers=_list("peer"),
            ports=_list("port"),
        ),
        "peer": _object(
            peer=_COUNT,
            **at,
            matches=_VERDICT,
            reason={
                "enum": [
                    "matches",
                    "open",
                    "namespace",
                    "selectors",
                    "not-a-pod",
                    "outside-block",
                    "excepted",
                    "other-family",
                    "unseen",
                ]
            },
            namespaceConditions=_list("condition"),
            podConditions=_list("condition"),
        ),
        "port": _object(
            port=_COUNT,
            **at,
            matches=_FLAG,
            reason={"enum": ["matches", "protocol", "number", "name", "no-name", "unresolved", "portless"]},
            admits=_TEXT,
            numbers={"type": "array", "items": _COUNT},
        ),
        "ports": _object(protocol=_TEXT, first=port, last=port, **decider),
        "decided": _object(reason=reason, rule=_or_null(_ref("match"))),
        "side": _object(
            text=_TEXT,
            kind={"enum": ["pods", "addresses", "nodes"]},
            number=_COUNT,
            members={
                "type": "array",
                "items": _object(number=_COUNT, names={"type": "array", "items": _TEXT}, **decider),
            },
            addresses={"type": "array", "items": _object(ranges=_list("range"), **decider)},
        ),
        "range": _object(first=_TEXT, last=_TEXT),
        "case": _object(
            when=_object(
                side={"enum": ["source", "destination", None]},
                addresses=_or_null(_list("range")),
                sameNode=_or_null(_FLAG),
                answers=_or_null(_list("answer")),
            ),
            **decider,
        ),
        "elsewhere": _object(plugins={"type": "array", "items": _TEXT}, allowed=_VERDICT, turnsOn=_list("answer")),
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
