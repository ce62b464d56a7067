"""Files of districts alone: through the intake into a place of districts, with true totals."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.errors import DataError
from data.intake.__main__ import main
from data.intake.interview import Interview
from data.intake.look import RawTable, look
from data.intake.outlines import OutlineMatch
from data.intake.place import Intake, settle
from data.intake.write import toml_files, write_folder
from data.panel import SourceTables
from data.place.tables import read_place
from data.recipe.checks import parse_recipe, to_toml
from tests.untidy_districts import ANSWERS, APART, UntidyDistricts, outlines, write_districts

COLORADO = """
[place]
state = "Colorado"
publisher = "Colorado Department of Education"
url = "https://www.cde.state.co.us"
definition = "Absent on 10 % or more of the days enrolled."
release = "published"
conditions = "no"
accept = ["hardly_absent", "zeros"]
[files."School_Districts.shp"]
aliases = [
    "Gunnison RE1J School District = 1360 Gunnison Watershed RE1J",
    "Pueblo City Schools = 2690 Pueblo City 60",
    "Creede Consolidated 1 School District = 2010 Creede School District",
    "Buffalo RE-4 School District = 1860 Buffalo RE-4J",
    "Pueblo County Rural 70 School District = 2700 Pueblo County 70",
    "Westminster 50 School District = 0070 Westminster Public Schools",
    "Brighton 27J School District = 0040 School District 27J",
    "Consolidated C-1 School District = 0860 Custer County School District C-1",
    "Florence RE-2 School District = 1150 Fremont RE-2",
    "Platte Valley RE-3 School District = 2865 Revere School District",
    "Gilcrest RE-1 School District = 3080 Weld County RE-1",
    "Keenesburg RE-3J School District = 3090 Weld County School District RE-3J",
]
"""
TENNESSEE = """
[place]
state = "Tennessee"
publisher = "Tennessee Department of Education"
url = "https://www.tn.gov/education"
definition = "Absent on 10 % or more of the days enrolled."
release = "published"
conditions = "no"
[files."chr_abs_District-Level_Suppression_2016-17.xls#Sheet1"]
one_year = "ends"
tokens = { "*" = "withheld <10" }
[files."chr_abs_District-Level_Suppression_2017-18.xlsx#chr_abs_District-Level_Suppress"]
one_year = "ends"
tokens = { "*" = "withheld <10", "**" = "withheld" }
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> UntidyDistricts:
    return write_districts(tmp_path_factory.mktemp("districts"))


@pytest.fixture(scope="module")
def tables(state: UntidyDistricts) -> tuple[RawTable, ...]:
    return tuple(table for path in state.paths for table in look(path))


def _settled(tables: tuple[RawTable, ...], answers: str = ANSWERS) -> Intake:
    return settle(tables, Interview(tomllib.loads(answers)))


def _read(intake: Intake, folder: Path) -> SourceTables:
    write_folder(intake, folder)
    return read_place(intake.place.slug, own=folder)


def _sums(rows: pd.DataFrame, column: str) -> dict[str, int]:
    whole = rows[rows["student_group"].eq("all") & rows["grade"].eq("all")]
    return {
        str(year): int(each) for year, each in whole.groupby("school_year")[column].sum().items()
    }


def test_workbooks_of_several_layouts_add_up_to_their_true_totals(
    state: UntidyDistricts, tables: tuple[RawTable, ...], tmp_path: Path
) -> None:
    intake = _settled(tables)
    assert intake.interview.open == ()
    read = _read(intake, tmp_path)
    assert read.area.reports == "district"
    assert _sums(read.absence, "enrolled") == state.students
    assert _sums(read.absence, "chronic_absent") == state.absent
    assert set(read.schools["level"]) == {"k12"}
    told = [each for each in read.ledger if "own total" in each.reason and not each.doubt]
    assert len(told) == 3
    assert set(read.zones["zone_id"]) == set(read.zones["school_id"])
    lacking = read.schools[read.schools.geometry.isna()]
    assert set(lacking["name"]) == set(APART)
    assert set(lacking["school_type"]) == {"No territory"}


def test_a_pair_of_names_that_are_only_alike_is_asked(tables: tuple[RawTable, ...]) -> None:
    bare = ANSWERS.split("[files")[0]
    intake = _settled(tables, bare)
    (asked,) = intake.interview.open
    assert asked.key == ("files", "outlines.zip", "aliases")
    assert set(asked.proposal) == {
        "Firth 50 School District = 0070 Firth Public Schools",
        "Pine RE-4 School District = 0100 Pine RE-4J",
    }
    assert "Mill Creek RE-1 School District = 0120 Willow RE-1" in asked.alternatives
    (match,) = intake.matches
    assert isinstance(match, OutlineMatch)
    assert (match.matched, match.outlines, match.districts) == (11, 12, 12)
    assert "Mill Creek RE-1 School District" in match.words
    assert "Two Rivers BOCES" in match.words


def test_the_same_answers_give_the_same_bytes(tables: tuple[RawTable, ...]) -> None:
    texts = toml_files(_settled(tables))
    assert texts == toml_files(_settled(tables))
    for path, text in texts.items():
        if path.startswith("recipes/"):
            assert to_toml(parse_recipe(text)) == text


