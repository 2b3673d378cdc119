"""Sets of ports combine as what they stand for does: port by port."""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from netqed.analysis.map_spans import (
    CERTAIN,
    DOUBTS,
    EVERYTHING,
    NOTHING,
    Doubts,
    Span,
    Spans,
    SpanTable,
    joined_spans,
    restricted,
)

PROBED = tuple(product((6, 17, 132), (*range(1, 13), 65534, 65535)))
"""The ports that drawn sets tell apart."""


def at(spans: Spans, protocol: int, port: int) -> Doubts | None:
    """How a port is held; None is not at all."""
    found = [one.doubts for one in spans if one.protocol == protocol and one.first <= port <= one.last]
    assert len(found) < 2
    return found[0] if found else None


def canonical(spans: Spans) -> bool:
    """Whether the spans ascend, do not meet, and touch only where they differ."""
    return joined_spans(sorted(spans, key=lambda one: ((6, 17, 132).index(one.protocol), one.first))) == spans and all(
        one.protocol != other.protocol or one.last < other.first for one, other in pairwise(spans)
    )


@st.composite
def sets(draw: st.DrawFn) -> Spans:
    """Sets of few spans."""
    found: list[Span] = []
    for protocol in (6, 17, 132):
        borders = sorted(draw(st.sets(st.sampled_from((*range(1, 13), 65535)), max_size=4)))
        for first, after in pairwise([*borders, 65536]):
            doubts = draw(st.one_of(st.none(), st.frozensets(st.sampled_from(DOUBTS), max_size=2)))
            if doubts is not None:
                found.append(Span(protocol, first, after - 1, doubts))
    return joined_spans(found)


@given(st.lists(sets(), min_size=2, max_size=3))
def test_every_port_is_combined_by_itself(drawn: list[Spans]) -> None:
    table = SpanTable()
    numbers = [table.number(one) for one in drawn]
    some = table.spans(table.some(numbers))
    opened = table.spans(table.open(numbers, "plugin"))
    both = table.spans(table.both(numbers[0], numbers[1]))
    assert all(map(canonical, (some, opened, both)))
    distinct = len(set(numbers)) > 1
    for protocol, port in PROBED:
        held = [at(one, protocol, port) for one in drawn]
        known = [one for one in held if one is not None]
        union = frozenset().union(*known)
        assert at(some, protocol, port) == (None if not known else CERTAIN if CERTAIN in known else union)
        expected = union if len(known) == len(held) or not distinct else union | {"plugin"}
        assert at(opened, protocol, port) == (expected if known else None)
        pair = [one for one in held[:2] if one is not None]
        assert at(both, protocol, port) == (frozenset().union(*pair) if len(pair) == 2 else None)


@given(sets())
def test_everything_and_nothing(drawn: Spans) -> None:
    table = SpanTable()
    number = table.number(drawn)
    assert table.both(number, table.everything) == table.both(table.everything, number) == number
    assert table.both(number, table.nothing) == table.both(table.nothing, number) == table.nothing
    assert table.some([number]) == table.open([number], "node") == number
    assert (table.spans(table.everything), table.spans(table.nothing)) == (EVERYTHING, NOTHING)


@given(sets(), st.lists(st.tuples(st.sampled_from((6, 17)), st.integers(1, 12), st.integers(0, 4)), max_size=3))
def test_restricted_to_ranges(drawn: Spans, ranges: list[tuple[int, int, int]]) -> None:
    limits = [(protocol, first, first + more) for protocol, first, more in ranges]
    found = restricted(drawn, limits)
    for protocol, port in PROBED:
        inside = any(one == protocol and first <= port <= last for one, first, last in limits)
        assert at(found, protocol, port) == (at(drawn, protocol, port) if inside else None)
