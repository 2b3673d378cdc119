"""JUnit's XML, as GitLab, Jenkins and Buildkite read it: a suite for each input of the spec, a case for each invariant.

Refuted and vacuous are failures, unknown is an error, and what the spec expects or allows is skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree

from netqed.report.outcome import Case, Outcome, plain

_ELEMENTS: Final = {"failed": "failure", "error": "error", "skipped": "skipped"}


def render_junit(outcome: Outcome) -> str:
    """The whole document, ending with a line end; ASCII only, everything else as character references."""
    groups: dict[str | None, list[Case]] = {name: [] for name, _ in outcome.rest}
    for case in outcome.cases:
        groups.setdefault(case.input, []).append(case)
    root = ElementTree.Element("testsuites", _counts(outcome.cases), name="netqed", time=f"{outcome.seconds:.3f}")
    spec = plain(outcome.spec or f"netqed {outcome.command}")
    for name, cases in groups.items():
        suite = ElementTree.SubElement(root, "testsuite", name=spec if name is None else f"{spec} [{name}]")
        suite.attrib |= _counts(cases)
        suite.set("skipped", _number(cases, "skipped"))
        if len(groups) == 1:
            suite.set("time", f"{outcome.seconds:.3f}")
        for case in cases:
            _case(suite, case, suite.attrib["name"])
        rest = next((lines for of, lines in outcome.rest if of == name), ())
        ElementTree.SubElement(suite, "system-out").text = "\n".join((outcome.headline, "", *rest))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, "us-ascii", xml_declaration=True).decode("ascii")
    return f"{text}\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": _number(cases, "failed"),
        "errors": _number(cases, "error"),
    }


def _number(cases: Iterable[Case], state: str) -> str:
    return str(sum(case.state == state for case in cases))


def _case(suite: ElementTree.Element, case: Case, group: str) -> None:
    element = ElementTree.SubElement(suite, "testcase", name=case.title, classname=group)
    lines = "\n".join(case.lines)
    if case.state in _ELEMENTS:
        told = ElementTree.SubElement(element, _ELEMENTS[case.state], message=case.says, type=case.verdict)
        told.text = lines
    elif lines:
        ElementTree.SubElement(element, "system-out").text = lines
