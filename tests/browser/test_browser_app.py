"""What a person sees: painted maps, working controls, links, downloads, nothing sent away."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Page

from ui.class_scale import rgb
from ui.palettes import HOT_COLD, PU_OR, VIRIDIS

pytestmark = pytest.mark.browser
MAP = "[data-testid=stDeckGlJsonChart]"
MAP_PAGES = {
    "": PU_OR,
    "hot_spots": tuple(HOT_COLD.values()),
    "schools": VIRIDIS,
    "social_drivers": VIRIDIS,
}
PLACES = ("demo", pytest.param("nyc", marks=pytest.mark.mirror))


def open_page(page: Page, server: str, path: str, **query: str) -> None:
    link = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{server}/{path}?{link}")
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget]')", timeout=90_000
    )


def painted(page: Page, colours: tuple[str, ...], least: float = 0.02) -> dict[str, float]:
    """Share of the map's pixels in each class colour, once the map is painted."""
    page.locator(MAP).scroll_into_view_if_needed()
    for _ in range(60):
        shares = pixel_shares(page, colours)
        if sum(share for colour, share in shares.items() if colour != "#ffffff") > least:
            break
        page.wait_for_timeout(250)
    return shares


def pixel_shares(page: Page, colours: tuple[str, ...]) -> dict[str, float]:
    """Share of the map's pixels in each colour at this moment."""
    image = Image.open(io.BytesIO(page.locator(MAP).screenshot())).convert("RGB")
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
    assert table.loc[table["hot_class"] == "not shown", "rate"].isna().all()


def test_search_opens_the_card_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    box = page.get_by_role("combobox", name="Search a tract")
    box.focus()
    page.keyboard.type("99001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".atlas-card dl", timeout=20_000)
    page.wait_for_function("location.search.includes('focus=99001')")


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=False).first.click()
    page.get_by_role("option", name=option, exact=True).click()
