"""The table of the known network plugins, and the readings that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import product
from typing import Final

from netqed.plugins.matters import OPEN, SPEC, Matter, Reading
from netqed.plugins.rows import ROWS, Plugin

PLUGINS: Final = ROWS
"""The table, in the order in which plugins are named."""

SUPPORTED: Final = tuple(plugin for plugin in PLUGINS if plugin.refused is None)
"""Those that verdicts speak of."""


def plugin(name: str) -> Plugin:
    """The plugin of that name. ValueError, with what to do, where there is none or netqed gives no verdict for it."""
    for one in PLUGINS:
        if one.name == name:
            if one.refused is not None:
                raise ValueError(f"netqed has no verdicts for {one.title}: {one.refused}")
            return one
    names = ["spec", *(one.name for one in SUPPORTED)]
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
    raise ValueError(f"no network plugin {name!r}: {advice} (netqed cni lists them)")


def answers_of(name: str) -> Mapping[Matter, bool]:
    """The answers that `--cni NAME` fixes: a plugin's verified ones, for `spec` all. ValueError as of `plugin`."""
    if name == "spec":
        return {matter: matter in SPEC for matter in Matter}
    return plugin(name).fixed


def permitted() -> Mapping[Matter, bool]:
    """What the API fixes: its answer to every matter that it does not leave open."""
    return {matter: matter in SPEC for matter in Matter if matter not in OPEN}


def possible() -> tuple[Mapping[Matter, bool], ...]:
    """Which readings there are: those that agree with one of these, a plugin's verified answers or what the API has."""
    distinct: dict[frozenset[tuple[Matter, bool]], Mapping[Matter, bool]] = {}
    for fixed in (permitted(), *(one.fixed for one in SUPPORTED)):
        distinct.setdefault(frozenset(fixed.items()), fixed)
    return tuple(distinct.values())


def completions(fixed: Mapping[Matter, bool], among: frozenset[Matter] = frozenset(Matter)) -> Iterator[Reading]:
    """Every reading that agrees with the answers. Open matters outside `among` are answered as `SPEC` does only."""
    open_ = [matter for matter in Matter if matter not in fixed and matter in among]
    base = {matter for matter in Matter if fixed.get(matter, matter in SPEC and matter not in open_)}
    for chosen in product((False, True), repeat=len(open_)):
        yield Reading(frozenset(base | {matter for matter, yes in zip(open_, chosen, strict=True) if yes}))
