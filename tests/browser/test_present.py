"""Coalition mode as a presenter uses it: by keys, on a projector, on a phone, in Spanish."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests.browser.screen import LAID_OUT, nothing_wrong, settled, views_of
from ui.present.views import NAMES

pytestmark = pytest.mark.browser
ROOM, READY = ".st-key-room", ".room-progress"
SMALL = """() => {
  const room = document.querySelector('.st-key-room'), small = [];
  const walk = document.createTreeWalker(room, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, parent = node.parentElement, range = document.createRange();
    if (!node.textContent.trim() || ['STYLE', 'SCRIPT'].includes(parent.tagName)) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), style = getComputedStyle(parent);
    if (box.width < 2 || style.visibility === 'hidden') continue;
    if (parent.dataset.testid === 'stIconMaterial') continue;
    if (parseFloat(style.fontSize) < 22) small.push([style.fontSize, node.textContent.trim()]);
  }
  return small;
}"""
FITS = """() => {
  const bar = document.querySelector('.st-key-room-bar').getBoundingClientRect();
  const picture = document.querySelector('.st-key-room-picture');
  const main = document.querySelector('[data-testid=stMain]');
  return bar.bottom <= innerHeight && main.scrollHeight <= innerHeight
    && picture.scrollHeight <= picture.clientHeight + 2
    && document.querySelector('.room-head').getBoundingClientRect().top >= 0;
}"""


def open_room(page: Page, server: str, query: str = "") -> None:
    page.goto(f"{server}/?area=demo&present=1{query}")
    page.wait_for_selector(READY, timeout=90_000)


def at(page: Page, number: int, of: str = "of") -> None:
    said = f"{number} {of} {views_of(page)}"
    page.wait_for_function(
        "said => document.querySelector('.room-progress')?.textContent === said", arg=said
    )


def test_a_presenter_goes_through_all_views_by_keys(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_room(page, server)
    page.wait_for_selector(".atlas-name-badge")
    headlines, many = [], views_of(page)
    for number in range(1, many + 1):
        at(page, number)
        headlines.append(page.inner_text(".room-head h1"))
        for size in ((1280, 720), (1920, 1080)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert page.evaluate(FITS), (number, size)
            assert page.evaluate(SMALL) == [], (number, size)
        page.keyboard.press("ArrowRight")
    assert len(set(headlines)) == many
    at(page, many)  # the last stays
    page.keyboard.press("Home")
    at(page, 1)
    page.keyboard.press("End")
    at(page, many)
    for number in (many - 1, many - 2):
        page.keyboard.press("ArrowLeft")
        at(page, number)
    page.keyboard.press("End")
    at(page, many)
    page.wait_for_function("name => location.search.includes('slide=' + name)", arg=NAMES[-1])
    page.get_by_role("button", name="Notes").click()
    page.get_by_text("No one is to blame").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    code = page.get_by_role("img", name="Code of the link to this view")
    code.wait_for()
    assert code.bounding_box()["width"] >= 220
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Español").click()
    at(page, many, "de")
    page.wait_for_function("document.documentElement.lang === 'es'")
    assert page.evaluate(FITS)
    page.get_by_role("button", name="Salir").click()
    page.wait_for_selector(".atlas-answer", timeout=60_000)
    assert page.locator(ROOM).count() == 0
    nothing_wrong(page)


def test_keys_of_the_map_stay_with_the_map(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_room(page, server)
    page.wait_for_selector(".atlas-name-badge")
    page.locator(".atlas-map-stage [tabindex='0'], .atlas-map-stage[tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(800)
    at(page, 1)
    page.get_by_role("button", name="1 ").first.click()
    page.wait_for_function("location.search.includes('cluster=')")
    assert "miss much of the year at the schools children here attend" in page.inner_text("h1")


def test_a_phone_shows_headline_and_picture_first_and_takes_a_swipe(
    open_window: Callable[..., Page], server: str
) -> None:
    page = open_window(viewport={"width": 390, "height": 844}, has_touch=True)
    open_room(page, server)
    page.wait_for_selector(LAID_OUT)
    settled(page)
    places = page.evaluate(
        "['h1', '.atlas-map-stage', '.st-key-room-list', '.room-source', '.st-key-room-bar']"
        ".map(part => document.querySelector(part).getBoundingClientRect())"
    )
    for above, below in pairwise(places):
        assert above["bottom"] <= below["top"] + 1
    assert places[1]["bottom"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL) == []
    page.evaluate(
        """() => {
          const head = document.querySelector('.room-head');
          const touch = x => new Touch({identifier: 1, target: head, clientX: x, clientY: 60});
          const fire = (name, x) => head.dispatchEvent(new TouchEvent(name, {bubbles: true,
            composed: true, touches: name === 'touchstart' ? [touch(x)] : [],
            changedTouches: [touch(x)]}));
          fire('touchstart', 300); fire('touchend', 120);
        }"""
    )
    at(page, 2)
