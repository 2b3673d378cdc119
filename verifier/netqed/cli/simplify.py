"""`netqed simplify`."""

from __future__ import annotations

import codecs
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option, input_of, input_options, parts_options, settings_of
from netqed.cli.output import emit
from netqed.cli.progress import progress
from netqed.sources.position import InputError, Position, Problem

if TYPE_CHECKING:
    from netqed.api import SimplerFile, Simplified

_EPILOG: Final = """\
Examples:
  netqed simplify k8s/ --diff
  netqed simplify k8s/ -w
  helm template . | netqed simplify - > policies.yaml

Exit codes:
  0    printed or written: proved to allow the same; the input as it was where nothing is redundant
  2    unknown: the solver's budget ran out; nothing is printed
  3    bad input, spec or usage, or files that cannot be edited safely; nothing is printed
  5    internal error
  130  interrupted"""


@click.command("simplify", cls=Command, epilog=_EPILOG)
@input_options
@parts_options
@click.option(
    "--diff", "as_diff", is_flag=True, cls=Option, section="Output", help="Print a unified diff of the files instead."
)
@click.option(
    "-w", "--write", is_flag=True, cls=Option, section="Output", help="Edit the files in place, and print nothing."
)
@click.option("-q", "--quiet", is_flag=True, cls=Option, section="Output", help="Do not say what was removed.")
@click.option("-v", "--verbose", is_flag=True, cls=Option, section="Output", help="On an internal error, show where.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Print the policies without what can be removed from them and no flow changes.

    That is every object of the input, as YAML with its comments. The result is read again and proved to allow exactly
    the same before it is printed; what was removed is said on standard error.
    """
    if options["write"] and options["as_diff"]:
        raise click.UsageError("--diff and --write cannot be combined")
    source = input_of(paths, options["filenames"], options["kustomize"], options["spec_file"])
    if options["write"] and "-" in source.paths:
        raise click.UsageError("--write edits files: standard input and what -k renders are none")
    from netqed import api

    with progress() as shown:
        settings = settings_of(source, options, shown)
        spec = api.load_spec(options["spec_file"]) if options["spec_file"] is not None else None
        stream = not (options["write"] or options["as_diff"])
        found = api.simplify(source.paths, spec=spec, stream=stream, settings=settings)
    if isinstance(found, api.Unproved):
        click.echo("unknown: the solver's budget ran out, and nothing is printed (--rlimit raises it)", err=True)
        return exits.UNKNOWN
    if options["write"]:
        _write([one for one in found.files if one.changed])
    else:
        emit(found.diff if options["as_diff"] else found.text)
    if not options["quiet"]:
        _say(found, options["write"])
    return exits.HOLDS


def _say(found: Simplified, written: bool) -> None:
    """What was removed, and which files hold nothing any more, on standard error."""
    from netqed.api import Together
    from netqed.cli.output import error_style
    from netqed.report.redundancy import sizes_words

    together = found.found.together
    if not isinstance(together, Together) or not together.parts:
        click.echo("nothing is redundant", err=True)
        return
    text = f"{sizes_words(together.parts)} removed: proved to allow exactly the same"
    if not together.complete:
        text += "; there may be more (--rlimit raises the budget)"
    click.echo(text, err=True)
    for one in found.files:
        if written and one.changed and not any(_holds_something(line) for line in one.after.split("\n")):
            click.echo(f"{error_style().show(one.file)} holds no object any more and can be deleted", err=True)


def _holds_something(line: str) -> bool:
    """Whether the line is neither blank, nor a comment, nor a separator."""
    return bool(line.strip()) and not line.lstrip().startswith("#") and line.strip() != "---"


def _write(files: list[SimplerFile]) -> None:
    """Edit files in place; none, where one of them is no file or has changed since it was read."""
    contents: list[tuple[Path, bytes]] = []
    problems: list[Problem] = []
    for one in files:
        path = Path(one.file)
        try:
            data = path.read_bytes()
        except OSError as error:
            problems.append(Problem(f"cannot be written: {error.strerror or error}", Position(one.file)))
            continue
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        if data.removeprefix(mark) != one.before.encode():
            problems.append(Problem("cannot be written: it is no UTF-8, or has changed since", Position(one.file)))
            continue
        contents.append((path, mark + one.after.encode()))
    if problems:
        raise InputError(problems)
    for path, data in contents:
        try:
            _replace(path.resolve(), data)
        except OSError as error:
            raise InputError([Problem(f"cannot write: {error.strerror or error}", Position(str(path)))]) from error


def _replace(path: Path, data: bytes) -> None:
    """Write the file whole or not at all, with the mode that it has."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
