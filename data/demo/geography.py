"""The land of the fictional demo county: outline, river, parks, tracts and neighbourhoods.

Every border is drawn once, as a line, and the tracts are the faces between the lines. So two
neighbours share their border vertex by vertex: the tracts tile the county with no gap or overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

Array = NDArray[np.float64]
Ids = NDArray[np.intp]

COUNTY = "99001"
CRS = "EPSG:32624"
CENTRE_M = (412_000.0, 4_206_000.0)  # open Atlantic, near 40 W 38 N: no real county is there
RADIUS_M = 20_000.0
SEEDS = 291
TOWNS = (  # x and y in metres from the centre, spread in metres, share of the sampled points
    (500.0, 0.0, 4_500.0, 0.42),
    (-11_000.0, 8_500.0, 2_600.0, 0.075),
    (10_500.0, -9_500.0, 2_600.0, 0.075),
    (-9_500.0, -10_000.0, 2_600.0, 0.075),
)
PARKS = {  # name: where, in metres from the centre
    "Larkspur Park": (-1_800.0, -900.0),
    "Orchard Green": (3_600.0, 2_400.0),
    "Meridian Gardens": (-7_500.0, 5_500.0),
    "Heron Marsh Reserve": (13_500.0, 8_000.0),
    "Tamarack Forest": (-15_000.0, -3_000.0),
    "Skylark Common": (2_500.0, -14_500.0),
}
WATER = ("Lyre River, upper reach", "Lyre River, lower reach")
NEIGHBOURHOODS = (
    "Alder Heights", "Amberley", "Bellwether", "Brindle Bay", "Calloway", "Cedar Hollow",
    "Clover Hill", "Dovecote", "Eastlight", "Fernbank", "Foxglove", "Goldenrod", "Harbour Row",
    "Juniper Flats", "Kingfisher", "Lanternfield", "Maplewick", "Millstream", "Nightingale",
    "Old Quay", "Pemberly", "Quillmeadow", "Rosehaven", "Sandpiper Point", "Willowmere",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """The county's land.

    Attributes
    ----------
    tracts : GeoDataFrame
        Index ``geoid``; ``name``, ``neighbourhood``, ``kind`` ("land", "park" or "water"),
        ``bank`` (0 or 1: the side of the river) and geometry in metres (`CRS`).
    xy : ndarray, shape (n, 2)
        A point inside each tract, in metres from the county's centre.
    """

    tracts: GeoDataFrame
    xy: Array

    @property
    def inhabited(self) -> NDArray[np.bool_]:
        """Which tracts are neither park nor water."""
        return np.asarray(self.tracts["kind"] == "land", dtype=np.bool_)


@dataclass(frozen=True)
class _River:
    water: shapely.Polygon
    divide: shapely.LineString
    middle: Array

    def bank(self, points: Array) -> Ids:
        """Say on which side points lie: 0 west, 1 east."""
        x, y = self.middle[::-1].T
        return np.asarray(points[:, 0] > np.interp(points[:, 1], y, x), dtype=np.intp)


def centroids(points: Array, k: int, weights: Array, rng: np.random.Generator) -> tuple[Array, Ids]:
    """Spread `k` centres over weighted points so that each stands amid its own points (Lloyd).

    Parameters
    ----------
    points, weights : ndarray, shape (n, 2) and (n,)
        Where weight lies, and how much, above 0.
    k : int
        Number of centres.
    rng : numpy.random.Generator
        Picks the first centres.

    Returns
    -------
    tuple of ndarray
        Centres, shape (k, 2), and for each point the position of its nearest centre.
    """
    centres = points[rng.choice(len(points), size=k, replace=False, p=weights / weights.sum())]
    for _ in range(14):
        nearest = cKDTree(centres).query(points)[1]
        mass = np.bincount(nearest, weights, minlength=k)
        sums = [np.bincount(nearest, weights * points[:, axis], minlength=k) for axis in (0, 1)]
        moved = np.column_stack(sums) / np.where(mass > 0, mass, 1.0)[:, None]
        centres = np.where(mass[:, None] > 0, moved, centres)
    return centres, cKDTree(centres).query(points)[1]


def build_county(rng: np.random.Generator) -> County:
    """Draw the county."""
    outline, river = _outline(rng), _river(rng)
    lines = [*_wavy_borders(_seeds(outline, rng), rng), outline.exterior]
    lines += [river.water.exterior, river.divide]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inside = shapely.point_on_surface(faces)
    faces, inside = (part[shapely.contains(outline, inside)] for part in (faces, inside))
    wet, upper = shapely.contains(river.water, inside), shapely.get_y(inside) > 0
    reaches = [shapely.union_all(faces[wet & half]) for half in (upper, ~upper)]
    land = _merge_slivers(faces[~wet], river.bank(shapely.get_coordinates(inside))[~wet])
    return _describe(land, np.array(reaches), river, rng)


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    """Draw an irregular county outline about 40 km across."""
    angle = np.linspace(0, 2 * np.pi, 420, endpoint=False)
    radius = np.full_like(angle, RADIUS_M)
    for order in (2, 3, 5, 8, 13, 21, 34):
        wave = np.cos(order * angle + rng.uniform(0, 2 * np.pi))
        radius += 0.09 * RADIUS_M / order**0.6 * wave
    shore = shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    surveyed = shapely.box(-0.93 * RADIUS_M, -2 * RADIUS_M, 2 * RADIUS_M, 0.88 * RADIUS_M)
    return shapely.intersection(shore, surveyed)


def _river(rng: np.random.Generator) -> _River:
    """Draw a winding river that widens downstream, and the line between its two reaches."""
    y = np.linspace(32_000, -32_000, 320)
    bend, wiggle = rng.uniform(-0.4, 0.4, size=2)
    x = 1_200 - 0.25 * y + 1_600 * np.sin(y / 3_100 + bend) + 450 * np.sin(y / 1_100 + wiggle)
    middle = np.column_stack([x, y])
    along = np.gradient(middle, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    bank = across * np.interp(y, [-20_000, 20_000], [190, 70])[:, None]
    water = shapely.Polygon(np.vstack([middle + bank, (middle - bank)[::-1]]))
    at = float(np.interp(0, y[::-1], x[::-1]))
    divide = shapely.LineString([(at - 600, 0), (at + 600, 0)])
    return _River(water, shapely.intersection(divide, water), middle)


def _seeds(outline: shapely.Polygon, rng: np.random.Generator) -> Array:
    """Place one seed per tract, close together in the towns."""
    cloud = [rng.uniform(-1.4 * RADIUS_M, 1.4 * RADIUS_M, size=(7_000, 2))]
    for x, y, spread, share in TOWNS:
        cloud.append(rng.normal((x, y), spread, size=(round(9_000 * share), 2)))
    points = np.vstack(cloud)
    points = points[shapely.contains_xy(outline, points[:, 0], points[:, 1])]
    return centroids(points, SEEDS, np.ones(len(points)), rng)[0]


def _wavy_borders(seeds: Array, rng: np.random.Generator) -> list[shapely.LineString]:
    """Draw the borders between the seeds' cells, each as one gently winding line."""
    far = shapely.get_coordinates(shapely.Point(0, 0).buffer(3 * RADIUS_M, quad_segs=12))[:-1]
    cells = Voronoi(np.vstack([seeds, far]))
    ends = cells.vertices[[pair for pair in cells.ridge_vertices if min(pair) >= 0]]
    borders = np.sort(ends.round().view(np.complex128)[..., 0], axis=1)
    borders = np.unique(borders[borders[:, 0] != borders[:, 1]], axis=0)  # no order of Qhull's own
    return [_wavy(start, end, rng) for start, end in borders.view(np.float64).reshape(-1, 2, 2)]


