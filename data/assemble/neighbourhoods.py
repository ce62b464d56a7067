"""The neighbourhood and county of each tract, where the file of tracts does not say it."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.panel import Panel, SourceTables
from data.store.provenance import Ledger, singular
from geo.areas.crosswalk import overlap_areas
from geo.areas.locate import locate
from geo.inputs import geometries

DISTRICT = "district"
LEAST_PART = 0.01  # of a tract: digitised borders never meet exactly
BY_DISTRICT = "The neighbourhood is the school district that serves most of the tract's students"


def with_names(tables: SourceTables, ledger: Ledger) -> SourceTables:
    """Fill the counties and neighbourhoods that the file of tracts leaves empty.

    A county is named by a file of counties; a neighbourhood by the boundary that holds the largest
    part of the tract, else by the town that holds its middle.

    Parameters
    ----------
    tables : SourceTables
        With the `features` of the place's files.
    ledger : Ledger
        Receives which tracts were named, and by what.
    """
    features, tracts = tables.features, tables.tracts
    if features is None or tracts.empty:
        return tables
    counties = features[features["layer"].eq("counties")].drop_duplicates("feature_id")
    names = counties.set_index("feature_id")["name"]
    tracts = _filled(tracts, "county_name", tracts["county"].map(names))
    for layer, words, named in (
        ("neighbourhoods", "boundary that holds the largest part of the tract", _by_area),
        ("places", "town that holds the middle of the tract", _by_middle),
    ):
        areas = _polygons(features, layer, tracts)
        if areas.empty:
            continue
        filled = _filled(tracts, "neighbourhood", named(tables, areas))
        changed = filled.index[filled["neighbourhood"].ne(tracts["neighbourhood"])]
        source = str(areas["source"].iloc[0])
        ledger.record(source, "tracts", "matched", f"The neighbourhood is the {words}.", changed)
        tracts = filled
    return replace(tables, tracts=tracts)


def by_district(panel: Panel) -> Panel:
    """Make school districts the neighbourhoods, for places that ask for it.

    A tract belongs to the district whose schools serve most of its students under the stored join;
    schools whose students are withheld count for nothing. One that no school serves has none.
    """
    if panel.parameters.get("neighbourhood") != DISTRICT:
        return panel
    district = panel.catchment["school_id"].map(panel.schools["district"])
    served = panel.catchment.assign(district=district)[district.ne("").fillna(value=False)]
    sums = served.groupby(["geoid", "district"])["students"].sum().rename("students").reset_index()
    sums = sums[sums["students"] > 0]
    share = sums["students"] / sums.groupby("geoid")["students"].transform("sum")
    sums = sums.assign(share=share).sort_values(["share", "district"], ascending=[False, True])
    first = sums.drop_duplicates("geoid").set_index("geoid")
    tracts = panel.tracts
    names = first["district"].reindex(tracts.index).fillna("").astype("str")
    weak = int(first["share"].lt(0.5).sum())
    ledger = Ledger(each for each in panel.ledger if not each.reason.startswith(BY_DISTRICT))
    words = singular(f"{BY_DISTRICT}, by the join; in {weak:,} tracts it serves fewer than half.")
    ledger.record(panel.area.slug, "tracts", "matched", words, first.index)
    return replace(panel, tracts=tracts.assign(neighbourhood=names), ledger=ledger.entries)


def _filled(tracts: gpd.GeoDataFrame, column: str, names: pd.Series | pd.Index) -> gpd.GeoDataFrame:
    """Put names where the column is empty."""
    named = pd.Series(np.asarray(names, dtype=object), index=tracts.index)
    empty = tracts[column].eq("") & named.notna()
    return tracts.assign(**{column: tracts[column].mask(empty, named).astype("str")})


def _polygons(features: gpd.GeoDataFrame, layer: str, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the named areas of a layer that meet the place."""
    areas = features[features["layer"].eq(layer) & features["name"].ne("")]
    areas = areas[areas.geom_type.isin(["Polygon", "MultiPolygon"])]
    meets = tracts.sindex.query(areas.geometry, predicate="intersects")[0]
    return areas.iloc[np.unique(meets)]


def _by_area(tables: SourceTables, areas: gpd.GeoDataFrame) -> pd.Series:
    """Name each tract by the area that holds its largest part."""
    metres = [geometries(each.geometry.to_crs(tables.area.crs)) for each in (tables.tracts, areas)]
    overlap = overlap_areas(*metres).tocsr()
    largest, part = np.asarray(overlap.argmax(axis=1)).ravel(), overlap.max(axis=1).toarray()
    names = areas["name"].to_numpy()[largest]
    held = part.ravel() > LEAST_PART * shapely.area(metres[0])
    return pd.Series(names, index=tables.tracts.index).where(held)


def _by_middle(tables: SourceTables, areas: gpd.GeoDataFrame) -> pd.Series:
    """Name each tract by the area that holds its centre of population, or its inner point."""
    points = tables.tracts.geometry.representative_point()
    if tables.centres is not None:
        centres = tables.centres.geometry.to_crs(points.crs)
        points.update(centres[centres.index.isin(points.index)])
    return locate(points, areas.set_index("name"))
