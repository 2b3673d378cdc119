"""Sentences read: text to invariants, assumptions, endpoints and ports, by the grammar in sentences.lark.

lark is imported when the first sentence is parsed, and the parser is built once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, cast

from netqed.spec import meaning
from netqed.spec.faults import SentenceError, explain
from netqed.spec.sentences import Assumption, Endpoint, Invariant, Ports

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Node = Tree[Token]

Start = Literal["invariant", "assumption", "endpoints", "ports"]


def grammar_text() -> str:
    """Return the grammar as published."""
    return files("netqed.spec").joinpath("sentences.lark").read_text(encoding="utf-8")


def parse_invariant(text: str) -> Invariant:
    """Read a sentence of `invariants:`. Raises SentenceError."""
    return meaning.invariant_of(_parse(text, "invariant"), text)


def parse_assumption(text: str) -> Assumption:
    """Read a sentence of `assume:`. Raises SentenceError."""
    return meaning.assumption_of(_parse(text, "assumption"), text)


def parse_endpoint(text: str) -> Endpoint:
    """Read an endpoint, or a comma-separated list of them (an AnyOf). Raises SentenceError."""
    return meaning.endpoints_of(_parse(text, "endpoints"), text)


def parse_ports(text: str) -> Ports:
    """Read PORTS such as `UDP/53, TCP/8000-8010`. Raises SentenceError."""
    return meaning.ports_of(_parse(text, "ports"))


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(
        grammar_text(),
        parser="lalr",
        start=["invariant", "assumption", "endpoints", "ports"],
        maybe_placeholders=False,
    )


def _parse(text: str, start: Start) -> Node:
    from lark.exceptions import UnexpectedInput, UnexpectedToken

    try:
        return _parser().parse(text, start=start)
    except UnexpectedInput as error:
        place = error.pos_in_stream
        end = len(text.rstrip())
        at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        offset = end if at_end or place is None else min(place, end)
        fault = explain(text, offset, _expected(text[:offset], start, error), start)
    if start in ("invariant", "assumption") and _parses(text, other := _OTHER[start]):
        fault = SentenceError(
            f"this is an {other}, not an {start}", 0, end, f"put it under '{_LIST_OF[other]}:' of the spec"
        )
    raise fault


_OTHER: Final[dict[str, Start]] = {"invariant": "assumption", "assumption": "invariant"}
_LIST_OF: Final = {"invariant": "invariants", "assumption": "assume"}


def _parses(text: str, start: Start) -> bool:
    from lark.exceptions import UnexpectedInput

    try:
        _parser().parse(text, start=start)
    except UnexpectedInput:
        return False
    return True


def _expected(prefix: str, start: Start, error: Exception) -> frozenset[str]:
    """The terminals that may follow `prefix`."""
    from lark.exceptions import UnexpectedInput

    try:
        interactive = _parser().parse_interactive(prefix, start=start)
        for _ in interactive.iter_parse():
            pass
        accepts = cast("Callable[[], set[str]]", interactive.accepts)
        return frozenset(accepts())
    except UnexpectedInput:
        # A word that looks ahead may read differently where the text is cut; lark's own set is somewhat too wide.
        found = getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
        return frozenset(str(one) for one in found)
