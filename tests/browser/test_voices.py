"""What few people said is in no view of Voices, however it is filtered; enough of them are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.plan.database import VARIABLE
from data.plan.store import Change, write
from data.voices.note import Voice
from data.voices.store import VOICES
from tests.browser.conftest import serving
from tests.browser.screen import nothing_wrong, open_page, settled
from tests.browser.test_roles import WIDE

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
CANARY = "zymurgy"


def voice(place: str, number: int, day: int, **given: str) -> Voice:
    least = {"who": "families", "theme": "illness", "occasion": "circle", "words": CANARY}
    where = {"place": place, "place_kind": "neighbourhood", "place_id": place}
    values = {**least, **where, **given}
    return Voice(held=f"2026-10-{day:02d}", voices=number, **values)  # type: ignore[arg-type]


@pytest.fixture
def few(
    atlas_home: Callable[[], dict[str, str]],
    tmp_path: Path,
    demo_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """A server with voices of too few, and one theme of enough beside them."""
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    said = [
        voice("Amberley", 4, 6, who="health"),
        voice("Amberley", 9, 6, theme="safe"),
        *(voice("Amberley", 6, day, theme="friends", words="Lunch together") for day in (6, 7)),
        voice("Amberley", 1, 8, theme="friends", who="health", words="Lunch together"),
    ]
    write(VOICES, "demo", [Change("add", "school", entry=each) for each in said], NOON)
    with serving({**atlas_home(), "ATLAS_HOME": str(tmp_path)}) as address:
        yield address


def choose(page: Page, label: str, words: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=words, exact=True).click()
    settled(page)


def test_filters_leave_nobody_alone(few: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, few, "voices", area="demo", focus="in:Amberley")
    wall = page.locator(".st-key-voices-wall")
    expect(wall).to_contain_text("Friends and belonging")
    expect(wall).to_contain_text("10 or more voices")
    assert CANARY not in page.content()
    # One health worker among others is no role of its own, and cannot be asked for.
    page.get_by_role("combobox", name="Who spoke").click()
    page.get_by_role("option", name="Students", exact=True).wait_for()
    assert page.get_by_role("option", name="Health workers", exact=True).count() == 0
    page.keyboard.press("Escape")
    choose(page, "Themes of", "Health, well-being and safety")
    expect(wall).not_to_contain_text("Friends")
    assert CANARY not in page.content()
    page.get_by_role("button", name="Open all folded parts").click()
    settled(page)
    assert CANARY not in page.content()
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate(WIDE) <= 0  # a phone scrolls nothing sideways
    nothing_wrong(page)
