"""Files of districts go through the page into a place of districts that opens."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from data.panel import load_panel
from data.place.tables import read_place
from tests.browser.conftest import serving
from tests.browser.screen import open_page, settled
from tests.untidy_districts import write_districts

STATE = "Which state is it?"
TYPED = {
    "Who publishes the attendance file?": "Department of Education",
    "Which page was it taken from?": "https://example.org/attendance",
}
CHOSEN = {
    "How does the publisher define chronic absence": "Absent on 10",
    "Are these counts published?": "published: anyone can have them",
}
ALIASES = "Which outlines are of a district with another name?"
COLORADO = (
    *("Consolidated C-1 School District = 0860", "Florence RE-2 School District = 1150"),
    *("Platte Valley RE-3 School District = 2865", "Gilcrest RE-1 School District = 3080"),
    "Keenesburg RE-3J School District = 3090",
)


@pytest.fixture
def home(tmp_path: Path, demo_path: Path) -> Path:
    shutil.copytree(demo_path, tmp_path / "home" / "panels" / "demo")
    return tmp_path / "home"


@pytest.fixture
def own_server(home: Path) -> Iterator[str]:
    """A server with a store of its own: these tests add a place to it."""
    with serving({**os.environ, "ATLAS_HOME": str(home)}) as address:
        yield address


def _hand_in(page: Page, address: str, paths: list[Path]) -> None:
    page.set_viewport_size({"width": 1280, "height": 1_100})  # lists open where they fit
    open_page(page, address, "overview", area="demo")
    open_page(page, address, "add_a_place", area="demo")
    chooser = page.locator("[data-testid=stFileUploader] input[type=file]")
    chooser.set_input_files([str(path) for path in paths])
    page.get_by_text("What only you can tell").wait_for(timeout=90_000)


def _answer(page: Page, typed: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    for label, words in typed.items():
        page.get_by_label(label).fill(words)
        page.get_by_label(label).press("Enter")
        settled(page)
    for label, words in chosen.items():
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=words).first.click()
        settled(page)


def _add(page: Page, label: str, words: str) -> None:
    """Choose one more word of a list."""
    field = page.get_by_role("combobox", name=re.compile(re.escape(label)))
    field.click()
    field.fill(words)
    page.get_by_role("option", name=words).first.click()
    settled(page)


def _without_conditions(page: Page) -> None:
    page.get_by_text("State, years, neighbourhoods and more").click()
    settled(page)
    field = page.get_by_role("combobox", name="Are census tracts, children")
    field.scroll_into_view_if_needed()
    field.fill("no")
    field.press("Enter")
    settled(page)
    page.get_by_text("State, years, neighbourhoods and more").click()  # what is open moves Build
    settled(page)


def _build(page: Page, slug: str) -> None:
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_text("is built").wait_for(timeout=120_000)
    page.get_by_role("link", name="Open it").click()
    page.wait_for_function(f"location.search.includes('area={slug}')", timeout=90_000)
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0


def test_workbooks_and_outlines_become_a_place_of_districts(
    page: Page, own_server: str, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    state = write_districts(folder)
    _hand_in(page, own_server, list(state.paths))
    _answer(page, TYPED, {STATE: "Colorado", **CHOSEN})
    _add(page, ALIASES, "Mill Creek RE-1 School District = 0120")
    _without_conditions(page)
    page.get_by_text("Do the figures hold?").wait_for(timeout=90_000)
    assert "of them have an outline" in page.locator("[data-testid=stMain]").inner_text()
    _build(page, "colorado")
    panel = load_panel(home / "panels" / "colorado")
    sums = panel.absence.groupby("school_year")["chronic_absent"].sum()
    assert sums.to_dict() == state.absent
    assert len(panel.zones) == 12


@pytest.mark.mirror
@pytest.mark.skipif(not os.environ.get("ATLAS_VERIFY"), reason="make verify runs it: minutes")
def test_colorados_own_files_through_the_page_are_its_shipped_place(
    page: Page, own_server: str, home: Path, tmp_path: Path, mirror: Path
) -> None:
    files = mirror / "colorado"
    paths = sorted((files / "cde_chronic_absence_district").glob("20*-20??_Chronic*.xlsx"))
    packed = tmp_path / "districts.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for each in sorted((files / "school_districts").iterdir()):
            archive.write(each, each.name)
    _hand_in(page, own_server, [*paths, packed])
    _answer(page, TYPED, {STATE: "Colorado", **CHOSEN})
    for pair in COLORADO:
        _add(page, ALIASES, pair)
    _without_conditions(page)
    for name in ("hardly_absent", "zeros"):
        page.get_by_text(f"This is as it should be ({name})").click()
        settled(page)
    _build(page, "colorado")
    ours, theirs = load_panel(home / "panels" / "colorado"), read_place("colorado", mirror=mirror)
    keys = ["school_year", "school_id"]
    one, other = (
        each.absence.drop(columns="source").sort_values(keys, ignore_index=True)
        for each in (ours, theirs)
    )
    pd.testing.assert_frame_equal(one, other, check_like=True)
    assert set(ours.zones["school_id"]) == set(theirs.zones["school_id"])
