"""Invariants that a cluster's policies may have been written for: candidates, to be kept where they hold.

They are read off the policies' own selectors and peers, roughly. Nothing rests on how well they are guessed, since each
is asked of the solver before it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Final

from netqed.analysis.endpoints import pods_of
from netqed.analysis.membership import Membership
from netqed.analysis.roster import Roster
from netqed.lowering.networkpolicy import effective_directions
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Requirement
from netqed.spec.document import Spec
from netqed.spec.labels import NAMESPACE_NAME_LABEL, namespace_fault
from netqed.spec.meaning import PROTOCOL_NUMBERS
from netqed.spec.rendering import render_endpoint
from netqed.spec.sentences import (
    AnyOf,
    Block,
    BuiltIn,
    CannotReach,
    Endpoint,
    Exception_,
    Invariant,
    Isolated,
    NoOtherNamespace,
    OnlyCanReach,
    Pods,
    PortRange,
    Ports,
)
from netqed_smt.model import Direction

MAX_EXCEPTIONS: Final = 6
"""Exceptions (or endpoints of `only`) in one sentence; one that would need more is not written."""

MAX_NAMESPACES: Final = 20
"""Namespaces with policies that get sections of their own."""
MAX_SELECTIONS: Final = 8
"""Selections of pods in one namespace, for each direction."""
MAX_NAMED: Final = 3
"""Things of one sort that were left out and are named; the others are counted."""
MAX_PAIRED: Final = 12
"""In a cluster with more namespaces than this, pairs of them are left out: nobody would read so many."""

ANYTHING: Final = BuiltIn("anything")
INTERNET: Final = BuiltIn("internet")
OUTSIDE: Final = BuiltIn("outside")
ANY_POD: Final = BuiltIn("any pod")
EXEMPT_HOSTS: Final = Exception_(either=BuiltIn("host-networked"))
EXEMPT_NODES: Final = Exception_(None, BuiltIn("nodes"))
"""Whether a pod may always send to its own node is left to network plugins (A6, fact 41)."""

_ALL: Final = LabelSelector()
_EVERY_NAMESPACE: Final = LabelSelector((), (Requirement(NAMESPACE_NAME_LABEL, "Exists"),))
"""`ns(…)` for any namespace: the API server sets this label on each (A4, fact 31)."""


@dataclass(frozen=True, slots=True)
class Governed:
    """Pods that policies isolate in one direction, with every rule of the policies that select all of them."""

    pods: Pods
    rules: tuple[PolicyRule, ...]

    @property
    def whole(self) -> bool:
        """Whether these are all pods of their namespace."""
        return self.pods.selector is None


@dataclass(frozen=True, slots=True)
class Section:
    """Candidates under one heading, the most telling first."""

    heading: str
    invariants: tuple[Invariant, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates of a cluster in the order of a spec, and what was left out for length, in words."""

    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """The policies that select none of the workloads that were read, and so are spoken of by no invariant."""
    on_hosts: tuple[str, ...] = ()
    """The policies that select workloads on their node's network only, where they have no effect (A7, fact 44)."""

    @classmethod
    def of(cls, cluster: Cluster) -> Candidates:
        """Return the candidates for a cluster; the same for the same cluster, and bounded in number."""
        unread, on_hosts = _idle(cluster)
        ingress, egress = (
            governed(replace(cluster, policies=tuple(one for one in cluster.policies if one.key not in on_hosts)), way)
            for way in (Direction.INGRESS, Direction.EGRESS)
        )
        policed = [name for name in inhabited(cluster) if name in ingress or name in egress]
        left_out: list[str] = []
        if len(policed) > MAX_NAMESPACES:
            left_out.append(
                f"{len(policed) - MAX_NAMESPACES} namespaces with policies, from {policed[MAX_NAMESPACES]} on"
            )
            policed = policed[:MAX_NAMESPACES]
        closed_in = {name for name in policed if any(one.whole for one in ingress.get(name, ()))}
        closed_out = {name for name in policed if any(one.whole for one in egress.get(name, ()))}
        pairs = _pairs(inhabited(cluster), closed_in, closed_out)
        if pairs and len(inhabited(cluster)) > MAX_PAIRED:
            left_out.append(f"which of the {len(inhabited(cluster))} namespaces cannot reach which other")
            pairs = {}
        sections = [Section("The whole cluster", tuple(_of_cluster()))] if policed else []
        for name in sorted({*policed, *pairs}):
            entering, leaving = ingress.get(name, []), egress.get(name, [])
            if name not in policed:
                entering, leaving = [], []
            beyond = dict.fromkeys(one.pods for one in (*entering[MAX_SELECTIONS:], *leaving[MAX_SELECTIONS:]))
            if beyond:
                said = named([render_endpoint(one) for one in beyond])
                left_out.append(f"{len(beyond)} of the selections that policies make in {name}: {said}")
            pods = Pods(name)
            into: list[Invariant] = [Isolated(pods), CannotReach(INTERNET, pods)] if name in closed_in else []
            into += [CannotReach(Pods(source), pods) for source in pairs.get(name, ())]
            into += [found for one in entering[:MAX_SELECTIONS] for found in _of_ingress(one)]
            sections.append(Section(f"{name}: who gets in", tuple(dict.fromkeys(into))))
            out = [found for one in leaving[:MAX_SELECTIONS] for found in _of_egress(one)]
            sections.append(Section(f"{name}: what gets out", tuple(dict.fromkeys(out))))
        if any(workload.host_network for workload in cluster.workloads):
            sections = [replace(one, invariants=tuple(_with_exemptions(one.invariants))) for one in sections]
        return cls(tuple(sections), tuple(left_out), unread, on_hosts)


