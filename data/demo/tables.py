"""Halcyon County: a fictional place with a known truth, to learn and to test with.

`make_tables` gives what readers of published files would give; `data.demo.truth` what no publisher
knows: where absence was planted, and how large every effect is.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.contracts.check import STORED_CRS
from data.demo import planted
from data.demo.climate import climate
from data.demo.context import features
from data.demo.geography import CRS
from data.demo.planted import REACH_KM, YEARS, providers, residents_by_tract
from data.demo.truth import (
    SEED,
    WITHHELD_BELOW,
    World,
    build_world,
)
from data.panel import SourceTables
from data.store.manifest import DefinitionBreak, StudyArea
from data.store.provenance import Ledger, LedgerEntry, Source

HOUSING_WITHHELD_BELOW = 6
NOT_REPORTED = 6  # school years
LATE_SCHOOLS, LATE_YEAR = 2, "2020-21"

AREA = StudyArea(
    slug="demo",
    name="Halcyon County",
    state="Halcyon (fictional)",
    tract_vintage=2020,
    crs=CRS,
    fictional=True,
    default_year=planted.REFERENCE_YEAR,
    definition="Absent for any reason on 10 % or more of the days enrolled; students enrolled for "
    "at least 10 days.",
    breaks=(
        DefinitionBreak(
            planted.BREAK_YEAR,
            "From 2022-23 the state counts half a day away as a day of absence: rates rise without "
            "any change in attendance.",
        ),
    ),
    unusual_years=("2019-20", "2020-21"),
    definition_rule="made_up",
)
TITLES = {
    "demo_tracts": ("Census tracts and children of school age", "2020 tracts; 2018-2022"),
    "demo_schools": ("School directory and elementary attendance zones", "2023-24"),
    "demo_absence": ("Chronic absence by school", "2018-19 to 2023-24"),
    "demo_drivers": ("Social drivers of health by tract", "2018-2022"),
    "demo_providers": ("Clinics, pharmacies, mental-health services and food pantries", "2023-24"),
    "demo_context": ("Water, parks, main roads and towns", "2023-24"),
    "demo_climate": ("Surveys of families and students by school", "2020-21 to 2023-24"),
    "demo_housing": ("Students in temporary housing by school", "2018-19 to 2023-24"),
}
SOURCES = tuple(
    Source(
        id=name,
        publisher="Halcyon County (fictional)",
        title=f"{title} (made up by data/demo.py)",
        url="",
        vintage=vintage,
        retrieved="",
        licence="CC0: made up, free for any use",
        sha256="",
        release="published",
    )
    for name, (title, vintage) in TITLES.items()
)


def make_tables(seed: int = SEED) -> SourceTables:
    """Make the county's tables, as a publisher would release them.

    Parameters
    ----------
    seed : int
        Every seed makes another county; the same seed always makes the same.

    Returns
    -------
    SourceTables
        About 300 tracts and 120 schools over six school years, small counts withheld.
    """
    world = build_world(seed)
    table = world.schools.table
    schools = table[
        ["name", "level", "school_type", "district", "neighbourhood", "geoid", "geometry"]
    ].to_crs(STORED_CRS)
    schools = schools.assign(students=pd.array([pd.NA] * len(schools), dtype="Int64"))
    sites = providers(world.county, world.schools, world.chance(11))
    absence = _absence(world)
    housing, asked = _housing(world), climate(world)
    return SourceTables(
        area=AREA,
        tracts=_tracts(world),
        schools=schools,
        absence=absence,
        drivers=planted.tract_drivers(world.county, world.field, world.chance(5)),
        school_drivers=housing,
        zones=_zones(world),
        sources=SOURCES,
        providers=sites.drop(columns="school_id"),
        served=sites["school_id"].reset_index()[sites["school_id"].ne("").to_numpy()],
        features=features(world.county, "demo_context"),
        climate=asked,
        access={"reach_km": dict(REACH_KM)},
        ledger=_ledger(schools, absence, housing, asked),
        seed=seed,
    )


def _tracts(world: World) -> gpd.GeoDataFrame:
    """Survey the children, with the margin of error of a small sample, and store degrees."""
    spread = 2.6 * np.sqrt(world.children)
    survey = np.round(world.chance(7).normal(world.children, spread)).clip(0)
    nobody = world.children == 0
    tracts = world.county.tracts[["name", "county", "neighbourhood", "geometry"]].to_crs(STORED_CRS)
    tracts.insert(2, "county_name", AREA.name)
    tracts.insert(4, "children", np.where(nobody, 0.0, survey))
    tracts.insert(5, "children_moe", np.where(nobody, 12.0, np.round(1.645 * spread)))
    tracts.insert(6, "residents", residents_by_tract(world.county, survey, world.chance(10)))
    return tracts


def _zones(world: World) -> gpd.GeoDataFrame:
    """Join the tracts of each elementary school to its attendance zone."""
    dry = world.schools.zone >= 0
    land = world.county.tracts.geometry[dry].to_crs(STORED_CRS).to_numpy()
    zone = world.schools.zone[dry]
    ids = world.schools.table.index[world.schools.table["level"] == "elementary"]
    served = np.unique(zone)
    table = {
        "zone_id": [f"Z{number + 1:03d}" for number in served],
        "school_id": ids[served],
        "level": "elementary",
    }
    shapes = [shapely.coverage_union_all(land[zone == number]) for number in served]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=STORED_CRS)


def _long(world: World, counts: np.ndarray[Any, Any], base: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Set out schools by years as rows."""
    ids = world.schools.table.index
    return pd.DataFrame(
        {
            "school_id": np.repeat(ids.to_numpy(), len(YEARS)),
            "school_year": np.tile(YEARS, len(ids)),
            "count": pd.array(counts.ravel(), dtype="Int64"),
            "base": pd.array(base.ravel(), dtype="Int64"),
            "status": "reported",
            "reason": "",
        }
    )


