"""Runs a fast part of the laws against whatever `netqed` is on the path: `python kill.py LAW`, the law to begin with.

Exit 0: everything agrees, the mutant survives. Exit 10: a law fails, and the first line says which. Anything else is a
fault of the mutant itself, such as a snippet that does not run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.difference import difference
from netqed.analysis.disagreement import Disagreement
from netqed.analysis.pinned import PinnedEngine
from netqed.analysis.reach_map import reach_map
from netqed.analysis.results import Refuted
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import Evaluator
from netqed.sources.position import InputError
from support.brute import Word
from support.cases import Case
from support.difference_cases import CASES
from support.flows import flows, world_of
from support.made_up import plugin_that_answers
from support.map_cases import MAP_CASES, PORTED
from support.mapped import everything, faults, port_faults
from support.matter_worlds import DECISIVE_WORLDS
from support.matters import DECISIVE
from support.nasty import NASTY
from support.readings import readings
from support.redundancy_cases import CASES as REDUNDANCY_CASES
from support.redundancy_cases import fault_of
from support.strategies import clusters
from support.universe import Contradiction
from support.witnesses import witness_faults

KILLED = 10
CLUSTERS = 40
FLOWS_EACH = 8


def verdicts_fail(case: Case, cni: str = "spec") -> str | None:
    """What is wrong with the verdicts of a case on a plugin, or None."""
    cluster, spec = case.world.cluster, case.world.spec
    try:
        results = check(cluster, spec, cni=cni).results
    except InputError as error:
        return None if set(case.words) == {"input-error"} else f"refused: {error}"
    except (Disagreement, LookupError, StopIteration, ValueError) as error:
        return f"no verdict, or a witness that the evaluator does not confirm: {error!r}"
    for result, word in zip(results, case.words, strict=True):
        if result.verdict.word != word:
            return f"{result.verdict.word}, not {word}: {result.stated.invariant}"
        if isinstance(result.verdict, Refuted):
            faults = witness_faults(cluster, spec, result.stated, result.verdict.witness)
            if faults:
                return f"a bad witness: {faults[0]}"
    return None


def matters_fail() -> str | None:
    """The first flow that a matter decides otherwise than it should, or None."""
    for case in DECISIVE:
        engine = PinnedEngine(case.world(SPEC), open_readings=True)
        for yes in (False, True):
            answers = {**{matter: matter in SPEC for matter in Matter}, **case.given, case.matter: yes}
            reading = Reading(frozenset(matter for matter, answer in answers.items() if answer))
            expected = case.yes_allows is yes
            indifferent = [matter for matter in Matter if matter not in case.given and matter is not case.matter]
            evaluator = Evaluator(case.world(reading))
            for one in (reading, *(Reading(reading.yes ^ {matter}) for matter in indifferent)):
                if evaluator.under(one).decide(case.flow).allowed is not expected:
                    return f"{case.name}: evaluator"
            encoded = engine.decide(case.flow, {**case.given, case.matter: yes})
            if None in encoded or all(encoded) is not expected:
                return f"{case.name}: encoding of all readings"
            if all(PinnedEngine(case.world(reading)).decide(case.flow)) is not expected:
                return f"{case.name}: encoding of one reading"
    return None


def matter_verdicts_fail() -> str | None:
    """The first verdict that a matter decides otherwise than it should, or None."""
    for case in DECISIVE_WORLDS:
        for yes in (False, True):
            with plugin_that_answers(case.answers(yes)) as name:
                word: Word = "refuted" if yes is case.refuted_by else "proved"
                if fault := verdicts_fail(Case(case.world, (word,)), name):
                    return f"{case.name}: {fault}"
    return None


def differences_fail() -> str | None:
    """What is wrong with the difference of a pair written by hand, or None."""
    for name, case in CASES.items():
        try:
            found = difference(case.old, case.new, case.spec, scope=case.scope, cni=case.cni, families=False)
        except (Disagreement, LookupError, StopIteration, ValueError, RuntimeError) as error:
            return f"{name}: no outcome, or a flow that the evaluator does not confirm: {error!r}"
        if found.outcome != case.outcome:
            return f"{name}: {found.outcome}, not {case.outcome}"
    return None


def redundancies_fail() -> str | None:
    """What is wrong with what is redundant in policies written by hand, or None."""
    for name, case in REDUNDANCY_CASES.items():
        try:
            fault = fault_of(case)
        except (Disagreement, LookupError, ValueError, RuntimeError) as error:
            fault = f"not proved together: {error!r}"
        if fault is not None:
            return f"{name}: {fault}"
    return None


def maps_fail() -> str | None:
    """What is wrong with the map of a world written by hand, or None."""
    worlds = {**MAP_CASES, **{name: case.world for name, case in NASTY.items()}}
    for name, world in worlds.items():
        question = everything(world.cluster, world.spec)
        try:
            question.universe.check_assumptions()
            found = reach_map(world.cluster, world.spec)
        except (InputError, Contradiction):
            continue
        for fault in faults(found, world.cluster, world.spec):
            return f"{name}: {fault}"
        if name in PORTED:
            for fault in port_faults(found, world.cluster, world.spec):
                return f"{name}: {fault}"
    return None


def flows_fail() -> str | None:
    """The first drawn flow on which the evaluator and the encoding disagree, or None."""

    @settings(
        max_examples=CLUSTERS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def law(data: st.DataObject) -> None:
        cluster = data.draw(clusters())
        world = replace(world_of(cluster), reading=data.draw(readings()))
        evaluator, engine = Evaluator(world), PinnedEngine(world)
        for _ in range(FLOWS_EACH):
            flow = data.draw(flows(cluster))
            decision = evaluator.decide(flow)
            assert engine.decide(flow) == (decision.ingress.allowed, decision.egress.allowed), f"flow law: {flow}"

    try:
        law()
    except AssertionError as error:
        return str(error)
    return None


def verdicts_of_cases_fail() -> str | None:
    """What is wrong with the verdicts on a world written by hand, or None."""
    for name, case in NASTY.items():
        if fault := verdicts_fail(case):
            return f"{name}: {fault}"
    return None


LAWS: Mapping[str, Callable[[], str | None]] = {
    "matters": matters_fail,
    "verdicts of matters": matter_verdicts_fail,
    "verdicts": verdicts_of_cases_fail,
    "differences": differences_fail,
    "redundancies": redundancies_fail,
    "maps": maps_fail,
    "flows": flows_fail,
}


def main(first: str) -> int:
    """Run the laws until one fails, beginning with the named one."""
    for law in (LAWS[first], *(law for name, law in LAWS.items() if name != first)):
        if fault := law():
            print(fault)
            return KILLED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
