"""What callers of the Python API hand in, held to its types.

What a type checker would refuse is an InputError here, and not a crash elsewhere or, worse, an answer about something
else: a text in the place of a list of paths is one path, and not one a letter, of which `/` is the whole disk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from os import PathLike, fspath
from typing import Any, Final, get_args

from netqed.resources.cluster import Cluster
from netqed.settings import Settings
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Scope, Spec

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
"""One path, or any number of them: files, directories (recursive), `-` for standard input."""


def paths_of(given: Paths) -> tuple[str, ...]:
    """The paths as texts: a text or a `pathlib.Path` is one path, and is not gone through. InputError where something
    is no path."""
    if isinstance(given, str | PathLike):
        given = (given,)
    elif not isinstance(given, Iterable) or isinstance(given, bytes | Mapping):
        raise InputError([_no_path(given)])
    found: list[str] = []
    problems: list[Problem] = []
    for one in given:
        path = fspath(one) if isinstance(one, str | PathLike) else None
        if isinstance(path, str) and path:
            found.append(path)
        else:
            problems.append(_no_path(one))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _no_path(value: object) -> Problem:
    hint = None
    if isinstance(value, Cluster):
        hint = "a cluster that was read goes alone, in the place of the paths of a function that asks"
    elif isinstance(value, Spec):
        hint = "a spec goes by its name: spec=..."
    return Problem(f"{_shown(value)} is no path; expected texts or pathlib paths", hint=hint)


def require_text(value: object, what: str) -> None:
    """InputError unless it is a text."""
    if not isinstance(value, str):
        raise InputError([Problem(f"{what} is {_shown(value)}; expected a text")])


def require_one_of(value: object, words: tuple[str, ...], what: str) -> None:
    """InputError unless it is one of the words."""
    if value not in words:
        raise InputError([Problem(f"no {what} {value!r}", hint=f"there are {', '.join(words[:-1])} and {words[-1]}")])


def json_lines(flows: str | Iterable[Mapping[str, Any]], file: str) -> str:
    """Flows as JSON Lines: a text is taken to be that already. InputError where one cannot be written as JSON."""
    if isinstance(flows, str):
        return flows
    if not isinstance(flows, Iterable) or isinstance(flows, bytes | Mapping):
        raise InputError([Problem(f"{file} are {_shown(flows)}; expected a text, or a list of mappings")])
    lines: list[str] = []
    problems: list[Problem] = []
    for number, flow in enumerate(flows, 1):
        try:
            lines.append(json.dumps(dict(flow)))
        except (TypeError, ValueError) as error:
            problems.append(Problem(f"{file}, flow {number}: no mapping that JSON can hold: {error}"))
    if problems:
        raise InputError(problems)
    return "\n".join(lines)


def require_valid(settings: Settings, spec: Spec | None = None) -> None:
    """InputError, with all that is wrong, where a setting has no such value, there are no verdicts for the plugin, or
    the spec is none."""
    problems = [*_faults(settings), *_no_spec(spec)]
    if problems:
        raise InputError(problems)


def _no_spec(spec: object) -> Iterator[Problem]:
    if spec is not None and not isinstance(spec, Spec):
        hint = "load_spec(FILE) reads one, load_spec(text=TEXT) takes its text"
        yield Problem(f"spec is {_shown(spec)}; expected a Spec", hint=hint)


def _faults(settings: object) -> Iterator[Problem]:
    from netqed.plugins.table import answers_of

    if not isinstance(settings, Settings):
        yield Problem(f"settings are {_shown(settings)}; expected Settings(...)")
        return
    for name, (allowed, expected) in _EXPECTED.items():
        value = getattr(settings, name)
        if not allowed(value):
            yield Problem(f"the setting {name} is {_shown(value)}; expected {expected}")
    if settings.scope not in (None, *get_args(Scope)):
        yield Problem(f"no scope {settings.scope!r}", hint="a scope is always or now")
    if isinstance(settings.cni, str):
        try:
            answers_of(settings.cni)
        except ValueError as error:
            yield Problem(str(error))


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, tuple | list | set | frozenset) and all(isinstance(one, str) for one in value)


def _is_budget(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1)


def _is_day(value: object) -> bool:
    return value is None or (isinstance(value, date) and not isinstance(value, datetime))


_EXPECTED: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "namespace": (_is_text, "a text"),
    "ignore_unknown": (_is_texts, "a tuple of kinds"),
    "cni": (_is_text, "the name of a network plugin"),
    "rlimit": (_is_budget, "an integer, 1 or more"),
    "stdin": (lambda value: value is None or isinstance(value, str | bytes), "a text or bytes"),
    "progress": (lambda value: value is None or callable(value), "a function of three arguments"),
    "today": (_is_day, "a datetime.date"),
}
"""What settings may be; a type checker knows the rest."""


def _shown(value: object) -> str:
    """A value in a message: as it is written where that is short, else its type."""
    written = repr(value)
    return written if len(written) <= 40 else f"a {type(value).__name__}"
