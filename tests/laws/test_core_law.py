"""The policies that a proof is said to need suffice whichever of the others are deleted, and each is needed; what it is
said to need of namespaces' labels it needs, and no more.

Worlds are small enough that all subsets of the other policies are tried, each as an input of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from netqed.analysis.check import check
from netqed.analysis.questions import default_scope
from netqed.analysis.results import Essential, Proved
from netqed.analysis.session import Session
from netqed.reference.evaluate import Evaluator
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, Namespace, NetworkPolicy, PolicyPeer, PolicyRule
from netqed.sources.position import InputError
from netqed.spec.document import StatedInvariant
from netqed.spec.sentences import AnyOf, BuiltIn, CannotReach, CanReach, Endpoint, Invariant, Isolated, Pods, PortRange
from netqed_smt.solver import Answer
from support.examples import examples
from support.strategies import index, pick
from support.witnesses import witness_faults
from support.worlds import NAMESPACES, TEAM, SmallWorld, label_selectors, sentences, small_worlds, spec_of

WORLDS = 60
"""Of each sort."""

READINGS = (None, None, "spec", "calico")
ALL: LabelSelector = LabelSelector()
TCP_80 = (PortRange(6, 80, 80),)
INSIDE = (PolicyRule((PolicyPeer(ALL),)),)
"""What is allowed within the namespace alone."""

seen: Counter[str] = Counter()


def test_the_core_suffices_and_each_member_is_needed() -> None:
    seen.clear()
    _any_world()
    assert seen["proofs"] >= 25
    assert seen["members: 1"] >= 3


def test_so_it_is_where_several_policies_are_needed_together() -> None:
    seen.clear()
    _layered_world()
    assert seen["members: 2"] >= 8
    assert seen["members: 3"] >= 1
    assert seen["left out"] >= 20
    assert seen["others stay"] >= 1


def test_the_labels_of_namespaces_that_a_proof_needs() -> None:
    seen.clear()
    _labels_of_namespaces()
    assert seen["labels needed"] >= 4
    assert seen["labels not needed"] >= 5


@settings(max_examples=examples(WORLDS))
@given(world=small_worlds(), cni=st.sampled_from(READINGS))
def _any_world(world: SmallWorld, cni: str | None) -> None:
    for stated, proved in proofs(world, cni):
        assert proved.because is not None
        hold(world, stated, proved.because, cni)


@st.composite
def layered_worlds(draw: st.DrawFn) -> SmallWorld:
    """Worlds of three or four policies: a wall about each namespace, or one with a gate, or any that isolate; sentences
    whose flows come by several of them."""
    world = draw(small_worlds(1))
    policies = []
    shape = pick(draw, ("walls", "gate", "mixed", "mixed"))
    for number in range(4 if shape == "walls" else 3):
        selector = pick(draw, (ALL, ALL, ALL, ALL, draw(label_selectors("pod"))))
        types: tuple[str, ...] = pick(draw, (("Ingress",), ("Egress",), ("Ingress", "Egress")))
        name, rules = pick(draw, (NAMESPACES[number % 3], *NAMESPACES)), INSIDE if draw(index(4)) == 0 else None
        match shape:
            case "walls" if number < 3:
                name, selector, types, rules = NAMESPACES[number], ALL, ("Ingress",), None
            case "gate" if number < 2:
                name, selector, types, rules = NAMESPACES[0], ALL, ("Ingress",), INSIDE if number else None
        policies.append(NetworkPolicy(name, f"p{number}", selector, types, ingress=rules))
    spaces = tuple(Pods(name) for name in NAMESPACES)
    some: Endpoint = AnyOf(spaces[:2], None)
    invariants: list[Invariant] = [
        pick(draw, (CannotReach(BuiltIn("any pod"), some), CannotReach(BuiltIn("anything"), AnyOf(spaces, None)))),
        CanReach(spaces[0], spaces[0], TCP_80)
        if shape == "gate"
        else pick(draw, (Isolated(spaces[0], spaces[1]), CannotReach(some, some))),
        sentences(draw, world.cluster),
    ]
    spaces_of = frozenset({*world.cluster.object_namespaces, *(policy.namespace for policy in policies)})
    cluster = replace(world.cluster, policies=tuple(policies), object_namespaces=spaces_of)
    stated = spec_of([(one, pick(draw, (None, "now", "always"))) for one in invariants]).invariants
    return SmallWorld(cluster, replace(world.spec, invariants=stated))


@settings(max_examples=examples(WORLDS))
@given(world=layered_worlds(), cni=st.sampled_from(READINGS))
def _layered_world(world: SmallWorld, cni: str | None) -> None:
    for stated, proved in proofs(world, cni):
        assert proved.because is not None
        hold(world, stated, proved.because, cni)


@st.composite
def labelled_worlds(draw: st.DrawFn) -> SmallWorld:
    """Worlds whose policies admit namespaces by a label that declared ones may have or not."""
    world = draw(small_worlds(1))
    team = LabelSelector(((TEAM, "x"),))
    declared = {name: Namespace(name, pick(draw, ({}, {TEAM: "x"}, {TEAM: "web"}))) for name in NAMESPACES}
    policies = tuple(
        NetworkPolicy(name, f"p{number}", ALL, ("Ingress",), ingress=pick(draw, (None, rules, rules)))
        for number, (name, rules) in enumerate(
            (pick(draw, NAMESPACES[:2]), (PolicyRule((PolicyPeer(peer, team),)),)) for peer in (None, ALL)
        )
    )
    others: Endpoint = pick(draw, (Pods("ops"), AnyOf((Pods("ops"), Pods("pay")), None), Pods(team)))
    stated = spec_of([(CannotReach(others, Pods("web")), "always"), (sentences(draw, world.cluster), None)])
    cluster = replace(world.cluster, policies=policies, namespaces=declared, object_namespaces=frozenset(NAMESPACES))
    return SmallWorld(cluster, replace(world.spec, invariants=stated.invariants, assumptions=(), namespaces={}))


@settings(max_examples=examples(WORLDS))
@given(world=labelled_worlds(), cni=st.sampled_from(READINGS))
def _labels_of_namespaces(world: SmallWorld, cni: str | None) -> None:
    for stated, proved in proofs(world, cni):
        assert proved.namespace_labels is not None
        declared = {*world.cluster.namespaces, *world.spec.namespaces}
        needed = set(proved.namespace_labels)
        assert needed <= declared
        if declared:
            seen["labels needed" if needed else "labels not needed"] += 1
        assert is_proved(world, stated, needed, cni)
        for one in needed:
            assert not is_proved(world, stated, needed - {one}, cni), (stated, needed, one)


def proofs(world: SmallWorld, cni: str | None) -> Iterator[tuple[StatedInvariant, Proved]]:
    """The sentences that are proved, with what their proofs need."""
    try:
        results = check(world.cluster, world.spec, why=True, cni=cni).results
    except InputError:
        return
    for result in results:
        if isinstance(result.verdict, Proved):
            seen["proofs"] += 1
            yield result.stated, result.verdict


def hold(world: SmallWorld, stated: StatedInvariant, because: Sequence[Essential], cni: str | None) -> None:
    """That the members suffice beside any of the others, that none can go, and that their flows are real."""
    policies = world.cluster.policies
    core = [one.policy for one in because]
    others = [policy for policy in policies if policy not in core]
    seen[f"members: {len(core)}"] += 1
    seen["left out"] += bool(core and others)
    subsets = [set(map(id, kept)) for size in range(len(others) + 1) for kept in combinations(others, size)]
    word = partial(verdict_among, world, stated, cni)
    for kept in subsets:
        assert word({*map(id, core), *kept}) == "proved", (core, kept)
    for one in because:
        there = {id(policy) for policy in policies if policy in one.witness.world.policies}
        rest = {id(policy) for policy in core if policy is not one.policy}
        assert rest <= there and id(one.policy) not in there
        seen["others are gone" if there == rest else "others stay"] += 1
        assert word(there) == "refuted", (core, one.policy)
        cluster = among(world, there)
        assert cluster.policies == one.witness.world.policies
        assert not witness_faults(cluster, world.spec, stated, one.witness)
        assert Evaluator(one.witness.world).decide(one.witness.flow) == one.witness.decision


def among(world: SmallWorld, there: set[int]) -> Cluster:
    return replace(world.cluster, policies=tuple(one for one in world.cluster.policies if id(one) in there))


def verdict_among(world: SmallWorld, stated: StatedInvariant, cni: str | None, there: set[int]) -> str:
    """The verdict where just these policies are there."""
    (result,) = check(among(world, there), replace(world.spec, invariants=(stated,)), cni=cni).results
    return result.verdict.word


def is_proved(world: SmallWorld, stated: StatedInvariant, declared: set[str], cni: str | None) -> bool:
    """Whether no flow violates the sentence where just these namespaces declare their labels."""
    spaces, stated_spaces = world.cluster.namespaces, world.spec.namespaces
    cluster = replace(
        world.cluster,
        namespaces={name: space for name, space in spaces.items() if name in declared},
        object_namespaces=frozenset({*world.cluster.object_namespaces, *spaces, *stated_spaces}),
    )
    kept = {name: labels for name, labels in stated_spaces.items() if name in declared}
    session = Session(cluster, replace(world.spec, invariants=(stated,), namespaces=kept), cni=cni)
    scope = stated.scope or default_scope(stated.invariant)
    question = session.question_of(stated.invariant)
    answer = session.questions.ask([*session.scope(scope), *session.violation(question)])
    session.solver.close()
    return answer is Answer.UNSAT
