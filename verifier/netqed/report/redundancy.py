"""What can be removed from a policy set, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netqed.analysis.edits import DropPort, RemovePeer, RemoveRule
from netqed.analysis.flow_evidence import written
from netqed.analysis.redundancy_results import Part, ReasonKind, Redundancy, Redundant, Together
from netqed.analysis.removals import RemovePolicy, Size, outermost
from netqed.analysis.results import Unknown
from netqed.report.basis import INDENT, READINGS, input_lines, note_lines, taken_lines
from netqed.report.difference import SCOPES
from netqed.report.portability import matters_words
from netqed.report.style import Role, Style, wrapped
from netqed.report.words import count, peer_words, port_words, rules_of
from netqed.report.writer import entry, note

NOUNS: Final[Mapping[Size, tuple[str, str]]] = {
    "policy": ("policy", "policies"),
    "rule": ("rule", "rules"),
    "peer": ("peer", "peers"),
    "port": ("port", "ports"),
}
"""Each size of part, and several of it."""


def render_redundancy(
    found: Redundancy,
    *,
    style: Style | None = None,
    limit: int | None = None,
    quiet: bool = False,
    verbose: bool = False,
) -> str:
    """The whole report, ending with a line end. `limit` is the most parts that a list shows; `quiet` leaves the lists
    and the summary."""
    style = style or Style()
    lines = [*_head(found, style)]
    lines += _alone(found, limit, style, verbose=verbose)
    lines += _unknown(found, limit, style)
    lines += _together(found.together, limit, style)
    if not quiet:
        lines += ["", style.paint("what this answer rests on", "strong")]
        lines += entry("reading", READINGS.get(found.basis.reading, found.basis.reading), style, indent=INDENT)
        lines += input_lines(found.basis, style, verbose=verbose)
        lines += taken_lines(found.basis, style)
        lines += note_lines(found.basis, style, verbose=verbose)
    word, role = _outcome(found)
    asked = f"{asked_words(found)}, {count(found.basis.workloads, 'workload')}, {found.seconds:.2f} s"
    lines += ["", f"{style.paint(word, role)}   {asked}"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def part_words(part: Part) -> str:
    """`policy shop/api`, `ingress rule 1 of policy shop/api`, `item 2 of from of …`."""
    match part.removal:
        case RemovePolicy(key):
            return f"policy {key}"
        case RemoveRule(place):
            return f"{place.direction} rule {place.rule + 1} of policy {place.policy}"
        case RemovePeer(place, item):
            rule = f"{place.direction} rule {place.rule + 1} of policy {place.policy}"
            return f"item {item + 1} of {place.peers_path[-1]} of {rule}"
        case DropPort(place, item):
            return f"item {item + 1} of ports of {place.direction} rule {place.rule + 1} of policy {place.policy}"


def said_words(part: Part) -> str:
    """The part, and of an item what it matches."""
    match part.removal:
        case RemovePeer(place, item):
            peers = rules_of(part.policy, place.direction)[place.rule].peers or ()
            return f"{part_words(part)} ({peer_words(peers[item], part.policy)})"
        case DropPort(place, item):
            ports = rules_of(part.policy, place.direction)[place.rule].ports or ()
            return f"{part_words(part)} ({port_words(ports[item])})"
        case _:
            return part_words(part)


def reason_words(one: Redundant) -> str:
    """Why it can be removed: one clause."""
    policy = one.part.size == "policy"
    by = "" if one.by is None else part_words(one.by)
    words: dict[ReasonKind, str] = {
        "matches-nothing": "it selects no pod" if policy else "no flow matches it",
        "covered": f"{by} isolates and admits all that it does" if policy else f"{by} admits all that it does",
        "open": "it admits all traffic of the pods that it selects, and no other policy holds back any of it",
        "blocked": "all that it alone admits or holds back is blocked on the other side"
        if policy
        else f"all that it alone admits is blocked on the other side, by the {_opposite(one.part)} policies",
        "unexplained": "why was not worked out",
        "together": "others together isolate and admit all that it does"
        if policy
        else "others together admit all that it does",
    }
    return words[one.reason]


def place_words(part: Part) -> str:
    """`file:line:col`; its path in the policy where there is no file."""
    document = part.policy.document
    return str(document.span(part.path).start) if document is not None else written(part.path) or part.policy.key


def asked_words(found: Redundancy) -> str:
    """`4 policies, 6 rules, 2 peers and 0 ports`: what was asked about."""
    words = [f"{number:,} {NOUNS[size][number != 1]}" for size, number in found.asked.items()]
    return f"{', '.join(words[:-1])} and {words[-1]} asked about"


def sizes_words(parts: Sequence[Part]) -> str:
    """`1 policy, 2 ports`."""
    sizes = [part.size for part in parts]
    return ", ".join(count(sizes.count(size), *nouns) for size, nouns in NOUNS.items() if size in sizes)


def needs_of(one: Redundant | Together) -> tuple[str, ...]:
    """What the proof rests on beside the policies."""
    return (*one.rests_on, *matters_words(one.matters))


def cut(number: int, limit: int | None) -> int:
    """How many of a list are left out."""
    return 0 if limit is None else max(0, number - limit)


def _opposite(part: Part) -> str:
    removal = part.removal
    return "" if isinstance(removal, RemovePolicy) else "egress" if removal.place.direction == "ingress" else "ingress"


def _outcome(found: Redundancy) -> tuple[str, Role]:
    if found.exit_code == 0:
        return "nothing redundant", "good"
    return ("redundant", "error") if found.exit_code == 1 else ("unknown", "warning")


def _head(found: Redundancy, style: Style) -> Iterator[str]:
    ignored = f" (ignoring {count(len(found.basis.ignored), 'object')})" if found.basis.ignored else ""
    about = f"{ignored} [{SCOPES[found.scope]}]"
    word, role = _outcome(found)
    match found.exit_code:
        case 0:
            text = f"every policy, rule, peer and port is needed{about}"
        case 1:
            parts = sizes_words([one.part for one in found.found])
            text = f"{parts}: each can be removed alone and no flow changes{about}"
        case _:
            text = f"nothing was found that can be removed, and not all is known{about}"
    first, *rest = wrapped(style.show(text), style.width, first=f"{word}: ", rest="    ")
    yield style.paint(f"{word}:", role) + first[len(word) + 1 :]
    yield from rest
    proofs: list[Redundant | Together] = [*found.found]
    if isinstance(found.together, Together):
        proofs.append(found.together)
    for thing in dict.fromkeys(need for one in proofs for need in needs_of(one)):
        yield from note("rests on", thing, style)


def _alone(found: Redundancy, limit: int | None, style: Style, *, verbose: bool) -> Iterator[str]:
    if not found.found:
        return
    outer = frozenset(outermost(one.part.removal for one in found.found))
    shown = [one for one in found.found if verbose or one.part.removal in outer]
    yield ""
    yield style.paint("each alone:", "strong")
    for one in shown[:limit]:
        yield from _item(one.part, f"{said_words(one.part)}: {reason_words(one)}", style)
    if left := cut(len(shown), limit):
        yield f"  {left:,} more left out by --limit"
    if inside := len(found.found) - len(shown):
        yield f"  and {count(inside, 'part')} inside these (-v shows all)"


def _unknown(found: Redundancy, limit: int | None, style: Style) -> Iterator[str]:
    if not found.unknown:
        return
    yield ""
    yield style.paint("unknown:", "warning") + " the solver's budget ran out (--rlimit raises it)"
    for part in found.unknown[:limit]:
        yield from _item(part, said_words(part), style)
    if left := cut(len(found.unknown), limit):
        yield f"  {left:,} more left out by --limit"


def _together(together: Together | Unknown, limit: int | None, style: Style) -> Iterator[str]:
    if isinstance(together, Unknown):
        yield ""
        yield style.paint("all together:", "strong") + f" unknown: {together.reason} (--rlimit raises it)"
        return
    if not together.parts:
        return
    yield ""
    yield style.paint("all together:", "strong") + " " + sizes_words(together.parts)
    for part in together.parts[:limit]:
        yield from _item(part, said_words(part), style)
    if left := cut(len(together.parts), limit):
        yield f"  {left:,} more left out by --limit"
    rest = (
        "everything that is left is needed"
        if together.complete
        else "whether everything that is left is needed is not known (--rlimit raises the budget)"
    )
    yield from note("proved", f"what is left without them allows exactly the same; {rest}", style)


def _item(part: Part, text: str, style: Style) -> Iterator[str]:
    yield from wrapped(style.show(f"{place_words(part)}  {text}"), style.width, first="  ", rest="      ")
