"""Counties in which the home and the school of every student are known.

Students choose as in `bench.simulated_choice`; private schools take another part of every tract;
the census counts children with error; risk has hot spots, and differs by level and by school.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import expit

from bench.scales import draw_groups
from bench.simulated_choice import ALL_GRADES, SERVES, Scenario, expect, scatter
from bench.simulated_land import Land

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

LEVEL_EFFECT = MappingProxyType({"elementary": -0.1, "middle": 0.05, "high": 0.45})
INTERCEPT, SCHOOL_SD, FIELD_SD, FIELD_KM, HOT = -1.5, 0.26, 0.25, 3.5, 1.1
PRIVATE_SHARE = 0.12
SURVEY_NOISE = 2.6  # times the root of the children, as large as the census's own
BLOCKS = 8


@dataclass(frozen=True, eq=False)
class County:
    """What is published of a simulated place, and what is true of it.

    Parameters
    ----------
    scenario : Scenario
        How students chose.
    tracts : GeoDataFrame
        Index `geoid`; `children` as the census found them; `area`, one of at most 16 large areas
        by which a state counts residents; polygons.
    schools : GeoDataFrame
        Index `school_id`; `level, school_type, enrolled, chronic_absent`; `district`, the large
        area the school stands in; `draw`, its level, apart for types without zones; points.
    zones : GeoDataFrame
        `zone_id, school_id, level, geometry`; empty where nobody is zoned.
    homes : ndarray, shape (schools, tracts)
        Hidden: students of each school who live in each tract.
    expected : ndarray, shape (schools, tracts)
        Hidden: the means around which chance drew `homes`; no method can know more.
    absent : ndarray, shape (schools, tracts)
        Hidden: those of them who were chronically absent.
    risk : ndarray, shape (schools, tracts)
        Hidden: the risk from which that came.
    hot : ndarray, shape (tracts,)
        Hidden: where high risk was planted.
    """

    scenario: Scenario
    tracts: gpd.GeoDataFrame
    schools: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    homes: Counts
    expected: Floats
    absent: Counts
    risk: Floats
    hot: NDArray[np.bool_]

    def residence(self) -> pd.DataFrame:
        """Count students by kind and district of the school and area of residence, as published.

        Returns
        -------
        DataFrame
            `draw, district, area, students`; `draw` is the level, charters and others that draw
            from everywhere apart.
        """
        row, column = np.nonzero(self.homes)
        cells = self.schools[["draw", "district"]].iloc[row].reset_index(drop=True)
        cells["area"] = self.tracts["area"].to_numpy()[column]
        cells["students"] = self.homes[row, column]
        return cells.groupby(["draw", "district", "area"], as_index=False)["students"].sum()


def large_areas(tracts: gpd.GeoDataFrame, parts: int = 4) -> pd.Series:
    """Cut a place into strips from west to east, and each strip from south to north.

    Parameters
    ----------
    tracts : GeoDataFrame
        In metres.
    parts : int
        Strips, and pieces of a strip.

    Returns
    -------
    Series
        Name of the large area of each tract.
    """
    x, y = (pd.Series(axis, tracts.index) for axis in _centres(tracts).T)
    strip = pd.qcut(x, parts, labels=False)
    piece = y.groupby(strip).transform(lambda part: pd.qcut(part, parts, labels=False))
    return "A" + strip.astype("str") + piece.astype(int).astype("str")


def with_areas(
    tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Add the large area of each tract, and of each school by its nearest tract.

    Parameters
    ----------
    tracts, schools : GeoDataFrame
        In one system in metres.

    Returns
    -------
    tuple of GeoDataFrame
        Tracts with `area`, schools with `district` and `draw`.
    """
    area = large_areas(tracts)
    spots = shapely.get_coordinates(shapely.centroid(schools.geometry.to_numpy()))
    placed = ~(schools.geometry.isna() | schools.geometry.is_empty).to_numpy()
    district = np.full(len(schools), area.iloc[0], dtype=object)
    district[placed] = area.to_numpy()[cKDTree(_centres(tracts)).query(spots)[1]]
    return tracts.assign(area=area), schools.assign(district=district, draw=draw_groups(schools))


def _centres(tracts: gpd.GeoDataFrame) -> Floats:
    return np.asarray(shapely.get_coordinates(tracts.geometry.centroid.to_numpy()))


def simulate(land: Land, scenario: Scenario, seed: int, blocks: int = BLOCKS) -> County:
    """Let the children of a place choose schools and attend them.

    Parameters
    ----------
    land : Land
        Where everything lies.
    scenario : Scenario
        How students choose.
    seed : int
        The same seed always gives the same county.
    blocks : int
        Places in each tract where its children live, unevenly.

    Returns
    -------
    County
    """
    chance = [np.random.default_rng([seed, stage]) for stage in range(5)]
    points, tract, weight = scatter(land.tracts, chance[0], blocks)
    private = chance[1].beta(3, 3 / PRIVATE_SHARE - 3, len(land.tracts))
    pupils = (land.tracts["children"].to_numpy() * (1 - private))[tract] * weight
    expected = expect(land, scenario, (points, tract, pupils), chance[2])
    homes = chance[2].poisson(expected).astype(np.int64)
    open_ = homes.sum(axis=1) > 0
    schools, homes = land.schools[open_], homes[open_]
    hot, risk = _risk(land, schools["level"], chance[3])
    absent = chance[3].binomial(homes, risk)
    survey = chance[4].normal(
        land.tracts["children"], SURVEY_NOISE * land.tracts["children"] ** 0.5
    )
    counted = {"enrolled": homes.sum(axis=1), "chronic_absent": absent.sum(axis=1)}
    zones = land.zones if scenario.zoned else land.zones.iloc[:0]
    tracts, schools = with_areas(
        land.tracts.assign(children=np.round(survey).clip(0)),
        schools.drop(columns="size").assign(**counted),
    )
    return County(
        scenario=scenario,
        tracts=tracts,
        schools=schools,
        zones=zones[zones["school_id"].isin(schools.index)].reset_index(drop=True),
        homes=homes,
        expected=expected[open_],
        absent=absent,
        risk=risk,
        hot=hot,
    )


def _risk(
    land: Land, levels: pd.Series, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], Floats]:
    """Draw a smooth field of risk over tracts, plant hot spots, add level and school."""
    xy = _centres(land.tracts) / 1_000
    centres = xy[rng.choice(len(xy), min(len(xy), 400), replace=False)]
    apart = np.hypot(*(xy[:, None] - centres[None]).transpose(2, 0, 1))
    field = np.exp(-((apart / FIELD_KM) ** 2)) @ rng.standard_normal(len(centres))
    field = FIELD_SD * (field - field.mean()) / field.std()
    children = land.tracts["children"].to_numpy()
    hot = np.zeros(len(xy), dtype=np.bool_)
    for _ in range(land.spots):
        middle = xy[rng.choice(len(xy), p=children / children.sum())]
        lived = np.where(children > 0, np.hypot(*(xy - middle).T), np.inf)
        hot[np.argsort(lived, kind="stable")[: land.spot_tracts]] = True
    age = [np.average([*LEVEL_EFFECT.values()], weights=SERVES.get(x, ALL_GRADES)) for x in levels]
    school = np.array(age) + rng.normal(0.0, SCHOOL_SD, len(age))
    return hot, expit(INTERCEPT + school[:, None] + field + HOT * hot)
