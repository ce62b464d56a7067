"""One engine reads every layout, refuses what it must and accounts for every row."""

import gzip
import hashlib
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from data.contracts.check import validate
from data.errors import FileError
from data.read.engine import read_table
from data.read.enrolment import enrolment_of_rate
from data.read.tables import Beside
from data.recipe.checks import FOLDER, load_recipe, parse_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

COMMON = """
id = "made"
publisher = "Nobody"
title = "Made up"
url = "https://example.org/a"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
"""
ABSENCE = """
table = "absence"
mirror = "a.csv"
format = { kind = "delimited" }
identifier = { pattern = "[A-Z0-9é]+" }
tokens = { suppressed = { "*" = "n<10" }, missing = ["", "NULL"] }
[columns]
school_id = { column = "id" }
name = { column = "name" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "x", unit = "count" }
"""
ROWS = "id,name,n,x\nA1,Oak,100,20\nB2,Elm,50,*\nC3,Ash,30,NULL\n"


def recipe(rest: str = ABSENCE, *changes: tuple[str, str]) -> Recipe:
    text = COMMON + rest
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_recipe(text)


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def read(folder: Path, content: str | bytes, *changes: tuple[str, str]) -> pd.DataFrame:
    return read_table(recipe(ABSENCE, *changes), written(folder, content), Ledger()).table


def account(ledger: Ledger) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    return {(each.action, each.reason): (each.rows, each.examples) for each in ledger.entries}


def test_states_and_bounds_of_absence(tmp_path: Path) -> None:
    table = read(tmp_path, ROWS)
    validate("absence", table.drop(columns="name"))
    assert table["status"].tolist() == ["reported", "suppressed", "missing"]
    assert table["chronic_absent"].tolist() == [20, pd.NA, pd.NA]
    assert table["upper"].tolist() == [20, 9, pd.NA]
    assert table["enrolled"].tolist() == [100, 50, 30]


def test_a_bound_is_never_above_the_enrolment(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name,n,x\nA1,Oak,4,*\n")
    assert table["upper"].tolist() == [4]


RATED = (
    'enrolled = { column = "n", unit = "count" }\n'
    'chronic_absent = { column = "x", unit = "count" }',
    'rate = { column = "p", unit = "percent", words = "why" }\n'
    'chronic_absent = { column = "x", unit = "count", words = "why" }',
)
TWIN = (
    'suppressed = { "*" = "n<10" }, missing = ["", "NULL"]',
    'suppressed = { "Data suppressed" = "" }, missing = ["", "Data not available"]',
)
RATES = (
    "id,name,x,p,why\n"
    "A1,Oak,47.0,24.48,24.5% of students\n"
    "B2,Elm,1780.0,31.75,31.8% of students\n"
    "C3,Ash,,,Data suppressed\n"
    "D4,Yew,,,Data not available\n"
    "E5,Fir,0.0,0.0,0.0% of students\n"
)


def test_students_are_derived_from_count_and_rate_with_their_bounds(tmp_path: Path) -> None:
    ledger = Ledger()
    made = recipe(ABSENCE, RATED, TWIN)
    table = read_table(made, written(tmp_path, RATES), ledger).table
    validate("absence", table.drop(columns="name"))
    assert table["enrolled"].tolist() == [192, 5606, pd.NA, pd.NA, pd.NA]
    assert table["enrolled_lower"].tolist()[:2] == [192, 5606]
    assert table["enrolled_upper"].tolist()[:2] == [192, 5607]
    assert table["status"].tolist() == [
        *("reported", "reported", "suppressed", "missing", "missing")
    ]
    # A count of 0 says nothing of the number of students, and a blank is no 0.
    assert table["chronic_absent"].tolist() == [47, 1780, pd.NA, pd.NA, pd.NA]
    assert table["reason"].iloc[4] == "The number of students cannot be derived from a rate of 0 %."
    told = account(ledger)
    assert told["matched", "Students derived from count and rate: only one number fits both."] == (
        1,
        ("A1",),
    )
    rounded = "Students derived from count and rate: within 1, by rounding."
    assert told["matched", rounded] == (1, ("B2",))


def test_an_empty_cell_whose_words_are_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="'to follow' is not a number"):
        read(tmp_path, RATES.replace("Data suppressed", "to follow"), RATED, TWIN)


