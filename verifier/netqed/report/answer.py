"""What `netqed.api` answers, in any format of `-o`: from Python as from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from netqed.report.style import Style
from netqed.sources.position import InputError, Problem

if TYPE_CHECKING:
    from netqed.analysis.difference_results import Difference, Requirement
    from netqed.analysis.explain_values import Explanation
    from netqed.analysis.map_results import ReachMap
    from netqed.analysis.redundancy_results import Redundancy
    from netqed.analysis.results import CheckResult
    from netqed.report.rendering import Rendering

Format = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html", "dot"]

FORMATS: Final = ("text", "json")
"""What every answer can be."""

RESULT_FORMATS: Final = (*FORMATS, "sarif", "junit", "github", "gitlab", "markdown", "html")
"""What the results of a check, a proof and a comparison can be."""

MAP_FORMATS: Final = (*FORMATS, "dot", "html")
"""What a map can be."""


def render(
    answer: CheckResult | Difference | Explanation | ReachMap | Redundancy | InputError,
    form: Format = "text",
    *,
    style: Style | None = None,
    quiet: bool = False,
    verbose: bool = False,
    why: bool = True,
    requirement: Requirement | None = None,
    limit: int | None = None,
) -> str:
    """The answer in a format, ending with a line end. Files are named in it as they were when they were read.

    `style`, `quiet`, `verbose` and `why` are for text only: `why=False` says no reasons of a check, even if the result
    holds them. `requirement` is what a difference is held to, as `--require` is; `limit` is the most parts that each
    list of a redundancy shows. An InputError can be text. Raises InputError where the answer has no such format, or is
    none.
    """
    from netqed.analysis.difference_results import Difference
    from netqed.analysis.explain_values import Explanation
    from netqed.analysis.redundancy_results import Redundancy
    from netqed.analysis.results import CheckResult

    style = style or Style()
    if isinstance(answer, CheckResult):
        return _check(answer, form, style, quiet, verbose, why)
    if isinstance(answer, Explanation):
        return _explanation(answer, form, style, quiet, verbose)
    if isinstance(answer, Difference):
        return _difference(answer, form, style, quiet, verbose, requirement)
    if isinstance(answer, Redundancy):
        return _redundancy(answer, form, style, quiet, verbose, limit)
    if isinstance(answer, InputError):
        from netqed.report.problems import render_problems

        _require(form, ("text",), "problems")
        return render_problems(answer.problems, style=style)
    from netqed.analysis.map_results import ReachMap  # the last, since it takes longest to load

    if isinstance(answer, ReachMap):
        return _map(answer, form, style, quiet, verbose)
    raise InputError([Problem(f"a {type(answer).__name__} cannot be rendered")])


def check_rendering(answer: CheckResult) -> Rendering:
    """What is rendered of a check in every format but text, worked out once for all of them."""
    from netqed.report.json import report_value
    from netqed.report.map_json import map_value
    from netqed.report.rendering import rendering_of

    maps = [map_value(one.map) for one in answer.inputs if one.map is not None]
    return rendering_of(report_value(answer), maps=maps)


def difference_rendering(answer: Difference, requirement: Requirement | None = None) -> Rendering:
    """The same of a difference."""
    from netqed.report.difference_json import difference_value
    from netqed.report.rendering import rendering_of

    return rendering_of(difference_value(answer, requirement))


def _check(answer: CheckResult, form: Format, style: Style, quiet: bool, verbose: bool, why: bool) -> str:
    _require(form, RESULT_FORMATS, "a check")
    if form == "text":
        from netqed.analysis.results import without_reasons
        from netqed.report.text import render_text

        return render_text(answer if why else without_reasons(answer), style=style, quiet=quiet, verbose=verbose)
    return check_rendering(answer).render(form)


def _difference(
    answer: Difference, form: Format, style: Style, quiet: bool, verbose: bool, requirement: Requirement | None
) -> str:
    _require(form, RESULT_FORMATS, "a difference")
    if form == "text":
        from netqed.report.difference import render_difference

        return render_difference(answer, style=style, requirement=requirement, quiet=quiet, verbose=verbose)
    return difference_rendering(answer, requirement).render(form)


def _explanation(answer: Explanation, form: Format, style: Style, quiet: bool, verbose: bool) -> str:
    _require(form, FORMATS, "an explanation")
    if form == "text":
        from netqed.report.explain import render_explanation

        return render_explanation(answer, style=style, quiet=quiet, verbose=verbose)
    from netqed.report.explain_json import render_explanation_json

    return render_explanation_json(answer)


def _redundancy(answer: Redundancy, form: Format, style: Style, quiet: bool, verbose: bool, limit: int | None) -> str:
    _require(form, FORMATS, "a redundancy")
    if form == "text":
        from netqed.report.redundancy import render_redundancy

        return render_redundancy(answer, style=style, limit=limit, quiet=quiet, verbose=verbose)
    from netqed.report.redundancy_json import render_redundancy_json

    return render_redundancy_json(answer, limit=limit)


def _map(answer: ReachMap, form: Format, style: Style, quiet: bool, verbose: bool) -> str:
    _require(form, MAP_FORMATS, "a map")
    match form:
        case "json":
            from netqed.report.map_json import render_map_json

            return render_map_json(answer)
        case "dot":
            from netqed.report.map_dot import render_map_dot

            return render_map_dot(answer)
        case "html":
            from netqed.report.map_html import render_map_html

            return render_map_html(answer)
        case _:
            from netqed.report.map import render_map

            return render_map(answer, style=style, quiet=quiet, verbose=verbose)


def _require(form: str, formats: tuple[str, ...], what: str) -> None:
    if form not in formats:
        raise InputError([Problem(f"no format {form!r} of {what}", hint=f"there are {', '.join(formats)}")])
