"""Map geometry, written once per build to `static/` and fetched by URL.

Static files are not behind a login: only outlines, positions, ids and names go there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.errors import DataError
from data.nation.tables import is_nation
from data.panel import Panel
from data.views.districts import by_district
from data.views.neighbourhoods import neighbourhoods
from geo.areas.boundaries import hatch_lines, seam, simplify
from geo.areas.groups import DRAWN_METRES, drawn_metres, finest_metres, outlined
from geo.areas.topology import Layer, topology
from ui.address import address
from ui.selection import NEIGHBOURHOOD

Properties = Sequence[Mapping[str, Any]]
STATIC = Path(__file__).resolve().parents[2] / "static" / "geometry"
CONTEXT = ("water", "parks", "roads", "boundaries")
"""Layers of shapes from the panel's context; names and neighbourhoods are made beside them."""
NAME_KINDS = ("county", "town", "neighbourhood")
"""Kinds of names, of those as high in rank the first one is drawn."""
NOWHERE = (-125.0, 24.0, -66.0, 50.0)  # where a place without outlines opens: the country
DEGREES = 1e-5  # told apart where a map leaves out 12 metres: half the bytes, no visible change
SHARED = "areas"
"""File of outlines that share borders: tracts, districts and what is drawn between them."""
HATCHES = 150  # lines across the longer side of a place: 4 pixels apart when it opens


class GeometryError(DataError):
    """The map's outlines cannot be written where the browser fetches them."""


TOPOLOGIES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("tracts", "districts", "counties", "borders"), SHARED),
        "neighbourhoods": "neighbourhoods",
    }
)
"""Layers that stand in a topology, and its file; the others are files of their own."""


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
        return shapely.transform(shapes, lambda xy: self.turned(xy).round(5))

    def turned(self, xy: Any) -> Any:
        """Give points in EPSG:4326, a row each, where the map draws them."""
        return np.column_stack([self.longitude_of(xy[:, 0]), xy[:, 1]])

    def is_written(self) -> bool:
        """Say whether its files are where browsers fetch them."""
        return (STATIC / self.folder).is_dir()

    def url(self, layer: str) -> str:
        """Address of a layer: "tracts", "districts", "schools", marks on them, or of context.

        The part after # is a layer of a topology.
        """
        name = TOPOLOGIES.get(layer)
        part = f"{layer}.json" if name is None else f"{name}.json#{layer}"
        return address(f"geometry/{self.folder}/{part}")


def publish_geometry(panel: Panel, schools: gpd.GeoDataFrame) -> MapGeometry:
    """Write the outlines of a place and its context for the map, unless they are already there.

    The panel's tracts and the schools (points) are in EPSG:4326; the map's features keep their
    order.

    Raises
    ------
    GeometryError
        The disk refuses.
    """
    of_zones = panel.area.reports != "school" and len(panel.zones)
    areas = panel.zones if of_zones else panel.tracts
    line = seam(areas)
    context = _context(panel, line)
    layers = _layers(panel, schools, line) | context
    content = "".join(layers.values()).encode()
    folder = f"{panel.area.slug}-{hashlib.sha256(content).hexdigest()[:12]}"
    try:
        if not (STATIC / folder).is_dir():
            _write(STATIC / folder, layers)
    except OSError as error:
        raise GeometryError(
            f"its outlines could not be written for the map ({error.strerror or error}); "
            "make static/geometry writable, or free some space"
        ) from error
    geometry = MapGeometry(folder, (0, 0, 0, 0), line, tuple(context))
    return extent(geometry, areas)


def _layers(panel: Panel, schools: gpd.GeoDataFrame, line: float) -> dict[str, str]:
    """Write the outlines of tracts or districts, what lies on them, and the points of schools."""
    if is_nation(panel):
        return _counties(panel, line)
    tracts = panel.tracts
    metres = drawn_metres(tracts)
    thin = simplify(tracts, metres).geometry if len(tracts) else tracts.geometry
    wider = neighbourhoods(tracts)
    names = (tracts["name"] + ", " + wider.astype("object")).fillna(tracts["name"])
    borders = panel.context[panel.context["layer"] == "boundaries"]
    borders = borders[borders["kind"] == "neighbourhood"].geometry
    parts = {"tracts": (thin, _named(tracts.index, names))}
    marks = _marks(thin, panel, line)
    if by_district(panel):
        ids = pd.Index(panel.zones["school_id"])
        districts = simplify(panel.zones, DRAWN_METRES).geometry
        parts["districts"] = (districts, _named(ids, panel.schools["name"].reindex(ids)))
        borders = gpd.GeoSeries(districts.boundary)
        marks |= {f"districts-{key}": text for key, text in _marks(districts, panel, line).items()}
    parts["borders"] = (borders, [{}] * len(borders))
    return {
        SHARED: _topology(parts, line, DEGREES * metres / DRAWN_METRES),
        **marks,
        "schools": _features(schools.geometry, _named(schools.index, schools["name"]), line),
    }


