"""`netqed cni`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from netqed.cli import exits
from netqed.cli.options import Command, Option
from netqed.cli.output import emit

if TYPE_CHECKING:
    from netqed.plugins.matters import Matter
    from netqed.plugins.table import Plugin

_EPILOG = """\
Examples:
  netqed cni                  the table of all known plugins
  netqed cni cilium           one plugin, with sources
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

    if name is None:
        chosen: tuple[Plugin, ...] = PLUGINS
    else:
        chosen = tuple(plugin for plugin in PLUGINS if plugin.name == name)
        if not chosen and name != "spec":
            from netqed.spec.faults import did_you_mean

            near = did_you_mean(name, ["spec", *(plugin.name for plugin in PLUGINS)])
            raise click.UsageError(f"no network plugin {name!r}" + (f": {near}" if near else ""))
    if form == "json":
        emit(json.dumps({"matters": _matters(), "plugins": [_value(plugin) for plugin in chosen]}, indent=2) + "\n")
    elif name == "spec":
        emit(_spec())
    elif name is not None:
        emit(_one(chosen[0]))
    else:
        emit(_table(chosen))
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
        "answers": {matter.value: {"answer": cell.yes, "source": cell.source} for matter, cell in plugin.cells.items()},
        "notes": list(plugin.notes),
    }


def _spec() -> str:
    from netqed.plugins.matters import SPEC, Matter
    from netqed.plugins.words import answer_words

    lines = ["spec: what the API's conformance tests pin or, where they say nothing, most plugins do", ""]
    lines += [_answer(matter, matter in SPEC, answer_words(matter, matter in SPEC)) for matter in Matter]
    return "\n".join(lines) + "\n"


def _answer(matter: Matter, yes: bool | None, words: str) -> str:
    return f"  {_word(yes):<4}{matter.value:<24}{words}"


def _word(yes: bool | None) -> str:
    return "?" if yes is None else "yes" if yes else "no"


def _one(plugin: Plugin) -> str:
    """One plugin, whole."""
    from netqed.plugins.matters import Matter
    from netqed.plugins.words import answer_words

    lines = [f"{plugin.title} ({plugin.looked_at})", ""]
    if plugin.refused is not None:
        lines += [f"  netqed gives no verdicts for it: {plugin.refused}", ""]
    else:
        for matter in Matter:
            cell = plugin.cells.get(matter)
            if cell is None:
                lines.append(_answer(matter, None, "not verified: netqed considers both answers"))
            else:
                lines.append(_answer(matter, cell.yes, answer_words(matter, cell.yes)))
                lines.append(f"      {'':<24}source: {cell.source}")
        lines.append("")
    lines += [f"  not modelled: {text}" for text in plugin.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(plugins: tuple[Plugin, ...]) -> str:
    """Plugins as rows, matters as numbered columns with a legend."""
    from netqed.plugins.matters import SPEC, Matter
    from netqed.plugins.words import answer_words

    matters = list(Matter)
    head = f"{'--cni':<24}" + "".join(f"{number:>5}" for number in range(1, len(matters) + 1))
    rows = [f"{'spec':<24}" + "".join(f"{_word(matter in SPEC):>5}" for matter in matters)]
    for plugin in plugins:
        if plugin.refused is None:
            fixed = plugin.fixed
            rows.append(f"{plugin.name:<24}" + "".join(f"{_word(fixed.get(matter)):>5}" for matter in matters))
    legend = [
        f"  {number:>2}  {matter.value:<24}{answer_words(matter, True)}" for number, matter in enumerate(matters, 1)
    ]
    refused = [f"  {plugin.name:<24}{plugin.refused}" for plugin in plugins if plugin.refused is not None]
    text = [
        head,
        *rows,
        "",
        "what yes means (? is not verified, and counts as either answer)",
        *legend,
        "",
        "no verdicts for",
        *refused,
        "",
        "netqed cni NAME tells sources, and what netqed does not model of a plugin.",
    ]
    return "\n".join(text) + "\n"
