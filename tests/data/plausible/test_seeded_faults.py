"""One fault in a sound place: each is refused or doubted by its name, and sound places are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.errors import DataError, raise_together
from data.plausible.totals import TOTAL_WORDS
from tests.written_places import WrittenPlace, built, seed_of, sound_place

Fault = Callable[[WrittenPlace], object]
FAULTS: dict[str, tuple[str, Fault]] = {}


def fault(wanted: str) -> Callable[[Fault], Fault]:
    """Register a fault under the doubt's name, or the words of the refusal, that it must get."""

    def register(function: Fault) -> Fault:
        FAULTS[function.__name__] = (wanted, function)
        return function

    return register


def add_rows(place: WrittenPlace, **cells: object) -> None:
    """Add one row a year to the absence file."""
    years = place.absence["year"].unique()
    rows = [{**cells, "year": year, **_sum(place.absence, year)} for year in years]
    place.absence = pd.concat([place.absence, pd.DataFrame(rows)], ignore_index=True)


def _sum(rows: pd.DataFrame, year: str) -> dict[str, int]:
    return {
        name: int(rows.loc[rows["year"].eq(year), name].sum()) for name in ("students", "absent")
    }


@fault("total_rows")
def total_by_name(place: WrittenPlace) -> None:
    add_rows(place, id="77", name="District Total")


@fault("total_rows")
def total_by_id(place: WrittenPlace) -> None:
    add_rows(place, id="Statewide", name="")


@fault("total_rows")
def total_by_sum_alone(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="Meadow Park")


@fault("total_rows")
def total_in_the_directory(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="Meadow Park")
    place.schools.loc[len(place.schools)] = place.schools.iloc[0].replace("0001", "9000")


@fault("total_rows")
def state_above_its_districts(place: WrittenPlace) -> None:
    schools = place.absence
    district = schools["id"].map(place.schools.set_index("id")["district"])
    above = {
        "801": district.eq("District 1"),
        "802": district.eq("District 2"),
        "10": district.ne(""),
    }
    for name, members in above.items():
        sums = schools[members].groupby("year")[["students", "absent"]].sum().reset_index()
        rows = sums.assign(id=name, name=f"Unit {name}")
        place.absence = pd.concat([place.absence, rows], ignore_index=True)


@fault("total_rows")
def one_district_by_sum(place: WrittenPlace) -> None:
    district = place.absence["id"].map(place.schools.set_index("id")["district"])
    part = place.absence[district.eq("District 2")].groupby("year")[["students", "absent"]].sum()
    rows = part.reset_index().assign(id="802", name="Unit 2")
    place.absence = pd.concat([place.absence, rows], ignore_index=True)


@fault("total_rows")
def one_district_by_its_ids(place: WrittenPlace) -> None:
    place.schools["district"] = ""
    district = (place.schools.index % 2).astype(str)
    names = pd.Series("4" + district + place.schools["id"].to_numpy(), place.schools["id"])
    place.schools["id"] = names.to_numpy()
    place.absence["id"] = place.absence["id"].map(names)
    first = place.absence[place.absence["id"].str.startswith("41")]
    rows = first.groupby("year")[["students", "absent"]].sum().reset_index()
    rows = rows.assign(id="419999", name="Unit")
    place.absence = pd.concat([place.absence, rows], ignore_index=True)


@fault("total_rows")
def total_of_students_counted_once(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="Meadow Park")
    last = place.absence["id"].eq("9000")
    place.absence.loc[last, "students"] = (place.absence.loc[last, "students"] * 0.97).astype(int)


@fault("total_rows")
def total_of_two_schools(place: WrittenPlace) -> None:
    place.absence = place.absence[place.absence["id"].isin(["0001", "0002"])]
    place.absence = place.absence.reset_index(drop=True)
    add_rows(place, id="9000", name="Meadow Park")


@fault("total_rows")
def an_average_row(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="Average")
    last = place.absence["id"].eq("9000")
    place.absence.loc[last, ["students", "absent"]] //= 12


