"""A district's own counts of students by school and tract, from a file or from memory."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from data.contracts.check import validate
from data.errors import FileError
from data.panel import SourceTables
from data.read.engine import read_table, shape_table
from data.read.grid import grid_of_text
from data.recipe.parts import Column, Format, Identifier, Tokens
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger, LedgerEntry

SMALL = 10
REMEDY = (
    "the columns are school_id, geoid (11 digits) and students: a whole number, or <10 where it is "
    "withheld; the template shows it"
)
TEMPLATE = (
    "school_id,geoid,students\n"
    "19K938,36047000100,42\n"
    "19K938,36047000200,<10\n"
)  # fmt: skip
LAYOUT = Recipe(
    id="own_counts",
    publisher="The district",
    title="Students by school and census tract, counted by the district",
    table="flows",
    url="https://www.census.gov/programs-surveys/geography/guidance/geo-identifiers.html",
    mirror="flows.csv",
    vintage="as handed in",
    release="restricted",
    licence="The district's own",
    definition="Counts of students by school and tract of residence; small counts may be withheld.",
    format=Format(kind="delimited", thousands=","),
    columns={
        "school_id": Column(column="school_id"),
        "geoid": Column(column="geoid"),
        "students": Column(column="students", unit="count"),
    },
    identifier=Identifier(pattern=r".*\S.*"),
    tokens=Tokens(missing=("",), censored=True, reason="Withheld by the district."),
)


def with_flows(tables: SourceTables, path: Path) -> SourceTables:
    """Add the counts of a CSV file to the tables of a place, in the place of its own.

    Parameters
    ----------
    tables : SourceTables
    path : Path
        CSV with the columns `school_id, geoid, students`; withheld counts as "<10".

    Raises
    ------
    FileError
        Naming the file, the column and row, and what to do.
    """
    ledger = Ledger(tables.ledger)
    read = read_table(LAYOUT, path, ledger)
    source = replace(read.source, title=f"{LAYOUT.title} ({path.name})")
    return replace(
        tables,
        flows=blurred(read.table),
        sources=(*tables.sources, source),
        ledger=ledger.entries,
    )


def flows_in_memory(content: bytes, name: str) -> tuple[pd.DataFrame, tuple[LedgerEntry, ...]]:
    """Read counts that were handed in through the browser, without writing them to disk.

    Parameters
    ----------
    content : bytes
        CSV with the columns `school_id, geoid, students`.
    name : str
        Name of the file, for errors.

    Returns
    -------
    (DataFrame, tuple of LedgerEntry)
        The counts, small ones as bounds; the rows left out, with the reason.

    Raises
    ------
    FileError, ContractError
        Naming the column, the row and what to do.
    """
    ledger = Ledger()
    try:
        flows = shape_table(LAYOUT, grid_of_text(LAYOUT, content, name), name, ledger)
    except FileError as error:
        raise plain_remedy(error, REMEDY) from error
    return blurred(validate("flows", flows)), ledger.entries


def plain_remedy(error: FileError, plain: str) -> FileError:
    """Give a remedy to somebody who has a file and no recipe."""
    words = ("recipe", "tokens", "[format]", "columns.", "[points]")
    remedy = plain if any(word in error.remedy for word in words) else error.remedy
    what = error.what.removesuffix(" and not a word the recipe knows")
    return FileError(error.file, what, remedy, column=error.column, row=error.row)


def blurred(flows: pd.DataFrame) -> pd.DataFrame:
    """Replace counts of 1 to 9 by these bounds, so that no join tells them exactly.

    Parameters
    ----------
    flows : DataFrame
        As in the contract.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"students": [4.0, 30.0], "lower": [4.0, 30.0], "upper": [4.0, 30.0]})
    >>> blurred(table).to_dict("list")
    {'students': [nan, 30.0], 'lower': [1.0, 30.0], 'upper': [9.0, 30.0]}
    """
    small = flows["students"].between(1, SMALL - 1)
    return flows.assign(
        students=flows["students"].mask(small),
        lower=flows["lower"].mask(small, 1.0),
        upper=flows["upper"].mask(small, SMALL - 1.0),
    )
