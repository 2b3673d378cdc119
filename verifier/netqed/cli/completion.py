"""`netqed completion`."""

from __future__ import annotations

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
