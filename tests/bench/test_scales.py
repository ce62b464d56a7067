"""Scales by kind of school: found again from flows, and guessed where none are known."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bench.scales import (
    WIDENING,
    YEARS,
    default_scale,
    doubts,
    draw_groups,
    estimate_scales,
    gravity_settings,
)
from geo.join.gravity import fit_gravity

SIDE, WIDTH = 10, 800


def world(seed: int, n: int = 12) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Tracts in a square, and schools."""
    rng = np.random.default_rng(seed)
    x, y = (WIDTH * part for part in np.divmod(np.arange(SIDE**2), SIDE))
    tracts = gpd.GeoDataFrame(
        {"children": rng.uniform(100, 600, SIDE**2)},
        index=pd.Index([f"t{i:03d}" for i in range(SIDE**2)], name="geoid"),
        geometry=shapely.box(5e5 + x, 4.5e6 + y, 5e5 + x + WIDTH, 4.5e6 + y + WIDTH),
        crs=32618,
    )
    strip, whole = SIDE * WIDTH / n, SIDE * WIDTH
    left = 5e5 + strip * np.arange(n)
    ids = pd.Index([f"s{i:02d}" for i in range(n)], name="school_id")
    at = shapely.points(left + strip / 2, 4.5e6 + rng.uniform(0, whole, n))
    schools = gpd.GeoDataFrame(
        {"enrolled": rng.integers(300, 900, n), "level": "elementary"}, ids, geometry=at, crs=32618
    )
    return schools, tracts


def sample(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw students around a join."""
    rng = np.random.default_rng(seed)
    return table.assign(students=rng.poisson(table["students"]).astype(float))[
        ["school_id", "geoid", "students"]
    ]


def test_each_level_gets_its_own_scale() -> None:
    schools, tracts = world(5, 20)
    schools["level"] = ["elementary", "high"] * 10
    flows = []
    for level, scale in [("elementary", 0.6), ("high", 2.0)]:
        part = schools[schools["level"] == level]
        flows.append(sample(fit_gravity(part, tracts, scale_km=scale).table, 5))
    found = estimate_scales(schools, tracts, pd.concat(flows), level=0.999)
    assert found["elementary"].low <= 0.6 <= found["elementary"].high
    assert found["high"].low <= 2.0 <= found["high"].high
    assert set(estimate_scales(schools, tracts, flows[0])) == {"elementary"}
    with pytest.raises(ValueError, match="need 'level' of schools"):
        estimate_scales(schools.drop(columns="level"), tracts, flows[0])


def test_the_default_scale_follows_density_and_level() -> None:
    schools, tracts = world(9, 9)
    schools = schools.assign(level=list(YEARS), enrolled=500)
    assert set(YEARS) == set(WIDENING)
    scale = default_scale(schools, tracts)
    assert scale.between(0.1, 30).all()
    sparse = default_scale(schools, tracts.assign(children=tracts["children"] / 4))
    assert np.allclose(sparse, 2 * scale)
    by_level = scale.set_axis(schools["level"])
    assert by_level["elementary"] < by_level["middle"] < by_level["high"]
    assert fit_gravity(schools, tracts, scale_km=scale).table["share"].gt(0).all()
    none = default_scale(schools.assign(enrolled=pd.array([None] * 9, "Int64")), tracts)
    assert none.eq(1.0).all()
    assert default_scale(schools.drop(columns="level"), tracts).notna().all()
    with pytest.raises(ValueError, match="no default scale for the levels college"):
        default_scale(schools.assign(level="college"), tracts)


def test_a_kind_that_draws_across_gets_its_own_scale() -> None:
    schools, tracts = world(3, 16)
    schools["school_type"] = ["General Academic", "Charter"] * 8
    schools["draw"] = draw_groups(schools)
    assert set(schools["draw"]) == {"elementary", "elementary, across"}
    scale = schools["draw"].map({"elementary": 0.6, "elementary, across": 3.0})
    parts = [fit_gravity(part, tracts, scale_km=scale).table for _, part in schools.groupby("draw")]
    found = estimate_scales(schools, tracts, sample(pd.concat(parts), 3), by="draw", k=100)
    assert found["elementary"].scale_km == pytest.approx(0.6, rel=0.15)
    assert found["elementary, across"].scale_km == pytest.approx(3.0, rel=0.15)
    settings = gravity_settings(schools, found, by="draw")
    assert settings["scale_km"]["s01"] == found["elementary, across"].scale_km
    assert fit_gravity(schools, tracts, **settings).table["share"].gt(0).all()
    open_ = doubts(schools, found, by="draw")
    assert (open_["flow_cv"] <= 1).all()
    assert (open_["spread"] < 0.1).all()
    with pytest.raises(ValueError, match="Scales by kind need 'kind' of schools"):
        estimate_scales(schools, tracts, sample(parts[0], 3), by="kind")


def test_a_kind_without_known_flows_falls_back_to_the_default() -> None:
    schools, tracts = world(4)
    found = estimate_scales(schools, tracts, sample(fit_gravity(schools, tracts).table, 4), k=100)
    other = schools.assign(level="high")
    settings = gravity_settings(other, found)
    assert (settings["scale_km"] == 1.0).all()
    assert (settings["decay"] == "exponential").all()
    assert doubts(other, found).isna().all(axis=None)


def test_types_that_no_zone_binds_draw_at_least_as_far_as_high_schools() -> None:
    schools, tracts = world(6)
    plain = default_scale(schools, tracts)
    across = default_scale(schools.assign(school_type="Charter"), tracts)
    assert (across > 2 * plain).all()
