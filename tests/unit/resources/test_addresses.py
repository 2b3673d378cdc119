"""Addresses and blocks, with the leniency of the API server."""

from __future__ import annotations

import pytest

from netqed.resources.addresses import canonical_address, parse_block


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("010.000.0.01", "10.0.0.1"),
        ("FD00:0::1", "fd00::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:010.0.0.1", "10.0.0.1"),
    ],
)
def test_addresses(text: str, canonical: str) -> None:
    assert canonical_address(text) == canonical


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "10.0.0.256", "10.0.0.1/32", "fe80::1%eth0", "host", "1" * 500, "10.0.0.1 "]
)
def test_no_addresses(text: str) -> None:
    assert canonical_address(text) is None


@pytest.mark.parametrize(
    ("text", "network", "oddities"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", ()),
        ("0.0.0.0/0", "0.0.0.0/0", ()),
        ("::/0", "::/0", ()),
        ("2001:DB8:0::/48", "2001:db8::/48", ()),
        ("10.0.0.1/08", "10.0.0.0/8", ("leading zeros", "bits set beyond its prefix")),
        ("2001:db8::1/48", "2001:db8::/48", ("bits set beyond its prefix",)),
        ("::ffff:0.0.0.0/96", "0.0.0.0/0", ("an IPv4-mapped IPv6 address",)),
        ("::ffff:10.0.0.1/120", "10.0.0.0/24", ("an IPv4-mapped IPv6 address", "bits set beyond its prefix")),
        ("::ffff:10.0.0.1/64", "::/64", ("bits set beyond its prefix",)),
    ],
)
def test_blocks(text: str, network: str, oddities: tuple[str, ...]) -> None:
    block = parse_block(text)
    assert block is not None
    assert (str(block.network), block.oddities) == (network, oddities)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.0/ 8",
        "fe80::1%eth0/64",
        "10.0.0.0/" + "9" * 5000,
        "10.0.0.0/٨",
    ],
)
def test_no_blocks(text: str) -> None:
    assert parse_block(text) is None


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.0.0.0/8", "10.0.0.0/8", False),
        ("10.0.0.0/8", "10.0.0.0/7", False),
        ("10.0.0.0/8", "11.0.0.0/16", False),
        ("::/0", "fd00::/8", True),
        ("fd00::/8", "fe00::/16", False),
        ("0.0.0.0/0", "fd00::/8", False),
        ("::/0", "10.0.0.0/8", False),
    ],
)
def test_strictly_contains(outer: str, inner: str, expected: bool) -> None:
    first, second = parse_block(outer), parse_block(inner)
    assert first is not None and second is not None
    assert first.strictly_contains(second) is expected
