"""Flows as users write them: what is read, and every mistake with its place."""

from __future__ import annotations

import json
from ipaddress import ip_address

import pytest

from netqed.analysis.flow_lines import FlowLine, FlowSide, parse_flows
from netqed.sources.position import Problem

GOOD = '{"src": "a/x", "dst": "b/y", "port": 80}'


def flow(text: str) -> FlowLine:
    """The only flow of a text without problems."""
    (line,) = parse_flows(text, "flows.jsonl")
    assert isinstance(line, FlowLine)
    return line


def problems(text: str) -> list[str]:
    """The problems of a text as `line:column message`; there are no flows beside them."""
    found = parse_flows(text, "flows.jsonl")
    assert found
    assert all(isinstance(item, Problem) for item in found)
    return [
        f"{item.position.line}:{item.position.column} {item.message}"
        for item in found
        if isinstance(item, Problem) and item.position is not None
    ]


def test_a_flow_is_read_with_its_defaults() -> None:
    line = flow(GOOD)
    assert (line.source, line.destination) == (FlowSide("a/x", None), FlowSide("b/y", None))
    assert (line.protocol, line.port, line.file, line.line) == (6, 80, "flows.jsonl", 1)


def test_every_key_is_read_and_others_are_kept_in_order() -> None:
    text = (
        '{"id": [1, {"x": null}], "src": null, "src_ip": "10.0.0.1", '
        '"dst": "b/y", "dst_ip": "10.0.0.2", "port": 53, "protocol": "UDP", "note": "é"}'
    )
    line = flow(text)
    assert line.given == json.loads(text)
    assert list(line.given) == list(json.loads(text))
    assert line.source == FlowSide(None, ip_address("10.0.0.1"))
    assert line.destination == FlowSide("b/y", ip_address("10.0.0.2"))
    assert (line.protocol, line.port) == (17, 53)


@pytest.mark.parametrize(
    ("written", "number"),
    [('"TCP"', 6), ('"UDP"', 17), ('"SCTP"', 132), ("6", 6), ("17", 17), ("null", 6)],
)
def test_protocols_with_ports(written: str, number: int) -> None:
    line = flow(f'{{"src": "a/x", "dst": "b/y", "port": 80, "protocol": {written}}}')
    assert (line.protocol, line.port) == (number, 80)


@pytest.mark.parametrize(("written", "number"), [('"ICMP"', 1), ("47", 47), ("0", 0), ("255", 255), ('"ICMPv6"', 58)])
@pytest.mark.parametrize("port", ["", ', "port": null', ', "port": 80', ', "port": 0'])
def test_a_port_plays_no_part_in_other_protocols(written: str, number: int, port: str) -> None:
    line = flow(f'{{"src": "a/x", "dst": "b/y", "protocol": {written}{port}}}')
    assert (line.protocol, line.port) == (number, None)


def test_an_ipv4_address_mapped_into_ipv6_is_ipv4() -> None:
    assert flow('{"src_ip": "::ffff:10.0.0.1", "dst": "b/y", "port": 1}').source.address == ip_address("10.0.0.1")


def test_blank_lines_a_byte_order_mark_and_line_ends_of_windows_are_passed_over() -> None:
    lines = parse_flows(f"\ufeff{GOOD}\r\n\r\n  \n{GOOD}\n", "flows.jsonl")
    assert [line.line for line in lines if isinstance(line, FlowLine)] == [1, 4]


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", " \r\n\n"])
def test_an_empty_file_holds_no_flows(text: str) -> None:
    assert parse_flows(text, "flows.jsonl") == []


