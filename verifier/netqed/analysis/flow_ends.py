"""The sides of a stated flow found in a cluster, and the world that the evaluator judges flows in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from netqed.analysis.flow_lines import FlowLine, SideName, closest, shown
from netqed.reference.flow import Address, AddressEnd, End, Flow, PodEnd, World
from netqed.resources.addresses import address_of
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Labels, Workload
from netqed.sources.position import Problem

MOST_SUGGESTIONS: Final = 50
"""Unknown names that get a suggestion; looking through a large cluster for each of thousands would take minutes."""


def world_of(cluster: Cluster, extra_namespaces: Mapping[str, Labels] | None = None) -> World:
    """What the evaluator judges this cluster's flows against.

    `extra_namespaces` exist though the input does not declare them; a declaration in the input wins. A node's addresses
    are those of its Node object and those that the status of its pods gives.
    """
    nodes: dict[str, dict[Address, None]] = defaultdict(dict)
    for node in cluster.nodes:
        nodes[node.name].update(dict.fromkeys(_parsed(node.addresses)))
    for workload in cluster.workloads:
        if workload.node_name is not None and workload.node_addresses:
            nodes[workload.node_name].update(dict.fromkeys(_parsed(workload.node_addresses)))
    declared = {name: namespace.labels for name, namespace in cluster.namespaces.items()}
    return World(
        policies=cluster.policies,
        namespaces={**(extra_namespaces or {}), **declared},
        nodes={name: tuple(addresses) for name, addresses in nodes.items()},
    )


def pod_end(workload: Workload, cluster: Cluster, *, address: Address | None = None) -> PodEnd:
    """A workload as one side of a flow, at the given address; None is not known.

    A pod is itself and no other. A template stands for any of its pods, so that two ends of one template are two pods.
    """
    listed = (a for node in cluster.nodes if node.name == workload.node_name for a in _parsed(node.addresses))
    return _pod_end(workload, tuple(listed), address)


def _pod_end(workload: Workload, listed: tuple[Address, ...], address: Address | None = None) -> PodEnd:
    """`pod_end`, given the addresses that the input lists for the workload's node."""
    return PodEnd(
        namespace=workload.namespace,
        labels=workload.labels,
        address=address,
        container_ports=workload.container_ports,
        host_network=workload.host_network,
        node=workload.node_name,
        node_addresses=tuple(dict.fromkeys((*_parsed(workload.node_addresses), *listed))),
        identity="" if workload.is_template else workload.display,
    )


def known_addresses(workload: Workload, world: World) -> tuple[Address, ...]:
    """The addresses that the workload's pod is known to have, IPv4 first; none for a template on the pod network.

    A host-networked workload is at its node's addresses (A7, fact 43).
    """
    own = _parsed(workload.addresses)
    if not own and workload.host_network:
        own = _parsed(workload.node_addresses)
        if not own and workload.node_name is not None:
            own = (world.nodes or {}).get(workload.node_name, ())
    return tuple(sorted(own, key=lambda address: address.version))


def _parsed(addresses: Iterable[str]) -> tuple[Address, ...]:
    return tuple(address_of(address) for address in addresses)


@dataclass(frozen=True, slots=True)
class _Found:
    """A side that was found, before its address is chosen among `addresses`; none are known where that is empty."""

    end: End
    addresses: tuple[Address, ...]
    words: str


