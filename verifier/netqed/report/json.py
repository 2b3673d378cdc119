"""The report for programs: versioned, described by a published schema, with all evidence in it.

Lines and columns are 1-based; items of a policy's lists are counted from 0, as in YAML paths (`spec.ingress[0]`). Keys
come in a fixed order. Within version 1 keys may be added; none is renamed, removed or given another meaning.
"""

from __future__ import annotations

import json
from typing import Any, Final, assert_never

from netqed import __version__
from netqed.analysis.flow_evidence import written
from netqed.analysis.results import (
    Basis,
    CheckResult,
    Essential,
    InputResult,
    NamespaceCounts,
    Proved,
    Refuted,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    Witness,
    WitnessEnd,
)
from netqed.reference.flow import Decision, DirectionDecision, RuleMatch
from netqed.report.because import near_value
from netqed.report.codes import code_of
from netqed.report.finding import flow_words
from netqed.report.mends import mends_value
from netqed.report.portability import matters_value, portability_value
from netqed.report.replay import replay
from netqed.report.style import Style
from netqed.report.text import Shown, rest_lines, shown_results, summary_lines
from netqed.report.ways import ways_value
from netqed.report.words import bare_name, decided_words
from netqed.resources.cluster import Note
from netqed.resources.objects import NetworkPolicy, Workload
from netqed.sources.position import FieldPath, Span

FORMAT = "netqed/report"
VERSION = 1

LONGEST_LINE: Final = 2000
"""Characters of a line of the input that a place holds at most."""


def render_json(result: CheckResult) -> str:
    """The whole report as indented JSON, ending with a line end. ASCII only, so that it survives any encoding."""
    return json.dumps(report_value(result), indent=2) + "\n"


def report_value(result: CheckResult) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "netqed", "version": __version__},
        "spec": result.spec_file,
        "summary": list(summary_lines(result, Style())),
        "exitCode": result.exit_code,
        "complete": all(one.basis.complete for one in result.inputs),
        "seconds": round(result.seconds, 3),
        "counts": _counts([each for one in result.inputs for each in one.results]),
        "inputs": [_input(one) for one in result.inputs],
    }


def _counts(results: list[Result]) -> dict[str, int]:
    words = [result.verdict.word for result in results]
    return {
        "invariants": len(results),
        "proved": words.count("proved"),
        "refuted": words.count("refuted"),
        "vacuous": words.count("vacuous"),
        "unknown": words.count("unknown"),
        "failing": sum(result.status in ("failed", "expired") for result in results),
    }


def _input(one: InputResult) -> dict[str, Any]:
    return {
        "name": one.name,
        "complete": one.basis.complete,
        "results": [
            _result(result, shown) for result, shown in zip(one.results, shown_results(one, Style()), strict=True)
        ],
        "namespaces": [_namespace(counts) for counts in one.namespaces],
        "basis": basis_value(one.basis),
        "text": list(rest_lines(one, Style())),
    }


def _result(result: Result, shown: Shown) -> dict[str, Any]:
    stated = result.stated
    return {
        "title": stated.title,
        "sentence": stated.sentence,
        "name": stated.name,
        "why": stated.why,
        "expect": stated.expect,
        "until": stated.until.isoformat() if stated.until else None,
        "allowEmpty": stated.allow_empty,
        "place": place_value(stated.span),
        "scope": result.scope,
        "status": result.status,
        "code": code_of(result),
        "hints": list(result.hints),
        "verdict": result.verdict.word,
        "evidence": _evidence(result.verdict),
        "text": list(shown.lines),
    }


