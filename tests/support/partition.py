"""Cells of addresses and ports: what no block, range or name of a small world tells apart is represented once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from itertools import pairwise

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

POD_RANGES: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fc00::/7",
    )
)
"""Where pods have addresses when nothing else is said."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Addresses that nothing tells apart: one or two of them, two wherever there are two."""

    addresses: tuple[Address, ...]

    @property
    def first(self) -> Address:
        """The representative."""
        return self.addresses[0]


def within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether some network holds the address."""
    return any(address.version == n.version and address in n for n in networks)


def address_cells(
    version: int, telling: Sequence[Network], roles: Callable[[Address], Hashable], ranges: Iterable[Network]
) -> list[Cell]:
    """The cells of one family.

    Two addresses share a cell when every network of `telling` holds both or neither and `roles` is the same for both;
    `roles` may only change at the edges of `telling` and `ranges`.
    """
    make = IPv4Address if version == 4 else IPv6Address
    size = 2 ** (32 if version == 4 else 128)
    edges = {0, size}
    for network in (*telling, *ranges):
        if network.version == version:
            edges |= {int(network[0]), int(network[-1]) + 1}
    ordered = sorted(edges)
    found: dict[Hashable, list[Address]] = {}
    for start, end in pairwise(ordered):
        at: Address = make(start)
        cell = found.setdefault((tuple(within(at, (n,)) for n in telling), roles(at)), [])
        cell += [make(n) for n in (start, start + 1) if n < end]
    return [Cell(tuple(addresses[:2])) for addresses in found.values()]


def port_cells(edges: Iterable[int], signature: Callable[[int], Hashable]) -> list[int]:
    """One port of each cell; `signature` may only change at `edges`."""
    starts = sorted({1, *(edge for edge in edges if 1 <= edge <= 65535)})
    found: dict[Hashable, int] = {}
    for start in starts:
        found.setdefault(signature(start), start)
    return list(found.values())
