"""Exit codes: part of the interface, documented in docs/commands.md, never reused."""

from __future__ import annotations

from typing import Final

HOLDS: Final = 0
"""Every invariant holds, or is as the spec expects."""
FAILS: Final = 1
"""Something is refuted or vacuous."""
UNKNOWN: Final = 2
"""Nothing is refuted, but something is unknown."""
BAD_INPUT: Final = 3
"""Bad input, spec or usage: nothing was checked."""
NOTHING: Final = 4
"""Nothing was checked: there are no invariants."""
INTERNAL: Final = 5
"""A bug in netqed."""
INTERRUPTED: Final = 130
"""Ctrl-C."""

HELP: Final = """\
Exit codes:
  0    all invariants hold
  1    something is refuted or vacuous
  2    nothing is refuted, but something is unknown
  3    bad input, spec or usage; no verdict is printed
  4    nothing was checked: no invariants
  5    internal error
  130  interrupted"""
