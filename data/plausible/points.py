"""Points of schools that cannot be right, or cannot all be right."""

import geopandas as gpd
import numpy as np
import pandas as pd

from data.errors import DataError
from data.panel import SourceTables
from data.store.provenance import Ledger
from geo.areas.locate import implausible_points

MANY_WRONG = (3, 0.05)
"""Schools, and share of those with a point, from which on the file is wrong, not a record."""
MANY_OUTSIDE = (2, 0.05)
MANY_TOGETHER = ((5, 0.15), (4, 0.3))
MANY_SHARING = (6, 0.6)
MANY_COARSE = (5, 0.15)
MANY_ON_A_LINE = (5, 0.5)
HALF = 0.5
CROWD = 15
"""Schools at one point, in a place of any size."""
COARSE_DECIMALS = 2


def without_wrong_points(
    schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, slug: str, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Take away points that cannot be right.

    Raises
    ------
    DataError
        They are many: the recipe reads the file wrongly.
    """
    placed = schools[schools.geometry.notna()]
    if placed.empty:
        return schools
    reasons = implausible_points(placed, tracts)
    strange = reasons[reasons.ne("")]
    least, share = MANY_WRONG
    if len(strange) == len(placed) or (
        len(strange) >= least and len(strange) > share * len(placed)
    ):
        kinds = ", ".join(f"{count:,} {why}" for why, count in strange.value_counts().items())
        raise DataError(
            f"{slug}: {len(strange):,} of {len(placed):,} schools have points that cannot be right"
            f" ({kinds}; first {strange.index[0]}); correct [points] in the recipe, or tracts and"
            " schools are of different places"
        )
    for reason, rows in strange.groupby(strange):
        words = f"Point taken away: {reason}."
        ledger.record(slug, "schools", "repaired", words, rows.index)
        ledger.doubt("points_wrong", slug, "schools", words, rows.index)
    is_strange = schools.index.isin(strange.index)
    return schools.set_geometry(schools.geometry.mask(is_strange, None))


def doubt_points(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt points outside all tracts, many at one place, and rounded ones.

    `schools` have their `geoid`.
    """
    slug, placed = tables.area.slug, tables.schools[tables.schools.geometry.notna()]
    outside = placed.index[placed["geoid"].isna()]
    if _many(outside, placed, MANY_OUTSIDE):
        words = f"{len(outside):,} of {len(placed):,} schools with a point stand in no tract."
        ledger.doubt("points_outside", slug, "schools", words, outside)
    place = placed.geometry.to_wkb()
    sharing = placed.index[place.duplicated(keep=False)]
    if _many(sharing, placed, MANY_SHARING):
        words = f"{len(sharing):,} of {len(placed):,} schools share a point with others."
        ledger.doubt("points_alike", slug, "schools", words, sharing)
    for _, together in placed.groupby(place, sort=False):
        many = any(_many(together.index, placed, limits) for limits in MANY_TOGETHER)
        if len(together) >= CROWD or many:
            point = together.geometry.iloc[0]
            words = f"Schools at one point ({point.y:.5f}, {point.x:.5f})."
            ledger.doubt("points_alike", slug, "schools", words, together.index)
    if len(placed):
        _doubt_axes(placed, slug, ledger)


def _doubt_axes(placed: gpd.GeoDataFrame, slug: str, ledger: Ledger) -> None:
    """Doubt schools on one line, and coordinates that are rounded, both or most of one of them."""
    coordinates = np.column_stack([placed.geometry.x, placed.geometry.y])
    for name, axis in zip(("longitude", "latitude"), coordinates.T, strict=True):
        value, sharing = _most_common(axis, placed.index)
        if _many(sharing, placed, MANY_ON_A_LINE):
            words = f"Schools with the same {name} ({value:.5f})."
            ledger.doubt("points_alike", slug, "schools", words, sharing)
    rounded = np.isclose(coordinates, coordinates.round(COARSE_DECIMALS), rtol=0, atol=1e-9)
    mostly = rounded.mean(axis=0) > HALF
    coarse = placed.index[rounded.all(axis=1) | (rounded & mostly).any(axis=1)]
    if _many(coarse, placed, MANY_COARSE):
        words = f"Points with {COARSE_DECIMALS} decimals or fewer: a kilometre."
        ledger.doubt("points_coarse", slug, "schools", words, coarse)


def _most_common(axis: np.ndarray, ids: pd.Index) -> tuple[float, pd.Index]:
    values, counts = np.unique(axis, return_counts=True)
    common = values[counts.argmax()]
    return float(common), ids[axis == common]


def _many(some: pd.Index, schools: pd.DataFrame, limits: tuple[int, float]) -> bool:
    least, share = limits
    return len(some) >= least and len(some) > share * len(schools)
