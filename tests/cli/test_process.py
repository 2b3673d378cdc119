"""The program as a process: its streams, colours, encodings, pipes and exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from netqed.report.schema import report_schema

ROOT = Path(__file__).parent.parent.parent
BROKEN = "specs/payments-broken"
GOOD = "specs/payments"


def netqed(*args: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "CI", "TERM")}
    return subprocess.run(
        [sys.executable, "-m", "netqed", *args],
        cwd=ROOT,
        env={**clean, "PYTHONUTF8": "1", **environment},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_examples_exit_as_they_promise_and_say_nothing_on_stderr() -> None:
    good, broken = netqed("check", GOOD), netqed("check", BROKEN)
    assert (good.returncode, good.stderr) == (0, "")
    assert (broken.returncode, broken.stderr) == (1, "")
    assert netqed("check", BROKEN, "--exit-zero").returncode == 0


def test_the_broken_example_names_everything_that_a_reader_needs() -> None:
    out = netqed("check", BROKEN).stdout
    assert "analytics/deployment/etl -> payments/deployment/payments-api  TCP/8080" in out
    assert f"--> {BROKEN}/manifests/policies/payments-api.yaml:14:11" in out
    assert "alternatives" in out
    line = (ROOT / BROKEN / "manifests/policies/payments-api.yaml").read_text().splitlines()[13]
    assert line[10:].startswith("namespaceSelector")


def test_json_on_stdout_is_json_alone() -> None:
    done = netqed("check", BROKEN, "-o", "json")
    assert json.loads(done.stdout)["counts"]["refuted"] == 2
    assert (done.returncode, done.stderr) == (1, "")


def test_json_says_why_a_proof_holds_and_every_way_in_only_if_asked(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    text = netqed("check", BROKEN, "-o", f"json={file}").stdout
    assert "because" not in text and "way in" not in text
    plain = evidence_by_verdict(file)
    assert all(each["because"] and each["namespaceLabels"] is not None for each in plain["proved"])
    assert all(each["ways"] is None for each in plain["refuted"])
    text = netqed("check", BROKEN, "--why", "-o", f"json={file}").stdout
    assert "because" in text and "way in 1 of 1" in text
    assert all(each["ways"]["complete"] and each["ways"]["ways"] for each in evidence_by_verdict(file)["refuted"])


def test_json_of_a_blocked_flow_names_the_rules_that_almost_match(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    netqed("prove", "web/app=checkout can reach payments/app=payments-api on TCP/8081", GOOD, "-o", f"json={file}")
    (refuted,) = evidence_by_verdict(file)["refuted"]
    (miss,) = refuted["nearMisses"]
    assert (miss["policy"], miss["path"]) == ("payments/payments-api", "spec.ingress[0].ports")


def evidence_by_verdict(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The evidence of a report's results, which is as its schema says."""
    report = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.validate(report, report_schema())
    found: dict[str, list[dict[str, Any]]] = {"proved": [], "refuted": []}
    for result in report["inputs"][0]["results"]:
        found[result["verdict"]].append(result["evidence"])
    return found


@pytest.mark.parametrize(
    ("options", "environment", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(options: tuple[str, ...], environment: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[" in netqed("check", GOOD, *options, **environment).stdout) is coloured


def test_colours_change_nothing_else() -> None:
    plain, coloured = netqed("check", BROKEN, "-q").stdout, netqed("check", BROKEN, "-q", "--color", "always").stdout
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert stripped.splitlines()[:-1] == plain.splitlines()[:-1]


def test_ascii_where_the_stream_is_not_utf8(tmp_path: Path) -> None:
    spec = tmp_path / "netqed.yaml"
    spec.write_text("invariants:\n  - {name: 'käse → 名', assert: analytics cannot reach payments}\n", encoding="utf-8")
    options = ("check", BROKEN, "--spec", str(spec), "-q")
    assert "käse → 名" in netqed(*options).stdout
    done = netqed(*options, PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1, done.stderr
    assert "k\\xe4se -> \\u540d" in done.stdout


def test_a_spec_or_manifests_on_stdin() -> None:
    spec = "invariants: [analytics cannot reach payments]\n"
    assert netqed("check", BROKEN, "--spec", "-", stdin=spec).returncode == 1
    manifests = "\n---\n".join(file.read_text() for file in sorted((ROOT / GOOD / "manifests").rglob("*.yaml")))
    done = netqed("check", "-", "--spec", f"{GOOD}/netqed.yaml", stdin=manifests)
    assert done.returncode == 0, done.stderr
    assert "<stdin>" in done.stdout


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("check", BROKEN), 1),
        (("check", BROKEN, "-o", "json"), 1),
        (("schema", "report"), 0),
        (("--help",), 0),
        (("check", "--help"), 0),
    ],
)
def test_a_reader_that_has_gone_is_no_error(command: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "netqed", *command], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (code, b"")


def test_a_closed_stdout_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m netqed check {BROKEN} >&-'],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")


WAITING = """
import signal, sys, time
from netqed import api
from netqed.cli import cli

signal.signal(signal.SIGINT, signal.default_int_handler)

def check(*_, **__):
    print("ready", file=sys.stderr, flush=True)
    time.sleep(600)

api.check = check
cli.main(["check", "specs/payments"])
"""


def test_ctrl_c_is_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "interrupted: nothing was decided"


def test_no_progress_where_nobody_watches() -> None:
    assert netqed("check", BROKEN, CI="1").stderr == ""
