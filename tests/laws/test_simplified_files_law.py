"""What `simplify` makes of files: read again it allows the same by brute force, nothing of it can be removed, and every
line of it was there before, but for what keeps a direction isolated."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed import api
from netqed.analysis.redundancy_results import Part, Together
from netqed.analysis.simplifying import Simplified
from netqed.plugins.matters import SPEC
from netqed.spec.document import ClusterFacts, Spec
from support.crowded import CrowdedWorld, Unchanged, crowded_worlds, parts
from support.examples import examples
from support.show import show_cluster
from support.written import texts

WORLDS = 60


def test_what_is_printed_allows_the_same() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(crowded_worlds(), st.integers(0, 2**32))
    def law(drawn: CrowdedWorld, seed: int) -> None:
        cluster = replace(drawn.cluster, workloads=(), nodes=(), services=())
        with TemporaryDirectory() as folder:
            hold(replace(drawn, cluster=cluster), random.Random(seed), Path(folder), seen)

    law()
    assert seen["policy"] and seen["rule"] and seen["item"] and seen["files"] and seen["emptied"], seen


def hold(drawn: CrowdedWorld, rng: random.Random, folder: Path, seen: Counter[str]) -> None:
    for name, text in texts(drawn.cluster, rng).items():
        (folder / name).write_bytes(text.encode())
    spec = Spec(cluster=ClusterFacts(families=("IPv4",)))
    found = api.simplify([folder], spec=spec, settings=api.Settings(cni="spec"))
    assert isinstance(found, Simplified)
    for one in found.files:
        old = one.before.splitlines()
        for line in one.after.splitlines():
            if line in old:
                old.remove(line)
            else:
                assert "policyTypes" in line or "[]" in line or len(line) < max(map(len, old)), line
    seen["files"] += sum(one.changed for one in found.files) > 1
    left = found.found.after
    seen["policy"] += len(left.policies) < len(drawn.cluster.policies)
    seen["rule"] += any(len(part.path) == 3 for part in _parts(found))
    seen["item"] += any(len(part.path) == 5 for part in _parts(found))
    seen["emptied"] += any(() in (policy.ingress, policy.egress) for policy in left.policies)
    if not found.text.strip():
        assert left.policies == ()
        again = left
    else:
        again = api.load_cluster(["-"], settings=api.Settings(stdin=found.text))
    cluster = found.found.before
    same = Unchanged(CrowdedWorld(cluster, spec, "always", ()), (SPEC,))
    again = replace(again, object_namespaces=cluster.object_namespaces)
    assert same(again), f"{show_cluster(cluster)}\n{found.text}"
    more = [name for name, smaller in parts(again) if same(smaller)]
    assert not more, f"{more}\n{found.text}"


def _parts(found: Simplified) -> tuple[Part, ...]:
    together = found.found.together
    return together.parts if isinstance(together, Together) else ()
