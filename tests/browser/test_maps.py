"""Maps are painted in their class colours, and nothing leaves the machine."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.screen import nothing_wrong, open_page, painted
from ui.maps.scales import HOT_COLD, PU_OR, VIRIDIS

pytestmark = pytest.mark.browser
MAP_PAGES = {
    "": PU_OR,
    "hot_spots": tuple(HOT_COLD.values()),
    "schools": VIRIDIS,
    "social_drivers": VIRIDIS,
    "why_here": tuple(HOT_COLD.values()),
}
PLACES = ("demo", *(pytest.param(each, marks=pytest.mark.mirror) for each in ("nyc", "oregon")))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", MAP_PAGES)
def test_map_paints_its_class_colours_and_nothing_leaves_the_machine(
    page: Page, server: str, request: pytest.FixtureRequest, path: str, place: str
) -> None:
    if place != "demo":
        request.getfixturevalue(f"{place}_path")
    # In New York City's latest year no tract stands out: a map of one colour.
    year = {"year": "2018-19"} if place == "nyc" else {}
    open_page(page, server, path, area=place, **year)
    least = 0.004 if path == "schools" else 0.02  # points cover less than areas
    shares = painted(page, MAP_PAGES[path], least)
    shown = [colour for colour, share in shares.items() if share > 0.0005 and colour != "#ffffff"]
    # In Oregon the few tracts that some analysis flags are of a city: too small to be seen.
    assert len(shown) >= (1 if (place, path) == ("oregon", "hot_spots") else 2), shares
    assert sum(shares[colour] for colour in shown) > least, shares
    nothing_wrong(page)