def test_decimals_are_those_of_the_recipe_or_those_seen(tmp_path: Path) -> None:
    whole = "id,name,x,p,why\nA1,Oak,10,25,.\nB2,Elm,12,30,.\n"
    seen = read(tmp_path, whole, RATED, TWIN)
    assert seen[["enrolled_lower", "enrolled", "enrolled_upper"]].to_numpy().tolist() == [
        [40, 40, 40],
        [40, 40, 40],
    ]
    named = (RATED[0], RATED[1].replace("words", "decimals = 0, words", 1))
    many = "id,name,x,p,why\nA1,Oak,100,25.0,.\n"
    rounded = read(tmp_path, many, named, TWIN).iloc[0]
    assert rounded[["enrolled_lower", "enrolled", "enrolled_upper"]].tolist() == [393, 400, 408]


def test_a_count_that_no_number_of_students_explains_is_refused(tmp_path: Path) -> None:
    ledger = Ledger()
    made = recipe(ABSENCE, RATED, TWIN)
    content = "id,name,x,p,why\nA1,Oak,3,29.99,.\nB2,Elm,0,12.50,.\nC3,Ash,3,30.00,.\n"
    table = read_table(made, written(tmp_path, content), ledger).table
    assert table["enrolled"].tolist() == [10]
    refused = "Refused: no number of students gives this count and this rate."
    assert account(ledger)["dropped", refused] == (2, ("A1 (row 2)", "B2 (row 3)"))


@settings(max_examples=60, deadline=None)
@given(
    students=st.integers(1, 6_000), part=st.floats(0.001, 1.0), decimals=st.sampled_from([0, 1, 2])
)
def test_the_true_number_of_students_always_lies_inside_the_bounds(
    students: int, part: float, decimals: int
) -> None:
    absent = max(1, round(part * students))
    percent = round(100 * absent / students, decimals)

    def cell(value: float) -> pd.DataFrame:
        return pd.DataFrame({"value": [value], "status": "reported", "reason": "", "refused": ""})

    half = 0.005 * 10.0**-decimals
    row = enrolment_of_rate(cell(absent), cell(percent / 100), half).iloc[0]
    if percent / 100 > half:
        assert row["refused"] == ""
        assert row["lower"] <= students <= row["upper"]
        assert row["lower"] <= row["value"] <= row["upper"]
    else:
        assert row["status"] == "missing"


def test_ids_that_other_files_know_by_another_are_told(tmp_path: Path) -> None:
    ledger = Ledger()
    changed = ('pattern = "[A-Z0-9é]+"', 'pattern = "[A-Z0-9é]+", ids = { B2 = "B9" }')
    table = read_table(recipe(ABSENCE, changed), written(tmp_path, ROWS), ledger).table
    assert table["school_id"].tolist() == ["A1", "B9", "C3"]
    assert account(ledger)["repaired", "Id that other files know by another."] == (
        1,
        ("B2, here B9",),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    ledger = Ledger()
    path = written(tmp_path, ROWS.replace("Oak", "École").encode(encoding))
    table = read_table(recipe(), path, ledger).table
    assert table["name"].iloc[0] == "École"
    guessed = any("Windows-1252" in each.reason for each in ledger.entries)
    assert guessed == (encoding == "cp1252")


def test_a_named_encoding_is_not_second_guessed(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not UTF-8"):
        read(
            tmp_path,
            ROWS.replace("Oak", "É").encode("cp1252"),
            ('"delimited"', '"delimited", encoding = "utf-8"'),
        )


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, mark: str) -> None:
    named = json.dumps(mark)
    content = ROWS.replace(",", mark)
    table = read(tmp_path, content, ('"delimited"', f'"delimited", delimiter = {named}'))
    assert len(table) == 3
    with pytest.raises(FileError, match="check the delimiter"):
        read(tmp_path, content)


def test_title_rows_footnotes_and_blank_lines(tmp_path: Path) -> None:
    content = "Attendance report\n\n" + ROWS + "\n\nSource: the agency\n"
    layout = ('"delimited"', '"delimited", header_row = 3')
    kept = (
        "tokens",
        'filters = [{ column = "id", regex = "[A-Z][0-9]", reason = "Footnote." }]\ntokens',
    )
    ledger = Ledger()
    table = read_table(recipe(ABSENCE, layout, kept), written(tmp_path, content), ledger).table
    assert len(table) == 3
    assert account(ledger)["dropped", "Footnote."][0] == 1
    with pytest.raises(FileError, match="row 9: id 'Source: the agency' is not of the form"):
        read(tmp_path, content, layout)


def test_a_row_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="row 4: 2 cells where the header has 4"):
        read(tmp_path, "id,name,n,x\nA1,Oak,100,20\nB2,Elm,50,2\nC3,As")
    with pytest.raises(FileError, match="near line"):
        read(tmp_path, 'id,name,n,x\nA1,"Oak,100,20\n')


