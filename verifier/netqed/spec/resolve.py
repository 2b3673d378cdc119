"""Names of a spec replaced by what they stand for, against the cluster that was read.

A name is a group or a namespace. One that is neither, or both, a literal namespace that nobody knows and a workload
that is not in the input are errors: a typo never makes an invariant speak of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector
from netqed.sources.position import InputError, Position, Problem, Span
from netqed.spec.belied import belied
from netqed.spec.document import Spec, StatedAssumption, StatedInvariant
from netqed.spec.faults import BUILT_IN_WORDS, did_you_mean
from netqed.spec.labels import NAMESPACE_NAME_LABEL
from netqed.spec.meaning import speaks_of_pods
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    BuiltIn,
    Endpoint,
    EveryPodHas,
    Exception_,
    Invariant,
    Isolated,
    Name,
    NamespacesNamed,
    NoOtherNamespace,
    NoOtherNamespaces,
    NoOtherValue,
    NoPodHas,
    OnlyNamespaceHas,
    Pods,
    WorkloadRef,
)


def resolve(spec: Spec, cluster: Cluster) -> Spec:
    """Return the spec without a Name in it. Raises InputError with every name that does not resolve, every namespace
    that the spec and the input state differently, and every fact of `cluster:` that an address of the input belies."""
    resolver = _Resolver(spec, cluster)
    resolver.problems.extend(belied(spec, cluster))
    resolver.compare_namespaces()
    resolver.compare_workloads()
    groups = {name: resolver.group(name) for name in spec.groups}
    invariants = tuple(resolver.invariant(stated) for stated in spec.invariants)
    assumptions = tuple(resolver.assumption(stated) for stated in spec.assumptions)
    if resolver.problems:
        raise InputError(list(dict.fromkeys(resolver.problems)))
    return replace(spec, groups=groups, invariants=invariants, assumptions=assumptions)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence and its place, to point at a word of it."""

    text: str
    span: Span | None

    def position(self, offset: int) -> Position | None:
        if self.span is None:
            return None
        start = self.span.start
        written = self.span.text[start.column - 1 : self.span.end_column - 1]
        if written.strip() != self.text:
            return start
        indent = len(written) - len(written.lstrip())
        return Position(start.file, start.line, start.column + indent + offset)

    def find(self, word: str) -> int:
        """The offset of a word, 0 if it does not stand as such."""
        found = re.search(rf"(?<![\w./-]){re.escape(word)}(?![\w./-])", self.text)
        return found.start() if found else 0


