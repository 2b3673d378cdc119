"""The options that commands share, and help that groups them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from netqed.cli import exits
from netqed.cli.calling import as_called
from netqed.cli.output import listed, outputs_of
from netqed.report.answer import FORMATS, RESULT_FORMATS
from netqed.sources.position import InputError, Position, Problem

if TYPE_CHECKING:
    from netqed.api import Settings
    from netqed.spec.document import Spec

Function = TypeVar("Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option that belongs to a section of the help; one that asks for reports has their formats."""

    def __init__(self, *args: Any, section: str = "Other", formats: Sequence[str] = FORMATS, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.section = section
        self.formats = formats


class Command(click.Command):
    """A command whose help has a section for each group of options, and an epilog that keeps its layout."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, each in its section, in the order of declaration."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(param, "section", "Other"), []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes, as they are laid out."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(as_called(ctx, self.epilog).strip("\n") + "\n")


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A shell's completion of a value that is a file: its own."""
    return [CompletionItem(incomplete, type="file")]


def formats_and_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A shell's completion of FORMAT[=FILE]: the formats. A file is left to the user."""
    return [CompletionItem(form) for form in getattr(param, "formats", ()) if form.startswith(incomplete)]


def _reading(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from netqed.plugins.table import answers_of

    if value is not None:
        try:
            answers_of(value)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error
    return value


def _all(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def apply(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def input_options(function: Function) -> Function:
    """PATH..., -f, -R, -k, --stdin-filename, -n, --ignore-unknown-policies."""
    section = "Input"
    return _all(
        click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=files),
        click.option(
            "-f",
            "--filename",
            "filenames",
            multiple=True,
            metavar="PATH",
            shell_complete=files,
            cls=Option,
            section=section,
            help="A file, a directory or `-` (standard input), as PATH. Repeatable.",
        ),
        click.option(
            "-R",
            "--recursive",
            is_flag=True,
            cls=Option,
            section=section,
            help="Accepted as kubectl's; directories are always read with all that is below them.",
        ),
        click.option(
            "-k",
            "--kustomize",
            metavar="DIR",
            shell_complete=files,
            cls=Option,
            section=section,
            help="Render DIR with kubectl or kustomize, and read the result.",
        ),
        objects_options,
    )(function)


def objects_options(function: Function) -> Function:
    """--stdin-filename, -n, --ignore-unknown-policies."""
    section = "Input"
    return _all(
        click.option(
            "--stdin-filename",
            "stdin_name",
            metavar="FILE",
            shell_complete=files,
            cls=Option,
            section=section,
            help="What `-` is called in places: the file that its contents come from.",
        ),
        click.option(
            "-n",
            "--namespace",
            metavar="NAME",
            cls=Option,
            section=section,
            help="The namespace of objects that name none (by default: default).",
        ),
        click.option(
            "--ignore-unknown-policies",
            "ignored",
            multiple=True,
            metavar="KIND",
            cls=Option,
            section=section,
            help="Pass over policies of a kind that netqed does not know. Every verdict then says so. Repeatable.",
        ),
    )(function)


def spec_option(function: Function) -> Function:
    """--spec."""
    return click.option(
        "--spec",
        "spec_file",
        metavar="FILE",
        shell_complete=files,
        cls=Option,
        section="Input",
        help="The spec, or `-`. By default: netqed.yaml in or above the first PATH, up to the root of the git "
        "repository.",
    )(function)


rlimit_option = click.option(
    "--rlimit",
    type=click.IntRange(min=1),
    metavar="N",
    cls=Option,
    section="Question",
    help="The solver's budget for one question, in its own units of work.",
)


def question_options(function: Function) -> Function:
    """--scope, --cni, --why, --mend, --rlimit."""
    section = "Question"
    return _all(
        click.option(
            "--scope",
            type=click.Choice(["always", "now"]),
            cls=Option,
            section=section,
            help="Whom invariants that name no scope speak of: every pod that could exist, or the workloads "
            "in the input. By default: always for `cannot` and `only`, now for `can`.",
        ),
        click.option(
            "--cni",
            metavar="NAME",
            callback=_reading,
            cls=Option,
            section=section,
            help="The network plugin that enforces the policies, or `spec` for what the API's conformance tests pin. "
            "By default a verdict has to hold whatever plugins do; `netqed cni` shows what they do.",
        ),
        click.option(
            "--why",
            is_flag=True,
            cls=Option,
            section=section,
            help="Say of each proof which policies it needs, and what would get through without each; of each "
            "refutation every way in.",
        ),
        click.option(
            "--mend",
            is_flag=True,
            cls=Option,
            section=section,
            help="Propose edits, as diffs of your files, that make refuted invariants hold and break no other.",
        ),
        rlimit_option,
    )(function)


def parts_options(function: Function) -> Function:
    """--spec, --scope, --cni, --rlimit of commands that ask which parts of policies are needed."""
    section = "Question"
    return _all(
        click.option(
            "--spec",
            "spec_file",
            metavar="FILE",
            cls=Option,
            section="Input",
            help="A spec, or `-`: its assumptions and what it says of the cluster hold. By default there is none.",
        ),
        click.option(
            "--scope",
            type=click.Choice(["always", "now"]),
            default="always",
            cls=Option,
            section=section,
            help="Ask about every cluster that could exist (the default), or about the workloads in the input.",
        ),
        click.option(
            "--cni",
            metavar="NAME",
            callback=_reading,
            cls=Option,
            section=section,
            help="The network plugin that enforces the policies, or `spec`. By default nothing may change whatever "
            "plugins do.",
        ),
        rlimit_option,
    )(function)


def report_options(function: Function) -> Function:
    """-o of text and JSON, --exit-zero, --color, -q, -v."""
    return _all(output_option(FORMATS), detail_options)(function)


def result_options(function: Function) -> Function:
    """-o of every format of a result, --exit-zero, --color, -q, -v."""
    return _all(output_option(RESULT_FORMATS), detail_options)(function)


def output_option(formats: Sequence[str]) -> Callable[[Function], Function]:
    """-o."""
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        callback=outputs_of,
        metavar="FORMAT[=FILE]",
        shell_complete=formats_and_files,
        cls=Option,
        section="Report",
        formats=formats,
        help=f"{listed(formats)}; with =FILE into a file, beside the text on standard output. Repeatable.",
    )


def detail_options(function: Function) -> Function:
    """--exit-zero, --color, -q, -v."""
    section = "Report"
    return _all(
        click.option(
            "--exit-zero", is_flag=True, cls=Option, section=section, help="Exit with 0 where the code would be 1 or 2."
        ),
        colour_option,
        click.option(
            "-q", "--quiet", is_flag=True, cls=Option, section=section, help="Print only what fails, and the summary."
        ),
        click.option(
            "-v", "--verbose", is_flag=True, cls=Option, section=section, help="Print every note, rule and namespace."
        ),
    )(function)


def colour_option(function: Function) -> Function:
    """--color."""
    return click.option(
        "--color",
        "colour",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        cls=Option,
        section="Report",
        help="By default in terminals only; NO_COLOR and FORCE_COLOR are honoured.",
    )(function)


@dataclass(frozen=True, slots=True)
class Input:
    """What the options of `input_options` say."""

    paths: tuple[str, ...]
    stdin: str | None = None
    """The rendered kustomization, where `-k` was given: it is read in the place of standard input."""


def input_of(paths: tuple[str, ...], filenames: tuple[str, ...], kustomize: str | None, *others: str | None) -> Input:
    """The paths to read. `others` are options that may also be `-`: standard input cannot be two things."""
    named = (*paths, *filenames)
    dashes = named.count("-") + sum(other == "-" for other in others)
    if dashes > 1:
        raise click.UsageError("standard input cannot be two things: only one of the paths and options can be `-`")
    if kustomize is None:
        return Input(named)
    if "-" in named:
        raise click.UsageError("-k and `-` cannot be combined: the rendered files are read in its place")
    return Input((*named, "-"), render_kustomization(kustomize))


def render_kustomization(folder: str) -> str:
    """What `kubectl kustomize` (or `kustomize build`) makes of a folder."""
    for program, *arguments in (("kubectl", "kustomize"), ("kustomize", "build")):
        found = shutil.which(program)
        if found is None:
            continue
        done = subprocess.run([found, *arguments, folder], capture_output=True, check=False)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip() or f"it exited with {done.returncode}"
            raise InputError([Problem(f"{program} {' '.join(arguments)} failed: {said}", Position(folder))])
        return done.stdout.decode("utf-8", "replace")
    raise InputError(
        [
            Problem(
                "-k needs kubectl or kustomize, and neither is installed",
                Position(folder),
                hint="render it where one is installed, and read the result: kubectl kustomize DIR | netqed check -",
            )
        ]
    )


def spec_of(spec_file: str | None, paths: tuple[str, ...]) -> Spec | None:
    """The spec that applies: that of --spec, else the one in or above the first path."""
    from netqed import api

    near = next((path for path in paths if path != "-"), None)
    return api.load_spec(spec_file) if spec_file is not None else api.load_spec(near=near)


def settings_of(source: Input, options: dict[str, Any], progress: Callable[[int, int, str], None] | None) -> Settings:
    """The settings that a command's options say."""
    from netqed import api

    return api.Settings(
        namespace=options.get("namespace"),
        ignore_unknown=tuple(options.get("ignored") or ()),
        scope=options.get("scope"),
        rlimit=options.get("rlimit"),
        cni=options.get("cni"),
        why=options.get("why", False),
        proofs=any(output.format == "json" for output in options.get("outputs", ())),
        mend=options.get("mend", False),
        map=any(output.format == "html" for output in options.get("outputs", ())),
        stdin=source.stdin,
        stdin_name=options.get("stdin_name") or "<stdin>",
        stdin_folder=options.get("kustomize"),
        progress=progress,
    )


def exit_code(code: int, exit_zero: bool) -> int:
    """The code to exit with: --exit-zero makes refuted, vacuous and unknown into 0, and nothing else."""
    return exits.HOLDS if exit_zero and code in (exits.FAILS, exits.UNKNOWN) else code


def read_text(file: str, what: str) -> str:
    """A file's text; `-` is standard input."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError([Problem(f"cannot read the {what}: {error.strerror or error}", Position(file))]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem(f"the {what} are no UTF-8 text", Position(file))]) from error
