"""The parts of a contract: columns with description and unit, put together as a table."""

from dataclasses import dataclass
from typing import Any

import pandera.pandas as pa

from data.contracts import rules as checks
from data.contracts.vocabulary import STATUS_LABELS, STATUSES


@dataclass(frozen=True)
class Contract:
    """One table: its columns and rules, how its rows are named, and its shape column.

    Attributes
    ----------
    schema : pandera.DataFrameSchema
        Over the flat table (index turned into a first column). Each column carries a
        `description`, `metadata["unit"]` and `metadata["stored"]` (its type).
    key : tuple of str
        Columns that name a row, in errors and in the sort order on disk.
    index : str or None
        Name of the index; None for a plain 0..n-1 index.
    spatial : bool
        Whether the table is a GeoDataFrame in EPSG:4326.
    """

    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    index: str | None = None
    spatial: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """Pandera columns by name, the index first."""
        return dict(self.schema.columns)

    @property
    def types(self) -> dict[str, str]:
        """How each column is stored: "str", "Int64", "float64" or "geometry"."""
        return {name: str(column.metadata["stored"]) for name, column in self.columns.items()}


def schema(
    title: str, description: str, columns: dict[str, pa.Column], *rules: pa.Check
) -> pa.DataFrameSchema:
    """Put columns and row rules together."""
    return pa.DataFrameSchema(
        columns, checks=list(rules), strict=True, title=title, description=description
    )


def text(description: str, *rules: pa.Check, nullable: bool = False) -> pa.Column:
    """Make a column of words."""
    told = {"unit": "text", "stored": "str"}
    return pa.Column("str", list(rules), nullable=nullable, description=description, metadata=told)


def number(description: str, unit: str, *rules: pa.Check, nullable: bool = True) -> pa.Column:
    """Make a column of decimal numbers."""
    return pa.Column(
        "float64",
        list(rules),
        nullable=nullable,
        description=description,
        metadata={"unit": unit, "stored": "float64"},
    )


def students(description: str) -> pa.Column:
    """Make a column of counts of students, empty where unknown."""
    return pa.Column(
        "Int64",
        [checks.at_least_zero()],
        nullable=True,
        description=description,
        metadata={"unit": "students", "stored": "Int64"},
    )


def outline(
    description: str, kinds: tuple[str, ...], remedy: str, *, nullable: bool = False
) -> pa.Column:
    """Make a column of geometries in degrees."""
    rules = [checks.shapes(kinds, remedy), checks.on_earth()]
    return pa.Column(
        None,
        rules,
        nullable=nullable,
        description=description,
        metadata={"unit": "degrees (EPSG:4326)", "stored": "geometry"},
    )


def geoid(description: str, *, nullable: bool = False) -> pa.Column:
    """Make a column of 11-digit tract ids."""
    rules = checks.matches(
        r"[0-9]{11}",
        "are not an 11-digit tract GEOID",
        "state 2 + county 3 + tract 6 digits as text; leading zeros are lost when a spreadsheet "
        "reads ids as numbers: repair with geo.geoid",
    )
    return text(description, rules, nullable=nullable)


def school_id(*, nullable: bool = False) -> pa.Column:
    """Make the column that names a school."""
    return text("The publisher's id of the school.", checks.filled(), nullable=nullable)


def school_year() -> pa.Column:
    """Make the column of school years."""
    return text(
        "School year, such as 2018-19.",
        checks.matches(
            r"[0-9]{4}-[0-9]{2}", "are not a school year", 'write school years as "2018-19"'
        ),
    )


def measure() -> pa.Column:
    """Make the column that names a measure."""
    return text(
        "Measure id, explained in the list of measures.",
        checks.matches(
            r"[a-z][a-z0-9_]*", "are not a measure id", "use an id from data/measures.toml"
        ),
    )


def status() -> pa.Column:
    """Make the column that says which of the four states a value is in."""
    words = "; ".join(f"{key}: {label.lower()}" for key, label in STATUS_LABELS.items())
    return text(f"State of the value ({words}).", checks.one_of(STATUSES))


def reason() -> pa.Column:
    """Make the column that explains a value that is not plainly reported."""
    return text('Why the value is not plainly reported; "" when it is.')


def source() -> pa.Column:
    """Make the column that names the source of a row."""
    return text("Id of the source in the manifest.", checks.filled())
