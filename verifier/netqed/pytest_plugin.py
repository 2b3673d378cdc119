"""Specs as tests: `pytest netqed.yaml` runs each invariant of the file as one.

The entry point by which pytest finds this module loads it into every run where netqed is installed: it imports nothing
but pytest until a spec is collected, and collects only those that the command line names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from netqed.analysis.results import CheckResult
    from netqed.spec.document import Spec, StatedInvariant


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file `netqed.yaml` or `NAME.netqed.yaml` that is an argument of pytest."""
    named = file_path.name == "netqed.yaml" or file_path.name.endswith(".netqed.yaml")
    if named and parent.session.isinitpath(file_path):
        collector: pytest.Collector = SpecFile.from_parent(parent, path=file_path)
        return collector
    return None


class SpecFile(pytest.File):
    """A spec; its invariants are checked together, when the first of them is run."""

    @cached_property
    def spec(self) -> Spec:
        """The spec. Raises InputError."""
        from netqed import api

        found = api.load_spec(self.path)
        assert found is not None  # only a search finds none
        return found

    @cached_property
    def result(self) -> CheckResult:
        """What `netqed check --spec FILE` finds. Raises InputError."""
        from netqed import api

        return api.check(spec=self.spec)

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each invariant, and for each input of the spec where it has several."""
        from netqed.report.style import visible

        for index, name in enumerate(self.spec.inputs or (None,)):
            for number, stated in enumerate(self.spec.invariants):
                title = stated.title if name is None else f"{name}: {stated.title}"
                yield Invariant.from_parent(self, name=visible(title), stated=stated, place=(index, number))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong with a spec, as the command line says it."""
        return _said(excinfo.value) or super().repr_failure(excinfo)


class Invariant(pytest.Item):
    """One invariant in one input. It passes if its verdict does not fail `netqed check`; a refutation that the spec
    expects is an expected failure."""

    def __init__(self, *, stated: StatedInvariant, place: tuple[int, int], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._stated = stated
        self._place = place

    def runtest(self) -> None:
        """Raises NotProved, or InputError where nothing could be checked."""
        from netqed.testing import NotProved

        assert isinstance(self.parent, SpecFile)
        index, number = self._place
        whole = self.parent.result
        one = whole.inputs[index]
        result = one.results[number]
        match result.status:
            case "failed" | "expired" | "unknown":
                raise NotProved(replace(whole, inputs=(replace(one, results=(result,)),)))
            case "accepted" | "allowed-empty":
                pytest.xfail(f"{result.verdict.word}, which the spec accepts")
            case "ok" | "unexpected":
                pass

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text report on the invariant."""
        return _said(excinfo.value) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The line of the spec that states it, from 0."""
        span = self._stated.span
        return self.path, None if span is None else span.start.line - 1, self.name


def _said(error: BaseException) -> str | None:
    """A verdict that fails, or bad input, as text; None for any other error."""
    from netqed.sources.position import InputError
    from netqed.testing import BadInput, NotProved

    if isinstance(error, InputError):
        return str(BadInput(error.problems))
    return str(error) if isinstance(error, NotProved) else None
