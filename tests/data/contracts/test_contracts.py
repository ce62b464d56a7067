from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from data.contracts.check import ContractError, empty_table, validate
from data.contracts.tables import CONTRACTS, TABLES
from data.contracts.vocabulary import LEVEL_LABELS, LEVELS, STATUSES
from data.panel import SourceTables


def breaches(table: str, frame: pd.DataFrame) -> tuple[str, ...]:
    with pytest.raises(ContractError) as caught:
        validate(table, frame)
    assert caught.value.table == table
    return caught.value.breaches


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_is_valid(table: str) -> None:
    empty = empty_table(table)
    assert validate(table, empty).empty
    assert isinstance(empty, gpd.GeoDataFrame) == CONTRACTS[table].spatial


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_is(table: str) -> None:
    for name, column in CONTRACTS[table].columns.items():
        assert column.description, name
        assert column.metadata["unit"], name


def test_every_rule_names_its_breach_and_its_remedy() -> None:
    for contract in CONTRACTS.values():
        rules = [rule for column in contract.columns.values() for rule in column.checks]
        for rule in [*rules, *contract.schema.checks]:
            assert rule.title
            assert rule.description


def test_levels_have_labels() -> None:
    assert tuple(LEVEL_LABELS) == LEVELS
    assert LEVEL_LABELS["k8"] == "K-8"


@pytest.mark.parametrize("table", ["tracts", "absence", "drivers", "school_drivers"])
def test_good_tables_pass_unchanged(small: SourceTables, table: str) -> None:
    frame = getattr(small, table)
    once = validate(table, frame)
    pd.testing.assert_frame_equal(validate(table, once), once)
    assert once.index.equals(frame.index)


def test_one_error_lists_everything(small: SourceTables) -> None:
    bad = small.absence.assign(extra=1).drop(columns="source")
    bad["school_year"] = "2018"
    bad["status"] = ["reported", "s", "reported", "reported", "reported", "reported"]
    bad["chronic_absent"] = [500, 120, 20, 50, 120, 20]
    found = breaches("absence", pd.concat([bad, bad.tail(1)]))
    text = "\n".join(found)
    for words in [
        "source: the column is missing",
        "extra: the column is not in the contract",
        "school_year: 7 of 7 rows are not a school year",
        "status: 1 of 7 rows hold an unknown word: B2 2018 all all (s)",
        "have chronic_absent above enrolled: A1 2018 all all",
        "repeat: A1 2018 all all, B2 2018 all all, C3 2018 all all",
        "have a reason although reported, or none although not",
    ]:
        assert words in text
    assert len(found) == len(set(found))


def test_repeated_ids_are_counted_and_named(small: SourceTables) -> None:
    tracts = small.tracts
    found = breaches("tracts", pd.concat([tracts, tracts.head(1)]))
    assert found == (
        "geoid: 2 of 5 rows repeat: 99001000100; one row for each geoid: "
        "drop duplicates or total rows in the recipe",
    )


def test_examples_stop_at_five() -> None:
    rows = 812
    frame = pd.DataFrame(
        {
            "school_id": [f"S{number:03d}" for number in range(rows)],
            "geoid": "99001000100",
            "share": 1.5,
            "students": 1.0,
        }
    )
    found = [each for each in breaches("catchment", frame) if each.startswith("share")]
    assert "812 of 812 rows are outside 0 to 1: S000 99001000100 (1.5), " in found[0]
    assert found[0].count("99001000100") == 5
    assert ", ...; " in found[0]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("geometry", Point(-74, 40), "something other than a valid Polygon"),
        ("geometry", Polygon(), "something other than a valid Polygon"),
        ("geometry", Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "something other than a valid"),
        ("geometry", None, "geometry: 1 of 4 rows are empty"),
        ("geometry", Polygon([(500, 1), (501, 1), (501, 2)]), "lie outside longitude"),
        ("geometry", "POINT (1 1)", "something other than a valid Polygon"),
        ("county", "99003", "not the first five digits"),
        ("children", -1.0, "are negative or infinite"),
        ("children", np.inf, "are negative or infinite"),
    ],
)
def test_hostile_tracts(small: SourceTables, column: str, value: Any, words: str) -> None:
    bad = pd.DataFrame(small.tracts).astype({"geometry": "object"})
    position = bad.columns.get_loc(column)
    bad.iloc[0, position] = value
    assert any(words in each for each in breaches("tracts", bad))


