"""The page of a check with verdicts and maps, in a real browser: how its parts stand together, and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from netqed.report.json import basis_value, report_value
from netqed.report.map_html import map_page
from netqed.report.rendering import rendering_of
from support.browser import Opened, needs_chromium, opened
from support.contrast import poor, poor_in_drawing
from support.map_data import addresses, edge, large, pods, reach_map, shop, tcp
from support.results import check_result, every_kind

pytestmark = needs_chromium

LIST = "#map-list [role=treeitem] > span:nth-child(2)"


def html() -> str:
    """Two inputs with the same verdicts: `blue` is the shop, `green` has another workload; `empty` has none."""
    one = every_kind()
    maps = {
        "blue": shop(),
        "green": reach_map([pods(1, "other", "job"), addresses(2, "1.0.0.0", "2.0.0.0")], [edge([2], [1], tcp(443))]),
        "empty": reach_map([addresses(1, "1.0.0.0", "2.0.0.0")], []),
    }
    inputs = []
    for name, found in maps.items():
        basis = replace(one.basis, digest=name)
        found["basis"] = basis_value(basis)
        inputs.append(replace(one, name=name, basis=basis))
    return rendering_of(report_value(check_result(*inputs)), maps=list(maps.values())).render("html")


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    with opened(chromium, html(), tmp_path) as found:
        yield found


def focused(page: Opened) -> str:
    return str(page.page.evaluate("document.activeElement.id || document.activeElement.className"))


def print_begins(page: Opened) -> None:
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print")


def test_its_parts_are_landmarks_with_headings(page: Opened) -> None:
    levels = page.page.locator("h1:visible, h2:visible").all_inner_texts()
    assert levels == ["Network policies: invariants", "Verdicts", "Map", "What this rests on"]
    for section in page.page.locator("main > section:visible").all():
        assert section.get_attribute("aria-labelledby") == section.locator("h2").get_attribute("id")
    assert page.page.locator("body > header, header > nav, body > main, body > footer").count() == 4
    depths = page.page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))")
    assert depths[0] == 1 and depths.count(1) == 1


def test_links_lead_to_its_parts(page: Opened) -> None:
    links = page.page.get_by_role("navigation", name="On this page").get_by_role("link")
    assert links.all_inner_texts() == ["Verdicts", "Map", "What this rests on"]
    links.nth(1).press("Enter")
    assert focused(page) == "map-title"
    page.page.keyboard.press("Tab")
    assert focused(page) == "map-input"


def test_a_keyboard_goes_through_it_in_the_order_of_what_is_seen(page: Opened) -> None:
    stops: list[str] = []
    page.page.evaluate("for (const one of document.querySelectorAll('details.case')) one.open = false")
    while len(stops) < 200:
        page.page.keyboard.press("Tab")
        if page.page.evaluate("document.activeElement === document.body"):
            break
        stops.append(focused(page))
    assert stops[:2] == ["skip", "theme"]
    named = ["skip", "theme", "verdict-search", "verdict-input", "map-input", "map-search", "map-port", "map-default"]
    named += ["fold-all", "unfold-all", "zoom-in", "zoom-out", "zoom-fit", "canvas"]
    assert [one for one in stops if one in named] == named
    others = {
        "links": 3,
        "states": 4,
        "verdicts": 30,
        "list": 1,
        "what the map rests on": 1,
        "what verdicts rest on": 3,
    }
    assert len(stops) == len(named) + sum(others.values())


def test_a_slash_goes_to_the_search_of_the_part_that_has_the_focus(page: Opened) -> None:
    page.page.keyboard.press("/")
    assert focused(page) == "verdict-search"
    page.page.focus("#fold-all")
    page.page.keyboard.press("/")
    assert focused(page) == "map-search"
    page.page.focus("#theme")
    page.page.keyboard.press("/")
    assert focused(page) == "verdict-search"


def test_each_input_s_map_can_be_chosen(page: Opened) -> None:
    assert page.page.locator("#map-input option").all_inner_texts() == ["blue", "green", "empty"]
    page.page.click("#unfold-all")
    page.page.get_by_text("site", exact=True).click()
    page.page.fill("#map-port", "443")
    page.page.get_by_label("Map of").select_option(label="green")
    assert page.page.locator(LIST).all_inner_texts() == ["other", "other addresses"]
    assert page.graph("cy.edges().length") == 1
    assert "Select a namespace or a workload" in page.text("#map-detail")
    assert "2 groups." in page.text("#map-about")
    page.page.get_by_label("Map of").select_option(label="empty")
    assert page.text("#map-none") == "There is nothing to map: no workload is in the input."
    assert not page.page.is_visible("#map-work")
    page.page.get_by_label("Map of").select_option(label="blue")
    assert page.page.locator(LIST).count() == 4
    assert not page.page.is_visible("#map-none")


def test_it_says_how_map_and_verdicts_read_policies(page: Opened) -> None:
    said = page.text("#map-about")
    assert "The map reads policies as spec (what the NetworkPolicy API and its conformance tests define)" in said
    assert "as the verdicts do." in said


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_shown_stands_out_from_what_is_behind_it(
    chromium: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    with opened(chromium, html(), tmp_path, scheme=scheme) as page:
        assert poor(page) == poor_in_drawing(page) == []


def test_a_narrow_screen_needs_no_scrolling_sideways(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, html(), tmp_path, width=360) as page:
        page.page.click("#unfold-all")
        page.page.get_by_text("api", exact=True).click()
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def rows(page: Opened) -> list[list[str]]:
    found: list[list[str]] = page.page.evaluate(
        "[...document.querySelectorAll('#map-paper tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    return found


def test_a_printed_map_is_a_drawing_and_a_table(page: Opened) -> None:
    print_begins(page)
    for hidden in ("#map-list", "#map-drawing", "#map-search", "#map-detail", "#contents", "#map-input"):
        assert not page.page.is_visible(hidden), hidden
    assert page.page.is_visible("#map-paper canvas") and page.page.is_visible("#map-rest-lines")
    assert page.text("#map-paper caption") == "Who can reach whom: blue"
    assert rows(page) == [
        ["web/site isolated in and out", "TCP/8000-8010", "shop/api"],
        ["shop/api isolated in and out", "TCP/5432, UDP/53 [node]", "shop/db"],
        ["shop/db isolated in and out", "nothing that is asked for here"],
        ["batch/report not isolated", "every port (open by default)", "batch/report"],
        ["1.0.0.0 - 223.255.255.255 no policy governs it", "TCP/443", "web/site"],
    ]
    assert "[node] only where both are on one node" in page.text("#map-paper")
    page.page.emulate_media(media="screen")
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.page.locator("#map-paper > *").count() == 0
    assert not page.page.is_visible("#map-rest-lines")


def test_what_is_printed_is_what_the_filters_leave(page: Opened) -> None:
    page.page.fill("#map-port", "53")
    page.wait("netqed.map.drawing.edges().length === 0")
    page.page.uncheck("#map-default")
    print_begins(page)
    assert [row for row in rows(page) if len(row) == 3] == [
        ["shop/api isolated in and out", "TCP/5432, UDP/53 [node] (not for certain)", "shop/db"]
    ]


def test_paper_is_light(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, html(), tmp_path, scheme="dark") as page:
        print_begins(page)
        assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        shades: list[int] = page.page.evaluate(
            """() => {
              const canvas = document.querySelector("#map-paper canvas");
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const found = [0, 0];
              for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0) found[Number(data[at] > 200)] += 1;
              return found;
            }"""
        )
        dark, light = shades
        assert light > dark > 0
        page.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_drawing_is_printed_as_a_picture(page: Opened) -> None:
    """As lines, dashed ones keep viewers of PDF busy for minutes."""
    assert b"/Subtype /Image" in page.page.pdf(format="A4")


def test_a_map_too_large_for_paper_says_what_is_left_out(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, map_page(large()), tmp_path) as page:
        print_begins(page)
        sources: Any = page.page.locator("#map-paper tbody").count()
        assert sources == 300
        assert "1,700 more sources are not printed" in page.text("#map-paper")
        assert any("and 20 more" in row[-1] for row in rows(page))
