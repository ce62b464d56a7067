"""The page Add a place with files of districts: outlines are asked about, the place is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.panel import load_panel
from tests.app.test_add_a_place import home, html, opened
from tests.untidy_districts import ANSWERS, UntidyDistricts, write_districts

__all__ = ["home"]  # a fixture


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> UntidyDistricts:
    return write_districts(tmp_path_factory.mktemp("districts"))


def test_names_that_are_only_alike_are_taken_as_proposed_at_a_press(
    state: UntidyDistricts,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = opened(state.paths, monkeypatch, ANSWERS.split("[files")[0])
    assert not test.exception
    assert "1 question" in html(test)
    assert "of them have an outline" in html(test)
    pressed = [each for each in test.button if each.label == "As proposed"]
    assert len(pressed) == 1
    test = pressed[0].click().run()
    assert "All is answered" in html(test)
    assert not (home / "own").exists()


def test_a_place_of_districts_is_checked_and_built_from_the_page(
    state: UntidyDistricts,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = opened(state.paths, monkeypatch, ANSWERS)
    assert not test.exception
    table = next(each.value for each in test.dataframe if "School year" in each.value.columns)
    students = table["Students"].str.replace(",", "").astype(int)
    assert students.tolist() == list(state.students.values())
    test = test.button(key="intake-build").click().run()
    assert not test.exception
    assert not test.error, test.error[0].value
    assert "is built" in test.success[0].value
    panel = load_panel(home / "panels" / "timber")
    assert (panel.area.reports, len(panel.zones)) == ("district", 12)