def _evidence(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Proved():
            because = verdict.because
            return {
                "restsOn": list(verdict.rests_on),
                "matters": matters_value(verdict.matters),
                "because": None if because is None else [_essential(one) for one in because],
                "namespaceLabels": None if verdict.namespace_labels is None else list(verdict.namespace_labels),
            }
        case Refuted():
            return {
                "witness": witness_value(verdict.witness),
                "closers": list(verdict.closers),
                "portability": portability_value(verdict.portability),
                "ways": ways_value(verdict.ways),
                "nearMisses": [near_value(miss) for miss in verdict.near_misses],
                "mends": mends_value(verdict.mends),
                "mendsComplete": verdict.mends_complete,
            }
        case Unknown() | Vacuous():
            return {"reason": verdict.reason}
        case _ as never:
            assert_never(never)


def _essential(one: Essential) -> dict[str, Any]:
    return {**_policy(one.policy), "without": witness_value(one.witness)}


def witness_value(witness: Witness) -> dict[str, Any]:
    """A witness flow with the evaluator's decision and a command that tries it."""
    decision = witness.decision
    return {
        "words": flow_words(witness),
        "source": _end(witness.source),
        "destination": _end(witness.destination),
        "traffic": witness.traffic,
        "protocol": witness.protocol,
        "port": witness.port,
        "portName": witness.port_name,
        "family": witness.family,
        "real": witness.real,
        "restsOnInvented": witness.rests_on_invented,
        "replay": replay(witness),
        **decision_value(decision),
        "reasons": {
            "egress": decided_words(witness, decision.egress),
            "ingress": decided_words(witness, decision.ingress),
        },
    }


def _end(end: WitnessEnd) -> dict[str, Any]:
    return {
        "kind": end.kind,
        "name": bare_name(end),
        "exists": end.exists,
        "namespace": end.namespace,
        "namespaceExists": end.namespace_exists,
        "labels": None if end.labels is None else dict(end.labels),
        "namespaceLabels": None if end.namespace_labels is None else dict(end.namespace_labels),
        "address": end.address,
        "hostNetwork": end.host_network,
        "invented": list(end.invented),
        "workloadKind": end.workload.kind if end.workload is not None else None,
        "place": _workload_place(end.workload),
    }


def _workload_place(workload: Workload | None) -> dict[str, Any] | None:
    if workload is None or workload.document is None:
        return None
    return place_value(workload.document.span(("metadata", "name")))


def decision_value(decision: Decision) -> dict[str, Any]:
    """The evaluator's decision with its evidence: what `check` shows of a witness and `eval --evidence` of a flow."""
    return {
        "allowed": decision.allowed,
        "egress": _direction(decision.egress),
        "ingress": _direction(decision.ingress),
    }


def _direction(decision: DirectionDecision) -> dict[str, Any]:
    return {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "selecting": [_policy(policy) for policy in decision.selecting],
        "matches": [match_value(match) for match in decision.matches],
    }


def _policy(policy: NetworkPolicy) -> dict[str, Any]:
    return {"policy": policy.key, "place": place_value(_span(policy, ("spec", "podSelector")))}


def match_value(match: RuleMatch) -> dict[str, Any]:
    """A rule that matches, with the element to blame and its place."""
    return {
        "policy": match.policy.key,
        "direction": match.direction,
        "rule": match.rule,
        "peer": match.peer,
        "port": match.port,
        "path": written(match.path),
        "place": place_value(_span(match.policy, match.path)),
    }


def _span(policy: NetworkPolicy, path: FieldPath) -> Span | None:
    return policy.document.span(path) if policy.document is not None else None


def place_value(span: Span | None) -> dict[str, Any] | None:
    """A place with its line; None where it is not known."""
    if span is None:
        return None
    return {
        "file": span.start.file,
        "line": span.start.line,
        "column": span.start.column,
        "endColumn": span.end_column,
        "text": _cut(span),
        "origin": span.origin,
    }


def _cut(span: Span) -> str:
    """The line; of a very long one (JSON without line breaks) the part around the place, cut ends shown as `…`."""
    if len(span.text) <= LONGEST_LINE:
        return span.text
    begin = max(0, min(span.start.column - 1 - LONGEST_LINE // 2, len(span.text) - LONGEST_LINE))
    end = begin + LONGEST_LINE
    return f"{'…' if begin else ''}{span.text[begin:end]}{'…' if end < len(span.text) else ''}"


def _namespace(counts: NamespaceCounts) -> dict[str, Any]:
    return {
        "namespace": counts.namespace,
        "declared": counts.declared,
        "policies": counts.policies,
        "workloads": counts.workloads,
        "isolatedIngress": counts.isolated_ingress,
        "isolatedEgress": counts.isolated_egress,
        "invariants": counts.invariants,
    }


def basis_value(basis: Basis) -> dict[str, Any]:
    """What answers rest on."""
    return {
        "reading": basis.reading,
        "assumptions": list(basis.assumptions),
        "idleAssumptions": list(basis.idle_assumptions),
        "standing": list(basis.standing),
        "sources": list(basis.sources),
        "files": basis.files,
        "objects": basis.objects,
        "policies": basis.policies,
        "namespaces": basis.namespaces,
        "workloads": basis.workloads,
        "stated": basis.stated,
        "leftOut": [_note(note) for note in basis.left_out],
        "notes": [_note(note) for note in basis.notes],
        "ignored": [_note(note) for note in basis.ignored],
        "narrowing": [_note(note) for note in basis.narrowing],
        "digest": f"sha256:{basis.digest}",
    }


def _note(note: Note) -> dict[str, Any]:
    return {"text": note.whole, "place": note.place}
