"""action.yml run as GitHub's runner runs it: expressions put in, each `run` executed by bash, outputs read back.

What other actions do is stood in for: Python is the one that runs the tests, netqed the one that is tested, an upload
is only noted. `Forge` stands in for the comments of GitHub's API.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from support.console import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_TERM = re.compile(r"(\S+) (==|!=) '([^']*)'")


@dataclass(slots=True)
class Run:
    """What one use of the action did."""

    failed: int = 0
    """The exit code of the first step that failed."""
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    """The names of the steps that ran."""
    uploaded: dict[str, str] | None = None
    """What upload-sarif was given."""


def use(checkout: Path, event: Mapping[str, Any], api: str = "http://127.0.0.1:1", **inputs: str) -> Run:
    """Use the action in a checkout, with these inputs (an underscore stands for a dash)."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(given) <= set(ACTION["inputs"])
    temporary = checkout.parent / "runner"
    temporary.mkdir(exist_ok=True)
    (temporary / "event.json").write_text(json.dumps(event), encoding="utf-8")
    values = {"github.token": "secret", "github.event.pull_request.base.sha": ""}
    values |= {"github.event.pull_request.base.sha": event.get("pull_request", {}).get("base", {}).get("sha", "")}
    for name, one in ACTION["inputs"].items():
        values[f"inputs.{name}"] = given.get(name, _filled(one["default"], values))
    run = Run()
    for step in ACTION["runs"]["steps"]:
        if _wanted(step.get("if", "true"), values, run):
            run.steps.append(step["name"])
            _step(step, values, run, checkout, temporary, api)
    run.outputs = {name: _filled(one["value"], values) for name, one in ACTION["outputs"].items()}
    return run


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: _value(found[1], values), text)


def _value(name: str, values: Mapping[str, str]) -> str:
    if name.startswith("steps."):
        return values.get(name, "")
    return values[name]


def _wanted(condition: str, values: Mapping[str, str], run: Run) -> bool:
    found = _EXPRESSION.fullmatch(condition)
    terms = (found[1] if found else condition).split(" && ")
    if "!cancelled()" not in terms and run.failed:
        return False
    for term in terms:
        if term in ("!cancelled()", "true"):
            continue
        compared = _TERM.fullmatch(term)
        assert compared is not None, term
        if (_value(compared[1], values) == compared[3]) is (compared[2] == "!="):
            return False
    return True


def _step(step: dict[str, Any], values: dict[str, str], run: Run, checkout: Path, temporary: Path, api: str) -> None:
    if "uses" in step:
        name = step["uses"].partition("@")[0]
        if name == "actions/setup-python":
            values[f"steps.{step['id']}.outputs.python-path"] = sys.executable
        else:
            assert name == "github/codeql-action/upload-sarif"
            run.uploaded = {key: _filled(value, values) for key, value in step["with"].items()}
        return
    if step.get("id") == "install":
        values["steps.install.outputs.program"] = str(Path(sys.executable).parent / "netqed")
        return
    script, output = temporary / "step.sh", temporary / "output"
    script.write_text(step["run"], encoding="utf-8")
    output.write_text("", encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_API_URL": api,
        "GITHUB_EVENT_PATH": str(temporary / "event.json"),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REPOSITORY": "owner/project",
        "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"),
        "RUNNER_TEMP": str(temporary),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "no_proxy": "*",
        **{name: _filled(value, values) for name, value in step["env"].items()},
    }
    assert step["shell"] == "bash"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    run.log += done.stdout
    run.failed = run.failed or done.returncode
    for name, value in outputs_of(output.read_text(encoding="utf-8")):
        values[f"steps.{step.get('id', '')}.outputs.{name}"] = value


def outputs_of(text: str) -> Iterator[tuple[str, str]]:
    """The outputs in a GITHUB_OUTPUT file, as the runner reads it."""
    lines = iter(text.split("\n"))
    for line in lines:
        name, heredoc, mark = line.partition("<<")
        if not heredoc:
            name, equals, value = line.partition("=")
            if equals:
                yield name, value
            continue
        held = list(takewhile(mark.__ne__, lines))
        yield name, "\n".join(held)


@dataclass(slots=True)
class Forge:
    """The comments of pull request 7, and who asks."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    account: str | None = None
    """Whose token it is; None for that of a job, which is nobody's."""
    refused: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, method: str, target: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and value."""
        url = urlsplit(target)
        self.requests.append((method, url.path))
        if url.path == "/user":
            return (403, {}) if self.account is None else (200, {"login": self.account})
        if self.refused and method != "GET":
            return 403, {}
        comments = "/repos/owner/project/issues/7/comments"
        if (method, url.path) == ("GET", comments):
            query = parse_qs(url.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.comments[size * (page - 1) : size * page]
        if (method, url.path) == ("POST", comments):
            user = {"type": "User" if self.account else "Bot", "login": self.account or "github-actions[bot]"}
            self.comments.append({"id": len(self.comments) + 1, "user": user, **body})
            return 201, self.comments[-1]
        found = re.fullmatch(r"/repos/owner/project/issues/comments/(\d+)", url.path)
        if method == "PATCH" and found is not None:
            self.comments[int(found[1]) - 1].update(body)
            return 200, {}
        return 404, {}


@contextmanager
def forge() -> Iterator[Forge]:
    """A forge that listens."""
    state = Forge()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            assert self.headers["Authorization"] == "Bearer secret"
            length = int(self.headers.get("Content-Length") or 0)
            status, value = state.answer(self.command, self.path, json.loads(self.rfile.read(length) or b"{}"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        do_GET = do_POST = do_PATCH = _respond

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