def _wavy(start: Array, end: Array, rng: np.random.Generator) -> shapely.LineString:
    """Join two points by a line that winds a little, and not at all at its ends."""
    length = float(np.hypot(*(end - start)))
    t = np.linspace(0, 1, int(np.clip(length / 120, 2, 24)) + 1)
    phase = rng.uniform(0, 2 * np.pi, size=2)
    shape = np.sin(np.pi * t) * (np.sin(7 * t + phase[0]) + 0.6 * np.sin(17 * t + phase[1]))
    sideways = np.array([start[1] - end[1], end[0] - start[0]])
    line = start + t[:, None] * (end - start) + 0.07 * shape[:, None] * sideways
    line[[0, -1]] = start, end
    return shapely.LineString(line)


def _shared_borders(polygons: NDArray[np.object_]) -> tuple[Ids, Ids, Array]:
    """Measure the border of every pair of neighbours, in both directions."""
    one, other = shapely.STRtree(polygons).query(polygons, predicate="touches")
    length = shapely.length(shapely.intersection(polygons[one], polygons[other]))
    kept = length > 0
    return one[kept], other[kept], length[kept]


def _merge_slivers(faces: NDArray[np.object_], bank: Ids) -> NDArray[np.object_]:
    """Join pieces cut off by river or outline to the neighbour with the longest shared border."""
    one, other, length = _shared_borders(faces)
    one, other, length = (part[bank[one] == bank[other]] for part in (one, other, length))
    area = shapely.area(faces)
    around = np.bincount(one, area[other], len(faces)) / np.bincount(one, minlength=len(faces))
    group = np.arange(len(faces))
    for piece in np.argsort(area):
        if area[piece] < 0.3 * around[piece]:
            mine = one == piece
            group[group == group[piece]] = group[other[mine][np.argmax(length[mine])]]
    return np.array([shapely.union_all(faces[group == g]) for g in np.unique(group)])


