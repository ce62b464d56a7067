"""Map geometry, written once per build to `static/` and fetched by URL.

Static files are not behind a login: only outlines, positions, ids and names go there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from data.errors import DataError
from data.store.manifest import StudyArea
from geo.areas.boundaries import hatch_lines, outlines, seam, simplify

STATIC = Path(__file__).resolve().parents[2] / "static" / "geometry"
TOLERANCE_METRES = 12.0
HATCHES = 150  # lines across the longer side of a place: 4 pixels apart when it opens


class GeometryError(DataError):
    """The map's outlines cannot be written where the browser fetches them."""


@dataclass(frozen=True)
class MapGeometry:
    """Where a place's geometry is served (a folder of `static/geometry`), and its extent.

    Attributes
    ----------
    folder : str
    bounds : tuple of float
        West, south, east and north as drawn: what the first view shows, at any width of the map.
    seam : float
        Longitudes west of it are drawn a turn further east, so that a place on both sides of the
        180th meridian lies together.
    layers : tuple of str
        Layers of context that exist here: "water", "parks", "roads", "boundaries", "names" and
        "neighbourhoods".
    """

    folder: str
    bounds: tuple[float, float, float, float]
    seam: float = -180.0
    layers: tuple[str, ...] = ()

    def longitude_of(self, degrees: Any) -> Any:
        """Give longitudes as the map draws them."""
        return np.where(np.less(degrees, self.seam), np.add(degrees, 360), degrees)

    def drawn(self, shapes: Any) -> Any:
        """Give shapes in EPSG:4326 as the map draws them, with five decimals: one metre."""
        return shapely.transform(shapes, self._place)

    def _place(self, xy: Any) -> Any:
        return np.column_stack([self.longitude_of(xy[:, 0]), xy[:, 1]]).round(5)

    def url(self, layer: str) -> str:
        """Address of a layer: "tracts", "marks", "hatch", "borders", "schools", or of context."""
        return f"/app/static/geometry/{self.folder}/{layer}.json"


def publish_geometry(
    area: StudyArea, tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame
) -> MapGeometry:
    """Write the outlines of a place for the map, unless they are already there.

    Tracts (polygons) and schools (points) are in EPSG:4326; the map's features keep their order.

    Raises
    ------
    GeometryError
        The disk refuses.
    """
    layers = _layers(area, tracts, schools)
    content = "".join(layers.values()).encode()
    folder = f"{area.slug}-{hashlib.sha256(content).hexdigest()[:12]}"
    try:
        if not (STATIC / folder).is_dir():
            _write(STATIC / folder, layers)
    except OSError as error:
        raise GeometryError(
            f"its outlines could not be written for the map ({error.strerror or error}); "
            "make static/geometry writable, or free some space"
        ) from error
    return extent(MapGeometry(folder, (0, 0, 0, 0), seam(tracts)), tracts)


def _layers(area: StudyArea, tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame) -> dict[str, str]:
    thin = simplify(tracts, TOLERANCE_METRES)
    named = tracts["neighbourhood"] != ""
    names = (tracts["name"] + ", " + tracts["neighbourhood"]).where(named, tracts["name"])
    group = tracts["neighbourhood"].where(named, tracts["county"])
    flat = thin.geometry.to_crs(area.crs)
    line = seam(tracts)
    west, south, east, north = flat.total_bounds
    hatch = hatch_lines(flat, max(east - west, north - south) / HATCHES)
    return {
        "tracts": _features(thin.geometry, names, line),
        "marks": _features(flat.representative_point().to_crs(tracts.crs), None, line),
        "hatch": _features(hatch.to_crs(tracts.crs), None, line),
        "borders": _features(outlines(thin.assign(group=group), "group"), None, line),
        "schools": _features(schools.geometry, schools["name"], line),
    }


def _features(shapes: gpd.GeoSeries, names: Any, line: float) -> str:
    # Five decimals are one metre: half the bytes, no visible change.
    rounded = MapGeometry("", (0, 0, 0, 0), line).drawn(np.asarray(shapes.array))
    features = [
        {
            "type": "Feature",
            "properties": _properties(index, shapes, names),
            "geometry": json.loads(text),
        }
        for index, text in enumerate(shapely.to_geojson(rounded))
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, separators=(",", ":"), ensure_ascii=False)


def _properties(index: int, shapes: gpd.GeoSeries, names: Any) -> dict[str, Any]:
    if names is None:
        return {"h": index // 3, "b": index % 3}
    return {"i": index, "id": str(shapes.index[index]), "name": str(names.iloc[index])}


def _write(folder: Path, layers: Mapping[str, str]) -> None:
    """Write under a name of our own, then rename: no session ever sees half a file."""
    draft = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    draft.mkdir(parents=True, exist_ok=True)
    for name, text in layers.items():
        (draft / f"{name}.json").write_text(text, encoding="utf-8")
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(draft)


def extent(geometry: MapGeometry, shapes: gpd.GeoDataFrame | gpd.GeoSeries) -> MapGeometry:
    """Geometry of a place whose bounds hold some shapes in EPSG:4326."""
    bounds = shapely.bounds(shapely.get_parts(np.asarray(shapes.geometry.array)))
    bounds = bounds[~np.isnan(bounds[:, 0])]
    west = geometry.longitude_of(bounds[:, 0]).min()
    east = geometry.longitude_of(bounds[:, 2]).max()
    south, north = bounds[:, 1].min(), bounds[:, 3].max()
    west, south, east, north = (round(float(end), 5) for end in (west, south, east, north))
    return replace(geometry, bounds=(west, south, east, north))
