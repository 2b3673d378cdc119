"""Addresses and address blocks as the API server parses them, with its leniency (A9, fact 57)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_LONGEST: Final = 128
"""No address is longer; what is longer is not looked at."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block, masked, and in which ways it was written other than it should be (accepted, with a warning)."""

    network: IPv4Network | IPv6Network
    oddities: tuple[str, ...] = ()

    @property
    def prefix_length(self) -> int:
        """The number of leading bits that are fixed."""
        return self.network.prefixlen

    def strictly_contains(self, other: Block) -> bool:
        """Whether `other` lies inside and is smaller; blocks of two families never do (A9, fact 56)."""
        match self.network, other.network:
            case IPv4Network() as outer, IPv4Network() as inner:
                return inner.network_address in outer and inner.prefixlen > outer.prefixlen
            case IPv6Network() as outer6, IPv6Network() as inner6:
                return inner6.network_address in outer6 and inner6.prefixlen > outer6.prefixlen
            case _:
                return False


@lru_cache(maxsize=1 << 16)
def canonical_address(text: str) -> str | None:
    """`text` as an address in canonical form, an IPv4-mapped one as IPv4; None if it is no address."""
    parsed = _parse(text)
    if parsed is None:
        return None
    address, _ = parsed
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


@lru_cache(maxsize=1 << 16)
def address_of(text: str) -> IPv4Address | IPv6Address:
    """The address that a canonical text says. Raises ValueError for any other."""
    return ip_address(text)


@lru_cache(maxsize=4096)
def parse_block(text: str) -> Block | None:
    """`text` as a block, None if it is none.

    Host bits, leading zeros and IPv4-mapped IPv6 are accepted, masked and named among the oddities. A mapped block of
    at least 96 bits is the IPv4 block that it maps.
    """
    written, slash, prefix = text.partition("/")
    if not slash or not prefix.isascii() or not prefix.isdigit() or len(text) > _LONGEST:
        return None
    parsed = _parse(written)
    if parsed is None:
        return None
    address, zeros = parsed
    length = int(prefix)
    if length > address.max_prefixlen:
        return None
    oddities: list[str] = []
    if zeros or (len(prefix) > 1 and prefix.startswith("0")):
        oddities.append("leading zeros")
    network: IPv4Network | IPv6Network
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None and length >= 96:
        oddities.append("an IPv4-mapped IPv6 address")
        address, length = address.ipv4_mapped, length - 96
    if isinstance(address, IPv4Address):
        network = IPv4Network((address, length), strict=False)
    else:
        network = IPv6Network((address, length), strict=False)
    if network.network_address != address:
        oddities.append("bits set beyond its prefix")
    return Block(network, tuple(oddities))


def _parse(text: str) -> tuple[IPv4Address | IPv6Address, bool] | None:
    """The address, and whether an octet of it has leading zeros, which count as decimal; None if it is none."""
    if len(text) > _LONGEST or "%" in text:
        return None
    head, colon, tail = text.rpartition(":")
    octets = tail.split(".")
    plain = tail
    if len(octets) == 4 and all(octet.isascii() and octet.isdigit() for octet in octets):
        plain = ".".join(octet.lstrip("0") or "0" for octet in octets)
    try:
        return ip_address(head + colon + plain), plain != tail
    except ValueError:
        return None
