"""Where reports go: standard output, files, and what each of them can show."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal

import click

from netqed.report.answer import FORMATS, RESULT_FORMATS, check_rendering, render
from netqed.report.style import Style
from netqed.sources.position import InputError, Position, Problem

if TYPE_CHECKING:
    from netqed.api import CheckResult
    from netqed.report.rendering import Rendering

Colour = Literal["auto", "always", "never"]

WIDEST: Final = 120
"""Columns that are used of a wider terminal."""


@dataclass(frozen=True, slots=True)
class Output:
    """One report that was asked for: its format, and the file (None is standard output)."""

    format: str
    file: Path | None = None


def parse_output(value: str, formats: Sequence[str] = FORMATS) -> Output:
    """`FORMAT` or `FORMAT=FILE`; `=-` is standard output. A usage error where the format is not known."""
    form, equals, file = value.partition("=")
    if form not in formats:
        raise click.UsageError(f"-o: no format {form!r}: expected {listed(formats)}, or FORMAT=FILE")
    if equals and not file:
        raise click.UsageError(f"-o: no file after {value!r}")
    return Output(form, Path(file) if file and file != "-" else None)


def listed(words: Sequence[str]) -> str:
    """`text, json or sarif`."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def style_of(stream: IO[str] | None, colour: Colour = "auto") -> Style:
    """What a stream can show. `auto` colours terminals; NO_COLOR and FORCE_COLOR, where set and not empty, change that;
    the option goes before both."""
    terminal = stream is not None and stream.isatty()
    if colour == "auto":
        coloured = terminal and os.environ.get("TERM") != "dumb"
        if os.environ.get("FORCE_COLOR"):
            coloured = True
        if os.environ.get("NO_COLOR"):
            coloured = False
    else:
        coloured = colour == "always"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    width = min(WIDEST, shutil.get_terminal_size((100, 24)).columns) if terminal else 100
    return Style(coloured, not encoding.startswith("utf"), width)


def error_style() -> Style:
    """What standard error can show."""
    return style_of(sys.stderr)


def deliver(
    result: CheckResult,
    outputs: Sequence[Output],
    *,
    colour: Colour,
    quiet: bool = False,
    verbose: bool = False,
    why: bool = False,
) -> None:
    """Write every report that was asked for, files first. Text goes to standard output unless another format does, and
    says why only if `why` is set; reports for programs always say why what is proved holds."""

    def text(style: Style) -> str:
        return render(result, style=style, quiet=quiet, verbose=verbose, why=why)

    write_results(lambda: check_rendering(result), text, outputs, colour=colour)


def write_results(
    rendering: Callable[[], Rendering], text: Callable[[Style], str], outputs: Sequence[Output], *, colour: Colour
) -> None:
    """Write the reports that were asked for of a result: text as `text` makes it, all other formats by its `rendering`,
    which is made where it is needed. Where workflow commands are among them, the summary of the job gets its report
    too."""
    if any(output.format != "text" for output in outputs):
        write_renderings(rendering(), text, outputs, colour=colour)
    else:
        write_reports({"text": text}, outputs, colour=colour)


def write_renderings(
    rendering: Rendering, text: Callable[[Style], str], outputs: Sequence[Output], *, colour: Colour
) -> None:
    """The same for a result that is ready to be rendered."""
    others = {form: partial(_without_style, rendering, form) for form in RESULT_FORMATS if form != "text"}
    write_reports({"text": text, **others}, outputs, colour=colour)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(output.format == "github" for output in outputs):
        append_file(Path(summary), rendering.render("markdown"))


def _without_style(rendering: Rendering, form: str, _: Style) -> str:
    return rendering.render(form)


def write_reports(render: Mapping[str, Callable[[Style], str]], outputs: Sequence[Output], *, colour: Colour) -> None:
    """Write the reports that were asked for, each made by the function of its format: all are made before one is
    written, and files come first."""
    files = [(output.file, render[output.format](Style())) for output in outputs if output.file is not None]
    to_stdout = [output.format for output in outputs if output.file is None] or ["text"]
    text = render[to_stdout[0]](style_of(sys.stdout, colour))
    for file, report in files:
        write_file(file, report)
    emit(text)


def deliver_interrupted(
    result: CheckResult,
    invariants: int,
    outputs: Sequence[Output],
    *,
    colour: Colour,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Print what was decided before an interruption, as text. Reports for programs and in files are not written: they
    would be taken for whole ones."""
    from netqed.report.text import render_interrupted

    to_stdout = [output.format for output in outputs if output.file is None] or ["text"]
    if to_stdout == ["text"]:
        style = style_of(sys.stdout, colour)
        emit(render_interrupted(result, invariants, style=style, quiet=quiet, verbose=verbose))
    else:
        click.echo("interrupted: no report was written", err=True)


def outputs_of(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[Output, ...]:
    """The reports that -o asks for, in a format that the option has. Two on standard output would be neither; one file
    cannot be two reports."""
    formats = getattr(param, "formats", FORMATS)
    outputs = tuple(parse_output(value, formats) for value in values)
    if sum(output.file is None for output in outputs) > 1:
        raise click.UsageError("only one report can go to standard output: give the others a file, -o json=FILE")
    files = [output.file for output in outputs if output.file is not None]
    if len(set(files)) < len(files):
        raise click.UsageError("two reports would go to the same file")
    return outputs


def write_file(file: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then in its place. What is no regular file
    (a pipe, a device, a link such as /dev/stdout) is written to directly."""
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            with file.open("w", encoding="utf-8") as out:
                out.write(text)
            return
        beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError([Problem(f"cannot write: {error.strerror or error}", Position(str(file)))]) from error


def append_file(file: Path, text: str) -> None:
    """Add to a file that others write too, at its end."""
    try:
        with file.open("a", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise InputError([Problem(f"cannot write: {error.strerror or error}", Position(str(file)))]) from error


def emit(text: str, *, flush: bool = True) -> bool:
    """Write to standard output; False where nobody reads it any more, which is no error."""
    if sys.stdout is None:
        return False
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # only text is made to fit a stream; what programs read is UTF-8 whatever it says
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        hush()
        return False
    except OSError as error:
        problem = Problem(f"cannot write to standard output: {error.strerror or error}")
        hush()
        raise InputError([problem]) from error
    return True


def hush() -> None:
    """Send what is left for standard output nowhere, so that the interpreter's own flush at exit does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