def _describe(
    land: NDArray[np.object_], reaches: NDArray[np.object_], river: _River, rng: np.random.Generator
) -> County:
    """Name and number all polygons; parks from 9800, water from 9900, as the Census Bureau does."""
    spots = shapely.point_on_surface(land)
    order = np.lexsort(shapely.get_coordinates(spots).round().T)
    land, spots = land[order], spots[order]
    parks = [np.argmin(shapely.distance(spots, shapely.Point(at))) for at in PARKS.values()]
    polygons = np.concatenate([np.delete(land, parks), land[parks], reaches])
    xy = shapely.get_coordinates(shapely.point_on_surface(polygons))
    homes = len(land) - len(parks)
    _, hood = centroids(xy[:homes], len(NEIGHBOURHOODS), np.ones(homes), rng)
    order = np.concatenate([np.lexsort((xy[:homes, 1], hood)), np.arange(homes, len(polygons))])
    codes = _home_codes(hood[order[:homes]])
    codes += [f"{9800 + nth}00" for nth in range(len(parks))] + ["990000", "990100"]
    names = [f"Tract {int(code[:4])}.{code[4:]}" for code in codes[:homes]] + [*PARKS, *WATER]
    nearest = hood[cKDTree(xy[:homes]).query(xy)[1]][order]
    table = {
        "name": names,
        "county": COUNTY,
        "neighbourhood": np.array(NEIGHBOURHOODS)[nearest],
        "kind": ["land"] * homes + ["park"] * len(parks) + ["water"] * 2,
        "bank": river.bank(xy)[order],
        "geometry": shapely.transform(polygons[order], lambda points: points + CENTRE_M),
    }
    index = pd.Index([COUNTY + code for code in codes], dtype="str", name="geoid")
    tracts = GeoDataFrame(table, index=index, crs=CRS)
    tracts.loc[tracts["kind"] == "water", "neighbourhood"] = ""
    return County(tracts, xy[order])


def _home_codes(hood: Ids) -> list[str]:
    """Give each tract a number within their neighbourhood: 0101.01 is the first of the first."""
    place = pd.Series(hood).groupby(hood).cumcount()
    return [f"{101 + one:04d}{1 + nth:02d}" for one, nth in zip(hood, place, strict=True)]
