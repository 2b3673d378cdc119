"""`netqed init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option, input_of, input_options, settings_of
from netqed.cli.output import emit, write_file
from netqed.sources.position import InputError, Position, Problem

_EPILOG = """\
Examples:
  netqed init k8s/
  netqed init k8s/ --output -     only print it

Exit codes:
  0    the spec was written
  3    bad input or usage, or the file exists"""


@click.command("init", cls=Command, epilog=_EPILOG)
@input_options
@click.option(
    "-o",
    "--output",
    "output",
    default="netqed.yaml",
    show_default=True,
    metavar="FILE",
    cls=Option,
    section="Output",
    help="Where to write it; `-` prints it.",
)
@click.option("--force", is_flag=True, cls=Option, section="Output", help="Write over an existing file.")
@click.option("-v", "--verbose", is_flag=True, cls=Option, section="Output", help="On an internal error, show where.")
def command(output: str, force: bool, **options: Any) -> int:
    """Write a starter spec from what the manifests isolate today.

    Its invariants hold today; prune them to those that must hold tomorrow. PATHs are files or directories (by default
    the working directory).
    """
    source = input_of(options["paths"], options["filenames"], options["kustomize"])
    file = Path(output)
    if output != "-" and not force and (file.exists() or file.is_symlink()):
        raise InputError([Problem("the file exists", Position(output), hint="--force writes over it")])
    from netqed import api

    text = api.init(
        source.paths,
        manifests=_manifests(source.paths or (".",), file.parent if output != "-" else Path()),
        settings=settings_of(source, options, None),
    )
    if output == "-":
        emit(text)
        return exits.HOLDS
    write_file(file, text)
    special = options["namespace"] is not None or options["ignored"] or "-" in source.paths
    besides = " with what its first lines name besides" if special else ""
    click.echo(f"wrote {output}: read it, prune it, then run `netqed check --spec {output}`{besides}", err=True)
    return exits.HOLDS


def _manifests(paths: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """The paths as the spec will name them: relative to its own folder, whatever is not standard input."""
    return tuple(
        path if Path(path).is_absolute() else Path(os.path.relpath(path, folder)).as_posix()
        for path in paths
        if path != "-"
    )
