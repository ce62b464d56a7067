"""Put the tables of a place together: points into tracts, drivers and school figures onto them."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from data.errors import DataError
from data.panel import SourceTables
from data.provenance import Ledger
from geo.locate import locate

UNMATCHED_LIMIT = 0.02
EXAMPLES = 5


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
        `schools` with `geoid`; `drivers` and `school_drivers` of this area only; `zones` that
        name known schools or none.

    Raises
    ------
    MatchError
        More than 2 % of a source's tracts in these counties are unknown: another vintage.
    """
    return replace(
        tables,
        schools=_in_tracts(tables, ledger),
        drivers=_of_area(tables, ledger),
        school_drivers=_of_schools(tables, ledger),
        zones=_with_known_schools(tables, ledger),
    )


def _in_tracts(tables: SourceTables, ledger: Ledger) -> gpd.GeoDataFrame:
    schools, slug = tables.schools.copy(), tables.area.slug
    if "geoid" not in schools.columns:
        schools["geoid"] = None
    has_point = schools.geometry.notna() & ~schools.geometry.is_empty
    open_rows = schools["geoid"].isna() & has_point
    found = locate(schools.loc[open_rows].geometry, tables.tracts)
    schools["geoid"] = schools["geoid"].astype("object").mask(open_rows, found).astype("str")
    placed = schools["geoid"].notna()
    ledger.record(slug, "schools", "matched", "The point lies in a tract.", int(placed.sum()))
    outside = schools.index[has_point & ~placed]
    reason = "The point lies in no tract: counted in totals, not on the map."
    ledger.record(slug, "schools", "kept", reason, outside)
    reason = "No point: counted in totals, not on the map."
    ledger.record(slug, "schools", "kept", reason, schools.index[~has_point])
    return schools


def _of_area(tables: SourceTables, ledger: Ledger) -> pd.DataFrame:
    drivers = tables.drivers
    counties = tables.tracts["county"].unique()
    in_counties = drivers["geoid"].str[:5].isin(counties)
    known = drivers["geoid"].isin(tables.tracts.index)
    for source, rows in drivers.groupby("source", sort=True):
        inside = rows["geoid"][in_counties[rows.index]].drop_duplicates()
        _refuse_other_vintage(tables, str(source), rows["geoid"], inside)
        strange = inside[~inside.isin(tables.tracts.index)]
        far = rows["geoid"][~in_counties[rows.index]].drop_duplicates()
        covered = int(tables.tracts.index.isin(inside).sum())
        reason = f"Tracts, of {len(tables.tracts):,}, with a row from this source."
        ledger.record(str(source), "drivers", "matched", reason, covered)
        reason = "Tract outside the study area."
        ledger.record(str(source), "drivers", "dropped", reason, far)
        reason = "Tract id unknown in the study area."
        ledger.record(str(source), "drivers", "dropped", reason, strange)
    return drivers.loc[known].reset_index(drop=True)


def _refuse_other_vintage(
    tables: SourceTables, source: str, geoids: pd.Series, inside: pd.Series
) -> None:
    area = tables.area
    strange = inside[~inside.isin(tables.tracts.index)]
    if len(inside) and len(strange) <= UNMATCHED_LIMIT * len(inside):
        return
    if not len(inside):
        states = ", ".join(sorted(geoids.str[:2].unique())[:EXAMPLES])
        counties = ", ".join(sorted(tables.tracts["county"].unique())[:EXAMPLES])
        raise MatchError(
            f"drivers of source {source}: no row lies in the counties of {area.name} "
            f"({counties}); its tracts are in state {states}. Check the file and its id column; "
            "Connecticut's planning regions (since 2022) and its old counties have other ids."
        )
    likely = 2010 if area.tract_vintage == 2020 else 2020
    raise MatchError(
        f"drivers of source {source}: {len(strange):,} of {len(inside):,} tracts in these "
        f"counties ({len(strange) / len(inside):.1%}) are not among the {area.tract_vintage} "
        f"tracts of {area.name}, first {', '.join(strange[:EXAMPLES])}. The file most likely "
        f"uses {likely} tracts: take its {area.tract_vintage} edition, or convert it first."
    )


def _of_schools(tables: SourceTables, ledger: Ledger) -> pd.DataFrame:
    rows = tables.school_drivers
    known = rows["school_id"].isin(tables.schools.index)
    for source, strange in rows.loc[~known].groupby("source", sort=True):
        ids = strange["school_id"] + " " + strange["school_year"]
        reason = "School without an attendance figure."
        ledger.record(str(source), "school_drivers", "dropped", reason, ids)
    return rows.loc[known].reset_index(drop=True)


def _with_known_schools(tables: SourceTables, ledger: Ledger) -> gpd.GeoDataFrame:
    """Empty the names of unknown schools; a zone keeps one row at least."""
    zones, slug = tables.zones, tables.area.slug
    named = zones["school_id"].notna()
    known = zones["school_id"].isin(tables.schools.index)
    strange = (zones["zone_id"] + " names " + zones["school_id"])[named & ~known]
    ledger.record(slug, "zones", "matched", "The zone's school is known.", int(known.sum()))
    reason = "Zone names a school without an attendance figure: name left out."
    ledger.record(slug, "zones", "dropped", reason, strange)
    ledger.record(slug, "zones", "kept", "Zone names no school.", zones["zone_id"][~named])
    served = zones["zone_id"].isin(zones["zone_id"][known])
    kept = zones[known | (~served & ~zones["zone_id"].duplicated())]
    return kept.assign(school_id=kept["school_id"].where(known[kept.index])).reset_index(drop=True)
