"""Files in the layouts of a dozen states: their totals come out, by year, group and grade."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from data.intake.interview import Interview
from data.intake.look import RawTable, look
from data.intake.place import Intake, settle
from data.read.engine import read_table
from data.read.tables import Beside
from data.recipe.checks import parse_recipe, to_toml
from data.recipe.recipe import Recipe
from data.recipe.years import by_year
from data.store.provenance import Ledger
from tests.state_files.layouts import LAYOUTS
from tests.state_files.truth import StateFiles, Truth, make_truth

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
    answers = {"place": {**PLACE, "state": files.state}, **tomllib.loads(files.answers)}
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
