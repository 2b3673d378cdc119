"""Sets of destination ports as ranges, each certain or open for stated reasons, and how they combine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from netqed.analysis.explain_ports import LAST, TCP_UDP_SCTP

Doubt = Literal["address", "namespace-labels", "pod-labels", "node", "plugin"]
"""What it depends on whether a port is reached, where the input does not say or pods of one group differ."""

DOUBTS: Final[tuple[Doubt, ...]] = ("address", "namespace-labels", "pod-labels", "node", "plugin")

Doubts = frozenset[Doubt]
CERTAIN: Final[Doubts] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """The ports `first` to `last` of a protocol, both included; `doubts` is empty where reached for certain."""

    protocol: int
    first: int
    last: int
    doubts: Doubts = CERTAIN


Spans = tuple[Span, ...]
"""Ascending, disjoint, of TCP, then UDP, then SCTP; those that touch differ in their doubts. What none of them holds is
not reached."""

NOTHING: Final[Spans] = ()
EVERYTHING: Final[Spans] = tuple(Span(protocol, 1, LAST) for protocol in TCP_UDP_SCTP)

Combine = Callable[[Sequence[Doubts | None]], Doubts | None]
"""The doubts of a port from its doubts in each of several sets; None is a port that is not reached."""


class SpanTable:
    """Sets of ports as numbers, so that those of a million pairs are combined once for all pairs that are alike."""

    def __init__(self) -> None:
        self._listed: list[Spans] = []
        self._numbers: dict[Spans, int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._some: dict[frozenset[int], int] = {}
        self._open: dict[tuple[frozenset[int], Doubt], int] = {}
        self.nothing = self.number(NOTHING)
        self.everything = self.number(EVERYTHING)

    def number(self, spans: Spans) -> int:
        """The number of a set; equal sets have one."""
        found = self._numbers.get(spans)
        if found is None:
            found = self._numbers[spans] = len(self._listed)
            self._listed.append(spans)
        return found

    def spans(self, number: int) -> Spans:
        """The set of a number."""
        return self._listed[number]

    def both(self, one: int, other: int) -> int:
        """What both sets hold: certain where both are, open for the reasons of either."""
        if one == other or other == self.everything:
            return one
        if one == self.everything:
            return other
        if self.nothing in (one, other):
            return self.nothing
        found = self._both.get((one, other))
        if found is None:
            found = self._both[one, other] = self._combined((one, other), _all_of)
        return found

    def some(self, numbers: Iterable[int]) -> int:
        """What any of the sets holds, all of which are there at once: certain where it is so in one of them."""
        distinct = frozenset(numbers)
        if len(distinct) == 1:
            return next(iter(distinct))
        found = self._some.get(distinct)
        if found is None:
            found = self._some[distinct] = self._combined(sorted(distinct), _any_of)
        return found

    def open(self, numbers: Iterable[int], doubt: Doubt) -> int:
        """What is held where one of the sets is the true one and nobody says which: certain where all have it so, open
        because of `doubt` where some do not."""
        distinct = frozenset(numbers)
        if len(distinct) == 1:
            return next(iter(distinct))
        found = self._open.get((distinct, doubt))
        if found is None:
            found = self._open[distinct, doubt] = self._combined(sorted(distinct), _one_of(doubt))
        return found

    def _combined(self, numbers: Sequence[int], combine: Combine) -> int:
        return self.number(combined([self._listed[number] for number in numbers], combine))


def combined(sets: Sequence[Spans], combine: Combine) -> Spans:
    """The set in which each port is as `combine` says of it."""
    found: list[Span] = []
    for protocol in TCP_UDP_SCTP:
        parts = [[span for span in spans if span.protocol == protocol] for spans in sets]
        starts = {1} | {edge for spans in parts for span in spans for edge in (span.first, span.last + 1)}
        ordered = sorted(start for start in starts if start <= LAST)
        for first, after in zip(ordered, [*ordered[1:], LAST + 1], strict=True):
            doubts = combine([_doubts_at(spans, first) for spans in parts])
            if doubts is not None:
                found.append(Span(protocol, first, after - 1, doubts))
    return joined_spans(found)


def joined_spans(spans: Iterable[Span]) -> Spans:
    """The spans, ascending, with those that touch and are equally certain made one."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and (last.protocol, last.doubts) == (span.protocol, span.doubts)
            and last.last + 1 == span.first
        ):
            found[-1] = Span(last.protocol, last.first, span.last, last.doubts)
        else:
            found.append(span)
    return tuple(found)


def restricted(spans: Spans, ranges: Iterable[tuple[int, int, int]]) -> Spans:
    """The part of the set that lies in one of the ranges: protocol, first and last port."""
    listed = list(ranges)
    allowed = combined([(Span(*one),) for one in listed], _any_of) if listed else NOTHING
    return combined([spans, allowed], _all_of)


def certain(spans: Spans) -> Iterator[Span]:
    """The spans that are reached for certain."""
    return (span for span in spans if not span.doubts)


def _doubts_at(spans: Iterable[Span], port: int) -> Doubts | None:
    return next((span.doubts for span in spans if span.first <= port <= span.last), None)


def _all_of(found: Sequence[Doubts | None]) -> Doubts | None:
    known = [doubts for doubts in found if doubts is not None]
    return frozenset().union(*known) if len(known) == len(found) else None


def _any_of(found: Sequence[Doubts | None]) -> Doubts | None:
    known = [doubts for doubts in found if doubts is not None]
    if not known:
        return None
    return CERTAIN if CERTAIN in known else frozenset().union(*known)


def _one_of(doubt: Doubt) -> Combine:
    def combine(found: Sequence[Doubts | None]) -> Doubts | None:
        known = [doubts for doubts in found if doubts is not None]
        if not known:
            return None
        together: Doubts = frozenset().union(*known)
        return together if len(known) == len(found) else together | {doubt}

    return combine
