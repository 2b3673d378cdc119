"""`netqed render`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option, colour_option, files, output_option, read_text
from netqed.cli.output import write_renderings
from netqed.report.answer import RESULT_FORMATS
from netqed.sources.position import InputError, Position, Problem

if TYPE_CHECKING:
    from netqed.report.saved import Entry

_EPILOG: Final = """\
Examples:
  netqed check k8s/ -o json=result.json
  netqed render result.json -o sarif=netqed.sarif -o junit=netqed.xml
  netqed render result.json                 the text report
  netqed map k8s/ -o json=map.json
  netqed render result.json --map map.json -o html=report.html

Exit codes:
  0    rendered, whatever the result says
  3    no saved result, or bad usage
  5    internal error"""


@click.command("render", cls=Command, epilog=_EPILOG)
@click.argument("result", metavar="RESULT.json", shell_complete=files)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="MAP.json",
    shell_complete=files,
    cls=Option,
    section="Report",
    help="A saved map of what was checked, for html. Repeatable where the result has several inputs.",
)
@output_option(RESULT_FORMATS)
@colour_option
@click.option(
    "-q", "--quiet", is_flag=True, cls=Option, section="Report", help="Of text, only what fails, and the summary."
)
def command(result: str, **options: Any) -> int:
    """Convert the saved JSON of `check`, `prove` or `diff` to other formats. `-` is standard input.

    Nothing is checked anew and no manifest is read. Run it in the folder that the result was made in: files are named
    from there. Text has no colours, and nothing that only --verbose shows.
    """
    from netqed.report.rendering import Rendering
    from netqed.report.saved import Malformed, read_saved

    if (result, *options["maps"]).count("-") > 1:
        raise click.UsageError("standard input cannot be two things: only one of the files can be `-`")
    try:
        saved = read_saved(read_text(result, "saved result"))
        rendering = Rendering(saved, maps=_maps(saved, options["maps"]))
        write_renderings(
            rendering,
            lambda style: rendering.render("text", style=style, quiet=options["quiet"]),
            options["outputs"],
            colour=options["colour"],
        )
    except Malformed as error:
        hint = "save one with `netqed check -o json=result.json`"
        raise InputError([Problem(str(error), _place(result), hint=hint)]) from error
    return exits.HOLDS


def _maps(saved: Entry, files: Sequence[str]) -> list[Entry]:
    """The saved maps. InputError where one is none of an input of the result, or a second one of the same."""
    from netqed.report.html import is_of
    from netqed.report.rendering import DIFFERENCE

    inputs = [] if saved.text("format") == DIFFERENCE else list(saved.entries("inputs"))
    found: list[Entry] = []
    for file in files:
        one = _map(file)
        about = [each for each in inputs if is_of(one, each)]
        if not about:
            message = "a map of something else than what the result is about"
            hint = "make it of the same manifests, by the same spec; a comparison has no map"
            raise InputError([Problem(message, _place(file), hint=hint)])
        if sum(is_of(other, about[0]) for other in found) >= len(about):
            raise InputError([Problem("a second map of the same input", _place(file))])
        found.append(one)
    return found


def _map(file: str) -> Entry:
    """The saved map in a file. InputError where it is none, or not whole."""
    from netqed.report.page_map import page_map
    from netqed.report.saved import MAPS, Malformed, read_saved

    try:
        found = read_saved(read_text(file, "saved map"), MAPS)
        page_map(found)
        found.entry("basis")
    except Malformed as error:
        hint = "save one with `netqed map -o json=map.json`"
        raise InputError([Problem(str(error), _place(file), hint=hint)]) from error
    return found


def _place(file: str) -> Position:
    return Position("<stdin>" if file == "-" else file)
