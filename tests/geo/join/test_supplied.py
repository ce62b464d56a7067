"""A district's own counts: used as they are, or refused in plain words."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.catchment import build_catchment
from geo.join.supplied import check_flows, fit_supplied

SCHOOLS = pd.DataFrame(
    {"enrolled": pd.array([40, 9, None, 20], "Int64")},
    index=pd.Index(["s1", "s2", "s3", "s4"], name="school_id"),
)
TRACTS = gpd.GeoDataFrame(
    index=pd.Index(["a", "b", "c"], name="geoid"), geometry=[None] * 3, crs=4326
)


def rows(*given: tuple[object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(given), columns=["school_id", "geoid", "students"])


@given(
    st.lists(
        st.tuples(st.sampled_from("pqrs"), st.sampled_from("abcdef"), st.integers(0, 500)),
        min_size=1,
        max_size=24,
        unique_by=lambda row: row[:2],
    ),
    st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=4, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_shares_are_the_supplied_ones(flows: list[tuple], enrolled: list[int | None]) -> None:
    if not any(students for *_, students in flows):
        flows[0] = (*flows[0][:2], 7)
    schools = pd.DataFrame({"enrolled": pd.array(enrolled, "Int64")}, index=list("pqrs"))
    tracts = gpd.GeoDataFrame(index=list("abcdef"), geometry=[None] * 6, crs=4326)
    given_rows = rows(*flows)
    fit = fit_supplied(schools, tracts, given_rows)
    sums = fit.table.groupby("school_id")[["share", "students"]].sum()
    total = given_rows.groupby("school_id")["students"].sum()
    total = total[total > 0]
    assert list(sums.index) == list(total.index)
    assert np.abs(sums["share"] - 1).max() <= 1e-9
    wanted = schools["enrolled"].astype(float)[sums.index].fillna(total)
    assert np.allclose(sums["students"], wanted, rtol=1e-9)
    assert set(fit.without_rows) == set(schools.index) - set(sums.index)
    merged = fit.table.merge(given_rows, on=["school_id", "geoid"])
    assert len(merged) == len(fit.table)
    assert np.allclose(merged["share"], merged["students_y"] / merged["school_id"].map(total))


def test_what_does_not_fit_is_listed() -> None:
    flows = rows(
        ("s1", "a", 30),
        ("s1", "b", 10),
        ("s1", "z", 0),
        ("s2", "a", 20),
        ("s2", "far", 10),
        ("s3", "c", 5),
        ("s9", "a", 2),
    )
    fit = fit_supplied(SCHOOLS, TRACTS, flows)
    assert fit.unknown_tracts.to_dict() == {"far": 10}
    assert fit.unknown_schools == ("s9",)
    assert fit.without_rows == ("s4",)
    assert fit.mismatched["supplied"].to_dict() == {"s2": 30}
    assert fit.mismatched["difference"].tolist() == pytest.approx([30 / 9 - 1])
    students = fit.table.set_index(["school_id", "geoid"])["students"].to_dict()
    assert students == {("s1", "a"): 30, ("s1", "b"): 10, ("s2", "a"): 9, ("s3", "c"): 5}
    assert [ids for _, _, ids in fit.ledger] == [("far",), ("s9",), ("s4",), ("s2",)]
    assert fit_supplied(SCHOOLS, TRACTS, flows, tolerance=9).mismatched.empty
    table = build_catchment("supplied", SCHOOLS, TRACTS, flows=flows)
    pd.testing.assert_frame_equal(table, fit.table)


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        (rows(("s1", "a", -1)), "negative or infinite"),
        (rows(("s1", "a", np.inf)), "negative or infinite"),
        (rows(("s1", "a", 3), ("s1", "a", 4)), "twice, first school s1 with tract a"),
        (rows(("s1", "a", None)), "missing or no numbers"),
        (rows(("s1", "a", 5), ("s1", "b", "<5")), "first '<5' in row 1"),
        (rows(("s1", None, 3)), "row 0 names no school or no tract"),
        (rows(("s1", "a", 0)), "no row has students"),
        (rows(("s1", "36005000100", 3)), "unknown tracts: 36005000100. Are both"),
        (rows(("x", "a", 3)), "unknown school ids: x"),
        (rows(("s1", "a", 3)).drop(columns="students"), "columns students are needed"),
    ],
)
def test_flows_that_cannot_be_used_are_refused(flows: pd.DataFrame, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_supplied(SCHOOLS, TRACTS, flows)


@pytest.mark.parametrize(
    "column",
    [
        "student_id", "Student ID", "OSIS", "ssid", "First Name", "name", "DOB", "birth_date",
        "home_address", "Latitude", "lon", "guardian_phone",
    ],
)  # fmt: skip
def test_columns_that_tell_of_students_are_refused(column: str) -> None:
    with pytest.raises(ValueError, match="may tell of single students"):
        check_flows(rows(("s1", "a", 3)).assign(**{column: "x"}))


@pytest.mark.parametrize("column", ["school_name", "Tract Name", "district", "level", "longest"])
def test_columns_about_places_are_passed_over(column: str) -> None:
    assert list(check_flows(rows(("s1", "a", 3)).assign(**{column: "x"}))) == [
        "school_id",
        "geoid",
        "students",
        "lower",
        "upper",
    ]


def test_tolerance_and_inputs() -> None:
    with pytest.raises(ValueError, match="tolerance must be"):
        fit_supplied(SCHOOLS, TRACTS, rows(("s1", "a", 3)), tolerance=-1)
    flows = rows(("s1", "a", 3), ("s2", "b", 2))
    before = flows.copy()
    fit_supplied(SCHOOLS, TRACTS, flows)
    pd.testing.assert_frame_equal(before, flows)


def withheld(*given: tuple[object, object, object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(given, columns=["school_id", "geoid", "students", "lower", "upper"])


def test_withheld_pairs_share_what_the_enrolment_leaves() -> None:
    tracts = gpd.GeoDataFrame(index=list("abcd"), geometry=[None] * 4, crs=4326)
    hidden = [("s1", each, None, 0, 9) for each in "bcd"]
    fit = fit_supplied(SCHOOLS, tracts, withheld(("s1", "a", 28, 28, 28), *hidden))
    assert fit.table["students"].tolist() == pytest.approx([28, 4, 4, 4])
    assert fit.withheld.loc["s1"].tolist() == [3, 3, 27, 12]
    assert "3 withheld counts, 3 to 27 students together, taken as 12" in fit.ledger[0][1]


def test_one_withheld_pair_is_not_given_back_by_the_enrolment() -> None:
    fit = fit_supplied(SCHOOLS, TRACTS, withheld(("s1", "a", 38, 38, 38), ("s1", "b", None, 1, 9)))
    assert fit.withheld["counted"].tolist() == [5]


@given(st.lists(st.integers(1, 9), min_size=3, max_size=6), st.integers(0, 80))
@settings(max_examples=40, deadline=None)
def test_withheld_pairs_stay_within_their_bounds(uppers: list[int], enrolled: int) -> None:
    ids = [f"t{number}" for number in range(len(uppers))]
    tracts = gpd.GeoDataFrame(index=ids, geometry=[None] * len(ids), crs=4326)
    schools = pd.DataFrame({"enrolled": [enrolled]}, index=["s"])
    flows = withheld(
        *(("s", each, None, 0, upper) for each, upper in zip(ids, uppers, strict=True))
    )
    told = fit_supplied(schools, tracts, flows).withheld.loc["s"]
    assert told["lower"] - 1e-9 <= told["counted"] <= told["upper"] + 1e-9
    if told["lower"] <= enrolled <= told["upper"]:
        assert told["counted"] == pytest.approx(enrolled)


@pytest.mark.parametrize("bounds", [(None, None), (3, 1), (-1, 4), (0, None)])
def test_a_missing_count_without_true_bounds_is_refused(bounds: tuple) -> None:
    with pytest.raises(ValueError, match="Give a withheld count as 'lower'"):
        check_flows(withheld(("s1", "a", None, *bounds)))
