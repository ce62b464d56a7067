"""New York City's 2015-16 replayed day by day: what stood on the page then, and nothing later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from data.in_year import store
from tests.browser.conftest import serving
from tests.browser.screen import nothing_wrong, open_page, settled
from tests.browser.test_present import FITS, SMALL
from tests.in_year_replay import replay, store_of
from ui.words.numbers import count_text, percent_text

pytestmark = [pytest.mark.browser, pytest.mark.mirror]
DAYS = (date(2015, 10, 30), date(2016, 1, 26), date(2016, 6, 28))
"""A first autumn, the day after a storm, and the last day of school."""
CELLS = """() => Object.fromEntries([...document.querySelectorAll('.atlas-calendar [data-day]')]
  .map(cell => [cell.dataset.day, cell.getAttribute('aria-label')]))"""


@pytest.fixture(scope="module")
def year_home(nyc_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("year")
    (home / "panels").mkdir()
    (home / "panels" / "nyc").symlink_to(nyc_path)
    return home


@pytest.fixture(scope="module")
def site(year_home: Path, atlas_home) -> Iterator[str]:
    with serving({**atlas_home(), "ATLAS_HOME": str(year_home)}) as address:
        yield address


def by_hand(home: Path, least: int = 11) -> tuple[pd.Series, float, dict[str, int]]:
    """Attendance by day and so far, and students by day, from the stored table and nothing else."""
    with store_of(home):
        days = store.load("nyc").days
    rows = days[days["school_year"].eq("2015-16") & days["place_day"].eq("open")]
    rows = rows[rows["place_id"].ne("all") & rows["status"].eq("reported")]
    rows = rows[rows["enrolled"].ge(least).fillna(value=False).astype(bool)]
    weight = rows["enrolled"].astype(float)
    present = (rows["attended"] * weight).groupby(rows["date"]).sum()
    students = weight.groupby(rows["date"]).sum()
    told = students >= students.median() / 2
    so_far = float(present[told].sum() / students[told].sum())
    return (present / students)[told], so_far, students.round().astype(int).to_dict()


@pytest.mark.parametrize("until", DAYS)
def test_each_day_shows_what_was_known_then(
    page: Page, site: str, year_home: Path, mirror: Path, until: date
) -> None:
    replay("nyc", year_home, mirror, until)
    shares, so_far, students = by_hand(year_home)
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, site, "this_year", area="nyc")
    answer = page.inner_text(".atlas-answer")
    assert percent_text(so_far) in answer
    assert "a year that is over" in answer
    framed = page.locator(".atlas-over")
    assert "2015-16. That school year is over" in framed.inner_text()
    assert framed.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 18
    cells = page.evaluate(CELLS)
    assert max(cells) == until.isoformat(), "nothing later"
    figures = {day: words for day, words in cells.items() if "at school" in words}
    assert set(figures) == set(shares.index)
    for day, words in figures.items():
        of = f"{percent_text(shares[day])} of {count_text(students[day])} at school"
        assert words.endswith(of), (day, words, of)
    later = [day for day in re.findall(r"201[56]-\d\d-\d\d", page.content()) if day > str(until)]
    assert later == []
    grid = page.locator(".atlas-calendar").bounding_box()
    assert grid is not None
    assert grid["y"] < 320
    assert grid["y"] + grid["height"] <= 720
    nothing_wrong(page)


def test_a_room_can_read_the_calendar_and_a_keyboard_walks_through_it(
    page: Page, site: str, year_home: Path, mirror: Path
) -> None:
    replay("nyc", year_home, mirror, DAYS[-1])
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, site, "this_year", area="nyc")
    page.locator(".atlas-calendar [tabindex='0']").focus()
    day = "document.activeElement.dataset.day"
    assert page.evaluate(day) == "2016-06-28"
    for key, then in (
        ("ArrowUp", "2016-06-21"),
        ("ArrowLeft", "2016-06-20"),
        ("ArrowLeft", "2016-06-17"),  # over the weekend
        ("ArrowRight", "2016-06-20"),
        ("ArrowDown", "2016-06-27"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(day) == then, key
    tip = "getComputedStyle(document.activeElement, '::after').content"
    assert "% of" in page.evaluate(tip)
    page.get_by_role("button", name="Present").click()
    page.wait_for_selector(".room-progress", timeout=120_000)
    settled(page)
    assert page.locator(".st-key-room .atlas-calendar").count() == 1
    assert page.inner_text(".room-head p") == "How is attendance going this year?"
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(SMALL) == []
        assert page.evaluate(FITS)
    cell = page.locator(".atlas-calendar td.told").first
    assert cell.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 22
    assert cell.evaluate("node => node.scrollWidth <= node.clientWidth + 1"), "no number is cut"
    nothing_wrong(page)