def test_a_separator_of_unicode_within_a_string_ends_no_line() -> None:
    assert flow('{"src": "a/x", "dst": "b/y", "port": 80, "note": "one\u2028two\x85three"}').given["note"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "1:2 not JSON: expected a key in double quotes"),
        ("nonsense", "1:1 not JSON: expecting value"),
        ('{"src" "a/x"}', "1:8 not JSON: expected ':'"),
        ('{"src": }', "1:9 not JSON: expecting value"),
        ('{"src": "a/x" "dst": "b/y"}', "1:15 not JSON: expected ',' or '}'"),
        ('{"src": "a/x",}', "1:15 not JSON: expected a key in double quotes"),
        ('{"src": "a/x', "1:9 not JSON: unterminated string starting at"),
        ("{'src': 1}", "1:2 not JSON: expected a key in double quotes"),
        (GOOD + GOOD, f"1:{len(GOOD) + 1} not JSON: expected one object a line, found more after it"),
        ('["a/x"]', '1:1 expected an object, found ["a/x"]'),
        ("3", "1:1 expected an object, found 3"),
        ("null", "1:1 expected an object, found null"),
        ('{"src": "a/x", "dst": "b/y", "port": NaN}', "1:38 NaN is not a JSON number"),
        ('{"src": "a/x", "dst": "b/y", "port": 1, "x": [-Infinity]}', "1:46 -Infinity is not a JSON number"),
        ('{"src": "a/x", "dst": "b/y", "port": 1e999}', '1:38 the number "1e999" is too large'),
        ('{"src": "a/x", "dst": "b/y", "port": 1, "port": 2}', '1:41 duplicate key "port"'),
        ('{"src": "a/x", "dst": "b/y", "port": 1, "x": {"y": 1, "y": 1}}', '1:46 duplicate key "y"'),
        ('{"src": "a/x", "dst": "b/y"}', "1:1 port: expected a number from 1 to 65535, found none"),
        ('  {"src": "a/x", "dst": "b/y"}', "1:3 port: expected a number from 1 to 65535, found none"),
        ('{"src": "a/x", "dst": "b/y", "port": 0}', "1:38 port: expected a number from 1 to 65535, found 0"),
        ('{"src": "a/x", "dst": "b/y", "port": 65536}', "1:38 port: expected a number from 1 to 65535, found 65536"),
        ('{"src": "a/x", "dst": "b/y", "port": "80"}', '1:38 port: expected a number from 1 to 65535, found "80"'),
        ('{"src": "a/x", "dst": "b/y", "port": 80.0}', "1:38 port: expected a number from 1 to 65535, found 80.0"),
        ('{"src": "a/x", "dst": "b/y", "port": true}', "1:38 port: expected a number from 1 to 65535, found true"),
        ('{"dst": "b/y", "port": 1}', "1:1 neither src nor src_ip says what the source is"),
        ('{"src": null, "dst": "b/y", "port": 1}', "1:9 neither src nor src_ip says what the source is"),
        ('{"src": "a/x", "dst_ip": null, "port": 1}', "1:1 neither dst nor dst_ip says what the destination is"),
        ('{"src": 1, "dst": "b/y", "port": 1}', "1:9 src: expected a string or null, found 1"),
        ('{"src_ip": "10.0.0", "dst": "b/y", "port": 1}', '1:12 src_ip: expected an IP address, found "10.0.0"'),
        ('{"src_ip": 167772161, "dst": "b/y", "port": 1}', "1:12 src_ip: expected an IP address, found 167772161"),
        (
            '{"src_ip": "10.0.0/8", "dst": "b/y", "port": 1}',
            '1:12 src_ip: expected an IP address, found "10.0.0/8"',
        ),
        ('{"src_ip": "010.0.0.1", "dst": "b/y", "port": 1}', '1:12 src_ip: expected an IP address, found "010.0.0.1"'),
        ('{"src_ip": "fe80::1%e", "dst": "b/y", "port": 1}', '1:12 src_ip: expected an IP address, found "fe80::1%e"'),
        ('{"src_ip": "", "dst": "b/y", "port": 1}', '1:12 src_ip: expected an IP address, found ""'),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, expected: str) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    ("written", "hint"),
    [('"tcp"', 'did you mean "TCP"?'), ('"UPD"', 'did you mean "UDP"?'), ('"zzz"', None), ("256", None)],
)
@pytest.mark.parametrize("extra", ["", ', "port": 80'])
def test_an_unknown_protocol_gets_a_suggestion(written: str, hint: str | None, extra: str) -> None:
    (problem,) = parse_flows(f'{{"src": "a/x", "dst": "b/y", "protocol": {written}{extra}}}', "flows.jsonl")
    assert isinstance(problem, Problem)
    assert problem.message == f"protocol: expected TCP, UDP, SCTP, ICMP or a number from 0 to 255, found {written}"
    assert problem.hint == hint


@pytest.mark.parametrize("written", ["true", "-1", "6.0", "[]"])
def test_a_protocol_is_a_name_or_a_small_number(written: str) -> None:
    (message,) = problems(f'{{"src": "a/x", "dst": "b/y", "port": 1, "protocol": {written}}}')
    assert message.endswith(f"found {written}")


def test_all_mistakes_of_a_line_and_of_a_file_are_told() -> None:
    text = '{"src": 1, "dst_ip": "x", "port": 0}\n' + GOOD + '\n{"src": "a/x"'
    found = parse_flows(text, "flows.jsonl")
    assert [type(item).__name__ for item in found] == ["Problem", "Problem", "Problem", "FlowLine", "Problem"]
    assert [item.position.line for item in found if isinstance(item, Problem) and item.position] == [1, 1, 1, 3]


def test_a_problem_shows_its_line_unless_that_is_very_long() -> None:
    short, long = parse_flows('{"src": 1}\n{"src": "' + "x" * 1000 + '"', "flows.jsonl")[0::3]
    assert isinstance(short, Problem) and short.line_text == '{"src": 1}'
    assert isinstance(long, Problem) and long.line_text is None


@pytest.mark.parametrize(
    "text",
    [
        '{"x": ' + "[" * 100_000,
        '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"x": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
        '{"port": ' + "9" * 100_000 + "}",
        "[" * 100_000,
    ],
    ids=["unclosed", "lists", "objects", "digits", "no-object"],
)
def test_hostile_json_is_one_short_problem(text: str) -> None:
    (message,) = problems(text)
    assert len(message) < 200


def test_a_lone_surrogate_can_be_shown() -> None:
    (message,) = problems('{"src_ip": "\\ud800", "dst": "b/y", "port": 1}')
    assert message.encode("utf-8")
