"""The page of a check and of a comparison, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from netqed.analysis.results import CheckResult, Proved, Refuted, Result
from netqed.report.difference_json import difference_value
from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from netqed.report.style import visible
from support.browser import Opened, needs_chromium, opened
from support.contrast import poor
from support.formats import HOSTILE
from support.payments import compared
from support.results import CANNOT, allowed_witness, check_result, every_kind, hypothetical, real, stated

pytestmark = needs_chromium

CASES = ".case:visible"
FIRST = ".case.failed >> nth=0"


def html(result: CheckResult) -> str:
    return rendering_of(report_value(result)).render("html")


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    with opened(chromium, html(check_result()), tmp_path) as found:
        yield found


def titles(page: Opened) -> list[str]:
    return page.page.locator(f"{CASES} .title").all_inner_texts()


def test_it_says_what_failed_first(page: Opened) -> None:
    badges = page.page.locator(f"{CASES} .badge").all_inner_texts()
    words = [badge.split(" ", 1)[1] for badge in badges]
    assert words == sorted(words, key=["fails", "not known", "as expected", "holds"].index)
    assert words.count("fails") == 5
    assert page.text("#verdict-status") == "10 of 10 invariants shown"


def test_verdicts_can_be_filtered_and_searched(page: Opened) -> None:
    page.page.uncheck("#states input[value=failed]")
    assert page.text("#verdict-status") == "5 of 10 invariants shown"
    assert "batch cannot reach shop" not in titles(page)
    page.page.check("#states input[value=failed]")
    page.page.fill("#verdict-search", "REFUTED tcp/9000")
    page.wait("document.getElementById('verdict-status').textContent.startsWith('1 of 10')")
    assert titles(page) == ["web can reach shop on TCP/9000"]
    page.page.fill("#verdict-search", "no such thing")
    page.wait("document.getElementById('verdict-status').textContent.startsWith('0 of 10')")
    assert titles(page) == []


def test_a_refutation_is_drawn_from_source_to_destination(page: Opened) -> None:
    case = page.page.locator(".case", has_text="batch cannot reach shop").first
    stations = case.locator(".flow > li").all_inner_texts()
    assert [one.split("\n")[0] for one in stations] == [
        "source · Deployment",
        "egress of namespace batch",
        "ingress of namespace shop",
        "destination · TCP/8443 · Deployment",
    ]
    assert "batch/deployment/report" in stations[0]
    assert "not isolated: open" in stations[1]
    assert "rule 1 of policy shop/api allows it" in stations[2] and "This lets the flow through" in stations[2]
    assert case.locator(".flow .blamed").count() == 1
    rule = case.locator("figure.blamed")
    assert "k8s/api.yaml:13" in rule.inner_text()
    assert "- namespaceSelector:" in rule.locator(".code").all_inner_texts()[1]
    assert "matches every namespace with tier=front" in rule.locator(".primary").inner_text()


def test_a_blocked_flow_is_drawn_up_to_where_it_is_stopped(page: Opened) -> None:
    case = page.page.locator(".case", has_text="web can reach shop on TCP/9000").first
    assert [one.get_attribute("class") for one in case.locator(".flow > .layer").all()] == [
        "layer open",
        "layer closed blamed",
    ]
    assert "This blocks the flow" in case.locator(".flow .blamed").inner_text()
    assert "podSelector" in case.locator("figure.blamed pre").inner_text()


def test_what_does_not_exist_is_marked(page: Opened) -> None:
    case = page.page.locator(".case", has_text="only cart can reach shop").first
    assert "(hypothetical)" in case.locator(".flow > .end.invented").inner_text()


def test_a_keyboard_suffices(page: Opened) -> None:
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.page.keyboard.press("/")
    assert page.page.evaluate("document.activeElement.id") == "verdict-search"
    page.page.keyboard.type("legacy")
    page.wait("document.getElementById('verdict-status').textContent.startsWith('1 of 10')")
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    assert page.page.locator(f"{CASES}[open]").count() == 1
    assert page.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_control_has_a_name(page: Opened) -> None:
    for control in page.page.locator("button:visible, input:visible, select:visible").all():
        assert control.evaluate("one => (one.labels?.[0]?.textContent ?? one.ariaLabel ?? one.textContent).trim()")
    assert page.page.locator("main h2:visible").all_inner_texts() == ["Verdicts", "What this rests on"]
    assert page.page.locator("html").get_attribute("lang") == "en"


def background(page: Opened) -> str:
    return str(page.page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_light_and_dark(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, html(check_result()), tmp_path) as light:
        assert background(light) == "rgb(255, 255, 255)"
        light.page.click("#theme")
        dark_by_switch = background(light)
        assert light.page.get_attribute("#theme", "aria-pressed") == "true"
        light.page.emulate_media(media="print")
        assert background(light) == "rgb(255, 255, 255)"
    with opened(chromium, html(check_result()), tmp_path, scheme="dark") as dark:
        assert background(dark) == dark_by_switch != "rgb(255, 255, 255)"
        dark.page.emulate_media(color_scheme="light")
        dark.wait("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_stand_out_from_what_is_behind_them(
    chromium: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    with opened(chromium, html(check_result()), tmp_path, scheme=scheme) as page:
        assert poor(page) == []


def test_printing_shows_what_needs_attention_and_no_controls(page: Opened) -> None:
    before = page.page.locator(".case[open]").count()
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print")
    assert page.page.locator(".case[open]").count() == page.page.locator(".case:not(.passed)").count() > before
    assert not page.page.is_visible("#verdict-search")
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.page.locator(".case[open]").count() == before


def test_a_narrow_screen_needs_no_scrolling_sideways(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, html(check_result()), tmp_path, width=360) as page:
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_several_inputs_can_be_told_apart(chromium: Browser, tmp_path: Path) -> None:
    one = every_kind()
    run = check_result(replace(one, name="blue"), replace(one, name="green"))
    with opened(chromium, html(run), tmp_path) as page:
        assert page.text("#verdict-status") == "20 of 20 invariants shown"
        page.page.select_option("#verdict-input", "green")
        assert page.text("#verdict-status") == "10 of 20 invariants shown"


def test_of_many_refutations_the_first_are_open(chromium: Browser, tmp_path: Path) -> None:
    refuted = Result(CANNOT, "always", Refuted(allowed_witness()), "failed")
    run = check_result(replace(every_kind(), results=(refuted,) * 100))
    with opened(chromium, html(run), tmp_path) as page:
        assert page.page.locator(".case[open]").count() == 10
        page.page.locator(".case >> nth=99").locator("summary").first.click()
        assert page.page.locator(".case >> nth=99").locator(".flow").count() == 1


def test_hostile_names_are_text(chromium: Browser, tmp_path: Path) -> None:
    results = []
    for name in HOSTILE:
        witness = allowed_witness(real(name, name, {"app": name}), replace(hypothetical(), name=name, invented=(name,)))
        results.append(Result(stated(name), "now", Refuted(witness), "failed"))
        results.append(Result(stated(name), "always", Proved((name,)), "ok"))
    hostile = replace(every_kind(), results=tuple(results))
    run = check_result(*(replace(hostile, name=name) for name in ("<b>a</b>", "</script><script>alert(1)</script>")))
    with opened(chromium, html(run), tmp_path) as page:
        page.page.evaluate("for (const one of document.querySelectorAll('details.case')) one.open = true")
        page.wait("document.querySelectorAll('.flow').length === document.querySelectorAll('.case.failed').length")
        shown = page.page.evaluate("document.getElementById('cases').textContent")
        for name in HOSTILE:
            assert " ".join(visible(name).split()) in " ".join(shown.split())
        strange = (
            "img, iframe, object, a:not(.skip, #contents a), b, h5, [onerror], [src], [href]:not(.skip, #contents a)"
        )
        assert page.page.locator(strange).count() == 0
        own = page.page.locator("script").count()
        assert own == 1 + 7
        text = page.page.evaluate("document.body.textContent")
        assert not any(char in text for char in "\x1b\x00\u202e\u202c")


def test_a_comparison(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = difference_value(compared(tmp_path, monkeypatch), "no-new-access")
    with opened(chromium, rendering_of(value).render("html"), tmp_path) as page:
        assert titles(page)[0] == "NEW allows nothing that OLD does not"
        captions = page.page.locator(f"{FIRST} >> h4").all_inner_texts()
        assert captions[0].endswith(": NEW allows it") and captions[1].endswith(": OLD blocks it")
        assert len(captions) == 2 * len(value["gained"]["families"])


def test_no_script_that_is_not_its_own_runs_and_nothing_is_loaded(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    planted = (
        "<script>document.title = 'ran'</script><img src='https://example.org/x.png' onerror=\"document.title='ran'\">"
    )
    file.write_text(html(check_result()).replace("<main", f"{planted}<main"), encoding="utf-8")
    page = chromium.new_page()
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.title() == "netqed: Network policies: invariants"
    assert answered == [file.as_uri()]
    with pytest.raises(Exception, match="Failed to fetch"):
        page.evaluate("fetch('https://example.org/')")
    page.close()
