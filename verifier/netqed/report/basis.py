"""What an answer rests on, and what it speaks of by namespace, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netqed.analysis.results import Basis, InputResult, NamespaceCounts
from netqed.report.style import Style
from netqed.report.words import count, scope_words, workloads_words
from netqed.report.writer import entry, table
from netqed.resources.cluster import Note

READINGS: Final[Mapping[str, str]] = {
    "spec": "spec (what the NetworkPolicy API and its conformance tests define)",
    "any network plugin": "any network plugin (--cni NAME names one)",
}
"""The readings of implementation-defined matters, in words."""

FOLD: Final = 5
"""Entries of a list that are shown without --verbose."""

ROWS: Final = 20
"""Namespaces that the table shows without --verbose."""

INDENT: Final = 21


def basis_lines(one: InputResult, style: Style, *, verbose: bool) -> Iterator[str]:
    """The block `what this answer rests on`: nothing that a verdict depends on is left unsaid."""
    basis = one.basis
    yield style.paint("what this answer rests on", "strong")
    yield from entry("reading", READINGS.get(basis.reading, basis.reading), style, indent=INDENT)
    for index, scope in enumerate(sorted({result.scope for result in one.results})):
        number = sum(result.scope == scope for result in one.results)
        text = f"{scope}: {count(number, 'invariant')}, {scope_words(scope)}"
        yield from entry("scope" if index == 0 else "", text, style, indent=INDENT)
    yield from input_lines(basis, style, verbose=verbose)
    yield from taken_lines(basis, style)
    yield from note_lines(basis, style, verbose=verbose)


def input_lines(basis: Basis, style: Style, *, verbose: bool) -> Iterator[str]:
    """What was read: where from, how much, and its digest."""
    where = _folded(basis.sources, verbose)
    yield from entry(
        "input", f"{count(basis.files, 'file')}, {count(basis.objects, 'object')} from {where}", style, indent=INDENT
    )
    yield from entry(
        "",
        f"{count(basis.policies, 'policy')}, {count(basis.namespaces, 'Namespace object')}, "
        f"{workloads_words(basis.workloads, basis.stated)}",
        style,
        indent=INDENT,
    )
    digest = basis.digest if verbose else basis.digest[:16]
    yield from entry("digest", f"sha256:{digest}", style, indent=INDENT)


def taken_lines(basis: Basis, style: Style) -> Iterator[str]:
    """What the answer takes for granted."""
    idle = set(basis.idle_assumptions)
    assumed = [f"{one} (no proof needed it)" if one in idle else one for one in basis.assumptions]
    yield from items("assumptions", assumed, style)
    yield from items("taken for granted", basis.standing, style)


def note_lines(basis: Basis, style: Style, *, verbose: bool) -> Iterator[str]:
    """What of the input was left out, and what is worth knowing about it."""
    yield from _notes("left out", basis.left_out, style, verbose=verbose)
    yield from _notes("ignored", basis.ignored, style, verbose=verbose)
    yield from _notes("may close more", basis.narrowing, style, verbose=verbose)
    yield from _notes("notes", basis.notes, style, verbose=verbose)


def _folded(texts: Sequence[str], verbose: bool) -> str:
    if verbose or len(texts) <= FOLD:
        return ", ".join(texts)
    return f"{', '.join(texts[:FOLD])} and {len(texts) - FOLD} more"


def items(key: str, texts: Sequence[str], style: Style) -> Iterator[str]:
    """An entry of several texts, each behind a bullet; nothing where there are none."""
    if not texts:
        return
    for index, text in enumerate(texts):
        yield from entry(key if index == 0 else "", text, style, indent=INDENT, bullet="- ")


def _notes(key: str, notes: Sequence[Note], style: Style, *, verbose: bool) -> Iterator[str]:
    shown = notes if verbose else notes[:FOLD]
    said = [note.whole if verbose else note.text for note in shown]
    texts = [f"{note.place}: {text}" if note.place else text for note, text in zip(shown, said, strict=True)]
    if len(shown) < len(notes):
        texts.append(f"and {len(notes) - len(shown)} more (-v shows all)")
    yield from items(key, texts, style)


def namespace_lines(counts: Sequence[NamespaceCounts], style: Style, *, verbose: bool) -> Iterator[str]:
    """The table by namespace: what is isolated, and what the invariants speak of."""
    if not counts:
        return
    shown = counts if verbose else counts[:ROWS]
    rows = [
        (
            one.namespace if one.declared else f"{one.namespace} *",
            f"{one.policies:,}",
            f"{one.workloads:,}",
            f"{one.isolated_ingress:,}",
            f"{one.isolated_egress:,}",
            f"{one.invariants:,}",
        )
        for one in shown
    ]
    head = ("namespace", "policies", "workloads", "isolated in", "isolated out", "invariants")
    yield from table(head, rows, style)
    if len(shown) < len(counts):
        yield f"  and {count(len(counts) - len(shown), 'more namespace')} (-v shows all)"
    if any(not one.declared for one in shown):
        yield "  * no Namespace object: its labels are not known, beside kubernetes.io/metadata.name"
