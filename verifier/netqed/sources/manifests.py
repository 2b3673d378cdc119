"""Kubernetes objects out of the text of one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from netqed.sources.bulk import Bulk, Irregular, Whole
from netqed.sources.composer import Refused, compose
from netqed.sources.document import Document
from netqed.sources.flaws import syntax_problem
from netqed.sources.jsontext import JsonReader
from netqed.sources.located import LocatedDocument, Stretch
from netqed.sources.nodes import MAX_DEPTH, MappingNode, Node
from netqed.sources.position import FieldPath, Problem
from netqed.sources.reading import PassedOver
from netqed.sources.text import SourceText, shown

# YAML forbids both inside of texts, so that they separate documents whatever is wrong before them.
_SEPARATOR = re.compile(r"^(?:---|(?P<end>\.\.\.))(?=[ \t\r\n]|\Z)", re.MULTILINE)
# Lines that may stand before a document: blank ones, comments, directives.
_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*\Z")
_KUSTOMIZE_GROUP = "kustomize.config.k8s.io/"
_LIST_LEVELS = 2
"""Levels of a large `List` that have places by way of the list: the items have places of their own."""
_NO_HEADER = "no apiVersion, kind or metadata: not a Kubernetes object"
_HEADER = ("apiVersion", "kind", "metadata")


@dataclass(slots=True)
class Manifests:
    """What one file holds."""

    documents: list[Document] = field(default_factory=list)
    dumps: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    kustomizations: list[dict[str, Any]] = field(default_factory=list)
    """The contents of kustomization objects, in a file of whatever name."""

    @property
    def empty(self) -> bool:
        """Whether there is neither an object nor a reason why there is none."""
        return not (self.documents or self.dumps or self.problems)


class ManifestReader:
    """A reader that shares equal scalars among all the files that it reads."""

    def __init__(self) -> None:
        self._bulk = Bulk()
        self._json = JsonReader()

    def read(self, source: SourceText, *, is_kustomization: bool = False) -> Manifests:
        """The objects in the text; `is_kustomization` for a file that is one by its name."""
        found = Manifests()
        for stretch, whole in self._wholes(source, found.problems):
            _sort(found, stretch, whole, is_kustomization)
        return found

    def _wholes(self, source: SourceText, problems: list[Problem]) -> Iterator[tuple[Stretch, Whole]]:
        """The documents of the text, those of JSON and of YAML; adds to `problems`."""
        head = source.text.lstrip(" \t\r\n")[:2]
        if head[:1] in ("{", "[") and head != "{{":
            parts = list(self._json.read(source))
            if source.file.lower().endswith(".json") or not any(isinstance(part, Problem) for part in parts):
                for part in parts:
                    if isinstance(part, Problem):
                        problems.append(part)
                    else:
                        yield Stretch(source, part.start, part.start, part.end, json=True), part
                return
        for begin, end in _chunks(source.text):
            try:
                wholes = list(self._bulk.read(source.text, begin, end))
            except Irregular:
                wholes = list(_thorough(source, begin, end, problems))
            except yaml.YAMLError as error:
                problems.append(syntax_problem(source, begin, end, error))
                continue
            for whole in wholes:
                if whole is not None:
                    yield Stretch(source, begin, whole.start, end, json=False), whole


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of the text that hold one document each: from `---`, and up to the next or past `...`.

    They are read apart, so that a syntax error ends one of them only. Directives stay with the document they precede.
    """
    begin = 0
    for separator in _SEPARATOR.finditer(text):
        end = separator.start()
        directives = text.find("%", begin, end) >= 0
        if separator["end"]:
            bare = not directives and _DIRECTIVES.match(text, begin, end)
            end = text.find("\n", end) + 1 or len(text)
            if bare:  # the end of nothing, which libyaml takes for an error
                begin = end
                continue
        elif end == begin or (directives and _DIRECTIVES.match(text, begin, end)):
            continue
        yield begin, end
        begin = end
    if begin < len(text):
        yield begin, len(text)


def _thorough(source: SourceText, begin: int, end: int, problems: list[Problem]) -> Iterator[Whole | None]:
    """The documents of a chunk that the bulk reader does not handle; adds what is wrong with it to `problems`."""
    try:
        for root, flaws in compose(source, begin, end):
            problems.extend(flaws)
            if root is not None and not flaws:
                yield _whole(root)
    except Refused as refusal:
        problems.append(refusal.problem)
    except yaml.YAMLError as error:
        problems.append(syntax_problem(source, begin, end, error))


def _whole(root: Node) -> Whole:
    bounds: tuple[tuple[int, int], ...] = ()
    if isinstance(root, MappingNode) and "items" in root.entries:
        items = root.entries["items"].value
        bounds = tuple((item.start, item.end) for item in getattr(items, "items", ()))
    return Whole(root.data, root.start, root.end, bounds)


