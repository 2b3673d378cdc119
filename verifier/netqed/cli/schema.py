"""`netqed schema`."""

from __future__ import annotations

import json
from typing import Any

import click

from netqed.cli import exits
from netqed.cli.options import Command
from netqed.cli.output import emit

_EPILOG = """\
Examples:
  netqed schema > netqed.schema.json
  netqed schema report > report.schema.json
  netqed schema explanation > explanation.schema.json

  An editor that knows YAML schemas completes the spec when its first line is
  # yaml-language-server: $schema=./netqed.schema.json"""


@click.command("schema", cls=Command, epilog=_EPILOG)
@click.argument(
    "which", type=click.Choice(["spec", "report", "explanation", "difference", "redundancy", "map"]), default="spec"
)
def command(which: str) -> int:
    """Print the JSON Schema of the spec (the default), of the JSON report, or of what another command finds."""
    schema: dict[str, Any]
    if which == "spec":
        from netqed import api

        schema = api.spec_schema()
    elif which == "explanation":
        from netqed.report.explain_json import explanation_schema

        schema = explanation_schema()
    elif which == "difference":
        from netqed.report.difference_json import difference_schema

        schema = difference_schema()
    elif which == "redundancy":
        from netqed.report.redundancy_json import redundancy_schema

        schema = redundancy_schema()
    elif which == "map":
        from netqed.report.map_json import map_schema

        schema = map_schema()
    else:
        from netqed.report.schema import report_schema

        schema = report_schema()
    emit(json.dumps(schema, indent=2) + "\n")
    return exits.HOLDS