@fault("total_rows")
def a_row_called_as_the_place(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="SOUND COUNTY")
    last = place.absence["id"].eq("9000")
    place.absence.loc[last, ["students", "absent"]] //= 2


@fault("total_rows")
def one_level_by_sum(place: WrittenPlace) -> None:
    level = place.absence["id"].map(place.schools.set_index("id")["level"])
    part = place.absence[level.eq("middle")].groupby("year")[["students", "absent"]].sum()
    rows = part.reset_index().assign(id="802", name="Meadow Park")
    place.absence = pd.concat([place.absence, rows], ignore_index=True)


@fault("hardly_absent")
def one_year_as_fractions(place: WrittenPlace) -> None:
    rate = (100 * place.absence["absent"] / place.absence["students"]).round(1)
    last = place.absence["year"].eq("2022-23")
    place.absence["absent"] = rate.where(~last, (rate / 100).round(3))
    counted = '"absent"\nunit = "count"'
    place.recipes["absence"] = place.recipes["absence"].replace(counted, '"absent"\nunit="percent"')


@fault("zeros")
def zeros_that_hide(place: WrittenPlace) -> None:
    place.absence.loc[[1, 5, 13, 17], "absent"] = 0


@fault("may be a code for missing")
def a_code_among_students(place: WrittenPlace) -> None:
    place.absence.loc[[2, 5, 14, 17], ["students", "absent"]] = [999, 300]


@fault(r"absence\.csv, row 3: a cell holds 7 rows of the file")
def two_quotes_around_rows(place: WrittenPlace) -> None:
    swallowed = place.absence.iloc[1:8].astype(str).agg(",".join, axis=1).str.cat(sep="\n")
    first = swallowed.index(",") + 1
    name, years = swallowed[first:].rsplit(",2021-22", 1)[0], place.absence["year"]
    place.absence["name"] = place.absence["name"].mask(place.absence.index == 1, name)
    place.absence = place.absence[~(place.absence.index.isin(range(2, 8)) & years.eq("2021-22"))]


@fault("hardly_absent")
def absent_of_an_average_day(place: WrittenPlace) -> None:
    place.absence["absent"] = place.absence["absent"] // 40


@fault("rates_alike")
def the_rate_of_the_state_for_each_school(place: WrittenPlace) -> None:
    place.absence["absent"] = (place.absence["students"] * 0.18).round().astype(int)


@fault("children_lacking")
def a_county_without_children(place: WrittenPlace) -> None:
    place.tracts["children"] = place.tracts["children"].astype("Int64")
    place.tracts.loc[:9, "children"] = pd.NA


@fault(r"tract_vintage is 2020, and tracts holds outlines of 2010; write 2010")
def outlines_of_another_census(place: WrittenPlace) -> None:
    place.vintages["tracts"] = "2010"


@fault("sizes")
def the_same_size_everywhere(place: WrittenPlace) -> None:
    place.absence["students"] = int(place.absence["students"].max())


@fault(r"ids 000100 and 0001 differ by the letters behind")
def ids_with_two_digits_more(place: WrittenPlace) -> None:
    place.absence["id"] = place.absence["id"] + "00"


@fault("points_alike")
def schools_at_two_points(place: WrittenPlace) -> None:
    for first in (0, 4):
        point = place.schools.loc[first, ["lon", "lat"]].to_numpy()
        place.schools.loc[first : first + 3, ["lon", "lat"]] = point


@fault("school_ids")
def some_ids_lost_zeros(place: WrittenPlace) -> None:
    place.schools.loc[:6, "id"] = place.schools.loc[:6, "id"].str.lstrip("0")


@fault(r"identifier\.pad = 4 would match 7")
def some_ids_lost_zeros_is_said(place: WrittenPlace) -> None:
    some_ids_lost_zeros(place)


