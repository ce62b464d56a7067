"""Files in the layouts of a dozen states: their totals come out, by year, group and grade."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.build import build_panel
from data.errors import FileError
from data.intake.check import check
from data.intake.interview import Interview
from data.intake.look import RawTable, look
from data.intake.place import Intake, settle
from data.intake.write import write_folder
from data.panel import load_panel
from data.place.tables import read_place
from data.read.engine import read_table
from data.read.tables import Beside
from data.recipe.checks import parse_recipe, to_toml
from data.recipe.recipe import Recipe
from data.recipe.years import by_year
from data.store.provenance import Ledger
from data.views.disparities import group_view
from tests.messy_state import write_areas
from tests.state_files.layouts import LAYOUTS as FIRST
from tests.state_files.more_layouts import MORE
from tests.state_files.truth import GROUPS, StateFiles, Truth, make_truth

LAYOUTS = {**FIRST, **MORE}
PLACE = {
    "publisher": "Department of Education",
    "url": "https://example.org/absence",
    "definition": "Absent on 10 % or more of the days enrolled.",
    "release": "published",
}
KEYS = ["school_year", "student_group", "grade"]


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth()


def _looked(files: StateFiles) -> list[RawTable]:
    return [table for path in files.paths for table in look(path)]


def settled_state(files: StateFiles) -> Intake:
    answers = tomllib.loads(files.answers)
    answers["place"] = {**PLACE, "state": files.state, **answers.get("place", {})}
    return settle(_looked(files), Interview(answers))


def _read(intake: Intake) -> pd.DataFrame:
    """Read absence as a build does: by the TOML that is written, students of a rate first."""
    written = [parse_recipe(to_toml(each)) for each in intake.recipes]
    recipes = [one for each in written for one in by_year(each)]
    held = {each.id: _table(intake, each) for each in recipes if each.table == "enrolment"}
    absence = [each for each in recipes if each.table == "absence"]
    parts = [_table(intake, each, held.get(each.students_from)) for each in absence]
    return pd.concat(parts, ignore_index=True)


def _table(intake: Intake, recipe: Recipe, students: pd.DataFrame | None = None) -> pd.DataFrame:
    path = intake.files[recipe.mirror]
    return read_table(recipe, path, Ledger(), beside=Beside(students=students)).table


@pytest.mark.parametrize("name", LAYOUTS)
def test_totals_come_out_as_the_publisher_counted_them(
    name: str, truth: Truth, tmp_path: Path
) -> None:
    files = LAYOUTS[name](tmp_path, truth)
    intake = settled_state(files)
    assert intake.interview.open == ()
    assert all(each.share == 1.0 for each in intake.matches)
    table = _read(intake)
    shown = table[table["status"].eq("reported")]
    own = shown.groupby(KEYS)[["enrolled", "chronic_absent"]].sum().astype("int64")
    own.columns = pd.Index(["students", "absent"])
    pd.testing.assert_frame_equal(own.sort_index(), files.sums.sort_index(), check_dtype=False)
    assert not table.duplicated(["school_id", *KEYS]).any()


def test_a_place_is_built_with_its_groups_and_grades(truth: Truth, tmp_path: Path) -> None:
    files = replace(LAYOUTS["michigan"](tmp_path, truth), state="Wyoming")
    files = replace(files, paths=(*files.paths, *write_areas(tmp_path)))
    typed = 'totals = ["2023-24 = 100 of 6,861"]'
    intake = settled_state(replace(files, answers=f"{files.answers}\n[place]\n{typed}"))
    checked = check(intake)
    assert any("as typed" in line and "the same" in line for line in checked.totals)
    assert checked.errors == ()
    assert checked.facts is not None
    assert (checked.facts.groups, checked.facts.grades) == (4, 13)
    whole = files.sums.xs(("all", "all"), level=("student_group", "grade"))
    assert checked.facts.students == whole["students"].to_dict()
    write_folder(intake, tmp_path / "own")
    panel = load_panel(
        build_panel("wyoming", own=tmp_path / "own", out=tmp_path / "panel", say=lambda _line: None)
    )
    shown = panel.absence[panel.absence["status"].eq("reported")]
    own = shown.groupby(KEYS)[["enrolled", "chronic_absent"]].sum().astype("int64")
    own.columns = pd.Index(["students", "absent"])
    pd.testing.assert_frame_equal(own.sort_index(), files.sums.sort_index(), check_dtype=False)
    gaps = group_view(panel, "2023-24", "all")
    assert set(gaps.index) == {"all", *GROUPS}
    grades = group_view(panel, "2023-24", "all", by="grade")
    assert list(grades.index) == ["all", "K", *map(str, range(1, 13))]
    third = files.sums.loc[("2023-24", "all", "3")]
    assert grades.loc["3", "rate"] == pytest.approx(third["absent"] / third["students"])
    women = files.sums.loc[("2023-24", "Female", "all")]
    assert gaps.loc["Female", "rate"] == pytest.approx(women["absent"] / women["students"])


def test_a_share_without_students_says_what_to_hand_in(truth: Truth, tmp_path: Path) -> None:
    files = LAYOUTS["new_jersey"](tmp_path, truth)
    alone = replace(files, paths=files.paths[:1], answers="")
    with pytest.raises(FileError, match="hand in the publisher's file of students"):
        settled_state(alone)


def test_a_name_that_two_schools_have_is_asked_and_never_guessed(
    truth: Truth, tmp_path: Path
) -> None:
    files = LAYOUTS["by_name"](tmp_path, truth)
    lines = files.paths[1].read_text().splitlines()
    twin = "9999," + lines[1].split(",", 1)[1]
    files.paths[1].write_text("\n".join([*lines, twin, ""]))
    interview = settled_state(files).interview
    asked = [each for each in interview.open if each.key[2] == "same"]
    assert len(asked) == 1
    assert asked[0].proposal == ""
    assert set(asked[0].alternatives) == {lines[1].split(",")[0], "9999"}


def test_a_doubt_that_files_share_is_asked_once(truth: Truth, tmp_path: Path) -> None:
    files = replace(LAYOUTS["wisconsin"](tmp_path, truth), answers="")
    assert [each.key[2:] for each in settled_state(files).interview.open] == [("tokens", "*")]


def test_own_lists_of_a_department_are_recognised_and_used(truth: Truth, tmp_path: Path) -> None:
    files = replace(LAYOUTS["ohio"](tmp_path, truth), state="Wyoming")
    tracts, conditions = write_areas(tmp_path)
    clinics, homes = tmp_path / "clinics.csv", tmp_path / "homes.csv"
    head = "provider_id,name,kind,supply,address,longitude,latitude\n"
    clinics.write_text(head + "a,Clinic,school_clinic,2,,-107.2,42.7\n")
    rows = [f"{each:06d},56001000100,40" for each in truth.schools["unique"]]
    homes.write_text("\n".join(["school_id,geoid,students", *rows, ""]))
    every = (*files.paths, tracts, conditions, clinics, homes)
    intake = settled_state(replace(files, paths=every))
    assert {"own_providers", "own_flows"} <= set(intake.place.recipes)
    write_folder(intake, tmp_path / "own")
    tables = read_place("wyoming", own=tmp_path / "own")
    assert tables.flows is not None
    assert set(tables.flows["school_id"]) == set(tables.schools.index)
    assert list(tables.providers["name"]) == ["Clinic"]
