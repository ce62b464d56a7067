"""What a contract is made of: columns with description and unit, and rules with a remedy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from data.contracts.vocabulary import (
    CONTEXT_LAYERS,
    LEVELS,
    POLYGONS,
    STATUS_LABELS,
    STATUSES,
)


@dataclass(frozen=True)
class Contract:
    """One table: its columns and rules, and how its rows are named.

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
    index: str | None
    spatial: bool

    @property
    def columns(self) -> dict[str, Any]:
        """Pandera columns by name, the index first."""
        return dict(self.schema.columns)

    @property
    def types(self) -> dict[str, str]:
        """How each column is stored: "str", "Int64", "float64" or "geometry"."""
        return {name: str(column.metadata["stored"]) for name, column in self.columns.items()}


def contract(
    title: str, description: str, key: str, columns: dict[str, pa.Column], *rules: pa.Check
) -> Contract:
    """Put columns and row rules together.

    Parameters
    ----------
    key : str
        Columns that name a row, with blanks between; a single one is the index.
    """
    names = tuple(key.split())
    checks = [unique_key(*names), *rules]
    schema = pa.DataFrameSchema(
        columns, checks=checks, strict=True, title=title, description=description
    )
    return Contract(schema, names, names[0] if len(names) == 1 else None, "geometry" in columns)


def text(description: str, *rules: pa.Check, nullable: bool = False) -> pa.Column:
    """Make a column of words."""
    return _column("str", "text", description, rules, nullable=nullable)


def number(description: str, unit: str, *rules: pa.Check, nullable: bool = True) -> pa.Column:
    """Make a column of decimal numbers."""
    return _column("float64", unit, description, rules, nullable=nullable)


def amount(description: str, unit: str, *, nullable: bool = True) -> pa.Column:
    """Make a column of decimal numbers from 0 up."""
    return number(description, unit, at_least_zero(), nullable=nullable)


def students(description: str) -> pa.Column:
    """Make a column of counts of students, empty where unknown."""
    return _column("Int64", "students", description, [at_least_zero()], nullable=True)


def rank(description: str) -> pa.Column:
    """Make a column of whole numbers that order rows, 0 first."""
    return _column("Int64", "order", description, [at_least_zero("count from 0")], nullable=False)


def outline(description: str) -> pa.Column:
    """Make a column of polygons in degrees."""
    return _geometry(description, POLYGONS, "repair rings with geo.boundaries", nullable=False)


def shape(description: str) -> pa.Column:
    """Make a column of polygons, lines or points in degrees."""
    kinds = tuple(dict.fromkeys(kind for layer in CONTEXT_LAYERS.values() for kind in layer))
    return _geometry(description, kinds, "leave the feature out", nullable=False)


def point(
    description: str,
    remedy: str = "drop the location and record it in the ledger",
    *,
    nullable: bool = True,
) -> pa.Column:
    """Make a column of points in degrees."""
    return _geometry(description, ("Point",), remedy, nullable=nullable)


def geoid(description: str = "Census tract GEOID.", *, nullable: bool = False) -> pa.Column:
    """Make a column of 11-digit tract ids."""
    rule = matches(
        r"[0-9]{11}",
        "are not an 11-digit tract GEOID",
        "state 2 + county 3 + tract 6 digits as text; leading zeros are lost when a spreadsheet "
        "reads ids as numbers: repair with geo.geoid",
    )
    return text(description, rule, nullable=nullable)


def school_id(*, nullable: bool = False) -> pa.Column:
    """Make the column that names a school."""
    return text("The publisher's id of the school.", filled(), nullable=nullable)


def school_year() -> pa.Column:
    """Make the column of school years."""
    rule = matches(r"[0-9]{4}-[0-9]{2}", "are not a school year", 'write school years as "2018-19"')
    return text("School year, such as 2018-19.", rule)


def level(description: str) -> pa.Column:
    """Make a column of school levels."""
    return text(f"{description} ({', '.join(LEVELS)}).", one_of(LEVELS))


def vintage() -> pa.Column:
    """Make the column that says what a list describes."""
    return text("What the list describes, in the publisher's words.")


def measure() -> pa.Column:
    """Make the column that names a measure."""
    rule = matches(r"[a-z][a-z0-9_]*", "are not a measure id", "use an id from data/measures.toml")
    return text("Measure id, explained in the list of measures.", rule)


def status() -> pa.Column:
    """Make the column that says which of the four states a value is in."""
    words = "; ".join(f"{key}: {label.lower()}" for key, label in STATUS_LABELS.items())
    return text(f"State of the value ({words}).", one_of(STATUSES))


def reason() -> pa.Column:
    """Make the column that explains a value that is not plainly reported."""
    return text('Why the value is not plainly reported; "" when it is.')


def source() -> pa.Column:
    """Make the column that names the source of a row."""
    return text("Id of the source in the manifest.", filled())


def rule(test: Callable[[Any], pd.Series], breach: str, remedy: str) -> pa.Check:
    """Make a pandera check that reads well when it fails.

    Parameters
    ----------
    test : callable
        Takes a column (missing values already left out) or a table, returns one boolean a row.
    breach : str
        Completes "3 of 812 rows ...".
    remedy : str
        What to do about it.
    """
    return pa.Check(test, title=breach, description=remedy)


