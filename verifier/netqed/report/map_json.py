"""The map of who can reach whom, for programs: versioned, described by a published schema."""

from __future__ import annotations

import json
from typing import Any, Final

from netqed import __version__
from netqed.analysis.explain_ports import TCP_UDP_SCTP
from netqed.analysis.map_results import MapEdge, MapNode, ReachMap
from netqed.analysis.map_spans import DOUBTS, Span
from netqed.analysis.results import PROTOCOL_NAMES
from netqed.report.json import basis_value
from netqed.report.map import rest_lines, size_words
from netqed.report.schema import definitions_of
from netqed.report.schema_terms import COUNT, FLAG, ORDINAL, TEXT, TEXTS, list_of, object_of, or_null, ref
from netqed.report.style import Style

FORMAT: Final = "netqed/map"
VERSION: Final = 1

Value = dict[str, Any]


def render_map_json(found: ReachMap) -> str:
    """The whole map as indented JSON, ending with a line end. ASCII only."""
    return json.dumps(map_value(found), indent=2) + "\n"


def map_value(found: ReachMap) -> Value:
    """The map as plain values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "summary": size_words(found),
        "complete": found.basis.complete,
        "seconds": round(found.seconds, 3),
        "scope": "now",
        "reading": found.reading,
        "restricted": {
            "from": found.source,
            "to": found.destination,
            "of": found.either,
            "ports": found.ports,
            "unsure": found.unsure,
        },
        "nodes": [node_value(node) for node in found.nodes],
        "edges": [edge_value(edge) for edge in found.edges],
        "basis": basis_value(found.basis),
        "text": rest_lines(found, Style()),
    }


def node_value(node: MapNode) -> Value:
    """A node of the map."""
    return {
        "id": node.id,
        "kind": node.kind,
        "namespace": node.namespace,
        "name": node.name,
        "labels": dict(node.labels),
        "workloads": [{"kind": one.kind, "name": one.name, "pods": one.pods} for one in node.workloads],
        "pods": node.pods,
        "templates": node.templates,
        "single": node.is_single,
        "members": list(node.members),
        "hostNetwork": node.host_network,
        "governed": node.governed,
        "isolatedIn": node.isolated_in,
        "isolatedOut": node.isolated_out,
        "ranges": [[str(first), str(last)] for first, last in node.ranges],
        "internet": node.internet,
        "asked": {"from": node.asked.source, "to": node.asked.destination, "of": node.asked.either},
    }


def edge_value(edge: MapEdge) -> Value:
    """An edge of the map."""
    return {
        "sources": list(edge.sources),
        "destinations": list(edge.destinations),
        "ports": [_span(span) for span in edge.ports],
        "defaultOpen": edge.default_open,
    }


def _span(span: Span) -> Value:
    return {
        "protocol": PROTOCOL_NAMES[span.protocol],
        "first": span.first,
        "last": span.last,
        "dependsOn": [doubt for doubt in DOUBTS if doubt in span.doubts],
    }


def map_schema() -> Value:
    """The schema (draft 2020-12) that every map of this version conforms to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netqed map",
        "description": "Who can reach whom, as `netqed map` finds it: TCP, UDP and SCTP among the workloads of the "
        "input, nodes and other addresses. What no edge joins cannot reach each other. What a pod sends itself, and "
        "nodes and addresses each other, is no matter of policies.",
        **object_of(
            format={"const": FORMAT},
            version={"const": VERSION},
            tool=object_of(name={"const": "netqed"}, version=TEXT),
            summary={**TEXT, "description": "How much is on the map, as the text report says it."},
            complete={**FLAG, "description": "False when policies of unsupported kinds were passed over."},
            seconds={"type": "number", "minimum": 0},
            scope={"const": "now"},
            reading={**TEXT, "description": "The network plugin, or `spec`."},
            restricted={
                **object_of(
                    **{
                        "from": or_null(TEXT),
                        "to": or_null(TEXT),
                        "of": or_null(TEXT),
                        "ports": or_null(TEXT),
                        "unsure": {
                            **COUNT,
                            "description": "Workloads that may be among what the map was restricted to, and are left "
                            "out: the input does not give their addresses, or the labels of their namespaces.",
                        },
                    }
                ),
                "description": "What the map was restricted to: pairs from a node with `asked.from` to one with "
                "`asked.to`, one of which has `asked.of`. Of others nothing is said.",
            },
            nodes=list_of("node"),
            edges=list_of("edge"),
            basis=ref("basis"),
            text={**TEXTS, "description": "What the map rests on, as the text report says it."},
        ),
        "$defs": {**definitions_of("basis"), **_definitions()},
    }


def _definitions() -> Value:
    return {
        "node": object_of(
            id={**ORDINAL, "description": "What edges call it; not the same in another map."},
            kind={"enum": ["pods", "nodes", "addresses"]},
            namespace={**or_null(TEXT), "description": "Of pods."},
            name={**TEXT, "description": "Short and for people; without the namespace."},
            labels={
                "type": "object",
                "additionalProperties": TEXT,
                "description": "Of pods: the labels that all have.",
            },
            workloads=list_of("workload"),
            pods={**COUNT, "description": "Pods of the input that it stands for; templates are not counted."},
            templates=COUNT,
            single={**FLAG, "description": "Exactly one pod: an edge from it to itself means nothing."},
            members={**TEXTS, "description": "Every pod and template, or every node, by its name."},
            hostNetwork=FLAG,
            governed={**FLAG, "description": "Whether policies speak of it at all."},
            isolatedIn={
                **or_null({"type": "boolean"}),
                "description": "Whether some policy isolates it for ingress. Null where that depends on labels that "
                "controllers add.",
            },
            isolatedOut=or_null({"type": "boolean"}),
            ranges={
                "type": "array",
                "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2},
                "description": "Of addresses: first and last of each range, in which pods and nodes may have some.",
            },
            internet={**FLAG, "description": "Of addresses: whether `internet` holds them."},
            asked={
                **object_of(**{"from": FLAG, "to": FLAG, "of": FLAG}),
                "description": "Whether the map's restrictions hold it; true where there is none.",
            },
        ),
        "workload": object_of(
            kind=TEXT,
            name={**TEXT, "description": "ReplicaSets without their hash: `web-*`."},
            pods={**or_null(COUNT), "description": "How many of its pods are meant; null is its template."},
        ),
        "edge": {
            **object_of(
                sources={"type": "array", "items": ORDINAL, "minItems": 1},
                destinations={"type": "array", "items": ORDINAL, "minItems": 1},
                ports=list_of("ports"),
                defaultOpen={**FLAG, "description": "Open only because no policy isolates either side."},
            ),
            "description": "Each source reaches each destination on these ports. No pair is in two edges.",
        },
        "ports": object_of(
            protocol={"enum": [PROTOCOL_NAMES[one] for one in TCP_UDP_SCTP]},
            first=ORDINAL,
            last=ORDINAL,
            dependsOn={
                "type": "array",
                "items": {"enum": list(DOUBTS)},
                "description": "Empty where they are reached for certain; else what that depends on, and `node` also "
                "where only some pods reach them, those on one node.",
            },
        ),
    }