def test_rows_that_repeat_or_conflict(tmp_path: Path) -> None:
    ledger = Ledger()
    path = written(tmp_path, ROWS + "A1,Oak,100,20\n")
    assert len(read_table(recipe(), path, ledger).table) == 3
    assert account(ledger)["dropped", "Repeats an earlier row exactly."] == (1, ("A1",))
    with pytest.raises(FileError, match="rows 2 and 5"):
        read(tmp_path, ROWS + "A1,Oak,100,21\n")


def test_impossible_rows_are_listed_and_nothing_is_lost(tmp_path: Path) -> None:
    content = ROWS + "D4,Fir,10,11\n"
    ledger = Ledger()
    table = read_table(recipe(), written(tmp_path, content), ledger).table
    assert table["school_id"].tolist() == ["A1", "B2", "C3"]
    told = account(ledger)
    assert told["dropped", "Refused: chronic_absent is above enrolled."] == (1, ("D4 (row 5)",))
    assert sum(each.rows for each in ledger.entries) == 4


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ('equals = "Oak"', ["A1"]),
        ('one_of = ["Oak", "Elm"]', ["A1", "B2"]),
        ('none_of = ["Oak"]', ["B2", "C3"]),
        ('regex = "[OE].*"', ["A1", "B2"]),
        ('equals = "Oak", unless = "absence"', ["A1", "C3"]),
    ],
)
def test_filters(tmp_path: Path, rule: str, kept: list[str]) -> None:
    made = recipe(
        ABSENCE, ("tokens", f'filters = [{{ column = "name", reason = "No.", {rule} }}]\ntokens')
    )
    ledger = Ledger()
    table = read_table(made, written(tmp_path, ROWS), ledger, beside=Beside({"C3"})).table
    assert table["school_id"].tolist() == kept
    assert account(ledger)["dropped", "No."][0] == 3 - len(kept)


def test_lost_leading_zeros_are_restored_and_told(tmp_path: Path) -> None:
    content = "id,name,n,x\n10,Oak,100,20\n00012,Elm,50,1\n"
    ledger = Ledger()
    made = recipe(ABSENCE, ('pattern = "[A-Z0-9é]+"', 'pattern = "[0-9]{5}", pad = 5'))
    table = read_table(made, written(tmp_path, content), ledger).table
    assert table["school_id"].tolist() == ["00010", "00012"]
    assert account(ledger)["repaired", "Id filled with zeros to 5 characters."] == (1, ("10",))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,name,n,chronic", "column 'x': there is no such column"),
        ("id,name,N,x", "column 'n': there is no such column"),
        ("id,name,n,x_", "the most similar is 'x_'"),
        ("id,name,x,x", "column 'n'"),
        ("id,n,n,x", "column 'name'|column 'n': 2 columns have this name"),
    ],
)
def test_changed_columns_are_named(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read(tmp_path, ROWS.replace("id,name,n,x", header))


@pytest.mark.parametrize(
    "header",
    ["Student Name", "student_first_name", "StudentID", "Birth Date", "DOB", "SSN", "last_name",
     "Student's Last Name", "STATE STUDENT ID", "Guardian Phone", "osis", "Date of Birth (m/d/y)"],
)  # fmt: skip
def test_students_own_data_is_refused_before_any_cell(tmp_path: Path, header: str) -> None:
    rows = f'id,name,n,x,"{header}"\nA1,Oak,not a number,20,secret\n'
    with pytest.raises(FileError, match="single students") as caught:
        read(tmp_path, rows)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "header",
    ["School Name", "Student group", "n_students", "# Students", "Principal_Name", "student count",
     "Number of students", "School ID", "Principal_phone_number", "Students in temporary housing"],
)  # fmt: skip
def test_aggregate_columns_pass(tmp_path: Path, header: str) -> None:
    assert len(read(tmp_path, f"id,name,n,x,{header}\nA1,Oak,100,20,7\n")) == 1


