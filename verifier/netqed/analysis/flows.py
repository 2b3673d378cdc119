"""Concrete flows judged one by one, by the evaluator, by the encoding, or by both: the whole of `netqed eval --flows`
but for the command line.

Where a network plugin's answers are not all known, a flow whose verdict turns on them has none: `allowed` is null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from netqed.analysis.disagreement import Answer, Disagreement
from netqed.analysis.flow_ends import Directory, pod_end, world_of
from netqed.analysis.flow_evidence import Evidence
from netqed.analysis.flow_lines import FlowLine, SideName, parse_flows
from netqed.analysis.flow_readings import SPEC_ANSWERS, Case, decisions, verdict
from netqed.plugins.matters import Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import AddressNeeded, Flow, World
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Labels
from netqed.sources.position import InputError, Problem

__all__ = ["ANSWER_KEYS", "Engine", "FlowLine", "SmtEngine", "evaluate_flows", "parse_flows", "pod_end", "world_of"]

Engine = Literal["reference", "smt", "both"]

ANSWER_KEYS = ("allowed", "ingress_allowed", "egress_allowed", "depends_on", "evidence")
"""The keys that an answer adds to the flow's own. Keys of these names in the input are replaced."""


class SmtEngine(Protocol):
    """The encoding as a judge of single flows."""

    def decide(self, flow: Flow, world: World, answers: Mapping[Matter, bool] | None = None) -> Answer:
        """Whether ingress allows the flow, and whether egress does, under the world's reading; or, if `answers` are
        given, under these, whatever the answers to other matters are (None where that is not the same)."""


def evaluate_flows(
    cluster: Cluster,
    lines: Iterable[FlowLine | Problem],
    *,
    engine: Engine,
    evidence: bool = False,
    smt: SmtEngine | None = None,
    extra_namespaces: Mapping[str, Labels] | None = None,
    answers: Mapping[Matter, bool] = SPEC_ANSWERS,
) -> Iterator[dict[str, Any]]:
    """Judge flows, as `parse_flows` gives them, in their order, under every reading that agrees with `answers`: what a
    network plugin is known to do about matters that the API leaves to it.

    Each answer is the flow's own object with `allowed`, `ingress_allowed`, `egress_allowed` and, if asked for,
    `evidence` after its keys. Of the three that are verdicts one is None where it depends on what is not known of the
    plugin; `depends_on`, before the evidence, then names those matters. Evidence is the evaluator's with either engine.

    InputError, before any answer, with every problem among the lines and every one found here: names that the cluster
    does not have, mixed families, an address or a node that the verdict depends on and nobody stated. Disagreement, in
    place of an answer, where the engines differ under `both`.
    """
    if engine != "reference" and smt is None:
        raise ValueError(f"engine {engine!r} needs the encoding")
    world = replace(
        world_of(cluster, extra_namespaces), reading=Reading(frozenset(m for m in Matter if answers.get(m)))
    )
    directory = Directory(cluster, world)
    evaluator = Evaluator(world)
    problems: list[Problem] = []
    decided: list[_Judged] = []
    known = all(matter in answers for matter in Matter)
    for line in lines:
        if isinstance(line, Problem):
            problems.append(line)
            continue
        flow = directory.resolve(line)
        if not isinstance(flow, Flow):
            problems.extend(flow)
            continue
        try:
            cases = (
                (Case(evaluator.decide(flow), {}, world.reading, frozenset()),)
                if known
                else decisions(evaluator, flow, answers)
            )
        except AddressNeeded as needed:
            problems.append(_address_needed(line, needed))
            continue
        if key := _needs_node(directory, flow, cases):
            problems.append(_node_needed(line, key))
        decided.append(_Judged(line, flow, cases))
    if problems:
        raise InputError(problems)
    return _answers(decided, world, None if known else answers, engine, evidence, smt)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A stated flow and the evaluator's decisions."""

    line: FlowLine
    flow: Flow
    cases: tuple[Case, ...]


def _answers(
    decided: Iterable[_Judged],
    world: World,
    answers: Mapping[Matter, bool] | None,
    engine: Engine,
    evidence: bool,
    smt: SmtEngine | None,
) -> Iterator[dict[str, Any]]:
    """The answers one by one; the encoding is asked as they are taken. `answers` is None where the world's reading is
    known."""
    explained = Evidence()
    for one in decided:
        said: list[Answer] = [(case.decision.ingress.allowed, case.decision.egress.allowed) for case in one.cases]
        if engine != "reference" and smt is not None:
            said = _encoded(one, world, answers, smt, said if engine == "both" else None)
        found = verdict(one.cases, said)
        yield {
            **{key: value for key, value in one.line.given.items() if key not in ANSWER_KEYS},
            "allowed": found.allowed,
            "ingress_allowed": found.ingress,
            "egress_allowed": found.egress,
            **({"depends_on": [matter.value for matter in found.depends_on]} if found.depends_on else {}),
            **({"evidence": explained.of(one.cases)} if evidence else {}),
        }


def _encoded(
    one: _Judged,
    world: World,
    answers: Mapping[Matter, bool] | None,
    smt: SmtEngine,
    expected: Sequence[Answer] | None,
) -> list[Answer]:
    """What the encoding says in each case. Disagreement where that is not what is expected."""
    found = []
    for number, case in enumerate(one.cases):
        encoded = smt.decide(one.flow, world, None if answers is None else {**answers, **case.taken})
        if expected is not None and encoded != expected[number]:
            raise Disagreement(
                one.flow,
                replace(world, reading=case.reading),
                reference=expected[number],
                encoding=encoded,
                place=str(one.line.position()),
            )
        found.append(encoded)
    return found


def _address_needed(line: FlowLine, needed: AddressNeeded) -> Problem:
    """The problem of a verdict that depends on an address which neither the flow nor the input states."""
    key: Literal["src", "dst"] = "src" if needed.side == "source" else "dst"
    return line.problem(
        f"the verdict depends on the address of {line.side(key).name}, which is not known",
        key,
        hint=f"state it as {key}_ip",
    )


def _needs_node(directory: Directory, flow: Flow, cases: Iterable[Case]) -> SideName | None:
    """The side, if any, that may be the other's own node where a denial would then not be one (A6, facts 40 and 41)."""
    for case in cases:
        decision, may_answer = case.decision, case.may_answer
        entering = not decision.ingress.allowed and may_answer(Matter.OWN_NODE_INGRESS)
        if entering and directory.may_share_a_node(flow.source, flow.destination):
            return "src"
        leaving = not decision.egress.allowed and may_answer(Matter.OWN_NODE_EGRESS)
        if leaving and directory.may_share_a_node(flow.destination, flow.source):
            return "dst"
    return None


def _node_needed(line: FlowLine, key: SideName) -> Problem:
    """The problem of a denial that would not be one if this side were the other's own node."""
    return line.problem(
        "the verdict depends on whether both sides are on one node, which the input does not say",
        key,
        f"{key}_ip",
        hint="name pods with a nodeName",
    )
