"""From the tables of a place to its panel: match, join schools to tracts, check, protect."""

import platform
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.assemble.care import with_access
from data.assemble.designations import with_designations
from data.assemble.join import join_schools
from data.assemble.match import match, refuse_two_sources
from data.contracts.check import CONTRACTS, validate
from data.contracts.relations import check_relations
from data.panel import Panel, SourceTables
from data.store.provenance import Ledger

VERSION = "0.1.0"
_READ = (
    "tracts",
    "absence",
    "drivers",
    "school_drivers",
    "zones",
    "flows",
    "providers",
    "designations",
    "centres",
    "travel_times",
)


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
    tables = match(with_designations(_valid(tables), ledger), ledger)
    tables, access = with_access(tables, ledger)
    enrolled = reference_enrolment(tables.absence)
    joined = join_schools(tables, enrolled, ledger)
    frames = {
        "tracts": tables.tracts,
        "schools": tables.schools,
        "absence": tables.absence,
        "drivers": tables.drivers,
        "school_drivers": tables.school_drivers,
        "catchment": joined.table,
        "zones": tables.zones,
        "providers": tables.providers,
    }
    ready = {name: _ordered(name, frame) for name, frame in frames.items()}
    check_relations(ready, [source.id for source in tables.sources])
    return Panel(
        area=tables.area,
        sources=tables.sources,
        ledger=ledger.entries,
        parameters=_parameters(tables, joined.parameters, access),
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
    refuse_two_sources(tables.drivers, tables.area.name)
    for name in _READ:
        table = getattr(tables, name)
        if table is not None:
            validate(name, table)
    return tables


def _ordered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Check a table and put its rows in the order of its key: same input, same bytes."""
    contract = CONTRACTS[name]
    table = validate(name, frame)
    if contract.index is not None:
        return table.sort_index()
    return table.sort_values(list(contract.key), kind="stable", ignore_index=True)


def _parameters(
    tables: SourceTables, catchment: dict[str, Any], access: dict[str, Any]
) -> dict[str, Any]:
    return {
        "catchment": catchment,
        "access": access,
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
