"""How the students of a simulated place come to their schools.

It is not what any join assumes: part follow attendance zones, part choose by a distance decay of
one of two forms, with tastes of their own for each pair of school and tract; charters draw from
farther.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from bench.simulated_land import Land

Floats = NDArray[np.float64]
Homes = tuple[Floats, NDArray[np.intp], Floats]

AGES = ("elementary", "middle", "high")
GRADES = (6, 3, 4)
SERVES = MappingProxyType(  # grades of each age that a level teaches
    {
        "early": (3, 0, 0),
        "elementary": (6, 0, 0),
        "k8": (6, 3, 0),
        "middle": (0, 3, 0),
        "secondary": (0, 3, 4),
        "high": (0, 0, 4),
    }
)
ALL_GRADES = (6, 3, 4)


@dataclass(frozen=True)
class Scenario:
    """One way in which students may come to their schools.

    Parameters
    ----------
    name : str
        Short name for the table.
    zoned : float
        Part of the district's elementary and middle students who attend their zone's school; 0
        means that the place has no zones.
    charter : float
        Part of all students at charter schools.
    decay : str
        "exponential", exp(-d / s), or "power", 1 / (1 + (d / s) ** 2.5): flat near the school and
        heavy far from it, a form that no method here assumes.
    scale_km : tuple of float
        The scale s for elementary, middle and high school ages, and for charters.
    noise : float
        Standard deviation of the log of each pair's own taste.
    river_km : float
        Detour to cross a line through the middle of the place.
    """

    name: str
    zoned: float
    charter: float
    decay: str
    scale_km: tuple[float, float, float, float]
    noise: float = 0.5
    river_km: float = 0.0

    def pull(self, metres: Floats, which: int) -> Floats:
        """Tell how much a school at this distance attracts."""
        ratio = metres / (1_000 * self.scale_km[which])
        return np.exp(-ratio) if self.decay == "exponential" else 1 / (1 + ratio**2.5)


def scatter(tracts: gpd.GeoDataFrame, rng: np.random.Generator, blocks: int) -> Homes:
    """Scatter places to live inside each tract and share its children among them unevenly.

    Parameters
    ----------
    tracts : GeoDataFrame
        In metres.
    rng : numpy.random.Generator
        Source of all randomness.
    blocks : int
        Places in each tract.

    Returns
    -------
    points, tract, weight : arrays of length tracts * blocks
        Where, in which tract, and which part of its children; parts of a tract sum to 1.
    """
    points = []
    for shape in tracts.geometry:
        west, south, east, north = shape.bounds
        drawn = rng.uniform((west, south), (east, north), (12 * blocks, 2))
        inside = drawn[shapely.contains_xy(shape, *drawn.T)][:blocks]
        spare = shapely.get_coordinates(shape.representative_point())
        points.append(np.vstack([inside, np.repeat(spare, blocks - len(inside), axis=0)]))
    weight = rng.gamma(1.5, size=(len(tracts), blocks))
    weight /= weight.sum(axis=1, keepdims=True)
    return np.vstack(points), np.repeat(np.arange(len(tracts)), blocks), weight.ravel()


def expect(land: Land, scenario: Scenario, homes: Homes, rng: np.random.Generator) -> Floats:
    """Expect so many students at each school from each tract.

    Parameters
    ----------
    land : Land
        Where everything lies.
    scenario : Scenario
        How students choose.
    homes : tuple of array
        Points, tract and number of pupils of every place to live.
    rng : numpy.random.Generator
        Draws the tastes.

    Returns
    -------
    float array, shape (schools, tracts)
    """
    tract, pupils = homes[1:]
    schools = land.schools
    charter = (schools["school_type"] == "Charter").to_numpy()
    serves = np.array([SERVES.get(level, ALL_GRADES) for level in schools["level"]])
    size = schools["size"].to_numpy()[:, None] * serves / serves.sum(axis=1, keepdims=True)
    expected = np.zeros((len(schools), len(land.tracts)))
    for age, grades in enumerate(GRADES):
        pool = pupils * grades / sum(GRADES)
        for side, part in ((~charter, 1 - scenario.charter), (charter, scenario.charter)):
            at = np.flatnonzero(side & (size[:, age] > 0))
            if part and len(at):
                choice = _choice(land, scenario, homes, (at, size[at, age], age), rng)
                by_tract = pd.DataFrame((choice * (part * pool)).T).groupby(tract).sum()
                expected[at] += by_tract.to_numpy().T
    return expected


def _choice(
    land: Land,
    scenario: Scenario,
    homes: Homes,
    schools: tuple[NDArray[np.intp], Floats, int],
    rng: np.random.Generator,
) -> Floats:
    """Give the chance of each of some schools in each place to live."""
    (points, tract, _), (at, size, age) = homes, schools
    spots = shapely.get_coordinates(land.schools.geometry.to_numpy()[at])
    metres = np.hypot(*(spots[:, None] - points[None]).transpose(2, 0, 1))
    river = float(np.median(points[:, 0]))
    metres += 1_000 * scenario.river_km * ((spots[:, :1] < river) != (points[:, 0] < river))
    taste = rng.lognormal(0.0, scenario.noise, (len(at), len(land.tracts)))[:, tract]
    charter = bool(land.schools["school_type"].iloc[at[0]] == "Charter")
    choice = scenario.pull(metres, 3 if charter else age) * taste * size[:, None]
    choice /= choice.sum(axis=0)
    if scenario.zoned and not charter:
        return _follow_zones(land, AGES[age], at, points, choice, scenario.zoned)
    return choice


def _follow_zones(
    land: Land, age: str, at: NDArray[np.intp], points: Floats, choice: Floats, zoned: float
) -> Floats:
    """Send a part of each block to the schools of the zone it lies in."""
    zones = land.zones[land.zones["level"] == age]
    block, zone = shapely.STRtree(zones.geometry.to_numpy()).query(
        shapely.points(points), predicate="within"
    )
    row = land.schools.index[at].get_indexer(zones["school_id"].iloc[zone])
    block, row = block[row >= 0], row[row >= 0]
    own = np.zeros_like(choice)
    np.add.at(own, (row, block), land.schools["size"].to_numpy()[at][row])
    total = own.sum(axis=0)
    inside = total > 0
    own[:, inside] /= total[inside]
    return np.where(inside, zoned * own + (1 - zoned) * choice, choice)
