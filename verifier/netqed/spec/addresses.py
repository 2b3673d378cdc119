"""Ranges of addresses with a meaning of their own: what `internet` leaves out, and where pods live unless told."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from netqed.spec.sentences import Network


@dataclass(frozen=True, slots=True)
class SpecialRange:
    """A range that `internet` leaves out. `source` is the document that reserves it; `pods` says whether pods may have
    addresses in it where the spec gives no `podCIDRs`."""

    network: Network
    meaning: str
    source: str
    pods: bool = False


SPECIAL_RANGES: Final[tuple[SpecialRange, ...]] = (
    SpecialRange(ip_network("0.0.0.0/8"), "this network", "RFC 791"),
    SpecialRange(ip_network("10.0.0.0/8"), "private", "RFC 1918", pods=True),
    SpecialRange(ip_network("100.64.0.0/10"), "shared by carriers' NAT", "RFC 6598", pods=True),
    SpecialRange(ip_network("127.0.0.0/8"), "loopback", "RFC 1122"),
    SpecialRange(ip_network("169.254.0.0/16"), "link-local", "RFC 3927"),
    SpecialRange(ip_network("172.16.0.0/12"), "private", "RFC 1918", pods=True),
    SpecialRange(ip_network("192.168.0.0/16"), "private", "RFC 1918", pods=True),
    SpecialRange(ip_network("198.18.0.0/15"), "benchmarks", "RFC 2544", pods=True),
    SpecialRange(ip_network("224.0.0.0/4"), "multicast", "RFC 1112"),
    SpecialRange(ip_network("240.0.0.0/4"), "reserved, with the broadcast address", "RFC 1112, RFC 919", pods=True),
    SpecialRange(ip_network("::/128"), "unspecified", "RFC 4291"),
    SpecialRange(ip_network("::1/128"), "loopback", "RFC 4291"),
    SpecialRange(ip_network("::ffff:0:0/96"), "IPv4-mapped", "RFC 4291"),
    SpecialRange(ip_network("fc00::/7"), "unique local", "RFC 4193", pods=True),
    SpecialRange(ip_network("fe80::/10"), "link-local", "RFC 4291"),
    SpecialRange(ip_network("ff00::/8"), "multicast", "RFC 4291"),
)
"""The printed table of docs/spec-language.md. What is not in it counts as internet, documentation ranges and ranges
that translate to the internet (64:ff9b::/96) among it: the wider set makes `cannot reach internet` say more."""

NOT_INTERNET: Final[tuple[Network, ...]] = tuple(one.network for one in SPECIAL_RANGES)
"""What `internet` leaves out, IPv4 first, disjoint. The cluster's pod ranges are left out besides."""

PRIVATE_POD_RANGES: Final[tuple[Network, ...]] = tuple(one.network for one in SPECIAL_RANGES if one.pods)
"""Where pods have their addresses when the spec gives no `podCIDRs`."""
