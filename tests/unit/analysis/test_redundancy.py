"""What is redundant in policies written by hand, alone and together."""

from __future__ import annotations

import pytest

from netqed.analysis.redundancy import redundancy
from netqed.analysis.removals import RemovePolicy, outermost, policy_of, removals_of, without
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy, PolicyPort, PolicyRule
from support.redundancy_cases import CASES, RedundancyCase, fault_of, from_, policy


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: RedundancyCase) -> None:
    assert fault_of(case) is None


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_some_parts_at_a_time_are_found_as_all_at_once(case: RedundancyCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netqed.analysis.redundancy.TOGETHER", 2)
    assert fault_of(case) is None


def test_a_sole_item_is_no_part_of_its_own() -> None:
    """Without it the list would mean everything."""
    one = policy("a", from_("web", port=80), PolicyRule(None, (PolicyPort("TCP", 80), PolicyPort("TCP", 81))))
    assert len([*removals_of(one)]) == 5


def test_outermost_leaves_what_goes_with_another() -> None:
    one, other = policy("a", from_("x", "y")), policy("b", from_("x", "y"))
    everything = [*removals_of(one), *removals_of(other)]
    assert [policy_of(each) for each in outermost(everything)] == ["shop/a", "shop/b"]
    assert outermost(everything[1:4]) == (everything[1],)
    assert without(Cluster(policies=(one, other)), [RemovePolicy("shop/a")]).policies == (other,)


def test_types_are_written_out_where_the_last_rule_goes() -> None:
    """By default a policy isolates for egress since it has egress rules."""
    one = NetworkPolicy("shop", "a", None, None, egress=(from_("x"),))
    (_, rule) = removals_of(one)
    (after,) = without(Cluster(policies=(one,)), [rule]).policies
    assert (after.egress, after.policy_types) == ((), ("Ingress", "Egress"))


def test_progress_names_policies() -> None:
    said: list[tuple[int, int, str]] = []
    redundancy(Cluster(policies=(policy("a", from_("x")),)), progress=lambda *one: said.append(one))
    assert said[:2] == [(0, 2, "policy shop/a"), (1, 2, "rule of policy shop/a")]


def test_without_policies_nothing_is_redundant() -> None:
    found = redundancy(Cluster())
    assert (found.exit_code, sum(found.asked.values()), found.after) == (0, 0, Cluster())


def test_reasons_name_what_covers_and_what_the_other_side_blocks() -> None:
    """Of a policy, too, whose isolation another shares, and whose rule no pod gets to use."""
    policies = (
        policy("deny"),
        policy("in", from_("web")),
        policy("out", egress=True, of="web"),
        policy("wide", from_("ops"), PolicyRule(), of="db"),
    )
    found = redundancy(Cluster(policies=policies), cni="spec").found
    reasons = {(one.part.policy.name, *one.part.path[1:]): (one.reason, one.by and one.by.path[1:]) for one in found}
    assert reasons == {
        ("deny",): ("covered", ()),
        ("in",): ("blocked", None),
        ("in", "ingress", 0): ("blocked", None),
        ("wide",): ("open", None),
        ("wide", "ingress", 0): ("covered", ("ingress", 1)),
    }


def test_what_several_others_do_together_is_said_to_be_so() -> None:
    both = policy("both", from_("web", "ops"), from_("web"), from_("ops"))
    found = redundancy(Cluster(policies=(both,)), cni="spec").found
    reasons = {one.part.path[1:]: (one.reason, one.by and one.by.path[1:]) for one in found}
    assert reasons == {
        ("ingress", 0): ("together", None),
        ("ingress", 0, "from", 0): ("covered", ("ingress", 1)),
        ("ingress", 0, "from", 1): ("covered", ("ingress", 2)),
        ("ingress", 1): ("covered", ("ingress", 0)),
        ("ingress", 2): ("covered", ("ingress", 0)),
    }
