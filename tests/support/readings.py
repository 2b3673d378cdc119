"""Hypothesis strategies for readings: answers to every matter that network plugins decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hypothesis import strategies as st

from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import completions, plugin, possible
from netqed.resources.cluster import Cluster
from netqed.spec.sentences import Invariant

GOVERNED: Final = (6, 17, 132)

LOOKED_UP: Final = frozenset({Matter.INGRESS_PORT_NAMES, Matter.EGRESS_PORT_NAMES})
UNREAD: Final = frozenset({Matter.UNREAD_PORT_NAMES, Matter.UNREAD_NAMES_BESIDE_NUMBERS})
"""Nothing turns on these where every name is looked up."""


def readings() -> st.SearchStrategy[Reading]:
    """Any answers; the reading `spec`, its neighbours, which differ from it in one answer, and those that differ from
    it only in what they make of ports' names, in a good share."""
    whole = st.frozensets(st.sampled_from(list(Matter))).map(Reading)
    near = st.sampled_from(list(Matter)).map(lambda matter: Reading(SPEC.yes ^ {matter}))
    names = st.frozensets(st.sampled_from(sorted(LOOKED_UP | UNREAD, key=lambda matter: matter.value)), min_size=2)
    return st.one_of(st.just(SPEC), near, whole, names.map(lambda flips: Reading(SPEC.yes ^ flips)))


def readings_on(cni: str | None, cluster: Cluster, invariant: Invariant) -> tuple[Reading, ...]:
    """Every reading that a plugin may have (None: any plugin, and what the API permits), one for all that differ only
    in what nothing of the input turns on."""
    if cni == "spec":
        return (SPEC,)
    fixed = {} if cni is None else plugin(cni).fixed
    turned_on = frozenset(_turned_on(cluster, invariant))
    rows = possible() if cni is None else (fixed,)
    found: dict[frozenset[Matter], Reading] = {}
    for row in rows:
        for one in completions(row, turned_on):
            yes = frozenset(m for m in Matter if (m in one if m in turned_on else m in SPEC))
            if LOOKED_UP & turned_on <= yes:
                yes -= UNREAD
            found.setdefault(yes, Reading(yes))
    return tuple(found.values())


def _turned_on(cluster: Cluster, invariant: Invariant) -> Iterator[Matter]:
    """Matters that some flow's verdict can depend on."""
    if any(workload.host_network for workload in (*cluster.workloads, *cluster.superseded)):
        yield from (Matter.HOST_PODS_GOVERNED, Matter.HOST_PODS_SELECTED, Matter.HOST_PODS_BY_NAMESPACE)
        yield Matter.OWN_NODE_INGRESS
    yield Matter.OWN_NODE_EGRESS
    if any(port.protocol not in GOVERNED for port in invariant.ports):
        yield Matter.OTHER_PROTOCOLS
    rules = [
        (rule, egress)
        for policy in cluster.policies
        for rules, egress in ((policy.ingress, False), (policy.egress, True))
        for rule in rules or ()
    ]
    if any(peer.ip_block is not None for rule, _ in rules for peer in rule.peers or ()):
        yield from (Matter.BLOCK_PODS, Matter.BLOCK_NODES)
    if any(port.end_port is not None for rule, _ in rules for port in rule.ports or ()):
        yield Matter.END_PORT
    for rule, egress in rules:
        if any(isinstance(port.port, str) for port in rule.ports or ()):
            yield Matter.EGRESS_PORT_NAMES if egress else Matter.INGRESS_PORT_NAMES
            numbered = {port.protocol or "TCP" for port in rule.ports or () if isinstance(port.port, int)}
            for port in rule.ports or ():
                if isinstance(port.port, str):
                    beside = (port.protocol or "TCP") in numbered
                    yield Matter.UNREAD_NAMES_BESIDE_NUMBERS if beside else Matter.UNREAD_PORT_NAMES
    if any(policy.policy_types and len(set(policy.policy_types)) < 2 for policy in cluster.policies):
        yield Matter.OMITTED_DIRECTION
