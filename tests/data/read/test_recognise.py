"""A file's layout is seen from the file: columns, how cells are written, and its own ranks."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import FileError
from data.read.engine import read_cells, read_table
from data.recipe.checks import FOLDER, load_recipe
from data.recipe.measures import layouts, measures_of
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

SVI = load_recipe(FOLDER / "cdc_svi.toml")
CODES = (-999.0, -9.99, 999.0)


def svi_file(
    folder: Path,
    layout: str,
    *,
    states: tuple[str, ...] = ("36",),
    national: bool = False,
    places: str = "",
) -> Path:
    """Write a small file in a layout; ranks are those among its rows, or halved when national."""
    wanted = {name for each in measures_of(layout) for name in each.headers() if name}
    columns = [*sorted(wanted - {"RPL_THEMES"}), "SPL_THEMES", "RPL_THEMES"]
    count = 30
    rows = []
    for at in range(count):
        state = states[at % len(states)]
        words = ("Census Tract 1", "Made County", "Made State")
        mark = "; " if layout == "cdc_svi_2022" else ", "
        rank = at / (count - 1) / (2 if national else 1)
        cells = dict.fromkeys(columns, "0.5")
        cells |= {"SPL_THEMES": f"{at / 10:.4f}", "RPL_THEMES": f"{rank:.4f}"}
        cells |= {"FIPS": f"{state}{places or '001'}{at:06d}", "LOCATION": mark.join(words)}
        rows.append({**cells, "STATE": "MADE STATE"})
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path = folder / f"{layout}.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def known(path: Path, recipe: Recipe = SVI) -> tuple[Recipe, str]:
    ledger = Ledger()
    found, grid = read_cells(recipe, path, ledger)
    assert {(each.action, each.rows) for each in ledger.entries} == {("matched", len(grid.cells))}
    return found, " ".join(each.reason for each in ledger.entries)


@pytest.mark.parametrize("layout", ["cdc_svi_2018", "cdc_svi_2020", "cdc_svi_2022"])
def test_each_edition_is_recognised_and_said(tmp_path: Path, layout: str) -> None:
    found, told = known(svi_file(tmp_path, layout))
    assert found.vintage == layouts()[layout].vintage
    assert f"Recognised as {layouts()[layout].title}" in told
    assert [each.id for each in found.measures] == [each.id for each in measures_of(layout)]
    assert "ranks within Made State" in found.title
    ranks = {each.vintage for each in found.measures if each.unit == "percentile"}
    assert ranks == {f"{found.vintage}, ranks within Made State"}


def test_several_states_and_other_ranks_are_national(tmp_path: Path) -> None:
    found, told = known(svi_file(tmp_path, "cdc_svi_2020", states=("01", "36")))
    assert found.title.endswith("; national ranks")
    assert "2 states" in told
    found, told = known(svi_file(tmp_path, "cdc_svi_2022", national=True))
    assert found.title.endswith("; national ranks")
    assert "cut from a state's file" in told


@pytest.mark.parametrize(
    ("layout", "county", "fits"),
    [
        ("cdc_svi_2022", "110", True),
        ("cdc_svi_2020", "001", True),
        ("cdc_svi_2022", "001", False),
        ("cdc_svi_2020", "190", False),
    ],
)
def test_connecticut_tells_by_its_counties(
    tmp_path: Path, layout: str, county: str, fits: bool
) -> None:
    path = svi_file(tmp_path, layout, states=("09",), places=county)
    if fits:
        assert "Connecticut by" in known(path)[1]
        return
    with pytest.raises(FileError, match=r"cannot be told.*Connecticut by"):
        known(path)


def test_without_evidence_two_editions_cannot_be_told_apart(tmp_path: Path) -> None:
    path = svi_file(tmp_path, "cdc_svi_2022")
    path.write_text(path.read_text(encoding="utf-8").replace("LOCATION", "PLACE"), encoding="utf-8")
    with pytest.raises(FileError, match=r"which of 2 layouts.*semicolons.*commas.*LOCATION and FI"):
        known(path)
    found, _ = known(path, replace(SVI, layouts=("cdc_svi_2022",)))
    assert found.vintage == "ACS 2018-2022"


def test_a_recipe_of_one_edition_refuses_another(tmp_path: Path) -> None:
    path = svi_file(tmp_path, "cdc_svi_2020")
    with pytest.raises(FileError, match="2022 would have LOCATION written with semicolons"):
        known(path, replace(SVI, layouts=("cdc_svi_2022",)))


def test_an_unknown_layout_says_what_was_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("FIPS,E_POV\n36005000100,1\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"2022: there is no column 'EP_POV150'.*layouts\.toml"):
        known(path)


@pytest.mark.mirror
def test_the_real_files_are_recognised(mirror: Path) -> None:
    found, told = known(mirror / "nyc/cdc_svi/NewYork.csv")
    assert found.vintage == "ACS 2018-2022"
    assert "ranks within New York" in found.title
    assert "LOCATION written with semicolons" in told
    found, told = known(mirror / "messy/tennessee/cdc_svi/Tennessee SVI.csv")
    assert found.vintage == "ACS 2014-2018"
    assert "ranks within Tennessee" in found.title
    assert "tracts of 2010" in told


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("file", "rows", "gone"),
    [
        ("nyc/cdc_svi/NewYork.csv", 5394, 132),
        ("messy/tennessee/cdc_svi/Tennessee SVI.csv", 1497, 23),
    ],
)
def test_minus_999_is_never_a_number(mirror: Path, file: str, rows: int, gone: int) -> None:
    ledger = Ledger()
    table = read_table(SVI, mirror / file, ledger).table
    validate("drivers", table)
    assert table["geoid"].nunique() == rows
    for column in ("value", "moe"):
        held = table[column].dropna()
        assert not held.isin(CODES).any()
        assert held.ge(0).all()
    overall = table[table["measure"].eq("svi_overall")]
    assert overall["status"].value_counts().to_dict() == {"reported": rows - gone, "missing": gone}
    assert overall["value"].notna().sum() == rows - gone


@pytest.mark.mirror
def test_an_arcgis_export_with_spoilt_ids_reads_the_same(mirror: Path, tmp_path: Path) -> None:
    whole = pd.read_csv(mirror / "nyc/cdc_svi/NewYork.csv", dtype="str", encoding="utf-8-sig")
    whole.insert(0, "FID", range(len(whole)))
    whole["FIPS"] += ".0"
    path = tmp_path / "export.csv"
    whole.replace("-999", "-999.0").to_csv(path, index=False)
    ledger = Ledger()
    table = read_table(SVI, path, ledger).table
    plain = read_table(SVI, mirror / "nyc/cdc_svi/NewYork.csv", Ledger()).table
    pd.testing.assert_frame_equal(table, plain)
    mended = [each for each in ledger.entries if each.action == "repaired"]
    assert [(each.reason, each.rows) for each in mended] == [
        ("Tract id mended: written with decimals.", 5394)
    ]


@pytest.mark.mirror
def test_a_part_of_the_real_file_has_no_longer_the_ranks_of_its_rows(
    mirror: Path, tmp_path: Path
) -> None:
    whole = pd.read_csv(mirror / "nyc/cdc_svi/NewYork.csv", dtype="str", encoding="utf-8-sig")
    path = tmp_path / "cut.csv"
    whole[whole["STCNTY"].isin(["36005", "36047"])].to_csv(path, index=False)
    found, told = known(path)
    assert found.title.endswith("; national ranks")
    assert "cut from a state's file" in told
