"""The report as a person meets it: in a browser, offline, wide and narrow, light and dark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from intertwine.compare import Results

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("INTERTWINE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium, or set INTERTWINE_CHROMIUM to one")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found)
        yield opened
        opened.close()


@pytest.fixture(params=[(1200, "light"), (1200, "dark"), (360, "light"), (360, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, digits: tuple[Results, Path]) -> Iterator[Page]:
    """The report, opened; the test fails on any complaint of the browser and any request to elsewhere."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url))
    opened.goto((digits[1] / "report.html").as_uri())
    opened.wait_for_selector("html[data-ready]")
    yield opened
    opened.screenshot(path=digits[1] / f"report-{width}-{scheme}.png", full_page=True)
    context.close()
    assert complaints == []


def evaluate(page: Page, script: str) -> Any:
    return page.evaluate(script)


def test_nothing_sticks_out(page: Page) -> None:
    assert evaluate(page, "document.documentElement.scrollWidth <= window.innerWidth")
    outside = evaluate(
        page,
        "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length && !e.closest('svg') && "
        "(e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)).length",
    )
    assert outside == 0


def test_each_figure_is_shown_once_and_can_be_read(page: Page) -> None:
    shown = evaluate(page, "[...document.querySelectorAll('figure svg')].filter(e => e.getBoundingClientRect().width)")
    assert len(shown) == 4
    sizes = evaluate(
        page,
        "[...document.querySelectorAll('figure svg text')].filter(e => e.getBoundingClientRect().width)"
        ".map(e => parseFloat(getComputedStyle(e).fontSize) * e.ownerSVGElement.getBoundingClientRect().width "
        "/ e.ownerSVGElement.viewBox.baseVal.width)",
    )
    assert min(sizes) >= 8


def test_colours_follow_the_setting(page: Page) -> None:
    dark = evaluate(page, "matchMedia('(prefers-color-scheme: dark)').matches")
    ground = evaluate(page, "getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(21, 23, 28)" if dark else "rgb(251, 250, 246)")
    text = evaluate(page, "getComputedStyle(document.querySelector('figure svg .wide text, figure svg text')).fill")
    assert text not in ("rgb(0, 0, 0)", ground)


def test_a_digit_can_be_turned(page: Page) -> None:
    picture = page.locator("#turned")
    before = picture.get_attribute("src")
    page.locator("#angle").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#degrees").inner_text() == "105°"
    assert picture.get_attribute("src") != before
    page.get_by_role("button", name="9").click()
    assert page.get_by_role("button", name="9").get_attribute("aria-pressed") == "true"
    assert page.locator(".answers .item:visible").count() == 1
    assert page.locator(".now:visible").count() == 4
    page.locator(".answers .item:visible .ring i").nth(6).click()
    assert page.locator("#degrees").inner_text() == "90°"
