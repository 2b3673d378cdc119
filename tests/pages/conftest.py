"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from support.browser import browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started by the first test that opens a page."""
    with browser() as started:
        yield started
