"""What a map says, in words: ports, destinations as few as possible, and what a port depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from netqed.analysis.explain_ports import LAST
from netqed.analysis.explain_ranges import range_words
from netqed.analysis.map_results import MapNode, ReachMap
from netqed.analysis.map_spans import EVERYTHING, Doubt, Doubts, Span, Spans
from netqed.analysis.results import PROTOCOL_NAMES
from netqed.report.words import count

DEPENDS: Final[Mapping[Doubt, str]] = {
    "address": "depends on an address that the input does not give",
    "namespace-labels": "depends on labels of a namespace that nobody declares",
    "pod-labels": "depends on labels that controllers give to pods",
    "node": "only where both are on one node",
    "plugin": "depends on what is not verified of the network plugin",
}
"""What a port that is not reached for certain depends on."""

SHOWN: Final = 4
"""Ranges of addresses that are shown without --verbose."""


def ports_words(spans: Spans) -> str:
    """`TCP/80, TCP/8000-8010, UDP`, or `every port`; what it depends on stands in brackets behind each."""
    groups: dict[Doubts, list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.doubts].append(span)
    return ", ".join(
        _alike(tuple(found)) + (f" [{', '.join(sorted(doubts))}]" if doubts else "") for doubts, found in groups.items()
    )


def _alike(spans: tuple[Span, ...]) -> str:
    if tuple((one.protocol, one.first, one.last) for one in spans) == _WHOLE:
        return "every port"
    return ", ".join(_range(one) for one in spans)


_WHOLE: Final = tuple((one.protocol, one.first, one.last) for one in EVERYTHING)


def _range(span: Span) -> str:
    name = PROTOCOL_NAMES[span.protocol]
    if (span.first, span.last) == (1, LAST):
        return name
    return f"{name}/{span.first}" if span.first == span.last else f"{name}/{span.first}-{span.last}"


def members_words(node: MapNode, *, verbose: bool) -> str:
    """What the node stands for, without its namespace."""
    match node.kind:
        case "addresses" if not verbose and not node.name.startswith(range_words(node.ranges[0])):
            return node.name
        case "addresses":
            shown = node.ranges if verbose or len(node.ranges) <= SHOWN + 1 else node.ranges[:SHOWN]
            words = ", ".join(range_words(one) for one in shown)
            left = len(node.ranges) - len(shown)
            return words + (f" and {count(left, 'more range')}" if left else "")
        case "nodes":
            return ", ".join(node.members) if verbose and node.members else node.name
        case "pods":
            words = ", ".join(f"{one.kind.lower()}/{one.name}" for one in node.workloads) if verbose else node.name
            return words if node.is_single or not node.pods else f"{words} ({count(node.pods, 'pod')})"


def state_words(node: MapNode) -> str:
    """What of it policies isolate."""
    if node.kind != "pods":
        return "no policy governs it"
    if not node.governed:
        return "on its node's network: no policy governs it"
    found = (node.isolated_in, node.isolated_out)
    if None in found:
        return "whether it is isolated depends on labels that controllers give to pods"
    match found:
        case (True, True):
            return "isolated in and out"
        case (True, _):
            return "isolated in"
        case (_, True):
            return "isolated out"
        case _:
            return "not isolated"


class Destinations:
    """Names sets of nodes in few words that say exactly which they are."""

    def __init__(self, found: ReachMap) -> None:
        self._map = found

    @cached_property
    def _spaces(self) -> Mapping[str, frozenset[int]]:
        spaces: dict[str, set[int]] = defaultdict(set)
        for node in self._map.nodes:
            if node.namespace is not None:
                spaces[node.namespace].add(node.id)
        return {name: frozenset(ids) for name, ids in spaces.items()}

    @cached_property
    def _sets(self) -> list[tuple[str, frozenset[int]]]:
        """Sets with a name, the largest first."""
        nodes = self._map.nodes
        open_pods = frozenset(one.id for one in nodes if one.kind == "pods" and one.is_open_in)
        return [
            ("everything", frozenset(one.id for one in nodes)),
            ("every pod", frozenset(one.id for one in nodes if one.kind == "pods")),
            (f"all that is not isolated in ({count(len(open_pods), 'group')})", open_pods),
        ]

    @cached_property
    def _kinds(self) -> list[tuple[str, frozenset[int]]]:
        """Sets of what is no pod, the largest first."""
        nodes = self._map.nodes
        addresses = {one.id: {first.version for first, _ in one.ranges} for one in nodes if one.kind == "addresses"}
        internet = frozenset(one.id for one in nodes if one.internet)
        found = [("every other address", frozenset(addresses)), ("internet", internet)]
        if all(len(versions) == 1 for versions in addresses.values()):
            for version in (4, 6):
                ids = frozenset(one for one, versions in addresses.items() if version in versions)
                found += [(f"every other IPv{version} address", ids), (f"internet over IPv{version}", ids & internet)]
        return [*found, ("nodes", frozenset(one.id for one in nodes if one.kind == "nodes"))]

    def words(self, ids: Iterable[int], source: MapNode) -> list[str]:
        """The nodes in words, in the order of the map; whole namespaces as such. A single pod, as the source, counts as
        one that reaches itself."""
        left = set(ids)
        if source.is_single:
            left |= {source.id}
        found: list[str] = []
        for words, members in self._sets:
            if len(members) > 1 and members <= left:
                found.append(words)
                left -= members
        for words, members in self._kinds:
            if members and members <= left:
                found.append(words)
                left -= members
        for name, members in self._spaces.items():
            if len(members) > 1 and members <= left:
                found.append(f"all of {name}")
                left -= members
        if source.is_single:
            left.discard(source.id)
        return [*found, *(members_of(self._map.by_id[one]) for one in sorted(left))]


def members_of(node: MapNode) -> str:
    """The node by its name, with its namespace."""
    match node.kind:
        case "pods":
            return node.display
        case "nodes":
            return (
                f"node {node.name}" if len(node.members) == 1 else f"nodes {node.name}" if node.members else node.name
            )
        case "addresses":
            return node.name


def doubts_of(found: ReachMap) -> Iterator[Doubt]:
    """What any port of the map depends on, each once."""
    said: Collection[Doubt] = {doubt for edge in found.edges for span in edge.ports for doubt in span.doubts}
    return (doubt for doubt in DEPENDS if doubt in said)
