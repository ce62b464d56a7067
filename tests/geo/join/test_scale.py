"""The scale of the gravity join: found again from flows made with it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.join.gravity import fit_gravity
from geo.join.scale import estimate_scale

SIDE, WIDTH = 10, 800


def world(seed: int, n_schools: int = 15) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    rng = np.random.default_rng(seed)
    x, y = (WIDTH * part for part in np.divmod(np.arange(SIDE**2), SIDE))
    tracts = gpd.GeoDataFrame(
        {"children": rng.uniform(100, 600, SIDE**2), "county": np.where(x < 4000, "w", "e")},
        index=[f"t{i:03d}" for i in range(SIDE**2)],
        geometry=shapely.box(5e5 + x, 4.5e6 + y, 5e5 + x + WIDTH, 4.5e6 + y + WIDTH),
        crs=32618,
    )
    at = rng.uniform(0, SIDE * WIDTH, (n_schools, 2)) + np.array([5e5, 4.5e6])
    schools = gpd.GeoDataFrame(
        {"enrolled": rng.integers(200, 900, n_schools)},
        index=[f"s{i}" for i in range(n_schools)],
        geometry=shapely.points(at),
        crs=32618,
    )
    return schools, tracts


def sample(table: pd.DataFrame, schools: gpd.GeoDataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for name, part in table.groupby("school_id"):
        share = part["share"].to_numpy()
        drawn = rng.multinomial(schools.loc[name, "enrolled"], share / share.sum())
        parts.append(part[["school_id", "geoid"]].assign(students=drawn))
    return pd.concat(parts)


@given(st.integers(0, 2**20), st.floats(0.5, 2.0), st.sampled_from(["exponential", "power"]))
@settings(max_examples=8, deadline=None)
def test_the_scale_is_found_again(seed: int, scale: float, decay: str) -> None:
    schools, tracts = world(seed)
    table = fit_gravity(schools, tracts, scale_km=scale, decay=decay).table
    flows = sample(table, schools, seed)
    found = estimate_scale(schools, tracts, flows, decay=decay, level=0.9999, k=SIDE**2)
    assert found.low <= scale <= found.high
    assert found.low < found.scale_km < found.high
    assert found.n == pytest.approx(flows["students"].sum())
    assert found.outside == 0
    assert found.dispersion < 1.5
    assert not found.at_bound


def test_the_interval_covers_as_often_as_it_says() -> None:
    hits, rounds = 0, 40
    schools, tracts = world(1, 8)
    table = fit_gravity(schools, tracts, scale_km=1.0, k=25).table
    for seed in range(rounds):
        found = estimate_scale(
            schools, tracts, sample(table, schools, seed), k=25, bounds_km=(0.5, 2.0), level=0.9
        )
        hits += found.low <= 1.0 <= found.high
    # 90 %, within three standard errors of 40 trials.
    assert 0.9 - 3 * np.sqrt(0.09 / rounds) <= hits / rounds


def test_some_schools_are_enough_and_the_right_decay_is_likelier() -> None:
    schools, tracts = world(3)
    table = fit_gravity(schools, tracts, scale_km=0.8).table
    flows = sample(table, schools, 3)
    part = flows[flows["school_id"].isin(["s0", "s1", "s2", "s3"])]
    found = estimate_scale(schools, tracts, part, level=0.999)
    assert found.low <= 0.8 <= found.high
    assert found.schools == 4
    other = estimate_scale(schools, tracts, flows, decay="power")
    assert estimate_scale(schools, tracts, flows).log_likelihood > other.log_likelihood


def test_flows_between_districts_and_areas_of_residence_will_do() -> None:
    schools, tracts = world(4)
    schools["district"] = np.where(schools.geometry.x < 504_000, "west", "east")
    tracts["area"] = [f"{name[:3]}" for name in tracts.index]
    full = sample(fit_gravity(schools, tracts, scale_km=1.2).table, schools, 4)
    full = full.assign(
        district=full["school_id"].map(schools["district"]), area=full["geoid"].map(tracts["area"])
    )
    flows = full.groupby(["district", "area"])["students"].sum().reset_index()
    found = estimate_scale(schools, tracts, flows, level=0.999)
    assert found.low <= 1.2 <= found.high
    assert found.schools == 2
    with pytest.raises(ValueError, match="one column of the places that it counts by; found none"):
        estimate_scale(schools, tracts, flows.rename(columns={"area": "zip"}))


def test_more_variation_than_chance_widens_the_interval() -> None:
    schools, tracts = world(6)
    flows = sample(fit_gravity(schools, tracts).table, schools, 6)
    wild = flows.assign(
        students=flows["students"] * np.random.default_rng(6).gamma(0.3, 3, len(flows))
    )
    one, other = (estimate_scale(schools, tracts, table) for table in (flows, wild))
    assert other.dispersion > 5
    assert np.log(other.high / other.low) > 2 * np.log(one.high / one.low)


def test_students_from_beyond_the_candidates_are_counted_as_outside() -> None:
    schools, tracts = world(7)
    flows = sample(fit_gravity(schools, tracts, k=60, scale_km=2.0).table, schools, 7)
    near = estimate_scale(schools, tracts, flows, k=10)
    assert near.outside > 0.3
    assert near.n == pytest.approx(flows["students"].sum() * (1 - near.outside))


def test_flows_that_tell_nothing_are_refused_or_said_to() -> None:
    schools, tracts = world(8)
    flat = pd.DataFrame({"school_id": "s0", "geoid": tracts.index, "students": tracts["children"]})
    assert estimate_scale(schools.loc[["s0"]], tracts, flat, k=100, bounds_km=(0.1, 2)).at_bound
    for flows, words in [
        (flat.assign(school_id="x"), "no student goes between"),
        (flat.assign(students=0), "no student goes between"),
        (flat.assign(students=-1.0), "negative"),
        (flat.assign(students=np.nan), "missing"),
    ]:
        with pytest.raises(ValueError, match=words):
            estimate_scale(schools, tracts, flows)
    with pytest.raises(ValueError, match="bounds_km must be positive"):
        estimate_scale(schools, tracts, flat, bounds_km=(2, 1))
