"""Points handed in through the browser: what is read, and what is refused."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from data.errors import DataError
from data.read.points import TEMPLATE, points_in_memory

HEADER = "provider_id,name,kind,longitude,latitude\n"


def tracts() -> gpd.GeoDataFrame:
    index = pd.Index(["36047000100"], name="geoid")
    return gpd.GeoDataFrame(geometry=[box(-74.0, 40.6, -73.9, 40.8)], index=index, crs=4326)


def read(text: str) -> tuple[gpd.GeoDataFrame, tuple[object, ...]]:
    return points_in_memory(text.encode(), "mine.csv", tracts())


def test_the_template_is_read() -> None:
    table, _ = read(TEMPLATE)
    assert table["kind"].tolist() == ["mental_health", "other"]
    assert table["supply"].tolist()[0] == 120
    assert table["cost"].tolist()[0] == 45_000
    assert table[["supply", "cost"]].iloc[1].isna().all()
    assert set(table["source"]) == {"own_points"}


def test_optional_columns_may_be_left_out_and_points_far_away_are_listed() -> None:
    table, ledger = read(HEADER + "a,=1+1,other,-73.95,40.7\nb,Far,other,-80.1,40.7\n")
    assert table.index.tolist() == ["a"]
    assert table["name"].tolist() == ["=1+1"]
    assert table[["supply", "cost"]].isna().all(axis=None)
    assert any("outside the study area" in str(entry) for entry in ledger)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ends before its header"),
        (HEADER + "a,A,spa,-73.95,40.7\n", "kind 'spa' is not one of .* the template shows"),
        (HEADER + "a,A,other,40.7,-73.95\n", "latitude and longitude swapped"),
        (HEADER + "a,A,other,x,40.7\n", "'x' is not a coordinate; .* the template shows"),
        (HEADER + "a,A,other,-80.1,40.7\n", "none of its points lies in or near"),
        (HEADER + "a,A,other,-73.95,40.7\na,B,other,-73.96,40.7\n", "1 ids have rows that differ"),
        ("provider_id,name,kind\na,A,other\n", "longitude"),
        (
            "first_name,last_name,birth_date,longitude,latitude\nAnn,Lee,2010-01-02,-73.9,40.7\n",
            "describes single students",
        ),
        (
            "provider_id,name,kind,cost,longitude,latitude\na,A,other,-5,-73.95,40.7\n",
            "no such figure is negative",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_remedy(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(text)
