"""The inputs that a caller names: specs, manifests, and which manifests a spec is about."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, overload

from netqed.arguments import Paths, paths_of, require_text, require_valid
from netqed.resources.cluster import Cluster
from netqed.settings import Progress, Settings
from netqed.sources.position import InputError, Position, Problem
from netqed.sources.text import shown
from netqed.spec.document import Spec

if TYPE_CHECKING:
    from netqed.sources.reading import Reading

STDIN = "<stdin>"
"""The name of standard input in places and sources."""

NOTHING_TO_READ = Problem("no manifests to read", hint="name files or directories; `-` is standard input")

Input = tuple[str | None, tuple[str, ...]]
"""An input's name (None for an only one) and its paths."""


@overload
def load_spec(file: str | PathLike[str], *, near: None = None, text: str | None = None) -> Spec: ...
@overload
def load_spec(file: str | PathLike[str] | None = None, *, near: None = None, text: str) -> Spec: ...
@overload
def load_spec(
    file: str | PathLike[str] | None = None, *, near: str | PathLike[str] | None = None, text: str | None = None
) -> Spec | None: ...
def load_spec(
    file: str | PathLike[str] | None = None, *, near: str | PathLike[str] | None = None, text: str | None = None
) -> Spec | None:
    """The spec in `file` (`-`: in standard input), or in `text` if that is given (`file` is then only its name).

    Without a file, the `netqed.yaml` in or above `near` (by default the working directory) up to the root of its git
    repository; None if there is none.
    """
    from netqed.spec.find import find_spec
    from netqed.spec.parse import parse_spec

    for path in (file, near):
        if path is not None and "\0" in paths_of(path)[0]:
            raise InputError([Problem("no file can have this name", Position(shown(str(path))))])
    if text is not None:
        require_text(text, "the spec's text")
        return parse_spec(text, str(file) if file is not None else "<spec>")
    if file is None:
        file = find_spec(str(near) if near is not None else None)
        if file is None:
            return None
    name = STDIN if str(file) == "-" else str(file)
    try:
        content = sys.stdin.buffer.read() if name == STDIN else Path(file).read_bytes()
        return parse_spec(content.decode("utf-8-sig"), name)
    except OSError as error:
        raise InputError([Problem(f"cannot read the spec: {error.strerror or error}", Position(name))]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem("the spec is no UTF-8 text", Position(name))]) from error


def load_cluster(
    paths: Paths,
    *,
    spec: Spec | None = None,
    settings: Settings | None = None,
    exclude: Paths = (),
) -> Cluster:
    """Every object under the paths as one cluster; files in `exclude` are passed over.

    With a `spec`, it and any `netqed.yaml` of the paths are no manifests, and without paths those that it names are
    read: InputError where it has several inputs.
    """
    settings = settings or Settings()
    require_valid(settings, spec)
    given = paths_of(paths)
    if spec is None and not given:
        raise InputError([NOTHING_TO_READ])
    folders = [path for path in paths_of(exclude) if Path(path).is_dir()]
    if folders:
        raise InputError([Problem("only files can be passed over", Position(shown(path))) for path in folders])
    return (loaded(given, settings, exclude) if spec is None else policies_of(given, spec, settings, exclude))[1]


def loaded(paths: Paths, settings: Settings, exclude: Paths) -> tuple[Reading, Cluster]:
    """The documents under the paths, and the cluster that they make."""
    from netqed.resources.load import load
    from netqed.sources.read import read

    reading = read(
        list(paths_of(paths)),
        stdin=_stream(settings.stdin),
        stdin_name=settings.stdin_name,
        stdin_folder=settings.stdin_folder,
        exclude=[Path(path) for path in paths_of(exclude)],
        blank_files=settings.blank_files,
        progress=_reading_progress(settings.progress),
    )
    return reading, load(reading, namespace=settings.namespace, ignore_unknown=settings.ignore_unknown)


def all_loaded(*loads: Callable[[], Cluster]) -> list[Cluster]:
    """What each of the loads gives; InputError with the problems of all of them."""
    found: list[Cluster] = []
    problems: dict[Problem, None] = {}
    for load in loads:
        try:
            found.append(load())
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise InputError(list(problems))
    return found


def policies_of(paths: Paths, spec: Spec | None, settings: Settings, exclude: Paths = ()) -> tuple[Reading, Cluster]:
    """The one input; a spec that lies among its files is no manifest."""
    from netqed.spec.find import find_spec

    _, read = _only(spec or Spec(), paths)
    passed = {found: None for path in read if path != "-" and (found := find_spec(path)) is not None}
    if spec is not None and spec.file not in (None, STDIN):
        passed[Path(str(spec.file))] = None
    return loaded(read, settings, [*passed, *paths_of(exclude)])


def _stream(stdin: str | bytes | None) -> BinaryIO | None:
    if stdin is None:
        return None
    return BytesIO(stdin.encode() if isinstance(stdin, str) else stdin)


def _reading_progress(progress: Progress | None) -> Callable[[str, int, int], None] | None:
    if progress is None:
        return None
    return lambda file, done, total: progress(done, total, f"files read: {file}")


def inputs_of(spec: Spec, paths: Paths) -> list[Input]:
    """The inputs to read, each with its name (None for the only one) and its paths."""
    given = paths_of(paths)
    if given:
        return [(None, given)]
    if spec.inputs:
        return [(name, tuple(where)) for name, where in spec.inputs.items()]
    if spec.manifests:
        return [(None, tuple(spec.manifests))]
    if spec.file is not None and spec.file != STDIN:
        return [(None, (str(Path(spec.file).parent),))]
    raise InputError([NOTHING_TO_READ])


def loaded_inputs(inputs: Iterable[Input], spec: Spec, settings: Settings) -> list[tuple[str | None, Cluster, Spec]]:
    """Each input's cluster and the spec resolved in it; InputError with the problems of all of them."""
    from netqed.spec.resolve import resolve

    exclude = (spec.file,) if spec.file is not None and spec.file != STDIN else ()
    found: list[tuple[str | None, Cluster, Spec]] = []
    problems: dict[Problem, None] = {}
    for name, paths in inputs:
        try:
            cluster = load_cluster(paths, settings=settings, exclude=exclude)
            found.append((name, cluster, resolve(spec, cluster)))
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise InputError(list(problems))
    return found


def only_input(spec: Spec, paths: Paths | Cluster, settings: Settings) -> tuple[Cluster, Spec]:
    """The cluster of the one input, or the one that was read, and the spec resolved in it; InputError where there are
    several."""
    from netqed.spec.resolve import resolve

    if isinstance(paths, Cluster):
        return paths, resolve(spec, paths)
    return loaded_inputs([_only(spec, paths)], spec, settings)[0][1:]


def _only(spec: Spec, paths: Paths) -> Input:
    inputs = inputs_of(spec, paths)
    if len(inputs) > 1:
        names = ", ".join(name or "" for name, _ in inputs)
        raise InputError(
            [Problem(f"the spec has several inputs ({names})", hint="name the paths of the one that is meant")]
        )
    return inputs[0]
