"""What a reader of an explanation should know beside its verdict: Services' ports, labels that nobody declares or that
controllers add, addresses that mean something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netqed.analysis.explain_members import keys_of
from netqed.analysis.explain_oracle import Settled
from netqed.analysis.explain_sides import Side, Sides
from netqed.analysis.explain_tries import Tries
from netqed.analysis.explain_values import DirectionExplained
from netqed.analysis.hints import port_hints
from netqed.analysis.results import Witness, WitnessEnd
from netqed.analysis.roster import Roster
from netqed.reference.flow import AddressEnd, Flow
from netqed.reference.selectors import selector_matches
from netqed.spec.sentences import CanReach, NoPodHas, Pods


def caveats(
    sides: Sides,
    tries: Tries,
    shown: Settled,
    witness: Witness,
    found: tuple[Side, Side],
    asked: CanReach,
) -> Iterator[str]:
    """What a reader should know of the flow that is shown, beside its verdict; `asked` is what was asked for."""
    roster = sides.roster
    yield from port_hints(roster, asked)
    directions = [tries.direction(shown.flow, one) for one in (shown.decision.egress, shown.decision.ingress)]
    for end, direction in zip((witness.destination, witness.source), directions, strict=True):
        yield from _of_undeclared(end, direction)
    for end, side in zip((witness.source, witness.destination), found, strict=True):
        yield from _of_labels(roster, tries, shown.flow, end)
        if not end.exists and end.kind == "pod":
            yield from _of_assumptions(roster, end)
        if side.unsure:
            yield (
                f"{side.text} goes by labels of namespaces, and nobody declares those of the namespaces of "
                f"{side.unsure:,} of the workloads: they are left out"
            )
        yield from _of_addresses(sides, side, shown.flow)


def _of_undeclared(end: WitnessEnd, direction: DirectionExplained) -> Iterator[str]:
    """A namespace whose labels some peer asks about and nobody declares."""
    asked_about = any(peer.namespace_conditions for rule in direction.tried for peer in rule.peers)
    if end.namespace is not None and not end.namespace_exists and asked_about:
        yield (
            f"no Namespace object declares {end.namespace}: it is taken to have no labels beside "
            "kubernetes.io/metadata.name"
        )


def _of_labels(roster: Roster, tries: Tries, flow: Flow, end: WitnessEnd) -> Iterator[str]:
    """Labels that a controller adds to a template's pods, and that policies of either side ask about."""
    if end.workload is None or not end.workload.is_template:
        return
    facts = replace(roster.population.pods[0], single=False) if roster.population.pods else None
    policies = {id(one): one for side in (flow.source, flow.destination) for one in tries.policies_of(side)}
    keys: set[str] = set()
    for policy in policies.values():
        keys |= set(keys_of(policy.pod_selector))
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            keys |= {key for peer in rule.peers or () for key in keys_of(peer.pod_selector)}
    for key in sorted(keys - set(end.workload.labels)):
        if facts is not None and roster.population.is_free_label(facts, key):
            yield f"policies ask about label {key}, which a controller adds to the pods of {end.name}: taken as missing"


def _of_assumptions(roster: Roster, end: WitnessEnd) -> Iterator[str]:
    """Assumptions of the spec that rule a hypothetical pod out."""
    for stated in roster.spec.assumptions:
        one = stated.assumption
        if isinstance(one, NoPodHas) and isinstance(one.where, Pods) and one.where.namespace == end.namespace:
            within = one.where.selector is None or selector_matches(one.where.selector, end.labels or {})
            if within and selector_matches(one.labels, end.labels or {}):
                yield f'the spec assumes that there is no such pod as {end.name}: "{stated.sentence}"'


def _of_addresses(sides: Sides, side: Side, flow: Flow) -> Iterator[str]:
    """Addresses that mean something else than they seem to."""
    if side.kind != "addresses":
        return
    for end in (flow.source, flow.destination):
        address = end.address
        if not isinstance(end, AddressEnd) or address is None or end.node is not None:
            continue
        if not any(
            first.version == address.version and int(first) <= int(address) <= int(last) for first, last in side.ranges
        ):
            continue
        if sides.in_pod_ranges(address):
            yield f"{address} lies in cluster.podCIDRs: a pod that has it is judged by its labels too; name the pod"
        if any(address in one for one in sides.roster.spec.cluster.service_cidrs if one.version == address.version):
            yield f"{address} lies in cluster.serviceCIDRs: policies see the pods behind a Service, not its address"
    inside = sum(
        any(int(first) <= int(at) <= int(last) for first, last in side.ranges if first.version == at.version)
        for at in sides.pods_at
    )
    if inside:
        verb = "1 address in it is a pod's" if inside == 1 else f"{inside:,} addresses in it are pods'"
        yield f"{side.text}: {verb}; pods are judged by their labels too: name one to ask about it"
