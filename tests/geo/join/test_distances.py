"""Distances of a catchment's pairs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from geo.shares import pair_km

TRACTS = gpd.GeoDataFrame(
    index=["a", "b"], geometry=[box(0, 0, 2000, 2000), box(2000, 0, 4000, 2000)], crs=32618
)
SCHOOLS = gpd.GeoDataFrame(index=["s", "u"], geometry=[Point(1000, 1000), None], crs=32618)


def test_pairs_keep_their_order_and_a_school_without_a_point_has_no_distance() -> None:
    table = pd.DataFrame({"school_id": ["u", "s", "s"], "geoid": ["a", "b", "a"]}, index=[7, 5, 6])
    found = pair_km(table, SCHOOLS, TRACTS)
    assert found.index.tolist() == [7, 5, 6]
    assert np.allclose(found, [np.nan, 2.0, 0.0], equal_nan=True)


def test_a_map_in_degrees_gives_the_same_kilometres() -> None:
    table = pd.DataFrame({"school_id": ["s", "s"], "geoid": ["a", "b"]})
    degrees = pair_km(table, SCHOOLS.to_crs(4326), TRACTS.to_crs(4326))
    assert np.allclose(degrees, [0, 2], atol=0.02)


def test_a_pair_that_names_an_unknown_place_is_refused() -> None:
    with pytest.raises(ValueError, match="tracts that are not in the table, first z"):
        pair_km(pd.DataFrame({"school_id": ["s"], "geoid": ["z"]}), SCHOOLS, TRACTS)


def test_an_empty_catchment_has_no_distances() -> None:
    empty = pd.DataFrame({"school_id": [], "geoid": []}, dtype="str")
    assert pair_km(empty, SCHOOLS, TRACTS).empty
