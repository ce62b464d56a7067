"""A file in the layout of a large state goes through the page, without a fault of axe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import open_page, settled, unfold
from tests.browser.test_access import found
from tests.browser.test_add_a_place import own_server
from tests.messy_state import write_areas
from tests.state_files.layouts import california
from tests.state_files.truth import make_truth

__all__ = ["own_server"]
TYPED = {
    "Who publishes the attendance file?": "Department of Education",
    "Which page was it taken from?": "https://example.org/attendance",
}
CHOSEN = {
    "How does the publisher define chronic absence": "Absent on 10",
    "Are these counts published?": "published: anyone can have them",
    "mean where a number would stand": "withheld, nothing is known",
}


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    folder = tmp_path / "state"
    folder.mkdir()
    files = california(folder, make_truth())
    return [*map(str, files.paths), *map(str, write_areas(folder))]


def test_groups_of_a_state_are_kept_and_their_gaps_shown(
    page: Page, own_server: str, paths: list[str]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1_100})
    open_page(page, own_server, "add_a_place", area="demo")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(paths)
    page.get_by_text("What only you can tell").wait_for(timeout=90_000)
    expect(page.locator("[data-testid=stMain]")).to_contain_text("4 student groups", timeout=30_000)
    settled(page)
    for label, words in TYPED.items():
        page.get_by_label(label).fill(words)
        page.get_by_label(label).press("Enter")
        settled(page)
    for label, words in CHOSEN.items():
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=words).first.click()
        settled(page)
    page.get_by_text("Do the figures hold?").wait_for(timeout=90_000)
    settled(page)
    unfold(page, "What was recognised in each file")
    ours = found(page)["ours"]
    assert ours == [], "\n".join(ours)
    codes = page.get_by_label("What do the codes of “Reporting Category” stand for")
    codes.fill("GF = Girls\nGM = Boys\nSH = Homeless\nSE = English learners")
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_text("is built").wait_for(timeout=90_000)
    open_page(page, own_server, "priorities", area="wyoming", gap="student_group")
    unfold(page, re.compile("gap", re.IGNORECASE))
    said = page.locator("[data-testid=stMain]")
    expect(said).to_contain_text(re.compile("Girls|Boys|English learners|Homeless"))
    assert page.locator("[data-testid=stException]").count() == 0
