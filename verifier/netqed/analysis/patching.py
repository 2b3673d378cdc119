"""Edits of policies as a diff of the user's own files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import Final

from netqed.analysis.edits import (
    TYPES,
    DefaultDeny,
    DropPort,
    Edit,
    MergePeers,
    NarrowPeer,
    Place,
    RemovePeer,
    RemoveRule,
    default_deny,
    edited,
)
from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.flow import Direction
from netqed.reference.policies import effective_types
from netqed.resources.cluster import Cluster
from netqed.resources.load import load
from netqed.resources.objects import NetworkPolicy, PolicyRule
from netqed.sources.located import LocatedDocument
from netqed.sources.patches import (
    Changed,
    Splice,
    Unpatchable,
    changed_lines,
    flow,
    merged_items,
    put_in_entry,
    put_in_item,
    removed_items,
    replaced_value,
    spliced,
)
from netqed.sources.position import FieldPath, InputError
from netqed.sources.read import read

_MARK: Final = "\ufeff"

RuleEdit = RemoveRule | RemovePeer | DropPort | MergePeers | NarrowPeer


LONGEST: Final = 4_000_000
"""Characters of a file that is edited at most: what is longer is a dump of a cluster, and nobody's own text."""


@dataclass(frozen=True, slots=True)
class Patcher:
    """Writes edits into the files of one input; what is written is read again before it is shown."""

    cluster: Cluster
    namespace: str | None = None
    """Of objects that name none, as the input was read."""
    ignore_unknown: tuple[str, ...] = ()
    _texts: dict[str, str | None] = field(default_factory=dict)

    def diff(self, edits: Sequence[Edit], after: Cluster) -> str | None:
        """A unified diff that makes the edits; None where the input is no file, or its form cannot be edited safely."""
        try:
            return self._diff(edits, after)
        except Unpatchable:
            return None

    def _diff(self, edits: Sequence[Edit], after: Cluster) -> str:
        policies = {policy.key: policy for policy in self.cluster.policies}
        by_file: dict[str, list[Splice]] = defaultdict(list)
        for key in dict.fromkeys(edit.place.policy for edit in edits if not isinstance(edit, DefaultDeny)):
            document = policies[key].document
            if not isinstance(document, LocatedDocument):
                raise Unpatchable("no file")
            if f"NetworkPolicy {key}" in self.cluster.repeated:
                raise Unpatchable("the policy stands in the input again, and the two would differ")
            by_file[document.file] += edit_splices(policies[key], document, edits)
        parts = []
        for file, splices in sorted(by_file.items()):
            text = self._text(file)
            changes = changed_lines(text, splices)
            self._require(file, spliced(text, changes), after)
            if self._marked(file):
                text, changes = _MARK + text, [_behind_mark(change) for change in changes]
            parts.append(unified(file, text, changes))
        names = [policy.key for policy in self.cluster.policies]
        for edit in edits:
            if isinstance(edit, DefaultDeny):
                added = default_deny(edit, names)
                names.append(added.key)
                parts.append(_added(self._new_file(added), self._new_text(added)))
        return "".join(parts)

    def _text(self, file: str) -> str:
        """The file's text as it was read."""
        sources = {
            id(policy.document.source): policy.document.source
            for policy in self.cluster.policies
            if isinstance(policy.document, LocatedDocument) and policy.document.file == file
        }
        if any(len(source.text) > LONGEST for source in sources.values()):
            raise Unpatchable("too large to be read again for every proposal")
        if file not in self._texts:
            try:
                with Path(file).open(encoding="utf-8", newline="") as opened:
                    self._texts[file] = opened.read()
            except (OSError, UnicodeDecodeError):
                self._texts[file] = None
        text = self._texts[file]
        if text is not None:
            text = text.removeprefix(_MARK)
        if text is None or any(source.text != text for source in sources.values()):
            raise Unpatchable("no file, or another than the one that was read")
        return text

    def _marked(self, file: str) -> bool:
        """Whether the file begins with a byte order mark, which is no part of its text."""
        return (self._texts[file] or "").startswith(_MARK)

    def _require(self, file: str, text: str, after: Cluster) -> None:
        """Unpatchable unless the new text holds the policies that are meant, and everything else as it was."""
        old, new = self._read(self._text(file)), self._read(text)
        meant = {policy.key: policy for policy in after.policies}
        if old is None or new is None or len(old.policies) != len(new.policies):
            raise Unpatchable("the new text is not read as meant")
        for one, other in zip(old.policies, new.policies, strict=True):
            if one.key != other.key or other != meant.get(one.key):
                raise Unpatchable("the new text is not read as meant")
        if (old.workloads, old.namespaces, old.services, old.nodes) != (
            new.workloads,
            new.namespaces,
            new.services,
            new.nodes,
        ):
            raise Unpatchable("the new text changes other objects")

    def _read(self, text: str) -> Cluster | None:
        try:
            return load(
                read(["-"], stdin=BytesIO(text.encode())), namespace=self.namespace, ignore_unknown=self.ignore_unknown
            )
        except InputError:
            return None

    def _new_text(self, added: NetworkPolicy) -> str:
        """The new policy as a manifest."""
        text = _written(added)
        new = self._read(text)
        if new is None or new.policies != (added,):
            raise Unpatchable("the new policy is not read as meant")
        return text

    def _new_file(self, added: NetworkPolicy) -> str:
        """Where a new policy may lie: beside a policy of its namespace, or beside any object of it."""
        places = [policy.document for policy in self.cluster.policies if policy.namespace == added.namespace]
        places += [one.document for one in self.cluster.workloads if one.namespace == added.namespace]
        places += [one.document for name, one in self.cluster.namespaces.items() if name == added.namespace]
        for document in places:
            if isinstance(document, LocatedDocument) and Path(document.file).is_file():
                folder, stem = Path(document.file), f"{added.namespace}-{added.name}"
                names = chain((f"{stem}.yaml",), (f"{stem}-{number}.yaml" for number in count(2)))
                return str(next(file for name in names if not (file := folder.with_name(name)).exists()))
        raise Unpatchable("no folder for a new file")


