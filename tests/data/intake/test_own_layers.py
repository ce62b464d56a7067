"""Zones and conditions of a department's own: recognised, asked about, and in the built place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.build import build_panel
from data.errors import FileError
from data.intake.check import check
from data.intake.interview import Interview
from data.intake.look import look
from data.intake.place import Intake, settle
from data.intake.write import write_folder
from data.panel import Panel, load_panel
from tests.messy_state import ANSWERS, COLUMNS, ROWS, SIDE, SOUTH, WEST, MessyState, write_state

YEARS = "2019-2023"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> MessyState:
    return write_state(tmp_path_factory.mktemp("state"))


def elementary(state: MessyState) -> list[str]:
    """Give the ids of some schools of the state."""
    path = next(path for path in state.paths if path.suffix == ".xlsx")
    cells = look(path)[0].cells
    ids = cells[cells.columns[0]]
    return sorted(set(ids[ids.str.fullmatch("[0-9]{5}")]))[:4]


def settled(state: MessyState, *more: Path, answers: str = "") -> Intake:
    tables = [table for path in (*state.paths, *more) for table in look(path)]
    given = tomllib.loads(ANSWERS)
    for name, own in tomllib.loads(answers).get("files", {}).items():
        given["files"][name] = own
    return settle(tables, Interview(given))


def zones_file(folder: Path, ids: list[str]) -> Path:
    """Two zones of one school, one of two schools, over the west of the state."""
    wide, tall = SIDE * COLUMNS / 4, SIDE * ROWS
    boxes = [
        shapely.box(WEST + wide * at, SOUTH, WEST + wide * (at + 1), SOUTH + tall)
        for at in range(3)
    ]
    table = gpd.GeoDataFrame(
        {"ZONE": ["Z1", "Z2", "Z3"], "School ID": [ids[0], ids[1], f"{ids[2]}, {ids[3]}"]},
        geometry=boxes,
        crs="EPSG:4326",
    )
    path = folder / "elementary_zones.geojson"
    table.to_file(path, driver="GeoJSON")
    return path


def conditions_file(folder: Path) -> Path:
    """Evictions by tract, with margins, and a column that is none of ours."""
    tracts = [
        f"56{'001' if at % COLUMNS < COLUMNS // 2 else '003'}{at + 1:04d}00"
        for at in range(COLUMNS * ROWS)
    ]
    rates = np.round(np.linspace(0.5, 9.5, len(tracts)), 2)
    table = pd.DataFrame(
        {
            "GEOID": tracts,
            "Evictions rate": rates,
            "Evictions rate MOE": 0.4,
            "Trees planted": np.arange(len(tracts)),
        }
    )
    path = folder / f"evictions_{YEARS}.csv"
    table.to_csv(path, index=False)
    return path


ASKED = f"""
[files."evictions_{YEARS}.csv"]
vintage = "{YEARS}"
[files."evictions_{YEARS}.csv".conditions]
"Evictions rate" = "evictions"
"Trees planted" = ""
"""


@pytest.fixture(scope="module")
def built(state: MessyState, tmp_path_factory: pytest.TempPathFactory) -> Panel:
    folder = tmp_path_factory.mktemp("own")
    ids = elementary(state)
    files = (zones_file(folder, ids), conditions_file(folder))
    intake = settled(state, *files, answers=ASKED)
    assert intake.interview.open == ()
    assert check(intake).errors == ()
    own = folder / "place"
    write_folder(intake, own)
    out = folder / "panel"
    return load_panel(build_panel(intake.place.slug, own=own, out=out, say=lambda _line: None))


def test_zones_are_those_of_their_schools(built: Panel, state: MessyState) -> None:
    ids = elementary(state)
    zones = built.zones.set_index("school_id")
    assert sorted(zones.index) == sorted(ids)
    assert dict(zones["zone_id"])[ids[3]] == "Z3"
    assert set(zones["level"]) == {"elementary"}


def test_conditions_are_the_departments_figures(built: Panel) -> None:
    rows = built.drivers[built.drivers["measure"].eq("evictions")].set_index("geoid")
    assert len(rows) == COLUMNS * ROWS
    assert rows["value"].iloc[0] == pytest.approx(0.005)
    assert rows["value"].iloc[-1] == pytest.approx(0.095)
    assert rows["moe"].dropna().eq(0.004).all()
    assert set(rows["vintage"]) == {YEARS}


def test_what_a_column_is_must_be_answered(state: MessyState, tmp_path: Path) -> None:
    intake = settled(state, conditions_file(tmp_path))
    asked = {each.name: each for each in intake.interview.open}
    evictions = next(each for name, each in asked.items() if "Evictions rate" in name)
    assert evictions.proposal == "evictions"
    assert any("Trees planted" in name for name in asked)


def test_a_table_of_none_of_our_conditions_is_refused(state: MessyState, tmp_path: Path) -> None:
    none = ASKED.replace('= "evictions"', '= ""')
    with pytest.raises(FileError, match="no column is a condition that the atlas knows"):
        settled(state, conditions_file(tmp_path), answers=none)
