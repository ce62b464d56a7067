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
    kept = [_near(each, tracts, ledger) for each in lists if len(each)]
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
