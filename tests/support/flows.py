"""Hypothesis strategies for concrete flows, most of them aimed at a rule of the cluster, and the world they run in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from hypothesis import strategies as st

from netqed.reference.flow import Address, AddressEnd, End, Flow, PodEnd, World
from netqed.reference.selectors import selector_matches
from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    Labels,
    LabelSelector,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Workload,
)
from support.strategies import NAMESPACES, NODES, PORTS, container_ports, index, labels, pick

Network = IPv4Network | IPv6Network
OUTSIDE_ADDRESSES = ("203.0.113.7", "198.51.100.1", "8.8.8.8", "2001:db8::7", "2001:4860::8888")


def world_of(cluster: Cluster) -> World:
    """The world that a cluster's flows are judged in."""
    return World(
        policies=cluster.policies,
        namespaces={name: namespace.labels for name, namespace in cluster.namespaces.items()},
        nodes={node.name: tuple(ip_address(a) for a in node.addresses) for node in cluster.nodes},
    )


def written_blocks(policies_: Iterable[NetworkPolicy]) -> list[IPBlock]:
    """Every block that the policies hold."""
    return [
        peer.ip_block
        for policy in policies_
        for rule in (*(policy.ingress or ()), *(policy.egress or ()))
        for peer in rule.peers or ()
        if peer.ip_block is not None
    ]


def written_ports(policies_: Iterable[NetworkPolicy]) -> list[PolicyPort]:
    """Every item of `ports` that the policies hold."""
    return [
        port
        for policy in policies_
        for rule in (*(policy.ingress or ()), *(policy.egress or ()))
        for port in rule.ports or ()
    ]


def parse_block(block: IPBlock) -> tuple[Network, tuple[Network, ...]]:
    """A block and its `except` as networks, host bits masked (A9, fact 57)."""
    return ip_network(block.cidr, strict=False), tuple(ip_network(e, strict=False) for e in block.except_ or ())


def edge_addresses(policies_: Iterable[NetworkPolicy], version: int) -> list[Address]:
    """The first and last address of every block and `except`, and their neighbours outside it."""
    found: list[Address] = []
    for block in written_blocks(policies_):
        inside, cut = parse_block(block)
        for network in (inside, *cut):
            if network.version == version:
                first, last = int(network[0]), int(network[-1])
                found += [address(n, version) for n in (first - 1, first, last, last + 1)]
    return [a for a in found if 0 < int(a) < 2 ** (32 if version == 4 else 128) - 1]


def address(number: int, version: int) -> Address:
    """The address of that number, wrapped into its family."""
    return IPv4Address(number % 2**32) if version == 4 else IPv6Address(number % 2**128)


def edges_of(item: PolicyPort) -> list[int]:
    """The ports at and around what an item of `ports` writes; of a name, those that containers declare."""
    match item.port:
        case int(first):
            last = first if item.end_port is None else item.end_port
            return [p for p in (first - 1, first, min(first + 1, last), last, last + 1) if 1 <= p <= 65535]
        case str():
            return [*PORTS[1:3], 443]
        case None:
            return []


def edge_ports(cluster: Cluster) -> list[int]:
    """Ports at and around every number that policies and containers write."""
    numbers = [1, 80, 65535]
    for port in written_ports(cluster.policies):
        numbers += edges_of(port)
    numbers += [c.number for w in cluster.workloads for c in w.container_ports]
    return sorted({n for n in numbers if 1 <= n <= 65535})


def pod_end(workload: Workload, at: Address, replica: int = 0) -> PodEnd:
    """A workload's pod as a side of a flow; replicas of a template are different pods."""
    return PodEnd(
        namespace=workload.namespace,
        labels=dict(workload.labels),
        address=at,
        container_ports=workload.container_ports,
        host_network=workload.host_network,
        node=workload.node_name,
        node_addresses=tuple(ip_address(a) for a in workload.node_addresses),
        identity=f"{workload.display}#{replica}" if workload.is_template else workload.display,
    )


def known_owner(cluster: Cluster, at: Address) -> End | None:
    """Who in the input has this address: a pod that is not host-networked, else a node; None if nobody."""
    for workload in cluster.workloads:
        if not workload.host_network and str(at) in workload.addresses:
            return pod_end(workload, at)
    for node in NODES:
        if str(at) in node.addresses:
            return AddressEnd(at, node.name)
    return None


