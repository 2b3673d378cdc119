"""A real browser for the tests of HTML pages: the system's Chromium, driven by Playwright, which downloads none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
MISSING = "NO CHROMIUM: no browser is on PATH, so HTML pages are not opened: on Debian, apt-get install chromium"

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
"""For tests that open a page. Without a browser `make test` says first of all that they are skipped."""

PATIENCE = 500
"""How often a condition is looked at, every 20 milliseconds."""


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser. It runs without its sandbox, since root in a container has none, on pages that these tests made."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Opened:
    """A page, and what it did that it must not."""

    page: Page
    file: Path
    said: list[str] = field(default_factory=list)
    """On the console, by dialogs, and errors of scripts."""
    requests: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """What the only element shows."""
        return self.page.locator(selector).inner_text()

    def graph(self, expression: str) -> Any:
        """A value of the map's drawing, `cy`."""
        return self.page.evaluate(f"(() => {{ const cy = netqed.map.drawing; return {expression}; }})()")

    def wait(self, condition: str) -> None:
        """Until a JavaScript expression is true; asked from outside, since the page's policy forbids `eval`."""
        for _ in range(PATIENCE):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"never became true: {condition}")

    def assert_quiet(self) -> None:
        """No error, no warning, no dialog, and no request but for the file."""
        assert self.said == []
        assert self.requests == [self.file.as_uri()]


@contextmanager
def opened(
    browser: Browser, html: str, folder: Path, *, scheme: Literal["light", "dark"] = "light", width: int = 1280
) -> Iterator[Opened]:
    """The page opened from disk, ready; that it stayed quiet is checked when it is closed."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    found = Opened(page, file)
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.on("request", lambda request: found.requests.append(request.url))

    def dismiss(dialog: Any) -> None:
        found.said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    try:
        yield found
        found.assert_quiet()
    finally:
        page.close()
