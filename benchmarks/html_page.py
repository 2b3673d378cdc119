"""Measures how long the page of a map takes until it can be used, in Chromium, and prints a table.

The map is made up: every workload is a group of its own, which no map of a real cluster is. Seconds are from the start
of the navigation until the page has put itself together, by the browser's own clock, and of what a user does then until
the next picture is drawn. The target is 3 seconds until it can be used.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from netqed.report.map_html import map_page

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from support.browser import CHROMIUM, MISSING, browser
from support.map_data import large

ACTIONS = {
    "select a workload of a folded namespace by search": """
        const search = document.getElementById("map-search");
        search.value = "team-07/service-007";
        search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));""",
    "fold all": 'document.getElementById("fold-all").click();',
    "unfold all": 'document.getElementById("unfold-all").click();',
    "select a workload, all unfolded": "document.querySelectorAll(\"#map-list [aria-level='2']\")[400].click();",
}

WATCH = """new MutationObserver(() => {
  if ("ready" in document.documentElement.dataset) window.readyAt ??= performance.now();
}).observe(document, { subtree: true, attributes: true });"""

ACT = """async () => {
  const begun = performance.now();
  %s
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return (performance.now() - begun) / 1000;
}"""


def measured(chromium: Browser, file: Path) -> Iterator[tuple[str, float]]:
    """What was done, and the seconds that it took."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(WATCH)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    yield "open, until it can be used", page.evaluate("readyAt") / 1000
    for what, action in ACTIONS.items():
        yield what, page.evaluate(ACT % action)
        page.fill("#map-search", "")
        page.wait_for_timeout(300)  # the list follows a search a moment later
    page.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--workloads", type=int, default=2_000)
    parser.add_argument("--namespaces", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if CHROMIUM is None:
        print(MISSING, file=sys.stderr)
        return 1
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        file = Path(folder) / "map.html"
        file.write_text(map_page(large(options.workloads, options.namespaces)), encoding="utf-8")
        size = file.stat().st_size
        for _ in range(options.rounds):
            for what, seconds in measured(chromium, file):
                found.setdefault(what, []).append(seconds)
    print(f"| {options.workloads:,} workloads, a page of {size / 1e6:.1f} MB | median | slowest |\n|---|---|---|")
    for what, all_seconds in found.items():
        print(f"| {what} | {statistics.median(all_seconds):.2f} s | {max(all_seconds):.2f} s |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
