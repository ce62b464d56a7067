"""The worked example of Connecticut runs as its document says; absent students are made up."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.build import main as build
from data.intake.__main__ import main as intake
from data.panel import Panel, load_panel

pytestmark = pytest.mark.mirror

DOCUMENT = Path(__file__).parents[1] / "docs" / "examples" / "connecticut.md"
BLOCK = re.compile(r"```toml (\S+)\n(.*?)```", re.DOTALL)
YEARS = ("2019-2020", "2020-2021", "2021-2022")
SIDE, WEST, SOUTH, COLUMNS = 0.03, -73.6, 41.0, 30


def _blocks() -> dict[str, str]:
    return dict(BLOCK.findall(DOCUMENT.read_text(encoding="utf-8")))


def _crosswalk(mirror: Path) -> pd.DataFrame:
    path = mirror / "layouts" / "ct_planning_regions" / "2022tractcrosswalk.csv"
    return pd.read_csv(path, dtype="str", encoding="utf-8-sig")


def _absence(mirror: Path, path: Path) -> pd.DataFrame:
    """Write counts in the department's layout: its districts and students, absent made up."""
    home = mirror / "messy" / "connecticut" / "csde_attendance_district"
    own = pd.read_csv(home / "attendance_table.csv", dtype="str", keep_default_na=False)
    rng = np.random.default_rng(9)
    table = own[["District code", "District name", "Category", "Student group"]].copy()
    for year in YEARS:
        header = next(each for each in own.columns if each.startswith(f"{year} student count"))
        students = pd.to_numeric(own[header]).round()
        table[f"{year} student count"] = students.astype("Int64").astype("str").replace("<NA>", "")
        rate = rng.uniform(0.08, 0.35, len(own))
        absent = pd.Series(np.floor(students * rate), index=own.index).astype("Int64")
        table[f"{year} chronically absent students"] = absent.astype("str").replace("<NA>", "")
    table.to_csv(path, index=False)
    return table


def _outlines(walk: pd.DataFrame, folder: Path) -> None:
    """Write a square a tract, and the outlines of districts that are made of them."""
    walk = walk.sort_values("school_district_name").reset_index(drop=True)
    corners = [(WEST + SIDE * (at % COLUMNS), SOUTH + SIDE * (at // COLUMNS)) for at in walk.index]
    tracts = gpd.GeoDataFrame(
        {
            "GEOID": walk["Tract_fips_2022"],
            "children": 100 + 10 * (walk.index % 60),
            "name": walk["school_district_name"],
        },
        geometry=[shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        crs=4326,
    )
    tracts[["GEOID", "children", "geometry"]].to_file(folder / "tracts.geojson")
    districts = tracts.dissolve("name").reset_index()[["name", "geometry"]]
    districts["name"] += " School District"
    districts.to_file(folder / "districts.geojson")


@pytest.fixture(scope="module")
def folder(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Do what the document says, up to the first build."""
    home = tmp_path_factory.mktemp("example")
    _absence(mirror, home / "chronic_absence.csv")
    _outlines(_crosswalk(mirror), home)
    blocks, out = _blocks(), home / "connecticut"
    (home / "answers.toml").write_text(blocks["answers.toml"], encoding="utf-8")
    files = [str(home / name) for name in ("chronic_absence.csv", "districts.geojson")]
    assert intake([*files, "--answers", str(home / "answers.toml"), "--out", str(out)]) == 0
    for name, text in blocks.items():
        if name.startswith("recipes/"):
            (out / name).write_text(text, encoding="utf-8")
    layouts, own = mirror / "layouts", out / "files" / "connecticut"
    shutil.copy(home / "tracts.geojson", own)
    shutil.copy(layouts / "ct_planning_regions" / "2022tractcrosswalk.csv", own)
    for year in ("2022", "2024"):
        places = layouts / "cdc_places_ct" / f"cdc_health_all_lvls_wide_{year}.csv"
        shutil.copy(places, own / f"places_{year}.csv")
    path = out / "places" / "connecticut.toml"
    added = blocks["recipes"].split("[", 1)[1].strip().rstrip("]")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("recipes = [", f"recipes = [{added},", 1), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def stopped(folder: Path) -> int:
    """Build as the document first does."""
    return build(["connecticut", "--from", str(folder), "--out", str(folder / "panel")])


@pytest.fixture(scope="module")
def panel(folder: Path, stopped: int) -> Panel:
    """Accept the doubts that the document accepts, and build again."""
    assert stopped == 2
    path = folder / "places" / "connecticut.toml"
    accept = _blocks()["accept"]
    path.write_text(accept + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert build(["connecticut", "--from", str(folder), "--out", str(folder / "panel")]) == 0
    return load_panel(folder / "panel")


def test_the_build_stops_at_what_the_document_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(["connecticut", "--from", str(folder), "--out", str(folder / "first")]) == 2
    told = capsys.readouterr().err
    assert '"crosswalk_lacking"' in told
    assert '"district_outlines"' in told
    assert "7.1%" in told


def test_both_vintages_of_places_stand_under_planning_regions(panel: Panel, mirror: Path) -> None:
    assert panel.tracts.index.str.startswith("091").all()
    assert len(panel.tracts) == 879
    known = panel.drivers[panel.drivers["value"].notna()].groupby("measure")["geoid"].nunique()
    assert known["places_asthma"] == 876
    assert known["places_sleep"] == 769
    walk = _crosswalk(mirror).set_index("tract_fips_2020")["Tract_fips_2022"]
    path = mirror / "layouts" / "cdc_places_ct" / "cdc_health_all_lvls_wide_2022.csv"
    places = pd.read_csv(path, dtype={"name": "str"}).query("level == 'tract'").set_index("name")
    old = places.index[places.index.isin(walk.index)][0]
    sleep = panel.drivers.query("measure == 'places_sleep'").set_index("geoid")["value"]
    assert sleep[walk[old]] == pytest.approx(places.loc[old, "Sleep <7 hours_2020"])


def test_districts_have_their_outlines_groups_and_children(panel: Panel, mirror: Path) -> None:
    walk = _crosswalk(mirror)
    assert len(panel.zones) == walk["school_district_name"].nunique() == 139
    names = panel.schools["name"]
    region = names.index[names.eq("Regional School District 08")][0]
    own = panel.catchment[panel.catchment["school_id"].eq(region)]
    wanted = walk.loc[walk["school_district_name"].eq("Region 8"), "Tract_fips_2022"]
    assert set(own["geoid"]) == set(wanted)
    assert "English Learners" in set(panel.absence["student_group"])
    assert set(panel.absence["school_year"]) == {"2019-20", "2020-21", "2021-22"}


def test_the_state_row_is_no_district(panel: Panel, folder: Path) -> None:
    assert "00000CT" not in panel.schools.index
    table = pd.read_csv(folder.parent / "chronic_absence.csv", dtype="str")
    rows = table[table["Student group"].eq("All Students") & table["District code"].ne("00000CT")]
    students = pd.to_numeric(rows["2021-2022 student count"]).sum()
    whole = panel.absence.query("student_group == 'all' and school_year == '2021-22'")
    assert whole["enrolled"].sum() == students


def test_attendance_rates_are_refused_as_no_chronic_absence(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = mirror / "messy" / "connecticut" / "csde_attendance_district"
    assert intake([str(home / "attendance_table.csv"), "--out", str(tmp_path)]) == 2
    assert "attendance_table.csv" in capsys.readouterr().err
