"""Edits of policies as a diff of the user's own files."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from netqed.analysis.edits import (
    TYPES,
    DefaultDeny,
    DropPort,
    Edit,
    MergePeers,
    NarrowPeer,
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
from netqed.resources.objects import NetworkPolicy
from netqed.sources.located import LocatedDocument
from netqed.sources.patches import (
    Splice,
    Unpatchable,
    emptied_list,
    merged_items,
    put_in_entry,
    put_in_item,
    removed_item,
    replaced_value,
    spliced,
)
from netqed.sources.position import InputError
from netqed.sources.read import read


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
            by_file[document.file] += _splices(policies[key], document, edits)
        parts = []
        for file, splices in sorted(by_file.items()):
            text = self._text(file)
            new = spliced(text, splices)
            self._require(file, new, after)
            parts.append(_unified(file, text, new))
        names = [policy.key for policy in self.cluster.policies]
        for edit in edits:
            if isinstance(edit, DefaultDeny):
                added = default_deny(edit, names)
                names.append(added.key)
                parts.append(_unified(self._new_file(added), None, _written(added)))
        return "".join(parts)

    def _text(self, file: str) -> str:
        """The file's text as it was read."""
        if file not in self._texts:
            try:
                with Path(file).open(encoding="utf-8", newline="") as opened:
                    self._texts[file] = opened.read()
            except (OSError, UnicodeDecodeError):
                self._texts[file] = None
        text = self._texts[file]
        held = [
            policy.document.source.text
            for policy in self.cluster.policies
            if isinstance(policy.document, LocatedDocument) and policy.document.file == file
        ]
        if text is None or any(one != text for one in held):
            raise Unpatchable("no file, or another than the one that was read")
        return text

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

    def _new_file(self, added: NetworkPolicy) -> str:
        """Where a new policy may lie: beside a policy of its namespace, or beside any object of it."""
        places = [policy.document for policy in self.cluster.policies if policy.namespace == added.namespace]
        places += [one.document for one in self.cluster.workloads if one.namespace == added.namespace]
        places += [one.document for name, one in self.cluster.namespaces.items() if name == added.namespace]
        for document in places:
            if isinstance(document, LocatedDocument) and Path(document.file).is_file():
                return str(Path(document.file).with_name(f"{added.namespace}-{added.name}.yaml"))
        raise Unpatchable("no folder for a new file")


def _splices(policy: NetworkPolicy, document: LocatedDocument, edits: Sequence[Edit]) -> list[Splice]:
    """What the edits do to the text of one policy."""
    own = [edit for edit in edits if not isinstance(edit, DefaultDeny) and edit.place.policy == policy.key]
    after = edited(policy, own)
    splices: list[Splice] = []
    removed: list[tuple[Direction, int]] = []
    directions: tuple[Direction, ...] = ("ingress", "egress")
    for direction in directions:
        rules = (policy.ingress if direction == "ingress" else policy.egress) or ()
        gone = [index for index in range(len(rules)) if index not in after.rules[direction]]
        removed += [(direction, index) for index in gone]
        if gone and len(gone) == len(rules):
            splices.append(emptied_list(document, ("spec", direction)))
            if not policy.policy_types:
                types = list(effective_types(policy))
                written = "policyTypes" in document.data.get("spec", {})
                splices.append(
                    replaced_value(document, ("spec", "policyTypes"), types)
                    if written
                    else put_in_entry(document, ("spec", direction), "policyTypes", types)
                )
        else:
            splices += [removed_item(document, ("spec", direction), index, len(rules)) for index in gone]
    for edit in own:
        if (edit.place.direction, edit.place.rule) not in removed:
            splices.append(_splice(policy, document, edit))
    return splices


def _splice(policy: NetworkPolicy, document: LocatedDocument, edit: Edit) -> Splice:
    """What one edit inside a rule does to the text."""
    assert not isinstance(edit, DefaultDeny)
    place = edit.place
    rule = ((policy.ingress if place.direction == "ingress" else policy.egress) or ())[place.rule]
    match edit:
        case RemovePeer(_, peer):
            return removed_item(document, place.peers_path, peer, len(rule.peers or ()))
        case DropPort(_, port):
            return removed_item(document, (*place.path, "ports"), port, len(rule.ports or ()))
        case MergePeers(_, first):
            return merged_items(document, place.peers_path, first)
        case NarrowPeer(_, peer, namespaces):
            return _narrowing(document, (*place.peers_path, peer, "namespaceSelector"), namespaces)
        case RemoveRule():
            raise Unpatchable("a rule is removed as a whole")


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
    if single:
        return put_in_entry(document, (*path, "matchExpressions"), "matchLabels", {NAME_LABEL: namespaces[0]})
    if expressions:
        return put_in_item(document, (*path, "matchExpressions", 0), condition)
    return put_in_entry(document, (*path, "matchLabels"), "matchExpressions", [condition])


def _written(policy: NetworkPolicy) -> str:
    """A default deny as a manifest."""
    direction = next(word for word in TYPES.values() if word in (policy.policy_types or ()))
    return (
        "apiVersion: networking.k8s.io/v1\n"
        "kind: NetworkPolicy\n"
        "metadata:\n"
        f"  name: {policy.name}\n"
        f"  namespace: {policy.namespace}\n"
        "spec:\n"
        "  podSelector: {}\n"
        "  policyTypes:\n"
        f"    - {direction}\n"
    )


def _unified(file: str, old: str | None, new: str) -> str:
    """A unified diff of one file, as git writes it; without `old` of a file that is new."""
    name = Path(file).as_posix().lstrip("/")
    lines = difflib.unified_diff(
        [] if old is None else old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        "/dev/null" if old is None else f"a/{name}",
        f"b/{name}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
