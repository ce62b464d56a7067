"""Map geometry, written once per build to `static/` and fetched by URL.

Static files are not behind a login: only outlines, positions, ids and names go there.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from data.store.manifest import StudyArea
from geo.areas.boundaries import hatch_lines, outlines, simplify

STATIC = Path(__file__).resolve().parents[2] / "static" / "geometry"
TOLERANCE_METRES = 12.0
MAP_PIXELS = (520, 540)  # what fits a 1,400 pixel window
HATCHES = 150  # lines across the longer side of a place: 4 pixels apart when it opens


@dataclass(frozen=True)
class MapGeometry:
    """Where a place's geometry is served (a folder of `static/geometry`), and its extent."""

    folder: str
    latitude: float
    longitude: float
    zoom: float

    def url(self, layer: str) -> str:
        """Address of a layer: "tracts", "marks", "hatch", "borders" or "schools"."""
        return f"/app/static/geometry/{self.folder}/{layer}.json"


def publish_geometry(
    area: StudyArea, tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame
) -> MapGeometry:
    """Write the outlines of a place for the map, unless they are already there.

    Tracts (polygons) and schools (points) are in EPSG:4326; the map's features keep their order.
    """
    layers = _layers(area, tracts, schools)
    content = "".join(layers.values()).encode()
    folder = f"{area.slug}-{hashlib.sha256(content).hexdigest()[:12]}"
    if not (STATIC / folder).is_dir():
        _write(STATIC / folder, layers)
    return extent(folder, tracts)


def _layers(area: StudyArea, tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame) -> dict[str, str]:
    thin = simplify(tracts, TOLERANCE_METRES)
    named = tracts["neighbourhood"] != ""
    names = (tracts["name"] + ", " + tracts["neighbourhood"]).where(named, tracts["name"])
    group = tracts["neighbourhood"].where(named, tracts["county"])
    flat = thin.geometry.to_crs(area.crs)
    west, south, east, north = flat.total_bounds
    hatch = hatch_lines(flat, max(east - west, north - south) / HATCHES)
    return {
        "tracts": _features(thin.geometry, names),
        "marks": _features(flat.representative_point().to_crs(tracts.crs), None),
        "hatch": _features(hatch.to_crs(tracts.crs), None),
        "borders": _features(outlines(thin.assign(group=group), "group"), None),
        "schools": _features(schools.geometry, schools["name"]),
    }


def _features(shapes: gpd.GeoSeries, names: Any) -> str:
    # Five decimals are one metre: half the bytes, no visible change.
    rounded = shapely.transform(np.asarray(shapes.array), lambda xy: np.round(xy, 5))
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


def extent(folder: str, tracts: gpd.GeoDataFrame | gpd.GeoSeries) -> MapGeometry:
    """View that holds some shapes in EPSG:4326, on the geometry of a folder."""
    west, south, east, north = tracts.total_bounds
    latitude, longitude = (south + north) / 2, (west + east) / 2
    width, height = MAP_PIXELS
    across = math.log2(width * 360 / (512 * (east - west)))
    stretch = math.cos(math.radians(latitude))
    up = math.log2(height * 360 * stretch / (512 * (north - south)))
    return MapGeometry(folder, round(latitude, 4), round(longitude, 4), round(min(across, up), 2))
