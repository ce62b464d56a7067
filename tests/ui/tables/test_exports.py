import csv
import io
import json
import re
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from python_calamine import CalamineWorkbook
from shapely.geometry import Point

from data.store.provenance import Source
from ui.report.layers import ABOUT as NOTES
from ui.report.layers import to_geopackage, to_parquet
from ui.report.workbook import to_xlsx
from ui.tables.display import dictionary
from ui.tables.exports import About, about_csv, escape_formula, file_name, to_csv

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "'=already",
    "'Ohana School",
    "# not a comment",
    'P.S. #7, "The #1"',
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) **b** `c`",
    "\\input{/etc/passwd} $x^2$ %",
    "École 🏫 Ñandú 学校",
    "two\nlines",
    "NULL",
    "NA",
    "007",
    "",
    "\uff1dfullwidth",
]
ABOUT = About(
    dictionary(["school_id", "name", "enrolled", "rate"]),
    "Schools that children of a tract attend, not each child.",
    (Source("s", "Publisher", 'Title, "quoted"', "https://x.example", "2018-19", "", "CC", ""),),
    fictional=False,
    year="2018-19",
)


# What an apostrophe is put before: what a spreadsheet runs, and what would read as escaped.
ESCAPED = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def unescaped(text):
    return text[1:] if text.startswith("'") and ESCAPED.match(text) else text


def read_back(content, *, text):
    header = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8-sig").columns
    names = [unescaped(name) for name in header]
    kinds = {raw: "str" for raw, name in zip(header, names, strict=True) if name in text}
    table = pd.read_csv(
        io.BytesIO(content),
        dtype=kinds,
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values={raw: [""] for raw in header if raw not in kinds},
    )
    for raw in kinds:
        table[raw] = table[raw].map(unescaped)
    return table.set_axis(names, axis=1)


def frame(names=HOSTILE):
    n = len(names)
    return pd.DataFrame(
        {
            "school_id": [f"{i:03d}" for i in range(n)],
            "name": pd.Series(names, dtype="str"),
            "enrolled": pd.array([100] * n, dtype="Int64"),
            "rate": np.linspace(-0.5, 1, n),
        }
    )


def geo(names=HOSTILE):
    points = [Point(i / 10, 1) for i in range(len(names))]
    return gpd.GeoDataFrame(frame(names), geometry=points, crs="EPSG:4326")


def written(table, **changes):
    return to_csv(table, replace(ABOUT, **changes))


def packed(table, **changes):
    return to_geopackage(table, replace(ABOUT, **changes))


