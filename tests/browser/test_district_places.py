"""The map of a place by district, opened by a shared link on a cold server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data.panel import Panel
from tests import district_places as made
from tests.browser.conftest import serving
from tests.browser.screen import nothing_wrong, open_page, painted, spot_of
from ui.maps.scales import SEQUENTIAL

pytestmark = [pytest.mark.browser, pytest.mark.painted]


@pytest.fixture
def cold(demo_panel: Panel, tmp_path: Path) -> Iterator[str]:
    made.store(demo_panel, tmp_path)
    with serving({**os.environ, "ATLAS_HOME": str(tmp_path)}) as address:
        yield address


def test_outlines_are_painted_and_chosen_as_tracts_are(page: Page, cold: str) -> None:
    open_page(page, cold, "schools", area=made.BARE, focus=made.LARGEST)
    assert "D33 Unified District" in page.inner_text(".atlas-card")
    named = page.locator("header a, nav a").all_inner_texts()
    assert {"Districts", "Priorities"} <= set(named)
    assert not {"Hot spots", "Why here", "Conditions", "Schools"} & set(named)

    open_page(page, cold, "", area=made.BARE, measure="crude")
    painted(page, SEQUENTIAL)
    page.mouse.click(*spot_of(page, SEQUENTIAL[2]))
    page.wait_for_function("location.search.includes('focus=D')")
    page.wait_for_selector(".atlas-card")
    assert "Unified District" in page.inner_text(".atlas-card")

    page.get_by_text("× clear").first.click()
    page.wait_for_function("!location.search.includes('focus=')")
    box = page.get_by_placeholder("search a district ...")
    box.fill("charter institute")
    box.press("Enter")
    page.wait_for_function(f"location.search.includes('focus={made.CHARTERS}')")
    nothing_wrong(page)
