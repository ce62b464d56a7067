"""From raw files to a place: what is proposed, what must be answered, and that the figures hold."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from data.build import build_panel
from data.errors import DataError, FileError, SeveralError
from data.intake.__main__ import main
from data.intake.check import check
from data.intake.interview import Interview, with_answer, write_answers
from data.intake.look import RawTable, look
from data.intake.place import Intake, settle
from data.intake.write import toml_files, write_folder
from data.panel import load_panel
from data.place.place import load_place
from data.read.engine import read_table
from data.recipe.checks import FOLDER, load_recipe, parse_recipe, to_toml
from data.store.provenance import Ledger
from tests.messy_state import ANSWERS, MessyState, write_state

RATES = "attendance_2023.csv"
OREGON = """
[place]
publisher = "Oregon Department of Education"
url = "https://www.oregon.gov/ode"
definition = "Attended 90 % or fewer of the days enrolled."
release = "published"
not_joined = ["4223", "4728", "4740", "1205"]
[files."regular-attenders.xlsx#1819 Regular Attenders Data"]
reason = "Withheld by the department to protect students."
tokens = { "*" = "withheld" }
"""
NYC = """
[place]
name = "New York City"
publisher = "New York City Department of Education"
url = "https://infohub.nyced.org"
definition = "Absent on 10 % or more of the days enrolled."
release = "published"
[files."chronic_absenteeism.csv".same]
03M610 = "04M610"
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> MessyState:
    return write_state(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def tables(state: MessyState) -> tuple[RawTable, ...]:
    return tuple(table for path in state.paths for table in look(path))


def _settled(tables: tuple[RawTable, ...], answers: str = ANSWERS) -> Intake:
    return settle(tables, Interview(tomllib.loads(answers)))


def test_a_messy_state_adds_up_to_its_true_totals(
    state: MessyState, tables: tuple[RawTable, ...], tmp_path: Path
) -> None:
    intake = _settled(tables)
    checked = check(intake)
    assert checked.errors == ()
    assert checked.facts is not None
    assert checked.facts.students == state.students
    assert checked.facts.absent == state.absent
    assert (checked.facts.located, checked.facts.unknown_level) == (1.0, 0.0)
    assert len(checked.totals) == 1
    write_folder(intake, tmp_path)
    folder = build_panel("sagebrush", own=tmp_path, out=tmp_path / "panel", say=lambda _line: None)
    sums = load_panel(folder).absence.groupby("school_year")["chronic_absent"].sum()
    assert sums.to_dict() == state.absent


def test_the_same_answers_give_the_same_bytes(tables: tuple[RawTable, ...]) -> None:
    texts = toml_files(_settled(tables))
    assert texts == toml_files(_settled(tables))
    assert len(texts) == 6
    for path, text in texts.items():
        if path.startswith("recipes/"):
            assert to_toml(parse_recipe(text)) == text


def test_what_is_doubtful_must_be_answered_and_nothing_is_written_before(
    tables: tuple[RawTable, ...], tmp_path: Path
) -> None:
    intake = settle(tables, Interview({}))
    names = [each.key[-1] for each in intake.interview.open]
    assert names == ["publisher", "url", "definition", "release", "*", "one_year"]
    with pytest.raises(SeveralError, match=r"place\.publisher") as error:
        write_folder(intake, tmp_path / "out")
    assert len(error.value.errors) == 6
    assert not (tmp_path / "out").exists()
    completed = tomllib.loads(write_answers(intake.interview.open, intake.interview))
    assert settle(tables, Interview(completed)).interview.open == ()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ('[place]\nrelease = "maybe"', "write one of"),
        (f'[files."{RATES}"]\none_year = 2', "write a text in quotes"),
        ('[place]\ntract_vintage = "1990"', "write one of '2020', '2010'"),
        ('[place]\nneighbourhood = "town"', "write one of 'district', ''"),
        ('[files."Chronic Absence 2021-22.xlsx#Data".tokens]\n"*" = "zero"', "withheld <10"),
        (f'[files."{RATES}"]\nholds = "districts"', "is a district, one of"),
    ],
)
def test_an_answer_that_is_none_names_its_question(
    tables: tuple[RawTable, ...], answers: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _settled(tables, answers)


def test_an_answer_to_no_question_is_an_error(tables: tuple[RawTable, ...]) -> None:
    answers = with_answer(tomllib.loads(ANSWERS), ("place", "nmae"), "x")
    with pytest.raises(DataError, match=r"place\.nmae answers no question"):
        settle(tables, Interview(answers)).interview.refuse_open()


def test_a_register_of_students_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "attendance.csv"
    path.write_text("school_id,student_name,absent\n12,Ann Doe,1\n12,Bob Roe,0\n13,Cy Poe,1\n")
    with pytest.raises(FileError, match="describes single students") as error:
        look(path)
    assert "Doe" not in str(error.value)
    assert main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_ids_of_another_form_are_mended_as_asked(tmp_path: Path) -> None:
    absence, schools = tmp_path / "absence_2022-23.csv", tmp_path / "nces.csv"
    rows = [f"{at:03d},Oak {at},{100 + at},{10 + at}" for at in range(1, 31)]
    absence.write_text(
        "\n".join(["School Code,School Name,Enrollment,Number Chronically Absent", *rows, ""])
    )
    points = [f"560123400{at:03d},Oak {at},-107.{at},43.1,Elementary" for at in range(1, 31)]
    schools.write_text("\n".join(["NCESSCH,School Name,LON,LAT,Level", *points, ""]))
    found = tuple(table for path in (absence, schools) for table in look(path))
    intake = settle(found, Interview({"place": {"state": "Wyoming"}}))
    assert intake.matches[0].share == 1.0
    asked = {each.key[-1]: each for each in intake.interview.asked}
    assert asked["ids"].proposal == "the first 9 characters left out"
    assert "0 of 30" in asked["ids"].evidence


WASHINGTON = (
    "SchoolYear,OrganizationLevel,SchoolCode,SchoolName,StudentGroup,Measures,Suppression,"
    "Numerator,Denominator\n"
    "2022-23,State,,All,All Students,Regular Attendance,No Suppression,900,1200\n"
    + "".join(
        f"2022-23,School,{3000 + at},School {at},{group},{measure},{why},{counts}\n"
        for at in range(1, 13)
        for group in ("All Students", "Female")
        for measure in ("Regular Attendance", "Ninth Grade on Track")
        for why, counts in [
            ("Suppressed: N<10", ",") if at == 1 else ("No Suppression", f"{80 + at},{100 + at}")
        ]
    )
)
VIRGINIA = "Division Number,School Number,School Name,Subgroup,Students,Chronic Count\n" + "".join(
    f"{division},{school},Oak {school},All Students,{100 + school},{20 + division}\n"
    for division in range(1, 5)
    for school in (10, 20, 30)
)


def test_a_file_with_all_measures_below_one_another(tmp_path: Path) -> None:
    path = tmp_path / "report_card.csv"
    path.write_text(WASHINGTON)
    answers = {"place": {"state": "Washington"}}
    interview = Interview(answers)
    recipe = settle(look(path), interview).recipes[0]
    asked = {each.key[2:]: each for each in interview.asked if each.key[0] == "files"}
    assert asked["figures",].proposal == "attending"
    assert asked["keep", "Measures"].proposal == "Regular Attendance"
    assert asked["columns", "words"].proposal == "Suppression"
    assert not asked["tokens", "Suppressed: N<10"].sure
    every = read_table(recipe, path, Ledger()).table
    assert every["student_group"].value_counts().to_dict() == {"all": 12, "Female": 12}
    table = every[every["student_group"].eq("all")]
    assert table["status"].value_counts().to_dict() == {"reported": 11, "suppressed": 1}
    assert set(table["chronic_absent"].dropna()) == {20}


def test_ids_in_parts_are_filled_alike_in_all_files(tmp_path: Path) -> None:
    absence, schools = tmp_path / "absence_2022-23.csv", tmp_path / "list.csv"
    absence.write_text(VIRGINIA)
    rows = [
        f"{division:03d},{school:04d},Oak {school},-78.{school},37.{division},Elementary"
        for division in range(1, 5)
        for school in (10, 20, 30)
    ]
    head = "Division Number,School Number,School Name,Longitude,Latitude,Level"
    schools.write_text("\n".join([head, *rows, ""]))
    found = tuple(table for path in (absence, schools) for table in look(path))
    intake = settle(found, Interview({"place": {"state": "Virginia"}}))
    assert intake.matches[0].share == 1.0
    first, second = intake.recipes
    assert first.identifier.pads == second.identifier.pads == (3, 4)
    table = read_table(first, absence, Ledger()).table
    assert sorted(table["school_id"])[:2] == ["0010010", "0010020"]


@pytest.mark.mirror
def test_oregon_comes_out_as_its_hand_written_recipes_have_it(
    mirror: Path, oregon_panel: object, tmp_path: Path
) -> None:
    home = mirror / "oregon"
    files = (
        *("ode_regular_attenders/regular-attenders.xlsx", "cdc_svi_2020/Oregon.csv"),
        *("school_enrollment/school-enrollment-1819.xlsx",),
        *("school_locations/oregon-schools-geocoded.csv",),
        *("census_tracts_2020/cb_2020_41_tract_500k.zip",),
    )
    found = tuple(table for name in files for table in look(home / name))
    write_folder(_settled(found, OREGON), tmp_path)
    assert load_place("oregon", folder=tmp_path / "places", recipes=tmp_path / "recipes")
    panel = load_panel(
        build_panel("oregon", own=tmp_path, out=tmp_path / "panel", say=lambda _line: None)
    )
    for name in ("schools", "tracts", "absence", "drivers", "catchment", "joins", "context"):
        own = pd.DataFrame(panel.table(name)).drop(columns="source", errors="ignore")
        theirs = pd.DataFrame(oregon_panel.table(name))  # type: ignore[attr-defined]
        theirs = theirs.drop(columns="source", errors="ignore")
        if name == "absence":
            own = own[own["student_group"].eq("all") & own["grade"].eq("all")]
            own = own.reset_index(drop=True)
        assert len(own) > 100
        pd.testing.assert_frame_equal(own, theirs)


@pytest.mark.mirror
def test_new_york_city_since_2018_is_read_as_by_its_hand_written_recipe(mirror: Path) -> None:
    home = mirror / "nyc"
    path = home / "nyc_chronic_absence_2018_25/chronic_absenteeism.csv"
    others = (
        *("nyc_school_locations/2019-2020_School_Locations.csv",),
        *("nyc_tracts/census_tract_2020.geojson", "cdc_svi/NewYork.csv"),
    )
    found = tuple(
        table for each in (path, *(home / name for name in others)) for table in look(each)
    )
    intake = _settled(found, NYC)
    assert intake.interview.open == ()
    recipe = next(each for each in intake.recipes if each.table == "absence")
    shipped = load_recipe(FOLDER / "nyc_doe_chronic_absence.toml")
    own, theirs = (read_table(each, path, Ledger()).table for each in (recipe, shipped))
    columns = [name for name in theirs.columns if name not in ("source", "reason")]
    assert len(theirs) == 10_787
    keyed = [each.sort_values(["school_id", "school_year"])[columns] for each in (own, theirs)]
    pd.testing.assert_frame_equal(*keyed)


def test_the_command_writes_a_place_that_a_build_opens(
    state: MessyState, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, encoding="utf-8")
    names = list(map(str, state.paths))
    assert main(names) == 0
    proposed = capsys.readouterr().out
    assert "? place.publisher" in proposed
    assert "# answers.toml" in proposed
    out = tmp_path / "out"
    assert main([*names, "--answers", str(answers), "--out", str(out)]) == 0
    assert "2021-22: 2,961 of 10,785 students chronically absent" in capsys.readouterr().out
    assert sorted(each.name for each in out.iterdir()) == ["files", "places", "recipes"]
