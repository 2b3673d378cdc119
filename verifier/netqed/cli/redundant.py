"""`netqed redundant`."""

from __future__ import annotations

from typing import Any, Final

import click

from netqed.cli.options import (
    Command,
    Option,
    detail_options,
    exit_code,
    input_of,
    input_options,
    parts_options,
    settings_of,
)
from netqed.cli.output import outputs_of, write_reports
from netqed.cli.progress import progress

_EPILOG: Final = """\
Examples:
  netqed redundant k8s/
  netqed redundant k8s/ --scope now --cni calico
  helm template . | netqed redundant - -o json

Exit codes:
  0    nothing is redundant
  1    something is
  2    unknown: nothing was found, and the solver's budget ran out on something
  3    bad input, spec or usage; nothing is asked
  5    internal error
  130  interrupted"""


@click.command("redundant", cls=Command, epilog=_EPILOG)
@input_options
@parts_options
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    cls=Option,
    section="Report",
    help="Show at most N parts of each list.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    callback=outputs_of,
    metavar="FORMAT[=FILE]",
    cls=Option,
    section="Report",
    help="text or json; with =FILE into a file, beside the text on standard output. Repeatable.",
)
@detail_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Find what can be removed from the policies without changing any flow.

    Each policy, rule, peer and port is asked about alone; then as much as possible is removed together, and what is
    left is proved to allow exactly the same.
    """
    source = input_of(paths, options["filenames"], options["kustomize"], options["spec_file"])
    from netqed import api

    with progress() as shown:
        settings = settings_of(source, options, shown)
        spec = api.load_spec(options["spec_file"]) if options["spec_file"] is not None else None
        found = api.redundant(source.paths, spec=spec, settings=settings)
    from netqed.report import render

    limit = options["limit"]
    write_reports(
        {
            "text": lambda style: render(
                found, style=style, limit=limit, quiet=options["quiet"], verbose=options["verbose"]
            ),
            "json": lambda _: render(found, "json", limit=limit),
        },
        options["outputs"],
        colour=options["colour"],
    )
    return exit_code(found.exit_code, options["exit_zero"])