def matches(pattern: str, breach: str, remedy: str) -> pa.Check:
    """Text matches a regular expression from its first to its last character."""
    return rule(lambda column: column.str.fullmatch(pattern).astype(bool), breach, remedy)


def one_of(values: tuple[str, ...]) -> pa.Check:
    """Text is one of a few words."""
    words = ", ".join(repr(value) for value in values)
    return rule(lambda column: column.isin(values), "hold an unknown word", f"write one of {words}")


def between(low: float, high: float, remedy: str) -> pa.Check:
    """Numbers lie in the closed range [low, high]."""
    breach = f"are outside {low:g} to {high:g}"
    return rule(lambda column: column.between(low, high), breach, remedy)


def at_least_zero(remedy: str = "a count or margin cannot be negative; see the source") -> pa.Check:
    """Numbers are finite and not negative."""
    return rule(
        lambda column: column.ge(0) & column.lt(float("inf")), "are negative or infinite", remedy
    )


def filled() -> pa.Check:
    """Text is not blank and has no blanks around it."""
    return rule(
        lambda column: column.str.strip().eq(column) & column.ne(""),
        "are blank or have blanks around them",
        "trim the text in the recipe",
    )


def unique_key(*columns: str) -> pa.Check:
    """No two rows share the same values in `columns`."""
    return rule(
        lambda table: ~table.duplicated(list(columns), keep=False),
        "repeat",
        f"one row for each {' + '.join(columns)}: drop duplicates or total rows in the recipe",
    )


def agree(test: Callable[[pd.DataFrame], pd.Series], breach: str, remedy: str) -> pa.Check:
    """Columns of one row agree; a comparison with a missing value counts as kept."""

    def kept(table: pd.DataFrame) -> pd.Series:
        answer = test(table).astype("boolean")
        return (answer | answer.isna()).astype(bool)

    return rule(kept, breach, remedy)


def not_above(smaller: str, larger: str, remedy: str) -> pa.Check:
    """One count is at most another."""
    breach = f"have {smaller} above {larger}"
    return agree(lambda table: table[smaller] <= table[larger], breach, remedy)


def reported_holds(*columns: str) -> pa.Check:
    """Require all figures of a reported row."""
    return agree(
        lambda table: table["status"].ne("reported") | table[list(columns)].notna().all(axis=1),
        f"are reported without {' or '.join(columns)}",
        'use status "missing" or "suppressed"',
    )


def withheld_lacks(column: str) -> pa.Check:
    """Require that a suppressed or missing row does not hold the figure after all."""
    return agree(
        lambda table: ~table["status"].isin(["suppressed", "missing"]) | table[column].isna(),
        f"are suppressed or missing and still hold {column}",
        "empty it; codes such as -999 and -888888888 mean missing: list them in the recipe",
    )


def reason_fits() -> pa.Check:
    """Require a reason exactly when a row is not plainly reported."""
    return agree(
        lambda table: table["status"].eq("reported") == table["reason"].eq(""),
        "have a reason although reported, or none although not",
        'write "" for reported and plain words otherwise',
    )


def same_sum(group: str, value: str, total: float, tolerance: float) -> pa.Check:
    """Values of each group add up to `total`; blanks stand between the columns of a group."""

    def adds_up(table: pd.DataFrame) -> pd.Series:
        sums = table.groupby(group.split())[value].transform("sum")
        return (sums - total).abs().le(tolerance)

    return rule(
        adds_up,
        f"belong to a {group} whose {value} does not add up to {total:g}",
        f"every {group} is divided completely: rebuild the join",
    )


def _column(
    stored: str, unit: str, description: str, rules: Sequence[pa.Check], *, nullable: bool
) -> pa.Column:
    return pa.Column(
        None if stored == "geometry" else stored,
        list(rules),
        nullable=nullable,
        description=description,
        metadata={"unit": unit, "stored": stored},
    )


def _geometry(
    description: str, kinds: tuple[str, ...], remedy: str, *, nullable: bool
) -> pa.Column:
    rules = [
        rule(
            partial(_sound, kinds=kinds),
            f"hold something other than a valid {' or '.join(kinds)}",
            remedy,
        ),
        rule(
            _on_earth,
            "lie outside longitude -180..180, latitude -90..90, or at 0, 0",
            "coordinates are stored as degrees (EPSG:4326), x = longitude: check the recipe's crs "
            "and the order of the two columns",
        ),
    ]
    return _column("geometry", "degrees (EPSG:4326)", description, rules, nullable=nullable)


def _sound(column: pd.Series, kinds: tuple[str, ...]) -> pd.Series:
    """Say which geometries have one of `kinds`, are valid and not empty."""
    kind = column.map(lambda each: getattr(each, "geom_type", "not a shape"))
    right = kind.isin(kinds)
    shape = column[right].to_numpy(dtype=object)
    right[right] = shapely.is_valid(shape) & ~shapely.is_empty(shape)
    return right


def _on_earth(column: pd.Series) -> pd.Series:
    """Say which coordinates are degrees of longitude and latitude, and not 0, 0."""
    shape = column.map(lambda each: each if shapely.is_geometry(each) else None)
    west, south, east, north = shapely.bounds(shape.to_numpy(dtype=object)).T
    inside = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    unknown = np.isnan(west)  # empty shapes and other things are a breach of `_sound`
    null_island = (west == 0) & (south == 0) & (east == 0) & (north == 0)
    return pd.Series((inside & ~null_island) | unknown, index=column.index)
