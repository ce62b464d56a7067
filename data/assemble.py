"""From the tables of a place to its panel: match, join schools to tracts, check, protect."""

import platform
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.contracts import CONTRACTS, validate
from data.errors import DataError
from data.match import match
from data.panel import Panel, SourceTables
from data.provenance import Ledger
from data.relations import check_relations
from geo.barriers import Barrier
from geo.gravity import DEFAULT_K, DEFAULT_SCALE_KM, GravityFit, fit_gravity

VERSION = "0.1.0"
REFERENCE_RULE = "each school's latest year with known enrolment, all students and grades"


def make_panel(tables: SourceTables) -> Panel:
    """Make the raw panel of a place.

    Parameters
    ----------
    tables : SourceTables
        As read by the place engine or made by the demo.

    Returns
    -------
    Panel
        Validated, rows sorted by key.

    Raises
    ------
    ContractError, MatchError
        The tables break their contracts or do not belong together.
    """
    ledger = Ledger(tables.ledger)
    tables = match(_valid(tables), ledger)
    enrolled = reference_enrolment(tables.absence)
    fit = _join(tables, enrolled, ledger)
    frames = {
        "tracts": tables.tracts,
        "schools": tables.schools,
        "absence": tables.absence,
        "drivers": tables.drivers,
        "school_drivers": tables.school_drivers,
        "catchment": fit.table,
        "zones": tables.zones,
    }
    ready = {name: _ordered(name, frame) for name, frame in frames.items()}
    check_relations(ready, [source.id for source in tables.sources])
    return Panel(
        area=tables.area,
        sources=tables.sources,
        ledger=ledger.entries,
        parameters=_parameters(tables, fit),
        **ready,
    )


def reference_enrolment(absence: pd.DataFrame) -> pd.Series:
    """Enrolment that a school's students are spread by.

    Parameters
    ----------
    absence : DataFrame
        Absence table.

    Returns
    -------
    Series of Int64
        By school_id: enrolment of the latest year in which it is known.
    """
    total = absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]
    known = total[total["enrolled"].notna()].sort_values(["school_id", "school_year"])
    return known.drop_duplicates("school_id", keep="last").set_index("school_id")["enrolled"]


def _valid(tables: SourceTables) -> SourceTables:
    """Check what was read before anything is matched; schools wait for their tracts."""
    for name in ("tracts", "absence", "drivers", "school_drivers", "zones"):
        validate(name, getattr(tables, name))
    return tables


def _ordered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Check a table and put its rows in the order of its key: same input, same bytes."""
    contract = CONTRACTS[name]
    table = validate(name, frame)
    if contract.index is not None:
        return table.sort_index()
    return table.sort_values(list(contract.key), kind="stable", ignore_index=True)


def _join(tables: SourceTables, enrolled: pd.Series, ledger: Ledger) -> GravityFit:
    schools, slug = tables.schools, tables.area.slug
    placed = schools["geoid"].notna()
    known = schools.index.isin(enrolled.index)
    for reason, left_out in [
        ("Not located: not in the join of schools and tracts.", ~placed),
        ("No known enrolment in any year: not in the join of schools and tracts.", placed & ~known),
    ]:
        ledger.record(slug, "catchment", "dropped", reason, schools.index[left_out])
    joined = schools.loc[placed & known].sort_index()
    joined = joined.assign(enrolled=enrolled.reindex(joined.index))
    tracts = tables.tracts.sort_index().to_crs(tables.area.crs)
    settings = _settings(tables)
    fit = fit_gravity(
        joined.to_crs(tables.area.crs),
        tracts,
        scale_km=settings["scale_km"],
        k=settings["k"],
        barrier=Barrier(settings["barrier"]) if settings["barrier"] else None,
    )
    ledger.record(slug, "catchment", "matched", fit.summary(), len(joined))
    return fit


def _settings(tables: SourceTables) -> dict[str, Any]:
    known: dict[str, Any] = {"scale_km": DEFAULT_SCALE_KM, "k": DEFAULT_K, "barrier": ""}
    if unknown := sorted(set(tables.join) - set(known)):
        raise DataError(
            f"{tables.area.slug}: the join knows {', '.join(known)}, not {', '.join(unknown)}"
        )
    settings = {**known, **tables.join}
    return {**settings, "k": int(settings["k"])}


def _parameters(tables: SourceTables, fit: GravityFit) -> dict[str, Any]:
    return {
        "catchment": {
            "method": "gravity",
            **_settings(tables),
            "iterations": fit.iterations,
            "converged": fit.converged,
            "tract_error_median": _number(fit.tract_error_median),
            "tract_error_max": _number(fit.tract_error_max),
            "mean_km": _number(fit.mean_km),
            "unreached_tracts": len(fit.unreached),
            "summary": fit.summary(),
            "reference_enrolment": REFERENCE_RULE,
        },
        "seed": tables.seed,
        "versions": {
            "atlas": VERSION,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "geopandas": gpd.__version__,
            "shapely": shapely.__version__,
        },
    }


def _number(value: float) -> float | None:
    """Keep a number that JSON can hold."""
    return float(value) if np.isfinite(value) else None
