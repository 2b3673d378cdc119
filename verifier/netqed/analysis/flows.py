"""Concrete flows judged one by one, by the evaluator, by the encoding, or by both: the whole of `netqed eval --flows`
but for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol

from netqed.analysis.disagreement import Answer, Disagreement
from netqed.analysis.flow_ends import Directory, pod_end, world_of
from netqed.analysis.flow_evidence import Evidence
from netqed.analysis.flow_lines import FlowLine, parse_flows
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressNeeded, Decision, Flow, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Labels
from netqed.sources.position import InputError, Problem

__all__ = ["ANSWER_KEYS", "Engine", "FlowLine", "SmtEngine", "evaluate_flows", "parse_flows", "pod_end", "world_of"]

Engine = Literal["reference", "smt", "both"]

ANSWER_KEYS = ("allowed", "ingress_allowed", "egress_allowed", "evidence")
"""The keys that an answer adds to the flow's own. Keys of these names in the input are replaced."""


class SmtEngine(Protocol):
    """The encoding as a judge of single flows."""

    def decide(self, flow: Flow, world: World) -> Answer:
        """Whether ingress allows the flow, and whether egress does."""


def evaluate_flows(
    cluster: Cluster,
    lines: Iterable[FlowLine | Problem],
    *,
    engine: Engine,
    evidence: bool = False,
    smt: SmtEngine | None = None,
    extra_namespaces: Mapping[str, Labels] | None = None,
) -> Iterator[dict[str, Any]]:
    """Judge flows, as `parse_flows` gives them, in their order.

    Each answer is the flow's own object with `allowed`, `ingress_allowed`, `egress_allowed` and, if asked for,
    `evidence` after its keys. Evidence is the evaluator's with either engine. InputError, before any answer, with
    every problem among the lines and every one found here: names that the cluster does not have, mixed families, an
    address or a node that the verdict depends on and nobody stated. Disagreement, in place of an answer, where the
    engines differ under `both`.
    """
    if engine != "reference" and smt is None:
        raise ValueError(f"engine {engine!r} needs the encoding")
    world = world_of(cluster, extra_namespaces)
    directory = Directory(cluster, world)
    evaluator = Evaluator(world)
    problems: list[Problem] = []
    decided: list[tuple[FlowLine, Flow, Decision]] = []
    for line in lines:
        if isinstance(line, Problem):
            problems.append(line)
            continue
        flow = directory.resolve(line)
        if not isinstance(flow, Flow):
            problems.extend(flow)
            continue
        try:
            decision = evaluator.decide(flow)
        except AddressNeeded as needed:
            problems.append(_address_needed(line, needed))
            continue
        if not decision.ingress.allowed and directory.may_share_a_node(flow):
            problems.append(_node_needed(line))
        decided.append((line, flow, decision))
    if problems:
        raise InputError(problems)
    return _answers(decided, world, engine, evidence, smt)


def _answers(
    decided: Iterable[tuple[FlowLine, Flow, Decision]],
    world: World,
    engine: Engine,
    evidence: bool,
    smt: SmtEngine | None,
) -> Iterator[dict[str, Any]]:
    """The answers one by one; the encoding is asked as they are taken."""
    explained = Evidence()
    for line, flow, decision in decided:
        answer: Answer = (decision.ingress.allowed, decision.egress.allowed)
        if engine != "reference" and smt is not None:
            encoded = smt.decide(flow, world)
            if engine == "both" and encoded != answer:
                raise Disagreement(flow, world, reference=answer, encoding=encoded, place=str(line.position()))
            answer = encoded
        yield {
            **{key: value for key, value in line.given.items() if key not in ANSWER_KEYS},
            "allowed": all(answer),
            "ingress_allowed": answer[0],
            "egress_allowed": answer[1],
            **({"evidence": explained.of(decision)} if evidence else {}),
        }


def _address_needed(line: FlowLine, needed: AddressNeeded) -> Problem:
    """The problem of a verdict that depends on an address which neither the flow nor the input states."""
    key: Literal["src", "dst"] = "src" if needed.side == "source" else "dst"
    return line.problem(
        f"the verdict depends on the address of {line.side(key).name}, which is not known",
        key,
        hint=f"state it as {key}_ip",
    )


def _node_needed(line: FlowLine) -> Problem:
    """The problem of a denial that would not be one if the source were the destination's own node."""
    return line.problem(
        "the verdict depends on whether both sides are on one node, which the input does not say",
        "src",
        "src_ip",
        hint="name pods with a nodeName",
    )
