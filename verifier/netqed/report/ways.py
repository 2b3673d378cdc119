"""Every way in of a refutation, as lines of text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from netqed.analysis.results import PROTOCOL_NAMES, Cube, WayIn, WaysIn
from netqed.plugins.words import answers_words
from netqed.reference.flow import Direction, Reason, RuleMatch
from netqed.report.portability import matters_value
from netqed.report.style import Style
from netqed.report.words import count
from netqed.report.writer import note

SHOWN: Final = 6
"""Ways in that are shown without --verbose."""

ANY_PORT: Final = (1, 65535)

_WHY: Final[dict[Reason, str]] = {
    "not-a-governed-pod": "no policy governs that side",
    "not-governed-protocol": "policies do not govern the protocol",
    "same-pod": "a pod always reaches itself",
    "own-node": "a pod and its own node reach each other",
    "not-isolated": "no policy selects it",
    "rule": "a rule",
    "no-rule": "no rule",
}


def ways_lines(ways: WaysIn, style: Style, *, verbose: bool) -> Iterator[str]:
    """Each way in, with all traffic that goes it, and that there are more where there are."""
    grouped: dict[tuple[str, ...], list[WayIn]] = {}
    for way in ways.ways:
        cube = way.cube
        grouped.setdefault((cube.source.words, cube.destination.words, _conditions(way), _by(way)), []).append(way)
    if ways.unique:
        yield from note("way in", "this is the only flow that violates it", style)
        return
    total = f"{len(grouped)}{'+' if ways.left_out is None else ''}"
    shown = list(grouped.items()) if verbose else list(grouped.items())[:SHOWN]
    for number, ((source, destination, conditions, by), members) in enumerate(shown, 1):
        traffic = ", ".join(dict.fromkeys(traffic_words(way.cube) for way in members))
        yield from note(f"way in {number} of {total}", f"{source} -> {destination}  {traffic}{conditions}; {by}", style)
    if len(shown) < len(grouped):
        yield from note("note", f"{count(len(grouped) - len(shown), 'more way')} in (-v shows all)", style)
    if ways.left_out is None:
        yield from note("note", "there are more ways in than were worked out: close these, and run it again", style)


def traffic_words(cube: Cube) -> str:
    """`TCP/8080-8090`, `any port`, `ICMP`."""
    if cube.protocol is None:
        if not cube.ports or cube.ports == (ANY_PORT,):
            return "any port"
        return ", ".join(f"port {_range(one)} of TCP, UDP and SCTP" for one in cube.ports)
    name = PROTOCOL_NAMES.get(cube.protocol, f"protocol {cube.protocol}")
    if not cube.ports:
        return name
    return ", ".join(name if one == ANY_PORT else f"{name}/{_range(one)}" for one in cube.ports)


def _range(ports: tuple[int, int]) -> str:
    first, last = ports
    return str(first) if first == last else f"{first}-{last}"


def _conditions(way: WayIn) -> str:
    """What else is true of all flows of the family."""
    parts = list(way.cube.where)
    if way.cube.choices:
        parts.append(answers_words(way.cube.choices))
    return f", where {', and '.join(parts)}" if parts else ""


def _by(way: WayIn) -> str:
    """What lets it out, and what lets it in."""
    return f"egress: {reason_words(way.egress)}; ingress: {reason_words(way.ingress)}"


def reason_words(reason: RuleMatch | Reason) -> str:
    """A rule with its place, or why none is needed."""
    if not isinstance(reason, RuleMatch):
        return _WHY[reason]
    policy = reason.policy
    item = "" if reason.peer is None else f", item {reason.peer + 1}"
    place = "" if policy.document is None else f" ({policy.document.span(reason.path).start})"
    return f"rule {reason.rule + 1}{item} of policy {policy.key}{place}"


def ways_value(ways: WaysIn | None) -> dict[str, Any] | None:
    """The ways in as plain values; None where nobody asked."""
    if ways is None:
        return None
    return {
        "unique": ways.unique,
        "complete": ways.left_out == 0,
        "ways": [
            {
                "source": way.cube.source.words,
                "destination": way.cube.destination.words,
                "traffic": traffic_words(way.cube),
                "protocol": way.cube.protocol,
                "ports": [list(one) for one in way.cube.ports],
                "where": list(way.cube.where),
                "matters": matters_value(way.cube.choices),
                "egress": _reason_value(way.egress, "egress"),
                "ingress": _reason_value(way.ingress, "ingress"),
                "example": {
                    "source": way.witness.source.name,
                    "destination": way.witness.destination.name,
                    "traffic": way.witness.traffic,
                },
            }
            for way in ways.ways
        ],
    }


def _reason_value(reason: RuleMatch | Reason, direction: Direction) -> dict[str, Any]:
    if isinstance(reason, RuleMatch):
        return {"reason": "rule", "policy": reason.policy.key, "rule": reason.rule, "peer": reason.peer}
    return {"reason": reason, "policy": None, "rule": None, "peer": None}
