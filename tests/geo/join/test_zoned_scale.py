"""What known flows tell beside the scale: who follows a zone, and how far flows stray."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.join.gravity import fit_gravity
from geo.join.scale import estimate_scale, likeliest_part
from geo.join.zones import fit_zones

SIDE, WIDTH = 10, 800


def world(seed: int, n: int = 12) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Tracts in a square, schools, and zones in strips that ignore the tracts' borders."""
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
    shapes = shapely.box(left, 4.5e6, left + strip, 4.5e6 + whole)
    ids = pd.Index([f"s{i:02d}" for i in range(n)], name="school_id")
    at = shapely.points(left + strip / 2, 4.5e6 + rng.uniform(0, whole, n))
    schools = gpd.GeoDataFrame(
        {"enrolled": rng.integers(300, 900, n), "level": "elementary"}, ids, geometry=at, crs=32618
    )
    columns = {"zone_id": "z" + ids, "school_id": ids, "level": "elementary"}
    return schools, tracts, gpd.GeoDataFrame(columns, geometry=shapes, crs=32618)


def sample(table: pd.DataFrame, seed: int, stray: float = 0.0) -> pd.DataFrame:
    """Draw students around a join; each flow strays by a factor of its own."""
    rng = np.random.default_rng(seed)
    factor = rng.gamma(1 / stray**2, stray**2, len(table)) if stray else 1.0
    return table.assign(students=rng.poisson(table["students"] * factor).astype(float))[
        ["school_id", "geoid", "students"]
    ]


def test_the_part_that_follows_its_zone_is_found_with_the_scale_of_the_others() -> None:
    schools, tracts, zones = world(1)
    true = fit_zones(schools, tracts, zones, zoned_share=0.6, scale_km=2.0)
    flows = sample(true.table, 1)
    zoned = fit_zones(schools, tracts, zones).table
    found = estimate_scale(schools, tracts, flows, zoned=zoned, k=100)
    assert found.zoned_share == pytest.approx(0.6, abs=0.05)
    assert found.scale_km == pytest.approx(2.0, rel=0.2)
    plain = estimate_scale(schools, tracts, flows, k=100)
    assert plain.zoned_share == 0
    assert plain.log_likelihood < found.log_likelihood


def test_the_likeliest_part_keeps_to_its_ends() -> None:
    one, other = np.array([0.9, 0.1]), np.array([0.2, 0.8])
    assert likeliest_part(np.array([99.0, 1.0]), one, other) == 1.0
    assert likeliest_part(np.array([1.0, 99.0]), one, other) == 0.0
    assert likeliest_part(np.array([5.0, 5.0]), one, one) == 0.0


@pytest.mark.parametrize("stray", [0.0, 0.4, 0.8])
def test_how_far_a_flow_strays_is_found_from_flows(stray: float) -> None:
    schools, tracts, _ = world(2)
    table = fit_gravity(schools, tracts, scale_km=1.5).table
    flows = sample(table, 2, stray)
    assert estimate_scale(schools, tracts, flows, k=100).flow_cv == pytest.approx(stray, abs=0.15)


def test_candidates_are_doubled_until_their_number_no_longer_decides() -> None:
    schools, tracts, _ = world(5)
    flows = sample(fit_gravity(schools, tracts, scale_km=3.0).table, 5)
    found = estimate_scale(schools, tracts, flows)
    assert found.k > 40
    assert found.outside < 0.02
    assert found.scale_km == pytest.approx(3.0, rel=0.2)


def test_a_decay_for_each_school() -> None:
    schools, tracts, _ = world(7, 2)
    each = pd.Series({"s00": "power", "s01": "exponential"})
    mixed = fit_gravity(schools.assign(enrolled=0), tracts, decay=each).table
    for name, decay in each.items():
        plain = fit_gravity(schools.loc[[name]].assign(enrolled=0), tracts, decay=decay).table
        own = mixed.loc[mixed["school_id"] == name, "share"]
        assert np.allclose(own, plain["share"])
    with pytest.raises(ValueError, match="decay: 1 schools have none: s01"):
        fit_gravity(schools, tracts, decay=each.iloc[:1])


def test_zoned_students_and_choosers_add_up() -> None:
    schools, tracts, zones = world(8)
    part = pd.Series(np.linspace(0, 1, len(schools)), schools.index)
    fit = fit_zones(schools, tracts, zones, zoned_share=part, scale_km=2.0)
    sums = fit.table.groupby("school_id")[["share", "students"]].sum()
    assert np.allclose(sums["share"], 1)
    assert np.allclose(sums["students"], schools["enrolled"])
    whole = fit_zones(schools, tracts, zones).table
    last = schools.index[-1]
    alone = fit.table.loc[fit.table["school_id"] == last, ["geoid", "share"]]
    zone = whole.loc[whole["school_id"] == last, ["geoid", "share"]]
    assert np.allclose(alone.set_index("geoid")["share"], zone.set_index("geoid")["share"])
    assert fit.why["s06"].endswith("of its students live there.")
    nowhere = schools.set_geometry(gpd.GeoSeries([None] * len(schools), schools.index, crs=32618))
    by_zone = fit_zones(nowhere, tracts, zones, zoned_share=0.5)
    pd.testing.assert_frame_equal(by_zone.table, whole)
    with pytest.raises(ValueError, match="zoned_share must lie between 0 and 1"):
        fit_zones(schools, tracts, zones, zoned_share=1.5)
