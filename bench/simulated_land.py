"""Places to simulate in: a made-up county of any size, and New York City as it is.

The land says where tracts, schools and attendance zones lie. Zones are cut without regard to
tracts, as real ones are, and children do not live evenly inside a tract.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.panel import Panel

Floats = NDArray[np.float64]

CRS = "EPSG:32618"
ORIGIN_M = (500_000.0, 4_400_000.0)
CHILDREN = 300.0  # in a middling tract
CELL_M = 300.0
MADE_UP = {  # level and school type: tracts to one school
    ("elementary", "General Academic"): 6.0,
    ("middle", "General Academic"): 11.0,
    ("high", "General Academic"): 13.0,
    ("k8", "Charter"): 11.0,
    ("high", "Charter"): 25.0,
}


@dataclass(frozen=True, eq=False)
class Land:
    """Where everything lies, in metres.

    Parameters
    ----------
    tracts : GeoDataFrame
        Index `geoid`; `children`, the true number; polygons.
    schools : GeoDataFrame
        Index `school_id`; `level, school_type`, `size` (how much it attracts); points.
    zones : GeoDataFrame
        `zone_id, school_id, level, geometry`; a zone of several schools has several rows.
    spots : int
        Groups of neighbouring tracts where absence is planted high.
    spot_tracts : int
        Tracts in one such group.
    """

    tracts: gpd.GeoDataFrame
    schools: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    spots: int
    spot_tracts: int


def made_up(rng: np.random.Generator, tracts: int = 200, side_km: float = 26.0) -> Land:
    """Draw a square county with a city, two towns and thinly settled land between.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all randomness.
    tracts : int
        Number of tracts.
    side_km : float
        Length of a side.

    Returns
    -------
    Land
    """
    side = 1_000 * side_km
    square = shapely.box(0, 0, side, side)
    seeds = _seeds(rng, tracts, side)
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), ordered=True))
    children = np.round(CHILDREN * rng.lognormal(0.0, 0.5, tracts))
    children[rng.random(tracts) < 0.04] = 0  # parks and works
    index = pd.Index([f"99001{number:06d}" for number in range(tracts)], name="geoid")
    table = gpd.GeoDataFrame(
        {"children": children},
        index=index,
        geometry=_moved(shapely.intersection(shapes, square)),
        crs=CRS,
    )
    schools = _schools(rng, seeds, children)
    zones = [_zones(rng, schools[schools["level"] == level], side) for level in ZONED]
    return Land(table, schools, pd.concat(zones, ignore_index=True), 2, max(3, tracts // 16))


ZONED = ("elementary", "middle")


def _seeds(rng: np.random.Generator, count: int, side: float) -> Floats:
    """Place the tracts' seeds: close together in the city and the towns."""
    towns = [((0.48, 0.5), 0.13, 0.5), ((0.2, 0.78), 0.06, 0.15), ((0.8, 0.2), 0.06, 0.15)]
    points = [rng.uniform(0, 1, (2 * count, 2))]
    for middle, spread, part in towns:
        points.append(rng.normal(middle, spread, (int(6 * count * part), 2)))
    cloud = np.clip(np.vstack(points), 0.005, 0.995) * side
    chosen = cloud[rng.permutation(len(cloud))[:count]]
    for _ in range(3):  # a little evening out, so that no tract is a sliver
        nearest = cKDTree(chosen).query(cloud)[1]
        chosen = pd.DataFrame(cloud).groupby(nearest).mean().to_numpy()
    return np.asarray(chosen)


def _moved(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(shapes, lambda points: points + ORIGIN_M))


def _schools(rng: np.random.Generator, seeds: Floats, children: Floats) -> gpd.GeoDataFrame:
    """Stand schools amid the children, a few hundred metres from the middle of a tract."""
    rows = []
    for (level, kind), per in MADE_UP.items():
        count = max(2, round(len(seeds) / per))
        where = rng.choice(len(seeds), count, replace=False, p=children / children.sum())
        if kind != "Charter":
            where = _spread(rng, seeds, children, count)
        rows += [(level, kind, *(seeds[at] + rng.normal(0, 250, 2))) for at in where]
    frame = pd.DataFrame(rows, columns=["level", "school_type", "x", "y"])
    frame["size"] = rng.lognormal(0.0, 0.4, len(frame))
    frame.index = pd.Index([f"S{number:04d}" for number in range(len(frame))], name="school_id")
    points = gpd.points_from_xy(frame.pop("x") + ORIGIN_M[0], frame.pop("y") + ORIGIN_M[1])
    return gpd.GeoDataFrame(frame, geometry=points, crs=CRS)