def test_words_without_an_entry_in_the_map(tmp_path: Path) -> None:
    mapped = ('name = { column = "name" }', 'grade = { column = "name", map = { Oak = "9" } }')
    with pytest.raises(FileError, match=r"column 'name', row 3: the map has no entry for 'Elm'"):
        read(tmp_path, ROWS, mapped)
    lenient = (mapped[0], mapped[1].replace("} }", '}, default = "other" }'))
    assert read(tmp_path, ROWS, lenient)["grade"].tolist() == ["9", "other", "other"]


def test_a_damaged_packed_file(tmp_path: Path) -> None:
    made = recipe(ABSENCE, ('mirror = "a.csv"', 'mirror = "a.csv.gz"'))
    whole = bytearray(gzip.compress(ROWS.encode() * 100))
    whole[20:24] = b"\x00\x01\x02\x03"
    for content in (bytes(whole), gzip.compress(ROWS.encode() * 100)[:-20]):
        with pytest.raises(FileError, match="damaged"):
            read_table(made, written(tmp_path, content, "a.csv.gz"), Ledger())


def test_a_packed_file_reads_as_the_plain_one(tmp_path: Path) -> None:
    made = recipe(ABSENCE, ('mirror = "a.csv"', 'mirror = "a.csv.gz"'))
    packed = written(tmp_path, gzip.compress(ROWS.encode()), "a.csv.gz")
    pd.testing.assert_frame_equal(read_table(made, packed, Ledger()).table, read(tmp_path, ROWS))


DRIVERS = """
table = "drivers"
mirror = "a.csv"
format = { kind = "delimited" }
identifier = { pattern = "[0-9]{11}" }
tokens = { missing = ["", "-999"] }
columns = { geoid = { column = "FIPS" } }
measures = [{ id = "uninsured", unit = "percent", value = "v", moe = "m" }]
"""


def test_drivers_are_fractions_with_margin_and_reliability(tmp_path: Path) -> None:
    content = (
        "FIPS,v,m\n1400000US36005000100,10,2\n36005000200,-999,-999\n"
        "6005000300,0,3\n36005000400,110,4\n"
    )
    ledger = Ledger()
    table = read_table(recipe(DRIVERS), written(tmp_path, content), ledger).table
    validate("drivers", table)
    assert table["geoid"].tolist() == ["36005000100", "36005000200", "06005000300", "36005000400"]
    assert table["value"].iloc[[0, 2]].tolist() == [0.1, 0]
    assert table["moe"].iloc[[0, 2]].tolist() == [0.02, 0.03]
    assert table["reliability"].tolist() == ["high", "undefined", "undefined", "undefined"]
    assert table["status"].tolist() == ["reported", "missing", "reported", "missing"]
    told = account(ledger)
    assert told["repaired", "Refused: v is above 100 %: figure left empty."][1] == (
        "36005000400 (row 5)",
    )
    assert told["kept", "Rows of the file read."][0] == 4


