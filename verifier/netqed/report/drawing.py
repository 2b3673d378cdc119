"""A flow as the page draws it: source, the layers that it passes or is stopped at, destination; in plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from netqed.report.outcome import deciding, end_words, plain
from netqed.report.saved import Entry
from netqed.report.style import visible

Value = dict[str, Any]

EXCERPTS: Final = 4
"""Policies or rules of one layer whose lines are shown; the others are named."""

_OF_EXCERPT: Final = re.compile(r" *\d* +\||\s+\.\.\.$")


def drawing(witness: Entry, lines: Sequence[str], caption: str) -> Value:
    """The drawing of a flow. `lines` are those of the text report that its excerpts are found in. Raises Malformed."""
    allowed = witness.flag("allowed")
    return {
        "caption": caption,
        "words": plain(witness.text("words")),
        "traffic": plain(witness.text("traffic")),
        "allowed": allowed,
        "source": _end(witness.entry("source")),
        "destination": _end(witness.entry("destination")),
        "layers": [_layer(witness, name, lines, blamed=name == _blamed(witness)) for name in ("egress", "ingress")],
        "replay": None if (replay := witness.maybe_text("replay")) is None else plain(replay),
    }


def _end(end: Entry) -> Value:
    labels = end.value.get("labels")
    return {
        "name": end_words(end),
        "kind": plain(end.maybe_text("workloadKind") or end.text("kind")),
        "exists": end.flag("exists"),
        "namespace": _maybe_plain(end.maybe_text("namespace")),
        "labels": [plain(f"{key}={value}") for key, value in labels.items()] if isinstance(labels, dict) else [],
        "address": _maybe_plain(end.maybe_text("address")),
        "invented": [plain(text) for text in end.texts("invented")],
        "place": _where(end.maybe("place")),
    }


def _blamed(witness: Entry) -> str | None:
    """The direction whose policy is to blame, as every format has it: ingress first, since that protects the
    destination; None where no policy is."""
    for name in ("ingress", "egress"):
        direction = witness.entry(name)
        if direction.flag("allowed") == witness.flag("allowed") and deciding(direction)[1]:
            return name
    return None


def _layer(witness: Entry, name: str, lines: Sequence[str], *, blamed: bool) -> Value:
    direction = witness.entry(name)
    end = witness.entry("source" if name == "egress" else "destination")
    opened = direction.flag("allowed")
    selecting = direction.entries("selecting")
    matches = direction.entries("matches")
    if matches:
        deciders = [(_rule_words(match), match) for match in matches]
    elif not opened:
        deciders = [(f"policy {plain(policy.text('policy'))} isolates", policy) for policy in selecting]
    else:
        deciders = []
    return {
        "name": name,
        "namespace": _maybe_plain(end.maybe_text("namespace")),
        "open": opened,
        "blamed": blamed,
        "reason": plain(witness.entry("reasons").text(name)),
        "isolating": [plain(policy.text("policy")) for policy in selecting],
        "deciders": [
            {
                "words": words,
                "place": _where(one.maybe("place")),
                "excerpt": list(_excerpt(one.maybe("place"), lines)) if number < EXCERPTS else [],
            }
            for number, (words, one) in enumerate(deciders)
        ],
    }


def _rule_words(match: Entry) -> str:
    return plain(f"rule {match.number('rule') + 1} of policy {match.text('policy')}, {match.text('path')}")


def _where(place: Entry | None) -> str | None:
    if place is None:
        return None
    return plain(f"{place.maybe_text('origin') or place.text('file')}:{place.number('line')}")


def _excerpt(place: Entry | None, lines: Sequence[str]) -> Iterator[str]:
    """The numbered lines with carets that the text report shows of a place; where it shows none, the line alone."""
    if place is None:
        return
    line, column = place.number("line"), place.number("column")
    head = re.compile(rf" *--> {re.escape(visible(place.text('file')))}:{line}:{column}(?: |$)")
    for number, one in enumerate(lines):
        if head.match(one):
            for shown in lines[number + 1 :]:
                if not _OF_EXCERPT.match(shown):
                    return
                if shown.strip() != "|":
                    yield shown
            return
    text = visible(place.text("text")).rstrip()
    yield f"{line} | {text}"
    if not text.startswith("…") and 0 < column <= len(text):
        width = max(1, min(place.number("endColumn"), len(text) + 1) - column)
        yield f"{' ' * len(str(line))} | {' ' * (column - 1)}{'^' * width}"


def _maybe_plain(text: str | None) -> str | None:
    return None if text is None else plain(text)
