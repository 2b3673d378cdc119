"""The step of action.yml that keeps comments on a pull request up to date: one for verdicts, one for the difference.

A comment is found again by the marker in its first line, and only among those that this token's account has written:
whoever copies the marker into a comment gets neither theirs overwritten nor this one suppressed.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

import runner

_PAGE: Final = 100
"""Comments a page: the most that GitHub gives."""


class Conversation:
    """The comments of a pull request."""

    def __init__(self, number: int) -> None:
        self._api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self._issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
        self._number = number

    def keep(self, body: str) -> None:
        """Write the comment, over the older one that begins with the same line. Raises HTTPError or URLError."""
        marker = body.split("\n", 1)[0]
        older = self._mine(marker)
        if older is None:
            self._call("POST", f"{self._issues}/{self._number}/comments", {"body": body})
        else:
            self._call("PATCH", f"{self._issues}/comments/{older}", {"body": body})

    def _mine(self, marker: str) -> int | None:
        account: str | None = None
        try:
            account = self._call("GET", "/user")["login"]
        except urllib.error.HTTPError as error:  # a job's own token is nobody's: its comments are a bot's
            if error.code not in (401, 403):
                raise
        page = 1
        while True:
            found = self._call("GET", f"{self._issues}/{self._number}/comments?per_page={_PAGE}&page={page}")
            for one in found:
                author = one.get("user") or {}
                mine = author.get("type") == "Bot" if account is None else author.get("login") == account
                if mine and (one.get("body") or "").splitlines()[:1] == [marker]:
                    return int(one["id"])
            if len(found) < _PAGE:
                return None
            page += 1

    def _call(self, method: str, path: str, value: Any = None) -> Any:
        request = urllib.request.Request(
            self._api + path,
            method=method,
            data=None if value is None else json.dumps(value).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {runner.stated('TOKEN')}",
                "Content-Type": "application/json",
                "User-Agent": "netqed",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def main() -> int:
    """Write the comments. 0 also where that is not allowed, as for a pull request from a fork: verdicts are in the log
    and in the summary too."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    number = (event.get("pull_request") or {}).get("number")
    if number is None:
        runner.command("notice", "no comment was written: this is no pull request")
        return 0
    conversation = Conversation(int(number))
    try:
        for file in filter(None, (runner.stated("COMMENT"), runner.stated("DIFF_COMMENT"))):
            conversation.keep(Path(file).read_text(encoding="utf-8"))
    except urllib.error.HTTPError as error:
        runner.command("warning", f"no comment was written: GitHub answered {error.code}; does the job have "
                       "`pull-requests: write`, and is the pull request from this repository?")  # fmt: skip
    except OSError as error:
        runner.command("warning", f"no comment was written: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
