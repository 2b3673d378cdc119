"""Concrete flows, the world that they run in, and the evidence of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from netqed.plugins.matters import SPEC, Reading
from netqed.resources.objects import ContainerPort, Labels, NetworkPolicy
from netqed.sources.position import FieldPath, Span

Address = IPv4Address | IPv6Address
Direction = Literal["ingress", "egress"]


@dataclass(frozen=True, slots=True)
class PodEnd:
    """A pod as one side of a flow. `address` None means not known (a template's pod)."""

    namespace: str
    labels: Labels
    address: Address | None = None
    container_ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    node: str | None = None
    node_addresses: tuple[Address, ...] = ()
    """Addresses of the pod's own node, where known beside the World's nodes (status.hostIPs)."""
    identity: str = ""
    """Tells pods apart: two ends with the same non-empty identity are the same pod."""


@dataclass(frozen=True, slots=True)
class AddressEnd:
    """An address that is no pod's: outside the cluster, or a node's. `node` names the node where it is one."""

    address: Address
    node: str | None = None


End = PodEnd | AddressEnd


@dataclass(frozen=True, slots=True)
class Flow:
    """The first packet of a connection. `protocol` is the IP protocol number; `port` the destination port, 1..65535,
    None where the protocol has no ports. Source port plays no part (A2, fact 18)."""

    source: End
    destination: End
    protocol: int
    port: int | None


@dataclass(frozen=True, slots=True)
class World:
    """What a flow is judged against. `namespaces` maps every namespace that matters to its labels, as written: the
    evaluator adds kubernetes.io/metadata.name itself; one that is missing has that label only."""

    policies: tuple[NetworkPolicy, ...] = ()
    namespaces: Mapping[str, Labels] | None = None
    nodes: Mapping[str, tuple[Address, ...]] | None = None
    reading: Reading = SPEC
    """How the matters that the API leaves to network plugins are decided."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that matches the flow. `peer` and `port` are indices of the matching items, None where the list is absent
    or empty (which matches all)."""

    policy: NetworkPolicy
    direction: Direction
    rule: int
    peer: int | None
    port: int | None

    @property
    def path(self) -> FieldPath:
        """The element to blame: the peer's item, else the port's, else the rule."""
        base: FieldPath = ("spec", self.direction, self.rule)
        if self.peer is not None:
            return (*base, "from" if self.direction == "ingress" else "to", self.peer)
        return base

    @property
    def span(self) -> Span | None:
        """Where that element is, in the file that was read; None of a policy that was not read."""
        return None if self.policy.document is None else self.policy.document.span(self.path)


Reason = Literal[
    "not-a-governed-pod",  # the side is external, a node, or (in most readings) a host-networked pod (A7)
    "not-governed-protocol",  # in most readings, other than TCP, UDP and SCTP (A6, fact 42)
    "same-pod",  # A6, fact 39
    "own-node",  # ingress from the pod's own node (A6, fact 40), in some readings egress to it (fact 41)
    "not-isolated",  # no policy selects the pod for this direction
    "rule",  # isolated, and a rule matches
    "no-rule",  # isolated, and no rule matches: denied
]


@dataclass(frozen=True, slots=True)
class DirectionDecision:
    """The decision of one direction with its evidence; `allowed` follows from `reason`."""

    direction: Direction
    reason: Reason
    selecting: tuple[NetworkPolicy, ...] = ()
    """The policies that isolate the governed side in this direction, in input order."""
    matches: tuple[RuleMatch, ...] = ()
    """Every rule that matches (first matching peer and port of each), in input order."""

    @property
    def allowed(self) -> bool:
        """Whether this direction lets the flow through."""
        return self.reason != "no-rule"


@dataclass(frozen=True, slots=True)
class Decision:
    """Both directions of a flow (A1, fact 3)."""

    ingress: DirectionDecision
    egress: DirectionDecision

    @property
    def allowed(self) -> bool:
        """A flow is allowed when both directions allow it."""
        return self.ingress.allowed and self.egress.allowed


class AddressNeeded(Exception):
    """The verdict depends on an address that is not known; `side` says whose."""

    def __init__(self, side: Literal["source", "destination"]) -> None:
        self.side: Literal["source", "destination"] = side
        super().__init__(f"the verdict depends on the {side}'s address")
