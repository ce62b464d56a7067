"""A made-up state: sound files, the figures asked for, and built as any other place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from bench.made_land import made_land
from bench.made_state import MadeState, write_state
from data.build import main
from data.panel import PROTECTED, Panel, load_panel

SMALL = MadeState(
    fips="10",
    state="Delaware",
    slug="little",
    tracts=160,
    schools=180,
    counties=4,
    years=2,
    spots=1,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Panel, Path]:
    """A little state, built by the command that builds any place."""
    folder = tmp_path_factory.mktemp("made")
    write_state(SMALL, folder)
    assert main(["little", "--from", str(folder), "--out", str(folder / "panel")]) == 0
    return load_panel(folder / "panel" / PROTECTED), folder


def test_a_made_state_is_built_by_the_ordinary_path(built: tuple[Panel, Path]) -> None:
    panel, _ = built
    assert len(panel.tracts) == SMALL.tracts
    assert len(panel.schools) == SMALL.schools
    assert panel.tracts["county"].nunique() == SMALL.counties
    assert sorted(panel.absence["school_year"].unique()) == ["2023-24", "2024-25"]
    assert panel.area.fictional
    assert {"uninsured", "no_vehicle", "svi_overall"} <= set(panel.drivers["measure"])
    assert not [each for each in panel.ledger if each.action == "doubted"]


def test_the_students_of_a_made_state_fit_its_children(built: tuple[Panel, Path]) -> None:
    panel, _ = built
    year = panel.absence[panel.absence["school_year"].eq("2024-25")]
    assert 0.85 < year["enrolled"].sum() / panel.tracts["children"].sum() < 1.0
    assert 0.1 < year["chronic_absent"].sum() / year["enrolled"].sum() < 0.3


def test_the_same_choices_make_the_same_files(built: tuple[Panel, Path], tmp_path: Path) -> None:
    _, folder = built
    write_state(SMALL, tmp_path)
    names = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv")]
    assert len(names) == 4
    assert all((tmp_path / name).read_bytes() == (folder / name).read_bytes() for name in names)


@pytest.mark.parametrize(("fips", "tracts"), [("06", 900), ("11", 200), ("02", 150), ("15", 60)])
def test_tracts_of_a_made_state_cover_it_once(fips: str, tracts: int) -> None:
    land = made_land(np.random.default_rng(3), fips, tracts, 6)
    assert len(land) == tracts
    assert land.index.is_unique
    assert land.is_valid.all()
    whole = shapely.union_all(land.geometry.to_numpy())
    assert whole.geom_type == "Polygon"
    assert land.area.sum() == pytest.approx(whole.area, rel=1e-9)
    assert shapely.coverage_is_valid(land.geometry.to_numpy())


def test_planted_tracts_differ_from_the_same_state_without(tmp_path: Path) -> None:
    rates = {}
    for spots in (0, 3):
        made = replace(SMALL, tracts=400, schools=440, years=1, spots=spots)
        planted = write_state(made, tmp_path / str(spots))["planted"]
        rows = pd.read_csv(tmp_path / str(spots) / "files" / "made_absence.csv", na_values="*")
        rates[spots] = rows["Chronically Absent"].sum() / rows["Eligible Students"].sum()
        assert planted.any() == (spots > 0)
    assert rates[3] > 1.1 * rates[0]
