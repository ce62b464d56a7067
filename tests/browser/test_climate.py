"""What surveys say beside absence, in a real browser: the answer, the chart, another question."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import choose, nothing_wrong, open_page, settled, unfold
from tests.browser.test_roles import WIDE
from ui.climate import words

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["schools", "voices"])
def test_a_question_is_chosen_in_the_fold_and_stands_in_the_link(
    page: Page, server: str, path: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, server, path, area="demo", year="2021-22")
    unfold(page, words.QUESTION)
    fold = page.locator("details", has=page.locator("summary", has_text=words.QUESTION)).last
    expect(fold).to_contain_text("have less absence")
    expect(fold).to_contain_text("Fewer than 10 answers are never shown")
    expect(fold).to_contain_text("Source: Halcyon County")
    expect(fold.locator("canvas, svg.marks").first).to_be_visible()
    choose(page, "Asked about", "Trust (Families)")
    page.wait_for_function("location.search.includes('survey=family-trust')")
    expect(fold).to_contain_text("fewer than half of those asked answered")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate(WIDE) <= 0  # a phone scrolls nothing sideways
    nothing_wrong(page)