class Directory:
    """Finds the sides of stated flows among a cluster's workloads and nodes, by name and by address."""

    def __init__(self, cluster: Cluster, world: World) -> None:
        self._world = world
        self._listed = {node.name: _parsed(node.addresses) for node in cluster.nodes}
        self._by_name: dict[str, Workload] = {}
        self._pods: dict[Address, list[Workload]] = defaultdict(list)
        self._nodes: dict[Address, str | None] = {}
        self._found: dict[str, _Found] = {}
        self._suggestions: dict[str, str | None] = {}
        for workload in cluster.workloads:
            self._by_name[f"{workload.namespace}/{workload.kind.lower()}/{workload.name}"] = workload
            for address in _parsed(workload.addresses):
                if workload.host_network:
                    self._nodes[address] = self._nodes.get(address) or workload.node_name
                else:
                    self._pods[address].append(workload)
        for name, addresses in (world.nodes or {}).items():
            self._nodes.update(dict.fromkeys(addresses, name))

    def resolve(self, line: FlowLine) -> Flow | list[Problem]:
        """The flow that a line states, or what is wrong with it.

        Where a side's address is not stated, a pod uses its own, of a family that the other side has too; IPv4 where
        there is a choice.
        """
        source, destination = self._side(line, "src"), self._side(line, "dst")
        problems = [side for side in (source, destination) if isinstance(side, Problem)]
        if isinstance(source, Problem) or isinstance(destination, Problem):
            return problems
        pair = _common_family(source.addresses, destination.addresses)
        if pair is None:
            message = f"mixed families: {_with_families(source)} to {_with_families(destination)}"
            return [line.problem(message, "src_ip", "dst_ip", hint="give both sides addresses of one family")]
        return Flow(_at(source.end, pair[0]), _at(destination.end, pair[1]), line.protocol, line.port)

    def may_share_a_node(self, other: End, pod: End) -> bool:
        """Whether one side may be the node that the other, a pod, runs on, though the input does not say that it is.

        What comes from that node always enters (A6, fact 40), and some plugins let pass what goes to it (fact 41). It
        must be a node, or a pod that uses its node's network (A7, fact 43). Names of both nodes tell them apart, and so
        do addresses of one family. An address that the input gives to no node is outside. A pod is where the input
        says that it is; the node is open of a template's pods only.
        """
        if not isinstance(pod, PodEnd):
            return False
        if not (other.host_network if isinstance(other, PodEnd) else other.address in self._nodes):
            return False
        if other.node is not None and pod.node is not None:
            return False
        if pod.identity and not (isinstance(other, PodEnd) and not other.identity):
            return False
        address = other.address
        own = (*pod.node_addresses, *(self._world.nodes or {}).get(pod.node or "", ()))
        return address is None or all(one.version != address.version for one in own)

    def _side(self, line: FlowLine, key: SideName) -> _Found | Problem:
        """One side of a line: the workload it names, or whatever has the address that it gives."""
        side = line.side(key)
        if side.name is not None:
            workload = self._named(side.name)
            if workload is None:
                return line.problem(f"unknown pod or workload {shown(side.name)}", key, hint=self._hint(side.name))
            stated = None if side.address is None else (side.address,)
            return self._workload(workload, stated)
        address = side.address
        if address is None:
            raise ValueError(f"{key} states neither a name nor an address")
        pods = self._pods.get(address, [])
        if len(pods) > 1:
            names = " and ".join(pod.display for pod in pods[:3]) + (" and others" if len(pods) > 3 else "")
            hint = f"name the one that is meant in {key}"
            return line.problem(f"{address} is the address of {names}", f"{key}_ip", hint=hint)
        if pods:
            return self._workload(pods[0], (address,))
        return _Found(AddressEnd(address, self._nodes.get(address)), (address,), str(address))

    def _workload(self, workload: Workload, stated: tuple[Address, ...] | None) -> _Found:
        """A workload at the addresses that are stated, else at those it is known to have."""
        found = self._found.get(workload.display)
        if found is None:
            end = _pod_end(workload, self._listed.get(workload.node_name or "", ()))
            found = _Found(end, known_addresses(workload, self._world), workload.display)
            self._found[workload.display] = found
        return found if stated is None else replace(found, addresses=stated)

    def _named(self, name: str) -> Workload | None:
        """The workload of a name: `namespace/pod`, or `namespace/kind/name` with the kind in either case."""
        match name.split("/"):
            case [namespace, pod]:
                return self._by_name.get(f"{namespace}/pod/{pod}")
            case [namespace, kind, last]:
                return self._by_name.get(f"{namespace}/{kind.lower()}/{last}")
            case _:
                return None

    def _hint(self, name: str) -> str:
        """One thing to do about an unknown name."""
        if name not in self._suggestions and len(self._suggestions) < MOST_SUGGESTIONS:
            last = name.rsplit("/", 1)[-1]
            same = [w.display for w in self._by_name.values() if w.name == last]
            near = closest(name, same) or (same[0] if len(same) == 1 else None)
            self._suggestions[name] = near or closest(name, [w.display for w in self._by_name.values()])
        suggestion = self._suggestions.get(name)
        if suggestion is not None:
            return f'did you mean "{suggestion}"?'
        return 'write "namespace/pod" or "namespace/kind/name" of something in the input, or null and an address'


def _at(end: End, address: Address | None) -> End:
    """The end at an address; an end that is an address already has its own."""
    return replace(end, address=address) if isinstance(end, PodEnd) else end


def _common_family(
    sources: tuple[Address, ...], destinations: tuple[Address, ...]
) -> tuple[Address | None, Address | None] | None:
    """An address for each side, of one family; None for a side of which none is known. None if no family is common."""
    if not sources or not destinations:
        return next(iter(sources), None), next(iter(destinations), None)
    for source in sources:
        for destination in destinations:
            if source.version == destination.version:
                return source, destination
    return None


def _with_families(side: _Found) -> str:
    """A side and the families of its addresses."""
    families = dict.fromkeys(f"IPv{address.version}" for address in side.addresses)
    return f"{side.words} ({', '.join(families)})"
