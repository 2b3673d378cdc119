"""Flows as a user writes them: one JSON object a line, with the place of everything that may be wrong in it."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Final, Literal

from netqed.reference.flow import Address
from netqed.sources.position import Position, Problem

PROTOCOLS: Final[Mapping[str, int]] = {"TCP": 6, "UDP": 17, "SCTP": 132, "ICMP": 1, "ICMPv6": 58}
WITH_PORTS: Final = frozenset({6, 17, 132})
"""The protocols whose flows must name a destination port; a port beside any other protocol plays no part."""

LONGEST_LINE_SHOWN: Final = 500
"""Characters; a problem does not repeat a line that is longer."""

SideName = Literal["src", "dst"]


@dataclass(frozen=True, slots=True)
class FlowSide:
    """One side as stated; at least one of the two is not None."""

    name: str | None
    """`namespace/pod` or `namespace/kind/name`."""
    address: Address | None


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow as stated. `given` is the whole object in its own order, keys that mean nothing here included."""

    given: Mapping[str, Any]
    source: FlowSide
    destination: FlowSide
    protocol: int
    port: int | None
    """1..65535; None where the protocol has no ports."""
    file: str
    line: int
    text: str
    columns: Mapping[str, int]
    """The 1-based column of each key's value; the empty key is the object's own."""

    def side(self, name: SideName) -> FlowSide:
        """The side that the keys `src` and `src_ip`, or `dst` and `dst_ip`, state."""
        return self.source if name == "src" else self.destination

    def position(self, *keys: str) -> Position:
        """Where the first of the keys that the object has holds its value, else where the object begins."""
        column = next((self.columns[key] for key in keys if key in self.columns), self.columns[""])
        return Position(self.file, self.line, column)

    def problem(self, message: str, *keys: str, hint: str | None = None) -> Problem:
        """A problem at `position(*keys)`."""
        return Problem(message, self.position(*keys), hint=hint, line_text=_worth_showing(self.text))


def parse_flows(text: str, file: str) -> list[FlowLine | Problem]:
    """Read JSON Lines: for each line that is not blank its flow, or every problem that it has, in order.

    A flow is `{"src", "src_ip", "dst", "dst_ip", "port", "protocol"}`; the protocol, a name or an IP protocol number,
    is TCP where it is absent, and keys of any other name are kept as they are. Whether a name is one of the cluster's
    is not asked here. `file` is the name that problems give as their place.
    """
    found: list[FlowLine | Problem] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.removesuffix("\r")
        if line.strip(" \t\r"):
            found.extend(_parse_line(line, file, number))
    return found


def shown(value: object) -> str:
    """A value of the input as JSON for a message: at most 80 characters, and printable in any encoding of Unicode."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "a value that cannot be shown"
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= 80 else text[:79] + "…"


def closest(word: str, words: Iterable[str]) -> str | None:
    """The known word that the given one is most likely meant to be, if any is near."""
    return next(iter(difflib.get_close_matches(word, words, n=1)), None)


def _worth_showing(line: str) -> str | None:
    return line if len(line) <= LONGEST_LINE_SHOWN else None


class _Refused(ValueError):
    """A JSON value that Python's reader accepts and this one does not."""


