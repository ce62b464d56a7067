"""Several releases of one year, several lists of one school: one is used, the rest is told."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from data.contracts.check import empty_table
from data.errors import DataError
from data.place.releases import one_release_a_year
from data.place.school_lists import one_list
from data.store.provenance import Ledger

Rows = list[tuple[str, str, str, int, int, int, int]]
OLD: Rows = [
    ("A1", "2018-19", "old", 200, 200, 200, 50),
    ("B2", "2018-19", "old", 401, 401, 401, 120),
    ("C3", "2018-19", "old", 80, 80, 80, 20),
    ("D4", "2018-19", "old", 90, 90, 90, 30),
]
NEW: Rows = [
    ("A1", "2018-19", "new", 200, 200, 200, 50),
    ("B2", "2018-19", "new", 400, 399, 401, 120),
    ("C3", "2018-19", "new", 85, 85, 85, 21),
    ("E5", "2018-19", "new", 60, 60, 60, 6),
    ("A1", "2021-22", "new", 210, 210, 210, 70),
]


def absence(rows: Rows) -> pd.DataFrame:
    names = ["school_id", "school_year", "source", "enrolled", "enrolled_lower", "enrolled_upper"]
    table = pd.DataFrame(rows, columns=[*names, "chronic_absent"])
    table = table.assign(
        student_group="all",
        grade="all",
        lower=table["chronic_absent"],
        upper=table["chronic_absent"],
        status="reported",
        reason="",
    )
    return table[list(empty_table("absence").columns)]


def account(ledger: Ledger) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    return {each.reason: (each.action, each.rows, each.examples) for each in ledger.entries}


def test_one_release_gives_a_year_and_the_other_is_compared_with_it() -> None:
    ledger = Ledger()
    kept = one_release_a_year(absence(OLD + NEW), {"2018-19": "old"}, "toy", ledger)
    assert kept.groupby("school_year")["source"].unique().map(list).to_dict() == {
        "2018-19": ["old"],
        "2021-22": ["new"],
    }
    assert len(kept) == 5
    said, year = account(ledger), "2018-19, against old:"
    words = "2018-19 is taken from old: this release is only compared with it."
    assert said == {
        words: ("dropped", 4, ("A1", "B2", "C3", "E5")),
        f"{year} the same counts. In total 26.44 % here, 28.53 % there.": ("matched", 1, ("A1",)),
        f"{year} another count of absent students, by 1 in the middle and 1 at most.": (
            *("matched", 1, ("C3",)),
        ),
        f"{year} students differ within rounding, by 1 in the middle and 1 at most.": (
            *("matched", 1, ("B2",)),
        ),
        f"{year} another number of students, by 5 in the middle and 5 at most.": (
            *("matched", 1, ("C3",)),
        ),
        f"{year} only in this release.": ("matched", 1, ("E5",)),
        f"{year} not in this release.": ("matched", 1, ("D4",)),
    }


def test_releases_of_different_years_stand_side_by_side() -> None:
    ledger = Ledger()
    kept = one_release_a_year(absence(OLD + NEW[-1:]), {}, "toy", ledger)
    assert len(kept) == 5
    assert len(ledger) == 0


def test_a_release_without_the_year_it_is_to_give_is_refused() -> None:
    with pytest.raises(DataError, match=r"toy: releases: new has no row of 2017-18"):
        one_release_a_year(absence(OLD + NEW), {"2017-18": "new"}, "toy", Ledger())


def schools(rows: dict[str, tuple[str, str, Point | None]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "name": [name for name, _level, _point in rows.values()],
            "level": [level for _name, level, _point in rows.values()],
            "school_type": "",
            "district": "",
            "neighbourhood": "",
            "students": pd.array([pd.NA] * len(rows), dtype="Int64"),
        },
        index=pd.Index(list(rows), name="school_id"),
    )
    points = [point for _name, _level, point in rows.values()]
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def test_the_first_list_of_schools_wins_and_later_ones_fill_its_gaps() -> None:
    here, moved, near = Point(-74.0, 40.0), Point(-74.0, 40.01), Point(-74.0, 40.0005)
    first = schools(
        {"A1": ("Oak", "high", here), "B2": ("Elm", "unknown", None), "C3": ("Ash", "k8", here)}
    )
    later = schools(
        {
            "A1": ("Oak Academy", "middle", moved),
            "B2": ("Elm", "middle", moved),
            "C3": ("Ash", "k8", near),
            "D4": ("Yew", "early", moved),
        }
    )
    ledger = Ledger()
    merged = one_list([("first", first), ("later", later)], "EPSG:32618", "toy", ledger)
    assert merged["name"].to_dict() == {"A1": "Oak", "B2": "Elm", "C3": "Ash", "D4": "Yew"}
    assert merged["level"].tolist() == ["high", "middle", "k8", "early"]
    assert merged.geometry.tolist() == [here, moved, here, moved]
    assert account(ledger) == {
        "Not in first: name, level and point from later.": ("matched", 1, ("D4",)),
        "Stands 300 m or more away in later: the point of first is used.": ("kept", 1, ("A1",)),
        "Level, type, area or point not in first: taken from later.": ("matched", 1, ("B2",)),
    }
