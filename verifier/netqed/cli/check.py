"""`netqed check`."""

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
from netqed.sources.position import InputError, Problem

_EPILOG = f"""\
Examples:
  netqed check                            the spec in or above the working directory, and its manifests
  netqed check k8s/ more.yaml             these files, by the spec in or above k8s/
  kubectl get ns,pods,deploy,sts,ds,svc,netpol -A -o json | netqed check - --spec netqed.yaml
  netqed check -o json=report.json k8s/   text for people, and a report for programs

{exits.HELP}
"""


@click.command("check", cls=Command, epilog=_EPILOG)
@input_options
@spec_option
@question_options
@result_options
def command(**options: Any) -> int:
    """Check the invariants of a spec against manifests.

    Each invariant is proved, refuted by a concrete flow with the lines of YAML that let it through, or vacuous (it
    speaks of nothing). PATHs are files, directories or `-`; they replace the spec's `manifests:` and `inputs:`.
    """
    source = input_of(options["paths"], options["filenames"], options["kustomize"], options["spec_file"])
    from netqed import api

    spec = spec_of(options["spec_file"], source.paths)
    if spec is None:
        raise InputError(
            [
                Problem(
                    "no spec: there is no netqed.yaml in or above the first path",
                    hint='name one with --spec, write one with `netqed init`, or ask one thing with `netqed prove "…"`',
                )
            ]
        )
    try:
        with progress() as shown:
            result = api.check(source.paths, spec=spec, settings=settings_of(source, options, shown))
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
