"""Check tables against their contracts; one error lists everything that is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.errors as pandera_errors

from data.contracts.columns import Contract
from data.contracts.tables import CONTRACTS
from data.errors import DataError

STORED_CRS = "EPSG:4326"
EXAMPLES = 5
_RELATIONS = (
    ("absence", "school_id", "schools", "add a row for each to the schools table"),
    ("school_drivers", "school_id", "schools", "drop them in the place's recipe"),
    ("climate", "school_id", "schools", "drop them in the place's recipe"),
    ("schools", "geoid", "tracts", "locate the schools in this area's tracts"),
    ("catchment", "school_id", "schools", "rebuild the join"),
    ("joins", "school_id", "schools", "rebuild the joins"),
    ("joins", "geoid", "tracts", "rebuild the joins"),
    ("zones", "school_id", "schools", "leave the name out"),
    ("catchment", "geoid", "tracts", "rebuild the join"),
    ("drivers", "geoid", "tracts", "drop rows outside the area, check the vintage"),
    ("absence", "source", "sources", "list the source in the place"),
    ("drivers", "source", "sources", "list the source in the place"),
    ("school_drivers", "source", "sources", "list the source in the place"),
    ("climate", "source", "sources", "list the source in the place"),
    ("providers", "source", "sources", "list the source in the place"),
    ("served", "provider_id", "providers", "list the provider"),
    ("served", "school_id", "schools", "drop them in the place's reader"),
)
"""Column of a table, the table that must know its ids, and what to do when it does not."""


class ContractError(DataError):
    """A table broke its contract.

    Attributes
    ----------
    table : str
        Name of the table.
    breaches : tuple of str
        Every breach, each a sentence with its row count, examples and remedy.
    """

    def __init__(self, table: str, breaches: Sequence[str]) -> None:
        self.table = table
        self.breaches = tuple(breaches)
        many = "breach" if len(self.breaches) == 1 else "breaches"
        lines = "".join(f"\n  - {breach}" for breach in self.breaches)
        super().__init__(f"table {table}: {len(self.breaches)} {many} of its contract:{lines}")


def validate(table_name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Check a table against its contract.

    Harmless differences of storage are settled first: integers stored as another integer type,
    text stored as Python objects, columns in another order.

    Parameters
    ----------
    table_name : str
        One of `TABLES`.
    frame : DataFrame or GeoDataFrame
        The table, indexed as the contract says.

    Returns
    -------
    DataFrame or GeoDataFrame
        A copy with the contract's column order and types.

    Raises
    ------
    ContractError
        Listing every breach at once.
    """
    contract = CONTRACTS[table_name]
    crs_breach = _crs_breach(contract, frame)
    flat = _flatten(contract, frame)
    breaches = [] if crs_breach is None else [crs_breach]
    try:
        contract.schema.validate(flat, lazy=True)
    except pandera_errors.SchemaErrors as errors:
        breaches += _sentences(contract, flat, errors.schema_errors)
    if breaches:
        raise ContractError(table_name, breaches)
    return _restore(contract, flat)


def check_relations(tables: Mapping[str, pd.DataFrame], source_ids: Iterable[str]) -> None:
    """Check that every id a table names is known to another.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name, each already valid by itself.
    source_ids : iterable of str
        Ids of the panel's sources.

    Raises
    ------
    ContractError
        Listing every broken relation at once.
    """
    ids = {name: tables[name].index for name in ("schools", "tracts", "providers")}
    ids["sources"] = pd.Index(list(source_ids))
    breaches = []
    for table, column, where, remedy in _RELATIONS:
        named = tables[table][column].dropna()
        strange = named[~named.isin(ids[where])]
        if len(strange):
            count = f"{len(strange):,} of {len(tables[table]):,} rows"
            breaches.append(
                f"{table}.{column}: {count} name an id that {where} lacks: {_examples(strange)};"
                f" {remedy}"
            )
    if breaches:
        raise ContractError("panel", breaches)


def empty_table(table_name: str) -> pd.DataFrame:
    """Make a valid table without rows, for places that publish no such data."""
    contract = CONTRACTS[table_name]
    columns = {
        name: pd.Series([], dtype="object" if stored == "geometry" else stored)
        for name, stored in contract.types.items()
    }
    return _restore(contract, pd.DataFrame(columns))


