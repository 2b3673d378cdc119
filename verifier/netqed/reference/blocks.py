"""Address blocks: how a CIDR is read, and which addresses lie in an ipBlock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Literal

from netqed.reference.flow import Address
from netqed.resources.objects import IPBlock

Network = IPv4Network | IPv6Network
Version = Literal[4, 6]


@lru_cache(maxsize=65536)
def parse_cidr(text: str) -> Network:
    """The block that the API means by a CIDR (A9, fact 57).

    Host bits are masked off and leading zeros of a number are decimal. An IPv4-mapped IPv6 block whose prefix covers
    the mapping is the IPv4 block that it maps. ValueError where it is no CIDR.
    """
    address, slash, prefix = text.partition("/")
    if not slash or not prefix.isdigit() or not prefix.isascii():
        raise ValueError(f"not a CIDR: {text!r}")
    network = ip_network(f"{_without_leading_zeros(address)}/{int(prefix)}", strict=False)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((int(mapped), network.prefixlen - 96))
    return network


def _without_leading_zeros(address: str) -> str:
    """The address with its dotted part's leading zeros dropped, which Python's own parser would refuse."""
    head, colon, dotted = address.rpartition(":")
    if "." not in dotted:
        return address
    octets = [octet.lstrip("0") or "0" if octet.isdigit() else octet for octet in dotted.split(".")]
    return head + colon + ".".join(octets)


def block_contains(block: IPBlock, address: Address) -> bool:
    """Whether the address lies in the block and in none of its exceptions (A3, fact 25). The families are separate: an
    IPv4 block holds no IPv6 address (A3, fact 26)."""
    return address in parse_cidr(block.cidr) and not any(address in parse_cidr(cidr) for cidr in block.except_ or ())


def covers(blocks: Iterable[IPBlock], versions: Iterable[Version]) -> bool | None:
    """What the blocks, as a union, say of an address that is not known except for its possible families.

    True: every such address lies in one of them. False: none does. None: it depends on the address.
    """
    listed = tuple(blocks)
    answers = {
        any(block_contains(block, address) for block in listed)
        for version in versions
        for address in _representatives(listed, version)
    }
    return answers.pop() if len(answers) == 1 else None


def _representatives(blocks: tuple[IPBlock, ...], version: Version) -> Iterator[Address]:
    """Addresses of one family such that the blocks treat every address as they treat one of these: the first of all,
    and each at which a block or an exception begins or has just ended."""
    make = IPv4Address if version == 4 else IPv6Address
    last = 2 ** (32 if version == 4 else 128) - 1
    yield make(0)
    for block in blocks:
        for cidr in (block.cidr, *(block.except_ or ())):
            network = parse_cidr(cidr)
            if network.version == version:
                yield network.network_address
                if int(network.broadcast_address) < last:
                    yield make(int(network.broadcast_address) + 1)
