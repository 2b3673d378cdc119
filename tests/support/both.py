"""The difference of two small inputs by brute force: every flow between two endpoints that exist on both sides, each
decided by the evaluator once a side.

Written from the issue's text alone: endpoints are known by name, labels, namespace labels, ports and addresses are each
side's, and what one side alone declares is the same on both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import ip_address
from itertools import product

from netqed.plugins.matters import SPEC, Reading
from netqed.reference.flow import Flow
from netqed.resources.cluster import Cluster
from netqed.resources.objects import Node, Workload
from netqed.spec.document import Scope, Spec
from netqed.spec.sentences import NoOtherNamespace
from support.brute import Question, as_end, at_node
from support.candidates import OTHER_NODE, Candidate, Labels
from support.footprint import NAME_KEY, Footprint, footprint_of
from support.partition import Address, Cell, address_cells, within
from support.universe import CONTROLLER_KEYS, FRESH, Universe, _maps

OTHER_PROTOCOL = 47
"""A protocol that no rule without ports tells from others."""
NO_SENTENCE = NoOtherNamespace()

Pair = tuple[Candidate, Candidate]
Word = str


@dataclass(frozen=True, slots=True)
class Differing:
    """A flow as either side has it, and what each decides."""

    flows: tuple[Flow, Flow]
    allowed: tuple[bool, bool]
    reading: Reading


def completed(old: Cluster, new: Cluster) -> tuple[Cluster, Cluster]:
    """Both inputs, each with what the other alone declares."""
    sides = (old, new)
    names = dict.fromkeys(w.display for cluster in sides for w in cluster.workloads)
    listed = [{w.display: w for w in cluster.workloads} for cluster in sides]
    known = old.object_namespaces | new.object_namespaces
    found = []
    for here, there in ((0, 1), (1, 0)):
        own, other = listed[here], listed[there]
        workloads = [_filled(own.get(n) or other[n], other.get(n) or own[n], sides[there].nodes) for n in names]
        nodes = {node.name: node for node in sides[there].nodes}
        for node in sides[here].nodes:
            others = nodes[node.name].addresses if node.name in nodes else ()
            nodes[node.name] = replace(node, addresses=_by_family(node.addresses, others))
        found.append(
            replace(
                sides[here],
                namespaces={**sides[there].namespaces, **sides[here].namespaces},
                workloads=tuple(workloads),
                nodes=tuple(nodes[name] for name in sorted(nodes)),
                object_namespaces=known,
            )
        )
    return found[0], found[1]


def _filled(own: Workload, other: Workload, nodes: Sequence[Node]) -> Workload:
    """The workload with what the other side alone knows of where it is."""
    node = own.node_name or other.node_name
    same_node = node == (other.node_name or own.node_name)
    filled = replace(own, node_name=node)
    if own.host_network == other.host_network and (same_node or not own.host_network):
        filled = replace(
            filled,
            addresses=_by_family(own.addresses, other.addresses),
            node_addresses=_by_family(own.node_addresses, other.node_addresses),
        )
    return filled


def _by_family(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    versions = {ip_address(text).version for text in own}
    return (*own, *(text for text in others if ip_address(text).version not in versions))


class Both:
    """Two inputs over the same endpoints."""

    def __init__(self, old: Cluster, new: Cluster, spec: Spec, scope: Scope) -> None:
        self.spec, self.scope = spec, scope
        self.clusters = completed(old, new)
        self.universes = [Universe(cluster, spec, NO_SENTENCE, scope) for cluster in self.clusters]
        everything = replace(
            self.clusters[0],
            workloads=(*self.clusters[0].workloads, *self.clusters[1].workloads),
            policies=(*self.clusters[0].policies, *self.clusters[1].policies),
            nodes=(*self.clusters[0].nodes, *self.clusters[1].nodes),
        )
        self.footprint: Footprint = footprint_of(everything, spec, NO_SENTENCE)
        self.questions = [Question(universe) for universe in self.universes]
        for universe in self.universes:
            universe.footprint = self.footprint
        self._of_everything = Question(Universe(everything, spec, NO_SENTENCE, scope))

    # Addresses

    @cached_property
    def _taken(self) -> tuple[frozenset[Address], frozenset[Address]]:
        """Addresses that are a pod's on both sides, and those that are a node's on either."""
        old, new = self.universes
        return old.pod_addresses & new.pod_addresses, old.node_addresses | new.node_addresses

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Addresses that neither the policies nor who has them tell apart, on both sides."""
        old, new = self.universes
        pods, nodes = self._taken
        stated = self.spec.cluster.pod_cidrs
        ranges = (*old.pod_ranges, *new.pod_ranges, *old.node_ranges, *stated, *self.footprint.known)

        def roles(address: Address) -> tuple[bool, ...]:
            return (
                within(address, old.pod_ranges),
                within(address, old.node_ranges),
                within(address, stated),
                address in pods,
                address in nodes,
            )

        return tuple(
            cell
            for family in self.spec.cluster.families
            for cell in address_cells(4 if family == "IPv4" else 6, self.footprint.networks, roles, ranges)
        )

    @cached_property
    def pod_cells(self) -> tuple[tuple[Address, ...], ...]:
        """Addresses that a pod may have of which neither side knows one."""
        pods, nodes = self._taken
        taken = nodes | (pods if self.scope == "now" else frozenset())
        return self._merged(
            cell for cell in self.cells if within(cell.first, self.universes[0].pod_ranges) and cell.first not in taken
        )

    def _merged(self, cells: Iterable[Cell]) -> tuple[tuple[Address, ...], ...]:
        """Cells that the policies do not tell apart, taken together."""
        found: dict[tuple[object, ...], tuple[Address, ...]] = {}
        for cell in cells:
            told = (cell.first.version, *(within(cell.first, (n,)) for n in self.footprint.networks))
            found[told] = (*found.get(told, ()), *cell.addresses)[:2]
        return tuple(found.values())

    # Endpoints

    @cached_property
    def externals(self) -> tuple[Pair, ...]:
        """Addresses that are nobody's on one side or the other, and no node's."""
        pods, nodes = self._taken
        cells = self._merged(
            cell
            for cell in self.cells
            if cell.first not in pods | nodes and not within(cell.first, self.spec.cluster.pod_cidrs)
        )
        return tuple((one, one) for one in (Candidate("external", addresses) for addresses in cells))

    @cached_property
    def nodes(self) -> tuple[Pair, ...]:
        """Nodes by name, and others where there may be others."""
        old, new = ({node.name: node for node in cluster.nodes} for cluster in self.clusters)
        found: list[Pair] = []
        for name in old:
            for at in self._tied(_texts(old[name].addresses), _texts(new[name].addresses)):
                found.append((Candidate("node", at[0], node=name), Candidate("node", at[1], node=name)))
        if self.scope == "always" or not old:
            found += [(one, one) for one in (Candidate("node", cell, node=OTHER_NODE) for cell in self.free_nodes)]
        return tuple(found)

    @cached_property
    def free_nodes(self) -> tuple[tuple[Address, ...], ...]:
        """Addresses that a node may have of which neither side knows any."""
        pods, _ = self._taken
        declared = {ip_address(a) for cluster in self.clusters for node in cluster.nodes for a in node.addresses}
        return tuple(
            cell.addresses
            for cell in self.cells
            if cell.first not in pods | declared and within(cell.first, self.universes[0].node_ranges)
        )

    def _tied(
        self, old: Sequence[tuple[Address, ...]], new: Sequence[tuple[Address, ...]], *, apart: bool = False
    ) -> Iterator[tuple[tuple[Address, ...], tuple[Address, ...]]]:
        """Addresses of one endpoint on both sides: the same, but where both sides say which, and not the same; or where
        it is not in the same network on both (`apart`)."""
        for family in self.spec.cluster.families:
            version = 4 if family == "IPv4" else 6
            first, second = ([at for at in side if at[0].version == version] for side in (old, new))
            if apart or set(first) != set(second):
                yield from product(first, second)
            else:
                yield from ((at, at) for at in first)

    @cached_property
    def pods(self) -> tuple[Pair, ...]:
        """The workloads of both sides and, in `always`, pods that may come."""
        return (*self._workloads(), *(self._invented() if self.scope == "always" else ()))

    def _workloads(self) -> Iterator[Pair]:
        for old, new in zip(self.clusters[0].workloads, self.clusters[1].workloads, strict=True):
            for addresses in self._addresses_of(old, new):
                for spaces in self.namespaces(old.namespace):
                    for added in self._added(old, new):
                        pair = [
                            Candidate(
                                "pod",
                                addresses[side],
                                workload.namespace,
                                spaces[side],
                                tuple(sorted({**workload.labels, **added}.items())),
                                workload,
                                node=None if workload.is_template else workload.node_name,
                            )
                            for side, workload in enumerate((old, new))
                        ]
                        yield pair[0], pair[1]

    def _addresses_of(self, old: Workload, new: Workload) -> Iterator[tuple[tuple[Address, ...], tuple[Address, ...]]]:
        """The addresses of a workload on both sides. One on its node's network, wherever that is, is at one node's."""
        first, second = self._addresses(0, old), self._addresses(1, new)
        anywhere = [pair[0].addresses for pair in self.nodes], [pair[1].addresses for pair in self.nodes]
        if old.host_network and new.host_network and (first, second) == tuple(map(_distinct, anywhere)):
            yield from dict.fromkeys(zip(*anywhere, strict=True))
        else:
            yield from self._tied(first, second, apart=old.host_network != new.host_network)

    def _addresses(self, side: int, workload: Workload) -> list[tuple[Address, ...]]:
        if not workload.is_template and workload.addresses:
            return _texts(workload.addresses)
        if not workload.host_network:
            return [*self.pod_cells]
        node = [n for n in self.clusters[side].nodes if n.name == workload.node_name and not workload.is_template]
        texts = workload.node_addresses or tuple(a for n in node for a in n.addresses)
        if texts and not workload.is_template:
            return _texts(texts)
        return _distinct(pair[side].addresses for pair in self.nodes)

    def _added(self, old: Workload, new: Workload) -> Iterator[Mapping[str, str]]:
        """Labels that a controller gives to the pods of a template, one for all that no selector tells apart."""
        free = {
            key: values
            for key, values in self.footprint.pod_values.items()
            if old.is_template and (key in CONTROLLER_KEYS or key.startswith("batch.kubernetes.io/"))
        }
        seen = set()
        for added in _maps(free):
            told = [self.universes[0]._signature(tuple({**w.labels, **added}.items()), "pod") for w in (old, new)]
            if (key := tuple(map(repr, told))) not in seen:
                seen.add(key)
                yield added

    def namespaces(self, name: str) -> list[tuple[Labels, Labels]]:
        """The labels of a namespace on both sides: as each declares them, else any, and the same."""
        if name in self.universes[0].declared:
            old, new = (
                tuple(sorted({**universe.declared[name], NAME_KEY: name}.items())) for universe in self.universes
            )
            return [(old, new)]
        return [(labels, labels) for labels in self.universes[0].namespace_options(name)]

    def _invented(self) -> Iterator[Pair]:
        universe = self.universes[0]
        others = [FRESH[0]]
        for name in (*sorted(n for n in universe.namespace_names if n in self.footprint.names), *others):
            for spaces in self.namespaces(name):
                seen = set()
                for labels_ in _maps(self.footprint.pod_values):
                    labels = tuple(sorted(labels_.items()))
                    if (signature := repr(universe._signature(labels, "pod"))) in seen:
                        continue
                    seen.add(signature)
                    for addresses in self.pod_cells:
                        old, new = (Candidate("pod", addresses, name, space, labels) for space in spaces)
                        yield old, new

    # Flows

    def differing(self, readings: Sequence[Reading] = (SPEC,)) -> Iterator[Differing]:
        """Every flow that one side allows and the other does not."""
        for source, destination, flows in self.flows():
            old, new = (
                [question.evaluator(source[side], destination[side], reading) for reading in readings]
                for side, question in enumerate(self.questions)
            )
            for pair in flows:
                for reading, here, there in zip(readings, old, new, strict=True):
                    allowed = here.decide(pair[0]).allowed, there.decide(pair[1]).allowed
                    if allowed[0] != allowed[1]:
                        yield Differing(pair, allowed, reading)

    def flows(self) -> Iterator[tuple[Pair, Pair, Iterator[tuple[Flow, Flow]]]]:
        """Every flow between two endpoints, as either side has it, by the endpoints."""
        others = (*self.externals, *self.nodes)
        for destination in (*(named for pod in self.pods for named in self._with_names(pod)), *others):
            for source in (*self.pods, *others):
                if "pod" not in (source[0].kind, destination[0].kind) or self._is_impossible(source, destination):
                    continue
                at = self._at(source, destination)
                if at is not None:
                    yield source, destination, self._on_nodes(source, destination, at)

    def _with_names(self, pod: Pair) -> Iterator[Pair]:
        names = [one.names for one in self.universes[0].with_names(pod[0])]
        yield from ((replace(pod[0], names=chosen), replace(pod[1], names=chosen)) for chosen in names)

    @cached_property
    def traffic(self) -> list[tuple[int, int | None]]:
        """Protocols and ports that the policies of both sides tell apart."""
        return [*self._of_everything.traffic, (OTHER_PROTOCOL, None)]

    @staticmethod
    def _is_impossible(source: Pair, destination: Pair) -> bool:
        """Whether both sides are one pod, or give one namespace two sets of labels."""
        if source[0].workload is not None and destination[0].workload is not None:
            one = source[0].workload
            if one.display == destination[0].workload.display and not one.is_template:
                return True
        return source[0].kind == destination[0].kind == "pod" and any(
            s.namespace == d.namespace and s.namespace_labels != d.namespace_labels
            for s, d in zip(source, destination, strict=True)
        )

    def _at(self, source: Pair, destination: Pair) -> tuple[tuple[Address, Address], ...] | None:
        """The addresses of both ends on both sides, if both can exist at once on both; what is tied has one address."""
        options = []
        for pair in (source, destination):
            if pair[0].addresses == pair[1].addresses:
                options.append([(one, one) for one in pair[0].addresses])
            else:
                options.append([*product(pair[0].addresses, pair[1].addresses)])
        for first, second in product(*options):
            ends = [*zip(first, second, strict=True)]
            if all(
                s.version == d.version
                and (s != d or Question.may_share(source[side], destination[side]) or self._is_left(side, s))
                for side, (s, d) in enumerate(ends)
            ):
                return tuple(ends)
        return None

    def _is_left(self, side: int, address: Address) -> bool:
        """Whether a pod has the address here and nobody has it on the other side."""
        here, there = self.universes[side], self.universes[1 - side]
        return address in here.pod_addresses and address not in there.pod_addresses | there.node_addresses

    def _on_nodes(
        self, source: Pair, destination: Pair, at: tuple[tuple[Address, Address], ...]
    ) -> Iterator[tuple[Flow, Flow]]:
        """The flows of all traffic, once for each choice of nodes that matters; not what a pod's own node, as a node,
        sends it."""
        near = any(
            (at_node(s) and d.kind == "pod") or (s.kind == "pod" and at_node(d))
            for s, d in zip(source, destination, strict=True)
        )
        for places in product(_places(source, destination, near), _places(destination, source, near)):
            nodes = [(places[0][side], places[1][side]) for side in (0, 1)]
            first: tuple[Flow, Flow] | None = None
            for protocol, port in self.traffic:
                if first is not None and not destination[0].names:
                    old, new = (replace_traffic(flow, protocol, port) for flow in first)
                else:
                    old, new = (
                        Flow(
                            as_end(source[side], at[side][0], nodes[side][0], protocol, port, "source"),
                            as_end(destination[side], at[side][1], nodes[side][1], protocol, port, "destination"),
                            protocol,
                            port,
                        )
                        for side in (0, 1)
                    )
                if first is None and near and not self._is_asked(source, destination, (old, new), nodes):
                    break
                first = (old, new)
                yield first

    def _is_asked(
        self, source: Pair, destination: Pair, flows: tuple[Flow, Flow], nodes: list[tuple[str | None, str | None]]
    ) -> bool:
        """Whether the flow can be on both sides, and is not what the destination's own node sends it on both."""
        sides = [*zip(self.questions, source, destination, flows, nodes, strict=True)]
        possible = all(question.is_at_its_node((s, d), flow, on) for question, s, d, flow, on in sides)
        own = [question.from_own_node_itself(s, d, flow, on) for question, s, d, flow, on in sides]
        return possible and not all(own)


