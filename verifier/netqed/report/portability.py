"""On which network plugins a refutation happens, as lines of text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netqed.analysis.results import Portability
from netqed.plugins.matters import OPEN, SPEC, Matter
from netqed.plugins.table import SUPPORTED
from netqed.plugins.words import answer_words, answers_words
from netqed.report.style import Style
from netqed.report.writer import note


def portability_lines(found: Portability, style: Style, *, verbose: bool) -> Iterator[str]:
    """Where the refutation happens, if it turns on what a plugin does; nothing if it happens on all alike."""
    turns_on = answers_words(found.turns_on)
    if not found.open_on and not found.holds_on and found.by_spec:
        if turns_on:
            text = f"refuted on every known network plugin; this very flow happens where {turns_on}"
            yield from note("plugins", text, style)
        elif verbose:
            yield from note("plugins", "it happens on every known network plugin", style)
        return
    departs = [(matter, yes) for matter, yes in found.turns_on if yes != (matter in SPEC)]
    if turns_on:
        yield from note("turns on", f"{turns_on}: a network plugin decides that, not the policies", style)
    parts = []
    if found.refuted_on:
        parts.append(f"happens on {listed(found.refuted_on)}")
    if found.open_on:
        parts.append(f"may happen on {listed(found.open_on)}, where that is not verified")
    if found.holds_on:
        parts.append(f"not on {listed(found.holds_on)}")
    if not found.refuted_on and departs:
        allowed = "the API permits it, but no known network plugin is known to do it"
        parts.insert(0, allowed if not _departs_from_api(departs) else "no known network plugin is known to do it")
    yield from note("plugins", "; ".join(parts), style)
    yield from note("to settle it", f"name your plugin with --cni NAME (`netqed cni` lists them){_or(found)}", style)


def _or(found: Portability) -> str:
    """What the invariant may leave out, where it is nodes that plugins treat in their own ways, and what the policy may
    say where it is names of ports."""
    matters = {matter for matter, _ in found.turns_on}
    if matters & {Matter.HOST_PODS_GOVERNED, Matter.HOST_PODS_SELECTED, Matter.HOST_PODS_BY_NAMESPACE}:
        return ", or say `except host-networked` in the invariant"
    if matters & {Matter.INGRESS_PORT_NAMES, Matter.EGRESS_PORT_NAMES}:
        return ", or give the port's number in the policy, not its name"
    return ", or say `except to nodes` in the invariant" if Matter.OWN_NODE_EGRESS in matters else ""


def _departs_from_api(answers: Sequence[tuple[Matter, bool]]) -> bool:
    return any(matter not in OPEN for matter, _ in answers)


def listed(titles: Sequence[str]) -> str:
    """Titles of plugins as a list in words; all of them as `every known plugin`."""
    if len(titles) == len(SUPPORTED):
        return "every known plugin"
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def matters_words(matters: Sequence[tuple[Matter, bool]]) -> Iterator[str]:
    """What a proof needs a plugin to do, one clause each."""
    return (answer_words(matter, yes) for matter, yes in matters)


def matters_value(matters: Sequence[tuple[Matter, bool]]) -> list[dict[str, Any]]:
    """Answers as plain values."""
    return [{"matter": matter.value, "answer": yes, "words": answer_words(matter, yes)} for matter, yes in matters]


def portability_value(found: Portability | None) -> dict[str, Any] | None:
    """Where the refutation happens as plain values; None where `--cni` fixed the reading."""
    if found is None:
        return None
    return {
        "bySpec": found.by_spec,
        "turnsOn": matters_value(found.turns_on),
        "refutedOn": list(found.refuted_on),
        "mayBeRefutedOn": list(found.open_on),
        "holdsOn": list(found.holds_on),
    }
