"""`netqed cni`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option
from netqed.cli.output import emit, style_of
from netqed.report.style import wrapped

if TYPE_CHECKING:
    from netqed.plugins.matters import Matter
    from netqed.plugins.rows import Plugin

_NAMES: Final = 24
"""Columns of a plugin's or a matter's name."""

_EPILOG = """\
Examples:
  netqed cni                  the table of all known plugins
  netqed cni cilium           one plugin, with sources
  netqed cni -o json          all of it, for programs
  netqed check --cni cilium   verdicts for a cluster that runs it

Without --cni, netqed proves an invariant only if it holds whatever a plugin does; an answer that nobody has verified
(?) counts as either."""


@click.command("cni", cls=Command, epilog=_EPILOG)
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    cls=Option,
    section="Output",
    help="By default text.",
)
def command(name: str | None, form: str) -> int:
    """Show what network plugins do where the API leaves it to them.

    With NAME: each answer of one plugin in words, where it is known from, and what netqed does not model.
    """
    from netqed.plugins.table import PLUGINS

    width = style_of(sys.stdout).width
    if name is None:
        chosen: tuple[Plugin, ...] = PLUGINS
    else:
        chosen = tuple(plugin for plugin in PLUGINS if plugin.name == name)
        if not chosen and name != "spec":
            from netqed.spec.faults import did_you_mean

            near = did_you_mean(name, ["spec", *(plugin.name for plugin in PLUGINS)])
            raise click.UsageError(f"no network plugin {name!r}: {near or '`netqed cni` lists them'}")
    if form == "json":
        emit(json.dumps({"matters": _matters(), "plugins": [_value(plugin) for plugin in chosen]}, indent=2) + "\n")
    elif name == "spec":
        emit("\n".join(_spec(width)) + "\n")
    elif name is not None:
        emit("\n".join(_one(chosen[0], width)) + "\n")
    else:
        emit("\n".join(_table(chosen, width)) + "\n")
    return exits.HOLDS


def _matters() -> list[dict[str, Any]]:
    from netqed.plugins.matters import OPEN, SPEC, Matter
    from netqed.plugins.words import ANSWERS

    return [
        {
            "matter": matter.value,
            "yes": ANSWERS[matter][0],
            "no": ANSWERS[matter][1],
            "spec": matter in SPEC,
            "open": matter in OPEN,
        }
        for matter in Matter
    ]


def _value(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "title": plugin.title,
        "lookedAt": plugin.looked_at,
        "refused": plugin.refused,
        "enforces": list(plugin.enforces),
        "answers": {matter.value: {"answer": cell.yes, "source": cell.source} for matter, cell in plugin.cells.items()},
        "notes": list(plugin.notes),
    }


def _spec(width: int) -> Iterator[str]:
    from netqed.plugins.matters import SPEC, Matter
    from netqed.plugins.words import answer_words

    yield "spec: what the API's conformance tests pin or, where they say nothing, most plugins do"
    yield ""
    for matter in Matter:
        yield from _answer(matter, matter in SPEC, answer_words(matter, matter in SPEC), width)


def _answer(matter: Matter, yes: bool | None, words: str, width: int) -> Iterator[str]:
    yield from _entry(f"{_word(yes):<4}{matter.value:<{_NAMES}}", words, width)


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """A text behind its head, wrapped beside it."""
    yield from wrapped(text, width, first=f"  {head}", rest=" " * (len(head) + 2))


def _word(yes: bool | None) -> str:
    return "?" if yes is None else "yes" if yes else "no"


def _one(plugin: Plugin, width: int) -> Iterator[str]:
    """One plugin, whole."""
    from netqed.plugins.matters import Matter
    from netqed.plugins.words import answer_words

    yield f"{plugin.title} ({plugin.looked_at})"
    if plugin.enforces:
        yield from _entry("enforces  ", ", ".join(plugin.enforces), width)
    yield ""
    if plugin.refused is not None:
        yield from wrapped(f"netqed gives no verdicts for it: {plugin.refused}", width, first="  ", rest="  ")
    else:
        sources = list(dict.fromkeys(cell.source for cell in plugin.cells.values()))
        for matter in Matter:
            cell = plugin.cells.get(matter)
            if cell is None:
                yield from _answer(matter, None, "not verified: netqed considers both answers", width)
            else:
                mark = sources.index(cell.source) + 1
                yield from _answer(matter, cell.yes, f"{answer_words(matter, cell.yes)} [{mark}]", width)
        if sources:
            yield ""
            yield "  sources"
            for number, source in enumerate(sources, 1):
                yield from _entry(f"[{number}] ", source, width)
    if plugin.notes:
        yield ""
        yield "  not modelled"
        for note in plugin.notes:
            yield from _entry("- ", note, width)


def _table(plugins: tuple[Plugin, ...], width: int) -> Iterator[str]:
    """Plugins as rows, matters as numbered columns with a legend."""
    from netqed.plugins.matters import SPEC, Matter
    from netqed.plugins.words import answer_words

    matters = list(Matter)
    yield f"{'--cni':<{_NAMES}}" + "".join(f"{number:>5}" for number in range(1, len(matters) + 1))
    yield f"{'spec':<{_NAMES}}" + "".join(f"{_word(matter in SPEC):>5}" for matter in matters)
    for plugin in plugins:
        if plugin.refused is None:
            fixed = plugin.fixed
            yield f"{plugin.name:<{_NAMES}}" + "".join(f"{_word(fixed.get(matter)):>5}" for matter in matters)
    yield ""
    yield "what yes means (? is not verified, and counts as either answer)"
    for number, matter in enumerate(matters, 1):
        yield from _entry(f"{number:>2}  {matter.value:<{_NAMES}}", answer_words(matter, True), width)
    yield ""
    yield "no verdicts for"
    for plugin in plugins:
        if plugin.refused is not None:
            yield from _entry(f"{plugin.name:<{_NAMES}}", plugin.refused, width)
    yield ""
    yield "netqed cni NAME tells sources, and what netqed does not model of a plugin."
