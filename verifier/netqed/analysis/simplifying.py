"""A policy set without what is redundant, as the user's own files: comments and everything else stay as they were.

What is edited is read again, and what was read is proved to allow what the input does: only then is it given out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from netqed.analysis.edits import Edit
from netqed.analysis.patching import edit_splices, unified
from netqed.analysis.redundancy_results import Redundancy, Together
from netqed.analysis.removals import Removal, RemovePolicy
from netqed.resources.cluster import Cluster
from netqed.resources.load import load
from netqed.resources.objects import NetworkPolicy
from netqed.sources.document import Document
from netqed.sources.located import LocatedDocument
from netqed.sources.manifests import ManifestReader
from netqed.sources.patches import Changed, Splice, Unpatchable, changed_lines, spliced
from netqed.sources.position import InputError, Position, Problem
from netqed.sources.reading import Reading
from netqed.sources.removed import removed_objects
from netqed.sources.text import SourceText

Equivalent = Callable[[Cluster], bool | None]
"""Whether a cluster allows exactly what the input does; None where the solver's budget does not suffice to tell."""


@dataclass(frozen=True, slots=True)
class SimplerFile:
    """One file of the input."""

    file: str
    before: str
    """Its text, without a byte order mark."""
    changes: tuple[Changed, ...]

    @property
    def after(self) -> str:
        """Its text without what is redundant; the same, to the letter, where nothing of it is."""
        return spliced(self.before, self.changes)

    @property
    def changed(self) -> bool:
        """Whether anything goes."""
        return bool(self.changes)

    @property
    def diff(self) -> str:
        """A unified diff; nothing where nothing changes."""
        return unified(self.file, self.before, self.changes) if self.changes else ""


@dataclass(frozen=True, slots=True)
class Simplified:
    """The input without what is redundant, proved to allow the same."""

    found: Redundancy
    files: tuple[SimplerFile, ...]
    """Every file that holds objects, in the order of the input."""

    @property
    def text(self) -> str:
        """All files as one stream of documents, where one was asked for."""
        return joined(one.after for one in self.files)

    @property
    def diff(self) -> str:
        """One unified diff of all files."""
        return "".join(one.diff for one in self.files)


@dataclass(frozen=True, slots=True)
class Unproved:
    """The solver's budget did not suffice to find or to prove anything simpler."""

    found: Redundancy


@dataclass(frozen=True)
class Simplifier:
    """Edits the files of one input."""

    documents: Sequence[Document]
    """As they were read."""
    namespace: str | None = None
    ignore_unknown: tuple[str, ...] = ()
    stream: bool = True
    """Whether the files are given out as one stream of documents, which is then what is read again."""

    def simplified(self, found: Redundancy, equivalent: Equivalent) -> Simplified | Unproved:
        """The files without the parts that can be removed together.

        Raises InputError where the form of a file makes an edit unsafe, and RuntimeError where what the edited files
        hold is read as meant and does not allow the same.
        """
        together = found.together
        if not isinstance(together, Together) or (found.unknown and not together.parts):
            return Unproved(found)
        removals: dict[str, list[Removal]] = defaultdict(list)
        for part in together.parts:
            removals[part.policy.key].append(part.removal)
        policies = {policy.key: policy for policy in found.before.policies}
        problems: list[Problem] = []
        by_file: dict[str, list[Splice]] = defaultdict(list)
        gone: dict[str, list[LocatedDocument]] = defaultdict(list)
        for key, own in removals.items():
            policy = policies[key]
            try:
                document = _editable(policy, found.before)
                if any(isinstance(one, RemovePolicy) for one in own):
                    gone[document.file].append(document)
                else:
                    edits: list[Edit] = [one for one in own if not isinstance(one, RemovePolicy)]
                    by_file[document.file] += edit_splices(policy, document, edits)
            except Unpatchable as error:
                problems.append(_problem(policy, str(error)))
        files = []
        for source in self._sources():
            try:
                splices = [*by_file[source.file], *removed_objects(gone[source.file])]
                files.append(SimplerFile(source.file, source.text, tuple(changed_lines(source.text, splices))))
            except Unpatchable as error:
                problems.append(Problem(f"cannot be simplified: {error}", Position(source.file), hint=_BY_HAND))
        if problems:
            raise InputError(problems)
        simplified = Simplified(found, tuple(files))
        if not together.parts:
            return simplified
        match equivalent(self._read_again(simplified)):
            case True:
                return simplified
            case None:
                return Unproved(found)
            case False:
                raise RuntimeError("the simplified files do not allow what the input does")

    def _sources(self) -> Iterable[SourceText]:
        found: dict[str, SourceText] = {}
        for document in self.documents:
            if isinstance(document, LocatedDocument):
                found.setdefault(document.file, document.source)
        return found.values()

    def _read_again(self, simplified: Simplified) -> Cluster:
        """What the new text holds. InputError unless that is what is meant, and everything else as it was."""
        before, after = simplified.found.before, simplified.found.after
        files = [(one.file, one.after) for one in simplified.files]
        if self.stream:
            files = [(STDIN, simplified.text)]
        held = [ManifestReader().read(SourceText(name, text)) for name, text in files]
        reading = Reading(
            documents=tuple(document for one in held for document in one.documents),
            problems=tuple(problem for one in held for problem in one.problems),
        )
        try:
            again = load(reading, namespace=self.namespace, ignore_unknown=self.ignore_unknown)
        except InputError as error:
            raise InputError([Problem(_NOT_AS_MEANT, hint=_BY_HAND), *error.problems]) from error
        if again.policies != after.policies or _told(again) != _told(before):
            raise InputError([Problem(_NOT_AS_MEANT, hint=_BY_HAND)])
        return again


STDIN = "<stdin>"
_BY_HAND = "netqed redundant lists what can be removed by hand"
_NOT_AS_MEANT = "the files cannot be simplified: without what is redundant they would not be read as is meant"


def joined(texts: Iterable[str]) -> str:
    """Texts of several files as one stream of documents; one alone stays as it is."""
    found = ""
    for text in texts:
        if found and text.strip():
            if not found.endswith("\n"):
                found += "\n"
            if not text.startswith("---"):
                found += "---\n"
        if text.strip() or not found:
            found += text
    return found


def _editable(policy: NetworkPolicy, cluster: Cluster) -> LocatedDocument:
    if not isinstance(policy.document, LocatedDocument):
        raise Unpatchable("it is in no file")
    if f"NetworkPolicy {policy.key}" in cluster.repeated:
        raise Unpatchable("it stands in the input more than once")
    return policy.document


def _problem(policy: NetworkPolicy, why: str) -> Problem:
    return Problem(f"cannot be simplified: {why}", policy.position, f"NetworkPolicy {policy.key}", _BY_HAND)


def _told(cluster: Cluster) -> Mapping[str, object]:
    """All that matters of a cluster beside its policies."""
    return {
        "workloads": (cluster.workloads, cluster.superseded),
        "namespaces": cluster.namespaces,
        "others": (cluster.services, cluster.service_accounts, cluster.nodes),
    }
