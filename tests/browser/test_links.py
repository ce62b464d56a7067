"""A control changes map and link; a link shows the same view on a cold server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import serving
from tests.browser.screen import choose, nothing_wrong, open_page, painted, pixel_shares
from ui.drivers.together import bivariate_scale
from ui.frame import PAGES
from ui.maps.scales import HOT_COLD, NOT_SHOWN_COLOUR, PU_OR, SEQUENTIAL
from ui.navigation import FIRST

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cold(atlas_home: Callable[[], dict[str, str]]) -> Iterator[str]:
    """Another server on the same store: it has never been asked for what these tests open there."""
    with serving(atlas_home()) as address:
        yield address


def test_a_page_by_name_opens_on_a_cold_server_too(page: Page, cold: str) -> None:
    first = min(each.stem for each in PAGES.glob("*.py"))
    for name in (FIRST, first):
        open_page(page, cold, name, area="demo", year="2018-19")
        assert not page.locator("[role=dialog]").count()
        assert "year=2018-19" in page.url
        nothing_wrong(page)


@pytest.mark.painted
def test_changing_a_control_changes_map_and_link(page: Page, server: str) -> None:
    open_page(page, server, "", area="demo")
    painted(page, PU_OR)
    before = pixel_shares(page, SEQUENTIAL)
    choose(page, "Measure", "Share of students")
    page.wait_for_function("location.search.includes('measure=crude')")
    after = painted(page, SEQUENTIAL)
    assert sum(after.values()) > sum(before.values()) + 0.05


@pytest.mark.painted
def test_share_link_shows_the_same_view_on_a_cold_server(
    page: Page, server: str, cold: str
) -> None:
    open_page(page, server, "hot_spots", area="demo")
    choose(page, "Measure", "Share of students")
    page.wait_for_function("location.search.includes('measure=crude')")
    page.wait_for_timeout(1500)
    link = page.evaluate("location.pathname + location.search")
    answer, colours = page.inner_text(".atlas-answer"), painted(page, tuple(HOT_COLD.values()))
    page.goto(cold + link)
    page.wait_for_selector(".atlas-limits", timeout=60_000)
    assert page.inner_text(".atlas-answer") == answer
    assert painted(page, tuple(HOT_COLD.values())) == pytest.approx(colours, abs=0.01)


@pytest.mark.painted
def test_absence_and_a_condition_share_a_map_and_a_link(page: Page, server: str, cold: str) -> None:
    open_page(page, server, "social_drivers", area="demo", driver="poverty_150")
    choose(page, "What the map shows", "Condition and absence together")
    page.wait_for_function("location.search.includes('view=together')")
    page.wait_for_selector(".nine")
    classes = tuple(c for c in bivariate_scale().colours if c != NOT_SHOWN_COLOUR)
    colours = painted(page, classes)
    assert len([share for share in colours.values() if share > 0.0005]) >= 6, colours
    page.wait_for_timeout(1500)
    link = page.evaluate("location.pathname + location.search")
    answer = page.inner_text(".atlas-answer")
    assert "link between “Income below 150" in answer
    nothing_wrong(page)
    page.goto(cold + link)
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    page.wait_for_selector(".atlas-answer", timeout=60_000)
    assert page.inner_text(".atlas-answer") == answer
    assert painted(page, classes) == pytest.approx(colours, abs=0.01)


def test_two_choices_made_while_the_page_is_still_drawn_both_stand(page: Page, server: str) -> None:
    """A run that another breaks off writes no link, and loses nothing that was chosen."""
    open_page(page, server, "hot_spots", area="demo", method="scan")
    choose(page, "Measure", "Share of students")
    choose(page, "False discoveries", "10 % (loose)")
    choose(page, "School level", "Elementary")
    page.wait_for_function(
        "['measure=crude', 'alpha=0.1', 'level=elementary', 'method=scan']"
        ".every(choice => location.search.includes(choice))",
        timeout=60_000,
    )
    assert page.errors == []  # type: ignore[attr-defined]
