"""The crosswalk between census years: totals stay, unlike ids are refused with the cause."""

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas.crosswalk import apply_crosswalk, build_crosswalk
from geo.areas.geoid import cause, refuse_unlike_ids

cuts = st.lists(st.integers(1, 99), max_size=6, unique=True).map(sorted)


def strips(cut: list[int], prefix: str, *, flat: bool = False, end: int = 100) -> gpd.GeoDataFrame:
    """Cut a square of 100 m into upright or flat strips."""
    ends = [0, *cut, end]
    pairs = itertools.pairwise(ends)
    shapes = [shapely.box(0, a, 100, b) if flat else shapely.box(a, 0, b, 100) for a, b in pairs]
    ids = [f"{prefix}{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame(index=pd.Index(ids, name="geoid"), geometry=shapes, crs=32618)


def table(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "target", "share"])


@settings(max_examples=60)
@given(cuts, cuts, st.booleans(), st.integers(0, 2**32 - 1), st.sampled_from(["area", "people"]))
def test_totals_are_preserved_and_rates_stay_between_the_extremes(
    before: list[int], after: list[int], flat: bool, seed: int, weight: str
) -> None:
    draw = np.random.default_rng(seed)
    source, target = strips(before, "a"), strips(after, "b", flat=flat)
    target["people"] = draw.integers(0, 3, len(target))
    walk = build_crosswalk(source, target, weight=weight)
    sums = walk.groupby("source")["share"].sum()
    np.testing.assert_allclose(sums, 1, rtol=0, atol=1e-12)
    assert set(sums.index) == set(source.index)
    values = pd.Series(draw.uniform(0, 1e6, len(source)), index=source.index)
    made = apply_crosswalk(values, walk)
    assert made["value"].sum() == pytest.approx(values.sum(), rel=1e-9)
    rate = apply_crosswalk(values, walk, "intensive")["value"].dropna()
    assert rate.between(values.min() * (1 - 1e-9), values.max() * (1 + 1e-9)).all()


@given(cuts)
def test_a_crosswalk_to_itself_changes_nothing(cut: list[int]) -> None:
    source = strips(cut, "a")
    values = pd.Series(np.arange(len(source)) + 1.5, index=source.index)
    for kind in ("extensive", "intensive"):
        made = apply_crosswalk(values, build_crosswalk(source, source), kind, moe=values / 10)
        np.testing.assert_allclose(made["value"], values, rtol=1e-12)
        np.testing.assert_allclose(made["moe"], values / 10, rtol=1e-12)


def test_people_decide_where_they_live_and_area_where_nobody_does() -> None:
    source = strips([50], "a")
    target = strips([25, 75], "b").assign(people=[0, 30, 0])
    walk = build_crosswalk(source, target, weight="people").set_index(["source", "target"])["share"]
    assert walk["a0", "b1"] == pytest.approx(1)
    target["people"] = [0, 0, 30]
    walk = build_crosswalk(source, target, weight="people").set_index(["source", "target"])["share"]
    assert walk["a0", "b0"] == pytest.approx(0.5)
    assert walk["a1", "b2"] == pytest.approx(1)


def test_an_average_is_weighted_by_its_denominator() -> None:
    walk = table([("a", "t", 1.0), ("b", "t", 1.0)])
    rates, people = pd.Series({"a": 0.1, "b": 0.4}), pd.Series({"a": 300, "b": 100})
    made = apply_crosswalk(
        rates, walk, "intensive", weights=people, moe=pd.Series({"a": 4, "b": 0})
    )
    assert made.loc["t", "value"] == pytest.approx(0.175)
    assert made.loc["t", "moe"] == pytest.approx(3)


def test_margins_of_a_sum_add_as_squares() -> None:
    walk = table([("a", "t", 0.5), ("a", "u", 0.5), ("b", "t", 1.0)])
    made = apply_crosswalk(pd.Series({"a": 10, "b": 10}), walk, moe=pd.Series({"a": 6.0, "b": 4.0}))
    assert made["moe"].to_dict() == pytest.approx({"t": 5.0, "u": 3.0})


def test_missing_values_stay_missing() -> None:
    walk = table([("a", "t", 1.0), ("b", "t", 0.5), ("b", "u", 0.5), ("c", "v", 1.0)])
    made = apply_crosswalk(pd.Series({"a": 10.0, "b": np.nan}), walk)
    assert made["value"].isna().all()
    assert made["covered"].round(3).to_dict() == {"t": 0.667, "u": 0, "v": 0}
    assert made["moe"].isna().all()


def test_shores_that_differ_lose_nobody() -> None:
    source, target = strips([40], "a", end=120), strips([40], "b")
    made = apply_crosswalk(pd.Series({"a0": 5.0, "a1": 8.0}), build_crosswalk(source, target))
    assert made["value"].to_dict() == pytest.approx({"b0": 5.0, "b1": 8.0})


