"""Names, labels and port names: what is accepted and what is not."""

from __future__ import annotations

import pytest

from netqed.resources.syntax import (
    dns_label_fault,
    dns_subdomain_fault,
    label_key_fault,
    label_value_fault,
    port_name_fault,
)


@pytest.mark.parametrize("key", ["a", "A", "a.b_c-d", "9", "example.com/name", "a" * 63, f"{'a.' * 126}a/x"])
def test_label_keys(key: str) -> None:
    assert label_key_fault(key) is None


@pytest.mark.parametrize(
    "key", ["", "/", "a/", "/a", "a" * 64, "a_", "_a", "a b", "a_b/x", "a/b/c", f"{'a' * 254}/x", "a\n"]
)
def test_no_label_keys(key: str) -> None:
    assert label_key_fault(key) is not None


@pytest.mark.parametrize("value", ["", "a", "0", "a.b_c-D", "a" * 63])
def test_label_values(value: str) -> None:
    assert label_value_fault(value) is None


@pytest.mark.parametrize("value", [" ", "-", "a-", "_a", "a/b", "a" * 64, "é", "a\n", "٣"])
def test_no_label_values(value: str) -> None:
    assert label_value_fault(value) is not None


@pytest.mark.parametrize("name", ["http", "a", "a-b", "8080-web", "a" * 15])
def test_port_names(name: str) -> None:
    assert port_name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "is empty"),
        ("80", "is a quoted number: write port: 80 without quotes"),
        ("8-0", "needs at least one letter"),
        ("a" * 16, "has 16 characters"),
        ("HTTP", "is no port name; expected lower-case"),
        ("a_b", "is no port name; expected lower-case"),
        ("a--b", "'-' may stand only singly"),
        ("-a", "'-' may stand only singly"),
        ("٣", "is no port name"),
    ],
)
def test_no_port_names(name: str, fault: str) -> None:
    assert fault in (port_name_fault(name) or "")


def test_names() -> None:
    assert dns_label_fault("a-1") is None
    assert dns_label_fault("a" * 63) is None
    assert dns_subdomain_fault("a.b-1.c") is None
    assert dns_subdomain_fault("a" * 253) is None
    for bad in ("", "A", "-a", "a-", "a.b", "a" * 64, "a\n"):
        assert dns_label_fault(bad) is not None
    for bad in ("", "A", "a.", ".a", "a..b", "a" * 254):
        assert dns_subdomain_fault(bad) is not None
