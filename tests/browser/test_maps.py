"""Maps are painted in their class colours; what is chosen on one is chosen everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route

from tests.browser.screen import (
    FLAT,
    LAID_OUT,
    MAP,
    nothing_wrong,
    open_page,
    painted,
    pixel_shares,
    spot_of,
    turn_to,
)
from ui.maps.scales import HOT_COLD, PU_OR, SELECTION, SEQUENTIAL

pytestmark = [pytest.mark.browser, pytest.mark.painted]
MAP_PAGES = {
    "": PU_OR,
    "hot_spots": tuple(HOT_COLD.values()),
    "schools": SEQUENTIAL,
    "social_drivers": SEQUENTIAL,
    "why_here": tuple(HOT_COLD.values()),
    "priorities": SEQUENTIAL,
}
PLACES = ("demo", *(pytest.param(each, marks=pytest.mark.mirror) for each in ("nyc", "oregon")))
TIP = ".atlas-map-tip"
SAID = ".atlas-map [aria-live]"


@pytest.mark.parametrize("place", PLACES)
def test_maps_paint_their_class_colours_and_nothing_leaves_the_machine(
    page: Page, server: str, request: pytest.FixtureRequest, place: str
) -> None:
    if place != "demo":
        request.getfixturevalue(f"{place}_path")
    # In New York City's latest year no tract stands out: a map of one colour.
    open_page(page, server, "", area=place, **({"year": "2018-19"} if place == "nyc" else {}))
    for path, colours in MAP_PAGES.items():
        turn_to(page, server, path)
        least = 0.002 if path == "schools" else 0.02  # points cover less than areas
        shares = painted(page, colours, least)
        seen = [colour for colour, share in shares.items() if share > 0.0005 if colour != "#ffffff"]
        # In Oregon the few tracts that some analysis flags are of a city: too small to be seen.
        assert len(seen) >= (1 if (place, path) == ("oregon", "hot_spots") else 2), (path, shares)
        assert sum(shares[colour] for colour in seen) > least, (path, shares)
    nothing_wrong(page)


@pytest.mark.parametrize("path", ["hot_spots", "schools"])
def test_the_flat_picture_stands_first_where_the_map_will(
    page: Page, server: str, path: str
) -> None:
    held: list[Route] = []
    page.route("**/map/deck-*.js", lambda route: held.append(route))
    open_page(page, server, path, area="demo")
    page.wait_for_selector(f".atlas-map[data-sketched] {FLAT}", timeout=60_000)
    page.wait_for_timeout(300)
    first = pixel_shares(page, MAP_PAGES[path])
    for each in held:
        each.continue_()
    assert painted(page, MAP_PAGES[path], 0.002) == pytest.approx(first, abs=0.01, rel=0.1)
    nothing_wrong(page)


def test_pointer_click_and_buttons(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    share = painted(page, (HOT_COLD["hot 99"],), 0.002)[HOT_COLD["hot 99"]]
    x, y = spot_of(page, HOT_COLD["hot 99"])

    page.mouse.move(x, y)
    page.wait_for_function(f"document.querySelector('{TIP}').innerText.split('\\n').length == 3")
    name, words, figure = page.inner_text(TIP).split("\n")
    assert name.startswith("Tract ")
    assert "half of the analyses" in words
    assert figure.endswith(" students")
    assert "%" in figure

    page.mouse.click(x, y)
    page.wait_for_function("location.search.includes('focus=99001')")
    page.wait_for_selector(".atlas-card dl")
    assert name.split(",")[0] in page.inner_text(".atlas-card h2")
    assert page.inner_text(SAID) == ", ".join((name, words, figure))
    page.mouse.move(0, 0)
    seen = pixel_shares(page, (SELECTION, HOT_COLD["hot 99"]))
    assert seen[SELECTION] > 0.0002  # its outline
    assert seen[HOT_COLD["hot 99"]] > share / 2  # nothing dims

    here = scale(page)
    for name, more in (("Zoom in", True), ("Zoom in", True), ("Show the whole place", False)):
        button = page.get_by_role("button", name=name)
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 32
        button.click()
        page.wait_for_timeout(1500)
        there = scale(page)
        assert (there < here) == more
        here = there
    nothing_wrong(page)


def test_arrow_keys_step_enter_opens_escape_clears_and_full_screen_keeps_the_legend(
    page: Page, server: str
) -> None:
    open_page(page, server, "hot_spots", area="demo")
    page.wait_for_selector(LAID_OUT)
    canvas = page.get_by_role("application")
    assert canvas.get_attribute("aria-label").startswith("Map of Hot spots")  # type: ignore[union-attr]
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.querySelector('{SAID}').innerText.includes('students')")
    first = page.inner_text(SAID)
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"text => document.querySelector('{SAID}').innerText != text", arg=first)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"text => document.querySelector('{SAID}').innerText == text", arg=first)
    assert "focus=" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('focus=99001')")
    page.wait_for_selector(".atlas-card dl")
    assert first.split(",")[0] in page.inner_text(".atlas-card h2")
    canvas.focus()
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('focus=')")

    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement")
    assert page.locator(".atlas-map-title").is_visible()
    legend = page.locator(".atlas-map-legend")
    assert legend.is_visible()
    assert "no clear cluster" in legend.inner_text()
    whole = page.locator(MAP).bounding_box()
    assert whole
    assert whole["width"] * whole["height"] > 0.5 * 1400 * 1000
    nothing_wrong(page)


def scale(page: Page) -> float:
    """Pixels of the whole map's scale, in kilometres a pixel."""
    bar: Locator = page.locator(".atlas-map-scale span").first
    box = bar.bounding_box()
    assert box
    return float(bar.inner_text().removesuffix(" km")) / box["width"]
