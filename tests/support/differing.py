"""What is wrong with a flow on which two inputs are said to differ."""

from __future__ import annotations

from collections.abc import Iterator

from netqed.analysis.difference_results import DifferingFlow, Sign
from netqed.analysis.results import Witness, WitnessEnd
from netqed.reference.evaluate import decide
from netqed.reference.flow import PodEnd
from support.both import completed
from support.pairs import SmallPair


def differing_faults(pair: SmallPair, sign: Sign, example: DifferingFlow) -> Iterator[str]:
    """Every fault: the flow is not decided so, a policy or a label is not the side's, the endpoints are not one."""
    if example.sign != sign:
        yield f"said to be {sign}"
    for side, witness, allowed in (
        ("old", example.old, sign == "lost"),
        ("new", example.new, sign == "gained"),
    ):
        if decide(witness.flow, witness.world).allowed != allowed:
            yield f"{side}: not decided as it is said"
        clusters = completed(pair.old, pair.new)
        cluster = clusters[side == "new"]
        if witness.world.policies != cluster.policies:
            yield f"{side}: not the side's policies"
        known = {workload.display: workload for workload in cluster.workloads}
        for shown, end in _ends(witness):
            if shown.kind != "pod" or not isinstance(end, PodEnd):
                continue
            if shown.exists:
                workload = known[shown.name]
                if any(end.labels.get(key) != value for key, value in workload.labels.items()):
                    yield f"{side}: {shown.name} has other labels"
                if end.container_ports != workload.container_ports or end.host_network != workload.host_network:
                    yield f"{side}: {shown.name} is another pod"
            declared = cluster.namespaces.get(end.namespace)
            if declared is not None and dict((witness.world.namespaces or {})[end.namespace]) != dict(declared.labels):
                yield f"{side}: namespace {end.namespace} has other labels"
    for one, other in zip(_ends(example.old), _ends(example.new), strict=True):
        if (one[0].kind, one[0].name, one[0].exists) != (other[0].kind, other[0].name, other[0].exists):
            yield f"{one[0].name} is not {other[0].name}"
        if not one[0].exists and one[0].labels != other[0].labels:
            yield f"{one[0].name} has two sets of labels"
    if example.old.world.reading != example.new.world.reading:
        yield "two readings"
    if (example.old.protocol, example.old.port) != (example.new.protocol, example.new.port):
        yield "two kinds of traffic"


def _ends(witness: Witness) -> tuple[tuple[WitnessEnd, object], tuple[WitnessEnd, object]]:
    return (witness.source, witness.flow.source), (witness.destination, witness.flow.destination)
