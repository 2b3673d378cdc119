"""Two inputs made to hold the same endpoints, so that what they say of each can be compared.

An endpoint is known by its name: a workload by namespace, kind and name, a namespace and a node by theirs. Its labels,
its container ports, whether it is on its node's network, and its addresses are as each input has them. What one input
alone declares is taken to be the same in the other, since a flow is compared between two endpoints that exist on both
sides; this is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from netqed.analysis.roster import Beside, Roster, missing_families
from netqed.resources.cluster import Cluster, Note
from netqed.resources.objects import Node, Workload
from netqed.spec.document import Spec

_SHOWN: Final = 3
"""Names that a note gives of many."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both inputs with the same workloads, namespaces and nodes, and what was added to either."""

    old: Cluster
    new: Cluster
    notes: tuple[Note, ...] = ()


def with_workloads(policies: Cluster, workloads: Cluster) -> Cluster:
    """The policies of one input over everything else of another."""
    return replace(
        workloads,
        policies=policies.policies,
        object_namespaces=workloads.object_namespaces | {policy.namespace for policy in policies.policies},
        sources=(*policies.sources, *workloads.sources),
        files=policies.files + workloads.files,
        objects=policies.objects + workloads.objects,
        left_out=(*policies.left_out, *workloads.left_out),
        notes=(*policies.notes, *workloads.notes),
        ignored=(*policies.ignored, *workloads.ignored),
        narrowing=(*policies.narrowing, *workloads.narrowing),
        digest=policies.digest,
    )


def completed(old: Cluster, new: Cluster) -> Sides:
    """Both inputs, each with what the other alone declares."""
    notes = (
        *_alone(old, new, "OLD", "NEW"),
        *_alone(new, old, "NEW", "OLD"),
    )
    known = old.object_namespaces | new.object_namespaces
    pairs = _paired(old, new)
    superseded = _superseded(old, new, {workload.display for workload, _ in pairs})
    nodes = _nodes(old, new)
    sides = [
        replace(
            cluster,
            namespaces={**other.namespaces, **cluster.namespaces},
            workloads=tuple(pair[number] for pair in pairs),
            superseded=tuple(pair[number] for pair in superseded),
            nodes=nodes[number],
            object_namespaces=known,
        )
        for number, (cluster, other) in enumerate(((old, new), (new, old)))
    ]
    return Sides(sides[0], sides[1], notes)


def rosters(old: Cluster, new: Cluster, specs: tuple[Spec, Spec]) -> tuple[Roster, Roster]:
    """The rosters of two completed inputs, each under the spec as it is resolved there. Their workloads are the same,
    in the same order, and so are the nodes and the ranges of addresses that they know."""
    one, other = Roster(old, specs[0]), Roster(new, specs[1])
    first, second = _beside(one), _beside(other)
    pair = Roster(old, specs[0], second), Roster(new, specs[1], first)
    addressed = _addressed(*pair)
    return replace(pair[0], cluster=addressed[0]), replace(pair[1], cluster=addressed[1])


def _beside(roster: Roster) -> Beside:
    """What the other side is to know of this one."""
    return Beside(
        future=frozenset(template.display for template in roster.future),
        nodes=roster.world.nodes or {},
        public_pods=roster.public_pods,
    )


def _paired(old: Cluster, new: Cluster) -> list[tuple[Workload, Workload]]:
    """Every workload of either input as each has it, in the order of inputs.

    A template whose pods stand for it in one input, and which stands for itself in the other, is there as well: with
    the labels that the first one's template has.
    """
    clusters = (old, new)
    listed = [_by_name(cluster.workloads) for cluster in clusters]
    templates = [_by_name(cluster.superseded) for cluster in clusters]
    found: list[tuple[Workload, Workload]] = []
    for name in {**listed[0], **listed[1]}:
        either = [here.get(name) or there.get(name) for here, there in zip(listed, templates, strict=True)]
        first, second = either[0] or either[1], either[1] or either[0]
        if first is not None and second is not None:
            found.append(_placed(first, second))
    return sorted(found, key=_order)


def _superseded(old: Cluster, new: Cluster, listed: set[str]) -> list[tuple[Workload, Workload]]:
    """Every template whose pods stand for it wherever it is declared, as each input has it."""
    first, second = _by_name(old.superseded), _by_name(new.superseded)
    found = [
        _placed(first.get(name) or second[name], second.get(name) or first[name])
        for name in {**first, **second}
        if name not in listed
    ]
    return sorted(found, key=_order)


def _by_name(workloads: Iterable[Workload]) -> dict[str, Workload]:
    return {workload.display: workload for workload in workloads}


def _order(pair: tuple[Workload, Workload]) -> tuple[str, str, str]:
    """That of an input's workloads."""
    return pair[0].namespace, pair[0].kind, pair[0].name


def _placed(one: Workload, other: Workload) -> tuple[Workload, Workload]:
    """The same workload in both inputs, each on the node that the other alone gives it."""
    first = replace(one, node_name=one.node_name or other.node_name)
    second = replace(other, node_name=other.node_name or one.node_name)
    return first, second


def _addressed(old: Roster, new: Roster) -> tuple[Cluster, Cluster]:
    """Both inputs with the addresses of the families that the other alone knows of a workload: where it is on the pod
    network in both, or on the network of the same node."""
    found: tuple[list[Workload], list[Workload]] = ([], [])
    for one, other in zip(old.cluster.workloads, new.cluster.workloads, strict=True):
        same_node = one.node_name == other.node_name
        comparable = one.host_network == other.host_network and (same_node or not one.host_network)
        for here, there, roster, others, workloads in (
            (one, other, old, new, found[0]),
            (other, one, new, old, found[1]),
        ):
            own, its = roster.addresses(here), others.addresses(there)
            addresses = missing_families(own, its) if comparable else own
            workloads.append(here if addresses == own else replace(here, addresses=tuple(map(str, addresses))))
    return replace(old.cluster, workloads=tuple(found[0])), replace(new.cluster, workloads=tuple(found[1]))


def _nodes(old: Cluster, new: Cluster) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The Nodes of both inputs: each has those of the other too, at addresses that `rosters` finds."""
    listed = [{node.name: node for node in cluster.nodes} for cluster in (old, new)]
    names = sorted({*listed[0], *listed[1]})
    first, second = (tuple(own.get(name) or Node(name, {}) for name in names) for own in listed)
    return first, second


def _alone(here: Cluster, there: Cluster, side: str, other: str) -> Iterator[Note]:
    """What this input alone declares, in words."""
    known = {workload.display for workload in (*there.workloads, *there.superseded)}
    workloads = [
        (workload.display, workload.document)
        for workload in (*here.workloads, *here.superseded)
        if workload.display not in known
    ]
    namespaces = [
        (name, namespace.document) for name, namespace in here.namespaces.items() if name not in there.namespaces
    ]
    for what, found in (("workload", workloads), ("namespace", namespaces)):
        if found:
            place = next((str(document.start) for _, document in found if document is not None), None)
            yield _note(what, [name for name, _ in found], side, other, place)


def _note(what: str, names: list[str], side: str, other: str, place: str | None) -> Note:
    shown, left = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    many = len(names) > 1
    before = f"{len(names)} {what}s" if many else f"the {what}"
    rest = f"{'are' if many else 'is'} in {side} only, and {'are' if many else 'is'} taken to be the same in {other}"
    text = f"{before} {shown}{f' and {left} more' if left > 0 else ''} {rest}"
    return Note(text, place, f"{before} {', '.join(names)} {rest}" if left > 0 else None)
