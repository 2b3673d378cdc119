"""`netqed prove`."""

from __future__ import annotations

from typing import Any

import click

from netqed.cli import exits
from netqed.cli.options import (
    Command,
    exit_code,
    input_of,
    input_options,
    question_options,
    result_options,
    settings_of,
    spec_of,
    spec_option,
)
from netqed.cli.output import deliver, deliver_interrupted
from netqed.cli.progress import progress

_EPILOG = f"""\
Sentences:
  A cannot reach B [on PORTS] [except ...]    no flow from any A to any B
  A can reach B on PORTS                      every A reaches every B
  only A can reach B [on PORTS]               nothing else does
  A is isolated [from B]                      nothing in either direction

  A and B are namespaces, namespace/labels (web/app=checkout), workloads (web/deployment/checkout), addresses, CIDRs,
  groups of the spec, or `any pod`, `internet`, `outside`, `nodes`, `anything`. PORTS are such as TCP/8080, UDP/53.

Examples:
  netqed prove "analytics cannot reach payments" k8s/
  netqed prove "only web/app=checkout can reach payments/app=api on TCP/8080" k8s/
  netqed prove --scope now "internet cannot reach payments" k8s/

{exits.HELP}
"""


@click.command("prove", cls=Command, epilog=_EPILOG)
@click.argument("sentence")
@input_options
@spec_option
@question_options
@result_options
def command(sentence: str, **options: Any) -> int:
    """Prove or refute one SENTENCE.

    The groups, the assumptions and the cluster of a spec apply where there is one; none is needed.
    """
    source = input_of(options["paths"], options["filenames"], options["kustomize"], options["spec_file"])
    from netqed import api

    spec = spec_of(options["spec_file"], source.paths)
    try:
        with progress() as shown:
            result = api.prove(sentence, source.paths, spec=spec, settings=settings_of(source, options, shown))
    except api.Interrupted as stopped:
        deliver_interrupted(
            stopped.decided,
            stopped.invariants,
            options["outputs"],
            colour=options["colour"],
            quiet=options["quiet"],
            verbose=options["verbose"],
        )
        return exits.INTERRUPTED
    deliver(
        result,
        options["outputs"],
        colour=options["colour"],
        quiet=options["quiet"],
        verbose=options["verbose"],
        why=options["why"],
    )
    return exit_code(result.exit_code, options["exit_zero"])
