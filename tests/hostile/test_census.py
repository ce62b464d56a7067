"""Answers that pretend to be a census table are refused, each with what is wrong."""

import json
from pathlib import Path

import pytest

from data.errors import FileError
from data.place.place import PlaceFile, filled
from data.read import formats
from data.read.engine import read_table
from data.recipe.checks import FOLDER, load_recipe
from data.store.provenance import Ledger

PLACE = PlaceFile("made", "Made", "New York", "36", 2020, "2018-19", "d", (), "EPSG:32118")
RECIPE = filled(load_recipe(FOLDER / "acs_uninsured_children.toml"), PLACE)
HEADER = ["GEO_ID", "B27010_017E", "B27010_017M", "B27010_002E", "B27010_002M"]
ROW = ["1400000US36005000100", "5", "4", "100", "20"]


def refused(folder: Path, content: str | bytes, message: str, name: str = "a.json") -> None:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    with pytest.raises(FileError, match=message) as caught:
        read_table(RECIPE, path, Ledger())
    assert str(folder) not in str(caught.value)


def test_the_plain_answer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([HEADER, ROW]), encoding="utf-8")
    assert read_table(RECIPE, path, Ledger()).table["value"].tolist() == [0.05]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps([{"GEO_ID": "1400000US36005000100"}]), "not a list of rows"),
        (json.dumps(HEADER), "not a list of rows"),
        (json.dumps([HEADER, ROW, "end"]), "not a list of rows"),
        (json.dumps([HEADER, ROW[:4]]), "row 2: 4 cells where the header has 5"),
        (json.dumps([HEADER, [*ROW, "7"]]), "row 2: 6 cells where the header has 5"),
        (json.dumps([HEADER, [*ROW[:4], {"a": 1}]]), "row 2: a cell holds more than text"),
        (json.dumps([HEADER, [*ROW[:4], [1]]]), "row 2: a cell holds more than text"),
        (json.dumps([HEADER, [*ROW[:4], True]]), "row 2: a cell holds more than text"),
        (json.dumps([HEADER, [*ROW[:4], "=1+1"]]), "'=1\\+1' is not a number"),
        (json.dumps([HEADER]), "no rows below its header"),
        ("[]", "ends before its header"),
        (json.dumps([HEADER, ROW])[:-5], "no JSON"),
        ("[" * 200_000, "no JSON"),
        ('[["GEO_ID"],[' + "9" * 6_000 + "]]", "no JSON|fit no layout"),
        ('[["GEO_ID"],[NaN]]', "no such column"),
        (b"[[\xff\xfe", "no JSON"),
        ("<html><body>Missing key</body></html>", "a web page.*CENSUS_API_KEY"),
        ("error: unknown variable 'B27010_999E'\n", "begin with .error: unknown variable"),
        ('{"error": "no"}', "fit no layout"),
        ("", "the file is empty"),
        (json.dumps([["student_name", *HEADER], ["x", *ROW]]), "single students"),
        (json.dumps([HEADER, ROW, [ROW[0], "6", "4", "100", "20"]]), "rows 2 and 3"),
    ],
)
def test_strange_answers(tmp_path: Path, content: str | bytes, message: str) -> None:
    refused(tmp_path, content, message)


def test_a_huge_answer_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_BYTES", 1_000)
    refused(tmp_path, json.dumps([HEADER, *[ROW] * 50]), "more than 1,000 bytes")


def test_a_downloaded_table_with_its_labels_alone(tmp_path: Path) -> None:
    head = ",".join(f'"{name}"' for name in HEADER)
    labels = '"Geography","Estimate!!No","Margin!!No","Estimate!!All","Margin!!All"'
    refused(tmp_path, f"{head}\n{labels}\n", "no row is left", "a.csv")
    refused(tmp_path, f"{labels}\n{','.join(ROW)}\n", "there is no column 'GEO_ID'", "a.csv")
