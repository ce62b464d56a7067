"""Put the tables of a place together: points into tracts, drivers and school figures onto them."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from data.assemble.districts import of_districts, without_places
from data.assemble.vintages import carried_over, is_of
from data.errors import DataError
from data.panel import SourceTables
from data.store.provenance import Ledger, singular
from geo.areas.geoid import UNMATCHED_LIMIT, other_codes, refuse_unlike_ids
from geo.areas.locate import locate

HALF = 0.5


class MatchError(DataError):
    """Tables of a place do not belong together."""


def match(tables: SourceTables, ledger: Ledger) -> SourceTables:
    """Match the tables of a place to one another.

    Parameters
    ----------
    tables : SourceTables
        As read.
    ledger : Ledger
        Receives what was matched, kept without a match, and dropped.

    Returns
    -------
    SourceTables
        `schools` with `geoid`; `drivers`, `school_drivers` and `climate` of this area only; `zones`
        that
        name known schools or none.

    Raises
    ------
    MatchError
        More than 2 % of a source's tracts in these counties are unknown, and no crosswalk of the
        place ties them to it.
    """
    if of_districts(tables):
        tables = without_places(tables)
    return replace(
        tables,
        schools=tables.schools if of_districts(tables) else _in_tracts(tables, ledger),
        drivers=_of_area(tables, ledger),
        school_drivers=_of_schools(tables, "school_drivers", ledger),
        climate=_of_schools(tables, "climate", ledger),
        zones=_with_known_schools(tables, ledger),
    )


def _in_tracts(tables: SourceTables, ledger: Ledger) -> gpd.GeoDataFrame:
    """Locate the schools whose tract is not given."""
    schools, slug = tables.schools.copy(), tables.area.slug
    if "geoid" not in schools.columns:
        schools["geoid"] = None
    if "students" not in schools.columns:
        schools["students"] = pd.array([pd.NA] * len(schools), dtype="Int64")
    has_point = schools.geometry.notna() & ~schools.geometry.is_empty
    open_rows = schools["geoid"].isna() & has_point
    geoids = locate(schools.loc[open_rows].geometry, tables.tracts)
    schools["geoid"] = schools["geoid"].astype("object").mask(open_rows, geoids).astype("str")
    placed = schools["geoid"].notna()
    ledger.record(slug, "schools", "matched", "The point lies in a tract.", int(placed.sum()))
    outside = schools.index[has_point & ~placed]
    reason = "The point lies in no tract: counted in totals, not on the map."
    ledger.record(slug, "schools", "kept", reason, outside)
    reason = "No point: counted in totals, not on the map."
    ledger.record(slug, "schools", "kept", reason, schools.index[~has_point])
    return schools


def _of_area(tables: SourceTables, ledger: Ledger) -> pd.DataFrame:
    """Match the drivers of every source to the tracts."""
    parts = [
        _of_source(tables, rows, ledger)
        for _, rows in tables.drivers.groupby("source", sort=True, observed=True)
    ]
    if not parts:
        return tables.drivers
    together = pd.concat(parts, ignore_index=True)
    refuse_two_sources(together, tables.area.name)
    return together


def refuse_two_sources(drivers: pd.DataFrame, place: str) -> None:
    """Refuse a measure that two files give for the same tracts: which of them counts is a choice.

    Raises
    ------
    MatchError
        Naming the measure and both sources.
    """
    twice = drivers[drivers.duplicated(["geoid", "measure"], keep=False)]
    if twice.empty:
        return
    measure = str(twice["measure"].iloc[0])
    sources = sorted(twice.loc[twice["measure"].eq(measure), "source"].unique())
    raise MatchError(
        f"drivers: {measure} of {place} comes from {' and '.join(sources)}; name one of these"
        " recipes in the place file, or choose its measures with `only` in a recipe"
    )


def _of_source(tables: SourceTables, rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Keep a source's rows of this area, carried over from another census year where needed."""
    source, tracts = str(rows["source"].iloc[0]), tables.tracts
    in_counties = rows["geoid"].str[:5].isin(tracts["county"].unique())
    if tables.crosswalk is not None:  # of a county that had another code in the other year
        in_counties |= rows["geoid"].isin(tables.crosswalk["source"])
        rows, in_counties = _without_untied(tables, rows, in_counties, ledger)
    far = rows.loc[~in_counties, "geoid"].drop_duplicates()
    ledger.record(source, "drivers", "dropped", "Tract outside the study area.", far)
    near = rows[in_counties]
    if not is_of(near["geoid"].drop_duplicates(), tracts.index):
        near = _of_this_year(tables, rows, near, ledger)
    inside = near["geoid"].drop_duplicates()
    covered = int(tracts.index.isin(inside).sum())
    reason = f"Tracts, of {len(tracts):,}, with a row from this source."
    ledger.record(source, "drivers", "matched", reason, covered)
    strange = inside[~inside.isin(tracts.index)]
    ledger.record(source, "drivers", "dropped", "Tract id unknown in the study area.", strange)
    return near[near["geoid"].isin(tracts.index)]


