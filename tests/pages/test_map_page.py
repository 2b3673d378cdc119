"""The page of a map, in a real browser: what is on it, and what a user does with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
from playwright.sync_api import Browser

from netqed.report.map_html import map_page
from netqed.report.map_json import map_schema
from netqed.report.map_words import DEPENDS
from netqed.report.style import visible
from support.browser import Opened, needs_chromium, opened
from support.contrast import poor, poor_in_drawing
from support.formats import HOSTILE
from support.map_data import Value, addresses, edge, large, pods, reach_map, shop, tcp

pytestmark = needs_chromium

ROWS = "#map-list [role=treeitem]"


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    with opened(chromium, map_page(shop()), tmp_path) as found:
        yield found


def rows(page: Opened) -> list[str]:
    return page.page.locator(f"{ROWS} > span:nth-child(2)").all_inner_texts()


def select(page: Opened, name: str) -> None:
    page.page.locator(ROWS, has=page.page.get_by_text(name, exact=True)).click()


def lines(page: Opened) -> set[tuple[str, str]]:
    """The arrows of the drawing, by the names of their ends."""
    found = page.graph("cy.edges().map((one) => [one.source().data('label'), one.target().data('label')])")
    return {(source.split("\n")[0], target.split("\n")[0]) for source, target in found}


@pytest.mark.parametrize("made", [shop(), large(80, 4)], ids=["shop", "large"])
def test_maps_that_are_made_up_are_as_real_ones(made: Value) -> None:
    jsonschema.Draft202012Validator(map_schema()).validate(made)


def test_a_restricted_map_claims_nothing_beyond_what_it_was_asked(chromium: Browser, tmp_path: Path) -> None:
    found = shop()
    found["restricted"]["from"] = "web"
    for node in found["nodes"]:
        node["asked"]["from"] = node["namespace"] == "web"
    found["edges"] = found["edges"][1:2]
    with opened(chromium, map_page(found), tmp_path) as page:
        assert "Only from web." in page.text("#map-about")
        select(page, "batch")
        reaches, reached = page.page.locator("#map-detail .sides > div").all_inner_texts()
        assert "The map was not asked about this." in reaches
        assert "Nothing of what the map was asked about." in reached


def test_it_begins_folded(page: Opened) -> None:
    assert rows(page) == ["web", "shop", "batch", "other addresses"]
    assert lines(page) == {("other addresses", "web"), ("web", "shop")}
    assert page.text("#map-status") == "5 groups in 4 parts, all folded."


def test_namespaces_are_folded_and_unfolded(page: Opened) -> None:
    page.page.locator(ROWS, has_text="shop").locator(".twisty").click()
    assert rows(page) == ["web", "shop", "api", "db", "batch", "other addresses"]
    assert lines(page) == {("other addresses", "web"), ("web", "api"), ("api", "db")}
    page.page.locator(ROWS, has_text="shop").locator(".twisty").click()
    assert lines(page) == {("other addresses", "web"), ("web", "shop")}
    page.page.click("#unfold-all")
    assert len(rows(page)) == 9
    page.page.click("#fold-all")
    assert len(rows(page)) == 4


def test_what_is_selected_says_what_it_reaches_and_what_reaches_it(page: Opened) -> None:
    select(page, "shop")
    assert "What some of it reaches" in page.text("#map-detail")
    page.page.click("#unfold-all")
    select(page, "api")
    reaches, reached = page.page.locator("#map-detail .sides > div").all_inner_texts()
    assert [*filter(None, reaches.split("\n"))] == ["Reaches (filled arrowheads)", "TCP/5432, UDP/53 [node]", "shop/db"]
    assert [*filter(None, reached.split("\n"))] == ["Reached by (hollow arrowheads)", "TCP/8000-8010", "web/site"]
    assert f"[node] {DEPENDS['node']}" in page.text("#map-detail")
    assert page.graph("cy.edges('.goes').length") == 1
    assert page.graph("cy.edges('.comes').length") == 1
    assert page.page.locator(f"{ROWS}[aria-selected=true]").inner_text() == "api"


def test_pods_that_reach_others_of_their_own_group_say_so(page: Opened) -> None:
    page.page.click("#unfold-all")
    select(page, "report")
    reaches = page.page.locator("#map-detail .sides > div").first.inner_text()
    assert "every port" in reaches and "open by default" in reaches and "batch/report" in reaches


def test_a_pod_that_is_alone_does_not_reach_itself(chromium: Browser, tmp_path: Path) -> None:
    found = reach_map([pods(1, "a", "one", single=True), pods(2, "a", "two")], [edge([1, 2], [1, 2], tcp(80))])
    with opened(chromium, map_page(found), tmp_path) as page:
        page.page.click("#unfold-all")
        select(page, "one")
        assert page.page.locator("#map-detail li").all_inner_texts() == ["a/two", "a/two"]
        select(page, "two")
        assert page.page.locator("#map-detail li").all_inner_texts() == ["all of a (2)", "all of a (2)"]


@pytest.mark.parametrize(
    ("port", "left"),
    [
        ("443", {("other addresses", "web")}),
        ("tcp/8005", {("web", "shop")}),
        ("TCP/1-7999", {("other addresses", "web")}),
        ("tcp", {("other addresses", "web"), ("web", "shop")}),
        ("UDP", set()),
        ("80", set()),
        ("", {("other addresses", "web"), ("web", "shop")}),
    ],
)
def test_the_map_is_filtered_by_port(page: Opened, port: str, left: set[tuple[str, str]]) -> None:
    page.page.fill("#map-port", "9")
    page.wait("netqed.map.drawing.edges().length === 0")
    page.page.fill("#map-port", port)
    page.wait(f"netqed.map.drawing.edges().length === {len(left)}")
    assert lines(page) == left
    assert not page.page.is_visible("#port-error")


@pytest.mark.parametrize("port", ["http", "0", "70000", "90-80", "tcp/", "TCP/x", "1-2-3"])
def test_what_is_no_port_is_said_and_filters_nothing(page: Opened, port: str) -> None:
    page.page.fill("#map-port", port)
    page.page.wait_for_selector("#port-error:visible")
    assert page.page.get_attribute("#map-port", "aria-invalid") == "true"
    assert len(lines(page)) == 2


def test_what_is_open_by_default_can_be_left_out(page: Opened) -> None:
    page.page.click("#unfold-all")
    select(page, "report")
    page.page.uncheck("#map-default")
    assert page.page.locator("#map-detail li").count() == 0


def test_search_finds_names_namespaces_labels_and_addresses(page: Opened) -> None:
    for text, found in (
        ("tier=front", ["web", "site"]),
        ("shop db", ["shop", "db"]),
        ("223.255", ["other addresses", "1.0.0.0 - 223.255.255.255"]),
        ("nothing-like-it", []),
        ("", ["web", "shop", "batch", "other addresses"]),
    ):
        page.page.fill("#map-search", text)
        shown = "[...document.querySelectorAll('#map-list [role=treeitem]')].map((one) => one.children[1].textContent)"
        page.wait(f"{shown}.join('\\n') === {json.dumps(chr(10).join(found))}")
    page.page.fill("#map-search", "api")
    page.page.press("#map-search", "Enter")
    assert page.text("#map-detail h3") == "api"
    assert page.text("#map-status") == "1 group matches, in 1 part."


def test_the_list_is_walked_by_keyboard(page: Opened) -> None:
    def current() -> str:
        return str(page.page.evaluate("document.activeElement.children[1].textContent"))

    page.page.locator(ROWS).first.focus()
    keys = page.page.keyboard
    keys.press("ArrowDown")
    assert current() == "shop"
    keys.press("ArrowRight")
    assert current() == "shop" and "api" in rows(page)
    keys.press("ArrowRight")
    assert current() == "api"
    keys.press("Enter")
    assert page.text("#map-detail h3") == "api" and current() == "api"
    keys.press("ArrowLeft")
    assert current() == "shop"
    keys.press("ArrowLeft")
    assert current() == "shop" and "api" not in rows(page)
    keys.press("End")
    assert current() == "other addresses"
    keys.press("ArrowDown")
    assert current() == "other addresses"
    keys.press("Home")
    assert current() == "web"
    assert page.page.locator(f"{ROWS}[tabindex='0']").count() == 1


def test_the_drawing_is_zoomed_and_moved_by_keyboard_and_buttons(page: Opened) -> None:
    page.page.click("#zoom-out")
    fitted = page.graph("cy.zoom()")
    page.page.click("#zoom-in")
    assert page.graph("cy.zoom()") > fitted
    page.page.focus("#canvas")
    page.page.keyboard.press("-")
    assert page.graph("cy.zoom()") == pytest.approx(fitted)
    before = page.graph("cy.pan().x")
    page.page.keyboard.press("ArrowLeft")
    assert page.graph("cy.pan().x") == before + 60
    page.page.keyboard.press("0")
    assert page.graph("cy.zoom()") > fitted


def test_the_wheel_zooms_only_a_drawing_that_has_the_focus(page: Opened) -> None:
    before = page.graph("cy.zoom()")
    box = page.page.locator("#canvas").bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.page.mouse.wheel(0, -200)
    assert page.graph("cy.zoom()") == before
    page.page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.page.mouse.wheel(0, -200)
    page.wait(f"netqed.map.drawing.zoom() > {before}")


def test_boxes_are_selected_and_unfolded_in_the_drawing(page: Opened) -> None:
    at = page.graph("cy.getElementById('group namespace shop').renderedPosition()")
    box = page.page.locator("#canvas").bounding_box()
    assert box is not None
    page.page.mouse.dblclick(box["x"] + at["x"], box["y"] + at["y"])
    page.wait("netqed.map.drawing.nodes().length > 4")
    assert "api" in rows(page)


@pytest.mark.parametrize("unfold", [False, True])
@pytest.mark.parametrize("number", [1, 2, 5, 24, 60])
def test_no_box_covers_another(chromium: Browser, tmp_path: Path, number: int, unfold: bool) -> None:
    nodes = [pods(index + 1, f"space-{index % number}", f"w-{index}") for index in range(number * 3)]
    with opened(chromium, map_page(reach_map(nodes, [])), tmp_path) as page:
        if unfold:
            page.page.click("#unfold-all")
        boxes = page.graph("cy.nodes().filter('.group, .frame').map((one) => one.boundingBox())")
        assert len(boxes) == number
        for one in boxes:
            for other in boxes:
                assert (
                    one is other
                    or one["x1"] >= other["x2"]
                    or one["x2"] <= other["x1"]
                    or one["y1"] >= other["y2"]
                    or one["y2"] <= other["y1"]
                )


def test_colours_of_the_drawing_follow_the_theme(page: Opened) -> None:
    light = page.graph("cy.nodes()[0].style('color')")
    page.page.click("#theme")
    assert page.graph("cy.nodes()[0].style('color')") != light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_and_drawn_stands_out_from_what_is_behind_it(
    chromium: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    with opened(chromium, map_page(every_line()), tmp_path, scheme=scheme) as page:
        assert poor(page) == poor_in_drawing(page) == []
        page.page.click("#unfold-all")
        select(page, "two")
        page.page.fill("#map-port", "http")
        page.page.wait_for_selector("#port-error:visible")
        drawn = {name for one in page.graph("cy.elements().map((one) => one.classes())") for name in one}
        assert drawn >= {"rule", "default", "depends", "goes", "comes", "dim", "chosen", "frame", "outside"}
        assert poor(page) == poor_in_drawing(page) == []


def every_line() -> Value:
    """Lines of every sort: certain, by default, depending on something, and several of these between two namespaces."""
    doubtful = tcp(5432, None, "pod-labels")
    nodes = [*(pods(number, "a", name) for number, name in enumerate(("one", "two", "three"), 1)), pods(4, "b", "four")]
    nodes += [pods(5, "c", "five"), addresses(6, "1.0.0.0", "2.0.0.0")]
    edges = [
        edge([1], [2], tcp(80)),
        edge([2], [3], doubtful),
        edge([1], [4], doubtful),
        edge([2], [4], by_default=True),
        edge([4], [5], doubtful),
        edge([5], [4], by_default=True),
        edge([6], [5], tcp(443), doubtful),
    ]
    return reach_map(nodes, edges)


def drawn(page: Opened) -> dict[tuple[str, str], str]:
    """The style of the line of each arrow."""
    found = page.graph(
        "cy.edges().map((one) => [one.source().data('label'), one.target().data('label'),"
        " one.style('line-style') === 'dashed' ? one.style('line-dash-pattern') : 'solid'])"
    )
    words = {"solid": "solid", "2 4": "dotted", "12 7": "dashed"}
    return {
        (source.split("\n")[0], target.split("\n")[0]): words[" ".join(str(style).split())]
        for source, target, style in found
    }


def test_lines_say_how_certain_they_are(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, map_page(every_line()), tmp_path) as page:
        folded = {("a", "b"): "dotted", ("b", "c"): "dashed", ("c", "b"): "dotted", ("other addresses", "c"): "solid"}
        assert drawn(page) == folded
        page.page.fill("#map-port", "5432")
        page.wait("netqed.map.drawing.edges().length === 4 && netqed.map.drawing.edges('.depends').length === 2")
        assert drawn(page)["other addresses", "c"] == "dashed"
        page.page.uncheck("#map-default")
        assert drawn(page) == {
            ("a", "b"): "dashed",
            ("b", "c"): "dashed",
            ("other addresses", "c"): "dashed",
        }
        legend = page.page.locator("#map-legend li").all_inner_texts()
        assert [one.split(":")[0] for one in legend[:3]] == ["solid", "dotted", "dashed"]


def test_what_is_selected_differs_in_more_than_colour(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, map_page(every_line()), tmp_path) as page:
        page.page.click("#unfold-all")
        select(page, "two")
        assert page.graph("cy.edges('.goes').map((one) => one.style('target-arrow-fill'))") == ["filled"] * 2
        assert page.graph("cy.edges('.comes').map((one) => one.style('target-arrow-fill'))") == ["hollow"]
        reaches = page.page.locator("#map-detail .sides > div").first.inner_text()
        assert "TCP/5432 [pod-labels] not for certain: it depends on what is said below" in reaches
        assert "every port open by default: no policy isolates either side" in reaches
        assert f"[pod-labels] {DEPENDS['pod-labels']}" in page.text("#map-detail")


def test_two_thousand_workloads_stay_usable(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, map_page(large()), tmp_path) as page:
        assert len(rows(page)) == 40
        page.page.fill("#map-search", "service-049")
        page.wait("document.querySelectorAll('#map-list [role=treeitem]').length === 80")
        page.page.fill("#map-search", "")
        page.page.click("#unfold-all")
        assert len(rows(page)) == 2_040
        assert "Too many lines to draw" in page.text("#map-status")
        page.page.locator(ROWS, has_text="service-007").nth(5).click()
        assert "Only the lines of what is selected are drawn." in page.text("#map-status")
        assert ("service-006", "service-007") in lines(page)
        reaches = page.page.locator("#map-detail .sides > div").first
        assert "TCP/53" in reaches.inner_text() and "10 more" in reaches.inner_text()
        reaches.get_by_role("button", name="10 more").click()
        assert "team-39/service-000" in reaches.inner_text()


def test_an_empty_map_opens(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, map_page(reach_map([], [])), tmp_path) as page:
        assert page.text("#map-none") == "There is nothing to map: no workload is in the input."
        assert not page.page.is_visible("#map-work")
        page.page.evaluate("dispatchEvent(new Event('beforeprint'))")


def test_hostile_names_are_text(chromium: Browser, tmp_path: Path) -> None:
    nodes = [pods(index + 1, name, name, {name: name}, members=[name]) for index, name in enumerate(HOSTILE)]
    nodes += [addresses(len(nodes) + 1, "<i>", "</script>"), pods(len(nodes) + 2, "__proto__", "constructor")]
    ids = [one["id"] for one in nodes]
    found = reach_map(nodes, [edge(ids[:1], ids, tcp(80))])
    found["restricted"]["from"] = found["summary"] = found["reading"] = HOSTILE[0]
    found["text"] = list(HOSTILE)
    found["basis"]["sources"] = list(HOSTILE)
    with opened(chromium, map_page(found), tmp_path) as page:
        page.page.click("#unfold-all")
        shown = page.page.locator(ROWS).all_inner_texts()
        assert len(shown) == 2 * len(nodes)
        for number in range(1, 2 * len(nodes), 2):
            page.page.evaluate(f"document.querySelectorAll('#map-list [role=treeitem]')[{number}].click()")
        text = page.page.evaluate("document.getElementById('map').textContent")
        for name in HOSTILE:
            assert visible(name) in text
        assert page.page.locator("img, i, b, iframe, a:not(.skip, #contents a), [onerror]").count() == 0
        assert not any(char in page.page.evaluate("document.body.textContent") for char in "\x1b\x00\u202e\u202c")
