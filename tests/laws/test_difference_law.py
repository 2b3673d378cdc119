"""The difference laws: over pairs of small inputs the outcome equals brute force with the evaluator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from netqed.analysis.difference import difference
from netqed.analysis.difference_results import Delta, Difference
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import SUPPORTED
from netqed.spec.document import ClusterFacts, Spec
from netqed.spec.sentences import BuiltIn, CannotReach, PortRange
from support.both import OTHER_PROTOCOL, brute_outcome, completed
from support.differing import differing_faults
from support.examples import examples
from support.family_flows import FamilyFlows
from support.pairs import EDITS, IDLE, SmallPair, small_pairs
from support.readings import readings_on
from support.show import show_cluster

PAIRS = 500

PORTABLE = 200
OUTCOMES = ("equivalent", "narrower", "wider", "incomparable")
MIRRORED = {"wider": "narrower", "narrower": "wider"}
SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def compare(pair: SmallPair, cni: str | None = "spec") -> Difference:
    """The difference of a pair."""
    return difference(pair.old, pair.new, pair.spec, scope=pair.scope, cni=cni, families=False)


def show(pair: SmallPair, *lines: str) -> str:
    """The pair and what was said of it."""
    what = f"{pair.edits} {pair.scope} {pair.spec.cluster}"
    return "\n".join(("", what, "OLD", show_cluster(pair.old), "NEW", show_cluster(pair.new), *lines))


def test_the_outcome_equals_brute_force() -> None:
    """Outcomes agree over drawn pairs; each flow shown is one between the same two endpoints, allowed on exactly the
    side that is said."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PAIRS), **SETTINGS)
    @given(small_pairs())
    def law(pair: SmallPair) -> None:
        seen.update((f"{pair.scope} {held_to_brute_force(pair)}", *pair.edits))

    law()
    wanted = [f"{scope} {word}" for scope in ("always", "now") for word in OUTCOMES]
    assert not [one for one in (*wanted, *EDITS) if not seen[one]], seen


@pytest.mark.parametrize("edit", [name for name in EDITS if name not in IDLE])
def test_every_edit_leads_to_a_difference_somewhere(edit: str) -> None:
    """The drawn edits are not idle: of each some pair differs, and then as brute force has it."""
    some = settings(max_examples=examples(100), phases=(Phase.generate,), **SETTINGS)
    pair = find(small_pairs(edit), lambda pair: compare(pair).outcome != "equivalent", settings=some)
    assert held_to_brute_force(pair) != "equivalent"


def held_to_brute_force(pair: SmallPair) -> str:
    """The outcome, which is that of brute force, and of which every flow shown is real."""
    found = compare(pair)
    word, flows = brute_outcome(pair.old, pair.new, pair.spec, pair.scope, (SPEC,))
    assert found.outcome == word, show(pair, f"difference: {found.gained} {found.lost}", f"brute: {word} {flows}")
    for sign, delta in found.deltas:
        faults = [*differing_faults(pair, sign, delta.example)]
        assert not faults, show(pair, f"{delta.example}", *faults)
    return word


def test_the_outcome_equals_brute_force_on_every_plugin() -> None:
    """Outcomes agree where the answers of network plugins are open, and where a plugin has some of them; a flow shown
    is decided so under the reading that it names."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PORTABLE), **SETTINGS)
    @given(small_pairs(), st.sampled_from([None, *(plugin.name for plugin in SUPPORTED)]))
    def law(pair: SmallPair, cni: str | None) -> None:
        pair = replace(pair, scope="now", spec=Spec(cluster=ClusterFacts(families=("IPv4",))))
        found = compare(pair, cni)
        word, flows = brute_outcome(pair.old, pair.new, pair.spec, pair.scope, readings_of(pair, cni))
        assert found.outcome == word, show(pair, f"on {cni}", f"{found.gained} {found.lost}", f"brute: {word} {flows}")
        seen.update((word, f"{word}, by spec {compare(pair).outcome}"))
        for sign, delta in found.deltas:
            faults = [*differing_faults(pair, sign, delta.example)]
            assert not faults, show(pair, f"{delta.example}", *faults)

    law()
    assert not [word for word in OUTCOMES if not seen[word]], seen
    assert any(seen[f"{word}, by spec {other}"] for word in OUTCOMES for other in OUTCOMES if word != other), seen


def readings_of(pair: SmallPair, cni: str | None) -> tuple[Reading, ...]:
    """Every reading that can tell the sides apart on the plugin; without one those in which `endPort` is honoured."""
    old, new = completed(pair.old, pair.new)
    both = replace(old, policies=(*old.policies, *new.policies), workloads=(*old.workloads, *new.workloads))
    anything = CannotReach(BuiltIn("anything"), BuiltIn("anything"), (PortRange(OTHER_PROTOCOL),))
    found = readings_on(cni, both, anything)
    return found if cni is not None else tuple(one for one in found if Matter.END_PORT in one)


@settings(max_examples=examples(PAIRS), **SETTINGS)
@given(small_pairs())
def test_an_input_is_equivalent_to_itself(pair: SmallPair) -> None:
    """On any plugin."""
    assert difference(pair.old, pair.old, pair.spec, scope=pair.scope).outcome == "equivalent"


@settings(max_examples=examples(PAIRS), **SETTINGS)
@given(small_pairs())
def test_swapping_the_sides_swaps_what_is_gained_and_lost(pair: SmallPair) -> None:
    """On any plugin: the outcome is the mirrored one, and each flow is the other part's."""
    one, other = compare(pair, None), compare(pair.swapped, None)
    assert other.outcome == MIRRORED.get(one.outcome, one.outcome), show(pair)
    for here, there in ((one.gained, other.lost), (one.lost, other.gained)):
        assert isinstance(here, Delta) == isinstance(there, Delta)
        if isinstance(here, Delta) and isinstance(there, Delta):
            assert (here.example.old.flow, here.example.new.flow) == (there.example.new.flow, there.example.old.flow)


def test_the_families_are_the_whole_difference() -> None:
    """Every flow of a family, under its condition, is allowed on exactly the side that is said, and every flow on which
    the sides differ is in a family; none of a list can be left out."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PAIRS), **SETTINGS)
    @given(small_pairs())
    def law(pair: SmallPair) -> None:
        found = difference(pair.old, pair.new, pair.spec, scope=pair.scope, cni="spec", families=True)
        assert all(delta.left_out == 0 and delta.families for _, delta in found.deltas)
        faults = [*FamilyFlows(pair, found).faults(seen)] if found.outcome != "equivalent" else []
        assert not faults, show(pair, *faults[:3])

    law()
    wanted = [f"{sign} by {direction}" for sign in ("gained", "lost") for direction in ("ingress", "egress")]
    assert not [one for one in (*wanted, "conditional", "unconditional") if not seen[one]], seen
