"""The spec file read: YAML to a Spec whose names are not resolved yet, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from netqed.resources.objects import ContainerPort, Labels, Workload
from netqed.sources.position import InputError, Position, Problem, Span
from netqed.spec.document import (
    ClusterFacts,
    Family,
    GroupMember,
    Scope,
    Spec,
    StatedAssumption,
    StatedInvariant,
)
from netqed.spec.faults import RESERVED, SentenceError
from netqed.spec.grammar import parse_assumption, parse_endpoint, parse_invariant
from netqed.spec.labels import NAMESPACE_NAME_LABEL, key_fault, namespace_fault, object_name_fault, value_fault
from netqed.spec.meaning import parse_block
from netqed.spec.nodes import SpecSource, compose, date_text, is_null
from netqed.spec.sentences import AnyOf, Endpoint, Network

TOP_KEYS: Final = ("manifests", "inputs", "cluster", "namespaces", "workloads", "groups", "invariants", "assume")
CLUSTER_KEYS: Final = ("podCIDRs", "nodeCIDRs", "serviceCIDRs", "families")
WORKLOAD_KEYS: Final = ("namespace", "kind", "name", "labels", "ports", "hostNetwork", "serviceAccount")
PORT_KEYS: Final = ("port", "name", "protocol")
INVARIANT_KEYS: Final = ("name", "assert", "scope", "why", "expect", "until", "allow-empty")
GROUP_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
"""Group names: letters, digits, '-', '_' and '.', beginning and ending with a letter or digit."""
KIND_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
PORT_NAME: Final = r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*"
"""Names of container ports, as the API server takes them: at most 15 characters, one of them a letter."""

T = TypeVar("T")


def parse_sentence_invariant(sentence: str) -> StatedInvariant:
    """Return the invariant of a sentence from the command line. Raises InputError positioned in `<sentence>`."""
    file = "<sentence>"
    try:
        invariant = parse_invariant(sentence)
    except SentenceError as error:
        place = Position(file, 1, error.offset + 1)
        raise InputError([Problem(error.message, place, hint=error.hint, line_text=sentence)]) from None
    return StatedInvariant(sentence, invariant, span=Span(Position(file, 1, 1), len(sentence) + 1, sentence))


def parse_spec(text: str, file: str) -> Spec:
    """Read a spec. Paths in it are joined to the folder of `file`. Names stay as written until `resolve`. Raises
    InputError with every problem found."""
    root, source = compose(text, file)
    if root is None or is_null(root):
        return Spec(file=file)
    sections = {key: (key_node, value) for key, key_node, value in source.entries(root, "the spec", TOP_KEYS)}
    present = {key: value for key, (_, value) in sections.items() if not is_null(value)}
    if "manifests" in present and "inputs" in present:
        source.report(sections["inputs"][0], "both 'manifests' and 'inputs' are given", "make each input list its own")
    reader = _Reader(source, Path(file).parent)

    def section(key: str, read: Callable[[Node], T], default: T) -> T:
        return read(present[key]) if key in present else default

    no_namespaces: tuple[Mapping[str, Labels], Mapping[str, Position]] = ({}, {})
    namespaces, places = section("namespaces", reader.namespaces, no_namespaces)
    no_workloads: tuple[tuple[Workload, ...], tuple[Position, ...]] = ((), ())
    workloads, workload_places = section("workloads", reader.workloads, no_workloads)
    no_groups: Mapping[str, tuple[GroupMember, ...]] = {}
    members = section("groups", reader.groups, no_groups)
    spec = Spec(
        file=file,
        manifests=section("manifests", lambda node: reader.paths(node, "'manifests'"), ()),
        inputs=section("inputs", reader.inputs, {}),
        cluster=section("cluster", reader.cluster, ClusterFacts()),
        cluster_positions=reader.cluster_positions,
        namespaces=namespaces,
        namespace_positions=places,
        workloads=workloads,
        groups={name: _joined([one.endpoint for one in items]) for name, items in members.items()},
        group_spans={name: items[0].span for name, items in members.items()},
        group_members=members,
        workload_positions=workload_places,
        invariants=section("invariants", reader.invariants, ()),
        assumptions=section("assume", reader.assumptions, ()),
    )
    if source.problems:
        raise InputError(source.problems)
    return spec


def _joined(endpoints: list[Endpoint]) -> Endpoint:
    if len(endpoints) == 1:
        return endpoints[0]
    items: list[Endpoint] = []
    for one in endpoints:
        items.extend(one.items if isinstance(one, AnyOf) else (one,))
    return AnyOf(tuple(items))


class _Reader:
    """Reads the sections of a spec; what is wrong goes to the source's problems, and what is right comes back."""

    def __init__(self, source: SpecSource, folder: Path) -> None:
        self.source = source
        self.folder = folder
        self.cluster_positions: dict[str, Position] = {}

    def paths(self, node: Node, what: str) -> tuple[str, ...]:
        """A path or a list of them, joined to the spec's folder."""
        if isinstance(node, ScalarNode):
            written = [self.source.string(node, what)]
        else:
            items = self.source.items(node, what)
            if not items and isinstance(node, SequenceNode):
                self.source.report(node, f"{what} lists no path")
            written = [self.source.string(item, f"a path of {what}") for item in items]
        return tuple(str(self.folder / path) for path in written if path is not None)

    def inputs(self, node: Node) -> Mapping[str, tuple[str, ...]]:
        """Named inputs, each with its paths."""
        found: dict[str, tuple[str, ...]] = {}
        for name, key, value in self.source.entries(node, "'inputs'"):
            if not name.strip():
                self.source.report(key, "an input needs a name")
            found[name] = self.paths(value, f"input '{name}'")
        return found

    def cluster(self, node: Node) -> ClusterFacts:
        """The cluster's address ranges and IP families."""
        values: dict[str, Node] = {}
        for key, key_node, value in self.source.entries(node, "'cluster'", CLUSTER_KEYS):
            values[key] = value
            self.cluster_positions[key] = self.source.position(key_node)
        blocks = {key: self._blocks(values[key], key) for key in CLUSTER_KEYS[:3] if key in values}
        families = self._families(values["families"]) if "families" in values else ClusterFacts().families
        return ClusterFacts(
            blocks.get("podCIDRs", ()), blocks.get("nodeCIDRs", ()), blocks.get("serviceCIDRs", ()), families
        )

    def _blocks(self, node: Node, what: str) -> tuple[Network, ...]:
        found: list[Network] = []
        for item in self.source.items(node, f"'{what}'"):
            written = self.source.string(item, f"a CIDR of '{what}'")
            if written is None:
                continue
            try:
                found.append(parse_block(written))
            except SentenceError as error:
                self.source.report(item, error.message, error.hint, error.offset)
        return tuple(found)

    def _families(self, node: Node) -> tuple[Family, ...]:
        items = self.source.items(node, "'families'")
        words = [self.source.word(item, "a family", ("IPv4", "IPv6")) for item in items]
        if not items and isinstance(node, SequenceNode):
            self.source.report(node, "'families' must name IPv4, IPv6 or both")
        for index, word in enumerate(words):
            if word in words[:index]:
                self.source.report(items[index], f"'{word}' stands twice in 'families'")
        known: tuple[Family, ...] = ("IPv4", "IPv6")
        return tuple(word for word in known if word in words)

    def _labels(self, node: Node, what: str) -> Labels:
        labels: dict[str, str] = {}
        for key, key_node, value in self.source.entries(node, what):
            if fault := key_fault(key):
                self.source.report(key_node, fault)
            text = self.source.string(value, f"the value of label '{key}'", empty=True)
            if text is None:
                continue
            if fault := value_fault(text):
                self.source.report(value, fault)
            labels[key] = text
        return labels

    def namespaces(self, node: Node) -> tuple[Mapping[str, Labels], Mapping[str, Position]]:
        """Namespaces with their labels, and where each is stated."""
        found: dict[str, Labels] = {}
        places: dict[str, Position] = {}
        for name, key, value in self.source.entries(node, "'namespaces'"):
            if fault := namespace_fault(name):
                self.source.report(key, fault)
            labels = {} if is_null(value) else self._labels(value, f"the labels of namespace '{name}'")
            if labels.get(NAMESPACE_NAME_LABEL, name) != name:
                self.source.report(value, f"the API server sets label {NAMESPACE_NAME_LABEL} to '{name}', always")
            found[name] = labels
            places[name] = self.source.position(key)
        return found, places

    def workloads(self, node: Node) -> tuple[tuple[Workload, ...], tuple[Position, ...]]:
        """Workloads of custom kinds, and where each is stated."""
        found: list[Workload] = []
        places: list[Position] = []
        for item in self.source.items(node, "'workloads'"):
            workload = self._workload(item)
            if workload is None:
                continue
            if any(one.display == workload.display for one in found):
                self.source.report(item, f"workload '{workload.display}' stands twice")
            found.append(workload)
            places.append(self.source.position(item))
        return tuple(found), tuple(places)

    def _workload(self, node: Node) -> Workload | None:
        before = len(self.source.problems)
        values = {key: value for key, _, value in self.source.entries(node, "a workload", WORKLOAD_KEYS)}
        for key in ("namespace", "kind", "name", "labels"):
            if key not in values and isinstance(node, MappingNode):
                self.source.report(node, f"a workload needs '{key}'")
        checks: dict[str, Callable[[str], str | None]] = {
            "namespace": namespace_fault,
            "kind": _kind_fault,
            "name": object_name_fault,
            "serviceAccount": object_name_fault,
        }
        texts: dict[str, str] = {}
        for key, fault_of in checks.items():
            text = self.source.string(values[key], f"'{key}'") if key in values else None
            if text is not None and (fault := fault_of(text)):
                self.source.report(values[key], fault)
            texts[key] = text or ""
        labels = self._labels(values["labels"], "the labels of a workload") if "labels" in values else {}
        ports = self._container_ports(values["ports"]) if "ports" in values else ()
        host = self.source.boolean(values["hostNetwork"], "'hostNetwork'") if "hostNetwork" in values else False
        if len(self.source.problems) > before:
            return None
        return Workload(
            kind=texts["kind"],
            namespace=texts["namespace"],
            name=texts["name"],
            labels=labels,
            container_ports=ports,
            host_network=bool(host),
            service_account=texts["serviceAccount"] or None,
        )

    def _container_ports(self, node: Node) -> tuple[ContainerPort, ...]:
        found: list[ContainerPort] = []
        for item in self.source.items(node, "'ports'"):
            values = {key: value for key, _, value in self.source.entries(item, "a port", PORT_KEYS)}
            if "port" not in values:
                if isinstance(item, MappingNode):
                    self.source.report(item, "a port needs 'port', its number")
                continue
            number = self.source.integer(values["port"], "'port'", 1, 65535)
            name = self.source.string(values["name"], "'name'") if "name" in values else None
            if name is not None and not re.fullmatch(PORT_NAME, name):
                self.source.report(values["name"], f"'{name}' is no name of a port")
            protocol = None
            if "protocol" in values:
                protocol = self.source.word(values["protocol"], "'protocol'", ("TCP", "UDP", "SCTP"))
            if number is not None:
                found.append(ContainerPort(number, name, protocol))
        return tuple(found)

    def groups(self, node: Node) -> Mapping[str, tuple[GroupMember, ...]]:
        """Groups, each with the sentences that define it."""
        found: dict[str, tuple[GroupMember, ...]] = {}
        for name, key, value in self.source.entries(node, "'groups'"):
            if name in RESERVED:
                self.source.report(key, f"'{name}' is a word of the spec language, so no group may have it as its name")
            elif not re.fullmatch(GROUP_NAME, name):
                hint = "letters, digits, '-', '_' and '.', beginning and ending with a letter or a digit"
                self.source.report(key, f"'{name}' is no name of a group", hint)
            elif re.fullmatch(r"[\d.]+", name) and "." in name:
                self.source.report(key, f"'{name}' is no name of a group: it reads as an address")
            nodes = [value] if isinstance(value, ScalarNode) else self.source.items(value, f"group '{name}'")
            if not nodes and isinstance(value, SequenceNode):
                self.source.report(value, f"group '{name}' is empty")
            read = self._sentences(nodes, f"group '{name}'", parse_endpoint)
            if members := tuple(GroupMember(text, endpoint, span) for text, endpoint, span in read):
                found[name] = members
        return found

    def _sentences(self, nodes: Sequence[Node], what: str, parse: Callable[[str], T]) -> list[tuple[str, T, Span]]:
        found: list[tuple[str, T, Span]] = []
        for node in nodes:
            text = self.source.string(node, what)
            if text is None:
                continue
            sentence = " ".join(text.split()) if "\n" in text else text.strip()
            try:
                found.append((sentence, parse(sentence), self.source.span(node)))
            except SentenceError as error:
                indent = len(text) - len(text.lstrip())
                self.source.report(node, error.message, error.hint, indent + error.offset)
        return found

    def assumptions(self, node: Node) -> tuple[StatedAssumption, ...]:
        """The sentences of `assume:`."""
        nodes = self.source.items(node, "'assume'")
        return tuple(StatedAssumption(*one) for one in self._sentences(nodes, "an assumption", parse_assumption))

    def invariants(self, node: Node) -> tuple[StatedInvariant, ...]:
        """The items of `invariants:`."""
        found = []
        for item in self.source.items(node, "'invariants'"):
            if isinstance(item, MappingNode):
                stated = self._stated(item)
            else:
                read = self._sentences([item], "an invariant", parse_invariant)
                stated = StatedInvariant(read[0][0], read[0][1], span=read[0][2]) if read else None
            if stated is not None:
                found.append(stated)
        return tuple(found)

    def _stated(self, node: Node) -> StatedInvariant | None:
        source = self.source
        entries = {key: (at, value) for key, at, value in source.entries(node, "an invariant", INVARIANT_KEYS)}
        values = {key: value for key, (_, value) in entries.items()}
        name = source.string(values["name"], "'name'") if "name" in values else None
        why = source.string(values["why"], "'why'") if "why" in values else None
        scope = source.word(values["scope"], "'scope'", ("always", "now")) if "scope" in values else None
        expect = source.word(values["expect"], "'expect'", ("proved", "refuted")) if "expect" in values else "proved"
        allow_empty = source.boolean(values["allow-empty"], "'allow-empty'") if "allow-empty" in values else False
        until = self._until(values["until"]) if "until" in values else None
        if "until" in values and expect == "proved":
            source.report(
                entries["until"][0], "'until' says how long 'expect: refuted' stands", "add 'expect: refuted'"
            )
        if "assert" not in values:
            source.report(node, "an invariant needs 'assert', its sentence")
            return None
        read = self._sentences([values["assert"]], "'assert'", parse_invariant)
        if not read:
            return None
        sentence, invariant, span = read[0]
        return StatedInvariant(
            sentence,
            invariant,
            name=name,
            scope=cast("Scope | None", scope),
            why=why,
            expect=cast("Literal['proved', 'refuted']", expect or "proved"),
            until=until,
            allow_empty=bool(allow_empty),
            span=span,
        )

    def _until(self, node: Node) -> date | None:
        text = date_text(node)
        if text is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        self.source.report(node, "'until' must be a date such as 2027-01-31")
        return None


def _kind_fault(kind: str) -> str | None:
    if re.fullmatch(KIND_NAME, kind):
        return None
    return f"'{kind}' is no kind of object: letters and digits, such as 'Kafka'"
