"""The providers of care that a place's children may reach."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from data.contracts.check import empty_table
from data.errors import DataError
from data.store.provenance import Ledger
from geo.areas.locate import implausible_points

MARGIN_KM = 25.0
TURNED_LIMIT = 0.05
UNPLACED = ("no coordinates", "zero coordinates")
FAR = "far outside"


def in_schools(
    providers: gpd.GeoDataFrame, schools: gpd.GeoSeries, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Give providers the point of the first school they serve that has one.

    Parameters
    ----------
    providers : GeoDataFrame
        One list as read, with `serves`.
    schools : GeoSeries
        Points by school id, of schools with and without a figure; None where not known.
    ledger : Ledger
        Receives the providers whose schools have no point.
    """
    known = schools[schools.notna() & ~schools.index.duplicated()].to_crs(providers.crs)
    at = providers["serves"].map(
        lambda ids: next((known[each] for each in ids if each in known.index), None)
    )
    lacking = providers.index[at.isna()]
    if len(lacking):
        source = str(providers["source"].iloc[0])
        words = "None of its schools has a point: it cannot be placed."
        ledger.record(source, "providers", "kept", words, lacking)
    return providers.set_geometry(gpd.GeoSeries(at, crs=providers.crs).rename("geometry"))


def served_schools(
    lists: Iterable[pd.DataFrame], kept: pd.Index, schools: pd.Index, ledger: Ledger
) -> pd.DataFrame:
    """Pair providers with the schools they serve, of those that the place has a figure of.

    Parameters
    ----------
    lists : iterable of DataFrame
        Providers as read, one table a source.
    kept : Index
        Providers of the place.
    schools : Index
        Its schools.
    ledger : Ledger
        Receives the pairs of schools that are not here.
    """
    parts = [empty_table("served")]
    for table in lists:
        if "serves" not in table or not len(table):
            continue
        pairs = table["serves"].explode().dropna().rename("school_id")
        pairs = pairs.rename_axis("provider_id").reset_index().drop_duplicates()
        pairs = pairs[pairs["provider_id"].isin(kept)]
        here = pairs["school_id"].isin(schools)
        words = "Serves a school without an attendance figure, such as a charter school."
        source = str(table["source"].iloc[0])
        ledger.record(source, "served", "dropped", words, pairs.loc[~here, "school_id"])
        parts.append(pairs[here])
    return pd.concat(parts, ignore_index=True)


def near_providers(
    lists: Iterable[gpd.GeoDataFrame], tracts: gpd.GeoDataFrame, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Keep the providers inside the tracts' bounding box and up to 25 km around it.

    Those just outside are kept, because families by the border use them. A provider without a
    point is kept when its list is of this place only: a list of the whole country says nothing
    of where it is.

    Parameters
    ----------
    lists : iterable of GeoDataFrame
        Providers as read, one table a source.
    tracts : GeoDataFrame
        The study area.
    ledger : Ledger
        Receives what was left out, and why.

    Raises
    ------
    DataError
        More than 5 % of a list's points lie in the area only when turned round.
    """
    plain = (each.drop(columns=["serves", "cost"], errors="ignore") for each in lists)
    kept = [_near(each, tracts, ledger) for each in plain if len(each)]
    if not kept:
        return gpd.GeoDataFrame(empty_table("providers"))
    return gpd.GeoDataFrame(pd.concat(kept))


def _near(
    providers: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, ledger: Ledger
) -> gpd.GeoDataFrame:
    source = str(providers["source"].iloc[0])
    reasons = implausible_points(providers, tracts, margin_km=MARGIN_KM)
    _refuse_turned(source, reasons)
    unplaced, far = reasons.isin(UNPLACED), reasons.eq(FAR)
    turned = reasons.ne("") & ~unplaced & ~far
    for reason, rows in reasons[turned].groupby(reasons[turned]):
        words = f"Left out, the point cannot be right: {reason}."
        ledger.record(source, "providers", "dropped", words, rows.index)
    words = f"More than {MARGIN_KM:g} km outside the study area."
    ledger.record(source, "providers", "dropped", words, reasons.index[far])
    if far.any():
        words = "No point, in a list that goes beyond the study area."
        ledger.record(source, "providers", "dropped", words, reasons.index[unplaced])
    else:
        words = "No point: listed, but in no measure of access."
        ledger.record(source, "providers", "kept", words, reasons.index[unplaced])
    kept = providers[reasons.eq("") | (unplaced & ~far.any())]
    return kept.set_geometry(kept.geometry.mask(unplaced[kept.index], None))


def _refuse_turned(source: str, reasons: pd.Series) -> None:
    turned = reasons[~reasons.isin(["", FAR, *UNPLACED])]
    plausible = int(reasons.eq("").sum())
    if len(turned) > TURNED_LIMIT * (plausible + len(turned)):
        raise DataError(
            f"{source}: {len(turned):,} providers have points that cannot be right "
            f"(first {turned.index[0]}: {turned.iloc[0]}); correct [points] in the recipe"
        )
