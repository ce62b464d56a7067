"""Census tables: the interface's answer and the downloaded table give the same, by hand."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import FileError
from data.place.place import PlaceFile, filled
from data.read.engine import read_table
from data.recipe.checks import FOLDER, load_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

PLACE = PlaceFile("made", "Made", "New York", "36", 2020, "2018-19", "d", (), "EPSG:32118")
TABLES = {
    "housing_cost_burden": "B25106",
    "crowding": "B25014",
    "no_vehicle": "B25044",
    "poverty_150": "C17002",
    "no_internet": "B28002",
    "single_parent": "B11012",
    "moved_last_year": "B07003",
    "uninsured_children": "B27010",
}
LINES = [
    f"B25014_{line}{end}" for line in ("005", "006", "007", "011", "012", "013") for end in "EM"
]
HEADER = ["GEO_ID", *LINES, "B25014_001E", "B25014_001M"]
PARTS = (10, 8, 0, 12, 0, 9, 20, 15, 5, 6, 0, 12)
ROWS: dict[str, tuple[object, ...]] = {
    "36005000100": (*PARTS, 200, 30),
    "36005000200": (190, 10, *(0, 0) * 5, 200, 40),  # the root has no value: ratio formula
    "36005000300": (*PARTS, 200, -555555555),  # controlled: margin 0
    "36005000400": (*(0, 12) * 6, 0, 12),  # nobody lives there
    "36005000500": (-666666666, -222222222, *PARTS[2:], 200, 30),
    "36005000600": (10, -222222222, *PARTS[2:], 200, 30),  # a margin is missing
    "36005000700": (None, None, *PARTS[2:], 200, 30),
    "36005000800": (150, 8, *(30, 9) * 5, 200, 30),  # the parts exceed the whole
}
ANNOTATED = {-555555555: "*****", -666666666: "-", -222222222: "**", None: ""}
CROWDED_MOE = sqrt(8**2 + 15**2 + 6**2 + 12**2)  # the margins of three zeros count once


def acs(name: str = "crowding") -> Recipe:
    return filled(load_recipe(FOLDER / f"acs_{name}.toml"), PLACE)


def answer(folder: Path, rows: Mapping[str, Sequence[object]] = ROWS) -> Path:
    """Write the interface's answer."""
    body = [
        [f"1400000US{geoid}", *cells, "36", geoid[2:5], geoid[5:]] for geoid, cells in rows.items()
    ]
    path = folder / "B25014.json"
    path.write_text(json.dumps([[*HEADER, "state", "county", "tract"], *body]), encoding="utf-8")
    return path