def _flatten(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the index into columns, and settle harmless differences of storage."""
    flat = pd.DataFrame(frame)
    if contract.index is not None and contract.index not in flat.columns:
        flat = flat.reset_index(names=contract.index)
    else:
        flat = flat.reset_index(drop=True)
    stored = {name: kind for name, kind in contract.types.items() if name in flat.columns}
    strange = [name for name in flat.columns if name not in stored]
    types = {name: kind for name, kind in stored.items() if _harmless(flat[name], kind)}
    return flat.astype(types)[[*stored, *strange]]


def _harmless(column: pd.Series, stored: str) -> bool:
    """Say whether changing to the wanted type cannot change a value."""
    if stored == "geometry":
        return False
    if column.isna().all():
        return True
    if stored == "Int64":
        return bool(pd.api.types.is_integer_dtype(column))
    if stored == "float64":
        is_number = pd.api.types.is_numeric_dtype(column)
        return bool(is_number and not pd.api.types.is_bool_dtype(column))
    return bool(pd.api.types.infer_dtype(column, skipna=True) == "string")


def _restore(contract: Contract, flat: pd.DataFrame) -> pd.DataFrame:
    """Give a flat table its index and its coordinate system."""
    table = flat if contract.index is None else flat.set_index(contract.index)
    if contract.spatial:
        return gpd.GeoDataFrame(table, geometry="geometry", crs=STORED_CRS)
    return table


def _crs_breach(contract: Contract, frame: pd.DataFrame) -> str | None:
    """Say what is wrong with the coordinate system of a spatial table."""
    if not contract.spatial:
        return None
    crs = getattr(frame, "crs", None) if isinstance(frame, gpd.GeoDataFrame) else None
    if crs is not None and crs.equals(STORED_CRS):
        return None
    name = "none" if crs is None else crs.to_string()
    return f"geometry: coordinate system is {name}, wanted {STORED_CRS}; use to_crs in the reader"


def _sentences(contract: Contract, flat: pd.DataFrame, errors: Sequence[Any]) -> list[str]:
    """Put all pandera errors of a table into words, columns first."""
    lacking = [name for name in contract.columns if name not in flat.columns]
    unknown = [name for name in flat.columns if name not in contract.columns]
    sentences = [f"{name}: the column is missing; map it in the recipe" for name in lacking]
    sentences += [
        f"{name}: the column is not in the contract; drop it in the reader" for name in unknown
    ]
    worded = (_sentence(contract, flat, error) for error in errors)
    sentences += [each for each in worded if each is not None]
    return sentences or [f"a rule could not be applied: {error}" for error in errors]


def _sentence(contract: Contract, flat: pd.DataFrame, error: Any) -> str | None:
    """Put one pandera error into words; None for a rule that tripped over another breach."""
    name = " + ".join(contract.key) if error.schema.name is None else str(error.schema.name)
    reason = error.reason_code.name
    if reason == "WRONG_DATATYPE":
        dtype, wanted = flat[name].dtype, contract.types[name]
        shown = ", ".join(flat[name].dropna().map(repr).unique()[:EXAMPLES])
        return f"{name}: stored as {dtype}, wanted {wanted}: {shown}; convert it in the reader"
    if reason == "SERIES_CONTAINS_NULLS":
        return _counted(contract, flat, name, flat[name].isna(), ("are empty", "fill or drop them"))
    if error.check_output is None:
        return None
    kept = error.check_output.reindex(flat.index, fill_value=True)
    words = (error.check.title, error.check.description)
    return _counted(contract, flat, name, ~kept.astype(bool), words)


def _counted(
    contract: Contract, flat: pd.DataFrame, name: str, bad: pd.Series, words: tuple[str, str]
) -> str:
    """Write one breach with its row count, examples and remedy."""
    rows = flat.loc[bad]
    ids = _row_names(contract, rows)
    if name in rows.columns and name not in contract.key and contract.types[name] != "geometry":
        ids = ids + " (" + rows[name].map(str) + ")"
    breach, remedy = words
    count = f"{len(rows):,} of {len(flat):,} rows"
    return f"{name}: {count} {breach}: {_examples(ids)}; {remedy}"


def _examples(ids: pd.Series) -> str:
    """List the first few different ids."""
    distinct = ids.drop_duplicates()
    return ", ".join(distinct[:EXAMPLES]) + (", ..." if len(distinct) > EXAMPLES else "")


def _row_names(contract: Contract, rows: pd.DataFrame) -> pd.Series:
    """Name rows by their key, or by their position when the key is not there."""
    key = [column for column in contract.key if column in rows.columns]
    if not key:
        return "row " + rows.index.to_series().map(str)
    return rows[key].map(str).agg(" ".join, axis=1)
