"""What a person sees: painted maps, working controls, links, downloads, nothing sent away."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Page

from ui.maps.class_scale import rgb
from ui.maps.palettes import (
    HOT_COLD,
    NOT_SHOWN_COLOUR,
    PU_OR,
    SELECTION,
    VIRIDIS,
    bivariate_scale,
)

pytestmark = pytest.mark.browser
MAP = "[data-testid=stDeckGlJsonChart]"
CHART = "[data-testid=stVegaLiteChart]"
HOT = tuple(colour for name, colour in HOT_COLD.items() if name != "not shown")
MAP_PAGES = {
    "": PU_OR,
    "hot_spots": tuple(HOT_COLD.values()),
    "schools": VIRIDIS,
    "social_drivers": VIRIDIS,
    "why_here": tuple(HOT_COLD.values()),
}
PLACES = ("demo", pytest.param("nyc", marks=pytest.mark.mirror))


def open_page(page: Page, server: str, path: str, **query: str) -> None:
    link = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{server}/{path}?{link}")
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget]')", timeout=90_000
    )


def painted(
    page: Page, colours: tuple[str, ...], least: float = 0.02, which: int = 0
) -> dict[str, float]:
    """Share of the map's pixels in each class colour, once the map is painted."""
    page.locator(MAP).nth(which).scroll_into_view_if_needed()
    for _ in range(60):
        shares = pixel_shares(page, colours, which)
        if sum(share for colour, share in shares.items() if colour != "#ffffff") > least:
            break
        page.wait_for_timeout(250)
    return shares


def pixel_shares(page: Page, colours: tuple[str, ...], which: int = 0) -> dict[str, float]:
    """Share of the map's pixels in each colour at this moment."""
    image = Image.open(io.BytesIO(page.locator(MAP).nth(which).screenshot())).convert("RGB")
    counts = {colour: count for count, colour in image.getcolors(1 << 24)}
    total = image.width * image.height
    return {colour: near(counts, rgb(colour)) / total for colour in colours}


def near(counts: dict[tuple[int, int, int], int], wanted: tuple[int, int, int]) -> int:
    return sum(
        count
        for colour, count in counts.items()
        if max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 6
    )


def needs(request: pytest.FixtureRequest, place: str) -> None:
    if place == "nyc":
        request.getfixturevalue("nyc_path")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", MAP_PAGES)
def test_map_paints_its_class_colours_and_nothing_leaves_the_machine(
    page: Page, server: str, request: pytest.FixtureRequest, path: str, place: str
) -> None:
    needs(request, place)
    open_page(page, server, path, area=place)
    least = 0.004 if path == "schools" else 0.02  # points cover less than areas
    shares = painted(page, MAP_PAGES[path], least)
    shown = [colour for colour, share in shares.items() if share > 0.0005 and colour != "#ffffff"]
    assert len(shown) >= 2, shares
    assert sum(shares[colour] for colour in shown) > least, shares
    assert page.outside == []  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["join_quality", "data_quality", "methods"])
def test_other_pages_show_their_tables_and_words(page: Page, server: str, path: str) -> None:
    open_page(page, server, path, area="demo")
    assert page.locator("h1").count() == 1
    assert "fictional" in page.inner_text("body")
    assert page.outside == []  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]


def test_changing_a_control_changes_map_and_link(page: Page, server: str) -> None:
    open_page(page, server, "", area="demo")
    painted(page, PU_OR)
    before = pixel_shares(page, VIRIDIS)
    choose(page, "Measure", "Share of students")
    page.wait_for_function("location.search.includes('measure=crude')")
    after = painted(page, VIRIDIS)
    assert sum(after.values()) > sum(before.values()) + 0.05


def test_share_link_shows_the_same_view_on_a_cold_server(
    page: Page, server: str, start_server: Callable[[], str]
) -> None:
    open_page(page, server, "hot_spots", area="demo")
    choose(page, "Measure", "Share of students")
    page.wait_for_function("location.search.includes('measure=crude')")
    page.wait_for_timeout(1500)
    link = page.evaluate("location.pathname + location.search")
    answer, colours = page.inner_text(".atlas-answer"), painted(page, tuple(HOT_COLD.values()))
    page.goto(start_server() + link)
    page.wait_for_selector(".atlas-limits", timeout=60_000)
    assert page.inner_text(".atlas-answer") == answer
    cold = painted(page, tuple(HOT_COLD.values()))
    assert cold == pytest.approx(colours, abs=0.01)


