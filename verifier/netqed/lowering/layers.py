"""All layers of a cluster, in the order in which they are evaluated."""

from __future__ import annotations

from netqed.lowering.networkpolicy import Presence, networkpolicy_layers
from netqed.resources.cluster import Cluster
from netqed_smt.model import Layer


def lower(cluster: Cluster, *, presence: Presence | None = None) -> tuple[Layer, ...]:
    """The layers of every policy kind that netqed knows; with `presence`, of policies that may be there or not."""
    return networkpolicy_layers(cluster.policies, presence=presence)
