"""One list of a place's schools from several: the first named wins, the others fill its gaps."""

from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from data.contracts.check import STORED_CRS
from data.store.provenance import Ledger

FAR_M = 300.0
UNKNOWN = {"level": "unknown", "school_type": "", "district": "", "neighbourhood": ""}


def one_list(
    lists: Sequence[tuple[str, gpd.GeoDataFrame]], crs: str, slug: str, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Put lists of schools together.

    Parameters
    ----------
    lists : sequence of (str, GeoDataFrame)
        Id of the source and its schools by `school_id`, in the order of the place file.
    crs : str
        Projected system in metres, in which points are compared.
    slug : str
        The place, for the ledger.
    ledger : Ledger
        Receives what was taken from a later list, and the points that lie far apart.
    """
    if not lists:
        return gpd.GeoDataFrame(columns=["name", *UNKNOWN, "students", "geometry"], crs=STORED_CRS)
    (first, merged), *later = lists
    for source, schools in later:
        shared = merged.index.intersection(schools.index)
        added = schools[~schools.index.isin(merged.index)]
        words = f"Not in {first}: name, level and point from {source}."
        ledger.record(slug, "schools", "matched", words, added.index)
        apart = (
            merged.geometry.loc[shared]
            .to_crs(crs)
            .distance(schools.geometry.loc[shared].to_crs(crs))
        )
        words = f"Stands {FAR_M:g} m or more away in {source}: the point of {first} is used."
        ledger.record(slug, "schools", "kept", words, shared[apart.ge(FAR_M)])
        filled = _filled(merged, schools.loc[shared])
        words = f"Level, type, area or point not in {first}: taken from {source}."
        changed = merged[list(UNKNOWN)].ne(filled[list(UNKNOWN)]).any(axis=1)
        changed |= merged.geometry.isna() & filled.geometry.notna()
        ledger.record(slug, "schools", "matched", words, merged.index[changed])
        merged = gpd.GeoDataFrame(pd.concat([filled, added]))
    return merged


def by_school_id(
    tables: Mapping[str, gpd.GeoDataFrame], known: Collection[str]
) -> dict[str, gpd.GeoDataFrame]:
    """Give lists that know schools by another id, such as the NCES id, the ids of the others.

    Parameters
    ----------
    tables : mapping of str to GeoDataFrame
        Id of the source to its schools by `school_id`; one of them may say in `other_id` by which
        other id lists know a school.
    known : collection of str
        Schools with an attendance figure: their ids stay.
    """
    pairs = pd.concat(
        [each["other_id"] for each in tables.values() if "other_id" in each]
        or [pd.Series(dtype="str")]
    )
    pairs = pairs[pairs.ne("") & ~pairs.duplicated(keep=False)]
    names = dict(zip(pairs, pairs.index, strict=True))
    named = {}
    for source, table in tables.items():
        ids = [each if each in known else names.get(each, each) for each in table.index]
        table = table.set_axis(pd.Index(ids, name="school_id")).drop(
            columns="other_id", errors="ignore"
        )
        named[source] = table[~table.index.duplicated()]
    return named


def _filled(schools: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill what a list leaves empty with what another says of the same schools."""
    other = other.reindex(schools.index)
    table = schools.copy()
    for name, empty in UNKNOWN.items():
        table[name] = table[name].mask(table[name].eq(empty) & other[name].notna(), other[name])
    table["students"] = table["students"].fillna(other["students"])
    return table.set_geometry(table.geometry.where(table.geometry.notna(), other.geometry))
