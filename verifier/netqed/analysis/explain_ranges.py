"""Ranges of addresses, cut where some block begins or ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range
from typing import Final

from netqed.analysis.explain_values import AddressRange
from netqed.reference.blocks import parse_cidr
from netqed.reference.flow import Address
from netqed.resources.objects import IPBlock
from netqed.spec.sentences import Network

EVERYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))

MOST_TRIED: Final = 4096
"""Addresses of a range that are tried for one that nothing else has."""


def ranges_of(networks: Iterable[Network]) -> tuple[AddressRange, ...]:
    """The networks as ranges, in their order."""
    return tuple((network.network_address, network.broadcast_address) for network in networks)


def without(ranges: Iterable[AddressRange], networks: Iterable[Network]) -> tuple[AddressRange, ...]:
    """The parts of the ranges that lie in none of the networks."""
    left = list(ranges)
    for network in networks:
        low, high = int(network.network_address), int(network.broadcast_address)
        kept: list[AddressRange] = []
        for one in left:
            first, last = int(one[0]), int(one[1])
            if one[0].version != network.version or high < first or last < low:
                kept.append(one)
                continue
            if first < low:
                kept.append((one[0], _make(one[0].version, low - 1)))
            if high < last:
                kept.append((_make(one[0].version, high + 1), one[1]))
        left = kept
    return tuple(left)


def cut(ranges: Iterable[AddressRange], blocks: Iterable[IPBlock]) -> Iterator[AddressRange]:
    """Parts of the ranges, in their order, each of which every block and every exception holds whole or not at all."""
    edges: dict[int, set[int]] = {4: set(), 6: set()}
    for block in blocks:
        for text in (block.cidr, *(block.except_ or ())):
            network = parse_cidr(text)
            edges[network.version] |= {int(network.network_address), int(network.broadcast_address) + 1}
    for first, last in ranges:
        version = first.version
        inside = sorted(edge for edge in edges[version] if int(first) < edge <= int(last))
        for start, after in zip([int(first), *inside], [*inside, int(last) + 1], strict=True):
            yield _make(version, start), _make(version, after - 1)


def joined(ranges: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
    """The ranges in ascending order, IPv4 first, those that touch or overlap made one."""
    found: list[AddressRange] = []
    for first, last in sorted(ranges, key=lambda one: (one[0].version, int(one[0]), int(one[1]))):
        if found and found[-1][1].version == first.version and int(first) <= int(found[-1][1]) + 1:
            if int(last) > int(found[-1][1]):
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


def overlap(one: AddressRange, other: AddressRange) -> bool:
    """Whether some address is in both ranges."""
    return one[0].version == other[0].version and int(one[0]) <= int(other[1]) and int(other[0]) <= int(one[1])


def representative(one: AddressRange, taken: Collection[Address] = ()) -> Address | None:
    """The lowest address of the range that is not taken, the first one left out where there are more than two; None
    where none of those tried is free."""
    first, last = int(one[0]), int(one[1])
    start = first + 1 if last - first > 1 else first
    for number in range(start, min(last, start + MOST_TRIED) + 1):
        address = _make(one[0].version, number)
        if address not in taken:
            return address
    return None if one[0] in taken or start == first else one[0]


def range_words(one: AddressRange) -> str:
    """`10.0.0.0/8` where the range is a block, the address where it is one, else `10.0.0.0-10.0.0.9`."""
    first, last = one
    if first == last:
        return str(first)
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        blocks: list[Network] = list(summarize_address_range(first, last))
    elif isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
        blocks = list(summarize_address_range(first, last))
    else:
        raise ValueError(f"mixed families: {first} to {last}")
    return str(blocks[0]) if len(blocks) == 1 else f"{first}-{last}"


def _make(version: int, number: int) -> Address:
    return IPv4Address(number) if version == 4 else IPv6Address(number)
