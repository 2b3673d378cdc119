"""The table of network plugins."""

from __future__ import annotations

import pytest

from netqed.plugins.matters import OPEN, SPEC, Matter, Reading
from netqed.plugins.rows import NETWORK_POLICY
from netqed.plugins.table import (
    PLUGINS,
    SUPPORTED,
    answers_of,
    completions,
    permitted,
    plugin,
    possible,
)
from netqed.plugins.words import ANSWERS, answers_words


def test_names_are_unique_and_every_answer_has_a_source() -> None:
    assert len({one.name for one in PLUGINS}) == len(PLUGINS)
    for one in PLUGINS:
        assert all(cell.source for cell in one.cells.values())
        assert one.name == one.name.lower()


def test_every_matter_has_words_for_both_answers() -> None:
    assert set(ANSWERS) == set(Matter)
    assert len({words for both in ANSWERS.values() for words in both}) == 2 * len(Matter)
    assert answers_words([]) == ""


@pytest.mark.parametrize("name", ["spec", *(one.name for one in SUPPORTED)])
def test_the_completions_are_exactly_the_readings_that_agree(name: str) -> None:
    fixed = answers_of(name)
    found = list(completions(fixed))
    assert len({*found}) == len(found) == 2 ** (len(Matter) - len(fixed))
    assert all((matter in reading) == yes for reading in found for matter, yes in fixed.items())


def test_matters_outside_the_asked_ones_are_answered_as_spec_does() -> None:
    found = list(completions({}, frozenset({Matter.END_PORT})))
    assert found == [Reading(SPEC.yes - {Matter.END_PORT}), SPEC]


def test_the_api_permits_both_answers_to_what_it_leaves_open_and_one_to_the_rest() -> None:
    assert set(permitted()) == set(Matter) - OPEN
    assert all((matter in SPEC) == yes for matter, yes in permitted().items())
    assert permitted() in possible()
    assert all(any(row == one.fixed for row in possible()) for one in SUPPORTED)


@pytest.mark.parametrize("name", [one.name for one in PLUGINS if one.refused is not None])
def test_what_is_not_supported_says_why(name: str) -> None:
    with pytest.raises(ValueError, match="no verdicts for"):
        plugin(name)


def test_verdicts_speak_only_of_plugins_that_enforce_what_they_rest_on() -> None:
    assert all(NETWORK_POLICY in one.enforces for one in SUPPORTED)
    assert [one.name for one in PLUGINS if NETWORK_POLICY not in one.enforces] == ["flannel"]


def test_a_plugin_that_answers_neither_way_is_held_to_neither() -> None:
    """OVN-Kubernetes selects host-networked pods by some selectors only, and lets rules of an omitted direction admit
    but not isolate: its notes say so, and no verdict rests on an answer."""
    row = plugin("ovn-kubernetes")
    assert not {Matter.HOST_PODS_SELECTED, Matter.HOST_PODS_BY_NAMESPACE, Matter.OMITTED_DIRECTION} & set(row.fixed)
    for said in ("podSelector", "policyTypes"):
        assert any(said in note for note in row.notes)


@pytest.mark.parametrize(
    ("name", "looks_up"),
    [("aws-vpc-cni", ()), ("kube-ovn", ()), ("kube-router", (Matter.INGRESS_PORT_NAMES,))],
)
def test_a_plugin_that_gives_a_port_the_numbers_of_other_pods_is_held_to_nothing_of_its_names(
    name: str, looks_up: tuple[Matter, ...]
) -> None:
    row = plugin(name)
    names = {
        Matter.INGRESS_PORT_NAMES,
        Matter.EGRESS_PORT_NAMES,
        Matter.UNREAD_PORT_NAMES,
        Matter.UNREAD_NAMES_BESIDE_NUMBERS,
    }
    assert names & set(row.fixed) == {*looks_up}
    assert all(row.fixed[matter] for matter in looks_up)
    assert any("a port's name" in note and "netqed considers" in note for note in row.notes)
