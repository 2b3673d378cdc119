"""How the program is called: by its own name, or through kubectl."""

from __future__ import annotations

import re
from typing import Final

import click

KUBECTL: Final = "kubectl netqed"
"""What the program calls itself as a plugin of kubectl."""

_CALL: Final = re.compile(r"\bnetqed (?=[a-z])")


def as_called(ctx: click.Context, text: str) -> str:
    """Examples as they are typed: a plugin of kubectl is called through it."""
    return _CALL.sub(f"{KUBECTL} ", text) if ctx.find_root().info_name == KUBECTL else text
