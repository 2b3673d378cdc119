"""The explanation of one flow as values: everything that its reports say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from netqed.analysis.results import Basis, Witness
from netqed.plugins.matters import Matter
from netqed.reference.flow import Address, DirectionDecision, Reason, RuleMatch
from netqed.resources.objects import NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Requirement
from netqed.sources.position import FieldPath
from netqed.spec.sentences import Ports

SideName = Literal["source", "destination"]
AddressRange = tuple[Address, Address]
"""First and last address, of one family."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a label selector held against labels."""

    path: FieldPath
    """Where the policy states it."""
    requirement: Requirement
    """A pair of matchLabels is `In` with one value."""
    holds: bool
    value: str | None
    """The label's value; None where the labels do not have the key."""


PeerReason = Literal[
    "matches",
    "open",  # an ipBlock, and the address is not known
    "namespace",  # no namespaceSelector, and the other side is in another namespace than the policy
    "selectors",  # a condition of namespaceSelector or podSelector fails
    "not-a-pod",  # selectors, and the other side is an address, or a pod that selectors do not see
    "outside-block",
    "excepted",  # in the block, and in one of its exceptions
    "other-family",
    "unseen",  # the reading compares no ipBlock with such a side's address
]


@dataclass(frozen=True, slots=True)
class PeerTried:
    """An item of `from` or `to` held against the other side."""

    index: int
    peer: PolicyPeer
    path: FieldPath
    matches: bool | None
    """None where that depends on an address that is not known."""
    reason: PeerReason
    namespace_conditions: tuple[Condition, ...] = ()
    pod_conditions: tuple[Condition, ...] = ()

    @property
    def failing(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(one for one in (*self.namespace_conditions, *self.pod_conditions) if not one.holds)

    @property
    def distance(self) -> int:
        """How many of its conditions fail; 0 where it matches or may match."""
        if self.matches is not False:
            return 0
        own = self.reason == "namespace"
        return max(1, len(self.failing) + own) if self.reason in ("selectors", "namespace", "excepted") else 3


PortReason = Literal[
    "matches",
    "protocol",
    "number",
    "name",  # a name that the destination declares for other ports only
    "no-name",  # a name that no container of the destination declares for this protocol
    "unresolved",  # a name that cannot be looked up on this destination, in this direction
    "unread",  # a name, and the reading looks none up in this direction
    "any-port",  # it matches: the reading looks no name up, and takes one for every port
    "portless",  # the flow's protocol has no ports
]


@dataclass(frozen=True, slots=True)
class PortTried:
    """An item of `ports` held against the flow's protocol and port."""

    index: int
    item: PolicyPort
    path: FieldPath
    matches: bool
    reason: PortReason
    numbers: tuple[int, ...] = ()
    """The ports that the destination declares under the item's name and protocol."""


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule of a policy that isolates the side, held against the flow."""

    policy: NetworkPolicy
    direction: Literal["ingress", "egress"]
    index: int
    rule: PolicyRule
    matches: bool | None
    peers: tuple[PeerTried, ...] = ()
    """Empty where the list is absent or empty, which matches everyone."""
    ports: tuple[PortTried, ...] = ()
    """Empty where the list is absent or empty, which matches every port."""

    @property
    def path(self) -> FieldPath:
        """The rule's place in its policy."""
        return ("spec", self.direction, self.index)

    @property
    def peer_matches(self) -> bool | None:
        """Whether some peer matches; None where that depends on an address that is not known."""
        if not self.peers or any(one.matches for one in self.peers):
            return True
        return None if any(one.matches is None for one in self.peers) else False

    @property
    def port_matches(self) -> bool:
        """Whether some port matches."""
        return not self.ports or any(one.matches for one in self.ports)

    @property
    def distance(self) -> tuple[int, int]:
        """How near the rule is to matching, nearest first: the conditions that fail, and among equals a rule that is
        meant for the other side before one for everyone."""
        peers = 0 if self.peer_matches is not False else min(one.distance for one in self.peers)
        return peers + (not self.port_matches), not self.peers


@dataclass(frozen=True, slots=True)
class Selecting:
    """A policy that isolates the side in this direction."""

    policy: NetworkPolicy
    conditions: tuple[Condition, ...]
    """Of its podSelector, with the labels that meet them; none where it selects every pod of the namespace."""
    rules: tuple[RuleTried, ...]


@dataclass(frozen=True, slots=True)
class NotSelecting:
    """A policy of the side's namespace that does not isolate it in this direction."""

    policy: NetworkPolicy
    failing: tuple[Condition, ...]
    """None where it selects the pod, and only not for this direction."""


@dataclass(frozen=True, slots=True)
class DirectionExplained:
    """One direction of the flow."""

    decision: DirectionDecision
    selecting: tuple[Selecting, ...] = ()
    not_selecting: tuple[NotSelecting, ...] = ()
    """Nearest to selecting first."""

    @property
    def tried(self) -> tuple[RuleTried, ...]:
        """Every rule that was tried: those that match first, then the nearest."""
        rules = [rule for one in self.selecting for rule in one.rules]
        return tuple(sorted(rules, key=lambda rule: (rule.matches is not True, rule.matches is False, rule.distance)))

    @property
    def deciding(self) -> RuleMatch | None:
        """The rule that let the flow through, where one did."""
        return self.decision.matches[0] if self.decision.matches else None

    @property
    def also(self) -> tuple[RuleMatch, ...]:
        """The other rules that match: they would let the flow through if the deciding one were gone."""
        return self.decision.matches[1:]


@dataclass(frozen=True, slots=True)
class Decider:
    """What decided a flow, in brief."""

    allowed: bool | None
    """None where it depends on an address, or on what is not known of the network plugin."""
    egress: RuleMatch | Reason | None
    """The first rule that matches, or why there is none; None where that is open."""
    ingress: RuleMatch | Reason | None


@dataclass(frozen=True, slots=True)
class PortsDecided:
    """Destination ports of one protocol that are decided alike."""

    protocol: int
    first: int
    """1..65535, as `last`; both are 0 of a protocol without ports."""
    last: int
    decider: Decider


@dataclass(frozen=True, slots=True)
class MembersDecided:
    """Members of a side that are decided alike, the other side being the one shown."""

    decider: Decider
    number: int
    names: tuple[str, ...]
    """The first of them."""


@dataclass(frozen=True, slots=True)
class AddressesDecided:
    """Addresses of a side that are decided alike."""

    decider: Decider
    ranges: tuple[AddressRange, ...]


@dataclass(frozen=True, slots=True)
class SideExplained:
    """A side as it was asked for, and how the others that it stands for are decided."""

    text: str
    """As written."""
    kind: Literal["pods", "addresses", "nodes"]
    number: int
    """The workloads (or nodes) of the input that it stands for; 0 of addresses, and where nothing was loaded."""
    members: tuple[MembersDecided, ...] = ()
    """One where all are decided alike; the shown one's first."""
    addresses: tuple[AddressesDecided, ...] = ()
    """The parts of a CIDR or another range of addresses that no pod is known to have, the shown one's first."""

    @property
    def mixed(self) -> bool:
        """Whether not all that it stands for have one verdict."""
        verdicts = [one.decider.allowed for one in self.members] + [one.decider.allowed for one in self.addresses]
        return len(set(verdicts)) > 1


@dataclass(frozen=True, slots=True)
class AtAddresses:
    """A case: the address of a side, which the input does not give, lies in one of these ranges."""

    side: SideName
    ranges: tuple[AddressRange, ...]


@dataclass(frozen=True, slots=True)
class OnOneNode:
    """A case: one side is the node of the other, or on its network, or not; the input does not say."""

    same: bool


@dataclass(frozen=True, slots=True)
class Answering:
    """A case: the plugin answers so to matters of which its answers are not verified."""

    answers: tuple[tuple[Matter, bool], ...]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What the verdict is in one case of what the input does not say."""

    when: AtAddresses | OnOneNode | Answering
    decider: Decider


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Known network plugins on which the flow has another verdict than the one shown."""

    plugins: tuple[str, ...]
    """Names, as `--cni` takes them."""
    allowed: bool | None
    """None where it turns on an answer that is not verified."""
    turns_on: tuple[tuple[Matter, bool], ...]
    """The answers of theirs that make the difference; of those that are not verified, the one that would."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One flow, and why it is allowed or denied."""

    source: SideExplained
    destination: SideExplained
    asked: Ports
    """As asked for; empty where no port was."""
    witness: Witness
    """The flow that is explained, decided by the evaluator and by the encoding."""
    egress: DirectionExplained
    ingress: DirectionExplained
    ports: tuple[PortsDecided, ...]
    """Every destination port of TCP, UDP and SCTP between the two sides, and protocols without ports that are asked
    for."""
    cases: tuple[OpenCase, ...] = ()
    """Where the verdict depends on what the input does not say: what it is in each case; the shown one's first."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Where no plugin was named."""
    caveats: tuple[str, ...] = ()
    """What else a reader should know, in words."""
    reading: str = "spec"
    basis: Basis | None = field(default=None, compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def verdict(self) -> Literal["allowed", "denied", "depends"]:
        """Of the flow that is explained."""
        if len({case.decider.allowed for case in self.cases}) > 1:
            return "depends"
        return "allowed" if self.witness.decision.allowed else "denied"

    @property
    def asked_ports(self) -> tuple[PortsDecided, ...]:
        """The part of `ports` that was asked for; none where no port was."""
        found = []
        for item in self.asked:
            for one in self.ports:
                first, last = max(one.first, item.first or 0), min(one.last, item.last or 65535)
                if one.protocol == item.protocol and first <= last:
                    found.append(PortsDecided(one.protocol, first, last, one.decider))
        return tuple(found)

    @property
    def mixed_ports(self) -> bool:
        """Whether not all ports that were asked for have one verdict."""
        return len({one.decider.allowed for one in self.asked_ports}) > 1

    @property
    def exit_code(self) -> int:
        """0 if all that was asked about is allowed, 1 if all of it is denied, 2 if there is no one answer: it depends
        on what is not known, or differs between members of a side, addresses or ports."""
        if self.verdict == "depends" or self.source.mixed or self.destination.mixed or self.mixed_ports:
            return 2
        return 0 if self.verdict == "allowed" else 1