def _sort(found: Manifests, stretch: Stretch, whole: Whole, is_kustomization: bool) -> None:
    """Put one document where it belongs: an object, a list of objects, something else, or a problem."""
    data = whole.data
    if isinstance(data, dict):
        api_version = data.get("apiVersion")
        if is_kustomization or (isinstance(api_version, str) and api_version.startswith(_KUSTOMIZE_GROUP)):
            found.kustomizations.append(data)
            why = "a kustomization, which was not rendered"
        elif any(key in data for key in _HEADER):
            levels = _LIST_LEVELS if whole.items else MAX_DEPTH
            _take(found, LocatedDocument(stretch, data, levels=levels), stretch, whole.items)
            return
        else:
            why = _NO_HEADER
    elif isinstance(data, list):
        if any(_is_headed(item) for item in data):
            # kubectl refuses such a file; to pass it over could leave a policy out of a proof.
            found.problems.append(
                stretch.source.problem(
                    "a list of objects, which kubectl does not read", whole.start, "put --- between them instead"
                )
            )
            return
        why = "a list, not a Kubernetes object"
    else:
        why = "text, not a Kubernetes object"
    found.passed_over.append(PassedOver(stretch.source.position(whole.start), why))


def _is_headed(item: Any) -> bool:
    """Whether a value is a mapping that begins as an object does."""
    return isinstance(item, dict) and "apiVersion" in item and "kind" in item


def _take(
    found: Manifests,
    document: LocatedDocument,
    stretch: Stretch,
    bounds: tuple[tuple[int, int], ...] = (),
    prefix: FieldPath = (),
) -> None:
    """Take one object, or a `List` apart. `bounds` are where the items lie, where that is known; `prefix` is the
    path of the object within its stretch."""
    data = document.data
    is_list = str(data.get("kind", "")).endswith("List") and "items" in data
    flaws = list(_header_flaws(document, is_list))
    found.problems.extend(flaws)
    if flaws:
        return
    if not is_list:
        found.documents.append(document)
        return
    found.dumps.append(document)
    items = data["items"]
    if not isinstance(items, list | None):
        found.problems.append(_problem(document, ("items",), f"items is {_kind(items)}, expected a list"))
        return
    # kubectl gives the items of a PodList the kind Pod where they name none themselves.
    inherited = {"apiVersion": data["apiVersion"], "kind": data["kind"].removesuffix("List")}
    for index, item in enumerate(items or ()):
        path = (*prefix, "items", index)
        part, inner_prefix = stretch, path
        if index < len(bounds):
            start, end = bounds[index]
            part = Stretch(stretch.source, start, start, end, json=stretch.json, outer=(stretch, path))
            inner_prefix = ()
        if not isinstance(item, dict):
            message = f"items[{index}] is {_kind(item)}, expected an object"
            found.problems.append(_problem(document, ("items", index), message))
            continue
        if inherited["kind"] and ("apiVersion" not in item or "kind" not in item):
            item = {**inherited, **item}
        _take(found, LocatedDocument(part, item, inner_prefix), part, (), inner_prefix)


def _header_flaws(document: LocatedDocument, is_list: bool) -> Iterator[Problem]:
    """What keeps a mapping from being an object: a part of its header that is missing or of another type."""
    data = document.data
    missing = [key for key in _HEADER if key not in data and not (is_list and key == "metadata")]
    if missing:
        has = " and ".join(key for key in _HEADER if key in data)
        hint = None
        if missing == ["kind", "metadata"] and "name" in data and "version" in data:
            hint = "looks like a Helm chart: render it, e.g. helm template . | netqed check -"
        message = f"has {has} but no {' and no '.join(missing)}" if has else _NO_HEADER
        yield _problem(document, (), message, hint)
    for key in _HEADER[:2]:
        value = data.get(key)
        if key in data and (not isinstance(value, str) or not value):
            shown_value = "an empty text" if value == "" else _kind(value)
            yield _problem(document, (key,), f"{key} is {shown_value}, expected a text")
    if "metadata" in data and not isinstance(data["metadata"], dict) and not is_list:
        yield _problem(document, ("metadata",), f"metadata is {_kind(data['metadata'])}, expected a mapping")


def _problem(document: LocatedDocument, path: FieldPath, message: str, hint: str | None = None) -> Problem:
    span = document.span(path)
    return Problem(shown(message), span.start, _label(document.data), hint, span.text)


def _label(data: dict[str, Any]) -> str | None:
    """The object as `Kind namespace/name`, as far as it says so."""
    kind, metadata = data.get("kind"), data.get("metadata")
    if not isinstance(kind, str) or not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return None
    namespace = metadata.get("namespace")
    name = f"{namespace}/{metadata['name']}" if isinstance(namespace, str) else metadata["name"]
    return shown(f"{kind} {name}")


def _kind(value: Any) -> str:
    """What a value is, in a reader's words."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"
