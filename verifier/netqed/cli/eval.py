"""`netqed eval`."""

from __future__ import annotations

import json
from typing import Any

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option, input_of, input_options, read_text, settings_of, spec_of, spec_option
from netqed.cli.output import emit

_EPILOG = """\
Flows, one JSON object a line:
  {"src": "web/checkout", "dst": "payments/deployment/api", "dst_ip": "10.0.0.9", "port": 8080, "protocol": "TCP"}

  src, dst: namespace/pod or namespace/kind/name, or null with src_ip, dst_ip. Other keys are passed through. Each line
  of the output is the flow with `allowed`, `ingress_allowed` and `egress_allowed` added. One is null where it depends
  on what is not verified of the plugin of --cni, and `depends_on` then names the matters.

Examples:
  netqed eval --flows flows.jsonl k8s/
  netqed eval --flows - --evidence k8s/ < flows.jsonl
  netqed eval --flows flows.jsonl --cni cilium k8s/

Exit codes:
  0    every flow was judged: allowed, denied, or null
  3    bad input, flows or usage; no verdict is printed
  5    internal error, such as a disagreement of the two engines"""


@click.command("eval", cls=Command, epilog=_EPILOG)
@input_options
@spec_option
@click.option(
    "--flows",
    required=True,
    metavar="FILE",
    cls=Option,
    section="Flows",
    help="The flows, as JSON Lines; `-` is standard input. An empty file only checks the manifests.",
)
@click.option(
    "--engine",
    type=click.Choice(["reference", "smt", "both"]),
    default="both",
    show_default=True,
    cls=Option,
    section="Flows",
    help="The evaluator, the encoding, or both held against each other.",
)
@click.option(
    "--cni",
    default="spec",
    show_default=True,
    metavar="NAME",
    cls=Option,
    section="Flows",
    help="The network plugin whose answers hold where the API leaves a matter open; `netqed cni` lists them. `spec` is "
    "what the API's conformance tests pin.",
)
@click.option("--evidence", is_flag=True, cls=Option, section="Flows", help="Add the policies and rules that decided.")
@click.option("-v", "--verbose", is_flag=True, cls=Option, section="Report", help="On an internal error, show where.")
def command(flows: str, engine: Any, evidence: bool, **options: Any) -> int:
    """Judge concrete flows, one verdict a line, in the order given.

    Denied flows do not change the exit code.
    """
    source = input_of(options["paths"], options["filenames"], options["kustomize"], options["spec_file"], flows)
    from netqed import api

    spec = spec_of(options["spec_file"], source.paths)
    answers = api.evaluate(
        read_text(flows, "flows"),
        source.paths,
        file="<stdin>" if flows == "-" else flows,
        spec=spec,
        engine=engine,
        evidence=evidence,
        settings=settings_of(source, options, None),
    )
    for answer in answers:
        if not emit(json.dumps(answer) + "\n", flush=False):
            break
    return exits.HOLDS
