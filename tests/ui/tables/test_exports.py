import csv
import io
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from data.store.provenance import Source
from ui.tables import downloads
from ui.tables.display import dictionary

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
ABOUT = {
    "caveat": "Schools that children of a tract attend, not each child.",
    "sources": (
        Source("s", "Publisher", 'Title, "quoted"', "https://x.example", "2018-19", "", "CC", ""),
    ),
    "year": "2018-19",
}


# What an apostrophe is put before: what a spreadsheet runs, and what would read as escaped.
ESCAPED = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def unescaped(text):
    return text[1:] if text.startswith("'") and ESCAPED.match(text) else text


def read_back(content, *, text):
    header = pd.read_csv(io.BytesIO(content), comment="#", nrows=0).columns
    names = [unescaped(name) for name in header]
    kinds = {raw: "str" for raw, name in zip(header, names, strict=True) if name in text}
    table = pd.read_csv(
        io.BytesIO(content),
        comment="#",
        dtype=kinds,
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
    words = dictionary(["school_id", "name", "enrolled", "rate"])
    return downloads.to_csv(table, dictionary=words, **{"fictional": False, **ABOUT, **changes})


def packed(table, **changes):
    words = dictionary(["school_id", "name", "enrolled", "rate"])
    return downloads.to_geopackage(
        table, dictionary=words, **{"fictional": False, **ABOUT, **changes}
    )


def test_plain_pandas_reads_it():
    table = pd.read_csv(io.BytesIO(written(frame(["Oak", "Elm"]))), comment="#")
    assert table.columns.tolist() == ["school_id", "name", "enrolled", "rate"]
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
    content = written(frame(), caveat=evil, sources=(source,), year="=2018")
    assert not [cell for cell in cells(content) if runs(cell)]
    for separator in ";\t|":
        text = "\n".join(
            line for line in content.decode("utf-8-sig").split("\n") if line[:1] == "#"
        )
        pieces = [piece for line in text.split("\n") for piece in line.split(separator)]
        assert not [piece for piece in pieces if runs(piece)]


def test_a_hostile_heading_is_inert():
    table = pd.DataFrame({"=1+1": [1.0]})
    words = dictionary(["=1+1"], {"=1+1": "hostile"})
    content = downloads.to_csv(table, dictionary=words, fictional=False, **ABOUT)
    assert '"\'=1+1"' in content.decode("utf-8-sig")
    assert read_back(content, text=[]).columns.tolist() == ["=1+1"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=8))
def test_any_name_survives(names):
    back = read_back(written(frame(names)), text=["school_id", "name"])
    assert back["name"].tolist() == names


@given(st.text())
def test_escape_has_an_inverse(text):
    safe = downloads.escape_formula(text)
    assert unescaped(safe) == re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text
    )
    assert not runs(safe)


def test_numbers_are_untouched():
    content = written(frame(["Oak", "Elm"])).decode("utf-8-sig")
    assert '"000","Oak",100,-0.5\n' in content


def test_what_it_means_travels_inside():
    content = written(frame(["Oak"]), fictional=True)
    assert content.startswith(b"\xef\xbb\xbf# notice: FICTIONAL")
    text = content.decode("utf-8-sig")
    assert "# caveat: Schools that children" in text
    assert "# school year: 2018-19" in text
    assert "# source: Publisher. Title, 'quoted' (2018-19)." in text
    assert "# column rate [fraction]: chronic_absent / enrolled." in text
    assert "FICTIONAL" not in written(frame(["Oak"])).decode("utf-8-sig")


def test_withheld_figures_stay_home():
    table = frame(["Oak", "Elm"]).assign(
        status=["reported", "suppressed"], reason=["", "P2"], rate=[0.5, 0.123456]
    )
    words = dictionary(["school_id", "name", "enrolled", "rate", "status", "reason"])
    content = downloads.to_csv(table, dictionary=words, fictional=False, **ABOUT)
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


def test_file_names_are_plain():
    assert downloads.file_name("Halcyon County", "2018-19", suffix="csv") == (
        "halcyon-county-2018-19.csv"
    )
    assert downloads.file_name("../../etc", "=x", suffix="gpkg") == "etc-x.gpkg"
