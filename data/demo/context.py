"""What the map of the fictional demo county shows beside its tracts: river, parks, roads, towns.

Nothing here is drawn by chance, so that the county itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.interpolate import CubicSpline

from data.contracts.check import STORED_CRS
from data.demo.geography import CENTRE_M, CRS, RADIUS_M, TOWNS, County

TOWN_NAMES = ("Halcyon City", "Northfold", "Saltmarsh", "Millbrook")
STEP_M = 400.0
RING_M = 5_600.0
ROADS = (  # name, kind, and where it leads, in metres from the centre
    (
        "Meridian Highway",
        "primary",
        ((-3_500, 26_000), (-3_800, 12_000), (-900, 900), (-2_200, -12_000), (1_500, -26_000)),
    ),
    (
        "Capital Highway",
        "primary",
        (
            *((-26_000, 10_500), (-11_000, 8_500), (-900, 900)),
            *((7_000, -3_000), (10_500, -9_500), (19_000, -18_000)),
        ),
    ),
    ("Mill Road", "secondary", ((-11_000, 8_500), (-13_500, -1_000), (-9_500, -10_000))),
    ("Town Road", "secondary", ((-900, 900), (-4_500, -6_000), (-9_500, -10_000))),
    ("South Road", "secondary", ((-9_500, -10_000), (0, -11_500), (10_500, -9_500))),
    ("Marsh Road", "secondary", ((-900, 900), (6_500, 3_000), (12_000, 6_500), (24_000, 13_000))),
    (
        "Ring Road",
        "secondary",
        tuple(
            (RING_M * np.cos(turn), RING_M * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 13)
        ),
    ),
)


def features(county: County, source: str) -> gpd.GeoDataFrame:
    """Draw the context of the demo's map, as the files of a place would give it.

    Parameters
    ----------
    county : County
        The land.
    source : str
        Id of the source.

    Returns
    -------
    GeoDataFrame
        `layer, feature_id, kind, name, source` and shapes in EPSG:4326.
    """
    tracts = county.tracts
    wet, green = tracts[tracts["kind"] == "water"], tracts[tracts["kind"] == "park"]
    land = shapely.coverage_union_all(tracts.geometry.to_numpy())
    rows = [("water", "", name.partition(",")[0], shape) for name, shape in _named(wet)]
    rows += [("parks", "park", name, shape) for name, shape in _named(green)]
    rows += [
        ("roads", kind, name, shapely.intersection(_road(points), land))
        for name, kind, points in ROADS
    ]
    rows += [
        ("places", "town", name, shapely.Point(np.add((x, y), CENTRE_M)))
        for name, (x, y, _, _) in zip(TOWN_NAMES, TOWNS, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["layer", "kind", "name", "geometry"])
    table = table.assign(feature_id=table.index.astype("str"), source=source)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS).to_crs(STORED_CRS)


def _named(tracts: gpd.GeoDataFrame) -> list[tuple[str, shapely.Geometry]]:
    return list(zip(tracts["name"], tracts.geometry, strict=True))


def _road(points: Sequence[tuple[float, float]]) -> shapely.LineString:
    """Lead a smooth line through points."""
    xy = np.array(points, dtype=np.float64)
    along = np.append(0.0, np.hypot(*np.diff(xy, axis=0).T).cumsum())
    ends = "periodic" if np.allclose(xy[0], xy[-1]) else "not-a-knot"
    xy[-1] = xy[0] if ends == "periodic" else xy[-1]
    at = np.linspace(0.0, along[-1], max(2, round(min(along[-1], 6 * RADIUS_M) / STEP_M)))
    return shapely.LineString(CubicSpline(along, xy, bc_type=ends)(at) + CENTRE_M)
