"""The demo county keeps what it promises: valid tables over a land that tiles."""

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from data.contracts.check import validate
from data.demo import tables as demo
from data.demo.__main__ import main
from data.demo.schools import LEVELS
from data.demo.truth import SEED, TRUTH_PATH
from data.demo.truth import truth as county_truth
from data.panel import SourceTables
from geo.weights.weights import Weights

TABLES = ("tracts", "schools", "absence", "drivers", "school_drivers", "zones")


@cache
def _made(seed: int) -> SourceTables:
    return demo.make_tables(seed)


@pytest.fixture(scope="module")
def tables() -> SourceTables:
    return _made(SEED)


@pytest.fixture(scope="module")
def again() -> SourceTables:
    return demo.make_tables()


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(TRUTH_PATH.read_text(encoding="utf-8"))


def _land(tables: SourceTables) -> pd.Series:
    """Tracts that are not water: water tracts are numbered from 9900."""
    return ~tables.tracts.index.str[5:7].isin(["99"])


def test_committed_truth_is_what_the_code_makes(truth: dict[str, Any]) -> None:
    assert json.loads(json.dumps(county_truth(SEED))) == truth


def test_command_writes_the_same_bytes(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = TRUTH_PATH.read_bytes()
    monkeypatch.setattr("data.demo.truth.TRUTH_PATH", tmp_path / "truth.json")
    main(["--write-truth"])
    assert (tmp_path / "truth.json").read_bytes() == committed
    assert "truth.json" in capsys.readouterr().out


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("seed", [SEED, 7])
def test_every_table_meets_its_contract(name: str, seed: int) -> None:
    table = getattr(_made(seed), name)
    assert len(validate(name, table)) == len(table) > 0


@pytest.mark.parametrize("name", TABLES)
def test_same_seed_same_county_other_seed_another(
    tables: SourceTables, again: SourceTables, name: str
) -> None:
    pd.testing.assert_frame_equal(getattr(tables, name), getattr(again, name))
    assert not getattr(tables, name).equals(getattr(_made(7), name))


def test_area_is_marked_fictional_and_its_default_year_is_an_ordinary_one(
    tables: SourceTables,
) -> None:
    area = tables.area
    assert area.fictional
    assert (area.slug, area.name) == ("demo", "Halcyon County")
    assert area.default_year not in area.unusual_years
    assert area.default_year < area.breaks[0].school_year == "2022-23"
    assert all("fictional" in source.publisher for source in tables.sources)
    assert {source.release for source in tables.sources} == {"published"}


def test_geoids_belong_to_the_state_that_does_not_exist(tables: SourceTables) -> None:
    assert tables.tracts.index.is_unique
    assert tables.tracts.index.str.fullmatch(r"99001\d{6}").all()
    assert 280 <= len(tables.tracts) <= 320
    assert tables.tracts["name"].is_unique


def test_county_lies_in_the_open_atlantic_and_is_about_forty_km_wide(tables: SourceTables) -> None:
    west, south, east, north = tables.tracts.total_bounds
    assert (west > -41) & (east < -39) & (south > 37) & (north < 39)
    x0, y0, x1, y1 = tables.tracts.to_crs(tables.area.crs).total_bounds
    assert (x1 - x0, y1 - y0) == pytest.approx((40_000, 40_000), rel=0.1)


def test_town_tracts_are_smaller(tables: SourceTables) -> None:
    metric = tables.tracts.to_crs(tables.area.crs)
    middle = shapely.Point(np.mean(metric.total_bounds[[0, 2]]), np.mean(metric.total_bounds[1::2]))
    near = metric.geometry.centroid.distance(middle) < 5_000
    assert metric.area[near].median() < 0.4 * metric.area[~near].median()


@pytest.mark.parametrize("seed", [SEED, 7])
def test_tracts_tile_without_gap_or_overlap(seed: int) -> None:
    shapes = _made(seed).tracts.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-12)


def test_river_splits_the_county_and_every_tract_keeps_neighbours(tables: SourceTables) -> None:
    land = tables.tracts[_land(tables)]
    banks = shapely.get_parts(shapely.union_all(land.geometry.to_numpy()))
    assert len(banks) == 2
    assert shapely.area(banks).min() > 0.2 * shapely.area(banks).sum()
    weights = Weights.queen(tables.tracts)
    assert not len(weights.isolates)
    river = tables.tracts[~_land(tables)]
    assert river.index.tolist() == ["99001990000", "99001990100"]
    assert river.geometry.iloc[0].touches(river.geometry.iloc[1])
    assert weights.cardinalities.loc[river.index].min() > 10
    assert not len(Weights.queen(land).isolates)


def test_nobody_lives_in_parks_or_on_water(tables: SourceTables) -> None:
    empty = tables.tracts.index.str[5:7].isin(["98", "99"])
    assert empty.sum() == 8
    assert (tables.tracts["children"][empty] == 0).all()
    assert (tables.tracts["children"][~empty] > 0).all()
    barren = tables.drivers[tables.drivers["geoid"].isin(tables.tracts.index[empty])]
    assert barren["status"].eq("missing").all()
    assert barren["value"].isna().all()


def test_survey_of_children_agrees_with_the_truth_within_its_margin(
    tables: SourceTables, truth: dict[str, Any]
) -> None:
    moe = float(np.sqrt((tables.tracts["children_moe"] ** 2).sum()))
    assert abs(tables.tracts["children"].sum() - truth["children"]) < 3 * moe / 1.645
    assert tables.tracts["neighbourhood"].replace("", np.nan).nunique() == 25


def test_schools_stand_in_their_tract(tables: SourceTables, truth: dict[str, Any]) -> None:
    placed = tables.schools[tables.schools.geometry.notna()]
    home = tables.tracts.geometry.loc[placed["geoid"]].to_numpy()
    assert shapely.contains(home, placed.geometry.to_numpy()).all()
    nowhere = tables.schools[tables.schools.geometry.isna()]
    assert nowhere["school_type"].tolist() == ["Virtual"]
    assert nowhere["geoid"].isna().all()
    assert len(tables.schools) == truth["schools"]["count"] == 120
    assert tables.schools["name"].is_unique
    assert tables.schools["level"].value_counts().to_dict() == {
        name: level.schools for name, level in LEVELS.items()
    }


def test_zones_cover_the_land_once_and_hold_their_school(tables: SourceTables) -> None:
    shapes = tables.zones.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    land = shapely.union_all(tables.tracts.geometry[_land(tables)].to_numpy())
    covered = shapely.union_all(shapes)
    assert covered.symmetric_difference(land).area < 1e-12 * land.area
    assert shapely.area(shapes).sum() == pytest.approx(land.area, rel=1e-12)
    assert tables.schools.loc[tables.zones["school_id"], "level"].eq("elementary").all()
    points = tables.schools.geometry.loc[tables.zones["school_id"]].to_numpy()
    assert shapely.contains(shapes, points).mean() > 0.9