def test_an_id_that_cannot_be_mended_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"column 'FIPS', row 3: '36005' is no tract id"):
        read_table(
            recipe(DRIVERS), written(tmp_path, "FIPS,v,m\n36005000100,1,1\n36005,1,1\n"), Ledger()
        )


SCHOOLS = """
table = "schools"
mirror = "a.csv"
format = { kind = "delimited" }
identifier = { pattern = "[A-Z0-9]+" }
tokens = { missing = ["", "NULL"] }
points = { x = "lon", y = "lat" }
[columns]
school_id = { column = "id" }
name = { column = "name" }
level = { column = "kind", map = { Elementary = "elementary" }, default = "unknown" }
"""


def test_schools_keep_shared_points_apart(tmp_path: Path) -> None:
    content = (
        "id,name,kind,lon,lat\nA1,Oak,Elementary,-74,40.7\n"
        + "B2,Elm,Camp,-74,40.7\nC3,Ash,,NULL,NULL\n"
    )
    table = read_table(recipe(SCHOOLS), written(tmp_path, content), Ledger()).table
    assert table["level"].tolist() == ["elementary", "unknown", "unknown"]
    assert table.geometry.iloc[0] == table.geometry.iloc[1] == Point(-74, 40.7)
    assert table.geometry.iloc[2] is None
    assert table.crs.to_epsg() == 4326


@pytest.mark.parametrize("point", ["981081,175710", "40.7,-174.0"])
def test_projected_numbers_are_not_degrees(tmp_path: Path, point: str) -> None:
    content = f"id,name,kind,lon,lat\nA1,Oak,,{point}\n"
    with pytest.raises(FileError, match=r"row 2: the point .* is not a longitude and latitude"):
        read_table(recipe(SCHOOLS), written(tmp_path, content), Ledger())


def test_projected_points_with_their_crs(tmp_path: Path) -> None:
    content = "id,name,kind,lon,lat\nA1,Oak,,981081,175710\n"
    made = recipe(SCHOOLS, ('y = "lat" }', 'y = "lat", crs = "EPSG:2263" }'))
    table = read_table(made, written(tmp_path, content), Ledger()).table
    assert table.geometry.iloc[0].distance(Point(-74.01142, 40.648959)) < 1e-4


TRACTS = """
table = "tracts"
mirror = "a.geojson"
format = { kind = "vector" }
identifier = { pattern = "[0-9]{11}" }
columns = { geoid = { column = "GEOID" }, name = { column = "label" } }
"""
VECTORS = {"GeoJSON": "a.geojson", "GPKG": "a.gpkg", "ESRI Shapefile": "a.shp"}


@pytest.mark.parametrize("driver", VECTORS)
@pytest.mark.parametrize("packed", [False, True])
def test_geographic_files(tmp_path: Path, driver: str, packed: bool) -> None:
    shapes = gpd.GeoDataFrame(
        {"GEOID": ["99001000100", "99001000200"], "label": ["Tract 1", "Tract 2"]},
        geometry=[box(-74, 40, -73, 41), box(-73, 40, -72, 41)],
        crs="EPSG:4326",
    )
    folder = tmp_path / "made"
    folder.mkdir()
    path = folder / VECTORS[driver]
    shapes.to_crs(4326 if driver == "GeoJSON" else 3857).to_file(path, driver=driver)
    if packed:
        target = tmp_path / "a.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, f"inner/{part.name}")
        path = target
    made = recipe(TRACTS, ('"a.geojson"', f'"{path.name}"'))
    table = read_table(made, path, Ledger()).table
    assert table.index.tolist() == ["99001000100", "99001000200"]
    assert table["name"].tolist() == ["Tract 1", "Tract 2"]
    assert table["county"].tolist() == ["99001", "99001"]
    wanted = shapes.geometry.set_axis(table.index)
    assert table.normalize().geom_equals_exact(wanted.normalize(), 1e-6).all()


