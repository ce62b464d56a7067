"""What a map needs to be read: water, parks, roads, boundaries and names.

They come from the place's files, or are made of its tracts. Nothing in them is a figure: names are
in order of the children who live there, and the number itself is not kept.
"""

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.contracts.check import STORED_CRS, validate
from data.contracts.vocabulary import CONTEXT_LAYERS, LINES, POLYGONS
from data.errors import DataError
from data.panel import Panel
from data.plausible.outlines import mended
from data.store.provenance import Ledger
from geo.areas.boundaries import outlines, seam, simplify
from geo.areas.crs import degree_metres
from geo.areas.groups import drawn_metres, longer_side, outlined
from geo.areas.locate import locate
from geo.inputs import geometries

Shapes = NDArray[np.object_]

MADE = ("county", "neighbourhood")
"""Kinds of boundaries and names that are made of the tracts."""
KINDS = {"boundaries": "boundary", "places": "town"}
"""What is said of a feature whose file does not tell its kind."""
MARGIN = 0.05
"""Part of the place's sides by which context goes beyond it."""
DETAILS = 2_500
"""Details of a file's layer that are a smaller part of a place's longer side are not drawn."""
NEAR_METRES = 5_000.0
MOST_COORDINATES = 5_000
"""Of a layer from a file: with five decimals they are about 100 kB."""


def with_context(panel: Panel, features: gpd.GeoDataFrame | None) -> Panel:
    """Give a panel its context.

    Parameters
    ----------
    panel : Panel
        With the names of its counties and neighbourhoods.
    features : GeoDataFrame or None
        What its files hold: `layer, kind, name, source` and shapes in EPSG:4326.

    Raises
    ------
    DataError
        Nothing of a file lies in the place.
    """
    ledger = Ledger(panel.ledger)
    parts = [] if features is None else list(_of_files(panel, features, ledger))
    return replace(panel, context=_whole(parts, panel.tracts), ledger=ledger.entries)


def named_again(panel: Panel) -> Panel:
    """Make the names and boundaries of counties and neighbourhoods anew."""
    return replace(panel, context=_whole([panel.context], panel.tracts))


