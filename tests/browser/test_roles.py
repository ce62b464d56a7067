"""People at the demo: with a keyboard, a screen reader, a phone, at 200 % zoom, and presenting."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.measure import MAP_PAGES, SCREEN
from tests.browser.screen import LAID_OUT, MAP, open_page, painted, settled, spot_of, views_of
from tests.colours import contrast
from ui.maps.scales import HOT_COLD

pytestmark = pytest.mark.browser
RED = HOT_COLD["hot 99"]
CARD = ".atlas-card dl"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# What has the focus, and the line that shows it: its own, that of what it stands in, or an overlay.
FOCUSED = """() => {
  const active = document.activeElement;
  const line = (style, kind) =>
    style[kind + 'Style'] === 'solid' && parseFloat(style[kind + 'Width']) >= 2
      ? style[kind + 'Color'] : null;
  let ring = line(getComputedStyle(active, '::after'), 'border');
  for (let part = active, up = 0; part && up < 3 && !ring; part = part.parentElement, up++)
    ring = line(getComputedStyle(part), 'outline');
  let ground = active;
  while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor))
    ground = ground.parentElement;
  ground = ground?.parentElement ?? document.querySelector('.stApp');
  while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor))
    ground = ground.parentElement;
  return {
    name: active.getAttribute('aria-label') || active.textContent.trim(),
    role: active.getAttribute('role') || active.tagName.toLowerCase(),
    ring, ground: getComputedStyle(ground ?? document.querySelector('.stApp')).backgroundColor,
  };
}"""
WIDE = """() => Math.max(document.documentElement.scrollWidth,
  document.querySelector('[data-testid=stMain]').scrollWidth) - innerWidth"""
WATCH = """() => {
  const bar = document.querySelector('.atlas-map-scale');
  window.views = new Set();
  const look = () => {
    views.add(bar.innerText + bar.firstChild.style.width); requestAnimationFrame(look);
  };
  look();
}"""


def hexed(colour: str) -> str:
    """Write the colour of a computed style as #rrggbb."""
    parts = re.findall(r"[\d.]+", colour)[:3]
    return "#" + "".join(f"{int(float(part)):02x}" for part in parts)


def stops(page: Page, until: str, most: int = 60) -> list[dict[str, Any]]:
    """Press Tab until a stop whose name begins so; give every stop on the way."""
    way = []
    for _ in range(most):
        page.keyboard.press("Tab")
        way.append(page.evaluate(FOCUSED))
        if way[-1]["name"].startswith(until):
            return way
    pytest.fail(f"Tab does not reach {until!r}: {[stop['name'] for stop in way]}")


def until_chosen(page: Page, press: Callable[[float, float], None]) -> None:
    """Press on a red area until it is chosen: where the machine is slow a tap can last too long."""
    for _ in range(4):
        press(*spot_of(page, RED))
        for _ in range(20):
            page.wait_for_timeout(250)
            if "focus=99001" in page.url:
                return
    pytest.fail("a press on the map chooses nothing")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_keyboard_goes_from_skip_link_over_head_and_map_to_the_list_and_opens_a_card(
    open_window: Callable[..., Page], server: str, look: Any
) -> None:
    page = open_window(viewport={"width": SCREEN[0], "height": SCREEN[1]}, color_scheme=look)
    open_page(page, server, "hot_spots", area="demo")
    page.wait_for_selector(LAID_OUT)
    way = stops(page, "1 ")
    names = [stop["name"] for stop in way]
    order = ["Skip to main content", "Overview", "School year", "Options", "Map of ", "Zoom in"]
    places = [next(i for i, name in enumerate(names) if name.startswith(each)) for each in order]
    assert places[0] == 0
    assert places == sorted(places)
    assert all(names), way
    for stop in way:
        assert stop["ring"], stop
        assert contrast(hexed(stop["ring"]), hexed(stop["ground"])) >= 3, stop
    page.keyboard.press("Enter")
    page.wait_for_selector(CARD, timeout=30_000)
    page.wait_for_function("location.search.includes('cluster=')")
    assert page.get_by_role("button", name="Back to the list").count() == 1


def test_a_screen_reader_hears_what_the_map_shows_and_finds_its_table(
    page: Page, server: str
) -> None:
    open_page(page, server, "hot_spots", area="demo")
    page.wait_for_selector(LAID_OUT)
    told = page.get_by_role("application").get_attribute("aria-label") or ""
    legend = page.inner_text(".legend >> nth=0")
    counts = re.findall(r"\((\d+)\)", legend)
    assert len(counts) >= 5
    # What is one line of the legend, cold, is told class by class.
    assert sum(map(int, re.findall(r"(\d+) (?:hot|no clear|cold|not)", told))) == sum(
        int(count) for count in counts
    )
    described = page.get_by_role("application").get_attribute("aria-describedby")
    assert "Arrow keys" in page.inner_text(f"#{described}")
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.filter(h => h.offsetParent).map(h => +h.tagName[1])"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(b - a for a, b in pairwise(levels)) <= 1
    fold = page.locator("summary", has_text="The map as a table")
    fold.focus()
    page.keyboard.press("Enter")
    table = page.locator("table[role=grid]").first
    table.wait_for(state="attached", timeout=60_000)
    assert int(table.get_attribute("aria-rowcount") or 0) > 1