@fault("school_ids")
def some_ids_have_a_prefix(place: WrittenPlace) -> None:
    place.absence["id"] = place.absence["id"].where(
        place.absence.index % 2 == 0, "DE" + place.absence["id"]
    )
    ids = place.absence["id"].str.replace("DE", "")
    place.absence["id"] = ids.where(ids.lt("0007"), "DE" + ids)


@fault(r"ids DE0001 and 0001 differ by the letters in front")
def all_ids_have_a_prefix(place: WrittenPlace) -> None:
    place.absence["id"] = "DE" + place.absence["id"]


@fault(
    r"none of 12 schools of the absence file is in the directory: ids 0001 and 1 differ by zeros"
)
def all_ids_lost_zeros(place: WrittenPlace) -> None:
    place.schools["id"] = place.schools["id"].str.lstrip("0")


@fault(r"ids A0001 and a0001 differ by capital letters")
def ids_in_small_letters(place: WrittenPlace) -> None:
    place.absence["id"] = "A" + place.absence["id"]
    place.schools["id"] = "a" + place.schools["id"]


@fault("school_ids")
def half_of_another_list(place: WrittenPlace) -> None:
    place.schools.loc[::2, "id"] = [f"X{number}" for number in range(6)]


@fault("rows_refused")
def columns_swapped_in_half(place: WrittenPlace) -> None:
    half = place.absence.index[::2]
    swapped = place.absence.loc[half, ["absent", "students"]].to_numpy()
    place.absence.loc[half, ["students", "absent"]] = swapped


@fault(r"columns enrolled \('students'\) and chronic_absent \('absent'\) look swapped")
def columns_swapped(place: WrittenPlace) -> None:
    place.absence[["students", "absent"]] = place.absence[["absent", "students"]].to_numpy()