def test_projected_numbers_are_not_called_degrees(small: SourceTables) -> None:
    metres = small.tracts.to_crs("EPSG:32618")
    assert any("coordinate system is EPSG:32618" in each for each in breaches("tracts", metres))
    bare = pd.DataFrame(small.tracts)
    assert any("coordinate system is none" in each for each in breaches("tracts", bare))


@pytest.mark.parametrize("point", [Point(0, 0), Point(-74, 140), Point(583_000, 4_507_000)])
def test_impossible_points(small: SourceTables, point: Point) -> None:
    schools = small.schools.assign(geoid=None)
    schools.loc["A1", "geometry"] = point
    assert any("at 0, 0" in each for each in breaches("schools", schools))


def test_ids_read_as_numbers_are_refused_not_repaired(small: SourceTables) -> None:
    as_numbers = small.drivers.assign(geoid=small.drivers["geoid"].astype("int64"))
    assert any("stored as int64, wanted str" in each for each in breaches("drivers", as_numbers))
    short = small.drivers.assign(geoid=small.drivers["geoid"].str[1:])
    assert any("not an 11-digit tract" in each for each in breaches("drivers", short))


def test_missing_codes_and_percents_are_refused(small: SourceTables) -> None:
    coded = small.drivers.assign(value=-888888888.0, status="reported")
    assert any("outside 0 to 1" in each for each in breaches("drivers", coded))
    percent = small.drivers.assign(value=12.0, status="reported")
    assert any("percent 0-100 or fraction 0-1" in each for each in breaches("drivers", percent))


def test_a_withheld_count_may_not_travel_along(small: SourceTables) -> None:
    leaking = small.absence.assign(status="suppressed", reason="fewer than 10")
    assert any("still hold chronic_absent" in each for each in breaches("absence", leaking))


def test_shares_must_add_up() -> None:
    frame = pd.DataFrame(
        {"school_id": ["A", "A"], "geoid": ["99001000100", "99001000200"], "share": [0.5, 0.4]}
    ).assign(students=1.0)
    assert any("does not add up to 1" in each for each in breaches("catchment", frame))


def test_whole_numbers_of_any_width_are_welcome(small: SourceTables) -> None:
    narrow = small.absence.astype({"enrolled": "int32", "chronic_absent": "uint16"})
    assert validate("absence", narrow)["enrolled"].dtype == "Int64"
    objects = small.absence.astype({"school_id": "object"})
    assert validate("absence", objects)["school_id"].dtype == "str"


hostile = st.one_of(
    st.none(),
    st.integers(-5, 10**12),
    st.floats(),
    st.booleans(),
    st.text(max_size=12),
    st.binary(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(hostile, min_size=1, max_size=4), st.sampled_from(["absence", "drivers", "zones"]))
def test_any_content_gives_a_table_or_one_error(values: list[Any], table: str) -> None:
    names = list(CONTRACTS[table].columns)
    frame = pd.DataFrame({name: pd.Series(values, dtype="object") for name in names})
    with pytest.raises(ContractError) as caught:
        validate(table, frame)
    assert caught.value.breaches


REASONS = st.sampled_from(["", "why"])
rows_of_absence = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from(STATUSES),
        st.sampled_from(["", "why"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(rows_of_absence)
def test_the_contract_accepts_exactly_the_rows_that_make_sense(
    rows: list[tuple[int, int, str, str]],
) -> None:
    count = [pd.NA if row[2] in {"suppressed", "missing"} else row[0] for row in rows]
    frame = pd.DataFrame(
        {
            "school_id": [f"S{number}" for number in range(len(rows))],
            "school_year": "2018-19",
            "student_group": "all",
            "grade": "all",
            "enrolled": pd.array([row[1] for row in rows], dtype="Int64"),
            "enrolled_lower": pd.array([pd.NA] * len(rows), dtype="Int64"),
            "enrolled_upper": pd.array([pd.NA] * len(rows), dtype="Int64"),
            "chronic_absent": pd.array(count, dtype="Int64"),
            "lower": pd.array(count, dtype="Int64"),
            "upper": pd.array(count, dtype="Int64"),
            "status": [row[2] for row in rows],
            "reason": [row[3] for row in rows],
            "source": "made",
        }
    )
    sensible = all(
        (status in {"suppressed", "missing"} or absent <= enrolled)
        and (status == "reported") == (reason == "")
        for absent, enrolled, status, reason in rows
    )
    if sensible:
        assert len(validate("absence", frame)) == len(rows)
    else:
        assert breaches("absence", frame)
