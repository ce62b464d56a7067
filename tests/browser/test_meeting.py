"""A meeting from its goal to the brief: goal, priorities, ten sites, the plan by two, the brief."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.screen import choose, nothing_wrong, open_page, settled, turn_to, unfold
from tests.browser.test_plan import SOON, answer, press, speak_for
from tests.browser.test_plan import choose as fill
from tests.browser.test_plan import other as other
from tests.browser.test_plan import planning as planning

pytestmark = pytest.mark.browser
FIXED, NEW = 3, 10


def test_a_meeting_goes_from_goal_to_brief(planning: str, page: Page, other: Page) -> None:
    open_page(page, planning, "goals", area="demo")
    page.get_by_role("button", name="Options").click()
    page.get_by_role("combobox", name="Goal", exact=True).click()
    page.get_by_role("option", name="Our own goal").click()
    expect(page).to_have_url(re.compile("goal=own"), timeout=SOON)
    settled(page)
    page.keyboard.press("Escape")
    assert re.search(r"to 15\.0\s%", answer(page))

    turn_to(page, planning, "priorities")
    first = page.locator(".st-key-ranked button").first
    name = re.sub(r"^\d+\s*|\s*[+−]\d.*$", "", first.inner_text().replace("\n", " ")).strip()
    assert name in answer(page)
    first.click()
    page.wait_for_selector(".atlas-card h2")
    assert page.inner_text(".atlas-card h2") == name

    turn_to(page, planning, "plan")
    unfold(page, "Where would new sites reach most?")
    choose(page, "New sites", str(NEW))
    settled(page)
    box = page.get_by_role("combobox", name="Schools that are sites already")
    box.click()
    page.get_by_role("option").first.wait_for()
    schools = page.get_by_role("option").all_inner_texts()[1 : FIXED + 1]  # after "Select all"
    for school in schools:
        box.fill(school)
        page.get_by_role("option", name=school, exact=True).click()
        settled(page)
    page.keyboard.press("Escape")
    settled(page)
    ids = r"%2C".join([r"[^&%]+"] * FIXED)
    expect(page).to_have_url(re.compile(rf"fixed={ids}(&|$)"), timeout=SOON)
    part = page.locator("details", has=page.locator("summary", has_text="new sites")).last
    expect(part).to_contain_text(re.compile(rf"{NEW} (new|more) sites|Ten"), timeout=60_000)
    expect(part).to_contain_text("New sites, numbered as on the map")

    speak_for(page, "Health department")
    press(page, "Add an action")
    fill(page, "Where", name)
    fill(page, "What is done", "School nurses")
    page.get_by_label("Who does it").fill("Bay Clinic")
    page.get_by_label("Cost in dollars").fill("90000")
    press(page, "Save")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)

    open_page(other, planning, "plan", area="demo")
    speak_for(other, "Housing")
    for each in (page, other):
        press(each, "Change")
    page.get_by_label("Who funds it").fill("County")
    press(page, "Save")
    other.get_by_label("Funded, in dollars").fill("40000")
    press(other, "Save")
    expect(other.locator(".st-key-plan-conflict")).to_contain_text("Health department changed")
    press(other, "Keep my version")
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)
    assert "$90,000 planned, $40,000 funded" in answer(other)

    turn_to(page, planning, "goals")
    page.locator("[class*=st-key-brief-] button").first.click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Two or three pages (PDF)").click()
    text = "".join(each.extract_text() for each in PdfReader(waiting.value.path()).pages)
    text = re.sub(r"\s+", " ", text)
    for said in ("School nurses", "Bay Clinic", "$40,000", "County", "Goals", name):
        assert said in text, said
    nothing_wrong(page)