def _spread(
    rng: np.random.Generator, seeds: Floats, children: Floats, count: int
) -> NDArray[np.intp]:
    """Pick tracts one by one, each far from those picked, where children are."""
    picked = [int(rng.choice(len(seeds), p=children / children.sum()))]
    while len(picked) < count:
        apart = cKDTree(seeds[picked]).query(seeds)[0]
        pull = children * apart**1.5
        picked.append(int(rng.choice(len(seeds), p=pull / pull.sum())))
    return np.array(picked)


def _zones(rng: np.random.Generator, schools: gpd.GeoDataFrame, side: float) -> gpd.GeoDataFrame:
    """Cut the county into winding zones made of small squares, one zone a school."""
    axis = np.arange(CELL_M / 2, side, CELL_M)
    cells = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    phase = rng.uniform(0, 2 * np.pi, 4)
    bend = np.column_stack(
        [
            np.sin(cells[:, 1] / 1_300 + phase[0]) + np.sin(cells[:, 0] / 900 + phase[1]),
            np.sin(cells[:, 0] / 1_100 + phase[2]) + np.sin(cells[:, 1] / 700 + phase[3]),
        ]
    )
    points = shapely.get_coordinates(schools.geometry.to_numpy()) - ORIGIN_M
    owner = cKDTree(points).query(cells + 350.0 * bend)[1]
    half = CELL_M / 2
    x, y = cells.T
    squares = _moved(shapely.box(x - half, y - half, x + half, y + half))
    shapes = [shapely.union_all(squares[owner == at]) for at in range(len(schools))]
    ids = schools.index
    columns = {"zone_id": "Z" + ids, "school_id": ids, "level": schools["level"].to_numpy()}
    found = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    return found[~found.geometry.is_empty]


def new_york(panel: Panel, zones_file: Path) -> Land:
    """Take New York City's tracts, children, schools, enrolments and zones.

    Parameters
    ----------
    panel : Panel
        The city's panel.
    zones_file : Path
        The published zones, with several school ids in one cell.

    Returns
    -------
    Land
    """
    tracts = panel.tracts[["children", "geometry"]].to_crs(panel.area.crs)
    whole = panel.absence.query("student_group == 'all' and grade == 'all'")
    latest = whole.dropna(subset="enrolled").sort_values("school_year")
    size = latest.drop_duplicates("school_id", keep="last").set_index("school_id")["enrolled"]
    schools = panel.schools[["level", "school_type", "geometry"]].to_crs(panel.area.crs)
    schools["size"] = size.reindex(schools.index).astype("float64")
    schools = schools[(schools["size"] > 0) & schools.geometry.notna()]
    zones = gpd.read_file(zones_file)[["dbn", "zone_type", "geometry"]].to_crs(panel.area.crs)
    zones["zone_id"] = [f"Z{number:04d}" for number in range(len(zones))]
    zones = zones.assign(school_id=zones.pop("dbn").str.split(",")).explode("school_id")
    zones["school_id"] = zones["school_id"].str.strip()
    zones = zones[zones["school_id"].isin(schools.index)].rename(columns={"zone_type": "level"})
    zones.geometry = zones.geometry.make_valid()
    zones = zones[["zone_id", "school_id", "level", "geometry"]].reset_index(drop=True)
    children = tracts["children"].where(tracts["children"] > 0, 0.0)
    return Land(tracts.assign(children=children), schools, zones, 8, 30)


def with_charters(land: Land, share: float, rng: np.random.Generator) -> Land:
    """Declare schools charters until they hold their share of the students; they lose their zones.

    Parameters
    ----------
    land : Land
        Any place; one that has charters already only loses those it should not have.
    share : float
        Charter share of all students.
    rng : numpy.random.Generator
        Picks the schools.

    Returns
    -------
    Land
    """
    schools = land.schools
    if (schools["school_type"] == "Charter").any():
        kept = schools if share > 0 else schools[schools["school_type"] != "Charter"]
        return replace(land, schools=kept)
    order = rng.permutation(len(schools))
    part = schools["size"].to_numpy()[order].cumsum() / schools["size"].sum()
    chosen = schools.index[order[part <= share]]
    kind = schools["school_type"].where(~schools.index.isin(chosen), "Charter")
    zones = land.zones[~land.zones["school_id"].isin(chosen)].reset_index(drop=True)
    return replace(land, schools=schools.assign(school_type=kind), zones=zones)
