"""Students of a school, from how many are absent and what percent that is."""

import numpy as np
import pandas as pd

NO_SHARE = "The number of students cannot be derived from a rate of 0 %."
NO_STUDENTS = "Refused: no number of students gives this count and this rate."
NEARLY = 1e-6
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
