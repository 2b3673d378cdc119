"""Every format of a run's JSON result: the one place that knows which renderer is which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from netqed.report.check_outcome import check_outcome
from netqed.report.difference_markdown import difference_comment
from netqed.report.difference_outcome import difference_outcome
from netqed.report.github import render_github
from netqed.report.gitlab import render_gitlab
from netqed.report.html import render_html
from netqed.report.junit import render_junit
from netqed.report.markdown import render_markdown
from netqed.report.outcome import Outcome
from netqed.report.repository import Repository
from netqed.report.sarif import render_sarif
from netqed.report.saved import Entry
from netqed.report.saved_text import saved_text
from netqed.report.style import Style

DIFFERENCE: Final = "netqed/difference"


class Rendering:
    """One result, and what is worked out of it once for all formats. `maps` are those of its inputs, for the page."""

    def __init__(self, saved: Entry, repository: Repository | None = None, maps: Sequence[Entry] = ()) -> None:
        self._saved = saved
        self._maps = maps
        self._is_difference = saved.text("format") == DIFFERENCE
        self._repository = repository or Repository.here()
        self._outcome: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        """What the run found. Raises Malformed where the document is not whole."""
        if self._outcome is None:
            self._outcome = difference_outcome(self._saved) if self._is_difference else check_outcome(self._saved)
        return self._outcome

    def render(self, form: str, *, style: Style | None = None, quiet: bool = False) -> str:
        """The result in a format, ending with a line end. `style` and `quiet` are for text only. Raises Malformed."""
        match form:
            case "text":
                return saved_text(self._saved, style=style, quiet=quiet)
            case "json":
                return json.dumps(self._saved.value, indent=2) + "\n"
            case "sarif":
                return render_sarif(self.outcome, self._repository)
            case "junit":
                return render_junit(self.outcome)
            case "github":
                return render_github(self.outcome, self._repository)
            case "gitlab":
                return render_gitlab(self.outcome, self._repository)
            case "html":
                return render_html(self.outcome, self._saved, self._maps)
            case "markdown":
                return difference_comment(self._saved) if self._is_difference else render_markdown(self.outcome)
            case _:
                raise ValueError(f"no format {form!r}")


def rendering_of(
    value: dict[str, Any], repository: Repository | None = None, maps: Sequence[dict[str, Any]] = ()
) -> Rendering:
    """The rendering of a run's JSON result, and of the maps of its inputs, each as its JSON value."""
    return Rendering(Entry(value), repository, [Entry(one) for one in maps])