def table_text(rows: Mapping[str, Sequence[object]] = ROWS, *, labels: bool = True) -> str:
    """Write the table as data.census.gov gives it: labels below the names, words for codes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([HEADER[0], "NAME", *HEADER[1:], ""])
    if labels:
        said = [f"Estimate or margin!!{name}" for name in HEADER[1:]]
        writer.writerow(["Geography", "Geographic Area Name", *said, ""])
    for geoid, cells in rows.items():
        shown = [ANNOTATED.get(cell, cell) for cell in cells]  # type: ignore[call-overload]
        writer.writerow([f"1400000US{geoid}", "Census Tract 1", *shown, ""])
    return "\ufeff" + text.getvalue()


def read(path: Path, recipe: Recipe | None = None, ledger: Ledger | None = None) -> pd.DataFrame:
    table = read_table(recipe or acs(), path, Ledger() if ledger is None else ledger).table
    validate("drivers", table)
    return table.set_index("geoid")


def test_estimate_and_margin_by_hand(tmp_path: Path) -> None:
    ledger = Ledger()
    table = read(answer(tmp_path), ledger=ledger)
    assert table["measure"].unique().tolist() == ["crowding"]
    assert table["vintage"].unique().tolist() == ["ACS 2018-2022"]
    first, second, third, *rest = (table.loc[geoid] for geoid in ROWS)
    assert first["value"] == pytest.approx(35 / 200)
    assert first["moe"] == pytest.approx(sqrt(CROWDED_MOE**2 - (0.175 * 30) ** 2) / 200)
    assert first["moe"] == pytest.approx(0.10505206, abs=5e-8)
    assert first["reliability"] == "low"  # 0.1051 / 1.645 / 0.175 = 36.5 %
    assert second["moe"] == pytest.approx(sqrt(10**2 + (0.95 * 40) ** 2) / 200)
    assert second["reliability"] == "high"
    assert third["moe"] == pytest.approx(CROWDED_MOE / 200)
    nobody, no_estimate, no_margin, null, above = rest
    for missing in (nobody, no_estimate, null, above):
        assert missing["status"] == "missing"
        assert pd.isna(missing["value"])
        assert pd.isna(missing["moe"])
    assert no_margin["value"] == pytest.approx(35 / 200)
    assert pd.isna(no_margin["moe"])
    assert no_margin["reliability"] == "undefined"
    told = {each.reason: each.examples for each in ledger.entries if each.action == "repaired"}
    assert "Refused: the part is above the whole: figure left empty." in told


def test_answer_download_and_archive_say_the_same(tmp_path: Path) -> None:
    from_answer = read(answer(tmp_path))
    plain = tmp_path / "ACSDT5Y2022.B25014-Data.csv"
    plain.write_text(table_text(), encoding="utf-8")
    packed = tmp_path / "productDownload.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(plain, plain.name)
        archive.writestr("ACSDT5Y2022.B25014-Column-Metadata.csv", "Column Name,Label\nGEO_ID,x\n")
        archive.writestr("ACSDT5Y2022.B25014-Table-Notes.txt", "notes")
    bare = tmp_path / "bare.csv"
    bare.write_text(table_text(labels=False), encoding="utf-8")
    misnamed = tmp_path / "misnamed.csv"
    misnamed.write_bytes(answer(tmp_path).read_bytes())
    for path in (plain, packed, bare, misnamed):
        pd.testing.assert_frame_equal(read(path), from_answer)


def test_prefixes_of_ids_are_taken_off_and_told_once(tmp_path: Path) -> None:
    ledger = Ledger()
    table = read(answer(tmp_path), ledger=ledger)
    assert table.index.tolist() == list(ROWS)
    mended = [each for each in ledger.entries if "mended" in each.reason]
    assert [(each.reason, each.rows) for each in mended] == [
        ("Tract id mended: prefix.", len(ROWS))
    ]


@pytest.mark.parametrize("name", list(TABLES))
def test_the_address_asks_for_the_lines_that_are_read(name: str) -> None:
    recipe = acs(name)
    start, rest = recipe.url.split("get=GEO_ID,")
    wanted, place = rest.split("&", 1)
    assert start == "https://api.census.gov/data/2022/acs/acs5?"
    assert place == "for=tract:*&in=state:36&in=county:*"
    variables = wanted.split(",")
    assert len(variables) <= 49  # the interface takes 50 with GEO_ID
    assert {each[:7] for each in variables} == {f"{TABLES[name]}_"}
    assert {each[-1] for each in variables} == {"E", "M"}
    assert recipe.mirror == f"made/acs5_2022/{TABLES[name]}.json"
    assert recipe.identifier.pattern == "36[0-9]{9}"


def test_a_controlled_estimate_is_no_estimate(tmp_path: Path) -> None:
    rows = {"36005000100": (*PARTS, -555555555, 30)}
    with pytest.raises(FileError, match=r"row 2.*looks like a code for missing"):
        read(answer(tmp_path, rows))


def test_tracts_of_another_state_and_counties_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="id '09001000100' is not of the form 36"):
        read(answer(tmp_path, {"09001000100": ROWS["36005000100"]}))
    path = answer(tmp_path, {"36005000100": ROWS["36005000100"]})
    path.write_text(path.read_text().replace("1400000US36005000100", "0500000US36005"))
    with pytest.raises(FileError, match="the id of a county, not of a tract"):
        read(path)


def test_a_table_without_a_line_is_named(tmp_path: Path) -> None:
    path = answer(tmp_path)
    path.write_text(path.read_text().replace("B25014_013M", "B25014_013MA"))
    with pytest.raises(FileError, match="column 'B25014_013M': there is no such column"):
        read(path)
