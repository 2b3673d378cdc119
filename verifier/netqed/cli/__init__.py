"""The command line."""

from __future__ import annotations

from netqed.cli.group import cli, main

__all__ = ["cli", "main"]
