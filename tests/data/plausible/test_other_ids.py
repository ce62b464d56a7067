"""Zones, counts and figures by school whose ids match those of the place only in part."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from data.contracts.check import empty_table
from data.panel import SourceTables
from data.plausible.ids import doubt_other_ids
from data.store.provenance import Ledger
from tests.small_places import SmallPlace

IDS = [f"S{number:03d}" for number in range(1, 13)]


def doubts(tables: SourceTables) -> list[tuple[str, str]]:
    ledger = Ledger()
    doubt_other_ids(tables, ledger)
    return [(entry.doubt, entry.reason) for entry in ledger.entries]


def with_figures(ids: list[str]) -> SourceTables:
    rows = pd.DataFrame({"school_id": ids, "school_year": "2018-19", "measure": "housing"})
    rows = rows.assign(numerator=5, denominator=90, status="reported", reason="", source="made")
    return replace(SmallPlace("figures").tables(), school_drivers=rows)


def with_flows(ids: list[str]) -> SourceTables:
    place = SmallPlace("flows").tables()
    rows = pd.DataFrame({"school_id": ids, "geoid": place.tracts.index[0], "source": "own"})
    return replace(place, flows=rows.assign(students=20.0, lower=20.0, upper=20.0))


def with_zones(ids: list[str]) -> SourceTables:
    place = SmallPlace("zones").tables()
    shapes = [place.tracts.geometry.iloc[0]] * len(ids)
    table = {"zone_id": ids, "school_id": ids, "level": "elementary"}
    zones = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
    return replace(place, zones=zones[list(empty_table("zones").columns)])


MAKERS = {"school_driver_ids": with_figures, "flow_ids": with_flows, "zone_ids": with_zones}


@pytest.mark.parametrize("name", MAKERS)
def test_ids_of_another_form_are_doubted_with_what_would_mend_them(name: str) -> None:
    other = [each.removeprefix("S") for each in IDS]
    ((doubt, reason),) = doubts(MAKERS[name](other))
    assert doubt == name
    assert "12 of 12 schools named are unknown here" in reason
    assert "ids 001 and S001 differ by the letters in front: without them 12 would match" in reason


@pytest.mark.parametrize("name", MAKERS)
def test_half_of_other_schools_is_doubted(name: str) -> None:
    half = [*IDS[:6], *(f"X{number}Y" for number in range(6))]
    assert [doubt for doubt, _ in doubts(MAKERS[name](half))] == [name]


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_ids_are_believed(name: str) -> None:
    assert doubts(MAKERS[name](IDS)) == []
    assert doubts(MAKERS[name](IDS[:5])) == []


def test_a_list_that_covers_more_schools_is_believed() -> None:
    more = [*IDS, *(f"X{number}Y" for number in range(30))]
    assert doubts(with_figures(more)) == []
    assert doubts(with_zones(more)) == []
