"""What of an endpoint is each side's own and what is the same on both, in pairs written by hand; what comes back."""

from __future__ import annotations

import pytest

from netqed.analysis.difference import difference
from netqed.analysis.difference_results import BothVerdicts, Delta, Difference, Nothing
from netqed.analysis.results import Unknown
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Namespace
from netqed.sources.position import InputError
from netqed.spec.parse import parse_spec
from support.both import brute_outcome
from support.cases import admit, pod
from support.difference_cases import CASES, CLOSED, OF_API, SERVER, V4, DifferenceCase, given


def compare(case: DifferenceCase) -> Difference:
    """The difference of a case."""
    return difference(case.old, case.new, case.spec, scope=case.scope, cni=case.cni)


@pytest.mark.parametrize("name", CASES)
def test_the_outcome_is_as_written(name: str) -> None:
    """And everything that differs is in a family."""
    found = compare(CASES[name])
    assert found.outcome == CASES[name].outcome
    assert all(delta.families and delta.left_out == 0 for _, delta in found.deltas)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.cni == "spec"])
def test_the_outcome_as_written_is_that_of_brute_force(name: str) -> None:
    """So that the cases say what the definition says; but for templates that pods stand for, which it leaves out."""
    case = CASES[name]
    if not case.old.superseded and "controllers set" not in name:
        assert brute_outcome(case.old, case.new, case.spec, case.scope)[0] == case.outcome


def test_what_one_side_alone_declares_is_noted() -> None:
    """Workloads and namespaces, a few by name, all of them where the note is unfolded."""
    old = given([SERVER], [CLOSED])
    new = given([SERVER, *(pod("web", name) for name in "abcde")], [CLOSED], {"web": {}})
    assert [note.text for note in difference(old, new, V4).notes] == [
        "5 workloads web/a, web/b, web/c and 2 more are in NEW only, and are taken to be the same in OLD",
        "the namespace web is in NEW only, and is taken to be the same in OLD",
    ]
    first = difference(new, old, V4).notes[0]
    assert first.whole == (
        "5 workloads web/a, web/b, web/c, web/d, web/e are in OLD only, and are taken to be the same in NEW"
    )


def test_each_side_shows_what_decides_it() -> None:
    """The rule on the side that allows, the policies that isolate on the side that blocks, and each side's labels."""
    old = given([pod("web", "api"), SERVER], [CLOSED])
    new = given([pod("web", "api"), SERVER], [admit("pay", OF_API)])
    (sign, delta), *others = difference(old, new, V4, scope="now").deltas
    assert (sign, others) == ("gained", [])
    assert [match.path for match in delta.example.allowing.decision.ingress.matches] == [
        ("spec", "ingress", 0, "from", 0)
    ]
    assert delta.example.blocking.decision.ingress.selecting == old.policies
    assert delta.example.blocked_in == ("ingress",)
    assert (delta.example.old.source.name, delta.example.new.source.name) == ("web/api", "web/api")


def test_a_limit_cuts_families_and_says_how_many_were_left() -> None:
    """None is no limit."""
    workloads = [*(pod("web", name) for name in "abc"), SERVER]
    old, new = given(workloads, [CLOSED]), given(workloads, [])
    whole = difference(old, new, V4, scope="now", cni="spec").gained
    cut = difference(old, new, V4, scope="now", cni="spec", limit=1).gained
    assert isinstance(whole, Delta)
    assert isinstance(cut, Delta)
    assert whole.families is not None
    assert cut.families == whole.families[:1]
    assert (whole.left_out, cut.left_out) == (0, len(whole.families) - 1)


def test_an_exhausted_budget_is_unknown_and_never_equivalent() -> None:
    """Neither holds what was required."""
    case = CASES["an endpoint has one address"]
    found = difference(case.old, case.new, case.spec, rlimit=1)
    assert isinstance(found.gained, Unknown)
    assert found.outcome == "unknown"
    assert found.meets("equivalent") is None
    assert found.exit_code() == 2


