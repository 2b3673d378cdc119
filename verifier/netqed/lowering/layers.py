"""All layers of a cluster, in the order in which they are evaluated."""

from __future__ import annotations

from netqed.lowering.networkpolicy import Presence, networkpolicy_layers
from netqed.plugins.matters import SPEC, Reading
from netqed.resources.cluster import Cluster
from netqed_smt.model import Layer


def lower(cluster: Cluster, *, presence: Presence | None = None, reading: Reading | None = SPEC) -> tuple[Layer, ...]:
    """The layers of every policy kind that netqed knows; with `presence`, of policies that may be there or not. Without
    a reading, what is left to network plugins is open: a `Choice` by the name of each matter."""
    return networkpolicy_layers(cluster.policies, presence=presence, reading=reading)
