"""Figures of tracts of another census year, carried over to those of the study area."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.rates.acs import reliability
from data.errors import DataError
from data.store.provenance import Ledger
from geo.areas.crosswalk import apply_crosswalk, build_crosswalk
from geo.areas.geoid import UNMATCHED_LIMIT

KEYS = ["source", "vintage", "measure", "unit"]
RANK = "percentile"
RANK_REASON = (
    "A rank among tracts of another census year cannot be carried over: left out. Take the "
    "publisher's edition for these tracts."
)


@dataclass(frozen=True)
class Figure:
    """One measure of one source, by tract of the other census year."""

    measure: str
    unit: str
    rows: pd.DataFrame

    @property
    def adds_up(self) -> bool:
        """Whether it is a total, which is divided; any other figure is averaged."""
        return self.unit == "count"


def crosswalk_of(pieces: pd.DataFrame) -> pd.DataFrame:
    """Turn the pieces of a published relationship file into shares of each source tract.

    Parameters
    ----------
    pieces : DataFrame
        `source, target, weight`; a tract whose pieces have no size has no row in the result.
    """
    whole = pieces.groupby("source")["weight"].transform("sum")
    sized = pieces[whole > 0]
    return sized.assign(share=sized["weight"] / whole[whole > 0]).reset_index(drop=True)


def crosswalk_between(outlines: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Make a crosswalk from both outlines, weighted by resident children where they are known.

    Parameters
    ----------
    outlines : GeoDataFrame
        Tracts of the other census year by geoid.
    tracts : GeoDataFrame
        Tracts of the study area by geoid, with `children`.
    """
    weight = "children" if tracts["children"].sum() > 0 else "area"
    try:
        return build_crosswalk(outlines, tracts, weight=weight)
    except ValueError as error:
        raise DataError(f"the crosswalk of tracts cannot be made: {error}") from error


def is_of(geoids: pd.Series, tracts: pd.Index) -> bool:
    """Say whether (nearly) all tract ids are among those known."""
    strange = ~geoids.isin(tracts)
    return bool(len(geoids)) and bool(strange.sum() <= UNMATCHED_LIMIT * len(geoids))


def carried_over(rows: pd.DataFrame, crosswalk: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Carry a source's drivers over to the tracts of the study area.

    Totals (unit "count") are divided among the pieces of a tract and keep their sum; fractions,
    incomes and years are averaged over the pieces by their weight, with the margin of error of a
    weighted sum; percentile ranks are left out.

    Parameters
    ----------
    rows : DataFrame
        Drivers of one source, in the contract's columns, by tract of the other census year.
    crosswalk : DataFrame
        `source, target, share, weight`.
    ledger : Ledger
        Receives what a measure came to before and after.

    Returns
    -------
    DataFrame
        Drivers in the contract's columns by tract of the study area.
    """
    tied = rows[rows["geoid"].isin(crosswalk["source"])]
    source = str(rows["source"].iloc[0])
    gone = rows.loc[~rows["geoid"].isin(tied["geoid"]), "geoid"].drop_duplicates()
    reason = "Tract of another census year that the crosswalk does not tie to this area."
    ledger.record(source, "drivers", "dropped", reason, gone)
    made = []
    for (_, vintage, measure, unit), part in tied.groupby(KEYS, sort=True):
        figure = Figure(str(measure), str(unit), part.set_index("geoid"))
        if figure.unit == RANK:
            ledger.record(source, "drivers", "dropped", RANK_REASON, [figure.measure])
            continue
        table = _carry(figure, crosswalk)
        ledger.record(source, "drivers", "matched", _account(figure, table, crosswalk), len(table))
        made.append(table.assign(source=source, vintage=vintage, measure=measure, unit=unit))
    return pd.concat(made)[list(rows.columns)] if made else rows.iloc[:0]


def _carry(figure: Figure, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Carry one measure over; a tract with no figure is withheld where a piece of it is."""
    kind = "extensive" if figure.adds_up else "intensive"
    try:
        carried = apply_crosswalk(
            figure.rows["value"],
            crosswalk,
            kind=kind,  # type: ignore[arg-type]
            moe=figure.rows["moe"],
        )
    except ValueError as error:
        raise DataError(f"drivers, measure {figure.measure}: {error}") from error
    held = crosswalk.loc[
        crosswalk["source"].isin(figure.rows.index[figure.rows["status"].eq("suppressed")]),
        "target",
    ]
    status = pd.Series("missing", index=carried.index).mask(carried.index.isin(held), "suppressed")
    value, moe = carried["value"], carried["moe"].where(carried["value"].notna())
    return pd.DataFrame(
        {
            "geoid": carried.index,
            "value": value.to_numpy(),
            "moe": moe.to_numpy(),
            "reliability": reliability(value, moe).to_numpy(),
            "status": status.mask(value.notna(), "reported").to_numpy(),
        }
    )


def _account(figure: Figure, table: pd.DataFrame, crosswalk: pd.DataFrame) -> str:
    """Say what a measure came to before and after, and how many tracts it left empty."""
    empty = int(table["value"].isna().sum())
    before, after = figure.rows["value"], table.set_index("geoid")["value"]
    if figure.adds_up:
        sizes = f"total {before.sum():,.0f} before, {after.sum():,.0f} after"
    else:
        size = crosswalk.groupby("source")["weight"].sum(), crosswalk.groupby("target")["weight"]
        means = _mean(before, size[0]), _mean(after, size[1].sum())
        sizes = f"mean {means[0]:.4g} before, {means[1]:.4g} after"
    return (
        f"{figure.measure}: carried over from tracts of another census year: {sizes}; "
        f"{empty:,} tracts left empty for want of a figure."
    )


def _mean(values: pd.Series, weights: pd.Series) -> float:
    """Weighted mean of what is reported; NaN where nothing has weight."""
    figures = values.dropna()
    size = weights.reindex(figures.index).fillna(0.0)
    return float(np.average(figures, weights=size)) if size.sum() > 0 else float("nan")
