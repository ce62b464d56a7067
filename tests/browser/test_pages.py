"""What pages do at the press of a button, and what they let people take away."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from playwright.sync_api import Page

from tests.browser.screen import nothing_wrong, open_page, unfold

pytestmark = pytest.mark.browser


def test_the_simulation_runs_at_the_press_of_its_button(page: Page, server: str) -> None:
    open_page(page, server, "methods", area="demo")
    unfold(page, "Does each test keep its promise on this map?")
    page.get_by_role("button", name="Run the simulation here").click()
    page.wait_for_selector("text=False alarms on 30", timeout=90_000)
    nothing_wrong(page)


DOWNLOADS = {
    "social_drivers": {
        "Download associations/Table (CSV)": ("FICTIONAL", "odds_ratio", "q"),
        "Download methods (text)": ("spatial", "schools", "References"),
    },
    "why_here": {
        "Download profile/Table (CSV)": ("FICTIONAL", "percentile_low", "conclusion"),
        "Download providers/Table (CSV)": ("FICTIONAL", "Health Centre", "km"),
        "Download methods paragraph (text)": ("comparable", "Luo", "90 %"),
    },
}


FOLDS = {
    "social_drivers": "What stands behind these links?",
    "why_here": "Every condition as a table",
}


@pytest.mark.parametrize("path", DOWNLOADS)
def test_downloads_of_drivers_explain_themselves(page: Page, server: str, path: str) -> None:
    open_page(page, server, path, area="demo")
    unfold(page, FOLDS[path])
    for button, words in DOWNLOADS[path].items():
        *popover, name = button.split("/")
        for each in popover:
            page.get_by_role("button", name=each).click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        page.keyboard.press("Escape")
        text = waiting.value.path().read_bytes().decode("utf-8-sig")
        assert [word for word in words if word not in text] == [], button
        assert "nan" not in text, button


def test_csv_download_carries_caveat_dictionary_and_gate(page: Page, server: str) -> None:
    open_page(page, server, "hot_spots", area="demo")
    unfold(page, "The map as a table")
    page.wait_for_function("document.querySelectorAll('[data-testid=stDataFrame] canvas').length")
    button = page.get_by_role("button", name="Download table")
    button.scroll_into_view_if_needed()
    button.click()
    files = []
    for name in ("Table (CSV)", "About the CSV"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        files.append(waiting.value.path().read_bytes())
    content, notes = files
    assert "FICTIONAL" in content.decode("utf-8-sig")
    assert "does not measure each child" in notes.decode("utf-8-sig")
    table = pd.read_csv(io.BytesIO(content), dtype={"geoid": str})
    assert table["geoid"].str.fullmatch(r"99001\d{6}").all()
    assert table.loc[table["map_class"] == "not shown", "rate"].isna().all()
