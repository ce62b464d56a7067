"""Tract ids of drivers against the tracts of a place, county by county."""

from collections.abc import Iterator

import pandas as pd

from data.panel import SourceTables
from data.store.provenance import Ledger
from geo.areas.geoid import renamed_counties

STRANGE = 0.1
LEAST_STRANGE = 2
LACKING = 0.2


def doubt_tract_ids(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt files of drivers whose tract ids fit a county of the place only in part.

    Tracts that a crosswalk of the place knows are carried over later: they are no doubt.
    """
    tracts = tables.tracts.index.to_series()
    walk = tables.crosswalk
    known = set(tracts) | (set() if walk is None else set(walk["source"]))
    for source, rows in tables.drivers.groupby("source", sort=True):
        ids = rows["geoid"].drop_duplicates()
        if walk is not None and ids.isin(walk["source"]).mean() > ids.isin(tracts).mean():
            continue
        renamed = list(renamed_counties(ids, tracts))
        for words, old in renamed:
            strange = ids[ids.str[:5].isin(old)]
            ledger.doubt("counties_renamed", str(source), "drivers", words, strange)
        if renamed:
            continue
        for words, strange in _misfits(ids, tracts, known):
            ledger.doubt("tract_edition", str(source), "drivers", words, strange)
        known_here = rows.loc[rows["value"].notna(), "geoid"]
        lacking = tracts[~tracts.isin(known_here)]
        if len(lacking) > LACKING * len(tracts):
            words = f"Tracts, of {len(tracts):,}, without a figure in this file."
            ledger.doubt("drivers_lacking", str(source), "drivers", words, lacking)


def _misfits(ids: pd.Series, tracts: pd.Series, known: set[str]) -> Iterator[tuple[str, pd.Series]]:
    """Give the counties in which both sides have ids that the other lacks."""
    here = ids[ids.str[:5].isin(tracts.str[:5])]
    for county, rows in here.groupby(here.str[:5], sort=True):
        strange = rows[~rows.isin(known)]
        own = tracts[tracts.str[:5].eq(county)]
        lacking = own[~own.isin(rows)]
        limit = max(LEAST_STRANGE, STRANGE * len(rows))
        if len(strange) >= limit and len(lacking) >= LEAST_STRANGE:
            words = (
                f"County {county}: {len(strange):,} of {len(rows):,} tracts of the file are unknown"
                f" here, {len(lacking):,} of {len(own):,} tracts here have no row."
            )
            yield words, strange
