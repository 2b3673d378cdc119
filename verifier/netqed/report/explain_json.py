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
from netqed.report.schema_terms import COUNT, FLAG, TEXT, list_of, object_of, or_null, ref
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
        **object_of(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=object_of(name={"const": "netqed"}, version=TEXT),
            exitCode={"enum": [0, 1, 2], "description": "Before --exit-zero, which makes 1 and 2 into 0."},
            complete=FLAG,
            seconds={"type": "number", "minimum": 0},
            reading={**TEXT, "description": "`spec`, or the network plugin that --cni names."},
            verdict={"enum": ["allowed", "denied", "depends"], "description": "Of the flow that is explained."},
            flow=ref("witness"),
            egress=ref("layer"),
            ingress=ref("layer"),
            ports={**list_of("ports"), "description": "Every port of TCP, UDP and SCTP, as ranges decided alike."},
            asked=or_null(list_of("ports")),
            source=ref("side"),
            destination=ref("side"),
            cases={**list_of("case"), "description": "What it is in each case of what the input does not say."},
            elsewhere={**list_of("elsewhere"), "description": "Known plugins on which the flow has another verdict."},
            notes={"type": "array", "items": TEXT},
            basis=or_null(ref("basis")),
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
        "egress": or_null(ref("decided")),
        "ingress": or_null(ref("decided")),
    }
    reason = report_schema()["$defs"]["direction"]["properties"]["reason"]
    at: dict[str, Value] = {"path": TEXT, "place": or_null(ref("place"))}
    port = or_null({"type": "integer", "minimum": 1, "maximum": 65535})
    return {
        "layer": object_of(
            allowed=FLAG,
            reason=reason,
            deciding=or_null(ref("match")),
            also={**list_of("match"), "description": "Other rules that match: they would decide without it."},
            selecting=list_of("selector"),
            notSelecting={**list_of("nearSelector"), "description": "Nearest to selecting first."},
            rules={
                **list_of("rule"),
                "description": "Every rule tried: matching ones first, then the nearest.",
            },
        ),
        "selector": object_of(policy=TEXT, place=or_null(ref("place")), conditions=list_of("condition")),
        "nearSelector": object_of(
            policy=TEXT,
            place=or_null(ref("place")),
            reason={"enum": ["selector", "direction"]},
            failing=list_of("condition"),
        ),
        "condition": object_of(
            wants=TEXT,
            key=TEXT,
            operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
            values={"type": "array", "items": TEXT},
            has={**or_null(TEXT), "description": "The label's value; null where it is missing."},
            holds=FLAG,
            **at,
        ),
        "rule": object_of(
            policy=TEXT,
            rule=COUNT,
            **at,
            matches=_VERDICT,
            peerMatches=_VERDICT,
            portMatches=FLAG,
            peers=list_of("peer"),
            ports=list_of("port"),
        ),
        "peer": object_of(
            peer=COUNT,
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
            namespaceConditions=list_of("condition"),
            podConditions=list_of("condition"),
        ),
        "port": object_of(
            port=COUNT,
            **at,
            matches=FLAG,
            reason={
                "enum": [
                    "matches",
                    "protocol",
                    "number",
                    "name",
                    "no-name",
                    "unresolved",
                    "unread",
                    "any-port",
                    "portless",
                ]
            },
            admits=TEXT,
            numbers={"type": "array", "items": COUNT},
        ),
        "ports": object_of(protocol=TEXT, first=port, last=port, **decider),
        "decided": object_of(reason=reason, rule=or_null(ref("match"))),
        "side": object_of(
            text=TEXT,
            kind={"enum": ["pods", "addresses", "nodes"]},
            number=COUNT,
            members={
                "type": "array",
                "items": object_of(number=COUNT, names={"type": "array", "items": TEXT}, **decider),
            },
            addresses={"type": "array", "items": object_of(ranges=list_of("range"), **decider)},
        ),
        "range": object_of(first=TEXT, last=TEXT),
        "case": object_of(
            when=object_of(
                side={"enum": ["source", "destination", None]},
                addresses=or_null(list_of("range")),
                sameNode=or_null(FLAG),
                answers=or_null(list_of("answer")),
            ),
            **decider,
        ),
        "elsewhere": object_of(plugins={"type": "array", "items": TEXT}, allowed=_VERDICT, turnsOn=list_of("answer")),
    }