def _constant(word: str) -> float:
    raise _Refused(f"{word} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused(f"the number {shown(text)} is too large")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise _Refused(f"duplicate key {shown(key)}")
        members[key] = value
    return members


_DECODER: Final = json.JSONDecoder(parse_constant=_constant, parse_float=_float, object_pairs_hook=_object)


@dataclass(frozen=True, slots=True)
class _Bad:
    """What is wrong at an index of a line."""

    message: str
    index: int


def _value_at(line: str, index: int) -> tuple[Any, int] | _Bad:
    """The JSON value that begins at an index and the index after it."""
    try:
        value, end = _DECODER.raw_decode(line, index)
    except json.JSONDecodeError as error:
        return _Bad(f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos)
    except RecursionError:
        return _Bad("nested too deeply", index)
    except _Refused as error:
        return _Bad(str(error), index)
    except ValueError:  # Python's own limit on the digits of an integer
        return _Bad("a number with too many digits", index)
    return value, end


def _skip(line: str, index: int) -> int:
    """The index of the next character that is no blank."""
    while index < len(line) and line[index] in " \t\r\n":
        index += 1
    return index


def _members(line: str) -> Iterator[tuple[str, int, Any, int] | _Bad]:
    """The members of the object on a line, each as key, its index, value, its index; ends after the first `_Bad`."""
    start = _skip(line, 0)
    if line[start] != "{":
        value = _value_at(line, start)
        yield value if isinstance(value, _Bad) else _Bad(f"expected an object, found {shown(value[0])}", start)
        return
    index = _skip(line, start + 1)
    first = True
    while first or line[index : index + 1] == ",":
        if first and line[index : index + 1] == "}":
            break
        key_index = index if first else _skip(line, index + 1)
        first = False
        if line[key_index : key_index + 1] != '"':
            yield _Bad("not JSON: expected a key in double quotes", key_index)
            return
        key = _value_at(line, key_index)
        if isinstance(key, _Bad):
            yield key
            return
        colon = _skip(line, key[1])
        if line[colon : colon + 1] != ":":
            yield _Bad("not JSON: expected ':'", colon)
            return
        value_index = _skip(line, colon + 1)
        value = _value_at(line, value_index)
        if isinstance(value, _Bad):
            yield value
            return
        yield key[0], key_index, value[0], value_index
        index = _skip(line, value[1])
    if line[index : index + 1] != "}":
        yield _Bad("not JSON: expected ',' or '}'", index)
        return
    after = _skip(line, index + 1)
    if after < len(line):
        yield _Bad("not JSON: expected one object a line, found more after it", after)


def _parse_line(line: str, file: str, number: int) -> list[FlowLine | Problem]:
    """The flow on a line, or all of its problems."""
    problems: list[FlowLine | Problem] = []
    given: dict[str, Any] = {}
    columns = {"": _skip(line, 0) + 1}

    def refuse(message: str, column: int, hint: str | None = None) -> None:
        problems.append(Problem(message, Position(file, number, column), hint=hint, line_text=_worth_showing(line)))

    for member in _members(line):
        if isinstance(member, _Bad):
            refuse(member.message, member.index + 1)
            return problems
        key, key_index, value, value_index = member
        if key in given:
            refuse(f"duplicate key {shown(key)}", key_index + 1)
            continue
        given[key] = value
        columns[key] = value_index + 1

    sides: dict[str, FlowSide] = {}
    for side in ("src", "dst"):
        name, address = given.get(side), given.get(f"{side}_ip")
        parsed: Address | None = None
        if name is not None and not isinstance(name, str):
            refuse(f"{side}: expected a string or null, found {shown(name)}", columns[side])
        if address is not None:
            try:
                parsed = _address(address)
            except ValueError:
                refuse(f"{side}_ip: expected an IP address, found {shown(address)}", columns[f"{side}_ip"])
        elif name is None:
            refuse(
                f"neither {side} nor {side}_ip says what the {_ROLES[side]} is",
                columns.get(side, columns[""]),
                f'give {side} as "namespace/pod" or "namespace/kind/name", or {side}_ip as an address',
            )
        sides[side] = FlowSide(name if isinstance(name, str) else None, parsed)

    protocol = _protocol(given["protocol"]) if given.get("protocol") is not None else PROTOCOLS["TCP"]
    if isinstance(protocol, Problem):
        refuse(protocol.message, columns["protocol"], protocol.hint)
    elif (fault := _port_fault(given.get("port"), protocol)) is not None:
        refuse(fault, columns.get("port", columns[""]))
    if problems or isinstance(protocol, Problem):
        return problems
    port = given["port"] if protocol in WITH_PORTS else None
    return [FlowLine(given, sides["src"], sides["dst"], protocol, port, file, number, line, columns)]


_ROLES: Final = {"src": "source", "dst": "destination"}


def _address(value: object) -> Address:
    """An address; one that is IPv4 mapped into IPv6 is that IPv4 address. ValueError where it is none."""
    if not isinstance(value, str) or "%" in value:
        raise ValueError
    address = ip_address(value)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _protocol(value: object) -> int | Problem:
    """An IP protocol number, or what is wrong (its place is the caller's to give)."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:
        return value
    if isinstance(value, str) and value in PROTOCOLS:
        return PROTOCOLS[value]
    likely = closest(value.upper(), PROTOCOLS) if isinstance(value, str) else None
    return Problem(
        f"protocol: expected TCP, UDP, SCTP, ICMP or a number from 0 to 255, found {shown(value)}",
        hint=f'did you mean "{likely}"?' if likely else None,
    )


def _port_fault(port: object, protocol: int) -> str | None:
    """What is wrong with a flow's port, if anything."""
    if port is None:
        return "port: expected a number from 1 to 65535, found none" if protocol in WITH_PORTS else None
    if isinstance(port, bool) or not isinstance(port, int):
        return f"port: expected a number from 1 to 65535, found {shown(port)}"
    if not (1 if protocol in WITH_PORTS else 0) <= port <= 65535:
        return f"port: expected a number from 1 to 65535, found {shown(port)}"
    return None