def test_outlines_of_another_state_are_refused(state: UntidyDistricts, tmp_path: Path) -> None:
    elsewhere = outlines(tmp_path / "outlines.zip", west=-90.0)
    paths = (*state.paths[:3], elsewhere)
    intake = _settled(tuple(table for path in paths for table in look(path)))
    with pytest.raises(DataError, match="outlines of districts lie outside state 08"):
        _read(intake, tmp_path / "place")


def test_schools_and_districts_are_not_mixed_in_one_place(
    tables: tuple[RawTable, ...], tmp_path: Path
) -> None:
    path = tmp_path / "schools.csv"
    path.write_text(
        "School ID,School Name,School Year,Students,Chronically Absent\n"
        "001,Oak,2022-23,100,20\n002,Elm,2022-23,200,50\n"
    )
    with pytest.raises(DataError, match="a place is one or the other"):
        _settled((*tables, *look(path)))


def test_states_and_schools_among_districts_are_sorted_out(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    lines = ["District Code,District Name,Report Level,School Year,Students,Chronically Absent"]
    lines += [f"{at:03d},Oak {at},District,2022-23,{100 * at},{15 * at}" for at in range(1, 9)]
    lines += ["000,Colorado,State,2022-23,3600,540", "001,Oak 1,School,2022-23,90,12"]
    path.write_text("\n".join(lines))
    read = _read(_settled(look(path), ANSWERS.split("[files")[0]), tmp_path / "place")
    assert _sums(read.absence, "enrolled") == {"2022-23": 3_600}
    assert len(read.schools) == 8


def test_outlines_are_matched_by_id_where_their_file_has_ids(tmp_path: Path) -> None:
    absence = tmp_path / "absence.csv"
    lines = ["District Code,District Name,School Year,Students,Chronically Absent"]
    lines += [f"{at:03d},Oak {at},2022-23,{100_000 * at},{15_000 * at}" for at in range(1, 7)]
    absence.write_text("\n".join(lines))
    drawn = gpd.GeoDataFrame(
        {
            "CODE": [f"{at:03d}" for at in range(1, 7)],
            "NAME": [f"Elm {at} Schools" for at in "abcdef"],
        },
        geometry=[shapely.box(-105 + at, 39, -104.5 + at, 39.5) for at in range(6)],
        crs=4326,
    )
    drawn.to_file(tmp_path / "outlines.geojson")
    tables = (*look(absence), *look(tmp_path / "outlines.geojson"))
    read = _read(_settled(tables, ANSWERS.split("[files")[0]), tmp_path / "place")
    assert set(read.zones["zone_id"]) == {f"{at:03d}" for at in range(1, 7)}
    assert read.absence["enrolled"].max() == 600_000  # no school, and a district may
    assert set(read.schools["name"]) == {f"Oak {at}" for at in range(1, 7)}


@pytest.mark.mirror
def test_colorado_comes_out_as_its_hand_written_recipes_have_it(
    mirror: Path, tmp_path: Path
) -> None:
    home = mirror / "colorado"
    paths = sorted((home / "cde_chronic_absence_district").glob("20*-20??_Chronic*.xlsx"))
    paths += [home / "school_districts" / "School_Districts.shp"]
    answers = tmp_path / "answers.toml"
    answers.write_text(COLORADO, encoding="utf-8")
    out = tmp_path / "place"
    assert len(paths) == 8
    assert main([*map(str, paths), "--answers", str(answers), "--out", str(out)]) == 0
    ours, theirs = read_place("colorado", own=out), read_place("colorado", mirror=mirror)
    for name in ("absence", "zones", "schools"):
        one, other = (_plain(getattr(each, name), name) for each in (ours, theirs))
        pd.testing.assert_frame_equal(one, other, check_like=True)
    assert ours.area.crs == theirs.area.crs


def _plain(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Leave out what names recipes, in a fixed order."""
    keys = {"absence": ["school_year", "school_id"], "zones": ["zone_id"], "schools": []}[name]
    plain = table.drop(columns=[*(["source"] if name == "absence" else [])])
    return plain.sort_values(keys, ignore_index=True) if keys else plain.sort_index()


@pytest.mark.mirror
def test_tennessee_keeps_its_student_groups_and_grades(mirror: Path, tmp_path: Path) -> None:
    home = mirror / "messy" / "tennessee" / "tdoe_chronic_absence_district"
    tables = tuple(table for path in sorted(home.glob("*.xls*")) for table in look(path))
    read = _read(_settled(tables, TENNESSEE), tmp_path)
    rows = read.absence
    assert rows.groupby("school_year").size().to_dict() == {"2016-17": 1_556, "2017-18": 4_380}
    one = rows.set_index(["school_year", "school_id", "student_group", "grade"])
    anderson = one.loc[("2017-18", "10", "Economically Disadvantaged", "9th through 12th")]
    assert (anderson["enrolled"], anderson["chronic_absent"]) == (670, 218)
    few = one.loc[("2017-18", "10", "American Indian or Alaska Native", "9th through 12th")]
    assert few["status"] == "suppressed"
    assert pd.isna(few["chronic_absent"])
    assert one.loc[("2016-17", "10", "all", "all"), "chronic_absent"] == 761
    assert read.zones.empty
    assert read.schools.geometry.isna().all()