def named(names: Sequence[str]) -> str:
    """The first of some names, and how many there are besides."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _idle(cluster: Cluster) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The policies that select labels of no workload that was read, and those that select host-networked ones only."""
    roster = Roster(cluster, Spec())
    membership = Membership(roster)
    unread: list[str] = []
    on_hosts: list[str] = []
    for policy in cluster.policies:
        if policy.pod_selector in (None, _ALL):
            continue
        members = membership.members(pods_of(Pods(policy.namespace, policy.pod_selector)))
        if not members:
            unread.append(policy.key)
        elif all(roster.workloads[index].host_network for index in members):
            on_hosts.append(policy.key)
    return tuple(unread), tuple(on_hosts)


def _with_exemptions(invariants: Iterable[Invariant]) -> Iterator[Invariant]:
    """Each invariant, and after it the same but for host-networked pods: no policy governs those."""
    for invariant in invariants:
        yield invariant
        yield replace(invariant, exceptions=(*invariant.exceptions, EXEMPT_HOSTS))


def inhabited(cluster: Cluster) -> tuple[str, ...]:
    """The namespaces that hold workloads or policies, sorted; without those that the API server would not take."""
    found = {one.namespace for one in cluster.workloads} | {one.namespace for one in cluster.policies}
    return tuple(sorted(name for name in found if namespace_fault(name) is None))


def _pairs(namespaces: Sequence[str], closed_in: set[str], closed_out: set[str]) -> dict[str, list[str]]:
    """By destination, the sources that may be shut out: policies must isolate one of the two whole, or a pod that no
    policy selects may come."""
    found: dict[str, list[str]] = {}
    for destination in namespaces:
        for source in namespaces:
            if source != destination and (destination in closed_in or source in closed_out):
                found.setdefault(destination, []).append(source)
    return found


def stronger(invariant: Invariant) -> Iterator[Invariant]:
    """The candidates each of which says all that a candidate says."""
    if invariant.exceptions[-1:] == (EXEMPT_HOSTS,):
        plain = replace(invariant, exceptions=invariant.exceptions[:-1])
        yield plain
        for one in stronger(plain):
            yield one
            yield replace(one, exceptions=(*one.exceptions, EXEMPT_HOSTS))
        return
    match invariant:
        case CannotReach(Pods() as source, Pods() as destination):
            yield NoOtherNamespace()
            for pods in (source, destination):
                yield Isolated(pods)
            yield CannotReach(ANYTHING, destination)
            yield _shut_in(source)
        case CannotReach(Pods() as source, BuiltIn("internet")):
            whole = Pods(source.namespace)
            yield CannotReach(ANY_POD, INTERNET)
            yield Isolated(whole)
            yield _shut_in(source)
            if source != whole:
                yield CannotReach(whole, INTERNET)
                yield _shut_in(whole)
        case CannotReach(BuiltIn("internet"), Pods() as destination):
            yield CannotReach(INTERNET, ANY_POD)
            yield Isolated(destination)
            yield CannotReach(ANYTHING, destination)
            yield CannotReach(OUTSIDE, destination)
        case CannotReach(BuiltIn("outside"), Pods() as destination):
            whole = Pods(destination.namespace)
            for whence in (OUTSIDE, ANYTHING):
                for pods in (destination, whole):
                    bare = CannotReach(whence, pods)
                    if invariant != bare:
                        yield bare
            yield Isolated(whole)
        case OnlyCanReach(_, Pods() as destination) | CannotReach(BuiltIn("anything"), Pods() as destination):
            bare = CannotReach(ANYTHING, destination)
            if invariant != bare:
                yield bare
            if destination.selector is not None:
                yield CannotReach(ANYTHING, Pods(destination.namespace))
        case CannotReach(Pods() as source, BuiltIn("anything")):
            bare = _shut_in(source)
            if invariant != bare:
                yield bare
            if source.selector is not None:
                yield _shut_in(Pods(source.namespace))
        case _:
            return


def governed(cluster: Cluster, direction: Direction) -> dict[str, list[Governed]]:
    """By namespace, what its policies isolate in a direction: the whole namespace first, then by selector, in the order
    of the policies."""
    found: dict[str, list[Governed]] = {}
    policies: dict[str, list[NetworkPolicy]] = defaultdict(list)
    for policy in cluster.policies:
        if direction in effective_directions(policy):
            policies[policy.namespace].append(policy)
    for namespace, listed in sorted(policies.items()):
        selectors = list(dict.fromkeys(policy.pod_selector or _ALL for policy in listed))
        selectors.sort(key=lambda selector: selector != _ALL)
        found[namespace] = [
            Governed(
                Pods(namespace, None if selector == _ALL else selector),
                tuple(
                    rule
                    for policy in listed
                    if (policy.pod_selector or _ALL) in (selector, _ALL)
                    for rule in (policy.ingress if direction is Direction.INGRESS else policy.egress) or ()
                ),
            )
            for selector in selectors
        ]
    return found


