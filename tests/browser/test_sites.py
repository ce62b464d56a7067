"""Ten sites with three fixed: the plan on the map before and after, stopped, and handed a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data.panel import Panel
from tests.browser.screen import nothing_wrong, open_page, painted, settled, unfold
from ui.plan.sites import COLOURS

pytestmark = pytest.mark.browser
NOW, COMES = COLOURS[:2]
SITES = "Where would new sites reach most?"


@pytest.mark.painted
def test_ten_sites_with_three_fixed_before_and_after(
    page: Page, server: str, demo_protected: Panel
) -> None:
    fixed = ",".join(demo_protected.schools.geometry.dropna().index[:3])
    query = {"service": "mental_health", "site_reach": "2.0", "fixed": fixed}
    open_page(page, server, "plan", area="demo", **query)
    unfold(page, SITES)
    assert page.get_by_text(re.compile(r"^10 more sites would bring [0-9,]+ more")).count() == 1
    assert page.get_by_text("there already (10)").count() >= 1  # 7 of the list, 3 fixed
    after = painted(page, (NOW, COMES), 0.005)
    assert after[COMES] > 0.001
    page.get_by_text("Before", exact=True).click()
    settled(page)
    page.get_by_text("Within 2.0 km of a site, before").last.wait_for()
    page.wait_for_timeout(1_000)
    before = painted(page, (NOW, COMES), 0.005)
    assert before[COMES] < 0.1 * after[COMES]
    assert before[NOW] == pytest.approx(after[NOW], rel=0.3)
    assert f"fixed={fixed.replace(',', '%2C')}" in page.url
    nothing_wrong(page)


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_a_search_over_the_city_can_be_stopped_and_started_again(page: Page, server: str) -> None:
    query = {"service": "pantry_food", "site_count": "30", "site_question": "median"}
    open_page(page, server, "plan", area="nyc", **query)
    part = page.locator("details", has=page.locator("summary", has_text=SITES)).last
    part.locator("summary").click()
    part.get_by_role("button", name="Stop", exact=True).click(timeout=60_000)
    page.get_by_text("was not finished").wait_for(timeout=60_000)
    page.get_by_role("button", name="Start again").click()
    page.get_by_text(re.compile("^30 more sites would bring")).wait_for(timeout=120_000)
    nothing_wrong(page)


def test_a_file_of_points_is_used_and_a_register_is_refused(
    page: Page, server: str, tmp_path: Path, demo_protected: Panel
) -> None:
    at = demo_protected.schools.geometry.dropna().iloc[0]
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    header = "provider_id,name,kind,longitude,latitude\n"
    good.write_text(f"{header}a,<b>Hall</b>,pantry_food,{at.x},{at.y}\n", encoding="utf-8")
    bad.write_text("first_name,last_name,birth_date\nAnn,Lee,2010-01-02\n", encoding="utf-8")
    open_page(page, server, "plan", area="demo", service="pantry_food")
    unfold(page, "Do you know of other places?")
    files = page.locator(".st-key-own-points-file input[type=file]")
    files.set_input_files(good)
    page.get_by_text("1 place of your file are on the map").wait_for(timeout=30_000)
    settled(page)
    unfold(page, "Who serves where?")
    assert page.get_by_text("points handed in").count() >= 1
    files.set_input_files(bad)
    page.get_by_text("describes single students").wait_for(timeout=30_000)
    settled(page)
    assert page.get_by_text("points handed in").count() == 0
    nothing_wrong(page)