def test_a_bow_tie_and_another_coordinate_system_are_mended() -> None:
    bow_tie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    source = gpd.GeoDataFrame(index=["a"], geometry=[bow_tie], crs=32618)
    walk = build_crosswalk(source, strips([50], "b").to_crs(4326))
    assert walk["share"].tolist() == pytest.approx([0.5, 0.5], rel=1e-3)


def test_bad_places_are_refused() -> None:
    good = strips([50], "b")
    with pytest.raises(ValueError, match="source: no coordinate reference system"):
        build_crosswalk(good.set_crs(None, allow_override=True), good)
    with pytest.raises(ValueError, match="target: declared as degrees"):
        build_crosswalk(good, good.set_geometry(good.scale(90)).set_crs(4326, allow_override=True))
    with pytest.raises(ValueError, match="2 of 2 source areas meet no target"):
        build_crosswalk(good.set_geometry(good.translate(5000)), good)
    with pytest.raises(ValueError, match="column 'people' is needed"):
        build_crosswalk(good, good, weight="people")


@pytest.mark.parametrize(
    ("walk", "message"),
    [
        (table([("a", "t", 0.9)]), r"sum to 1 .* a \(0\.9\)"),
        (table([("a", "t", 1.5), ("a", "u", -0.5)]), "0 or more"),
        (table([("a", "t", 0.5), ("a", "t", 0.5)]), "given twice, first a with t"),
        (table([("a", "t", np.nan)]), "sum to 1"),
        (table([("a", "t", 1.0)]).drop(columns="share"), "columns share are needed"),
    ],
)
def test_a_crosswalk_that_would_lose_students_is_refused(walk: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply_crosswalk(pd.Series({"a": 1.0}), walk)


def test_values_of_other_areas_are_refused_with_the_cause() -> None:
    walk = table([("09001010101", "09110010101", 1.0)])
    with pytest.raises(ValueError, match="the crosswalk's targets"):
        apply_crosswalk(pd.Series({"09110010101": 1.0}), walk)
    with pytest.raises(ValueError, match=r"Connecticut: one side uses the planning regions"):
        apply_crosswalk(pd.Series({"09190010101": 1.0}), walk)
    with pytest.raises(ValueError, match="of state 36, wanted is 09"):
        apply_crosswalk(pd.Series({"36190010101": 1.0}), walk)
    with pytest.raises(ValueError, match="kind must be"):
        apply_crosswalk(pd.Series({"a": 1.0}), walk, "mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="ids repeat"):
        apply_crosswalk(pd.Series([1.0, 2.0], index=["09001010101"] * 2), walk)


def test_unlike_vintages_are_refused_and_like_ones_pass() -> None:
    old, new = ["36005000100", "36005000200"], ["36005000101", "36005000102"]
    with pytest.raises(ValueError, match=r"2 of 2 tracts .* those of 2010: convert them first"):
        refuse_unlike_ids(pd.Series(old), new, references={2010: old, 2020: new})
    with pytest.raises(ValueError, match="another census year"):
        refuse_unlike_ids(pd.Series(old), new)
    refuse_unlike_ids(pd.Series([*new, None]), new)
    refuse_unlike_ids(pd.Series([], dtype="str"), new)
    regions, counties = pd.Series(["09110010101"]), ["09001010101"]
    assert "Connecticut" in cause(regions, counties)
    assert "Connecticut" not in cause(regions, ["09120010101"])


@pytest.mark.mirror
def test_new_york_city_there_and_back(mirror: Path) -> None:
    folder = mirror / "nyc" / "nyc_tracts"
    old = gpd.read_file(folder / "census_tract_2010.geojson").set_index("geoid")
    new = gpd.read_file(folder / "census_tract_2020.geojson").set_index("geoid")
    svi = pd.read_csv(
        mirror / "nyc" / "cdc_svi" / "NewYork.csv",
        dtype={"FIPS": "str"},
        encoding="utf-8-sig",
    ).set_index("FIPS")
    people = svi["E_TOTPOP"].reindex(new.index)
    back = build_crosswalk(new, old)
    then = apply_crosswalk(people, back, moe=svi["M_TOTPOP"].reindex(new.index))
    assert then["value"].sum() == pytest.approx(people.sum(), rel=1e-9)
    assert (then["moe"].dropna() >= 0).all()
    forth = build_crosswalk(old, new.assign(people=people.fillna(0)), weight="people")
    again = apply_crosswalk(then["value"], forth)["value"]
    assert again.sum() == pytest.approx(people.sum(), rel=1e-9)
    kept = new.index.intersection(old.index)
    assert np.corrcoef(again.reindex(kept).fillna(0), people[kept].fillna(0))[0, 1] > 0.99
    with pytest.raises(ValueError, match="those of 2010"):
        refuse_unlike_ids(
            pd.Series(old.index), new.index, references={2010: old.index, 2020: new.index}
        )
