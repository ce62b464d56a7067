"""Without a graphics card: a flat map, names, keys, search, legend and table are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.screen import LAID_OUT, MAP, open_page, pixel_shares, unfold
from ui.maps.scales import HOT_COLD

pytestmark = pytest.mark.browser
HOT = tuple(colour for name, colour in HOT_COLD.items() if name.startswith("hot"))
SAID = ".atlas-map [aria-live]"
SORRY = "The map cannot be clicked in this browser. The table below holds the same figures."


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    """A window of a browser without WebGL, as where it is switched off or no driver has it."""
    flags = [*FLAGS, "--disable-3d-apis"]
    opened = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    page = opened.new_page()
    page.failed = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.failed.append(str(error)))  # type: ignore[attr-defined]
    yield page
    opened.close()


def test_without_webgl_all_but_the_paint_is_there_and_the_page_says_so(
    bare: Page, server: str
) -> None:
    open_page(bare, server, "hot_spots", area="demo")
    bare.get_by_text(SORRY).wait_for(timeout=30_000)
    bare.wait_for_selector(LAID_OUT)
    assert bare.locator(f"{MAP} .atlas-name").count() > 10
    assert bare.locator(".legend").first.is_visible()
    home = pixel_shares(bare, HOT)
    assert sum(home.values()) > 0.005
    bare.get_by_role("button", name="Zoom in").click()
    bare.wait_for_timeout(300)
    near = pixel_shares(bare, HOT)
    assert sum(near.values()) != pytest.approx(sum(home.values()), rel=0.05)
    bare.get_by_role("button", name="Show the whole place").click()
    bare.wait_for_timeout(300)
    assert pixel_shares(bare, HOT) == pytest.approx(home, abs=0.001)

    bare.get_by_role("application").focus()
    bare.keyboard.press("ArrowRight")
    bare.wait_for_function(f"document.querySelector('{SAID}').innerText.includes('students')")
    said = bare.inner_text(SAID)
    bare.keyboard.press("Enter")
    bare.wait_for_selector(".atlas-card dl", timeout=20_000)
    assert said.split(",")[0] in bare.inner_text(".atlas-card h2")

    search = bare.get_by_role("textbox", name="Search a neighbourhood, tract or school")
    search.fill("tract 101.02")
    search.press("Enter")
    bare.wait_for_function("location.search.includes('focus=99001010102')", timeout=20_000)

    unfold(bare, "The map as a table")
    table = bare.locator("table[role=grid]").first
    table.wait_for(state="attached", timeout=60_000)
    assert int(table.get_attribute("aria-rowcount") or 0) > 1
    assert bare.failed, "this browser has WebGL"  # type: ignore[attr-defined]
    assert all("WebGL" in error for error in bare.failed)  # type: ignore[attr-defined]
    assert bare.locator("[data-testid=stException]").count() == 0
