"""Students of a school and those absent, one from the other and a rate."""

import numpy as np
import pandas as pd

NO_SHARE = "The number of students cannot be derived from a rate of 0 %."
NO_STUDENTS = "Refused: no number of students gives this count and this rate."
RATE_BOUNDS = ["rate_lower", "rate_upper"]
"""Columns of absence as read, fractions: what a published `<5` or `>95` says; not in the panel."""
NEARLY = 1e-9
"""Students: a bound this close to a whole number is that number."""


def enrolment_of_rate(count: pd.DataFrame, rate: pd.DataFrame, half: float) -> pd.DataFrame:
    """Derive the students of each school, and between which numbers rounding leaves them.

    Parameters
    ----------
    count, rate : DataFrame
        From `data.read.cells.parse_numbers`, on one index; the rate as a fraction.
    half : float
        Half of the last decimal that the rate is rounded to, as a fraction.

    Returns
    -------
    DataFrame
        As from `parse_numbers`: `value` is count / rate, the whole number nearest to it that
        lies between `lower` and `upper`, the smallest and the largest number of students of
        which `count` makes the published rate. A count of 0 tells no number: missing.

    Examples
    --------
    >>> def read(value):
    ...     return pd.DataFrame({"value": value, "status": "reported", "reason": "", "refused": ""})
    >>> enrolment_of_rate(read([47, 1780]), read([0.2448, 0.3175]), 0.00005)[
    ...     ["value", "lower", "upper"]
    ... ].to_numpy().tolist()
    [[192.0, 192.0, 192.0], [5606.0, 5606.0, 5607.0]]
    """
    blamed = rate.where(count["status"].eq("reported"), count)
    usable = blamed["status"].eq("reported") & blamed["refused"].eq("")
    x = count["value"].where(usable)
    # Above half a step from 0 a rate has a largest number of students; at 0 it has none.
    least = (rate["value"] - half).where(rate["value"].gt(half))
    lower = np.maximum(np.ceil(x / (rate["value"] + half) - NEARLY), x)
    upper = np.floor(x / least + NEARLY)
    value = np.rint(x / rate["value"].where(least.notna())).clip(lower, upper)
    derived = x.gt(0) & value.notna()
    impossible = (derived & lower.gt(upper)) | (x.eq(0) & rate["value"].gt(half))
    refused = blamed["refused"].mask(impossible, NO_STUDENTS)
    status = blamed["status"].mask(usable & ~derived, "missing")
    return pd.DataFrame(
        {
            "value": value.where(derived),
            "lower": lower.where(derived),
            "upper": upper.where(derived),
            "status": status,
            "reason": blamed["reason"].mask(usable & ~derived, NO_SHARE),
            "refused": refused,
        }
    )


def count_of_rate(rate: pd.DataFrame, students: pd.DataFrame, half: float) -> pd.DataFrame:
    """Derive a count from a rate and the number it is a rate of, and its bounds.

    Parameters
    ----------
    rate, students : DataFrame
        From `data.read.cells.parse_numbers`, on one index; the rate as a fraction.
    half : float
        Half of the last decimal that the rate is rounded to, as a fraction.

    Returns
    -------
    DataFrame
        As from `parse_numbers`: `value` is rate x students, rounded; `lower` and `upper` the least
        and the largest count that the rate leaves, the nearest ones where no whole number fits.
        Where either is withheld, what their bounds leave.

    Examples
    --------
    >>> def read(value, lower, upper):
    ...     return pd.DataFrame({"value": value, "lower": lower, "upper": upper,
    ...         "status": "reported", "reason": "", "refused": ""})
    >>> rate = read([0.123, 0.12, None], [0.123, 0.12, 0.95], [0.123, 0.12, 1.0])
    >>> students = read([100, 450, 40], [100, 450, 40], [100, 450, 40])
    >>> count_of_rate(rate, students, 0.0005)[["value", "lower", "upper"]].to_numpy().tolist()
    [[12.0, 12.0, 13.0], [54.0, 54.0, 54.0], [nan, 38.0, 40.0]]
    """
    slack = rate["status"].eq("reported") * half
    least = (rate["lower"] - slack).clip(lower=0.0) * students["lower"]
    most = (rate["upper"] + slack).clip(upper=1.0) * students["upper"]
    lower, upper = np.ceil(least - NEARLY), np.floor(most + NEARLY)
    apart = lower.gt(upper)
    value = np.rint(rate["value"] * students["value"])
    blamed = rate.where(rate["status"].ne("reported"), students)
    return pd.DataFrame(
        {
            "value": value,
            "lower": lower.mask(apart, np.floor(least)),
            "upper": upper.mask(apart, np.ceil(most)),
            "status": blamed["status"],
            "reason": blamed["reason"],
            "refused": rate["refused"].mask(rate["refused"].eq(""), students["refused"]),
        }
    )


def complement(part: pd.DataFrame, whole: pd.DataFrame | float) -> pd.DataFrame:
    """Give what a part leaves of a whole, its bounds turned round.

    Parameters
    ----------
    part : DataFrame
        From `data.read.cells.parse_numbers`.
    whole : DataFrame or float
        The same of the whole, on one index, or 1.0 for a fraction.
    """
    if isinstance(whole, float):
        low = high = value = whole
    else:
        value, low, high = whole["value"], whole["lower"], whole["upper"]
    left = {"value": value - part["value"], "lower": (low - part["upper"]).clip(lower=0.0)}
    return part.assign(**left, upper=high - part["lower"])


def last_decimal(cells: pd.Series, decimal: str = ".") -> int:
    """Count the decimals of the longest number among cells of text.

    Examples
    --------
    >>> last_decimal(pd.Series(["24.48", "31.5", "7", "s"]))
    2
    """
    marks = cells.str.strip().str.removesuffix("%").str.strip()
    tails = marks.str.extract(rf"^[0-9]*\{decimal}([0-9]+)$", expand=False).str.len()
    return int(tails.max()) if tails.notna().any() else 0