def end(draw: st.DrawFn, cluster: Cluster, version: int, replica: int) -> End:
    """One side of a flow: a workload's pod, a pod that is not in the input, a node, or an address outside."""
    which = pick(draw, ("workload", "workload", "workload", "invented", "node", "outside"))
    edges = edge_addresses(cluster.policies, version)
    if which == "outside":
        pool = [a for a in map(ip_address, OUTSIDE_ADDRESSES) if a.version == version]
        at = pick(draw, [*pool, *edges])
        return known_owner(cluster, at) or AddressEnd(at)
    node = pick(draw, NODES)
    node_address = next(a for a in map(ip_address, node.addresses) if a.version == version)
    if which == "node":
        return AddressEnd(node_address, node.name)
    if which == "workload":
        usable = [
            w
            for w in cluster.workloads
            if not w.addresses or any(ip_address(a).version == version for a in w.addresses)
        ]
        if usable:
            workload = pick(draw, usable)
            own = [a for a in map(ip_address, workload.addresses) if a.version == version]
            if own:
                return pod_end(workload, own[0], replica)
            if workload.host_network:
                return pod_end(workload, node_address, replica)
            return pod_end(workload, free_address(draw, cluster, edges, version, replica), replica)
    return PodEnd(
        namespace=pick(draw, (*NAMESPACES, "elsewhere")),
        labels=draw(labels()),
        address=free_address(draw, cluster, edges, version, replica),
        container_ports=draw(container_ports()),
        node=pick(draw, (None, "node-1")),
        identity=f"invented#{replica}",
    )


def free_address(draw: st.DrawFn, cluster: Cluster, edges: Sequence[Address], version: int, replica: int) -> Address:
    """An address for a pod that has none: near an edge of a block where nobody in the input has it."""
    spare = address(int(ip_address("10.77.0.1" if version == 4 else "fd00:77::1")) + replica, version)
    at = pick(draw, [spare, *edges])
    return spare if known_owner(cluster, at) else at


@st.composite
def flows(draw: st.DrawFn, cluster: Cluster) -> Flow:
    """Flows of one family whose sides differ in address, or are one pod, or share a node.

    Most are aimed at a rule of the cluster: its subject governs one side, and the port is at an edge of its ports.
    """
    version = pick(draw, (4, 4, 6))
    targets = [
        (policy, direction, rule)
        for policy in cluster.policies
        for direction, written in (("ingress", policy.ingress), ("egress", policy.egress))
        for rule in written or (PolicyRule(),)
        for _ in range(1 + 2 * bool(rule.peers))
    ]
    protocol = pick(draw, (6, 6, 6, 17, 132, 1, 47))
    port = pick(draw, edge_ports(cluster)) if protocol in (6, 17, 132) else None
    if not targets or draw(index(4)) == 3:
        source = end(draw, cluster, version, 0)
        destination = source if draw(index(8)) == 7 else end(draw, cluster, version, 1)
        return Flow(apart(source, destination, version), destination, protocol, port)
    policy, direction, rule = pick(draw, targets)
    ranges = [port for port in rule.ports or () if port.end_port is not None]
    item = pick(draw, ranges if ranges and draw(index(2)) == 1 else rule.ports) if rule.ports else PolicyPort()
    if rule.ports and draw(index(8)) < 7:
        protocol = {None: 6, "TCP": 6, "UDP": 17, "SCTP": 132}[item.protocol]
        port = pick(draw, edges_of(item) or edge_ports(cluster))
    blocks = [peer for peer in rule.peers or () if peer.ip_block is not None]
    peer = None
    if rule.peers and draw(index(8)):
        peer = pick(draw, blocks if blocks and draw(index(2)) == 1 else rule.peers)
    if peer is not None and peer.ip_block is not None:
        version = parse_block(peer.ip_block)[0].version
    governed = subject(draw, cluster, policy, version, item)
    other = end(draw, cluster, version, 1) if peer is None else met(draw, cluster, policy, peer, version)
    if direction == "egress":
        destination = other
        if isinstance(destination, PodEnd):
            destination = replace(destination, container_ports=(*destination.container_ports, *named(draw, item)))
            so_named = [c.number for c in destination.container_ports if c.name == item.port is not None]
            if so_named and port is not None and draw(index(4)):
                port = pick(draw, so_named)
        return Flow(governed, apart(destination, governed, version), protocol, port)
    return Flow(apart(other, governed, version), governed, protocol, port)


