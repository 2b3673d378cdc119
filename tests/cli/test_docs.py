"""The manual's page of commands, and that of codes, leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from netqed.cli.group import COMMANDS, cli
from netqed.report.codes import CODES, DIFFERENCE_CODES, HELP, SEVERITIES
from netqed.report.json import report_value
from netqed.report.schema import report_schema
from support.results import check_result

DOCS = Path(__file__).parent.parent.parent / "docs"


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    options = {opt for param in command(name).params for opt in param.opts if opt.startswith("-")}
    assert {opt for opt in options if f"`{opt}" not in page} == set()


def test_no_option_is_documented_that_does_not_exist() -> None:
    known = {opt for name in COMMANDS for param in command(name).params for opt in param.opts} | {"--help", "-h"}
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(--?[a-zA-Z][a-z-]*)", page)) - known == set()


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    for name, (_, about) in COMMANDS.items():
        assert command(name).name == name
        assert about.endswith(".")


def test_every_code_is_documented() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    codes = {**CODES, **DIFFERENCE_CODES}
    assert [code for code in codes if code not in page] == []
    assert set(SEVERITIES) == set(HELP) == set(codes)


def test_every_status_is_documented() -> None:
    page = (DOCS / "json-report.md").read_text(encoding="utf-8")
    statuses = report_schema()["$defs"]["result"]["properties"]["status"]["enum"]
    assert [status for status in statuses if f"`{status}`" not in page] == []
    assert {result["status"] for result in report_value(check_result())["inputs"][0]["results"]} == set(statuses)
