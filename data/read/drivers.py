"""Rows of the drivers: figures as published, or formed from counts, with their margins."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.rates.acs import Z_90, proportion_moe, reliability, sum_moe
from data.errors import FileError
from data.read.absence import above, counts
from data.read.cells import CENTS, NUMBER
from data.read.tables import Rows
from data.recipe.measures import Measure
from data.recipe.parts import Column

Z_95 = 1.96  # half of a 95 % interval, in standard errors
INTERVAL = re.compile(rf"\(?\s*({NUMBER.pattern})\s*[,;-]\s*({NUMBER.pattern})\s*\)?")
OUTSIDE = "Refused: the interval does not hold the estimate."
ROUNDED = 0.1  # intervals have one decimal: an estimate may lie that little outside


def drivers(rows: Rows) -> pd.DataFrame:
    """Shape drivers, one row a tract and measure; an impossible value becomes missing, listed."""
    parts = [
        _formed(rows, measure) if measure.is_formed else _published(rows, measure)
        for measure in rows.recipe.measures
    ]
    return pd.concat(parts, ignore_index=True)


def school_drivers(rows: Rows) -> pd.DataFrame:
    """Shape drivers published by school; impossible rows are left out and listed."""
    parts = [_school_driver(rows, measure) for measure in rows.recipe.measures]
    return pd.concat(parts, ignore_index=True)


def _published(rows: Rows, measure: Measure) -> pd.DataFrame:
    """Shape one measure that the file holds as such."""
    unit = measure.unit or "text"
    value = rows.numbers(Column(column=measure.value, unit=unit, scale=measure.scale))
    refused = value["refused"]
    moe = pd.Series(np.nan, index=value.index)
    if measure.moe:
        column = Column(column=measure.moe, unit=unit, scale=measure.scale)
        margin = rows.numbers(column, bounded=False)
        refused = refused.mask(refused.eq(""), margin["refused"])
        moe = margin["value"].where(margin["refused"].eq(""))
    elif measure.interval:
        moe, outside = _margins(rows, measure, value["value"])
        refused = refused.mask(refused.eq("") & outside, OUTSIDE)
    rows.empty(refused)
    return _named(rows, measure, driver_rows(value.assign(refused=refused), moe, unit))


def _formed(rows: Rows, measure: Measure) -> pd.DataFrame:
    """Shape one measure that is a part of a whole, both sums of counts with margins."""
    part, whole = (_counted(rows, lines) for lines in (measure.part, measure.whole))
    formed = shares(part, whole)
    rows.empty(formed["refused"])
    moe = formed["moe"].where(formed["refused"].eq(""))
    return _named(rows, measure, driver_rows(formed, moe, "fraction"))


def _counted(rows: Rows, lines: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read estimates and margins of some lines of a census table, one column a line."""
    estimates, margins = {}, {}
    for line in lines:
        read = rows.numbers(Column(column=f"{line}E", unit="count"))
        estimates[line] = read["value"].where(read["refused"].eq(""))
        read = rows.numbers(Column(column=f"{line}M", unit="count"), bounded=False)
        margins[line] = read["value"].where(read["refused"].eq(""))
    return pd.DataFrame(estimates), pd.DataFrame(margins)


def _margins(rows: Rows, measure: Measure, value: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Turn 95 % intervals into 90 % margins, from the wider side; say which do not hold."""
    cells = rows.cells[measure.interval].str.strip()
    cells = cells.where(~cells.isin(rows.recipe.tokens.missing) & value.notna())
    ends = cells.str.extract(rf"^{INTERVAL.pattern}$").astype("float64")
    bad = cells.notna() & ends.isna().any(axis=1)
    if bad.any():
        row = bad.index[bad][0]
        raise FileError(
            rows.file,
            f"{cells[row]!r} is no interval such as '( 8.9, 11.3)'",
            "add the word to tokens, or name the column of intervals in the registry",
            column=measure.interval,
            row=int(row),
        )
    column = Column(unit=measure.unit or "text", scale=measure.scale)
    size = CENTS.get(column.unit, 1.0) * column.factor
    low, high, slack = ends[0] * size, ends[1] * size, ROUNDED * size
    half = np.maximum(value - low, high - value).clip(lower=0.0)
    return half * Z_90 / Z_95, (value < low - slack) | (value > high + slack)


def _named(rows: Rows, measure: Measure, table: pd.DataFrame) -> pd.DataFrame:
    vintage = measure.vintage or rows.recipe.vintage
    return table.assign(
        geoid=rows.text["geoid"], measure=measure.id, source=rows.recipe.id, vintage=vintage
    )


def _school_driver(rows: Rows, measure: Measure) -> pd.DataFrame:
    part = rows.students(Column(column=measure.numerator, unit="count"))
    whole = rows.students(Column(column=measure.denominator, unit="count"))
    read = counts(part, whole, (measure.numerator, measure.denominator))
    rows.refuse(read["refused"])
    names = {"chronic_absent": "numerator", "enrolled": "denominator"}
    read = read.rename(columns=names)[["numerator", "denominator", "status", "reason", "refused"]]
    table = rows.text[["school_id", "school_year"]].join(read)
    table = table.assign(measure=measure.id, source=rows.recipe.id)
    return table[read["refused"].eq("")].drop(columns="refused")


def driver_rows(value: pd.DataFrame, moe: pd.Series, unit: str) -> pd.DataFrame:
    """Shape one measure: value, margin, unit as stored, reliability and status.

    `moe` is a 90 % margin of error in the stored unit, NaN when none; a refused value is missing.
    """
    usable = value["status"].eq("reported") & value["refused"].eq("")
    number = value["value"].where(usable)
    margin = moe.where(usable)
    return pd.DataFrame(
        {
            "value": number,
            "moe": margin,
            "unit": "fraction" if unit in CENTS else unit,
            "reliability": reliability(number, margin),
            "status": value["status"].where(value["refused"].eq(""), "missing"),
        }
    )


def shares(
    part: tuple[pd.DataFrame, pd.DataFrame], whole: tuple[pd.DataFrame, pd.DataFrame]
) -> pd.DataFrame:
    """Form fractions from sums of counts, with the margin of a proportion of sums.

    Parameters
    ----------
    part, whole : tuple of DataFrame
        Estimates and 90 % margins on one index, one column a count; NaN where not published.

    Returns
    -------
    DataFrame
        `value`, `moe` (NaN as soon as one margin is), `status`, `refused`. A fraction of which any
        count is missing, or whose whole is 0, is missing.
    """
    top, base = (counted[0].sum(axis=1, skipna=False) for counted in (part, whole))
    top_moe, base_moe = (sum_moe(*counted, axis=1) for counted in (part, whole))
    refused = above(top, base, ("the part", "the whole"))
    value = top / base.where(base.gt(0))
    status = pd.Series("missing", index=value.index, dtype="str").mask(value.notna(), "reported")
    moe = proportion_moe(top, top_moe, base, base_moe)
    return pd.DataFrame({"value": value, "moe": moe, "status": status, "refused": refused})
