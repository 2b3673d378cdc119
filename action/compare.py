"""The step of action.yml that compares the policies with those of the base."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import runner


def git(*arguments: str) -> str | None:
    """What git prints; None where it fails."""
    done = subprocess.run(
        ["git", *arguments], cwd=runner.directory(), stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def commit(base: str) -> str:
    """The commit that the base is, fetched where a shallow clone lacks it. Ends the step where there is none."""
    if not re.fullmatch(r"[\w./-]+", base) or base.startswith("-"):
        runner.fail(f"base is {base!r}: expected a commit or a branch")
    found = git("rev-parse", "--quiet", "--verify", "--end-of-options", f"{base}^{{commit}}")
    if found is None and git("fetch", "--quiet", "--depth=1", "--no-tags", "origin", base) is not None:
        found = git("rev-parse", "--quiet", "--verify", "FETCH_HEAD^{commit}")
    if found is None:
        runner.fail(f"base is {base!r}, which is neither here nor at origin")
    return found


def main() -> int:
    """Compare, and set the outputs. 0 whatever is found: the last step of the action ends with the code."""
    require = runner.one_of("REQUIRE", ("", "equivalent", "no-new-access", "no-lost-access"))
    runner.identity()
    base = runner.stated("BASE")
    if not base:
        runner.command("notice", "nothing to compare with: this is no pull request, and no base is named")
        return 0
    side = f"git:{commit(base)}"
    folder = runner.folder()
    report, comment = folder / "difference.json", folder / "difference.md"
    code = runner.netqed(
        "diff",
        *runner.option("--spec", runner.stated("SPEC")),
        *runner.option("--cni", runner.stated("CNI")),
        *runner.option("--require", require),
        *(f"--output={form}={file}" for form, file in (("json", report), ("markdown", comment))),
        # Without a gate a difference is no error, and must not be shown as one: text goes to the log.
        *(["--output=github"] if require else []),
        *runner.lines("ARGS"),
        "--",
        side,
        runner.stated("DIFF"),
    )
    runner.output("code", 0 if code in (1, 2) and not require else code)
    if code in runner.DECIDED:
        if not require:
            runner.summarize(comment)
        runner.output("difference", json.loads(report.read_text(encoding="utf-8"))["outcome"])
    runner.comment(comment, "netqed-diff", code, "comparison")
    return 0


if __name__ == "__main__":
    sys.exit(main())
