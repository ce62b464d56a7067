"""The schools of the fictional demo county, their zones and their students' homes.

Students' homes do not follow the gravity model the app assumes: elementary schools fill from
attendance zones with some free choice, the others by a heavy-tailed distance decay of their own,
and crossing the river costs extra. The truth is therefore not the method's own assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.demo.geography import (
    CENTRE_M,
    Array,
    County,
    Ids,
    centroids,
)

Counts = NDArray[np.int64]

PUBLIC_SHARE = 0.92
RIVER_PENALTY_KM = 2.5
ZONE_SHARE = 0.85
CITY_RADIUS_M = 8_000.0


@dataclass(frozen=True)
class Level:
    """How one level of school differs from the others.

    Attributes
    ----------
    schools : int
        Number of schools.
    effect : float
        Log odds of chronic absence, added to the intercept.
    pool : tuple of float
        Part of the children of elementary, middle and high school age that choose this level.
    scale_km, power : float
        A school's pull falls as 1 / (1 + (distance / scale) ** power).
    """

    schools: int
    effect: float
    pool: tuple[float, float, float]
    scale_km: float
    power: float


LEVELS = MappingProxyType(
    {
        "elementary": Level(52, -0.10, (0.90, 0.0, 0.0), 1.6, 3.0),
        "k8": Level(18, 0.0, (0.10, 0.16, 0.0), 3.0, 2.5),
        "middle": Level(26, 0.05, (0.0, 0.84, 0.0), 2.2, 3.5),
        "high": Level(24, 0.45, (0.0, 0.0, 1.0), 3.0, 4.0),
    }
)
AGE_SHARES = (6 / 13, 3 / 13, 4 / 13)  # kindergarten to 5, 6 to 8, 9 to 12
SPECIAL = (  # level, school type, schools, pull beside an ordinary school, log odds
    ("k8", "Charter", 8, 0.8, -0.25),
    ("k8", "Special Education", 4, 0.028, 0.1),
    ("high", "Career Technical", 2, 0.8, -0.2),
    ("high", "Alternative", 2, 0.035, 1.2),
    ("high", "Special Education", 2, 0.007, -0.2),
    ("high", "Virtual", 1, 0.12, 0.6),
)
SUFFIXES = MappingProxyType(
    {
        "elementary": "Elementary School",
        "k8": "Academy (K-8)",
        "middle": "Middle School",
        "high": "High School",
        "Special Education": "Learning Center",
        "Alternative": "Transition School",
        "Virtual": "Online School",
    }
)
FIRST = (
    "Alder", "Amber", "Aspen", "Birch", "Bluebell", "Bramble", "Cedar", "Clover", "Coral", "Fern",
    "Hazel", "Heron", "Ivy", "Kestrel", "Lark", "Linden", "Maple", "Marigold", "Meadow", "Osprey",
    "Plum", "Robin", "Sorrel", "Swift", "Thistle", "Wren",
)  # fmt: skip
SECOND = ("Bridge", "Brook", "Crossing", "Field", "Gate", "Grove", "Hill", "Lane", "Park", "View")


@dataclass(frozen=True)
class Schools:
    """The schools and where their students live.

    Attributes
    ----------
    table : GeoDataFrame
        As in `data.contracts.tables`, but in metres; also `effect`, the school type's log odds.
    spots : ndarray of shapely points, shape (schools,)
        Where each school works from, also when it has no building.
    homes : ndarray, shape (schools, tracts)
        Students of each school living in each tract, in the reference year.
    zone : ndarray, shape (tracts,)
        Position of the elementary school whose zone a tract belongs to; -1 on water.
    """

    table: gpd.GeoDataFrame
    spots: NDArray[np.object_]
    homes: Counts
    zone: Ids


def build_schools(county: County, children: Array, rng: np.random.Generator) -> Schools:
    """Place schools, draw elementary zones, and give every student a home."""
    table = _place(county, children, rng)
    distance = _distance_km(table, county)
    elementary = (table["level"] == "elementary").to_numpy()
    zone = _zones(distance[elementary], county, children)
    pull = table["pull"].to_numpy() * rng.lognormal(0.0, 0.25, len(table))
    expected = np.zeros_like(distance)
    for name, level in LEVELS.items():
        mine = (table["level"] == name).to_numpy()
        pool = children * PUBLIC_SHARE * np.dot(level.pool, AGE_SHARES)
        chosen = pull[mine, None] / (1 + (distance[mine] / level.scale_km) ** level.power)
        chosen = chosen / chosen.sum(axis=0)
        if name == "elementary":
            zoned = zone == np.arange(mine.sum())[:, None]
            chosen = np.where(zone < 0, chosen, ZONE_SHARE * zoned + (1 - ZONE_SHARE) * chosen)
        expected[mine] = pool * chosen
    spots, located = table.geometry.to_numpy(), table["school_type"] != "Virtual"
    table["geometry"] = table.geometry.where(located)
    table["geoid"] = table["geoid"].where(located)
    return Schools(table.drop(columns="pull"), spots, rng.poisson(expected), zone)


def _place(county: County, children: Array, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Put every school into a tract amid the children it serves, and name it."""
    homes = np.flatnonzero(county.inhabited)
    where, levels = [], []
    for name, level in LEVELS.items():
        # Squared, because the number of Lloyd centres follows the square root of the weight.
        spots, _ = centroids(county.xy[homes], level.schools, children[homes] ** 2, rng)
        free = list(homes)
        for spot in spots:
            nearest = int(np.argmin(np.hypot(*(county.xy[free] - spot).T)))
            where.append(free.pop(nearest))
            levels.append(name)
    tracts = county.tracts.iloc[where]
    frame = pd.DataFrame({"level": levels, "school_type": "General Academic"})
    frame[["pull", "effect"]] = 1.0, 0.0
    for level_name, kind, count, pull, effect in SPECIAL:
        plain = frame.index[(frame["level"] == level_name) & (frame["pull"] == 1.0)]
        chosen = rng.choice(plain, size=count, replace=False)
        frame.loc[chosen, ["school_type", "pull", "effect"]] = [kind, pull, effect]
    frame["name"] = _names(frame, rng)
    frame["neighbourhood"] = tracts["neighbourhood"].to_numpy()
    frame["geoid"] = tracts.index.to_numpy()
    frame["district"] = _districts(frame["school_type"], county.xy[where], tracts["bank"])
    frame.index = pd.Index([f"HC{number:04d}" for number in range(1, len(frame) + 1)])
    frame.index.name = "school_id"
    return gpd.GeoDataFrame(frame, geometry=_points(tracts, rng), crs=county.tracts.crs)


