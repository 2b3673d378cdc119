"""Progress is for a person who waits at a terminal, and for nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from netqed.cli import progress as module
from netqed.cli.output import style_of
from netqed.cli.progress import Progress, progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal. Not a fixture: pytest sets the streams anew between set-up and test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("CI", raising=False)
    return stream


def test_nothing_in_the_first_second_then_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    shown = Progress()
    now = 100.9
    shown(1, 10, "early")
    assert terminal.getvalue() == ""
    now = 101.1
    shown(2, 10, "web cannot reach x\x1b[2J")
    shown(3, 10, "too soon after")
    assert terminal.getvalue() == "\r2 of 10  web cannot reach x\\x1b[2J"
    shown.clear()
    assert terminal.getvalue().endswith("\r")
    assert terminal.getvalue().split("\r")[-2].strip() == ""


def test_none_in_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    with progress() as shown:
        assert shown is not None
    monkeypatch.setenv("CI", "true")
    with progress() as shown:
        assert shown is None


def test_none_where_stderr_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as shown:
        assert shown is None


def test_a_terminal_is_coloured_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert style_of(Terminal()).colour
    assert not style_of(io.StringIO()).colour
    monkeypatch.setenv("TERM", "dumb")
    assert not style_of(Terminal()).colour
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style_of(Terminal()).colour
    assert style_of(Terminal(), "always").colour
    monkeypatch.setenv("NO_COLOR", "")
    assert style_of(Terminal()).colour
