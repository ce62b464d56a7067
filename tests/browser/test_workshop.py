"""Three browsers in one workshop, and a server that is stopped in the middle: no note is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, text

from tests.browser.conftest import free_port, serving
from tests.browser.screen import settled

SOON = 60_000


@pytest.fixture
def home(tmp_path: Path, demo_path: Path) -> Path:
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    return tmp_path


def come_in(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator(".workshop-code b").first.wait_for(timeout=SOON)
    page.locator("textarea#note").wait_for(timeout=SOON)
    return page


def write(page: Page, words: str) -> None:
    page.locator("textarea#note").fill(words)
    page.locator("textarea#note").press("Enter")


def on_the_wall(page: Page, words: str) -> None:
    expect(page.locator(".workshop-wall").get_by_text(words, exact=True)).to_have_count(
        1, timeout=SOON
    )


def test_no_note_is_lost_when_the_server_restarts_and_nothing_personal_stays(
    home: Path, atlas_home: Callable[[], dict[str, str]], open_window: Callable[..., Page]
) -> None:
    environment = {**atlas_home(), "ATLAS_HOME": str(home)}
    environment.pop("ATLAS_DATABASE_URL", None)
    port = free_port()
    lead, one, two = (open_window(viewport={"width": 1280, "height": 720}) for _ in range(3))
    with ExitStack() as first:
        address = first.enter_context(serving(environment, port))
        lead.goto(f"{address}/workshop?area=demo")
        lead.get_by_role("button", name="Begin a workshop").click(timeout=SOON)
        lead.wait_for_url("**workshop=*", timeout=SOON)
        one.goto(address)
        one.evaluate('localStorage.setItem(\'atlas-workshop-old\', \'{"lead": "X", "seen": 0}\')')
        come_in(one, lead.url)
        assert one.evaluate("localStorage.getItem('atlas-workshop-old')") is None
        come_in(two, lead.url)
        write(one, "The bus comes late")
        write(two, "Two schools stand out")
        for page in (lead, one, two):
            on_the_wall(page, "The bus comes late")
            on_the_wall(page, "Two schools stand out")
        # Whoever does not lead has nothing to lead with.
        expect(one.get_by_role("button", name="Next question")).to_have_count(0)
    # The server is gone: what is written now waits in the browser.
    one.locator("textarea#note").fill("half a thought")
    for number in range(3):
        write(two, f"written while it was away {number}")
    expect(two.get_by_text("Not kept yet")).to_be_visible()
    with serving(environment, port):
        for number in range(3):
            for page in (lead, one, two):
                on_the_wall(page, f"written while it was away {number}")
        expect(two.get_by_text("Your note is kept.")).to_be_visible(timeout=SOON)
        expect(one.locator("textarea#note")).to_have_value("half a thought")
        come_in(two, two.url)  # loaded anew: nothing is doubled
        on_the_wall(two, "The bus comes late")
        on_the_wall(two, "written while it was away 1")
        # The lead still leads: the browser kept the code, no link has it.
        expect(lead.get_by_role("button", name="Next question")).to_be_visible(timeout=SOON)
        _lead_to_the_end(lead)
        for page in (lead, one, two):
            expect(page.locator(".atlas-answer")).to_contain_text("is closed", timeout=SOON)
        on_the_wall(one, "The bus comes late")
    with create_engine(f"sqlite:///{home / 'plan.sqlite'}").connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM workshop_notes")).scalar()
        plan = connection.execute(text("SELECT strategy, partner FROM plan_entries")).all()
    assert left == 0
    assert [tuple(row) for row in plan] == [("A bus aide", "Bay Clinic")]


def _lead_to_the_end(lead: Page) -> None:
    for prompt in ("surprises", "strengths", "is needed", "else do we need", "will we do"):
        lead.get_by_role("button", name="Next question").click()
        expect(lead.locator(".atlas-answer")).to_contain_text(prompt, timeout=SOON)
    for label, words in (("You speak for", "Clinic"), ("What is done", "A bus aide")):
        settled(lead)
        lead.get_by_role("combobox", name=label).click()
        lead.keyboard.type(words)
        lead.keyboard.press("Enter")
    lead.get_by_label("Who does it").fill("Bay Clinic")
    lead.get_by_role("button", name="Put it into the Plan").click()
    expect(lead.get_by_text("Go on in the Plan")).to_be_visible(timeout=SOON)
    lead.get_by_role("button", name="Close the workshop").click()
    lead.get_by_role("button", name="Close it now").click()
