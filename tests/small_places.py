"""Places of a few tracts and schools, made on the spot, for what a real place seldom shows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.contracts.check import STORED_CRS, empty_table
from data.doubts import DOUBTS
from data.panel import SourceTables
from data.store.manifest import StudyArea
from data.store.provenance import Source

YEARS = ("2017-18", "2018-19")
SOURCE = "small_source"


@dataclass(frozen=True)
class SmallPlace:
    """What a small place is made of; the rest follows.

    Attributes
    ----------
    columns, rows : int
        Tracts of a grid, 1 km wide.
    schools : int
        Schools, on the tracts in turn.
    levels : tuple of str
        Levels the schools have in turn.
    withheld : tuple of (str, str)
        Year and level whose counts are all withheld; "" stands for any.
    unplaced : tuple of str
        Levels whose schools have no point.
    children : float
        Resident children of each tract.
    west, south : float
        Degrees of the lower left corner.
    """

    slug: str
    columns: int = 5
    rows: int = 4
    schools: int = 12
    levels: tuple[str, ...] = ("elementary", "middle", "high")
    withheld: tuple[tuple[str, str], ...] = ()
    unplaced: tuple[str, ...] = ()
    years: tuple[str, ...] = YEARS
    children: float = 400.0
    crs: str = "EPSG:32118"
    west: float = -73.9
    south: float = 40.7
    measures: tuple[str, ...] = ("poverty_150", "no_vehicle")
    rate: float = 0.25
    definition_rule: str = ""

    def tables(self) -> SourceTables:
        """Make the tables as a publisher's readers would give them."""
        tracts = self._tracts()
        schools = self._schools(tracts)
        return SourceTables(
            area=StudyArea(
                slug=self.slug,
                name=f"Small {self.slug}",
                state="Nowhere",
                tract_vintage=2020,
                crs=self.crs,
                fictional=True,
                default_year=self.years[-1],
                definition="Absent on 10 % or more of the days enrolled.",
                definition_rule=self.definition_rule,
            ),
            tracts=tracts,
            schools=schools,
            absence=self._absence(schools),
            drivers=self._drivers(tracts),
            school_drivers=empty_table("school_drivers"),
            zones=gpd.GeoDataFrame(empty_table("zones")),
            sources=(Source(SOURCE, "Nobody", "Made up", "", "2018-19", "", "CC0", ""),),
            ledger=(),
            accept=tuple(DOUBTS),  # strange on purpose
        )

    def _tracts(self) -> gpd.GeoDataFrame:
        wide, high = 0.012, 0.009
        boxes = [
            self._on_globe(column * wide, row * high, (column + 1) * wide, (row + 1) * high)
            for row in range(self.rows)
            for column in range(self.columns)
        ]
        ids = [f"360610{number:05d}" for number in range(1, len(boxes) + 1)]
        table = {
            "name": [f"Tract {number + 1}" for number in range(len(boxes))],
            "county": "36061",
            "county_name": "",
            "neighbourhood": [f"Quarter {number % 3}" for number in range(len(boxes))],
            "children": self.children,
            "children_moe": 40.0,
            "residents": self.children * 5,
        }
        index = pd.Index(ids, name="geoid")
        return gpd.GeoDataFrame(table, index=index, geometry=boxes, crs=STORED_CRS)

    def _on_globe(self, west: float, south: float, east: float, north: float) -> shapely.Geometry:
        """Draw a box; what lies beyond the 180th meridian is drawn on its other side."""
        whole = shapely.box(
            self.west + west, self.south + south, self.west + east, self.south + north
        )
        here = whole.intersection(shapely.box(-180, -90, 180, 90))
        beyond = whole.intersection(shapely.box(180, -90, 540, 90))
        moved = shapely.transform(beyond, lambda xy: xy - [360, 0])
        return shapely.union_all([here, moved])

    def _schools(self, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        numbers = np.arange(self.schools)
        at = tracts.geometry.iloc[numbers * 7 % len(tracts)].representative_point()
        table = {
            "name": [f"School {number + 1}" for number in numbers],
            "level": [self.levels[number % len(self.levels)] for number in numbers],
            "school_type": "",
            "district": "District 1",
            "neighbourhood": "",
        }
        index = pd.Index([f"S{number + 1:03d}" for number in numbers], name="school_id")
        points = at.to_numpy().copy()
        points[np.isin(table["level"], self.unplaced)] = None
        return gpd.GeoDataFrame(table, index=index, geometry=points, crs=STORED_CRS)

    def _absence(self, schools: gpd.GeoDataFrame) -> pd.DataFrame:
        rng = np.random.default_rng(20)
        table = pd.MultiIndex.from_product([schools.index, self.years]).to_frame(index=False)
        table.columns = ["school_id", "school_year"]
        level = table["school_id"].map(schools["level"])
        enrolled = rng.integers(150, 900, len(table))
        absent = rng.binomial(enrolled, self.rate)
        hidden = np.zeros(len(table), dtype=bool)
        for year, kind in self.withheld:
            hidden |= (table["school_year"].eq(year) | (year == "")) & (
                level.eq(kind) | (kind == "")
            )
        counted = pd.Series(absent, dtype="Int64").mask(hidden)
        students = pd.Series(enrolled, dtype="Int64")
        return table.assign(
            student_group="all",
            grade="all",
            enrolled=students,
            enrolled_lower=students,
            enrolled_upper=students,
            chronic_absent=counted,
            lower=counted,
            upper=counted,
            status=np.where(hidden, "suppressed", "reported"),
            reason=np.where(hidden, "Withheld by the publisher.", ""),
            source=SOURCE,
        )

    def _drivers(self, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
        rng = np.random.default_rng(21)
        parts = [
            pd.DataFrame(
                {
                    "geoid": tracts.index,
                    "measure": measure,
                    "value": rng.uniform(0.05, 0.4, len(tracts)),
                    "moe": 0.03,
                }
            )
            for measure in self.measures
        ]
        if not parts:
            return empty_table("drivers")
        return pd.concat(parts, ignore_index=True).assign(
            unit="fraction", reliability="high", status="reported", source=SOURCE, vintage="2018"
        )
