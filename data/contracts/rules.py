"""Single rules a table must keep; each knows its words and its remedy."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

Rule = Callable[[pd.DataFrame], pd.Series]


def rule(test: Callable[[pd.Series], pd.Series], breach: str, remedy: str) -> pa.Check:
    """Make a pandera check that reads well when it fails.

    Parameters
    ----------
    test : callable
        Takes a column (missing values already left out) or a table, returns one boolean a row.
    breach : str
        Completes "3 of 812 rows ...".
    remedy : str
        What to do about it.

    Returns
    -------
    pandera.Check
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


def agree(test: Rule, breach: str, remedy: str) -> pa.Check:
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
    """Values of each group add up to `total`."""

    def adds_up(table: pd.DataFrame) -> pd.Series:
        sums = table.groupby(group)[value].transform("sum")
        return (sums - total).abs().le(tolerance)

    return rule(
        adds_up,
        f"belong to a {group} whose {value} does not add up to {total:g}",
        f"every {group} is divided completely: rebuild the join",
    )


def shapes(kinds: tuple[str, ...], remedy: str) -> pa.Check:
    """Geometries have one of `kinds`, are valid and not empty."""

    def sound(column: pd.Series) -> pd.Series:
        kind = column.map(lambda each: getattr(each, "geom_type", "not a shape"))
        right = kind.isin(kinds)
        shape = column[right].to_numpy(dtype=object)
        right[right] = shapely.is_valid(shape) & ~shapely.is_empty(shape)
        return right

    breach = f"hold something other than a valid {' or '.join(kinds)}"
    return rule(sound, breach, remedy)


def on_earth() -> pa.Check:
    """Coordinates are degrees of longitude and latitude, and not the null island 0, 0."""

    def placed(column: pd.Series) -> pd.Series:
        shape = column.map(lambda each: each if shapely.is_geometry(each) else None)
        west, south, east, north = shapely.bounds(shape.to_numpy(dtype=object)).T
        inside = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
        unknown = np.isnan(west)  # empty shapes and other things are told of by `shapes`
        null_island = (west == 0) & (south == 0) & (east == 0) & (north == 0)
        return pd.Series((inside & ~null_island) | unknown, index=column.index)

    return rule(
        placed,
        "lie outside longitude -180..180, latitude -90..90, or at 0, 0",
        "coordinates are stored as degrees (EPSG:4326), x = longitude: check the recipe's crs "
        "and the order of the two columns",
    )