def _behind_mark(change: Changed) -> Changed:
    """The change in a text that a byte order mark precedes."""
    if change.start == 0:
        return Changed(0, change.end + 1, _MARK + change.text)
    return Changed(change.start + 1, change.end + 1, change.text)


def edit_splices(policy: NetworkPolicy, document: LocatedDocument, edits: Sequence[Edit]) -> list[Splice]:
    """What the edits do to the text of one policy. Raises Unpatchable where its form makes that unsafe."""
    own = [edit for edit in edits if not isinstance(edit, DefaultDeny) and edit.place.policy == policy.key]
    after = edited(policy, own)
    splices: list[Splice] = []
    emptied: list[FieldPath] = []
    directions: tuple[Direction, ...] = ("ingress", "egress")
    for direction in directions:
        rules = (policy.ingress if direction == "ingress" else policy.egress) or ()
        path: FieldPath = ("spec", direction)
        gone = {index for index in range(len(rules)) if index not in after.rules[direction]}
        splices += removed_items(document, path, gone, len(rules))
        if gone and len(gone) == len(rules):
            emptied.append(path)
        for index, rule in enumerate(rules):
            if index not in gone:
                splices += _rule_splices(
                    rule, document, [e for e in own if e.place == Place(policy.key, direction, index)]
                )
    if emptied and not policy.policy_types:
        types = list(effective_types(policy))
        if "policyTypes" in document.data["spec"]:
            splices.append(replaced_value(document, ("spec", "policyTypes"), types))
        else:
            splices.append(put_in_entry(document, emptied[0], "policyTypes", types))
    return splices


def _rule_splices(rule: PolicyRule, document: LocatedDocument, edits: Sequence[RuleEdit]) -> list[Splice]:
    """What the edits do to the text of one rule, which stays."""
    splices: list[Splice] = []
    peers: set[int] = set()
    ports: set[int] = set()
    for edit in edits:
        match edit:
            case RemovePeer(_, peer):
                peers.add(peer)
            case DropPort(_, port):
                ports.add(port)
            case MergePeers(place, first):
                splices += merged_items(document, place.peers_path, first)
            case NarrowPeer(place, peer, namespaces):
                splices.append(_narrowing(document, (*place.peers_path, peer, "namespaceSelector"), namespaces))
            case RemoveRule():
                raise Unpatchable("a rule is removed as a whole")
    if peers:
        splices += removed_items(document, edits[0].place.peers_path, peers, len(rule.peers or ()))
    if ports:
        splices += removed_items(document, (*edits[0].place.path, "ports"), ports, len(rule.ports or ()))
    return splices