def sheets(content):
    """Read a workbook back: rows of each sheet, values as they are."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_header_row_comes_first():
    content = written(frame(["Oak", "Elm"]))
    assert content.startswith(b'\xef\xbb\xbf"school_id","name","enrolled","rate"\n')
    table = pd.read_csv(io.BytesIO(content))
    assert table["name"].tolist() == ["Oak", "Elm"]
    assert table["rate"].tolist() == [-0.5, 1.0]


def test_hostile_names_come_back_as_they_were():
    back = read_back(written(frame()), text=["school_id", "name"])
    assert back["name"].tolist() == HOSTILE
    assert back["school_id"].tolist() == frame()["school_id"].tolist()
    np.testing.assert_array_equal(back["rate"], frame()["rate"])


def cells(content):
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


def runs(cell):
    # What a spreadsheet runs: a text cell that begins so; a negative number is only a number.
    try:
        float(cell)
    except ValueError:
        return cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
    return False


def test_no_cell_anywhere_runs_as_a_formula():
    evil = "x, =1+1; @SUM(A1)|+2\n=3\t-4"
    source = Source("s", evil, "=1+1", evil, evil, "", "=cmd", "")
    about = replace(ABOUT, caveat=f"={evil}", sources=(source,), year="=2018")
    assert not [cell for cell in cells(to_csv(frame(), about)) if runs(cell)]
    assert not [cell for cell in cells(about_csv(about)) if runs(cell)]


def test_a_hostile_heading_is_inert():
    table = pd.DataFrame({"=1+1": [1.0]})
    content = written(table, dictionary=dictionary(["=1+1"], {"=1+1": "hostile"}))
    assert '"\'=1+1"' in content.decode("utf-8-sig")
    assert read_back(content, text=[]).columns.tolist() == ["=1+1"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=8))
def test_any_name_survives(names):
    back = read_back(written(frame(names)), text=["school_id", "name"])
    assert back["name"].tolist() == names


@given(st.text())
def test_escape_has_an_inverse(text):
    safe = escape_formula(text)
    assert unescaped(safe) == re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text
    )
    assert not runs(safe)


def test_numbers_are_untouched():
    content = written(frame(["Oak", "Elm"])).decode("utf-8-sig")
    assert '"000","Oak",100,-0.5\n' in content


def test_what_it_means_is_a_file_of_its_own():
    notes = pd.read_csv(io.BytesIO(about_csv(ABOUT)), encoding="utf-8-sig")
    told = dict(zip(notes["topic"], notes["text"], strict=True))
    assert told["caveat"].startswith("Schools that children")
    assert told["school year"] == "2018-19"
    assert told["source"].startswith('Publisher. Title, "quoted" (2018-19).')
    assert told["column rate"] == "[fraction] chronic_absent / enrolled."
    assert b"FICTIONAL" not in about_csv(ABOUT)


def test_every_row_of_a_made_up_place_says_so():
    back = read_back(written(frame(["Oak", "Elm"]), fictional=True), text=["notice"])
    assert back["notice"].str.startswith("FICTIONAL").all()
    assert b"FICTIONAL" in about_csv(replace(ABOUT, fictional=True))
    assert b"FICTIONAL" not in written(frame(["Oak"]))


def test_withheld_figures_stay_home():
    table = frame(["Oak", "Elm"]).assign(
        status=["reported", "suppressed"], reason=["", "P2"], rate=[0.5, 0.123456]
    )
    words = dictionary(["school_id", "name", "enrolled", "rate", "status", "reason"])
    content = written(table, dictionary=words)
    assert b"0.123456" not in content
    back = read_back(content, text=["school_id", "name", "status", "reason", "note"])
    assert back["rate"].isna().tolist() == [False, True]
    assert back["note"].tolist() == ["", "not shown: fewer than 10 students"]


def test_an_unexplained_column_is_refused():
    with pytest.raises(ValueError, match="secret"):
        written(frame(["Oak"]).assign(secret=1))
    with pytest.raises(ValueError, match="secret"):
        packed(geo(["Oak"]).assign(secret=1))


def test_named_index_is_the_first_column():
    back = read_back(written(frame(["Oak"]).set_index("school_id")), text=["school_id", "name"])
    assert back.columns[0] == "school_id"
    assert back["school_id"].tolist() == ["000"]


def test_same_input_same_bytes():
    assert written(frame()) == written(frame())
    assert packed(geo()) == packed(geo())


def test_exports_at_the_same_time_are_the_same_too():
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: packed(geo(["Oak"])), range(8)))
    assert len(set(made)) == 1


def test_geopackage_keeps_names_and_explains_itself(tmp_path):
    path = tmp_path / "x.gpkg"
    path.write_bytes(packed(geo(), fictional=True))
    assert {name for name, _ in pyogrio.list_layers(path)} == {"data", "data_dictionary", "about"}
    table = gpd.read_file(path, layer="data")
    assert table["name"].tolist() == HOSTILE
    assert table["school_id"].tolist() == geo()["school_id"].tolist()
    assert table["enrolled"].tolist() == [100] * len(HOSTILE)
    assert table.crs == "EPSG:4326"
    about = pyogrio.read_dataframe(path, layer="about")
    assert about["topic"].tolist() == ["notice", "caveat", "school year", "source", "ids"]
    assert about["text"].iloc[0].startswith("FICTIONAL")
    words = pyogrio.read_dataframe(path, layer="data_dictionary")
    assert words["column"].tolist() == ["school_id", "name", "enrolled", "rate"]


def test_geopackage_is_sound_and_carries_no_clock(tmp_path):
    path = tmp_path / "x.gpkg"
    path.write_bytes(packed(geo(["Oak"])))
    with sqlite3.connect(path) as base:
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
        stamps = base.execute("select distinct last_change from gpkg_contents").fetchall()
    assert stamps == [("2000-01-01T00:00:00.000Z",)]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_geopackage_with_missing_values_and_shapes(tmp_path):
    table = geo(["Oak", "Elm"])
    table.loc[0, "rate"] = np.nan
    table["enrolled"] = pd.array([None, 5], dtype="Int64")
    table.loc[1, "geometry"] = None
    path = tmp_path / "x.gpkg"
    path.write_bytes(packed(table))
    back = gpd.read_file(path, layer="data")
    assert back["rate"].isna().tolist() == [True, False]
    assert back["enrolled"].isna().tolist() == [True, False]
    assert back.geometry.isna().tolist() == [False, True]


def test_a_layer_without_coordinate_system_is_refused():
    with pytest.raises(ValueError, match="coordinate system"):
        packed(geo(["Oak"]).set_crs(None, allow_override=True))


def test_a_workbook_has_its_header_first_and_explains_itself_on_a_second_sheet():
    table = frame().assign(rate=[np.nan, *np.linspace(0, 1, len(HOSTILE) - 1)])
    book = sheets(to_xlsx(table, ABOUT))
    assert list(book) == ["data", "about"]
    head, *rows = book["data"]
    assert head == ["school_id", "name", "enrolled", "rate"]
    assert [row[0] for row in rows] == table["school_id"].tolist()
    assert [row[1] for row in rows] == HOSTILE
    assert [row[2] for row in rows] == [100] * len(HOSTILE)
    assert rows[0][3] == ""
    # Excel itself keeps 15 digits.
    assert [row[3] for row in rows[1:]] == pytest.approx(table["rate"].tolist()[1:], rel=1e-15)
    assert ["school year", "2018-19"] in book["about"]
    assert ["column rate", "[fraction] chronic_absent / enrolled."] in book["about"]


def test_nothing_in_a_workbook_is_a_formula_or_a_link():
    content = to_xlsx(frame(), replace(ABOUT, caveat="=1+1"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name, part in parts.items() if "<f>" in part or "hyperlink" in part]
    assert "2000-01-01T00:00:00Z" in parts["docProps/core.xml"]
    assert to_xlsx(frame(), replace(ABOUT, caveat="=1+1")) == content


def test_withheld_figures_are_in_no_format():
    table = geo(["Oak", "Elm"]).assign(
        status=["reported", "suppressed"], reason=["", "P2"], rate=[0.5, 0.123456]
    )
    words = dictionary(["school_id", "name", "enrolled", "rate", "status", "reason"])
    about = replace(ABOUT, dictionary=words)
    plain = pd.DataFrame(table.drop(columns="geometry"))
    rows = sheets(to_xlsx(plain, about))["data"]
    assert [row[3] for row in rows[1:]] == [0.5, ""]
    read = gpd.read_parquet(io.BytesIO(to_parquet(table, about)))
    assert read["rate"].isna().tolist() == [False, True]
    assert read["note"].tolist() == ["", "not shown: fewer than 10 students"]


def test_parquet_keeps_names_shapes_and_what_they_mean():
    content = to_parquet(geo(), replace(ABOUT, fictional=True))
    table = gpd.read_parquet(io.BytesIO(content))
    assert table["name"].tolist() == HOSTILE
    assert table["school_id"].tolist() == geo()["school_id"].tolist()
    assert table.crs == "EPSG:4326"
    assert table.geometry.tolist() == geo().geometry.tolist()
    notes = json.loads(parquet.read_schema(io.BytesIO(content)).metadata[NOTES])
    assert {"topic": "school year", "text": "2018-19"} in notes
    assert notes[0]["text"].startswith("FICTIONAL")
    assert to_parquet(geo(), replace(ABOUT, fictional=True)) == content
    assert pd.read_parquet(io.BytesIO(to_parquet(frame(), ABOUT)))["name"].tolist() == HOSTILE


def test_file_names_are_plain():
    assert file_name("Halcyon County", "2018-19", suffix="csv") == ("halcyon-county-2018-19.csv")
    assert file_name("../../etc", "=x", suffix="gpkg") == "etc-x.gpkg"
