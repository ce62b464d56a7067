"""From the tables of a place to its panel: match, join schools to tracts, check, protect."""

import platform
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.assemble.alternative_joins import with_joins
from data.assemble.believe import believed
from data.assemble.context import with_context
from data.assemble.districts import of_districts, tracts_of_districts
from data.assemble.drivers import with_access
from data.assemble.join import Joined, join_schools
from data.assemble.match import refuse_two_sources
from data.assemble.neighbourhoods import by_district, with_names
from data.contracts.check import check_relations, empty_table, validate
from data.contracts.tables import CONTRACTS, TABLES
from data.doubts import refuse_open
from data.errors import DataError
from data.panel import Panel, SourceTables, reference_enrolment
from data.plausible.online import schools_apart
from data.store.provenance import Ledger

VERSION = "0.1.0"
_READ = (
    *("tracts", "absence", "drivers", "school_drivers", "zones", "providers", "served"),
    *("flows", "designations", "centres", "travel_times", "climate"),
)
_MADE = ("schools", "drivers", "catchment")
"""Tables that the build makes or adds to; the others are as they were when they came in."""


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
    DoubtError
        Something that would change the map may be wrong, and the place does not accept it.
    """
    ledger = Ledger(tables.ledger)
    tables = with_names(believed(_valid(tables), ledger), ledger)
    tables, access = with_access(tables, ledger)
    joined = _joined(tables, ledger)
    refuse_open(ledger.entries, tables.accept, tables.area.slug)
    made = {"catchment": joined.table, "joins": empty_table("joins")}
    made["context"] = empty_table("context")
    frames = {name: made[name] if name in made else getattr(tables, name) for name in TABLES}
    frames |= {name: validate(name, frames[name]) for name in _MADE}
    check_relations(frames, [source.id for source in tables.sources])
    panel = Panel(
        area=tables.area,
        sources=tables.sources,
        ledger=ledger.entries,
        parameters=_parameters(tables, joined.parameters, access),
        **{name: _ordered(name, frame) for name, frame in frames.items()},
    )
    if of_districts(tables):
        # No other join is offered, and no tracts means no borders and names to draw of them.
        joined_panel = by_district(panel)
        return with_context(joined_panel, tables.features) if len(panel.tracts) else joined_panel
    return with_context(by_district(with_joins(panel)), tables.features)


def _joined(tables: SourceTables, ledger: Ledger) -> Joined:
    """Join the schools that have a place; what geometry refuses is said as an error of the data."""
    if of_districts(tables):
        return Joined(*tracts_of_districts(tables, _reference(tables), ledger))
    placed = tables.schools.drop(index=schools_apart(tables))
    tables = replace(tables, schools=placed)
    try:
        return join_schools(tables, _reference(tables), ledger)
    except DataError:
        raise
    except ValueError as error:
        slug = tables.area.slug
        raise DataError(f"{slug}: schools cannot be joined to tracts: {error}") from error


def _reference(tables: SourceTables) -> pd.Series:
    return reference_enrolment(tables.absence, tables.schools["students"])


def _valid(tables: SourceTables) -> SourceTables:
    """Check once what comes in; schools wait for their tracts."""
    refuse_two_sources(tables.drivers, tables.area.name)
    frames = {name: getattr(tables, name) for name in _READ}
    valid = {name: validate(name, each) for name, each in frames.items() if each is not None}
    return replace(tables, **valid)


def _ordered(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order of the table's key: same input, same bytes."""
    contract = CONTRACTS[name]
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
        "neighbourhood": tables.neighbourhood,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Name what a panel is made with, for its manifest."""
    return {
        "atlas": VERSION,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "geopandas": gpd.__version__,
        "shapely": shapely.__version__,
    }