@pytest.mark.parametrize(
    ("name", "new_access", "lost_access", "code"),
    [
        ("a namespace is relabelled into a peer", False, True, 1),
        ("a workload is relabelled into a peer", True, False, 1),
        ("a named port changes its number", False, False, 1),
        ("an endpoint has one address", True, True, 0),
    ],
)
def test_requirements(name: str, new_access: bool, lost_access: bool, code: int) -> None:
    """What gates go by."""
    found = compare(CASES[name])
    assert (found.meets("no-new-access"), found.meets("no-lost-access")) == (new_access, lost_access)
    assert (found.exit_code("no-new-access"), found.exit_code("no-lost-access")) == (1 - new_access, 1 - lost_access)
    assert found.exit_code() == code


SPEC = """\
invariants:
  - web cannot reach pay
  - ops cannot reach pay
"""


def test_a_spec_is_checked_on_both_sides() -> None:
    """And the verdicts that change are told, also of what one side alone declares."""
    workloads = [pod("web", "api"), pod("ops", "tool"), SERVER]
    old = given(workloads, [CLOSED], {"web": {}, "pay": {}, "ops": {}})
    new = given(workloads[:1], [admit("pay", OF_API)], {"web": {}})
    found = difference(old, new, parse_spec(SPEC, "netqed.yaml"), cni="spec")
    assert found.verdicts is not None
    words = [(one.stated.sentence, one.old.verdict.word, one.new.verdict.word) for one in found.verdicts]
    assert words == [
        ("web cannot reach pay", "proved", "refuted"),
        ("ops cannot reach pay", "proved", "refuted"),
    ]
    assert all(isinstance(one, BothVerdicts) for one in found.changed_verdicts)
    assert difference(old, old, parse_spec(SPEC, "netqed.yaml"), cni="spec").changed_verdicts == ()


def test_assumptions_hold_on_both_sides() -> None:
    """They close what would differ; one that an input violates is refused, and which input that is said."""
    assumed = "assume: [no pod in web has app=api]\n"
    old, new = given([SERVER], [CLOSED], {"web": {}}), given([SERVER], [admit("pay", OF_API)], {"web": {}})
    spec = parse_spec("assume: [no pod in web has app=api, no other namespaces]\n", "netqed.yaml")
    closed = given([SERVER], [admit("pay", OF_API)], {"web": {}, "pay": {}, "default": {}})
    assert difference(old, new, cni="spec").outcome == "wider"
    found = difference(replace_policies(closed), closed, spec, cni="spec")
    assert found.outcome == "wider", "of the other namespaces' pods"
    bad = given([pod("web", "api"), SERVER], [CLOSED], {"web": {}})
    with pytest.raises(InputError) as error:
        difference(old, bad, parse_spec(assumed, "netqed.yaml"))
    assert all(problem.message.startswith("in ") for problem in error.value.problems)


def replace_policies(cluster: Cluster) -> Cluster:
    """The input with its ingress closed."""
    return given(cluster.workloads, [CLOSED], {name: space.labels for name, space in cluster.namespaces.items()})


def test_an_assumption_can_make_sides_equivalent_and_is_named() -> None:
    """The proof rests on it."""
    old, new = given([SERVER], [CLOSED]), given([SERVER], [admit("pay", OF_X_ONLY)])
    spec = parse_spec("assume: [only web has team=x]\nnamespaces: {web: {}}\n", "netqed.yaml")
    found = difference(old, new, spec, cni="spec")
    assert isinstance(found.gained, Nothing)
    assert found.gained.rests_on == ("only web has team=x",)


OF_X_ONLY = CASES["a namespace is relabelled into a peer"].old.policies[0].ingress[0].peers[0]  # type: ignore[index]  # the case has rules and peers


def test_names_that_no_side_knows_are_refused_once() -> None:
    """As check does."""
    old = Cluster(namespaces={"web": Namespace("web", {})})
    with pytest.raises(InputError) as error:
        difference(old, old, parse_spec("invariants: [web cannot reach nowhere]\n", "netqed.yaml"))
    assert len(error.value.problems) == 1
