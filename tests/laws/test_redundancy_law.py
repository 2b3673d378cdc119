"""The redundancy laws: what is said to be removable is what brute force with the evaluator finds to change no flow."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed.analysis.redundancy import redundancy
from netqed.analysis.redundancy_results import Redundancy, Together
from netqed.analysis.removals import SIZES
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import SUPPORTED
from netqed.resources.cluster import Cluster
from netqed.spec.document import ClusterFacts, Spec
from netqed.spec.sentences import BuiltIn, CannotReach, PortRange
from support.both import OTHER_PROTOCOL
from support.crowded import MORE, CrowdedWorld, Unchanged, crowded_worlds, parts
from support.examples import examples
from support.readings import readings_on
from support.show import show_cluster

WORLDS = 40
PORTABLE = 25
SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def readings_of(cluster: Cluster, cni: str | None) -> tuple[Reading, ...]:
    """Every reading that can matter on the plugin; without one those in which `endPort` is honoured."""
    anything = CannotReach(BuiltIn("anything"), BuiltIn("anything"), (PortRange(OTHER_PROTOCOL),))
    found = readings_on(cni, cluster, anything)
    return found if cni is not None else tuple(one for one in found if Matter.END_PORT in one)


def faults(world: CrowdedWorld, found: Redundancy, readings: tuple[Reading, ...], seen: Counter[str]) -> list[str]:
    """What is wrong with what is said to be removable."""
    same = Unchanged(world, readings)
    wrong = []
    said = {(one.part.policy.key, one.part.path): one for one in found.found}
    for name, smaller in parts(world.cluster):
        redundant = same(smaller)
        if redundant != (name in said):
            wrong.append(f"{name} is {'' if redundant else 'not '}redundant")
        if name in said:
            seen.update((said[name].part.size, said[name].reason))
    together = found.together
    if not isinstance(together, Together) or not together.complete or found.unknown:
        return [*wrong, "not all was decided"]
    if not same(found.after):
        wrong.append("removing all of it changes a flow")
    wrong += [f"{name} can go as well" for name, smaller in parts(found.after) if same(smaller)]
    if bool(together.parts) != bool(found.found):
        wrong.append("something is redundant alone, and nothing together")
    seen[f"{len(together.parts)} of {len(found.found)}"] += 1
    return wrong


def test_what_is_redundant_equals_brute_force() -> None:
    """Alone and together, and of what is left without it nothing is."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), **SETTINGS)
    @given(crowded_worlds())
    def law(world: CrowdedWorld) -> None:
        found = redundancy(world.cluster, world.spec, scope=world.scope, cni="spec")
        wrong = faults(world, found, (SPEC,), seen)
        assert not wrong, "\n".join(("", f"{world.scope} {world.spec.cluster}", show_cluster(world.cluster), *wrong))
        seen.update((world.scope, *world.crowded))

    law()
    wanted = (*SIZES, "matches-nothing", "covered", "open", "always", "now", "rules", "items", *MORE)
    assert not [one for one in wanted if not seen[one]], seen


def test_what_is_redundant_equals_brute_force_on_every_plugin() -> None:
    """Where the answers of network plugins are open, and where a plugin has some of them."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(PORTABLE), **SETTINGS)
    @given(crowded_worlds(), st.sampled_from([None, *(plugin.name for plugin in SUPPORTED)]))
    def law(drawn: CrowdedWorld, cni: str | None) -> None:
        world = CrowdedWorld(drawn.cluster, Spec(cluster=ClusterFacts(families=("IPv4",))), "now", drawn.crowded)
        found = redundancy(world.cluster, world.spec, scope=world.scope, cni=cni)
        wrong = faults(world, found, readings_of(world.cluster, cni), seen)
        assert not wrong, "\n".join(("", f"on {cni}", show_cluster(world.cluster), *wrong))

    law()
    assert not [size for size in SIZES if not seen[size]], seen
