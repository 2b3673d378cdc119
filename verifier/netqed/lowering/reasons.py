"""Why a direction lets a flow through, as predicates: which rule matches, or why none is needed."""

from __future__ import annotations

from collections.abc import Sequence

from netqed.lowering.networkpolicy import PROTOCOLS, Lowering
from netqed.plugins.matters import Matter
from netqed.resources.objects import NetworkPolicy
from netqed_smt.model import (
    Direction,
    IsHostNetworked,
    IsPod,
    OwnNode,
    Predicate,
    ProtocolIs,
    Rule,
    SameEndpoint,
    ToOwnNode,
    all_of,
    any_of,
    negate,
)


def peer_rule(policy: NetworkPolicy, direction: Direction, rule: int, peer: int | None) -> Rule:
    """One rule of a policy, less all its peers but one (None: a rule without peers), on any network plugin."""
    lowering = Lowering(direction, None)
    written = lowering.rules(policy)[rule]
    kept = written.peers if peer is None or written.peers is None else (written.peers[peer],)
    return lowering.rule(policy, rule, kept)


def unneeded(policies: Sequence[NetworkPolicy], direction: Direction) -> dict[str, Predicate]:
    """By the evaluator's word, when a direction needs no rule: a predicate whose endpoint atoms speak of the governed
    side. Several may hold of one flow."""
    lowering = Lowering(direction, None)
    governed = any_of([negate(IsHostNetworked()), lowering.decided(Matter.HOST_PODS_GOVERNED)])
    protocols = any_of([ProtocolIs(number) for number in PROTOCOLS.values()])
    ingress = direction is Direction.INGRESS
    own = lowering.decided(Matter.OWN_NODE_INGRESS if ingress else Matter.OWN_NODE_EGRESS)
    return {
        "not-a-governed-pod": negate(all_of([IsPod(), governed])),
        "not-governed-protocol": negate(any_of([protocols, lowering.decided(Matter.OTHER_PROTOCOLS)])),
        "same-pod": SameEndpoint(),
        "own-node": all_of([OwnNode() if ingress else ToOwnNode(), own]),
        "not-isolated": negate(any_of(lowering.subjects(policies))),
    }
