"""Two partners write one plan in two browsers; neither loses what they wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from data.plan.database import VARIABLE
from tests.browser.conftest import serving
from tests.browser.screen import nothing_wrong, open_page, settled
from tests.browser.test_roles import WIDE

pytestmark = pytest.mark.browser
SOON = 20_000


@pytest.fixture
def planning(tmp_path: Path, demo_path: Path) -> Iterator[str]:
    """Serve the demo from a store of its own, whose plan is empty."""
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    bare = {name: value for name, value in os.environ.items() if name != VARIABLE}
    with serving({**bare, "ATLAS_HOME": str(tmp_path)}) as address:
        yield address


@pytest.fixture
def other(open_window: Callable[..., Page]) -> Page:
    """A second browser, of another partner."""
    return open_window(viewport={"width": 1280, "height": 720})


def speak_for(page: Page, role: str) -> None:
    page.get_by_role("combobox", name="You speak for").click()
    page.get_by_role("option", name=role).click()
    expect(page.get_by_role("combobox", name="You speak for")).to_have_value(role)
    settled(page)


def choose(page: Page, label: str, words: str) -> None:
    control = page.get_by_role("combobox", name=label, exact=True)
    control.click()
    control.fill(words)
    page.get_by_role("option", name=words, exact=False).last.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(16):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not come there")


def answer(page: Page) -> str:
    return page.locator(".atlas-answer").inner_text()


def test_two_partners_edit_one_action_and_both_edits_survive_as_chosen(
    planning: str, page: Page, other: Page
) -> None:
    open_page(page, planning, "plan", area="demo")
    assert "Nothing is planned here yet" in answer(page)
    speak_for(page, "Clinic")
    press(page, "Add an action")
    choose(page, "Where", "Halcyon County")
    choose(page, "What is done", "School nurses")
    page.get_by_label("Who does it").fill("Bay Clinic")
    page.get_by_label("Cost in dollars").fill("$120,000")
    press(page, "Save")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)
    assert "1 action in 1 place" in answer(page)
    assert "$120,000 planned" in answer(page)

    open_page(other, planning, "plan", area="demo")
    assert "1 action in 1 place" in answer(other)
    speak_for(other, "Housing")
    for each in (page, other):
        press(each, "Change")
    page.get_by_label("Funded, in dollars").fill("80000")
    press(page, "Save")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)

    other.get_by_label("Cost in dollars").fill("150000")
    press(other, "Save")
    conflict = other.locator(".st-key-plan-conflict")
    expect(conflict).to_contain_text("Clinic changed “School nurses” in Halcyon County")
    expect(conflict).to_contain_text("Your change is not saved yet.")
    assert "$120,000 planned, $80,000 funded" in answer(other)
    press(other, "Keep my version")
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)
    # Each keeps what it wrote: the funds of one, the cost of the other.
    assert "$150,000 planned, $80,000 funded" in answer(other)

    page.reload()
    page.wait_for_selector(".atlas-limits")
    settled(page)
    assert "$150,000 planned, $80,000 funded" in answer(page)
    speak_for(page, "Clinic")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate(WIDE) <= 0  # a phone scrolls nothing sideways
    press(page, "Undo its last change")
    expect(page.get_by_text("The last change is undone.")).to_be_visible(timeout=SOON)
    assert "$120,000 planned, $80,000 funded" in answer(page)
    press(page, "Remove")
    expect(page.get_by_text("It can be put back below.")).to_be_visible(timeout=SOON)
    assert "Nothing is planned here yet" in answer(page)
    nothing_wrong(page)


def test_an_action_is_added_by_keyboard_alone(planning: str, page: Page) -> None:
    open_page(page, planning, "plan", area="demo")
    page.get_by_role("combobox", name="You speak for").focus()
    page.keyboard.type("School d")
    page.keyboard.press("Enter")
    settled(page)
    tab_to(page, page.get_by_role("button", name="Add an action", exact=True))
    page.keyboard.press("Enter")
    page.get_by_label("Who does it").wait_for()
    settled(page)
    for label, words in (("Where", "Halcyon"), ("What is done", "Walking school bus")):
        tab_to(page, page.get_by_role("combobox", name=label, exact=True))
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Who does it"))
    page.keyboard.type("Harbor School")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible(timeout=SOON)
    assert "1 action in 1 place" in answer(page)
    nothing_wrong(page)
