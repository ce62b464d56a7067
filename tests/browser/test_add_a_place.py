"""A made-up state of eight untidy files goes through the page into a place that opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import serving
from tests.browser.screen import open_page, settled
from tests.messy_state import MessyState, write_state

TYPED = {
    "Who publishes the attendance file?": "Department of Education",
    "Which page was it taken from?": "https://example.org/attendance",
}
CHOSEN = {
    "How does the publisher define chronic absence": "Absent on 10",
    "Are these counts published?": "published: anyone can have them",
    "mean where a number would stand": "withheld, fewer than 10",
    "Does the year written start or end": "it ends then",
}


@pytest.fixture
def state(tmp_path: Path) -> MessyState:
    folder = tmp_path / "state"
    folder.mkdir()
    return write_state(folder)


@pytest.fixture
def own_server(tmp_path: Path, demo_path: Path) -> Iterator[str]:
    """A server with a store of its own: this test adds a place to it."""
    home = tmp_path / "home"
    shutil.copytree(demo_path, home / "panels" / "demo")
    with serving({**os.environ, "ATLAS_HOME": str(home)}) as address:
        yield address


def test_eight_untidy_files_become_a_place(page: Page, own_server: str, state: MessyState) -> None:
    page.set_viewport_size({"width": 1280, "height": 1_100})  # lists open where they fit
    open_page(page, own_server, "overview", area="demo")
    open_page(page, own_server, "add_a_place", area="demo")
    chooser = page.locator("[data-testid=stFileUploader] input[type=file]")
    chooser.set_input_files([str(path) for path in state.paths])
    page.get_by_text("What only you can tell").wait_for(timeout=90_000)
    for label, words in TYPED.items():
        page.get_by_label(label).fill(words)
        page.get_by_label(label).press("Enter")
        settled(page)
    for label, words in CHOSEN.items():
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=words).first.click()
        settled(page)
    page.get_by_text("Do the figures hold?").wait_for(timeout=90_000)
    assert page.get_by_text("All is answered").count() == 1
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_text("is built").wait_for(timeout=90_000)
    page.get_by_role("link", name="Open it").click()
    page.wait_for_function("location.search.includes('area=wyoming')", timeout=90_000)
    settled(page)
    assert "Wyoming" in page.locator("[data-testid=stMain]").inner_text()
    assert page.locator("[data-testid=stException]").count() == 0
