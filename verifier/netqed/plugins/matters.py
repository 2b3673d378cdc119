"""Matters that network plugins decide differently, as yes-or-no questions, and readings that answer all of them.

Both readings of the policies take their answers from here, and only the answers: what an answer means for a flow each
says for itself. Facts are those of docs/semantics.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Matter(Enum):
    """A yes-or-no question that plugins answer differently; the value is its name, as `netqed cni` prints it."""

    BLOCK_PODS = "ipblock-pods"
    """An `ipBlock` matches addresses of pods that are not host-networked (A3, fact 24)."""
    BLOCK_NODES = "ipblock-nodes"
    """An `ipBlock` matches addresses of nodes and of host-networked pods (A3, fact 24; A7, fact 43)."""
    OWN_NODE_INGRESS = "own-node-ingress"
    """What comes from the address of a pod's own node, the node itself or a host-networked pod on it, always reaches
    the pod (A6, fact 40)."""
    OWN_NODE_EGRESS = "own-node-egress"
    """What a pod sends to the address of its own node, the node itself or a host-networked pod on it, always passes its
    egress policies (A6, fact 41)."""
    HOST_PODS_GOVERNED = "host-pods-governed"
    """Policies select and isolate host-networked pods as they do others (A7, fact 43, option a)."""
    HOST_PODS_SELECTED = "host-pods-selected"
    """Selectors of peers match host-networked pods as they do others (A7, fact 43, option a)."""
    HOST_PODS_BY_NAMESPACE = "host-pods-by-namespace"
    """A peer with a namespaceSelector whose podSelector is absent or empty matches the host-networked pods of those
    namespaces, even where other selectors match none (A7, fact 43, partly option a)."""
    OTHER_PROTOCOLS = "other-protocols"
    """An isolated pod is cut off from protocols other than TCP, UDP and SCTP too, but for rules without ports, which
    admit every protocol (A6, fact 42; A2, fact 13)."""
    END_PORT = "end-port"
    """`endPort` is honoured; where it is not, an item speaks of its `port` alone (A2, fact 17)."""
    INGRESS_PORT_NAMES = "ingress-port-names"
    """A port's name in an ingress rule is looked up on the destination pod (A5, fact 33)."""
    EGRESS_PORT_NAMES = "egress-port-names"
    """A port's name in an egress rule is looked up on each destination pod (A5, facts 33 and 36)."""
    UNREAD_PORT_NAMES = "unread-port-names"
    """An item with a port's name that is not looked up matches every port of its protocol, at any destination, unless
    its rule has a number for that protocol; else it matches nothing (A5, fact 33)."""
    UNREAD_NAMES_BESIDE_NUMBERS = "unread-names-beside"
    """So does one whose rule has a number for that protocol (A5, fact 33)."""
    OMITTED_DIRECTION = "omitted-direction"
    """Rules of a direction that `policyTypes` names neither outright nor by its default apply, and isolate the pods
    that the policy selects for it (A1, fact 7)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer to every matter: the matters answered with yes."""

    yes: frozenset[Matter]

    def __contains__(self, matter: Matter) -> bool:
        return matter in self.yes


SPEC: Final = Reading(
    frozenset(
        {
            Matter.BLOCK_PODS,
            Matter.BLOCK_NODES,
            Matter.OWN_NODE_INGRESS,
            Matter.END_PORT,
            Matter.INGRESS_PORT_NAMES,
            Matter.EGRESS_PORT_NAMES,
        }
    )
)
"""The reading `spec`, which the API's conformance tests pin or, where they say nothing, most plugins have."""

OPEN: Final = frozenset(
    {
        Matter.BLOCK_PODS,
        Matter.BLOCK_NODES,
        Matter.OWN_NODE_EGRESS,
        Matter.HOST_PODS_GOVERNED,
        Matter.HOST_PODS_SELECTED,
        Matter.OTHER_PROTOCOLS,
        Matter.END_PORT,
    }
)
"""Matters that the API leaves open: it permits either answer, in any combination. Of the others it permits the one of
`SPEC`; a plugin that answers otherwise departs from the API."""
