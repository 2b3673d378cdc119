"""Short ways to write policies and flows, and to have the evaluator judge them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.reference.evaluate import decide
from netqed.reference.flow import Address, AddressEnd, Decision, End, Flow, PodEnd, World
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    Labels,
    LabelSelector,
    NetworkPolicy,
    Operator,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
)

TCP, UDP, SCTP, ICMP = 6, 17, 132, 1
EVERYTHING = LabelSelector()


def matching(**labels: str) -> LabelSelector:
    """A selector by matchLabels."""
    return LabelSelector(match_labels=tuple(labels.items()))


def expression(key: str, operator: Operator, *values: str) -> LabelSelector:
    """A selector of one item of matchExpressions."""
    return LabelSelector(match_expressions=(Requirement(key, operator, values),))


def pods(selector: LabelSelector | None = None, namespaces: LabelSelector | None = None) -> PolicyPeer:
    """A peer by selectors."""
    return PolicyPeer(pod_selector=selector, namespace_selector=namespaces)


def block(cidr: str, *excepted: str) -> PolicyPeer:
    """A peer by addresses."""
    return PolicyPeer(ip_block=IPBlock(cidr, excepted or None))


def rule(*peers: PolicyPeer, ports: tuple[PolicyPort, ...] | None = None) -> PolicyRule:
    """A rule; without peers its `from` or `to` is absent."""
    return PolicyRule(peers=peers or None, ports=ports)


def policy(
    *,
    namespace: str = "a",
    name: str = "policy",
    selector: LabelSelector | None = EVERYTHING,
    types: tuple[str, ...] | None = None,
    ingress: tuple[PolicyRule, ...] | None = None,
    egress: tuple[PolicyRule, ...] | None = None,
) -> NetworkPolicy:
    """A policy in namespace a."""
    return NetworkPolicy(namespace, name, selector, types, ingress, egress)


def pod(
    namespace: str = "a",
    labels: Labels | None = None,
    address: str | None = "10.0.0.1",
    *,
    identity: str = "",
    ports: tuple[ContainerPort, ...] = (),
    host_network: bool = False,
    node: str | None = None,
    node_addresses: tuple[str, ...] = (),
) -> PodEnd:
    """A pod in namespace a at 10.0.0.1, no other pod's double."""
    return PodEnd(
        namespace=namespace,
        labels=labels or {},
        address=None if address is None else ip_address(address),
        container_ports=ports,
        host_network=host_network,
        node=node,
        node_addresses=tuple(ip_address(a) for a in node_addresses),
        identity=identity,
    )


def answering(*yes: Matter, no: tuple[Matter, ...] = ()) -> Reading:
    """The reading `spec` but for these answers."""
    return Reading((SPEC.yes | set(yes)) - set(no))


def at(address: str, node: str | None = None) -> AddressEnd:
    """Something that is no pod."""
    return AddressEnd(ip_address(address), node)


def judge(
    policies: NetworkPolicy | tuple[NetworkPolicy, ...],
    source: End,
    destination: End,
    port: int | None = 80,
    protocol: int = TCP,
    *,
    namespaces: Mapping[str, Labels] | None = None,
    nodes: Mapping[str, tuple[str, ...]] | None = None,
    reading: Reading = SPEC,
) -> Decision:
    """The evaluator's decision of one flow."""
    parsed: dict[str, tuple[Address, ...]] = {
        name: tuple(ip_address(a) for a in addresses) for name, addresses in (nodes or {}).items()
    }
    world = World(policies if isinstance(policies, tuple) else (policies,), namespaces, parsed, reading)
    return decide(Flow(source, destination, protocol, port), world)


def allowed(*arguments: Any, **options: Any) -> bool:
    """Whether `judge` of the same arguments lets the flow through."""
    return judge(*arguments, **options).allowed
