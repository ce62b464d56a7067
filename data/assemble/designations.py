"""Designated areas as a driver: 1 where an agency's complete list names the tract, else 0."""

from dataclasses import replace

import numpy as np
import pandas as pd

from data.assemble.vintages import is_of
from data.errors import DataError
from data.panel import SourceTables
from data.store.provenance import Ledger


def with_designations(tables: SourceTables, ledger: Ledger) -> SourceTables:
    """Add the designations of a place to its drivers.

    A tract is 1 when the list names it or its whole county. It is missing when the list names
    part of its county that cannot be tied to tracts, and not the tract. It is 0 otherwise:
    the publisher lists every designation there is. Tracts of another census year are answered
    for as such, and carried over afterwards like any other driver: 0 and 1 become fractions.

    Parameters
    ----------
    tables : SourceTables
        With `designations` or without.
    ledger : Ledger
        Receives how many tracts are 1, 0 and missing.

    Raises
    ------
    DataError
        A list names nothing in the state of the place, or tracts of an unknown census year.
    """
    if tables.designations is None:
        return tables
    groups = tables.designations.groupby(["measure", "source"], sort=True)
    made = [_answers(tables, rows, ledger) for _, rows in groups]
    drivers = pd.concat([tables.drivers, *made], ignore_index=True)
    return replace(tables, drivers=drivers, designations=None)


def _answers(tables: SourceTables, rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    measure, source, vintage = rows[["measure", "source", "vintage"]].iloc[0]
    _refuse_other_state(tables, rows, source)
    counties = tables.tracts["county"].unique()
    near = rows[rows["area_id"].str[:5].isin(counties)]
    far = rows.index.difference(near.index)
    ledger.record(source, "drivers", "dropped", "Designated area outside the study area.", len(far))
    kinds = {kind: near.loc[near["area_kind"].eq(kind), "area_id"] for kind in ("tract", "county")}
    parts = near.loc[near["area_kind"].eq("part"), "area_id"].str[:5]
    geoids = _all_tracts(tables, kinds["tract"], source)
    strange = kinds["tract"][~kinds["tract"].isin(geoids)]
    ledger.record(source, "drivers", "dropped", "Designated tract unknown here.", strange)
    listed = geoids.isin(kinds["tract"]) | geoids.str[:5].isin(kinds["county"])
    unknown = ~listed & geoids.str[:5].isin(parts)
    value = np.select([unknown, listed], [np.nan, 1.0], 0.0)
    _account(measure, source, pd.Series(value, index=geoids), ledger)
    return pd.DataFrame(
        {
            "geoid": geoids,
            "measure": measure,
            "value": value,
            "moe": np.nan,
            "unit": "fraction",
            "reliability": "undefined",
            "status": np.where(unknown, "missing", "reported"),
            "source": source,
            "vintage": vintage,
        }
    )


def _all_tracts(tables: SourceTables, listed: pd.Series, source: str) -> pd.Index:
    """Give every tract of the place, of the census year that the list is written in."""
    tracts = tables.tracts.index
    if listed.empty or is_of(listed, tracts):
        return tracts
    if tables.crosswalk is not None:
        other = pd.Index(tables.crosswalk["source"].unique())
        other = other[other.str[:5].isin(tables.tracts["county"])]
        if is_of(listed, other):
            return other
    strange = listed[~listed.isin(tracts)]
    raise DataError(
        f"{source}: {len(strange):,} of {len(listed):,} designated tracts are unknown here "
        f"(first {strange.iloc[0]}): they are of another census year. Add a recipe with the table "
        '"crosswalk" or "other_tracts" to the place'
    )


def _account(measure: str, source: str, value: pd.Series, ledger: Ledger) -> None:
    told = (
        ("matched", "in a listed area: 1.", value.eq(1)),
        ("matched", "in no listed area: 0, because the publisher's list is complete.", value.eq(0)),
        (
            "kept",
            "missing: part of the county is listed, and it cannot be said whether the tract lies "
            "in it.",
            value.isna(),
        ),
    )
    ledger.take(
        source,
        "drivers",
        [(action, f"{measure}: tracts {words}", value.index[rows]) for action, words, rows in told],
    )


def _refuse_other_state(tables: SourceTables, rows: pd.DataFrame, source: str) -> None:
    state = str(tables.tracts.index[0])[:2]
    if not rows["area_id"].str.startswith(state).any():
        raise DataError(
            f"{source}: the list names no area of state {state}, so it cannot be complete for "
            f"{tables.area.name}; take the national file, or that of this state"
        )
