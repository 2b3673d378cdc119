"""`netqed map`."""

from __future__ import annotations

from typing import Any, Final

import click

from netqed.cli import exits
from netqed.cli.options import (
    Command,
    Option,
    colour_option,
    input_of,
    input_options,
    settings_of,
    spec_of,
    spec_option,
)
from netqed.cli.output import outputs_of, write_reports
from netqed.cli.progress import progress
from netqed.report.answer import MAP_FORMATS, render

_EPILOG: Final = """\
Endpoints and ports are those of the spec language, as for `netqed explain`.

Examples:
  netqed map k8s/
  netqed map k8s/ --to payments --port TCP/5432
  netqed map k8s/ --from internet
  netqed map dump.yaml -o json=map.json
  netqed map k8s/ -o dot | dot -Tsvg > map.svg
  netqed map k8s/ -o html=map.html            one page to search, filter and fold

Exit codes:
  0    a map was made
  3    bad input, spec or usage; no map is printed
  5    internal error
  130  interrupted"""


@click.command("map", cls=Command, epilog=_EPILOG)
@input_options
@spec_option
@click.option(
    "--from",
    "source",
    metavar="ENDPOINT",
    cls=Option,
    section="Question",
    help="Show only what goes out from ENDPOINT.",
)
@click.option(
    "--to", "destination", metavar="ENDPOINT", cls=Option, section="Question", help="Show only what reaches ENDPOINT."
)
@click.option(
    "--of",
    "either",
    metavar="ENDPOINT",
    cls=Option,
    section="Question",
    help="Show only what goes out from ENDPOINT or reaches it.",
)
@click.option("--port", "ports", metavar="PORTS", cls=Option, section="Question", help="Show these ports only.")
@click.option(
    "--cni",
    metavar="NAME",
    cls=Option,
    section="Question",
    help="The network plugin that enforces the policies. By default `spec`, what the API's conformance tests pin.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    callback=outputs_of,
    formats=MAP_FORMATS,
    metavar="FORMAT[=FILE]",
    cls=Option,
    section="Report",
    help="text, json, dot (Graphviz) or html; with =FILE into a file, beside the text on standard output. Repeatable.",
)
@colour_option
@click.option("-q", "--quiet", is_flag=True, cls=Option, section="Report", help="Print only the table and the summary.")
@click.option(
    "-v", "--verbose", is_flag=True, cls=Option, section="Report", help="Name every workload, range and note."
)
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Show who can reach whom now, and on which ports.

    Workloads of one namespace that reach, and are reached by, the same are one group. Nodes and external addresses are
    on the map as well. What no policy isolates is open, and shown as such.
    """
    given = input_of(paths, options["filenames"], options["kustomize"], options["spec_file"])
    from netqed import api

    spec = spec_of(options["spec_file"], given.paths)
    with progress() as shown:
        found = api.map_of(
            given.paths,
            source=options["source"],
            destination=options["destination"],
            either=options["either"],
            ports=options["ports"],
            spec=spec,
            settings=settings_of(given, options, shown),
        )
    write_reports(
        {
            "text": lambda style: render(found, style=style, quiet=options["quiet"], verbose=options["verbose"]),
            "json": lambda _: render(found, "json"),
            "dot": lambda _: render(found, "dot"),
            "html": lambda _: render(found, "html"),
        },
        options["outputs"],
        colour=options["colour"],
    )
    return exits.HOLDS
