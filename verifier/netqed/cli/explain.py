"""`netqed explain`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

from netqed.cli.options import (
    Command,
    Option,
    exit_code,
    input_of,
    input_options,
    report_options,
    settings_of,
    spec_of,
    spec_option,
)
from netqed.cli.output import write_reports
from netqed.cli.progress import progress

_EPILOG = """\
Sides and ports:
  SRC, DST   namespace/pod, namespace/deployment/name, namespace/labels (web/app=checkout), a namespace, an address, a
             CIDR, a group of the spec, or `any pod`, `internet`, `outside`, `nodes`
  PORTS      TCP/8080, UDP/53, TCP/8000-8010, TCP, ICMP, or a list such as "UDP/53, TCP/53". Without them: a port that a
             container of DST declares, else the lowest that is allowed. A folder of such a name is written ./TCP

Examples:
  netqed explain web/checkout payments/deployment/api TCP/8080 k8s/
  netqed explain analytics payments k8s/
  netqed explain payments 203.0.113.0/24 TCP/443 k8s/ -o json

Exit codes:
  0    what was asked about is allowed
  1    it is denied
  2    there is no one answer: it depends on what the input does not say, or is not the same for all workloads,
       addresses or ports that were asked about
  3    bad input, spec or usage; no verdict is printed
  5    internal error, such as a disagreement of evaluator and encoding
  130  interrupted"""


_LIKE_PORTS: Final = re.compile(
    r"\d+(-\d+)?|(tcp|udp|sctp|icmp|icmpv6)\b.*|\d+/(tcp|udp|sctp)", re.IGNORECASE | re.ASCII
)
"""What is meant as PORTS, right or wrong: no folder is called so by chance."""


@click.command("explain", cls=Command, epilog=_EPILOG)
@click.argument("source", metavar="SRC")
@click.argument("destination", metavar="DST [PORTS]")
@input_options
@spec_option
@click.option(
    "--cni",
    metavar="NAME",
    cls=Option,
    section="Question",
    help="The network plugin that enforces the policies. By default `spec`, what the API's conformance tests pin, and "
    "the report names the plugins that decide the flow otherwise.",
)
@report_options
def command(source: str, destination: str, **options: Any) -> int:
    """Explain why a flow from SRC to DST is allowed or denied.

    Both directions, layer by layer: which policies isolate each side and by which labels, which rules were tried and
    what of each matched or failed, what decided, and which other ports and members are decided otherwise. A side that
    stands for several workloads is explained for the one that a counterexample would show.
    """
    ports, paths = None, options["paths"]
    if paths and _LIKE_PORTS.fullmatch(paths[0].strip()) and not Path(paths[0]).is_file():
        ports, paths = paths[0], paths[1:]
    given = input_of(paths, options["filenames"], options["kustomize"], options["spec_file"])
    from netqed import api

    spec = spec_of(options["spec_file"], given.paths)
    with progress() as shown:
        found = api.explain(
            source, destination, ports, given.paths, spec=spec, settings=settings_of(given, options, shown)
        )
    from netqed.report import render

    write_reports(
        {
            "text": lambda style: render(found, style=style, quiet=options["quiet"], verbose=options["verbose"]),
            "json": lambda _: render(found, "json"),
        },
        options["outputs"],
        colour=options["colour"],
    )
    return exit_code(found.exit_code, options["exit_zero"])
