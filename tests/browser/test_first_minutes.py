"""The first five minutes: three things to try, words explained, and what a figure means."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.screen import MAP, nothing_wrong, open_page, settled
from ui import welcome
from ui.words.glossary import TERMS

pytestmark = pytest.mark.browser
ROW = ".st-key-welcome"


def test_the_demo_greets_with_three_things_that_work(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, server, "", area="demo")
    row = page.locator(ROW)
    assert row.bounding_box()["height"] <= 60  # one line
    assert row.bounding_box()["y"] > page.locator(MAP).first.bounding_box()["y"]
    for label, path in welcome.TRY:
        open_page(page, server, "", area="demo")
        page.get_by_role("link", name=label).click()
        address = path.removeprefix("pages/").removesuffix(".py")
        page.wait_for_function("path => location.pathname.endsWith(path)", arg=f"/{address}")
        page.wait_for_selector(".atlas-answer")
        settled(page)
        assert "Maplewick" in page.inner_text(".atlas-answer")
        assert "area=demo" in page.url
        nothing_wrong(page)
    open_page(page, server, "", area="demo")
    page.get_by_role("button", name=welcome.ROOM).click()
    page.wait_for_selector(".room-progress", timeout=60_000)


def test_closed_the_row_stays_away(page: Page, server: str) -> None:
    open_page(page, server, "", area="demo")
    page.locator(ROW).get_by_role("button", name="Close").click()
    page.wait_for_selector(ROW, state="detached")
    settled(page)
    assert page.locator(ROW).count() == 0


def test_every_word_is_one_click_away_and_sent_when_asked(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    assert page.get_by_text(TERMS["Gi*"]).count() == 0
    page.get_by_role("button", name="Words").first.click()
    page.get_by_text(TERMS["Gi*"]).wait_for(timeout=30_000)
    nothing_wrong(page)