def replace_traffic(flow: Flow, protocol: int, port: int | None) -> Flow:
    """The flow with other traffic."""
    return Flow(flow.source, flow.destination, protocol, port)


def _places(pair: Pair, other: Pair, near: bool) -> list[tuple[str | None, str | None]]:
    """The nodes that an endpoint may be on, on both sides: those that are known, else any that the other end is on."""
    known = (pair[0].node, pair[1].node)
    if pair[0].kind != "pod" or not near or known != (None, None):
        return [known]
    shared = dict.fromkeys(one.node or OTHER_NODE for one in other)
    return [known, *((name, name) for name in shared)]


def _distinct(addresses: Iterable[tuple[Address, ...]]) -> list[tuple[Address, ...]]:
    return [*dict.fromkeys(addresses)]


def _texts(addresses: Iterable[str]) -> list[tuple[Address, ...]]:
    return [(ip_address(text),) for text in addresses]


def outcome(signs: Iterable[tuple[bool, bool]]) -> Word:
    """The word for a set of differing flows, given what OLD and NEW allow of each."""
    found = {*signs}
    gained, lost = (False, True) in found, (True, False) in found
    return {
        (False, False): "equivalent",
        (True, False): "wider",
        (False, True): "narrower",
        (True, True): "incomparable",
    }[gained, lost]


def brute_outcome(
    old: Cluster, new: Cluster, spec: Spec, scope: Scope, readings: Sequence[Reading] = (SPEC,)
) -> tuple[Word, dict[tuple[bool, bool], Differing]]:
    """The outcome, and a flow for each way in which the sides differ."""
    found: dict[tuple[bool, bool], Differing] = {}
    for one in Both(old, new, spec, scope).differing(readings):
        found.setdefault(one.allowed, one)
        if len(found) == 2:
            break
    return outcome(found), found
