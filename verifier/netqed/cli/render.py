"""`netqed render`."""

from __future__ import annotations

from typing import Any, Final

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option, colour_option, files, output_option, read_text
from netqed.cli.output import write_renderings
from netqed.report.answer import RESULT_FORMATS
from netqed.sources.position import InputError, Position, Problem

_EPILOG: Final = """\
Examples:
  netqed check k8s/ -o json=result.json
  netqed render result.json -o sarif=netqed.sarif -o junit=netqed.xml
  netqed render result.json                 the text report

Exit codes:
  0    rendered, whatever the result says
  3    no saved result, or bad usage
  5    internal error"""


@click.command("render", cls=Command, epilog=_EPILOG)
@click.argument("result", metavar="RESULT.json", shell_complete=files)
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

    try:
        rendering = Rendering(read_saved(read_text(result, "saved result")))
        write_renderings(
            rendering,
            lambda style: rendering.render("text", style=style, quiet=options["quiet"]),
            options["outputs"],
            colour=options["colour"],
        )
    except Malformed as error:
        hint = "save one with `netqed check -o json=result.json`"
        raise InputError([Problem(str(error), Position("<stdin>" if result == "-" else result), hint=hint)]) from error
    return exits.HOLDS