@dataclass(slots=True)
class _Resolver:
    spec: Spec
    cluster: Cluster
    problems: list[Problem] = field(default_factory=list)
    known: frozenset[str] = field(init=False)
    """Namespaces that the input or the spec knows."""
    workloads: Mapping[tuple[str, str, str], str] = field(init=False)
    """(namespace, kind in lower case, name) of every workload, with how a sentence writes it."""
    done: dict[str, Endpoint] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """Groups being resolved, outermost first."""

    def __post_init__(self) -> None:
        stated = (*self.cluster.workloads, *self.spec.workloads)
        self.known = self.cluster.known_namespaces | frozenset(self.spec.namespaces) | {one.namespace for one in stated}
        keys = ((one.namespace, one.kind.lower(), one.name) for one in (*stated, *self.cluster.superseded))
        self.workloads = {key: "/".join(key) for key in keys}

    def report(self, sentence: _Sentence, offset: int, message: str, hint: str | None = None) -> None:
        line = sentence.span.text if sentence.span else None
        self.problems.append(Problem(message, sentence.position(offset), hint=hint, line_text=line))

    def compare_namespaces(self) -> None:
        """A namespace that the spec and a manifest both declare must have the same labels in both."""
        for name, labels in self.spec.namespaces.items():
            declared = self.cluster.namespaces.get(name)
            if declared is None:
                continue
            implied = {NAMESPACE_NAME_LABEL: name}
            if {**labels, **implied} != {**declared.labels, **implied}:
                place = declared.document.start if declared.document is not None else None
                where = f" in {place}" if place else ""
                self.problems.append(
                    Problem(
                        f"namespace '{name}' has other labels here than{where or ' in the manifests'}",
                        self.spec.namespace_positions.get(name),
                        object=f"Namespace {name}",
                        hint="state here only namespaces that the manifests do not declare",
                    )
                )

    def compare_workloads(self) -> None:
        """A workload that the spec states must not be in the input as well: its pods would be counted twice."""
        known = (*self.cluster.workloads, *self.cluster.superseded)
        read = {(one.namespace, one.kind.lower(), one.name) for one in known}
        for index, one in enumerate(self.spec.workloads):
            if (one.namespace, one.kind.lower(), one.name) in read:
                places = self.spec.workload_positions
                message = f"workload '{one.display}' is in the input, so the spec must not state it"
                self.problems.append(Problem(message, places[index] if index < len(places) else None))

    def group(self, name: str) -> Endpoint:
        """The resolved group: an AnyOf that keeps its name."""
        if name in self.done:
            return self.done[name]
        self.open.append(name)
        members = self.spec.group_members.get(name) or ()
        if members:
            found = [self.endpoint(one.endpoint, _Sentence(one.sentence, one.span)) for one in members]
        else:
            found = [self.endpoint(self.spec.groups[name], _Sentence("", self.spec.group_spans.get(name)))]
        items: list[Endpoint] = []
        for one in found:
            items.extend(one.items if isinstance(one, AnyOf) and one.name is None else (one,))
        self.open.pop()
        self.done[name] = AnyOf(tuple(items), name)
        return self.done[name]

    def invariant(self, stated: StatedInvariant) -> StatedInvariant:
        """The invariant with its endpoints and exceptions resolved."""
        sentence = _Sentence(stated.sentence, stated.span)
        exceptions = tuple(self._exception(one, sentence) for one in stated.invariant.exceptions)
        found: Invariant
        match stated.invariant:
            case NoOtherNamespace() | NoOtherValue() as invariant:
                found = replace(invariant, exceptions=exceptions)
            case Isolated(inside, outside) as invariant:
                found = replace(
                    invariant,
                    inside=self.endpoint(inside, sentence),
                    outside=self._optional(outside, sentence),
                    exceptions=exceptions,
                )
            case invariant:
                found = replace(
                    invariant,
                    source=self.endpoint(invariant.source, sentence),
                    destination=self.endpoint(invariant.destination, sentence),
                    exceptions=exceptions,
                )
        return replace(stated, invariant=found)

    def _exception(self, exception: Exception_, sentence: _Sentence) -> Exception_:
        return replace(
            exception,
            source=self._optional(exception.source, sentence),
            destination=self._optional(exception.destination, sentence),
            either=self._optional(exception.either, sentence),
        )

    def assumption(self, stated: StatedAssumption) -> StatedAssumption:
        """The assumption with its endpoint resolved and its namespaces known."""
        sentence = _Sentence(stated.sentence, stated.span)
        found: Assumption
        match stated.assumption:
            case NoPodHas(where) | EveryPodHas(where) as assumption:
                resolved = self.endpoint(where, sentence)
                if not speaks_of_pods(resolved):
                    self.report(sentence, 0, "this assumption speaks of pods, and not all of these are")
                found = replace(assumption, where=resolved)
            case OnlyNamespaceHas(namespaces) as assumption:
                for name in namespaces:
                    hint = f"'{name}' is a group; write its namespace" if name in self.spec.groups else None
                    self._check_namespace(name, sentence, sentence.find(name), hint)
                found = assumption
            case (NoOtherNamespaces() | NamespacesNamed()) as assumption:
                found = assumption
        return replace(stated, assumption=found)

    def _optional(self, endpoint: Endpoint | None, sentence: _Sentence) -> Endpoint | None:
        return None if endpoint is None else self.endpoint(endpoint, sentence)

    def endpoint(self, endpoint: Endpoint, sentence: _Sentence) -> Endpoint:
        """The endpoint without names; one that does not resolve is reported and comes back as written."""
        match endpoint:
            case Name():
                return self._name(endpoint, sentence)
            case Pods(namespace, _, _, offset):
                if isinstance(namespace, str):
                    self._check_namespace(namespace, sentence, offset)
                    self._check_comma(endpoint, sentence)
                else:
                    self._check_namespace_labels(namespace, sentence, offset)
                return endpoint
            case WorkloadRef(namespace, kind, name, offset):
                if namespace not in self.known:
                    self._check_namespace(namespace, sentence, offset)
                elif (namespace, kind, name) not in self.workloads:
                    written = f"{namespace}/{kind}/{name}"
                    hint = self._workload_hint(written, namespace, name)
                    self.report(sentence, offset, f"no workload '{written}' in the input", hint)
                return endpoint
            case AnyOf(items, None):
                return AnyOf(tuple(self.endpoint(item, sentence) for item in items))
            case AnyOf() | Block() | BuiltIn():
                return endpoint

    def _name(self, name: Name, sentence: _Sentence) -> Endpoint:
        word = name.name
        is_group, is_namespace = word in self.spec.groups, word in self.known
        if name.kind == "group" or (name.kind is None and is_group and not is_namespace):
            if not is_group:
                hint = did_you_mean(word, self.spec.groups)
                self.report(sentence, name.offset, f"no group '{word}'", hint)
                return name
            if word in self.open:
                chain = " -> ".join([*self.open[self.open.index(word) :], word])
                self.report(sentence, name.offset, f"group '{word}' contains itself: {chain}")
                return name
            return self.group(word)
        if name.kind is None and is_group and is_namespace:
            message = f"'{word}' is a group and a namespace"
            self.report(sentence, name.offset, message, f"write 'group {word}' or 'namespace {word}'")
            return name
        if not is_namespace:
            if name.kind is None:
                hint = did_you_mean(word, (*self.spec.groups, *self.known, *BUILT_IN_WORDS))
                self.report(sentence, name.offset, f"no group or namespace '{word}'", hint or self._declare(word))
            else:
                self._check_namespace(word, sentence, name.offset)
            return name
        return Pods(word, None, word, name.offset)

    def _check_namespace(self, name: str, sentence: _Sentence, offset: int, hint: str | None = None) -> None:
        if name not in self.known:
            hint = hint or did_you_mean(name, self.known) or self._declare(name)
            self.report(sentence, offset, f"no namespace '{name}'", hint)

    def _declare(self, name: str) -> str | None:
        return f"if it exists, state it in the spec: 'namespaces: {{{name}: {{}}}}'"

    def _check_namespace_labels(self, selector: LabelSelector, sentence: _Sentence, offset: int) -> None:
        """A namespace's name is also literal where a selector asks for the label that carries it."""
        names = [value for key, value in selector.match_labels if key == NAMESPACE_NAME_LABEL]
        for requirement in selector.match_expressions:
            if requirement.key == NAMESPACE_NAME_LABEL:
                names.extend(requirement.values)
        for name in names:
            self._check_namespace(name, sentence, offset)

    def _check_comma(self, pods: Pods, sentence: _Sentence) -> None:
        """`web/app=a,payments`: AND by the rule of commas, though a list may be meant where `payments` is a name."""
        if pods.selector is None or "/(" in pods.text:
            return
        for requirement in pods.selector.match_expressions:
            key = requirement.key
            if requirement.operator == "Exists" and (key in self.spec.groups or key in self.known):
                before = pods.text.partition("/")
                self.report(
                    sentence,
                    pods.offset,
                    f"'{key}' is read as a label here, and a group or namespace is called so too",
                    f"write a space after the comma for a list, or '{before[0]}/({before[2]})' for the label",
                )

    def _workload_hint(self, written: str, namespace: str, name: str) -> str | None:
        same_name = [text for key, text in self.workloads.items() if key[0] == namespace and key[2] == name]
        if same_name:
            return f"did you mean '{min(same_name)}'?"
        return did_you_mean(written, self.workloads.values())
