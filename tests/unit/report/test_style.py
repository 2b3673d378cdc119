"""Escapes, widths and wrapping."""

from __future__ import annotations

import pytest

from netqed.report.style import Style, columns, visible, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\rb\nc", "a\\x0db\\x0ac"),
        ("a\tb", "a b"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("café", "café"),
    ],
)
def test_what_would_not_show_as_itself_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_ascii_only() -> None:
    assert visible("café … → ‘x’ 名", ascii_only=True) == "caf\\xe9 ... -> 'x' \\u540d"


def test_columns_of_wide_and_combining_characters() -> None:
    assert columns("名前") == 4
    assert columns("e\u0301") == 1


def test_wrapping_never_cuts_a_selector() -> None:
    selector = "app.kubernetes.io/name=" + "x" * 80
    lines = wrapped(f"matches every pod with {selector}, so also a/b", 50, first="= ", rest="  ")
    assert any(selector in line for line in lines)
    assert all(len(line) <= 50 for line in lines if selector not in line)


def test_colours_only_where_asked_for() -> None:
    assert Style().paint("x", "error") == "x"
    assert "\x1b[" in Style(colour=True).paint("x", "error")


def test_no_line_begins_as_a_workflow_command() -> None:
    text = "word " * 9 + "::error::boo " + "word " * 20 + "::warning file=x::boo"
    lines = wrapped(text, 50, first="   = hint: ", rest="     ")
    assert len(lines) > 3
    assert not any(line.lstrip().startswith("::") for line in lines)
    assert " ".join(" ".join(lines).split()) == f"= hint: {text}"
