"""The answers to the matters, as sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from netqed.plugins.matters import Matter

ANSWERS: Final[Mapping[Matter, tuple[str, str]]] = {
    Matter.BLOCK_PODS: ("an ipBlock matches pods' addresses", "an ipBlock never matches a pod"),
    Matter.BLOCK_NODES: (
        "an ipBlock matches the addresses of nodes and host-networked pods",
        "an ipBlock never matches a node or a host-networked pod",
    ),
    Matter.OWN_NODE_INGRESS: (
        "what comes from a pod's own node always reaches the pod",
        "what comes from a pod's own node is governed by its ingress policies",
    ),
    Matter.OWN_NODE_EGRESS: (
        "a pod may always send to its own node",
        "what a pod sends to its own node is governed by its egress policies",
    ),
    Matter.HOST_PODS_GOVERNED: (
        "policies govern host-networked pods as they do others",
        "no policy governs a host-networked pod",
    ),
    Matter.HOST_PODS_SELECTED: (
        "selectors of peers match host-networked pods as they do others",
        "no selector of a peer matches a host-networked pod",
    ),
    Matter.HOST_PODS_BY_NAMESPACE: (
        "a namespaceSelector without a podSelector also matches host-networked pods",
        "a namespaceSelector without a podSelector matches no host-networked pod",
    ),
    Matter.OTHER_PROTOCOLS: (
        "an isolated pod is cut off from protocols other than TCP, UDP and SCTP too",
        "protocols other than TCP, UDP and SCTP always pass",
    ),
    Matter.END_PORT: ("endPort is honoured", "endPort is not known: an item speaks of its port alone"),
    Matter.INGRESS_PORT_NAMES: (
        "a port's name in an ingress rule is looked up on the destination pod",
        "a port's name in an ingress rule is not looked up",
    ),
    Matter.EGRESS_PORT_NAMES: (
        "a port's name in an egress rule is looked up on each destination pod",
        "a port's name in an egress rule is not looked up",
    ),
    Matter.UNREAD_PORT_NAMES: (
        "a port's name that is not looked up stands for every port of its protocol",
        "a port's name that is not looked up stands for no port",
    ),
    Matter.UNREAD_NAMES_BESIDE_NUMBERS: (
        "a port's name that is not looked up stands for every port of its protocol even beside a number for it",
        "a port's name that is not looked up stands for no port beside a number for its protocol",
    ),
    Matter.OMITTED_DIRECTION: (
        "rules of a direction that policyTypes leaves out apply all the same, and isolate",
        "rules of a direction that policyTypes leaves out have no effect",
    ),
}
"""Of each matter the answer yes, and the answer no."""


def answer_words(matter: Matter, yes: bool) -> str:
    """One answer, as a clause."""
    return ANSWERS[matter][0 if yes else 1]


def answers_words(answers: Iterable[tuple[Matter, bool]]) -> str:
    """Several answers, as a clause; of none empty."""
    return ", and ".join(answer_words(matter, yes) for matter, yes in answers)
