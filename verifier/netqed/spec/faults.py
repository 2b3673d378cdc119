"""What is wrong with a sentence, in words: what was expected, and the likely slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final


class SentenceError(Exception):
    """A sentence that cannot be read. `offset` and `length` are the stretch to blame, in characters of the text."""

    def __init__(self, message: str, offset: int = 0, length: int = 0, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.hint = hint


_WORDS: Final[Mapping[str, str]] = {
    "CANNOT": "cannot reach",
    "CAN": "can reach",
    "REACH": "reach",
    "ONLY": "only",
    "IS": "is isolated",
    "ISOLATED": "isolated",
    "FROM": "from",
    "TO": "to",
    "ON": "on",
    "NO": "no",
    "POD": "pod",
    "A": "a",
    "OF": "of",
    "ANOTHER": "another",
    "NAMESPACE": "namespace",
    "GROUP": "group",
    "WITH": "with",
    "VALUE": "value",
    "LABEL": "label",
    "EVERY": "every",
    "HAS": "has",
    "OTHER": "other",
    "NAMESPACES": "namespaces",
    "ITS": "its",
    "OWN": "own",
    "WORD": "name",
    "IN_": "in",
    "EXCEPT": "except",
    "AND": "and",
    "HOST_NETWORKED": "host-networked",
    "ANY": "any pod",
    "INTERNET": "internet",
    "OUTSIDE": "outside",
    "NODES": "nodes",
    "ANYTHING": "anything",
    "IN": "in",
    "NOTIN": "notin",
}
"""The words of the grammar as a person reads them: each with the word that always follows it."""

_SHAPES: Final[Mapping[str, str]] = {
    "PROTOCOL": "ports such as TCP/8080",
    "PORT": "a port's number",
    "EQUAL": "'=' and a label's value",
    "NOT": "a label",
    "CLOSE": "')'",
    "OPEN": "'('",
    "$END": "the end of the sentence",
}
_UNSAID: Final = frozenset(
    {"PORTLESS_PROTOCOL", "UNEQUAL", "AND_COMMA", "LIST_COMMA", "SLASH", "IN", "NOTIN", "NS_OPEN", "NAME", "ADDRESS"}
)
_ENDPOINT_WORDS: Final = frozenset({"GROUP", "NAMESPACE", "ANY", "INTERNET", "OUTSIDE", "NODES", "ANYTHING", "NS_OPEN"})

BUILT_IN_WORDS: Final = ("any pod", "internet", "outside", "nodes", "anything")
"""The built-in sets of endpoints, as sentences call them."""

_RESERVED: Final = """
and any anything can cannot every except from group has have host-networked in internet is namespace no nodes ns on only
outside to
"""
RESERVED: Final = frozenset(_RESERVED.split()) | {"any pod"}
"""Words that may not name a group; a namespace of such a name is written `namespace X`."""

_EXAMPLES: Final = {
    "invariant": "a sentence such as 'analytics cannot reach payments'",
    "assumption": "a sentence such as 'no pod in analytics has app=checkout'",
    "endpoints": "a group, a namespace, namespace/labels, an address or a CIDR",
    "ports": "ports such as TCP/8080",
}


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return a hint with the candidate closest to a word, or None where none is close. Ties go to the first in order
    of the alphabet."""
    close = get_close_matches(word, sorted(set(candidates)), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else None


def explain(text: str, offset: int, expected: frozenset[str], start: str) -> SentenceError:
    """Return the error for a text that fits the grammar up to `offset`, where one of the terminals `expected` would
    have to follow. `start` is what the text is read as."""
    if not text.strip():
        return SentenceError(f"expected {_EXAMPLES[start]}, found nothing", 0, 0)
    if blamed := _bare_label(text, offset, expected):
        return blamed
    found = _word_at(text, offset)
    if blamed := _misspelt_before(text, offset, found):
        return blamed
    said = f"found '{found}'" if found else "found the end of the sentence"
    message = f"expected {_listed(_in_words(expected, start))}, {said}"
    return SentenceError(message, offset, len(found), _hint(text, offset, found, expected))


def _word_at(text: str, offset: int) -> str:
    match = re.compile(r"[\w.-]+|\S+").match(text, offset)
    return match.group() if match else ""


def _in_words(expected: frozenset[str], start: str) -> list[str]:
    said: list[str] = []
    endpoint = "ADDRESS" in expected
    if endpoint:
        said.append("a group, a namespace or another endpoint")
    elif "NAME" in expected and "EQUAL" not in expected:
        said.append("a name")
    for terminal in (*_WORDS, *_SHAPES):
        if terminal not in expected or terminal in _UNSAID or (endpoint and terminal in _ENDPOINT_WORDS):
            continue
        said.append(f"'{_WORDS[terminal]}'" if terminal in _WORDS else _SHAPES[terminal])
    return said or [_EXAMPLES[start]]


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def _bare_label(text: str, offset: int, expected: frozenset[str]) -> SentenceError | None:
    """`payments/api`, which is neither labels nor a workload."""
    if not {"EQUAL", "SLASH"} <= expected:
        return None
    match = re.search(r"([A-Za-z0-9][\w.-]*)/([A-Za-z0-9][\w.-]*)$", text[:offset].rstrip())
    if not match or re.match(r"\s+!?=", text[offset - 1 :]) or re.match(r"\s*[=!]", text[offset:]):
        return None
    namespace, word = match.groups()
    whole = match.group()
    if re.fullmatch(r"[\d.]+", namespace) and word.isdigit():
        return SentenceError(
            f"'{whole}' is no CIDR", match.start(), len(whole), "an IPv4 address has four numbers, such as 10.0.0.0/8"
        )
    return SentenceError(
        f"'{whole}' says neither labels nor a kind of workload",
        match.start(),
        len(whole),
        f"write '{namespace}/pod/{word}' for the pod, '{namespace}/app={word}' for the label's value, "
        f"or '{namespace}/({word})' for every pod that carries label '{word}'",
    )


def _hint(text: str, offset: int, found: str, expected: frozenset[str]) -> str | None:
    before = text[:offset]
    if expected & {"PROTOCOL", "PORT"} and (hint := _port_hint(text, offset, expected)):
        return hint
    if found.startswith("/") and before.endswith(("ICMP", "ICMPv6")):
        return "ICMP has no ports"
    if (found[:1] in ("=", "!") and before[-1:].isspace()) or before.rstrip().endswith("="):
        if re.search(r",\s+[\w./-]+$", before):
            return _COMMA_HINT
        return "no space may stand around '=' and '!='"
    if found.startswith(("=", "!")) and re.search(r",\s+[\w./-]+$", before):
        return _COMMA_HINT
    if found.startswith(",") and "LIST_COMMA" in expected:
        return "a space must follow the comma between items of a list"
    if found == ")" and before.endswith("ns("):
        return "for the pods of every namespace, write 'any pod'"
    if "*" in found:
        return "there are no wildcards: write 'any pod' or 'anything'"
    if found == "not" and before.rstrip().endswith("can"):
        return "did you mean 'cannot reach'?"
    return _typo(before, found, expected)


_COMMA_HINT: Final = (
    "a comma with a space begins the next item of a list; where it joins labels, write none: 'web/app=a,tier=b'"
)


def _port_hint(text: str, offset: int, expected: frozenset[str]) -> str | None:
    match = re.compile(r"[^\s,]+").match(text, offset)
    found = match.group() if match else ""
    if "PORT" in expected:
        return "ports are numbers: a name may stand for several" if found[:1].isalpha() else None
    if bare := re.fullmatch(r"(\d+(?:-\d+)?)(?:/(TCP|UDP|SCTP))?", found, re.IGNORECASE):
        number, protocol = bare.groups()
        return f"write '{protocol.upper()}/{number}'" if protocol else f"write 'TCP/{number}' or 'UDP/{number}'"
    name, slash, number = found.partition("/")
    written = {known.upper(): known for known in ("TCP", "UDP", "SCTP", "ICMP", "ICMPv6")}.get(name.upper())
    if written:
        return f"write '{written}{slash}{number}'"
    return "the protocols are TCP, UDP, SCTP, ICMP and ICMPv6" if found else None


def _typo(before: str, found: str, expected: frozenset[str]) -> str | None:
    words = {_WORDS[one].split()[0]: _WORDS[one] for one in expected if one in _WORDS}
    if close := get_close_matches(found.lower(), sorted(words), n=1, cutoff=0.6):
        return f"did you mean '{words[close[0]]}'?"
    if before.rstrip().endswith("no pod can reach"):
        return "to speak of other destinations, write 'any pod cannot reach …'"
    return None


_OPENERS: Final = ("any", "every", "except", "from", "group", "namespace", "no", "only", "to")


def _misspelt_before(text: str, offset: int, found: str) -> SentenceError | None:
    """A name followed by another: the first was meant as a word of the language."""
    earlier = re.search(r"(?:^|\s)([A-Za-z-]+)\s+$", text[:offset])
    if earlier is None or not found[:1].isalnum() or earlier.group(1) in RESERVED:
        return None
    word = earlier.group(1)
    openers = ("any", "every", "no") if found in ("pod", "pods") else _OPENERS
    close = get_close_matches(word.lower(), openers, n=1, cutoff=0.6)
    if not close:
        return None
    message = f"'{word}' is followed by another name, '{found}'"
    return SentenceError(message, earlier.start(1), len(word), f"did you mean '{close[0]}'?")
