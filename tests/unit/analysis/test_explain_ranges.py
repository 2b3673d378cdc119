"""Ranges of addresses: cut, joined, and named."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from netqed.analysis.explain_ranges import cut, joined, range_words, ranges_of, representative, without
from netqed.resources.objects import IPBlock


def spans(*texts: str) -> tuple[tuple[object, object], ...]:
    """Ranges written `first-last`, blocks or addresses."""
    found = []
    for text in texts:
        if "-" in text:
            first, last = text.split("-")
            found.append((ip_address(first), ip_address(last)))
        else:
            network = ip_network(text)
            found.append((network.network_address, network.broadcast_address))
    return tuple(found)


def test_cut_at_blocks_and_their_exceptions() -> None:
    parts = cut(ranges_of([ip_network("10.0.0.0/8")]), [IPBlock("10.0.0.0/9", ("10.1.0.0/16",)), IPBlock("::/0")])
    assert tuple(parts) == spans("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0-10.127.255.255", "10.128.0.0/9")


def test_blocks_around_and_beside_cut_nothing() -> None:
    whole = ranges_of([ip_network("10.0.0.0/24")])
    assert tuple(cut(whole, [IPBlock("10.0.0.0/8"), IPBlock("10.0.1.0/24"), IPBlock("10.0.0.0/24")])) == whole


def test_the_last_addresses_of_each_family() -> None:
    everything = ranges_of([ip_network("0.0.0.0/0"), ip_network("::/0")])
    assert tuple(cut(everything, [IPBlock("255.255.255.255/32"), IPBlock("::/0")]))[1] == spans("255.255.255.255")[0]


def test_without_networks() -> None:
    left = without(ranges_of([ip_network("10.0.0.0/8")]), [ip_network("10.0.0.0/16"), ip_network("10.3.0.0/16")])
    assert left == spans("10.1.0.0-10.2.255.255", "10.4.0.0-10.255.255.255")
    assert without(left, [ip_network("0.0.0.0/0")]) == ()


def test_joined() -> None:
    parts = ranges_of(
        [ip_network("10.0.1.0/24"), ip_network("fd00::/8"), ip_network("10.0.0.0/24"), ip_network("10.0.0.8/32")]
    )
    assert joined(parts) == spans("10.0.0.0/23", "fd00::/8")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.1/32", "10.0.0.1"),
        ("10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"),
        ("::/0", "::/0"),
    ],
)
def test_words(written: str, words: str) -> None:
    (one,) = spans(written)
    assert range_words(one) == words  # type: ignore[arg-type]  # of one family, by how it is written


def test_a_representative_is_no_networks_own_address_and_not_taken() -> None:
    (one,) = ranges_of([ip_network("10.0.0.0/30")])
    assert representative(one) == ip_address("10.0.0.1")
    assert representative(one, {ip_address("10.0.0.1")}) == ip_address("10.0.0.2")
    taken = {ip_address(f"10.0.0.{n}") for n in (1, 2, 3)}
    assert representative(one, taken) == ip_address("10.0.0.0")
    assert representative(one, taken | {ip_address("10.0.0.0")}) is None
    (single,) = ranges_of([ip_network("10.0.0.1/32")])
    assert representative(single) == ip_address("10.0.0.1")