def test_zones_name_several_schools_in_one_cell(tmp_path: Path) -> None:
    zones = TRACTS.replace('table = "tracts"', 'table = "zones"').replace(
        'columns = { geoid = { column = "GEOID" }, name = { column = "label" } }',
        'columns = { zone_id = { column = "GEOID" }, level = { constant = "elementary" }, '
        'school_id = { column = "dbn", split = "," } }',
    )
    shapes = gpd.GeoDataFrame(
        {"GEOID": ["99001000100", "99001000200"], "dbn": ["A1, B2", None]},
        geometry=[box(-74, 40, -73, 41), box(-73, 40, -72, 41)],
        crs="EPSG:4326",
    )
    shapes.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    table = read_table(recipe(zones), tmp_path / "a.geojson", Ledger()).table
    validate("zones", table)
    assert table["school_id"].fillna("").tolist() == ["A1", "B2", ""]


def test_an_id_is_put_together_from_several_columns(tmp_path: Path) -> None:
    zones = TRACTS.replace('table = "tracts"', 'table = "zones"').replace(
        'columns = { geoid = { column = "GEOID" }, name = { column = "label" } }',
        'columns = { zone_id = { column = "kind", pattern = "([a-z]+) ([0-9]+)(\\\\.0)?", '
        'replace = "\\\\1 \\\\2" }, level = { column = "kind" }, school_id = { column = "dbn" } }',
    )
    made = zones.replace('"[0-9]{11}"', '"middle [0-9]+", also = ["no"]')
    shapes = gpd.GeoDataFrame(
        {"kind": ["middle", "middle"], "no": ["7.0", "8"], "dbn": ["A1", None]},
        geometry=[box(-74, 40, -73, 41), box(-73, 40, -72, 41)],
        crs="EPSG:4326",
    )
    shapes.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    table = read_table(recipe(made), tmp_path / "a.geojson", Ledger()).table
    validate("zones", table)
    assert table["zone_id"].tolist() == ["middle 7", "middle 8"]


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "rows", "suppressed"),
    [("tn_chronic_2017", 1556, 234), ("tn_chronic_2018", 4380, 1020)],
)
def test_tennessee_both_workbooks(mirror: Path, name: str, rows: int, suppressed: int) -> None:
    made = load_recipe(FOLDER / f"{name}.toml")
    table = read_table(made, mirror / made.mirror, Ledger()).table
    validate("absence", table.drop(columns="name"))
    assert len(table) == rows
    hidden = table[table["status"].eq("suppressed")]
    assert len(hidden) == suppressed
    assert hidden["chronic_absent"].isna().all()
    few = hidden[hidden["enrolled"].lt(10)]
    assert few["upper"].eq(few["enrolled"]).all()
    assert hidden.loc[hidden["enrolled"].ge(10), "upper"].isna().all()
    first = table[table["school_id"].eq("00010") & table["student_group"].eq("all")]
    assert first["enrolled"].max() > first["chronic_absent"].max() > 0


@pytest.mark.mirror
def test_connecticut_points_inside_a_quoted_cell(mirror: Path) -> None:
    made = load_recipe(FOLDER / "ct_school_directory.toml")
    ledger = Ledger()
    table = read_table(made, mirror / made.mirror, ledger).table
    assert len(table) == 1032
    assert account(ledger)["dropped", "A district or an agency, not a school."][0] == 206
    assert table.geometry.notna().all()
    assert table.geometry["0740211"] == Point(-73.194830005, 41.745794007)
    west, south, east, north = table.total_bounds
    assert -73.8 < west < east < -71.7
    assert 40.9 < south < north < 42.1


@pytest.mark.mirror
def test_virginia_zeros_that_hide_are_not_zero(mirror: Path) -> None:
    made = load_recipe(FOLDER / "va_chronic_charlottesville.toml")
    table = read_table(made, mirror / made.mirror, Ledger()).table
    assert len(table) == 3222
    assert table["status"].value_counts().to_dict() == {"missing": 2213, "suppressed": 1009}
    assert table["chronic_absent"].isna().all()


def test_a_source_is_described_with_its_hash(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    source = read_table(recipe(), path, Ledger(), retrieved="2024-05-01").source
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.id, source.retrieved, source.release) == ("made", "2024-05-01", "published")