def test_the_skip_link_leads_past_the_navigation(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_map_does_not_fly_for_those_who_have_turned_motion_off(
    open_window: Callable[..., Page], server: str
) -> None:
    page = open_window(reduced_motion="reduce")
    open_page(page, server, "hot_spots", area="demo")
    page.wait_for_selector(LAID_OUT)
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    page.get_by_role("textbox", name="Search").fill("tract 101.02")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('focus=99001010102')", timeout=30_000)
    page.wait_for_function("views.size > 1", timeout=30_000)
    page.wait_for_timeout(1_200)
    assert page.evaluate("views.size") == 2  # before and after, nothing between


def test_a_phone_scrolls_no_page_sideways(open_window: Callable[..., Page], server: str) -> None:
    page = open_window(**PHONE)
    for path in (*MAP_PAGES, "data_quality", "methods"):
        open_page(page, server, path, area="demo")
        assert page.evaluate(WIDE) <= 0, path


@pytest.mark.painted
def test_a_phone_has_the_map_first_and_takes_a_tap(
    open_window: Callable[..., Page], server: str
) -> None:
    page = open_window(**PHONE)
    open_page(page, server, "hot_spots", area="demo")
    painted(page, (RED,), 0.002)
    assert first_on(page)[0] < 844 / 2
    until_chosen(page, page.touchscreen.tap)
    page.wait_for_selector(CARD, timeout=20_000)


def test_at_200_percent_the_map_stands_before_prose_and_nothing_scrolls_sideways(
    open_window: Callable[..., Page], server: str
) -> None:
    page = open_window(viewport={"width": 640, "height": 360}, device_scale_factor=2)
    for path in MAP_PAGES:
        open_page(page, server, path, area="demo")
        page.wait_for_selector(MAP)
        assert page.evaluate(WIDE) <= 0, path
        assert first_on(page)[0] < 360 * 0.7, path


def first_on(page: Page) -> tuple[float, float]:
    """Tops of the map and of the answer, which stands below it."""
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    tops = [page.locator(part).first.bounding_box() for part in (MAP, ".atlas-answer")]
    assert tops[0]
    assert tops[1]
    assert tops[0]["y"] + tops[0]["height"] <= tops[1]["y"]
    return tops[0]["y"], tops[1]["y"]


@pytest.mark.painted
def test_a_presenter_opens_a_link_goes_to_a_neighbourhood_and_a_school_and_takes_a_brief_home(
    open_window: Callable[..., Page], server: str
) -> None:
    page = open_window(viewport={"width": SCREEN[0], "height": SCREEN[1]}, accept_downloads=True)
    page.goto(f"{server}/?area=demo&present=1")
    page.wait_for_selector(".room-progress", timeout=90_000)
    page.wait_for_selector(".atlas-name-badge", timeout=90_000)
    painted(page, (RED,), 0.002)
    until_chosen(page, page.mouse.click)
    page.wait_for_selector(".room-head h1:has-text(':')")
    headline = page.inner_text(".room-head h1")
    assert headline.startswith("Maplewick: ")  # the next views are about what was clicked
    page.get_by_role("button", name="Next").click()
    page.get_by_text(f"2 of {views_of(page)}").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_text(f"3 of {views_of(page)}").wait_for()
    page.get_by_role("button", name="Leave").click()
    page.wait_for_selector(".atlas-answer", timeout=60_000)
    page.get_by_role("link", name="Schools").click()
    page.wait_for_function("location.pathname.endsWith('/schools')")
    settled(page)
    page.get_by_role("button", name="Back to the list").click()  # from what was clicked before
    page.locator(".st-key-ranked button").first.click()
    page.wait_for_selector(".atlas-card h2:has-text('School')", timeout=30_000)
    school = page.inner_text(".atlas-card h2")
    settled(page)
    page.locator("[class*=st-key-brief-] button").first.click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Two or three pages (PDF)").click()
    assert waiting.value.path().read_bytes().startswith(b"%PDF")
    again = open_window()
    again.goto(page.url)
    again.wait_for_selector(CARD, timeout=90_000)
    assert again.inner_text(".atlas-card h2") == school