def _whole(parts: list[gpd.GeoDataFrame], tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put context from files and from tracts together, in the order of its key."""
    filed = [each[~each["kind"].isin(MADE)] for each in parts]
    towns = {name.lower() for each in filed for name in each.loc[each["layer"].eq("names"), "name"]}
    table = pd.concat([*filed, _boundaries(tracts), *_names(tracts, towns)])
    table["rank"] = table["rank"].astype("Int64")
    shaped = gpd.GeoDataFrame(table, geometry="geometry", crs=STORED_CRS)
    valid = validate("context", shaped)
    return valid.sort_values(["layer", "kind", "rank"], kind="stable", ignore_index=True)


def _of_files(
    panel: Panel, features: gpd.GeoDataFrame, ledger: Ledger
) -> Iterator[gpd.GeoDataFrame]:
    """Cut what files hold to the place, put pieces of one name together, and thin them."""
    areas = features.geom_type.isin(POLYGONS)
    sound = mended("context", features[areas], panel.area.slug, ledger)
    whole = gpd.GeoDataFrame(pd.concat([sound, features[~areas]]))
    around = _window(panel.tracts)
    for source, rows in whole.groupby("source", sort=False):
        if not shapely.intersects(geometries(rows.geometry), around).any():
            raise DataError(
                f"{source}: none of its {len(rows):,} shapes lies in {panel.area.name}; take the"
                " file of its state and county, and check the coordinate system of the file"
            )
    for layer in ("water", "parks", "roads", "boundaries"):
        part = whole[whole["layer"].eq(layer)]
        if len(part):
            yield _thinned(layer, _clipped(layer, part, around), panel, ledger)
    towns = whole[whole["layer"].eq("places") & whole["name"].ne("")]
    if len(towns):
        yield _towns(towns.drop_duplicates("name"), panel.tracts)


def _window(tracts: gpd.GeoDataFrame) -> shapely.Geometry:
    """Give the box around a place in degrees, or two for one across the 180th meridian."""
    bounds = shapely.bounds(shapely.get_parts(geometries(tracts.geometry)))
    sides = [bounds]
    if np.ptp(bounds[:, [0, 2]]) > 180:
        east = bounds[:, 0] >= 0
        sides = [bounds[east], bounds[~east]]
    boxes = []
    for each in sides:
        low, high = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
        margin = MARGIN * (high - low).max()
        boxes.append(
            [*np.maximum(low - margin, [-180, -90]), *np.minimum(high + margin, [180, 90])]
        )
    return shapely.union_all([shapely.box(*each) for each in boxes])


def _clipped(layer: str, part: gpd.GeoDataFrame, around: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut features to a window; those of one kind and name become one."""
    kind = part["kind"].mask(part["kind"].isin(["", *MADE]), KINDS.get(layer, ""))
    shapes = geometries(part.geometry)
    if CONTEXT_LAYERS[layer] == LINES:
        areal = np.isin(shapely.get_type_id(shapes), (3, 6))
        shapes = np.where(areal, shapely.boundary(shapes), shapes)
    pieces = shapely.intersection(shapes, around)
    single = part["name"].mask(part["name"].eq(""), [f"#{row}" for row in range(len(part))])
    table = pd.DataFrame({"kind": kind, "single": single, "name": part["name"], "shape": pieces})
    table = table[~shapely.is_empty(pieces)]
    joined = table.groupby(["kind", "single"], sort=True).agg(
        name=("name", "first"), shape=("shape", lambda each: shapely.union_all(each.to_numpy()))
    )
    joined = joined.reset_index("kind")
    return gpd.GeoDataFrame(joined[["kind", "name"]], geometry=joined["shape"], crs=STORED_CRS)


def _thinned(layer: str, part: gpd.GeoDataFrame, panel: Panel, ledger: Ledger) -> gpd.GeoDataFrame:
    """Leave out what is too small to see, largest features first, and rank the rest by size."""
    metres = degree_metres(panel.tracts)
    shapes = shapely.transform(geometries(part.geometry), lambda xy: xy * metres)
    detail = longer_side(panel.tracts) / DETAILS
    lines = CONTEXT_LAYERS[layer] == LINES
    thin = shapely.simplify(shapes, detail)
    thin = _of_dimension(thin, 1 if lines else 2)
    size = shapely.length(thin) if lines else shapely.area(thin)
    order = np.argsort(-size, kind="stable")
    points = np.cumsum(shapely.get_num_coordinates(thin[order]))
    visible = size[order] > (detail if lines else detail**2)
    chosen = order[visible & (points <= max(MOST_COORDINATES, points[0]))]
    reason = f"Part of {layer} too small to be drawn on a map of the whole place."
    ledger.record(panel.area.slug, "context", "dropped", reason, len(part) - len(chosen))
    table = part.iloc[chosen].set_geometry(
        gpd.GeoSeries(
            shapely.transform(thin[chosen], lambda xy: xy / metres), crs=STORED_CRS
        ).values
    )
    return table.assign(layer=layer, rank=table.groupby("kind").cumcount()).reset_index(drop=True)


def _of_dimension(shapes: Shapes, dimension: int) -> Shapes:
    """Make shapes valid, and keep of each what has the dimension of its layer."""
    valid = shapely.make_valid(shapes)
    mixed = np.isin(shapely.get_type_id(valid), (7,)) | (shapely.get_dimensions(valid) != dimension)
    for place in np.flatnonzero(mixed):
        parts = shapely.get_parts(valid[place])
        valid[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])
    return np.asarray(valid, dtype=object)