def _withhold(table: pd.DataFrame, below: int) -> pd.Series:
    """Withhold small counts as the publisher does, and say which rows."""
    small = table["count"].between(1, below - 1)
    table.loc[small, ["status", "reason"]] = [
        "suppressed",
        f"The publisher withholds counts of 1 to {below - 1} students.",
    ]
    table.loc[small, "count"] = pd.NA
    return small


def _absence(world: World) -> pd.DataFrame:
    """Write the counts down as published: small ones withheld, a few never sent in."""
    rng = world.chance(8)
    table = _long(world, world.absence.chronic, world.absence.enrolled)
    charters = world.schools.table.query("school_type == 'Charter'").index
    late = rng.choice(charters, size=LATE_SCHOOLS, replace=False)
    table = table[~(table["school_id"].isin(late) & (table["school_year"] < LATE_YEAR))]
    table = table.reset_index(drop=True)
    small = _withhold(table, WITHHELD_BELOW)
    table["lower"] = table["count"].mask(small, 1)
    table["upper"] = table["count"].mask(small, table["base"].clip(upper=WITHHELD_BELOW - 1))
    gone = rng.choice(table.index[~small], size=NOT_REPORTED, replace=False)
    table.loc[gone, ["count", "base", "lower", "upper"]] = pd.NA
    table.loc[gone, "status"] = "missing"
    table.loc[gone, "reason"] = "The school sent in no figures for this year."
    table = table.rename(columns={"count": "chronic_absent", "base": "enrolled"})
    table = table.assign(student_group="all", grade="all", source="demo_absence")
    return table.assign(enrolled_lower=table["enrolled"], enrolled_upper=table["enrolled"])


def _housing(world: World) -> pd.DataFrame:
    """Count students in temporary housing, more of them where deprivation is higher."""
    rng = world.chance(9)
    enrolled = world.absence.enrolled
    share = world.schools.homes / world.schools.homes.sum(axis=1, keepdims=True)
    odds = -3.0 + 0.5 * share @ world.field.deprivation + rng.normal(0, 0.4, len(enrolled))
    counts = rng.binomial(enrolled, 1 / (1 + np.exp(-odds[:, None])))
    table = _long(world, counts, enrolled)
    _withhold(table, HOUSING_WITHHELD_BELOW)
    table = table.rename(columns={"count": "numerator", "base": "denominator"})
    table = table.assign(measure="temporary_housing", source="demo_housing")
    keys = ["school_id", "school_year", "measure", "numerator", "denominator"]
    return table[[*keys, "status", "reason", "source"]]


def _ledger(
    schools: gpd.GeoDataFrame, absence: pd.DataFrame, housing: pd.DataFrame, asked: pd.DataFrame
) -> tuple[LedgerEntry, ...]:
    """Account for the rows that hold no plain figure."""
    ledger = Ledger()
    nowhere = schools.index[schools.geometry.isna()]
    ledger.record("demo_schools", "schools", "kept", "Online: no building to locate.", nowhere)
    for name, table in (("absence", absence), ("school_drivers", housing), ("climate", asked)):
        for reason, rows in table[table["reason"] != ""].groupby("reason", sort=True):
            source = str(rows["source"].iloc[0])
            ledger.record(
                source, name, "kept", str(reason), rows["school_id"] + " " + rows["school_year"]
            )
    return ledger.entries
