"""From what was read to one cluster: decodes, validates, deduplicates, and accounts for what is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from shlex import quote
from typing import Final

from netqed.resources.check import Check, kind_of_value, quoted, shown
from netqed.resources.cluster import Cluster, Note
from netqed.resources.dumps import dump_problems
from netqed.resources.duplicates import difference
from netqed.resources.kinds import Standing, is_named, kind_hint, standing
from netqed.resources.metadata import identify
from netqed.resources.objects import Namespace, NetworkPolicy, Node, Service, ServiceAccount, Workload
from netqed.resources.owners import count_once
from netqed.resources.pods import Finished
from netqed.resources.registry import MOVED, READERS, Decoded, Reader, split_api_version
from netqed.resources.syntax import dns_label_fault
from netqed.sources.collector import collector_paused
from netqed.sources.document import Document
from netqed.sources.position import InputError, Problem
from netqed.sources.reading import Reading

DEFAULT_NAMESPACE: Final = "default"
"""Where kubectl places an object that names no namespace, unless told otherwise (A9, fact 52)."""

_SHOWN: Final = 3


def load(reading: Reading, *, namespace: str | None = None, ignore_unknown: Collection[str] = ()) -> Cluster:
    """The cluster that the documents of `reading` describe.

    `namespace` is where objects that name none are placed. `ignore_unknown` names kinds (`Kind` or `Kind.group`, in
    any case) of policies that are not supported and may be passed over; they are then in `Cluster.ignored`. Raises
    InputError with every problem of the reading and of the objects.
    """
    loading = _Loading(namespace, frozenset(name.lower() for name in ignore_unknown))
    if namespace is not None and (fault := dns_label_fault(namespace)) is not None:
        loading.problems.append(Problem(f"the namespace {quoted(namespace)} {fault}"))
    with collector_paused():
        for document in reading.documents:
            loading.take(document)
        problems = [*reading.problems, *loading.problems]
        problems += dump_problems(reading, {kind for _, kind, *_ in loading.objects})
        if problems:
            raise InputError(problems)
        return loading.cluster(reading)


@dataclass(slots=True)
class _Named:
    """Objects of one kind that are only counted and named, with the place of the first."""

    names: list[str] = field(default_factory=list)
    place: str | None = None

    def add(self, name: str, place: str | None) -> None:
        """Count one more."""
        if not self.names:
            self.place = place
        self.names.append(name)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.names)

    def note(self, before: str, after: str = "") -> Note:
        """The names between two texts: the first few and how many there are besides, and unfolded all of them."""
        few = ", ".join(map(shown, self.names[:_SHOWN]))
        if self.count <= _SHOWN:
            return Note(f"{before}{few}{after}", self.place)
        every = ", ".join(map(shown, self.names))
        return Note(f"{before}{few} and {self.count - _SHOWN} more{after}", self.place, f"{before}{every}{after}")


Group = tuple[str, str]
"""Kind and group, in the order in which reports sort and show them."""


class _Loading:
    """The state of one load: objects by identity, and the objects that are counted by kind."""

    def __init__(self, namespace: str | None, ignored: frozenset[str]) -> None:
        self.default = namespace or DEFAULT_NAMESPACE
        self.default_given = namespace is not None
        self.ignoring = ignored
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self.objects: dict[tuple[str, str, str, str], tuple[Decoded, Document]] = {}
        self.owned: set[tuple[str, str, str]] = set()
        self.object_namespaces: set[str] = set()
        self.generated: Counter[tuple[str, str, str, str]] = Counter()
        self.unplaced = _Named()
        self.repeated = _Named()
        self.withdrawn: dict[str, _Named] = defaultdict(_Named)
        self.ignored: dict[Group, _Named] = defaultdict(_Named)
        self.narrowing: dict[Group, _Named] = defaultdict(_Named)
        self.makers: dict[Group, dict[tuple[str, str], str]] = defaultdict(dict)
        self.elsewhere: dict[Group, _Named] = defaultdict(_Named)

    def take(self, document: Document) -> None:
        """Decode one document into an object, a problem, or a count."""
        data = document.data
        api_version, kind = data.get("apiVersion"), data.get("kind")
        if type(api_version) is not str or type(kind) is not str or not api_version or not kind:
            check = Check(document, "object", self.problems, self.notes)
            for name, value in (("apiVersion", api_version), ("kind", kind)):
                if type(value) is not str or not value:
                    check.fault((name,), f"expected a string, found {kind_of_value(value)}")
            return
        group, _ = split_api_version(api_version)
        group = MOVED.get((group, kind), group)
        reader = READERS.get((group, kind))
        if reader is None:
            self._take_unread(document, group, kind)
        else:
            self._take_read(document, api_version, group, kind, reader)

    def _take_read(self, document: Document, api_version: str, group: str, kind: str, reader: Reader) -> None:
        check = Check(document, kind, self.problems, self.notes)
        placed = identify(check, namespaced=reader.namespaced, default=self.default, name_fault=reader.name_fault)
        if api_version != reader.served:
            if api_version not in reader.withdrawn:
                check.fault(
                    ("apiVersion",), f"{quoted(api_version)} is not served for {kind}; expected {reader.served}"
                )
                return
            self.withdrawn[reader.served].add(f"{check.subject} ({api_version})", str(document.start))
        decoded = reader.read(check)
        if decoded is None:
            return
        if reader.namespaced:
            self.object_namespaces.add(check.namespace)
            if not placed and not self.default_given:
                self.unplaced.add(check.subject, None)
        if isinstance(decoded, Workload) and decoded.owners:
            self.owned.add((check.namespace, *decoded.owners[0]))
        self._keep(check, group, decoded)

    def _keep(self, check: Check, group: str, decoded: Decoded) -> None:
        """Keep the object unless it is there already; a problem if it differs from the one that is."""
        key = (group, check.kind, check.namespace, check.name)
        if not check.metadata.get("name"):
            # Each object whose name the server makes is one of its own, and needs a name of its own here.
            self.generated[key] += 1
            if (number := self.generated[key]) > 1:
                key = (group, check.kind, check.namespace, f"{check.name}{number}")
                decoded = replace(decoded, name=key[3])
        known = self.objects.setdefault(key, (decoded, check.document))
        if known[1] is check.document:
            return
        differs = difference(known[0], decoded)
        if differs is None:
            self.repeated.add(check.subject, str(check.document.start))
            return
        place = check.document.span(differs.path)
        self.problems.append(
            Problem(
                f"the same object is at {known[1].start} as well, and they differ in {differs.words}",
                place.start,
                check.subject,
                "keep one of them, or read them in two runs",
                place.text,
            )
        )

    def _take_unread(self, document: Document, group: str, kind: str) -> None:
        data = document.data
        metadata = data.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        namespace, name = metadata.get("namespace"), metadata.get("name") or metadata.get("generateName")
        namespace = namespace if isinstance(namespace, str) else ""
        name = name if isinstance(name, str) else "(unnamed)"
        if namespace and dns_label_fault(namespace) is None:
            self.object_namespaces.add(namespace)
        check = Check(document, kind, self.problems, self.notes)
        check.namespace, check.name = namespace, name
        place = str(document.start)
        full_name = f"{namespace}/{name}" if namespace else name
        key = (kind, group)
        match standing(group, kind, data):
            case Standing.NOT_IN_API:
                where = f"the group {group}" if group else "the core group (apiVersion: v1)"
                check.fault(("kind",), f"{where} has no kind {quoted(kind)}", kind_hint(group, kind))
            case Standing.GOVERNS if (group, kind) == ("extensions", "NetworkPolicy"):
                message = f"{quoted(data['apiVersion'])} is no longer served, so clusters refuse this policy"
                check.fault(("apiVersion",), message, "use networking.k8s.io/v1")
            case Standing.GOVERNS if is_named(group, kind, self.ignoring):
                self.ignored[key].add(full_name, place)
            case Standing.GOVERNS:
                hint = f"to go on without them: --ignore-unknown-policies {shown(f'{kind}.{group}')}"
                if group.startswith("network") and (meant := kind_hint(group, kind)) is not None:
                    hint = f"{meant} Or, {hint}"
                message = f"{quoted(kind)} of {shown(group)} is not supported, and it may open or close traffic"
                check.fault(("kind",), message, hint)
            case Standing.NARROWS:
                self.narrowing[key].add(full_name, place)
            case Standing.MAKES_PODS:
                self.makers[key].setdefault((namespace, name), place)
            case Standing.ELSEWHERE:
                self.elsewhere[key].add(full_name, place)

    def cluster(self, reading: Reading) -> Cluster:
        """The cluster, of an input without problems."""
        decoded = [entry[0] for entry in self.objects.values()]
        counted = count_once([item for item in decoded if isinstance(item, Workload)])
        namespaces = {item.name: item for item in decoded if isinstance(item, Namespace)}
        nodes = [item for item in decoded if isinstance(item, Node)]
        policies = [item for item in decoded if isinstance(item, NetworkPolicy)]
        services = [item for item in decoded if isinstance(item, Service)]
        accounts = [item for item in decoded if isinstance(item, ServiceAccount)]
        finished = [item for item in decoded if isinstance(item, Finished)]
        return Cluster(
            namespaces=dict(sorted(namespaces.items())),
            workloads=tuple(sorted(_at_nodes(counted.workloads, nodes), key=lambda w: (w.namespace, w.kind, w.name))),
            superseded=tuple(sorted(counted.superseded, key=lambda w: (w.namespace, w.kind, w.name))),
            policies=tuple(sorted(policies, key=lambda p: (p.namespace, p.name))),
            services=tuple(sorted(services, key=lambda s: (s.namespace, s.name))),
            service_accounts=tuple(sorted(accounts, key=lambda s: (s.namespace, s.name))),
            nodes=tuple(sorted(nodes, key=lambda n: n.name)),
            object_namespaces=frozenset(self.object_namespaces),
            sources=reading.sources,
            files=reading.files,
            objects=len(reading.documents),
            left_out=(*self._left_out(reading, finished), *counted.left_out),
            notes=(*self._notes(reading), *counted.notes, *self.notes),
            ignored=_by_kind(self.ignored, "ignored as asked"),
            narrowing=_by_kind(self.narrowing, "may only close traffic further; not read"),
            repeated=frozenset(self.repeated.names),
            digest=reading.digest,
        )

    def _left_out(self, reading: Reading, finished: Iterable[Finished]) -> Iterable[Note]:
        """What was not analysed, and why: workloads first, since a proof does not speak of them."""
        for (kind, group), places in sorted(self.makers.items()):
            missing = _Named()
            for (namespace, name), place in places.items():
                owner_key = (namespace or self.default, kind, name)
                if owner_key in self.owned:
                    self.elsewhere[kind, group].add(name, place)
                else:
                    missing.add(f"{namespace}/{name}" if namespace else name, place)
            if missing.count:
                verb = "makes" if missing.count == 1 else "make"
                what = f"{missing.count} {shown(f'{kind} ({group})')} {verb} pods that are not in the input"
                yield missing.note(f"{what}: state them under workloads: of the spec if they are not yet (", ")")
        phases = _Named()
        for pod in finished:
            phases.add(f"{pod.namespace}/{pod.name}", None)
        if phases.count:
            have = "pod has" if phases.count == 1 else "pods have"
            yield phases.note(f"{phases.count} {have} finished (phase Succeeded or Failed): ")
        if self.elsewhere:
            kinds = ", ".join(
                f"{named.count} {shown(f'{kind} ({group})' if '.' in group else kind)}"
                for (kind, group), named in sorted(self.elsewhere.items())
            )
            yield Note(f"not analysed: {kinds}")
        reasons: dict[str, _Named] = defaultdict(_Named)
        noted = {kustomization.file for kustomization in reading.kustomizations}
        for passed in reading.passed_over:
            if passed.position.file in noted:
                continue
            reasons[passed.why].add(str(passed.position), str(passed.position))
        for why, named in sorted(reasons.items()):
            # Reports show a note's place before it: one that is named there and in the text would be named twice.
            several = replace(named.note(f"passed over, {why}: "), place=None)
            yield Note(f"passed over, {why}", named.place) if named.count == 1 else several

    def _notes(self, reading: Reading) -> Iterable[Note]:
        """Likely slips of the whole input."""
        if self.unplaced.count:
            one = self.unplaced.count == 1
            objects, were = ("object names", "was") if one else ("objects name", "were")
            yield self.unplaced.note(
                f"{self.unplaced.count} {objects} no namespace and {were} placed in {DEFAULT_NAMESPACE} (",
                "): give -n NAMESPACE, or render with it",
            )
        unrendered = _Named()
        for kustomization in sorted(reading.kustomizations, key=lambda k: k.file):
            unrendered.add(str(PurePath(kustomization.file).parent), kustomization.file)
        if unrendered.count:
            many = unrendered.count > 1
            what = f"{unrendered.count} unrendered kustomizations" if many else "unrendered kustomization"
            whose, which = ("their", "one") if many else ("its", "it")
            first = quote(shown(unrendered.names[0]))
            yield unrendered.note(
                f"{what} (",
                f"): {whose} namespace, names, labels and patches are not in effect; "
                f"to check what {which} renders: kubectl kustomize {first} | netqed check -",
            )
        for served, named in sorted(self.withdrawn.items()):
            yield named.note(f"no longer served, read as {served}: ")
        if self.repeated.count:
            one = self.repeated.count == 1
            again = "object is in the input again and counts" if one else "objects are in the input again and count"
            yield self.repeated.note(f"{self.repeated.count} {again} once: ")


def _at_nodes(workloads: Iterable[Workload], nodes: Iterable[Node]) -> Iterator[Workload]:
    """The workloads, those on their node's network at every address that its Node object lists, their own first: the
    node answers at each of them (A7, fact 43)."""
    listed = {node.name: node.addresses for node in nodes}
    for workload in workloads:
        others = listed.get(workload.node_name or "", ()) if workload.host_network and workload.addresses else ()
        if any(address not in workload.addresses for address in others):
            yield replace(workload, addresses=tuple(dict.fromkeys((*workload.addresses, *others))))
        else:
            yield workload


def _by_kind(groups: dict[Group, _Named], why: str) -> tuple[Note, ...]:
    return tuple(
        named.note(f"{named.count} {shown(f'{kind} ({group})')} {why}: ")
        for (kind, group), named in sorted(groups.items())
    )