def _counties(panel: Panel, line: float) -> dict[str, str]:
    """Write the counties of a nation and what lies on them."""
    shapes, ids = panel.zones.geometry, pd.Index(panel.zones["school_id"])
    named = panel.schools.loc[ids]
    parts: dict[str, tuple[gpd.GeoSeries, Properties]] = {
        "counties": (shapes, _named(ids, named["name"] + ", " + named["district"])),
        "borders": (shapes.boundary, [{}] * len(shapes)),
    }
    marks = _marks(shapes, panel, line)
    coarser = max(1.0, finest_metres(panel.zones) / DRAWN_METRES)
    return {
        SHARED: _topology(parts, line, DEGREES * coarser),
        **{f"counties-{name}": text for name, text in marks.items()},
    }


def _marks(shapes: gpd.GeoSeries, panel: Panel, line: float) -> dict[str, str]:
    """Write a point in each area, and lines across it."""
    if shapes.empty:
        return {"marks": _features(shapes, [], -180.0), "hatch": _features(shapes, [], -180.0)}
    flat, packed = shapes.to_crs(panel.area.crs), _numbered(len(shapes))
    west, south, east, north = flat.total_bounds
    hatch = hatch_lines(flat, max(east - west, north - south) / HATCHES)
    return {
        "marks": _features(flat.representative_point().to_crs(shapes.crs), packed, line),
        "hatch": _features(hatch.to_crs(shapes.crs), packed, line),
    }


def _context(panel: Panel, line: float) -> dict[str, str]:
    """Write the layers of context that exist here."""
    layers = {}
    drawn = panel.context[panel.context["kind"] != "neighbourhood"]
    for layer in CONTEXT:
        part = drawn[drawn["layer"] == layer]
        if len(part):
            about = part[["name", "kind"]].to_dict("records")
            layers[layer] = _features(part.geometry, about, line)
    names = panel.context[panel.context["layer"] == "names"]
    if len(names):
        layers["names"] = _names(names, line)
    units = neighbourhoods(panel.tracts)
    if units.notna().any():
        shapes = outlined(panel.tracts, units)
        ids = NEIGHBOURHOOD + shapes.index.astype("str")
        parts = {"neighbourhoods": (shapes, _named(ids, shapes.index))}
        detail = drawn_metres(panel.tracts) / DRAWN_METRES
        layers["neighbourhoods"] = _topology(parts, line, DEGREES * detail)
        layers.update(
            {f"neighbourhoods-{name}": text for name, text in _marks(shapes, panel, line).items()}
        )
    return layers


def _names(names: gpd.GeoDataFrame, line: float) -> str:
    """Write names and where they stand, counties first, then as many children live there."""
    order = names["kind"].map({kind: at for at, kind in enumerate(NAME_KINDS)}).fillna(1)
    table = names.assign(order=order, county=order > 0)
    table = table.sort_values(["county", "rank", "order", "name"])
    points = MapGeometry("", (0, 0, 0, 0), line).drawn(np.asarray(table.geometry.array))
    xy = shapely.get_coordinates(points)
    rows = [
        {"name": name, "x": x, "y": y, "rank": rank, "kind": kind}
        for rank, (name, kind, (x, y)) in enumerate(
            zip(table["name"], table["kind"], xy.tolist(), strict=True)
        )
    ]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def _topology(
    parts: Mapping[str, tuple[gpd.GeoSeries, Properties]], line: float, step: float
) -> str:
    """Write layers whose shapes share borders, as the map draws them."""
    placed = MapGeometry("", (0, 0, 0, 0), line)
    layers: dict[str, Layer] = {
        name: (shapely.transform(np.asarray(shapes.array), placed.turned), about)
        for name, (shapes, about) in parts.items()
    }
    return json.dumps(topology(layers, step), separators=(",", ":"), ensure_ascii=False)


def _features(shapes: gpd.GeoSeries, about: Properties, line: float) -> str:
    rounded = MapGeometry("", (0, 0, 0, 0), line).drawn(np.asarray(shapes.array))
    features = [
        {"type": "Feature", "properties": properties, "geometry": json.loads(text)}
        for properties, text in zip(about, shapely.to_geojson(rounded), strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, separators=(",", ":"), ensure_ascii=False)


def _named(ids: pd.Index, names: pd.Series | pd.Index) -> list[dict[str, Any]]:
    """Give each feature its position, id and name."""
    pairs = zip(ids.astype("str"), names.astype("str"), strict=True)
    return [{"i": at, "id": id_, "name": name} for at, (id_, name) in enumerate(pairs)]


def _numbered(count: int) -> list[dict[str, int]]:
    """Give each feature its position."""
    return [{"i": at} for at in range(count)]


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
    if not len(bounds):
        return replace(geometry, bounds=NOWHERE)
    west = geometry.longitude_of(bounds[:, 0]).min()
    east = geometry.longitude_of(bounds[:, 2]).max()
    south, north = bounds[:, 1].min(), bounds[:, 3].max()
    west, south, east, north = (round(float(end), 5) for end in (west, south, east, north))
    return replace(geometry, bounds=(west, south, east, north))
