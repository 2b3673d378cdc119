"""`netqed version`."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version

import click

from netqed import __version__
from netqed.cli import exits
from netqed.cli.options import Command, Option
from netqed.cli.output import emit


@click.command("version", cls=Command)
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    cls=Option,
    section="Output",
    help="By default text.",
)
def command(form: str) -> int:
    """Print the versions of netqed, of its solver, and of Python."""
    found = {"netqed": __version__, "z3": _installed("z3-solver"), "python": platform.python_version()}
    if form == "json":
        emit(json.dumps(found, indent=2) + "\n")
    else:
        emit("".join(f"{name} {number or 'not installed'}\n" for name, number in found.items()))
    return exits.HOLDS


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
