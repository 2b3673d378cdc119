"""`netqed completion`, and the completion of `kubectl netqed`."""

from __future__ import annotations

import sys
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from netqed.cli import exits
from netqed.cli.options import Command
from netqed.cli.output import emit

PROGRAM: Final = "netqed"
VARIABLE: Final = "_NETQED_COMPLETE"
"""By which the script asks the program; click derives it from the program's name."""

_SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}

_EPILOG: Final = """\
Examples:
  netqed completion bash > ~/.local/share/bash-completion/completions/netqed
  netqed completion zsh > "${fpath[1]}/_netqed"
  netqed completion fish > ~/.config/fish/completions/netqed.fish"""


@click.command("completion", cls=Command, epilog=_EPILOG)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def command(shell: str) -> int:
    """Print the script by which a shell completes commands, options, formats and files. Bash needs version 4.4."""
    from netqed.cli.group import cli

    made = _SHELLS[shell](cli, {}, PROGRAM, VARIABLE)
    # Not `source`, which for bash starts one to see its version: the script is for the shell that reads it.
    emit(f"{(made.source_template % made.source_vars()).strip()}\n")
    return exits.HOLDS


_NO_FILES: Final = 4
_DEFAULT: Final = 0
"""What kubectl's own completion (cobra's) is told to do after our candidates: nothing, or to offer files."""


def kubectl() -> None:
    """The program `kubectl_complete-netqed`, which kubectl runs to complete `kubectl netqed`.

    Its arguments are the words after `netqed`, the last one being the one to complete. Candidates are printed one a
    line, with a tab before what they mean, and on the last line what the shell is to do.
    """
    from netqed.cli.group import cli

    *words, incomplete = sys.argv[1:] or [""]
    found = ShellComplete(cli, {}, PROGRAM, VARIABLE).get_completions(words, incomplete)
    plain = [item for item in found if item.type == "plain"]
    for item in plain:
        click.echo(f"{item.value}\t{item.help}" if item.help else item.value)
    click.echo(f":{_NO_FILES if len(plain) == len(found) else _DEFAULT}")
