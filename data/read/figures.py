"""Counts with their states and bounds, and estimates with their reliability."""

import numpy as np
import pandas as pd

from analytics.rates.acs import proportion_moe, reliability, sum_moe
from data.read.refuse import above
from data.read.values import CENTS

NO_ENROLMENT = "The publisher gives no enrolment."
COUNT_COLUMNS = ["enrolled", "chronic_absent", "lower", "upper"]


def counts(part: pd.DataFrame, whole: pd.DataFrame | None, names: tuple[str, str]) -> pd.DataFrame:
    """Put a count and its whole together in one of the states of a value.

    Parameters
    ----------
    part, whole : DataFrame
        From `data.read.values.parse_numbers`; `whole` is None when the file gives none.
    names : tuple of str
        What the two are called, for reasons.

    Returns
    -------
    DataFrame
        `enrolled`, `chronic_absent`, `lower`, `upper` (Int64), `status`, `reason`, `refused`.
    """
    if whole is None:
        whole = part.assign(value=np.nan, status="missing", reason=NO_ENROLMENT, refused="")
    refused = part["refused"].mask(part["refused"].eq(""), whole["refused"])
    refused = refused.mask(refused.eq(""), above(part["value"], whole["value"], names))
    least = above(part["lower"], whole["value"], (f"the least {names[0]}", names[1]))
    refused = refused.mask(refused.eq(""), least)
    counted, based = part["status"].eq("reported"), whole["status"].eq("reported")
    blamed = whole.where(counted & ~based, part)
    upper = part["upper"].where(
        part["upper"].le(whole["value"]) | whole["value"].isna(), whole["value"]
    )
    table = pd.DataFrame(
        {
            "enrolled": whole["value"].where(based),
            "chronic_absent": part["value"].where(counted & based),
            "lower": np.ceil(part["lower"]),
            "upper": np.floor(upper.where(part["upper"].notna())),
        }
    )
    table = table.mask(refused.ne("")).astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    words = {"status": blamed["status"], "reason": blamed["reason"], "refused": refused}
    return table.assign(**words)


def driver_rows(value: pd.DataFrame, moe: pd.Series, unit: str) -> pd.DataFrame:
    """Shape one measure: value, margin, unit as stored, reliability and status.

    Parameters
    ----------
    value : DataFrame
        From `data.read.values.parse_numbers`; refused cells become missing.
    moe : Series of float
        90 % margin of error in the stored unit; NaN when none.
    unit : str
        Unit as published.
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