def test_absence_and_a_condition_share_a_map_and_a_link(
    page: Page, server: str, start_server: Callable[[], str]
) -> None:
    open_page(page, server, "social_drivers", area="demo", driver="poverty_150")
    choose(page, "Map", "Condition and absence together")
    page.wait_for_function("location.search.includes('view=together')")
    page.wait_for_selector(".nine")
    classes = tuple(c for c in bivariate_scale().colours if c != NOT_SHOWN_COLOUR)
    colours = painted(page, classes)
    assert len([share for share in colours.values() if share > 0.0005]) >= 6, colours
    page.wait_for_timeout(1500)
    link = page.evaluate("location.pathname + location.search")
    answer = page.inner_text(".atlas-answer")
    assert "95 % interval" in answer
    assert page.errors == []  # type: ignore[attr-defined]
    page.goto(start_server() + link)
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    page.wait_for_selector(".atlas-answer", timeout=60_000)
    assert page.inner_text(".atlas-answer") == answer
    assert painted(page, classes) == pytest.approx(colours, abs=0.01)


@pytest.mark.parametrize(
    ("path", "button", "words"),
    [
        ("social_drivers", "Download associations (CSV)", ("FICTIONAL", "odds_ratio", "q")),
        ("social_drivers", "Download methods (text)", ("spatial", "schools", "References")),
        ("why_here", "Download profile (CSV)", ("FICTIONAL", "percentile_low", "conclusion")),
        ("why_here", "Download providers (CSV)", ("FICTIONAL", "Health Centre", "km")),
        ("why_here", "Download methods paragraph (text)", ("comparable", "Luo", "90 %")),
    ],
)
def test_downloads_of_drivers_explain_themselves(
    page: Page, server: str, path: str, button: str, words: tuple[str, ...]
) -> None:
    open_page(page, server, path, area="demo")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    assert [word for word in words if word not in text] == []
    assert "nan" not in text


def test_csv_download_carries_caveat_dictionary_and_gate(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download table (CSV)").click()
    content = waiting.value.path().read_bytes()
    text = content.decode("utf-8-sig")
    assert "FICTIONAL" in text
    assert "does not measure each child" in text
    table = pd.read_csv(io.BytesIO(content), comment="#", dtype={"geoid": str})
    assert table["geoid"].str.fullmatch(r"99001\d{6}").all()
    assert table.loc[table["map_class"] == "not shown", "rate"].isna().all()


def test_search_opens_the_card_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    box = page.get_by_role("combobox", name="Search a tract")
    box.focus()
    page.keyboard.type("99001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".atlas-card dl", timeout=20_000)
    page.wait_for_function("location.search.includes('focus=99001')")


def nothing_wrong(page: Page) -> None:
    assert page.outside == []  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "hatched"), [("consensus", True), ("gi_star", False)])
def test_lines_are_fetched_and_explained_only_where_one_analysis_alone_flags(
    page: Page, server: str, method: str, hatched: bool
) -> None:
    fetched: list[str] = []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    open_page(page, server, "hot_spots", area="demo", method=method)
    painted(page, HOT)
    assert any(url.endswith("/tracts.json") for url in fetched)
    assert any(url.endswith("/hatch.json") for url in fetched) == hatched
    explained = page.locator(".legend", has_text="with lines: one analysis alone flags it")
    assert explained.count() == int(hatched)
    nothing_wrong(page)


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
        assert legend["y"] + legend["height"] <= drawn["y"]
        assert abs(legend["x"] - drawn["x"]) < 40
    nothing_wrong(page)


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
    page.get_by_role("combobox", name="Sureness").focus()
    method = page.get_by_role("combobox", name="Method")
    for _ in range(12):
        page.keyboard.press("Tab")
        if method.evaluate("element => element === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not reach the method")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("scan")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('method=scan')", timeout=20_000)
    page.wait_for_selector("text=every circle of up to a tenth", timeout=20_000)
    nothing_wrong(page)


def test_the_simulation_runs_at_the_press_of_its_button(page: Page, server: str) -> None:
    open_page(page, server, "methods", area="demo")
    page.get_by_role("button", name="Run the simulation here").click()
    page.wait_for_selector("text=False alarms on 60", timeout=90_000)
    nothing_wrong(page)


@pytest.mark.mirror
def test_long_work_shows_a_bar_and_stops_when_asked(
    page: Page, server: str, request: pytest.FixtureRequest
) -> None:
    needs(request, "nyc")
    page.goto(f"{server}/hot_spots?area=nyc&alpha=0.1&null=constant_risk")
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.wait_for(timeout=90_000)
    assert page.get_by_role("progressbar").count() >= 1
    stop.click()
    page.wait_for_selector("text=was not finished", timeout=20_000)
    assert page.locator(".atlas-answer").count() == 0
    page.get_by_role("button", name="Start again").click()
    stop.wait_for(timeout=20_000)
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    assert "from one risk everywhere" in page.inner_text(".atlas-answer")
    nothing_wrong(page)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=False).first.click()
    page.get_by_role("option", name=option, exact=True).click()
