"""Lists of schools that know a school by different ids, put into one."""

import geopandas as gpd
import pandas as pd
import shapely

from data.contracts.check import STORED_CRS
from data.place.school_lists import by_school_id, one_list
from data.store.provenance import Ledger


def schools(ids: list[str], points: list[tuple[float, float] | None]) -> gpd.GeoDataFrame:
    table = pd.DataFrame({"name": [f"School {each}" for each in ids]}, index=pd.Index(ids))
    words = dict.fromkeys(("school_type", "district", "neighbourhood"), "")
    table = table.assign(level="unknown", **words, students=pd.array([pd.NA] * len(ids), "Int64"))
    where = [None if each is None else shapely.Point(each) for each in points]
    return gpd.GeoDataFrame(table.rename_axis("school_id"), geometry=where, crs=STORED_CRS)


def test_points_by_nces_id_reach_the_schools_of_the_state() -> None:
    directory = schools(["00037", "00090", "00143"], [None, None, None])
    # Two schools of one other id: it names neither.
    directory["other_id"] = ["260001200101", "260001200102", "260001200102"]
    edge = schools(
        ["260001200101", "260001200102", "00143"], [(-83.1, 42.1), (-83.2, 42.2), (-83.3, 42.3)]
    )
    named = by_school_id({"directory": directory, "edge": edge}, {"00037", "00090", "00143"})
    assert list(named["edge"].index) == ["00037", "260001200102", "00143"]
    merged = one_list(list(named.items()), "EPSG:32617", "lakes", Ledger())
    assert "other_id" not in merged
    assert merged.geometry["00037"] == shapely.Point(-83.1, 42.1)
    assert merged.geometry["00090"] is None
    assert merged["name"]["00037"] == "School 00037"
