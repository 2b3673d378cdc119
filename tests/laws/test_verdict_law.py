"""The verdict law: over small worlds, every verdict of every sentence form equals brute force with the evaluator.

A formula that is right about each flow still proves falsehoods if an endpoint that may exist is left out of the
universe; these laws see that, and nothing that judges flows one by one does.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.results import Refuted
from netqed.plugins.table import SUPPORTED
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Flow
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Workload
from netqed.sources.position import InputError
from netqed.spec.document import Scope
from netqed.spec.sentences import CannotReach, CanReach, Invariant, PortRange, WorkloadRef
from support.brute import brute_force
from support.examples import examples
from support.flows import pod_end, world_of
from support.nasty import ASSUMED, NASTY
from support.partition import Address
from support.readings import readings_on
from support.show import show_cluster, show_spec
from support.witnesses import witness_faults
from support.worlds import SmallWorld, small_clusters, small_worlds, spec_of

CASES = {**NASTY, **ASSUMED}
WORLDS = 300
PORTABLE = 100
CLUSTERS = 30
FORMS = ("CannotReach", "CanReach", "OnlyCanReach", "Isolated", "NoOtherNamespace", "NoOtherValue")
WORDS = ("proved", "refuted", "vacuous")
TRAFFIC = ((6, 80), (6, 8080), (17, 53))


def judge(world: SmallWorld, seen: Counter[str] | None = None, cni: str | None = "spec") -> list[str]:
    """Hold every verdict over the world, and every witness, to brute force; the verdicts, in order.

    `seen` counts what the world had in it; `cni` is the plugin, None any.
    """
    cluster, spec, counts = world.cluster, world.spec, Counter[str]() if seen is None else seen
    expected = [
        brute_force(cluster, spec, stated, readings=readings_on(cni, cluster, stated.invariant))
        for stated in spec.invariants
    ]
    try:
        results = check(cluster, spec, cni=cni).results
    except InputError as error:
        complaint = f"check refuses the input: {error}"
        assert all(answer.word == "input-error" for answer in expected), show(world, complaint, f"brute: {expected}")
        counts["input-error"] += 1
        return ["input-error"] * len(expected)
    counts.update({f"assuming {type(stated.assumption).__name__}" for stated in spec.assumptions})
    for result, answer in zip(results, expected, strict=True):
        told, invariant = result.verdict, result.stated.invariant
        sentence = f"sentence: {invariant} in scope {result.scope}"
        assert told.word == answer.word, show(world, sentence, f"check: {told}", f"brute: {answer.word} {answer.why}")
        counts[f"{type(invariant).__name__} {told.word}"] += 1
        counts[f"{result.scope} {told.word}"] += 1
        counts[f"{'with' if invariant.exceptions else 'without'} exceptions {told.word}"] += 1
        if isinstance(told, Refuted):
            counts["by real workloads" if told.witness.real else "by something invented"] += 1
            faults = witness_faults(cluster, spec, result.stated, told.witness)
            assert not faults, show(world, sentence, f"witness: {told.witness}", *faults)
    return [answer.word for answer in expected]


def show(world: SmallWorld, *lines: str) -> str:
    """The world and what was said of it."""
    return "\n".join(("", show_cluster(world.cluster), show_spec(world.spec), *lines))


def test_every_verdict_equals_brute_force() -> None:
    """Words and witnesses agree over drawn worlds, and the worlds hold every form with every verdict, in both scopes,
    with and without exceptions, under every assumption."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds())
    def law(world: SmallWorld) -> None:
        judge(world, seen)

    law()
    wanted = [f"{form} {word}" for form, word in product(FORMS, WORDS)]
    wanted += [f"{scope} {word}" for scope, word in product(("always", "now"), WORDS)]
    wanted += [f"{kind} exceptions {word}" for kind, word in product(("with", "without"), WORDS)]
    wanted += ["by real workloads", "by something invented", "input-error"]
    assumptions = ("NoPodHas", "EveryPodHas", "NoOtherNamespaces", "NamespacesNamed", "OnlyNamespaceHas")
    wanted += [f"assuming {name}" for name in assumptions]
    assert not [one for one in wanted if not seen[one]], seen


def test_every_verdict_equals_brute_force_on_every_plugin() -> None:
    """Words and witnesses agree where the answers of network plugins are open, and where a plugin has some of them."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PORTABLE), deadline=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds(), st.sampled_from([None, None, *(plugin.name for plugin in SUPPORTED)]))
    def law(world: SmallWorld, cni: str | None) -> None:
        by_spec, here = judge(world), judge(world, seen, cni)
        seen.update(f"{one}, by spec {other}" for one, other in zip(here, by_spec, strict=True))

    law()
    wanted = ("proved, by spec proved", "refuted, by spec proved", "refuted, by spec refuted")
    assert not [one for one in wanted if not seen[one]], seen


@pytest.mark.parametrize("name", CASES)
def test_every_verdict_of_a_world_written_by_hand_equals_brute_force_on_any_plugin(name: str) -> None:
    """Words and witnesses agree where the answers of network plugins are open."""
    judge(CASES[name].world, cni=None)


@pytest.mark.parametrize("name", CASES)
def test_every_verdict_of_a_world_written_by_hand_equals_brute_force(name: str) -> None:
    """Words and witnesses agree over worlds written by hand, each of which also states the word it is about."""
    case = CASES[name]
    assert judge(case.world) == list(case.words)


@settings(max_examples=examples(CLUSTERS), deadline=None, suppress_health_check=list(HealthCheck))
@given(small_clusters())
def test_every_flow_between_workloads_lies_in_the_universe(cluster: Cluster) -> None:
    """What the evaluator says of a flow between two workloads refutes `cannot`, or `can`, in both scopes: no flow that
    the input itself shows to be possible is left out of the universe."""
    evaluator = Evaluator(world_of(cluster))
    stated: list[tuple[Invariant, Scope | None]] = []
    for source, destination in product(cluster.workloads, repeat=2):
        if source is destination and not source.is_template:
            continue
        for version, (protocol, port) in product((4, 6), TRAFFIC):
            here, there = some_address(source, version, 0), some_address(destination, version, 1)
            if here is None or there is None:
                continue
            ends = pod_end(source, here), pod_end(destination, there, 1)
            allowed = evaluator.decide(Flow(*ends, protocol, port)).allowed
            sides = reference(source), reference(destination)
            ports = (PortRange(protocol, port, port),)
            sentence = CannotReach(*sides, ports) if allowed else CanReach(*sides, ports)
            stated += [(sentence, "always"), (sentence, "now")]
    spec = spec_of(stated)
    for result in check(cluster, spec, cni="spec").results:
        assert isinstance(result.verdict, Refuted), show(SmallWorld(cluster, spec), f"{result}")


def reference(workload: Workload) -> WorkloadRef:
    """The workload as a sentence names it."""
    return WorkloadRef(workload.namespace, workload.kind.lower(), workload.name)


def some_address(workload: Workload, version: int, number: int) -> Address | None:
    """The workload's address of that family, or one that it may have and nobody else has; None where it has none."""
    known = [ip_address(text) for text in workload.addresses or workload.node_addresses]
    if not known:
        return ip_address(f"10.88.0.{number + 1}" if version == 4 else f"fd00:88::{number + 1}")
    return next((one for one in known if one.version == version), None)
