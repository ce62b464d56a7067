"""The first screen of every page with a map, at 1280x720: figures of `look.md`, on both places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import UNPAINTED
from tests.browser.measure import MAP_PAGES, SCREEN, YEARS, measured, names_of
from tests.browser.screen import open_page

pytestmark = pytest.mark.browser
PLACES = ("demo", pytest.param("nyc", marks=pytest.mark.mirror))


@pytest.fixture(scope="module")
def wall(browser: Browser) -> Iterator[Page]:
    """The shared screen of a room."""
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
    context.add_init_script(UNPAINTED)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", MAP_PAGES)
@pytest.mark.parametrize("place", PLACES)
def test_map_legend_and_list_are_on_the_first_screen_in_words_a_room_reads(
    wall: Page, server: str, request: pytest.FixtureRequest, place: str, path: str
) -> None:
    folder: Path = request.getfixturevalue(f"{place}_path")
    open_page(wall, server, path, area=place, **YEARS.get((place, path), {}))
    found = measured(wall, names_of(folder))
    assert found.missed() == {}, found.line()