def _narrowing(document: LocatedDocument, path: tuple[str | int, ...], namespaces: tuple[str, ...]) -> Splice:
    selector = document.data
    for step in path:
        selector = selector[step]  # type: ignore[index]  # the typed policy has this field, so the document does
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    condition = {"key": NAME_LABEL, "operator": "In", "values": list(namespaces)}
    single = len(namespaces) == 1
    if not selector or not (labels or expressions):
        value = {"matchLabels": {NAME_LABEL: namespaces[0]}} if single else {"matchExpressions": [condition]}
        return replaced_value(document, path, value)
    if single and labels:
        return put_in_entry(document, (*path, "matchLabels", next(iter(labels))), NAME_LABEL, namespaces[0])
    if single and "matchLabels" in selector:
        return replaced_value(document, (*path, "matchLabels"), {NAME_LABEL: namespaces[0]})
    if single:
        return put_in_entry(document, (*path, "matchExpressions"), "matchLabels", {NAME_LABEL: namespaces[0]})
    if expressions:
        return put_in_item(document, (*path, "matchExpressions", 0), condition)
    if "matchExpressions" in selector:
        return replaced_value(document, (*path, "matchExpressions"), [condition])
    return put_in_entry(document, (*path, "matchLabels"), "matchExpressions", [condition])


def _written(policy: NetworkPolicy) -> str:
    """A default deny as a manifest."""
    direction = next(word for word in TYPES.values() if word in (policy.policy_types or ()))
    return (
        "apiVersion: networking.k8s.io/v1\n"
        "kind: NetworkPolicy\n"
        "metadata:\n"
        f"  name: {flow(policy.name)}\n"
        f"  namespace: {flow(policy.namespace)}\n"
        "spec:\n"
        "  podSelector: {}\n"
        "  policyTypes:\n"
        f"    - {direction}\n"
    )


def unified(file: str, text: str, changes: Iterable[Changed]) -> str:
    """A unified diff of one file that exists."""
    edits: list[_Hunk] = []
    lines = _lines(text)
    at = line = 0
    for change in changes:
        line += text.count("\n", at, change.start)
        at = change.start
        old, new = _lines(text[change.start : change.end]), _lines(change.text)
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        last = 0
        while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
            last += 1
        body = [f"-{one}" for one in old[first : len(old) - last]] + [f"+{one}" for one in new[first : len(new) - last]]
        edits.append(_Hunk(line + first, line + len(old) - last, body))
    name = _git_name(file)
    parts = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    grown = 0
    for group in _grouped(edits):
        begin, end = max(0, group[0].start - _CONTEXT), min(len(lines), group[-1].end + _CONTEXT)
        body = []
        here = begin
        for edit in group:
            body += [f" {one}" for one in lines[here : edit.start]] + edit.body
            here = edit.end
        body += [f" {one}" for one in lines[here:end]]
        more = sum(one[0] == "+" for one in body) - sum(one[0] == "-" for one in body)
        parts.append(f"@@ -{_range(begin, end)} +{_range(begin + grown, end + grown + more)} @@\n")
        parts += body
        grown += more
    return _ended(parts)


def _added(file: str, text: str) -> str:
    """A unified diff that adds a file."""
    lines = _lines(text)
    head = ["--- /dev/null\n", f"+++ b/{_git_name(file)}\n", f"@@ -0,0 +{_range(0, len(lines))} @@\n"]
    return _ended(head + [f"+{line}" for line in lines])


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines of a file, numbered from 0, and what a diff shows of them."""

    start: int
    end: int
    body: list[str]


def _grouped(edits: Sequence[_Hunk]) -> list[list[_Hunk]]:
    """The edits, together where their surroundings meet."""
    groups: list[list[_Hunk]] = []
    for edit in edits:
        if groups and edit.start - groups[-1][-1].end <= 2 * _CONTEXT:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _ended(parts: Iterable[str]) -> str:
    """The parts of a diff, each with the end of a line."""
    return "".join(part if part.endswith("\n") else f"{part}\n\\ No newline at end of file\n" for part in parts)


_CONTEXT: Final = 3


def _lines(text: str) -> list[str]:
    """The lines with their ends, as git tells them: other signs that Python takes for the end of a line are none."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _range(start: int, end: int) -> str:
    """Lines as the head of a hunk names them."""
    length = end - start
    return f"{start + 1 if length else start},{length}" if length != 1 else str(start + 1)


def _git_name(file: str) -> str:
    """The file's name in a diff: from the working directory, where the file is below it."""
    path = Path(file)
    if path.is_absolute() or ".." in path.parts:
        full, here = Path(file).resolve(), Path.cwd().resolve()
        path = full.relative_to(here) if full.is_relative_to(here) else full
    name = path.as_posix().lstrip("/")
    if not name.isprintable():
        raise Unpatchable("the file's name cannot stand in a diff")
    return f"{name}\t" if " " in name else name