def subject(draw: st.DrawFn, cluster: Cluster, policy: NetworkPolicy, version: int, item: PolicyPort) -> PodEnd:
    """An invented pod that the policy is likely to select, and that may declare the port that `item` names."""
    return invented(draw, cluster, policy.namespace, policy.pod_selector or LabelSelector(), version, 0, item)


def met(draw: st.DrawFn, cluster: Cluster, policy: NetworkPolicy, peer: PolicyPeer, version: int) -> End:
    """An end that the peer is likely to match: a pod of its labels, or whoever has an address of its block."""
    if peer.ip_block is None:
        spaces = [policy.namespace]
        if peer.namespace_selector is not None:
            world = world_of(cluster)
            fitting = (n for n in NAMESPACES if selector_matches(peer.namespace_selector, namespace_labels(world, n)))
            spaces = list(fitting if draw(index(4)) else NAMESPACES) or list(NAMESPACES)
        # One plugin matches host-networked pods by peers of whole namespaces only.
        selector, whole = peer.pod_selector or LabelSelector(), peer.namespace_selector is not None
        odds = 2 if whole and selector == LabelSelector() else 3
        return invented(draw, cluster, pick(draw, spaces), selector, version, 1, on_host=odds)
    inside, _ = parse_block(peer.ip_block)
    at = address(int(inside[0]) + pick(draw, (1, 2, 9)) % inside.num_addresses, version)
    if (owner := known_owner(cluster, at)) is not None:
        return owner
    match pick(draw, ("pod", "host-networked", "node", "external")):
        case "external":
            return AddressEnd(at)
        case "node":
            return AddressEnd(at, pick(draw, ("node-1", "node-9")))
        case kind:
            node = pick(draw, (None, "node-1", "node-9"))
            on_host = kind == "host-networked"
            return PodEnd(pick(draw, NAMESPACES), draw(labels()), at, (), on_host, node, identity="invented#1")


def invented(
    draw: st.DrawFn,
    cluster: Cluster,
    namespace: str,
    selector: LabelSelector,
    version: int,
    replica: int,
    item: PolicyPort | None = None,
    on_host: int = 6,
) -> PodEnd:
    """A pod that is not in the input, whose labels the selector is likely to match; one in `on_host` of them is on its
    node's network."""
    fitted = draw(labels())
    for requirement in selector.match_expressions:
        match requirement.operator:
            case "In" if draw(index(4)):
                fitted[requirement.key] = requirement.values[0]
            case "Exists" if draw(index(4)):
                fitted.setdefault(requirement.key, "x")
            case "DoesNotExist" | "NotIn" if draw(index(4)):
                fitted.pop(requirement.key, None)
    if draw(index(8)):
        fitted.update(selector.match_labels)
    node = pick(draw, (None, "node-1"))
    host_networked = draw(index(on_host)) == on_host - 1
    own = [a for a in map(ip_address, NODES[0].addresses) if a.version == version]
    return PodEnd(
        namespace=namespace,
        labels=fitted,
        address=own[0]
        if host_networked
        else free_address(draw, cluster, edge_addresses(cluster.policies, version), version, replica),
        container_ports=(*draw(container_ports()), *(named(draw, item) if item is not None else ())),
        host_network=host_networked,
        node=node,
        identity=f"invented#{replica}",
    )


def named(draw: st.DrawFn, item: PolicyPort) -> tuple[ContainerPort, ...]:
    """Container ports under the name that the item names, several numbers at times."""
    if not isinstance(item.port, str):
        return ()
    return tuple(ContainerPort(pick(draw, PORTS[1:3]), item.port, item.protocol) for _ in range(draw(index(3))))


def apart(moved: End, fixed: End, version: int) -> End:
    """`moved`, or an address outside where it would have `fixed`'s address without sharing its host."""
    if moved.address != fixed.address or shares_host(moved, fixed):
        return moved
    return AddressEnd(address(int(ip_address("203.0.113.99" if version == 4 else "2001:db8::99")), version))


def shares_host(source: End, destination: End) -> bool:
    """Whether two ends may have one address: one and the same pod, or a node and what runs on its network."""
    if isinstance(source, PodEnd) and isinstance(destination, PodEnd) and source.identity == destination.identity:
        return True
    on_host = [isinstance(end, AddressEnd) or end.host_network for end in (source, destination)]
    return all(on_host)


def namespace_labels(world: World, name: str) -> Labels:
    """A namespace's labels as the API server has them (A4, fact 31)."""
    return {**(world.namespaces or {}).get(name, {}), "kubernetes.io/metadata.name": name}
