"""The step of action.yml that checks the invariants."""

from __future__ import annotations

import json
import sys
from typing import Any

import runner


def violated(report: dict[str, Any]) -> int:
    """How many results of a JSON report are refuted or vacuous, and not as the spec expects or allows."""
    return sum(result["status"] in ("failed", "expired") for one in report["inputs"] for result in one["results"])


def main() -> int:
    """Check, and set the outputs. 0 whatever the verdicts are: the last step of the action ends with their code."""
    fail_on = runner.one_of("FAIL_ON", ("unknown", "refuted", "never"))
    category = f"netqed{runner.identity()}"
    folder = runner.folder()
    report, sarif, comment = folder / "netqed.json", folder / "netqed.sarif", folder / "netqed.md"
    code = runner.netqed(
        "check",
        *runner.option("--spec", runner.stated("SPEC")),
        *runner.option("--cni", runner.stated("CNI")),
        *(f"--output={form}={file}" for form, file in (("json", report), ("sarif", sarif), ("markdown", comment))),
        "--output=github",
        *runner.lines("ARGS"),
        "--",
        *runner.lines("PATHS"),
    )
    tolerated = (fail_on == "never" and code in (1, 2)) or (fail_on == "refuted" and code == 2)
    runner.output("exit-code", code)
    runner.output("code", 0 if tolerated else code)
    runner.output("category", category)
    if code in runner.DECIDED:
        found = json.loads(report.read_text(encoding="utf-8"))
        # By the report, since --exit-zero among the arguments changes the code and not what was found.
        runner.output("result", runner.DECIDED[found["exitCode"]])
        runner.output("violated", violated(found))
        runner.output("json-file", str(report))
        runner.output("sarif-file", str(sarif))
    else:
        runner.output("result", "error")
    runner.comment(comment, "netqed-report", code, "verdict")
    return 0


if __name__ == "__main__":
    sys.exit(main())
