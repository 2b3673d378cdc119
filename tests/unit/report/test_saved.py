"""Saved results: what is none is refused with its place, and never half rendered."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from netqed.report.json import report_value
from netqed.report.rendering import Rendering
from netqed.report.saved import Malformed, read_saved
from support.results import check_result

FORMATS = ("text", "sarif", "junit", "github", "gitlab", "markdown")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON: .* in line 1, column 1"),
        ("{", "not JSON"),
        ("[]", "its format is not netqed/report or netqed/difference"),
        ("null", "its format is not"),
        ('{"format": "netqed/explanation", "version": 1}', "its format is not"),
        ('{"format": "netqed/report", "version": 2}', "a result of version 2, and this netqed reads version 1"),
        ('{"format": "netqed/report"}', "a result of version None"),
        ('{"format": ["netqed/report"]}', "its format is not"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_result_is_refused(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_saved(text)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key and item of a value, by its path."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, item in inner for one in [(*path, key), *paths(item, (*path, key))]]


WHOLE: dict[str, Any] = json.loads(json.dumps(report_value(check_result())))
WHOLE["inputs"][0]["results"] = WHOLE["inputs"][0]["results"][1:6]
PATHS = [path for path in paths(WHOLE) if path[0] not in ("counts", "tool")]


@pytest.mark.parametrize("wrong", ["gone", None, 7, "x", True, [], {}, [7], -1, 1e400])
def test_a_result_that_was_spoiled_anywhere_is_refused_or_rendered(wrong: Any) -> None:
    """Nothing else than Malformed comes out of it."""
    refused = 0
    for path in PATHS[:: 7 if wrong != "gone" else 3]:
        value = copy.deepcopy(WHOLE)
        holder: Any = value
        for step in path[:-1]:
            holder = holder[step]
        if wrong == "gone":
            del holder[path[-1]]
        else:
            holder[path[-1]] = wrong
        for form in FORMATS:
            try:
                assert Rendering(read_saved(json.dumps(value))).render(form)
            except Malformed as error:
                refused += 1
                assert str(error)
    assert refused


def test_what_a_later_netqed_adds_is_passed_over() -> None:
    value = copy.deepcopy(WHOLE)
    value["new"] = value["inputs"][0]["results"][0]["new"] = {"a": [1]}
    assert Rendering(read_saved(json.dumps(value))).render("junit") == Rendering(read_saved(json.dumps(WHOLE))).render(
        "junit"
    )


def test_control_characters_of_an_edited_result_do_not_reach_the_terminal() -> None:
    value = copy.deepcopy(WHOLE)
    value["inputs"][0]["results"][0]["text"].append("\x1b[2J\u202ehidden")
    assert "\\x1b[2J\\u202ehidden" in Rendering(read_saved(json.dumps(value))).render("text")


def test_no_format_is_no_format() -> None:
    with pytest.raises(ValueError, match="no format 'yaml'"):
        Rendering(read_saved(json.dumps(WHOLE))).render("yaml")
