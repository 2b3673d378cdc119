"""`netqed diff`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from netqed.cli.options import (
    Command,
    Option,
    exit_code,
    files,
    input_of,
    objects_options,
    result_options,
    rlimit_option,
    settings_of,
)
from netqed.cli.output import write_results
from netqed.cli.progress import progress

if TYPE_CHECKING:
    from netqed.resources.cluster import Cluster
    from netqed.spec.document import Spec

_EPILOG: Final = """\
Sides:
  OLD, NEW   a file, a directory, `-`, or git:REV[:PATH]: what a commit has, read with git. PATH counts from the root of
             the repository; without it, it is the other side's path

Examples:
  netqed diff git:main k8s/                       what this branch changes
  netqed diff git:main k8s/ --require no-new-access --spec git:main:netqed.yaml
  netqed diff git:v1.2:k8s git:v1.3:k8s -o markdown
  helm template . | netqed diff old.yaml -

Exit codes:
  0    the sides are equivalent, or what --require asks for holds
  1    they differ, or it does not hold
  2    unknown: the solver's budget ran out
  3    bad input, spec, revision or usage; nothing is compared
  5    internal error, such as a disagreement of evaluator and encoding
  130  interrupted"""


@click.command("diff", cls=Command, epilog=_EPILOG)
@click.argument("old", metavar="OLD", shell_complete=files)
@click.argument("new", metavar="NEW", shell_complete=files)
@click.option(
    "--workloads",
    metavar="PATH",
    shell_complete=files,
    cls=Option,
    section="Input",
    help="Where workloads and namespaces of both sides come from, in the place of their own.",
)
@click.option(
    "--spec",
    "spec_file",
    metavar="FILE",
    shell_complete=files,
    cls=Option,
    section="Input",
    help="A spec, or `-`, or git:REV:FILE: its invariants are checked on both sides, and its assumptions hold.",
)
@objects_options
@click.option(
    "--scope",
    type=click.Choice(["always", "now"]),
    default="always",
    cls=Option,
    section="Question",
    help="Compare the sides for every cluster that could exist (the default), or for the workloads in the input.",
)
@click.option(
    "--cni",
    metavar="NAME",
    cls=Option,
    section="Question",
    help="The network plugin that enforces the policies of both sides, or `spec`. By default the sides are compared "
    "whatever plugins do.",
)
@click.option(
    "--require",
    type=click.Choice(["equivalent", "no-new-access", "no-lost-access"]),
    cls=Option,
    section="Question",
    help="What has to hold: the exit code says whether it does. By default `equivalent`.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    cls=Option,
    section="Question",
    help="Show at most N families of what is gained, and of what is lost.",
)
@rlimit_option
@result_options
def command(old: str, new: str, **options: Any) -> int:
    """Compare two policy sets: prove that they allow the same, or show every way in which they do not.

    The outcome is equivalent, wider (NEW allows more), narrower (NEW allows less) or incomparable (both), with the
    flows gained and lost as families, and the lines that decide one flow of each.
    """
    workloads = options["workloads"]
    paths = (old, new) if workloads is None else (old, new, workloads)
    source = input_of(paths, (), None, options["spec_file"])
    from netqed import api
    from netqed.cli.sides import sides_of
    from netqed.inputs import all_loaded

    sides = sides_of(old, new)
    spec = _spec(options["spec_file"])
    exclude = [] if spec is None or spec.file is None else [spec.file]
    with progress() as shown:
        settings = settings_of(source, options, shown)
        loads: list[Callable[[], Cluster]] = [partial(side.load, settings, exclude) for side in sides]
        if workloads is not None:
            loads.append(partial(api.load_cluster, [workloads], settings=settings, exclude=exclude))
        clusters = all_loaded(*loads)
        found = api.difference(
            clusters[0],
            clusters[1],
            workloads=clusters[2] if workloads is not None else None,
            spec=spec,
            limit=options["limit"],
            settings=settings,
        )
    from netqed.report.answer import difference_rendering, render

    require = options["require"]
    write_results(
        lambda: difference_rendering(found, require),
        lambda style: render(
            found, style=style, requirement=require, quiet=options["quiet"], verbose=options["verbose"]
        ),
        options["outputs"],
        colour=options["colour"],
    )
    return exit_code(found.exit_code(require or "equivalent"), options["exit_zero"])


def _spec(file: str | None) -> Spec | None:
    from netqed import api
    from netqed.cli.sides import read_spec

    if file is None:
        return None
    name, text = read_spec(file)
    return api.load_spec(name, text=text)