def _of_ingress(one: Governed) -> Iterator[Invariant]:
    """What may hold of who gets in."""
    if not one.rules:
        yield CannotReach(ANYTHING, one.pods)
        return
    namespace = str(one.pods.namespace)
    everyone = _peers(one.rules, namespace)
    if everyone is not None:
        yield _only(everyone, one.pods)
    by_ports: dict[Ports, list[PolicyRule]] = defaultdict(list)
    for rule in one.rules:
        by_ports[_ports(rule.ports)].append(rule)
    for ports, rules in by_ports.items():
        peers = _peers(rules, namespace)
        if ports and peers is not None and peers != everyone:
            yield _only(peers, one.pods, ports)
    if () not in by_ports:
        ports = tuple(dict.fromkeys(item for ports in by_ports for item in ports))
        yield CannotReach(ANYTHING, one.pods, (), (Exception_(ports=ports),))


def _only(peers: Endpoint, pods: Pods, ports: Ports = ()) -> Invariant:
    """That only these may enter; where every pod may, that nothing outside does, which says the same."""
    items = peers.items if isinstance(peers, AnyOf) else (peers,)
    if ANY_POD not in items:
        return OnlyCanReach(peers, pods, ports)
    others = tuple(one for one in items if one != ANY_POD)
    if not others:
        return CannotReach(OUTSIDE, pods, ports)
    return CannotReach(OUTSIDE, pods, ports, (Exception_(others[0] if len(others) == 1 else AnyOf(others)),))


def _of_egress(one: Governed) -> Iterator[Invariant]:
    """What may hold of what gets out."""
    if not one.rules:
        yield _shut_in(one.pods)
        return
    yield CannotReach(one.pods, INTERNET)
    exceptions: list[Exception_] = []
    for rule in one.rules:
        ports = _ports(rule.ports)
        peers = _peers((rule,), str(one.pods.namespace)) if rule.peers else None
        if (peers is None and rule.peers) or (peers is None and not ports):
            return
        exceptions.append(Exception_(None, peers, ports))
    exceptions = list(dict.fromkeys(exceptions))
    if len(exceptions) <= MAX_EXCEPTIONS:
        yield _shut_in(one.pods, exceptions)


def _shut_in(pods: Pods, exceptions: Sequence[Exception_] = ()) -> CannotReach:
    """That the pods reach nothing, but for what is excepted and for nodes."""
    return CannotReach(pods, ANYTHING, (), (*exceptions, EXEMPT_NODES))


def _of_cluster() -> Iterator[Invariant]:
    """What may hold of all namespaces."""
    yield NoOtherNamespace()
    yield CannotReach(INTERNET, ANY_POD)
    yield CannotReach(ANY_POD, INTERNET)


def _peers(rules: Iterable[PolicyRule], namespace: str) -> Endpoint | None:
    """Everyone whom the rules name; None where one names nobody in particular, or they name too many."""
    found: list[Endpoint] = []
    for rule in rules:
        if not rule.peers:
            return None
        for peer in rule.peers:
            endpoint = _peer(peer, namespace)
            if endpoint is None:
                return None
            found.append(endpoint)
    found = list(dict.fromkeys(found))
    if ANY_POD in found:
        found = [one for one in found if isinstance(one, Block | BuiltIn)]
    if not found or len(found) > MAX_EXCEPTIONS:
        return None
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _peer(peer: PolicyPeer, namespace: str) -> Endpoint | None:
    """A peer as an endpoint that holds at least what the peer admits; a block's exceptions are not taken out of it."""
    if peer.ip_block is not None:
        return Block(ip_network(peer.ip_block.cidr, strict=False))
    pods = None if peer.pod_selector in (None, _ALL) else peer.pod_selector
    spaces = peer.namespace_selector
    if spaces is None:
        return Pods(namespace, pods)
    if spaces == _ALL:
        return ANY_POD if pods is None else Pods(_EVERY_NAMESPACE, pods)
    if not spaces.match_expressions and [key for key, _ in spaces.match_labels] == [NAMESPACE_NAME_LABEL]:
        return Pods(spaces.match_labels[0][1], pods)
    return Pods(spaces, pods)


def _ports(ports: Sequence[PolicyPort] | None) -> Ports:
    """The ports of a rule; () where it names none, or one by name, which may stand for several numbers."""
    found: list[PortRange] = []
    for port in ports or ():
        if isinstance(port.port, str):
            return ()
        protocol = PROTOCOL_NUMBERS[port.protocol or "TCP"]
        if port.port is None:
            found.append(PortRange(protocol))
        else:
            found.append(PortRange(protocol, port.port, port.end_port or port.port))
    return tuple(dict.fromkeys(found))
