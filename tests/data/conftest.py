"""A place small enough to read: four square tracts, three schools, two years."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from data.assemble.panel import make_panel
from data.contracts.check import empty_table
from data.panel import Panel, SourceTables, save_panel
from data.store.manifest import StudyArea
from data.store.provenance import LedgerEntry, Source

GEOIDS = ["99001000100", "99001000200", "99001000300", "99001000400"]
SIDE = 0.02


def _tracts() -> gpd.GeoDataFrame:
    corners = [(x, y) for y in (40.0, 40.0 + SIDE) for x in (-74.0, -74.0 + SIDE)]
    return gpd.GeoDataFrame(
        {
            "name": [f"Tract {number}" for number in range(1, 5)],
            "county": "99001",
            "county_name": "",
            "neighbourhood": "",
            "children": [100.0, 300.0, np.nan, 0.0],
            "children_moe": [20.0, 30.0, np.nan, np.nan],
            "residents": [600.0, 1500.0, np.nan, 0.0],
        },
        geometry=[box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        index=pd.Index(GEOIDS, name="geoid"),
        crs="EPSG:4326",
    )


def _schools() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": ["Oak", "Elm", "Ash"],
            "level": ["elementary", "high", "unknown"],
            "school_type": ["General Academic", "", ""],
            "district": "1",
            "neighbourhood": "",
        },
        geometry=[Point(-73.995, 40.005), Point(-73.975, 40.005), None],
        index=pd.Index(["A1", "B2", "C3"], name="school_id"),
        crs="EPSG:4326",
    )


def _absence() -> pd.DataFrame:
    counts = {"A1": (200, 50), "B2": (400, 120), "C3": (80, 20)}
    rows = [
        (school, year, "all", "all", *[enrolled] * 3, *[absent] * 3, "reported", "", "made")
        for year in ("2017-18", "2018-19")
        for school, (enrolled, absent) in counts.items()
    ]
    return pd.DataFrame(rows, columns=list(empty_table("absence").columns))


def _drivers() -> pd.DataFrame:
    table = pd.DataFrame({"geoid": GEOIDS, "measure": "poverty", "value": [0.1, 0.2, 0.3, np.nan]})
    status = np.where(table["value"].isna(), "missing", "reported")
    return table.assign(
        moe=np.nan,
        unit="fraction",
        reliability="undefined",
        status=status,
        source="made",
        vintage="2022",
    )


def _school_drivers() -> pd.DataFrame:
    rows = [
        ("A1", "2018-19", "housing", 20, 200, "reported", "", "made"),
        ("B2", "2018-19", "housing", None, 400, "suppressed", "withheld by the agency", "made"),
    ]
    table = pd.DataFrame(rows, columns=list(empty_table("school_drivers").columns))
    return table.astype({"numerator": "Int64"})


def _climate() -> pd.DataFrame:
    rows = [
        ("A1", "2018-19", "student", "safety", 0.75, 120.0, 0.8, "reported", "", "made"),
        ("B2", "2018-19", "student", "safety", None, None, None, "missing", "not asked", "made"),
    ]
    table = pd.DataFrame(rows, columns=list(empty_table("climate").columns))
    return table.astype({"value": "float64", "respondents": "float64", "response_rate": "float64"})


@pytest.fixture
def small() -> SourceTables:
    """Tables of a fictional place, as a reader would return them."""
    return _small()


@pytest.fixture(scope="session")
def small_panel() -> Panel:
    """The panel of that place, for tests that change nothing in it."""
    return make_panel(_small())


@pytest.fixture(scope="session")
def small_store(small_panel: Panel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of that panel, to be copied by who changes it."""
    folder = tmp_path_factory.mktemp("small") / "small"
    save_panel(small_panel, folder)
    return folder


def _small() -> SourceTables:
    return SourceTables(
        area=StudyArea(
            slug="small",
            name="Small County",
            state="99",
            tract_vintage=2020,
            crs="EPSG:32618",
            fictional=True,
            default_year="2018-19",
            definition="absent 10 % of days or more",
        ),
        tracts=_tracts(),
        schools=_schools(),
        absence=_absence(),
        drivers=_drivers(),
        school_drivers=_school_drivers(),
        climate=_climate(),
        zones=empty_table("zones"),
        sources=(Source("made", "Nobody", "Made up", "", "2017-19", "", "CC0", "", "published"),),
        ledger=(LedgerEntry("made", "absence", "dropped", "total row", 1, ("All",)),),
        seed=7,
    )


@pytest.fixture
def restricted(small: SourceTables) -> SourceTables:
    """The same place, its counts shared under an agreement."""
    return replace(small, sources=(replace(small.sources[0], release="restricted"),))