def _without_untied(
    tables: SourceTables, rows: pd.DataFrame, here: pd.Series, ledger: Ledger
) -> tuple[pd.DataFrame, pd.Series]:
    """Leave out tracts of these counties' other codes that the crosswalk does not know.

    They are as many as tracts were redrawn since; more than half, and they are of other places.
    """
    own = set(tables.tracts["county"])
    older = rows["geoid"].str[:5].isin(other_codes(own) - own) & ~here
    untied, tied = rows.loc[older, "geoid"].unique(), rows.loc[here, "geoid"].nunique()
    share = len(untied) / max(len(untied) + tied, 1)
    if not 0 < share <= HALF:
        return rows, here
    source = str(rows["source"].iloc[0])
    words = (
        f"{share:.1%} of the tracts of this file are unknown to the crosswalk: they are of an"
        " earlier census year, and were redrawn since."
    )
    if share > UNMATCHED_LIMIT:
        ledger.doubt("crosswalk_lacking", source, "drivers", words, untied)
    ledger.record(source, "drivers", "dropped", words, untied)
    return rows[~older], here[~older]


def _of_this_year(
    tables: SourceTables, rows: pd.DataFrame, near: pd.DataFrame, ledger: Ledger
) -> pd.DataFrame:
    """Carry rows over by the place's crosswalk, or refuse them with the likely cause."""
    area, crosswalk = tables.area, tables.crosswalk
    other = pd.Index([]) if crosswalk is None else pd.Index(crosswalk["source"].unique())
    if crosswalk is not None and is_of(rows["geoid"].drop_duplicates(), other):
        return carried_over(rows, crosswalk, ledger)
    if crosswalk is not None and is_of(near["geoid"].drop_duplicates(), other):
        return carried_over(near, crosswalk, ledger)
    try:
        refuse_unlike_ids(near["geoid"] if len(near) else rows["geoid"], tables.tracts.index)
    except ValueError as error:
        raise MatchError(
            f"drivers of source {rows['source'].iloc[0]}: {singular(str(error))} {area.name} has "
            f"the tracts of {area.tract_vintage}. Take that edition of the file, or add a recipe "
            'with the table "crosswalk" (a relationship file) or "other_tracts" (outlines of the '
            "other year) to the place."
        ) from error
    return near


def _of_schools(tables: SourceTables, table: str, ledger: Ledger) -> pd.DataFrame:
    """Keep the figures of schools that have an attendance figure."""
    rows: pd.DataFrame = getattr(tables, table)
    listed = rows["school_id"].isin(tables.schools.index)
    for source, strange in rows.loc[~listed].groupby("source", sort=True):
        ids = strange["school_id"] + " " + strange["school_year"]
        reason = "School without an attendance figure."
        ledger.record(str(source), table, "dropped", reason, ids)
    return rows.loc[listed].reset_index(drop=True)


def _with_known_schools(tables: SourceTables, ledger: Ledger) -> gpd.GeoDataFrame:
    """Empty the names of unknown schools; a zone keeps one row at least."""
    zones, slug = tables.zones, tables.area.slug
    named = zones["school_id"].notna()
    listed = zones["school_id"].isin(tables.schools.index)
    strange = (zones["zone_id"] + " names " + zones["school_id"])[named & ~listed]
    ledger.record(slug, "zones", "matched", "The zone's school is known.", int(listed.sum()))
    reason = "Zone names a school without an attendance figure: name left out."
    ledger.record(slug, "zones", "dropped", reason, strange)
    ledger.record(slug, "zones", "kept", "Zone names no school.", zones["zone_id"][~named])
    served = zones["zone_id"].isin(zones["zone_id"][listed])
    kept = zones[listed | (~served & ~zones["zone_id"].duplicated())]
    return kept.assign(school_id=kept["school_id"].where(listed[kept.index])).reset_index(drop=True)