def _boundaries(tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the borders of counties, and those of neighbourhoods as exactly as the tracts."""
    thin = simplify(tracts, drawn_metres(tracts))
    group = tracts["neighbourhood"].where(tracts["neighbourhood"].ne(""), tracts["county"])
    parts = {
        "county": shapely.boundary(geometries(outlined(tracts, tracts["county"]))),
        "neighbourhood": geometries(outlines(thin.assign(group=group), "group")),
    }
    lines = [shapely.line_merge(shapely.union_all(each)) for each in parts.values()]
    table = {"layer": "boundaries", "kind": list(parts), "rank": 0, "name": ""}
    return gpd.GeoDataFrame(table, geometry=lines, crs=STORED_CRS)


def _names(tracts: gpd.GeoDataFrame, towns: set[str]) -> Iterator[gpd.GeoDataFrame]:
    """Place the names of counties, where there are several, and of neighbourhoods."""
    counties = tracts["county_name"]
    if len(counties[counties.ne("")].unique()) > 1:
        yield _ranked(_labels(counties, tracts), "county")
    used = towns | {name.lower() for name in counties}
    yield _ranked(
        _labels(
            tracts["neighbourhood"].mask(tracts["neighbourhood"].str.lower().isin(used), ""), tracts
        ),
        "neighbourhood",
    )


def _towns(towns: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Place the names of towns, by the children of the tracts whose middle they hold."""
    meets = tracts.sindex.query(towns.geometry, predicate="intersects")[0]
    towns = towns.iloc[np.unique(meets)]
    labels = _labels(_nearest(towns, tracts), tracts).set_index("name")
    labels = labels.reindex(towns["name"])
    shapes = geometries(towns.geometry)
    outside = ~shapely.contains(shapes, geometries(labels.geometry))
    inner = np.where(outside, shapely.point_on_surface(shapes), geometries(labels.geometry))
    kind = towns["kind"].mask(towns["kind"].isin(["", *MADE]), KINDS["places"]).to_numpy()
    table = gpd.GeoDataFrame(
        {"name": towns["name"].to_numpy(), "children": labels["children"].to_numpy()},
        geometry=inner,
        crs=STORED_CRS,
    ).assign(kind=kind, area=shapely.area(shapes))
    table = table.sort_values(["children", "area", "name"], ascending=[False, False, True])
    table = table.assign(layer="names", rank=table.groupby("kind").cumcount())
    return table.drop(columns=["children", "area"])


def _nearest(towns: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> pd.Series:
    """Name the town that holds each tract's middle; of those that are points the nearest by."""
    middles = tracts.geometry.representative_point()
    areas = towns[towns.geom_type.isin(POLYGONS)]
    if len(areas):
        return locate(middles, areas.set_index("name")).fillna("").astype("str")
    metres = degree_metres(tracts)
    place, centres = (
        shapely.get_coordinates(geometries(each)) * metres for each in (middles, towns.geometry)
    )
    far, nearest = cKDTree(centres).query(place)
    names = towns["name"].to_numpy()[nearest]
    return pd.Series(np.where(far < NEAR_METRES, names, ""), index=tracts.index)


def _ranked(labels: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    table = labels.sort_values(["children", "name"], ascending=[False, True], ignore_index=True)
    table = table.assign(layer="names", kind=kind, rank=np.arange(len(table)))
    return table.drop(columns="children")


def _labels(groups: pd.Series, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find for each group of tracts the point amid its children, or the tract nearest to it."""
    points = geometries(tracts.geometry.representative_point())
    xy, edge = shapely.get_coordinates(points), seam(tracts)
    xy = xy + np.column_stack([360.0 * (xy[:, 0] < edge), np.zeros(len(xy))])
    shapes, metres = geometries(tracts.geometry), degree_metres(tracts)
    children = tracts["children"].fillna(0.0).to_numpy(dtype=np.float64)
    rows = []
    for name, at in pd.Series(range(len(tracts))).groupby(groups.to_numpy()).indices.items():
        weight = children[at] if children[at].sum() > 0 else np.ones(len(at))
        middle = np.average(xy[at], axis=0, weights=weight)
        lived = at[weight > 0]
        nearest = lived[np.argmin(np.hypot(*((xy[lived] - middle) * metres).T))]
        turned = middle - [360.0 * (middle[0] > 180), 0.0]
        inside = shapely.contains_xy(shapes[at], *turned).any()
        point = shapely.Point(turned) if inside else points[nearest]
        rows.append((str(name), float(children[at].sum()), point))
    table = pd.DataFrame(rows, columns=["name", "children", "geometry"])
    table = table[table["name"].ne("")]
    return gpd.GeoDataFrame(table, geometry="geometry", crs=STORED_CRS)
