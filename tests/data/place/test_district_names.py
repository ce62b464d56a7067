"""Names of districts: what is one district, what is unclear, and what a person must say."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.place.district_names import alike, by_name, has_territory, words_of
from data.place.districts import district_zones
from data.recipe.checks import parse_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

RECIPE = """
id = "outlines"
publisher = "Nobody"
title = "Outlines"
table = "districts"
url = "https://example.org"
mirror = "outlines.geojson"
vintage = "2022"
release = "published"
licence = "CC0"
definition = "Outlines."
format = { kind = "vector" }
identifier = { pattern = ".+" }
columns = { outline_id = { column = "id" }, name = { column = "name" } }
"""
NAMES = st.dictionaries(
    st.text("abc123", min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["Oak 1", "OAK 1", "Elm RE-2", "Elm RE2", "Oak", "Ash", "Ash School"]),
        min_size=1,
        max_size=2,
    ),
    max_size=6,
)


def _outlines(names: Mapping[str, str], ids: Mapping[str, str] | None = None) -> gpd.GeoDataFrame:
    shapes = [shapely.box(-105 + at, 39, -104.5 + at, 39.5) for at in range(len(names))]
    own = ids or {}
    table = {"name": list(names.values()), "district_id": [own.get(each, "") for each in names]}
    index = pd.Index(list(names), name="outline_id")
    return gpd.GeoDataFrame(table, index=index, geometry=shapes, crs=4326)


def _absence(names: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"school_id": list(names), "name": list(names.values())})


def _zones(
    outlines: gpd.GeoDataFrame, districts: Mapping[str, str], recipe: str = RECIPE, fips: str = "08"
) -> tuple[dict[str, gpd.GeoDataFrame], Ledger]:
    ledger = Ledger()
    read: Recipe = parse_recipe(recipe)
    zones = district_zones([read], {read.id: outlines}, _absence(districts), fips, ledger)
    return dict(zip(zones["zone_id"], zones.geometry, strict=True)), ledger


def _reasons(ledger: Ledger, action: str) -> list[str]:
    return [each.reason for each in ledger.entries if each.action == action]


@given(NAMES, NAMES)
def test_pairs_are_one_to_one_and_their_names_have_the_same_words(
    outlines: dict[str, list[str]], districts: dict[str, list[str]]
) -> None:
    found = by_name(outlines, districts)
    assert len(set(found.pairs.values())) == len(found.pairs)
    assert set(found.unclear).isdisjoint(found.pairs)
    for one, other in found.pairs.items():
        mine, theirs = (
            {frozenset(words_of(word)) for word in words}
            for words in (outlines[one], districts[other])
        )
        assert mine & theirs
    near = alike(outlines, districts)
    assert len(set(near.values())) == len(near)


@given(NAMES, NAMES)
def test_the_order_of_a_list_changes_no_pair(
    outlines: dict[str, list[str]], districts: dict[str, list[str]]
) -> None:
    turned = dict(reversed(outlines.items())), dict(reversed(districts.items()))
    assert by_name(outlines, districts).pairs == by_name(*turned).pairs


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Denver County 1", True),
        ("Blind Brook-Rye Union Free School District", True),
        ("Charter School Institute", False),
        ("Pikes Peak BOCES", False),
        ("Division of Youth Services", False),
        ("Tennessee School for the Blind", False),
        ("State Board of Education", False),
    ],
)
def test_units_without_a_territory_are_told_by_name(name: str, expected: bool) -> None:
    assert has_territory(name) is expected


def test_two_districts_of_one_name_get_no_outline_and_are_listed() -> None:
    zones, ledger = _zones(
        _outlines({"a": "Salem School District", "b": "Oak 1", "c": "Elm"}),
        {"1": "SALEM", "2": "Salem", "3": "Oak 1", "4": "Elm"},
    )
    assert set(zones) == {"3", "4"}
    assert any("several districts" in each for each in _reasons(ledger, "dropped"))
    assert any("no outline" in each for each in _reasons(ledger, "doubted"))


def test_two_outlines_of_one_district_by_id_are_put_together() -> None:
    outlines = _outlines(
        {"a": "Oak", "b": "Oak islands", "c": "Elm"}, {"a": "1", "b": "1", "c": "2"}
    )
    zones, ledger = _zones(outlines, {"1": "Anything", "2": "Elm"})
    assert zones["1"].equals(outlines.geometry["a"].union(outlines.geometry["b"]))
    assert set(zones) == {"1", "2"}
    assert any("put together" in each for each in _reasons(ledger, "matched"))


def test_one_outline_is_never_given_to_two_districts() -> None:
    recipe = RECIPE + '[aliases]\n"Oak" = "1"\n'
    zones, ledger = _zones(_outlines({"a": "Oak"}), {"1": "Elm", "2": "Oak"}, recipe)
    assert set(zones) == {"1"}
    assert "District without an outline: counted in totals, not on the map." in _reasons(
        ledger, "kept"
    )


@pytest.mark.parametrize(
    ("alias", "message"),
    [('"Fir" = "1"', "no outline is called 'Fir'"), ('"Oak" = "7"', "of which no file has")],
)
def test_an_alias_that_names_nothing_is_an_error(alias: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _zones(_outlines({"a": "Oak"}), {"1": "Elm"}, f"{RECIPE}[aliases]\n{alias}\n")


def test_outlines_of_another_state_are_refused() -> None:
    with pytest.raises(DataError, match="lie outside state 47"):
        _zones(_outlines({"a": "Oak", "b": "Elm"}), {"1": "Oak", "2": "Elm"}, fips="47")
