"""The command `netqed`: finds the subcommand, and turns every way a run can end into its exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from netqed import __version__
from netqed.cli import exits
from netqed.cli.calling import KUBECTL, as_called

if TYPE_CHECKING:
    from netqed.sources.position import Problem

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "check": ("netqed.cli.check", "Check the invariants of a spec."),
    "prove": ("netqed.cli.prove", "Prove or refute one sentence."),
    "explain": ("netqed.cli.explain", "Explain one flow: what allows or denies it, with lines."),
    "map": ("netqed.cli.map", "Show who can reach whom now, and on which ports."),
    "diff": ("netqed.cli.diff", "Compare two policy sets: what NEW allows and OLD does not, and the reverse."),
    "redundant": ("netqed.cli.redundant", "Find what can be removed from the policies without changing any flow."),
    "simplify": ("netqed.cli.simplify", "Print the policies without what can be removed from them, proved equivalent."),
    "render": ("netqed.cli.render", "Convert a saved result to another format."),
    "eval": ("netqed.cli.eval", "Judge concrete flows, one verdict a line."),
    "init": ("netqed.cli.init", "Write a starter spec from what is isolated today."),
    "cni": ("netqed.cli.cni", "Show what network plugins do where the API leaves it to them."),
    "schema": ("netqed.cli.schema", "Print the JSON Schema of the spec or of a report."),
    "completion": ("netqed.cli.completion", "Print the script by which a shell completes netqed."),
    "version": ("netqed.cli.version", "Print versions."),
}
"""Each command's module, whose `command` it is, and its line of help: `netqed --help` imports none of them."""

_EPILOG: Final = f"""\
Examples:
  netqed check k8s/                                   invariants of the netqed.yaml in or above k8s/
  netqed prove "analytics cannot reach payments" k8s/
  netqed explain web/checkout payments TCP/8080 k8s/
  netqed diff git:main k8s/                           what this branch changes
  helm template . | netqed check - --spec netqed.yaml
  netqed init k8s/                                    a first netqed.yaml

{exits.HELP}
"""


class Group(click.Group):
    """A group whose commands are imported when they are run, and whose end is always one of the documented codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; imports its module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; one that does not exist gets a suggestion."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:  # in which completion asks
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near:
                advice = f"did you mean `{near[0]}`?"
            else:
                advice = f"did you mean `check {args[0]}`?" if Path(args[0]).exists() else ", ".join(COMMANDS)
            raise click.UsageError(f"no command {args[0]!r}: {advice}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines of help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes, as they are laid out."""
        formatter.write_paragraph()
        formatter.write(as_called(ctx, _EPILOG))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run, and exit with the code of exits.py."""
        given = list(sys.argv[1:] if args is None else args)
        stdout = sys.stdout
        try:
            result = super().main(
                args=given,
                prog_name=prog_name,
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            code = result if isinstance(result, int) else exits.HOLDS
            _flush()
        except SystemExit:  # shell completion, with its code; or a reader of --help has gone: click changed the stream
            if sys.stdout is stdout:
                raise
            code = exits.HOLDS
        except (click.Abort, KeyboardInterrupt):
            _say("interrupted: nothing was decided")
            code = exits.INTERRUPTED
        except Exception as error:  # whatever ends a run has a code; what nobody foresaw is a bug, and says so
            code = _failed(error, given)
        sys.exit(code)


def _failed(error: Exception, args: Sequence[str]) -> int:
    """Say what ended the run; the code that it means. Imports what it needs only now, for the sake of `--help`."""
    from netqed.sources.position import InputError

    if isinstance(error, InputError):
        _show(error.problems)
        return exits.BAD_INPUT
    if isinstance(error, click.ClickException):
        _show([_usage(error)])
        return exits.BAD_INPUT
    return _internal(error, args)


def _flush() -> None:
    """Write what is left. Whoever reads standard output may have gone: that is no error."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        from netqed.cli.output import hush

        hush()


def _show(problems: Sequence[Problem]) -> None:
    from netqed.cli.output import error_style
    from netqed.report.problems import render_problems

    _say(render_problems(problems, style=error_style()).rstrip("\n"))


def _say(text: str) -> None:
    """A message on standard error; where that is closed there is nobody to tell."""
    if sys.stderr is None:
        return
    try:
        click.echo(text, err=True, color=True)
    except OSError:
        return


def _usage(error: click.ClickException) -> Problem:
    from netqed.sources.position import Problem

    hint = None
    message = error.format_message().rstrip(".")
    if isinstance(error, click.UsageError):
        hint = f"see `{error.ctx.command_path if error.ctx is not None else 'netqed'} --help`"
    return Problem(message[:1].lower() + message[1:], hint=hint)


def _internal(error: Exception, args: Sequence[str]) -> int:
    from netqed.analysis.disagreement import Disagreement
    from netqed.cli.bundle import write_bundle

    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, Disagreement):
        what = str(error)
        where = write_bundle(error)
        if where is not None:
            what += f"\n   = note: {where}/ holds what a bug report needs: the flow, the policies and the namespaces"
    _say(f"internal error: {what}")
    _say(f"   = note: no verdict can be relied on; this is a bug in netqed {__version__}, please report it")
    if os.environ.get("NETQED_DEBUG") or "-v" in args or "--verbose" in args:
        import traceback

        _say("".join(traceback.format_exception(error)).rstrip())
    else:
        _say("   = help: -v or NETQED_DEBUG=1 shows where it happened")
    return exits.INTERNAL


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="netqed")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Prove what a Kubernetes cluster's network policies allow.

    You state an invariant, such as "analytics cannot reach payments". netqed proves it for every pod that could ever
    be scheduled, or shows a concrete flow that breaks it and the lines of YAML that let it through.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """The entry point. As `kubectl-netqed` it calls itself `kubectl netqed`."""
    name = Path(sys.argv[0]).name
    cli.main(prog_name=KUBECTL if name.startswith("kubectl-") else "netqed")