@fault("attending_counted")
def attending_for_absent(place: WrittenPlace) -> None:
    place.absence["absent"] = place.absence["students"] - (place.absence["absent"] // 3)


@fault("sizes")
def a_size_no_school_has(place: WrittenPlace) -> None:
    place.absence.loc[3, "students"] = 48_000


@fault("years_alike")
def one_file_for_both_years(place: WrittenPlace) -> None:
    first = place.absence["year"].eq("2021-22")
    columns = ["students", "absent"]
    place.absence.loc[~first, columns] = place.absence.loc[first, columns].to_numpy()


@fault("year_change")
def a_moved_digit(place: WrittenPlace) -> None:
    place.absence.loc[2, "students"] *= 10


@fault("year_change")
def a_year_in_another_unit(place: WrittenPlace) -> None:
    last = place.absence["year"].eq("2022-23")
    place.absence.loc[last, "absent"] = (place.absence.loc[last, "students"] * 0.6).astype(int)


@fault("year_change")
def half_of_the_students_of_a_year(place: WrittenPlace) -> None:
    last = place.absence["year"].eq("2022-23")
    for name in ("students", "absent"):
        place.absence.loc[last, name] //= 2


@fault(r"default_year is '2022-23'.*write one of 2019-20, 2020-21")
def the_first_year_is_absent(place: WrittenPlace) -> None:
    place.absence["year"] = place.absence["year"].map({"2021-22": "2019-20", "2022-23": "2020-21"})


@fault("students_children")
def residents_for_children(place: WrittenPlace) -> None:
    place.tracts["children"] = place.tracts["people"]


@fault("children_column")
def percents_for_children(place: WrittenPlace) -> None:
    place.tracts["children"] = 10 + place.tracts.index % 9


@fault("children_column")
def a_digit_too_many_in_children(place: WrittenPlace) -> None:
    place.tracts.loc[3, "children"] *= 100


@fault("children_column")
def residents_in_another_unit(place: WrittenPlace) -> None:
    place.tracts["people"] //= 10


@fault(r"resident children is 0 in every tract")
def nobody_lives_here(place: WrittenPlace) -> None:
    place.tracts["children"] = 0


@fault("levels_unknown")
def no_level(place: WrittenPlace) -> None:
    place.schools["level"] = "unknown"


@fault("points_wrong")
def one_sign_is_lost(place: WrittenPlace) -> None:
    place.schools.loc[4, "lon"] *= -1


@fault("points_wrong")
def one_point_is_swapped(place: WrittenPlace) -> None:
    place.schools.loc[4, ["lon", "lat"]] = place.schools.loc[4, ["lat", "lon"]].to_numpy(copy=True)


@fault("points_wrong")
def one_point_is_far(place: WrittenPlace) -> None:
    place.schools.loc[4, "lat"] += 1.0


@fault(r"12 of 12 schools have points that cannot be right \(12 latitude and longitude swapped")
def all_points_are_swapped(place: WrittenPlace) -> None:
    place.schools[["lon", "lat"]] = place.schools[["lat", "lon"]].to_numpy(copy=True)


@fault(r"4 of 12 schools have points that cannot be right \(4 longitude without its minus sign")
def many_signs_are_lost(place: WrittenPlace) -> None:
    place.schools.loc[:3, "lon"] *= -1


@fault("points_outside")
def points_are_moved(place: WrittenPlace) -> None:
    place.schools["lon"] += 0.05


@fault("points_alike")
def half_of_the_schools_at_one_point(place: WrittenPlace) -> None:
    place.schools.loc[:5, ["lon", "lat"]] = place.schools.loc[0, ["lon", "lat"]].to_numpy()


@fault("points_coarse")
def points_are_rounded(place: WrittenPlace) -> None:
    place.schools[["lon", "lat"]] = place.schools[["lon", "lat"]].round(2)


@fault("points_coarse")
def one_axis_is_rounded(place: WrittenPlace) -> None:
    place.schools["lat"] = place.schools["lat"].round(2)


@fault("points_alike")
def all_schools_on_one_latitude(place: WrittenPlace) -> None:
    place.schools["lat"] = 39.04123


@fault("online_schools")
def a_virtual_school_by_type(place: WrittenPlace) -> None:
    place.schools.loc[2, "type"] = "Full Virtual"


@fault("online_schools")
def a_cyber_school_by_name(place: WrittenPlace) -> None:
    place.schools.loc[2, "name"] = "Delmarva Cyber Charter School"


@fault("perhaps_online")
def an_online_school_that_nothing_betrays(place: WrittenPlace) -> None:
    one = place.absence["id"].eq("0003")
    children = int(place.tracts["children"].sum())
    place.absence.loc[one, ["students", "absent"]] = [children // 2, children // 3]
    others = ["students", "absent"]
    place.absence.loc[~one, others] = place.absence.loc[~one, others] // 2 + 1


@fault("total_rows")
def total_above_withheld_schools(place: WrittenPlace) -> None:
    add_rows(place, id="9000", name="Meadow Park")
    place.absence["absent"] = place.absence["absent"].astype(object)
    place.absence.loc[[1, 5, 13, 17], "absent"] = "*"
    place.recipes["absence"] += '[tokens]\nsuppressed = { "*" = "" }\n'


@fault("publishers_total")
def schools_are_lacking(place: WrittenPlace) -> None:
    add_rows(place, id="State", name="All")
    place.absence = place.absence[~place.absence["id"].isin(["0002", "0003"])]
    place.recipes["absence"] += (
        '[[filters]]\ncolumn = "id"\nnone_of = ["State"]\nreason = "The state."\ntotals = true\n'
    )


@fault("outside the state")
def outlines_of_another_state(place: WrittenPlace) -> None:
    place.tracts.geometry = place.tracts.translate(-20, 0)
    place.schools["lon"] -= 20


@fault("counties_renamed")
def a_county_with_its_old_code(place: WrittenPlace) -> None:
    place.state = "46"
    place.tracts["GEOID"] = [
        f"{'46102' if number % 2 else '46033'}{each[5:]}"
        for number, each in enumerate(place.tracts["GEOID"])
    ]
    place.tracts.geometry = place.tracts.translate(-26, 4)
    place.schools[["lon", "lat"]] += [-26, 4]
    place.drivers["geoid"] = place.tracts["GEOID"].str.replace("46102", "46113")


@fault(r"5 of 20 tracts are not among the 20 known|tract_edition")
def a_small_county_of_another_edition(place: WrittenPlace) -> None:
    last = place.tracts.index[-5:]
    place.tracts.loc[last, "GEOID"] = [f"10003{each[5:]}" for each in place.tracts["GEOID"][last]]
    place.drivers.loc[last, "geoid"] = [f"10003{number:06d}" for number in range(9_001, 9_006)]


@fault(r"5 of 20 rows are refused: Refused: value is above 100 %")
def counts_among_percents_of_drivers(place: WrittenPlace) -> None:
    place.drivers.loc[:4, "value"] = [130, 150, 170, 101, 110]


@fault("drivers_lacking")
def drivers_of_half_the_tracts(place: WrittenPlace) -> None:
    place.drivers = place.drivers.iloc[::2]


@fault("outlines_overlap")
def one_tract_covers_all(place: WrittenPlace) -> None:
    place.tracts.loc[0, "geometry"] = shapely.box(*place.tracts.total_bounds)


@fault("outlines_overlap")
def tracts_are_drawn_too_large(place: WrittenPlace) -> None:
    place.tracts.geometry = place.tracts.scale(1.1, 1.1)


@fault("outlines_apart")
def tracts_are_drawn_too_small(place: WrittenPlace) -> None:
    place.tracts.geometry = place.tracts.scale(0.99, 0.99)


@fault("outlines_lost")
def an_outline_is_empty(place: WrittenPlace) -> None:
    place.tracts.loc[3, "geometry"] = None


@fault("outlines_changed")
def an_outline_crosses_itself(place: WrittenPlace) -> None:
    west, south, east, north = place.tracts.geometry[0].bounds
    ring = [(west, south), (east, north), (east, south), (west, north + 0.005)]
    place.tracts.loc[0, "geometry"] = shapely.Polygon(ring)


@fault(r"none of 20 tracts has an outline with an area")
def tracts_are_points(place: WrittenPlace) -> None:
    place.tracts.geometry = [shapely.Point(each.bounds[:2]) for each in place.tracts.geometry]


@fault(r"outside the state.*latitude and longitude the other way round")
def outlines_are_swapped(place: WrittenPlace) -> None:
    shapes = place.tracts.geometry.to_numpy()
    place.tracts.geometry = shapely.transform(shapes, lambda xy: xy[:, ::-1])


@fault(r"outside the state.*the other sign of the longitude")
def outlines_lost_their_sign(place: WrittenPlace) -> None:
    shapes = place.tracts.geometry.to_numpy()
    place.tracts.geometry = shapely.transform(shapes, lambda xy: xy * [-1, 1])


@fault(r"each that has a place is an online school")
def all_schools_are_online(place: WrittenPlace) -> None:
    place.schools["type"] = "Virtual"


@fault(r"no school has a student enrolled")
def nobody_is_enrolled(place: WrittenPlace) -> None:
    place.absence[["students", "absent"]] = 0


@fault("drivers_lacking")
def drivers_without_a_figure(place: WrittenPlace) -> None:
    place.drivers["value"] = np.nan


@fault(r"is not projected: it has no plane distances")
def degrees_as_system(place: WrittenPlace) -> None:
    place.keys = 'crs = "EPSG:4326"'


@fault(r"crs: 'EPSG:2992' .* is made for longitude")
def the_system_of_another_state(place: WrittenPlace) -> None:
    place.keys = 'crs = "EPSG:2992"'


@fault(r"not_joined names '4711'")
def a_school_that_is_not_there(place: WrittenPlace) -> None:
    place.tables = '[catchment]\nnot_joined = ["4711"]'


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told(tmp_path: Path, name: str, replicates: Callable[[int, int], int]) -> None:
    wanted, make_fault = FAULTS[name]
    for number in range(replicates(1, 4)):
        place = sound_place(seed_of(name) + number)
        make_fault(place)
        folder = tmp_path / str(number)
        folder.mkdir()
        told = doubts_and_words(place, folder)
        assert re.search(wanted, told, re.DOTALL), (number, told)


def doubts_and_words(place: WrittenPlace, folder: Path) -> str:
    """Build and give the names of what is doubted, or the message of the refusal."""
    try:
        panel = place.build(folder)
    except DataError as error:
        return str(error)
    return " ".join(entry.doubt for entry in panel.ledger if entry.doubt)


SIZES = ((5, 4, 12), (1, 1, 1), (2, 1, 2), (4, 3, 5), (6, 5, 25))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_sound_place_is_believed(
    tmp_path: Path, size: tuple[int, int, int], replicates: Callable[[int, int], int]
) -> None:
    columns, rows, schools = size
    for seed in range(replicates(1, 10)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        panel = sound_place(seed, columns, rows, schools).build(folder)
        assert [entry for entry in panel.ledger if entry.doubt] == []
        assert panel.catchment["school_id"].nunique() == schools
        assert panel.area.crs == "EPSG:32618"
        total = panel.absence.drop_duplicates("school_id", keep="last")["enrolled"].sum()
        assert panel.catchment["students"].sum() == pytest.approx(float(total))


def test_all_that_is_wrong_stands_in_one_list(tmp_path: Path) -> None:
    place = sound_place()
    place.write(tmp_path)
    (tmp_path / "absence.csv").unlink()
    (tmp_path / "drivers.csv").write_text("geoid;value;margin\n", encoding="utf-8")
    (tmp_path / "tracts.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="3 things are to be put right") as told:
        built("sound", tmp_path, tmp_path)
    for file in ("absence.csv", "drivers.csv", "tracts.geojson"):
        assert file in str(told.value)


def test_what_two_recipes_lack_is_said_once() -> None:
    with pytest.raises(DataError, match=r"^a\.csv is not there$"):
        raise_together([DataError("a.csv is not there"), DataError("a.csv is not there")])


def test_all_wrong_recipes_stand_in_one_list(tmp_path: Path) -> None:
    place = sound_place()
    place.recipes["absence"] += "[speed]\nx = 1\n"
    place.recipes["drivers"] = "format = 3\n"
    with pytest.raises(DataError, match="2 things are to be put right") as told:
        place.build(tmp_path)
    assert "absence.toml: unknown key 'speed'" in str(told.value)
    assert "drivers.toml: format is 3" in str(told.value)


def test_a_place_file_saved_by_notepad(tmp_path: Path) -> None:
    place = sound_place()
    place.write(tmp_path)
    for name in ("sound.toml", "absence.toml"):
        path = tmp_path / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert built("sound", tmp_path, tmp_path).area.name == "Sound County"


def test_an_accepted_doubt_is_still_said(tmp_path: Path) -> None:
    place = sound_place()
    no_level(place)
    place.keys = 'accept = ["levels_unknown"]'
    panel = place.build(tmp_path)
    assert [entry.doubt for entry in panel.ledger if entry.doubt] == ["levels_unknown"]


def test_no_count_of_restricted_data_stands_in_the_ledger(tmp_path: Path) -> None:
    place = sound_place()
    schools_are_lacking(place)
    place.absence["absent"] = place.absence["students"] - place.absence["absent"] // 9
    place.keys = 'accept = ["attending_counted"]'
    place.write(tmp_path)
    recipe = tmp_path / "absence.toml"
    text = recipe.read_text(encoding="utf-8").replace('"published"', '"restricted"')
    recipe.write_text(text, encoding="utf-8")
    panel = built("sound", tmp_path, tmp_path)
    doubts = [entry for entry in panel.ledger if entry.doubt]
    assert {entry.doubt for entry in doubts} >= {"attending_counted"}
    told = " ".join(entry.reason + " ".join(entry.examples) for entry in panel.ledger)
    numbers = set(re.findall(r"[0-9,]+", told))
    total = panel.absence[["enrolled", "chronic_absent"]].sum()
    counts = {*panel.absence["enrolled"], *panel.absence["chronic_absent"], *total}
    assert not {f"{each:,}" for each in counts if each > 30} & numbers


def test_online_schools_count_in_totals_and_not_on_the_map(tmp_path: Path) -> None:
    place = sound_place()
    a_virtual_school_by_type(place)
    place.tables = '[catchment]\nnot_joined = ["0005"]'
    panel = place.build(tmp_path)
    left_out = set(panel.schools.index) - set(panel.catchment["school_id"])
    assert left_out == {"0003", "0005"}
    assert panel.absence["school_id"].nunique() == 12
    assert set(panel.joins["school_id"]) == set(panel.catchment["school_id"])
    place.tables = '[catchment]\njoined = ["0003"]'
    again = tmp_path / "again"
    again.mkdir()
    assert place.build(again).catchment["school_id"].nunique() == 12


def test_a_school_without_a_name_is_called_by_another_file_or_its_id(tmp_path: Path) -> None:
    place = sound_place()
    place.schools.loc[[0, 1], "name"] = ""
    place.absence["name"] = place.absence["name"].mask(place.absence["id"].eq("0002"), "")
    panel = place.build(tmp_path)
    assert panel.schools["name"].head(3).tolist() == ["School 1", "0002", "School 3"]


@pytest.mark.parametrize(
    ("name", "is_total"),
    [
        ("LEA Total", True),
        ("Total - All Schools", True),
        ("Elementary Schools", True),
        ("All Middle Schools", True),
        ("District-level", True),
        ("Total Learning Academy", False),
        ("All Saints Academy", False),
        ("Lincoln County High School", False),
        ("Middle School", False),
        ("State Street Elementary", False),
        ("Consolidated", False),
    ],
)
def test_names_of_totals(name: str, *, is_total: bool) -> None:
    assert (TOTAL_WORDS.fullmatch(name) is not None) == is_total


def test_feet_give_the_same_join_as_metres(tmp_path: Path) -> None:
    panels = []
    for number, crs in enumerate(("EPSG:2776", "EPSG:2235")):  # Delaware in metres, in feet
        place = sound_place()
        place.keys = f'crs = "{crs}"'
        folder = tmp_path / str(number)
        folder.mkdir()
        panels.append(place.build(folder))
    metres, feet = (panel.catchment["share"].to_numpy() for panel in panels)
    assert feet == pytest.approx(metres, abs=1e-6)
    assert panels[1].tracts.to_crs(panels[1].area.crs).area.sum() == pytest.approx(
        panels[0].tracts.to_crs(panels[0].area.crs).area.sum(), rel=1e-6
    )


def test_withheld_counts_leave_a_place_on_the_map(tmp_path: Path) -> None:
    place = sound_place()
    place.absence["absent"] = "*"
    place.recipes["absence"] += '[tokens]\nsuppressed = { "*" = "" }\n'
    panel = place.build(tmp_path)
    assert panel.absence["status"].eq("suppressed").all()
    assert panel.catchment["school_id"].nunique() == 12


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_state_wide_directory_is_no_doubt(tmp_path: Path, share: float) -> None:
    place = sound_place()
    many = int(12 / share)
    others = pd.concat([place.schools] * (many // 12), ignore_index=True)
    others = others.assign(id=[f"9{number:04d}" for number in range(len(others))])
    others["lon"] += np.linspace(0.5, 0.7, len(others))
    place.schools = pd.concat([place.schools, others], ignore_index=True)
    panel = place.build(tmp_path)
    assert [entry for entry in panel.ledger if entry.doubt] == []
