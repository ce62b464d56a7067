"""Outlines of a made-up state: towns of many sizes, tracts with winding borders, counties.

Neighbours share every vertex of their border, as in the Census Bureau's files, and an outline has
about as many vertices (100; Oregon's cartographic file 105).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.spatial import Voronoi, cKDTree

from geo.areas.states import STATE_BOXES, Box

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRACTS_OF_A_TOWN = 55  # in the mean; the largest town has a fifth of a state
RURAL = 0.12
ZIPF = 1.1
SPACING_M = 1_150.0  # between tracts of a town
WIDEST_KM = 900.0
KM_OF_DEGREE = 111.2
HALVINGS = 4  # of each border
BEND = 0.07  # of the length of what is halved
POINTS_A_SEED = 6
EMPTY = 0.02  # tracts of water, parks and works
CHILDREN = 690.0  # in a middling tract of California


def made_land(
    rng: np.random.Generator, fips: str, tracts: int, counties: int, box: Box | None = None
) -> gpd.GeoDataFrame:
    """Draw the tracts of a state.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all randomness.
    fips : str
        Two digits of the state, which say where it lies.
    tracts, counties : int
        How many.
    box : tuple of float, optional
        West, south, east and north in degrees, where the state is to lie.

    Returns
    -------
    GeoDataFrame
        Index `geoid`; `county` (5 digits), `children` (0 where nobody lives), `town` (number of the
        town it belongs to, -1 in the country), `x, y` (its middle, metres); polygons in the metric
        system of the state.
    """
    crs, width, height = _frame(STATE_BOXES[fips] if box is None else box)
    seeds, town, middles = _settle(rng, tracts, width, height)
    shapes = _outlines(rng, seeds, width, height)
    county = cKDTree(_seats(rng, middles, seeds, counties)).query(seeds)[1]
    children = np.round(CHILDREN * rng.lognormal(0.0, 0.4, tracts))
    children[rng.random(tracts) < EMPTY] = 0.0
    table = {"county": _codes(fips, county), "children": children, "town": town}
    land = gpd.GeoDataFrame(table | {"x": seeds[:, 0], "y": seeds[:, 1]}, geometry=shapes, crs=crs)
    number = land.groupby("county").cumcount() + 1
    land.index = pd.Index(land["county"] + (100 * number).map("{:06d}".format), name="geoid")
    return land.sort_index()


def _frame(box: Box) -> tuple[str, float, float]:
    """Give the metric system of a box, and width and height of a state that fits into it."""
    west, south, east, north = box
    crs = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=NAD83"
    narrow = KM_OF_DEGREE * (east - west) * np.cos(np.radians(max(abs(south), abs(north))))
    width, height = min(0.9 * narrow, WIDEST_KM), 0.9 * KM_OF_DEGREE * (north - south)
    return crs, 1_000 * width, 1_000 * min(height, WIDEST_KM)


def _settle(
    rng: np.random.Generator, tracts: int, width: float, height: float
) -> tuple[Floats, Ints, Floats]:
    """Place the tracts: those of a town close together, largest town first, then the country."""
    towns = max(2, tracts // TRACTS_OF_A_TOWN)
    size = np.arange(1, towns + 1) ** -ZIPF
    counts = np.maximum(1, np.floor((1 - RURAL) * tracts * size / size.sum())).astype(int)
    extent = np.array([width, height])
    middles = rng.uniform(0.12, 0.88, (towns, 2)) * extent
    spread = np.minimum(SPACING_M * np.sqrt(counts) / 2, 0.12 * extent.min())
    town = np.repeat(np.arange(towns), counts)[:tracts]
    town = np.concatenate([town, np.full(tracts - len(town), -1)])
    owner = np.repeat(town, POINTS_A_SEED)
    cloud = middles[owner] + rng.normal(size=(len(owner), 2)) * spread[owner][:, None]
    cloud[owner < 0] = rng.uniform(0, 1, ((owner < 0).sum(), 2)) * extent
    cloud = np.clip(extent - np.abs(extent - np.abs(cloud)), 0.002 * extent, 0.998 * extent)
    seeds = cloud[::POINTS_A_SEED].copy()
    for _ in range(3):  # a little evening out, so that no tract is a sliver
        nearest = cKDTree(seeds).query(cloud)[1]
        moved = pd.DataFrame(cloud).groupby(nearest).mean()
        seeds[moved.index] = moved.to_numpy()
    return seeds - extent / 2, town, middles - extent / 2


def _seats(rng: np.random.Generator, middles: Floats, seeds: Floats, counties: int) -> Floats:
    """Give the middles of the counties: those of the towns, then places in the country."""
    more = max(0, counties - len(middles))
    return np.vstack([middles[:counties], seeds[rng.choice(len(seeds), more, replace=False)]])


def _codes(fips: str, county: Ints) -> NDArray[np.object_]:
    """Give counties that have tracts odd numbers, as the Census Bureau does."""
    number = pd.factorize(county, sort=True)[0]
    return np.array([f"{fips}{2 * each + 1:03d}" for each in number], dtype=object)


def _outlines(
    rng: np.random.Generator, seeds: Floats, width: float, height: float
) -> NDArray[np.object_]:
    """Give each seed the part nearest to it, with winding borders where they do not cross."""
    mirrored = [seeds]
    for axis, half in enumerate((width / 2, height / 2)):
        for side in (-half, half):
            copy = seeds.copy()
            copy[:, axis] = 2 * side - copy[:, axis]
            mirrored.append(copy)
    parts = Voronoi(np.vstack(mirrored))
    inside = (parts.ridge_points < len(seeds)).any(axis=1)
    owners = parts.ridge_points[inside]
    ends = parts.vertices[np.array(parts.ridge_vertices, dtype=object)[inside].tolist()]
    straight, bent = _halved(rng, ends, 0.0), _halved(rng, ends, BEND)
    while True:
        wound = _rings(bent, owners, len(seeds))
        crossed = np.flatnonzero(~shapely.is_valid(wound))
        if not len(crossed):
            return wound
        bad = np.isin(owners, crossed).any(axis=1)
        bent[bad] = straight[bad]


def _halved(rng: np.random.Generator, ends: Floats, bend: float) -> Floats:
    """Halve lines again and again, moving each middle aside; shape (lines, points, 2)."""
    lines = ends
    for _ in range(HALVINGS):
        step = np.diff(lines, axis=1)
        aside = np.stack([-step[..., 1], step[..., 0]], axis=-1)
        moved = (lines[:, :-1] + lines[:, 1:]) / 2
        moved = moved + bend * rng.normal(size=(*moved.shape[:2], 1)).clip(-2, 2) * aside
        full = np.empty((len(lines), 2 * lines.shape[1] - 1, 2))
        full[:, ::2], full[:, 1::2] = lines, moved
        lines = full
    return lines


def _rings(lines: Floats, owners: NDArray[np.intp], count: int) -> NDArray[np.object_]:
    """Put the borders of each tract together, around its seed."""
    line, place = np.nonzero(owners < count)
    owner = owners[line, place]
    middle = lines[line, lines.shape[1] // 2]
    centre = pd.DataFrame(lines[line].mean(axis=1)).groupby(owner).transform("mean").to_numpy()
    angle = np.arctan2(*(middle - centre).T[::-1])
    order = np.lexsort([angle, owner])
    points = lines[line[order]]
    first, last = points[:, 0] - centre[order], points[:, -1] - centre[order]
    turned = first[:, 0] * last[:, 1] - first[:, 1] * last[:, 0] < 0
    points[turned] = points[turned, ::-1]
    ring = np.repeat(owner[order], points.shape[1] - 1)
    return np.asarray(
        shapely.polygons(shapely.linearrings(points[:, :-1].reshape(-1, 2), indices=ring))
    )


def degrees(crs: CRS | None, xy: Floats) -> Floats:
    """Give longitudes and latitudes of points of a made state."""
    return np.column_stack(Transformer.from_crs(crs, 4269, always_xy=True).transform(*xy.T))
