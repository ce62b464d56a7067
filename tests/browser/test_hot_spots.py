"""The hot-spot page under a hand: search, method, lines, two maps, scatter, long work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.screen import (
    LAID_OUT,
    MAP,
    nothing_wrong,
    open_page,
    painted,
    pixel_shares,
    unfold,
)
from ui.maps.scales import HOT_COLD, SELECTION

pytestmark = pytest.mark.browser
CHART = "[data-testid=stVegaLiteChart]"
HOT = tuple(colour for name, colour in HOT_COLD.items() if name != "not shown")


def test_search_opens_the_card_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    box = page.get_by_role("textbox", name="Search a neighbourhood, tract or school")
    box.focus()
    page.keyboard.type("tract 101.02")
    page.keyboard.press("Enter")
    page.wait_for_selector(".atlas-card dl", timeout=20_000)
    page.wait_for_function("location.search.includes('focus=99001010102')")


@pytest.mark.parametrize(("method", "hatched"), [("consensus", True), ("gi_star", False)])
def test_lines_are_fetched_and_explained_only_where_one_analysis_alone_flags(
    page: Page, server: str, method: str, hatched: bool
) -> None:
    fetched: list[str] = []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    open_page(page, server, "hot_spots", area="demo", method=method)
    page.wait_for_selector(LAID_OUT)
    assert any(url.endswith("/areas.json") for url in fetched)
    assert any(url.endswith("/hatch.json") for url in fetched) == hatched
    explained = page.locator(".legend", has_text="with lines: one analysis alone flags it")
    assert explained.count() == int(hatched)
    nothing_wrong(page)


@pytest.mark.painted
def test_two_maps_are_painted_side_by_side_each_with_its_legend(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo", method="gi_star", beside="null:areas")
    shares = [painted(page, HOT, which=which) for which in (0, 1)]
    assert page.locator(f"{MAP} canvas").count() == 2
    assert all(sum(share.values()) > 0.02 for share in shares)
    red = [sum(share[HOT_COLD[f"hot {level}"]] for level in (99, 95)) for share in shares]
    assert red[1] > red[0]  # tracts rearranged: far too many
    legends = page.locator(".legend", has_text="Hot spots of chronic absence")
    assert legends.count() == 2
    for which in (0, 1):
        legend, drawn = (place.nth(which).bounding_box() for place in (legends, page.locator(MAP)))
        assert legend
        assert drawn
        assert drawn["y"] + drawn["height"] <= legend["y"]
        assert abs(legend["x"] - drawn["x"]) < 40
    nothing_wrong(page)


@pytest.mark.painted
def test_a_rectangle_on_the_scatter_outlines_its_tracts_on_the_map(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo", beside="scatter")
    painted(page, HOT)
    before = pixel_shares(page, (SELECTION,))[SELECTION]
    chart = page.locator(CHART).first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    across, down = box["width"], box["height"]
    page.mouse.move(box["x"] + 0.45 * across, box["y"] + 0.2 * down)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * across, box["y"] + 0.4 * down, steps=4)
    page.mouse.move(box["x"] + 0.95 * across, box["y"] + 0.6 * down, steps=4)
    page.mouse.up()
    page.wait_for_selector("text=tracts in the rectangle are outlined", timeout=20_000)
    page.wait_for_timeout(1000)
    assert pixel_shares(page, (SELECTION,))[SELECTION] > before
    nothing_wrong(page)


def test_the_method_is_reached_and_changed_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    page.get_by_role("button", name="Options").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.ariaLabel == 'Method'")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("scan")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('method=scan')", timeout=20_000)
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.innerText.startsWith('Options')")
    unfold(page, "How was it looked for?")
    page.wait_for_selector("text=every circle of up to a tenth", timeout=20_000)
    nothing_wrong(page)


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_long_work_shows_a_bar_and_stops_when_asked(page: Page, server: str) -> None:
    # Seconds of work, so that there is something to stop.
    page.goto(f"{server}/hot_spots?area=nyc&method=membership")
    stop = page.get_by_test_id("stMainBlockContainer").get_by_role(
        "button", name="Stop", exact=True
    )
    stop.wait_for(timeout=90_000)
    assert page.get_by_role("progressbar").count() >= 1
    stop.click()
    page.wait_for_selector("text=was not finished", timeout=20_000)
    assert page.locator(".atlas-answer").count() == 0
    page.get_by_role("button", name="Start again").click()
    stop.wait_for(timeout=20_000)
    nothing_wrong(page)


def test_planting_clusters_stops_when_asked_and_leaves_the_map(page: Page, server: str) -> None:
    # Nobody else asks for this view: what is kept on disk would be there at once.
    open_page(page, server, "hot_spots", area="demo", method="gi_star", alpha="0.01", measure="eb")
    unfold(page, "How small a cluster could this map miss?")
    page.get_by_role("button", name="Plant clusters and look for them").click()
    stop = page.get_by_test_id("stMainBlockContainer").get_by_role(
        "button", name="Stop", exact=True
    )
    stop.wait_for(timeout=60_000)
    stop.click()
    page.wait_for_selector("text=was not finished", timeout=20_000)
    assert page.get_by_text("would show up in").count() == 0
    assert page.locator(".atlas-answer").count() == page.locator(MAP).count() == 1
    page.get_by_role("button", name="Start again").click()
    stop.wait_for(timeout=60_000)
    nothing_wrong(page)