def _names(frame: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Give each school an invented name that says its level or type."""
    words = rng.permutation([f"{first} {second}" for first in FIRST for second in SECOND])
    endings = frame["school_type"].map(SUFFIXES).fillna(frame["level"].map(SUFFIXES))
    return [f"{word} {ending}" for word, ending in zip(words, endings, strict=False)]


def _districts(kind: pd.Series, xy: Array, bank: pd.Series) -> NDArray[np.str_]:
    """Divide the schools among a city district, one on each bank, and the charters."""
    by_bank = np.where(bank == 0, "Westbank Schools", "Eastbank Schools")
    in_city = np.hypot(*xy.T) < CITY_RADIUS_M
    return np.select(
        [kind == "Charter", in_city],
        ["Independent charter schools", "Halcyon City Schools"],
        by_bank,
    )


def _points(tracts: gpd.GeoDataFrame, rng: np.random.Generator) -> NDArray[np.object_]:
    """Draw a point inside each polygon, away from its border."""
    points = []
    for polygon in tracts.geometry:
        middle = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
        towards = shapely.get_coordinates(polygon)
        spot = middle + rng.uniform(0, 0.7) * (towards[rng.integers(len(towards))] - middle)
        inside = shapely.contains_xy(polygon, *spot)
        points.append(shapely.Point(spot if inside else middle))
    return np.array(points)


def _distance_km(schools: gpd.GeoDataFrame, county: County) -> Array:
    """Measure the way from every school to every tract, longer when it crosses the river."""
    points = shapely.get_coordinates(schools.geometry.to_numpy()) - CENTRE_M
    straight = np.hypot(*(points[:, None, :] - county.xy[None, :, :]).transpose(2, 0, 1)) / 1_000
    bank = county.tracts["bank"].to_numpy()
    crosses = bank[county.tracts.index.get_indexer(schools["geoid"])][:, None] != bank
    return np.asarray(straight + RIVER_PENALTY_KM * crosses, dtype=np.float64)


def _zones(distance: Array, county: County, children: Array) -> Ids:
    """Give every tract to one elementary school so that the zones are of similar size."""
    dry = (county.tracts["kind"] != "water").to_numpy()
    favour = np.zeros(len(distance))
    for _ in range(40):
        zone = np.argmin(distance - favour[:, None], axis=0)
        load = np.bincount(zone, children, minlength=len(distance))
        favour -= 0.05 * np.log((load + 50) / (load.mean() + 50))
    return np.where(dry, zone, -1)
