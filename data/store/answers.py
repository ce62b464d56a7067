"""Surveys at the display gate: answers counted as students are, and what of them may be shown."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.inputs import Bools

LEAST_RESPONDENTS = 10
"""As the California Healthy Kids Survey has it: fewer are shown nowhere, whoever publishes them."""
FEW = f"Fewer than {LEAST_RESPONDENTS} answered: hidden to protect them."
UNCOUNTED = "How many answered is not known: hidden to protect them."
BESIDE = "How many students it has is hidden, and so is what they answered."
OPEN = ("reported", "unreliable")
FIGURES = ["value", "respondents", "response_rate"]


def counted(climate: pd.DataFrame) -> pd.Series:
    """Mark the rows of which it is known how many gave which answer."""
    known: pd.Series = climate["status"].isin(OPEN) & climate["respondents"].notna()
    return known & climate["value"].notna()


def as_counts(climate: pd.DataFrame) -> pd.DataFrame:
    """Write each scale as a group of students of its own, as rows of absence are.

    Parameters
    ----------
    climate : DataFrame
        As in the contract; without share or respondents a row has no count.

    Returns
    -------
    DataFrame
        On the same index, with the columns that `analytics.disclosure.release` takes.
    """
    people = climate["respondents"].round()
    agreed = (climate["value"] * climate["respondents"]).round().astype("Int64")
    return pd.DataFrame(
        {
            "school_id": climate["school_id"],
            "school_year": climate["school_year"],
            "student_group": climate["respondent"] + " " + climate["scale"],
            "grade": "all",
            "enrolled": people.astype("Int64"),
            "chronic_absent": agreed,
            "lower": agreed,
            "upper": agreed,
            "status": climate["status"],
            "reason": climate["reason"],
            "source": climate["source"],
        }
    )


def as_shown(
    climate: pd.DataFrame, gated: pd.DataFrame, kinds: Mapping[str, str], withheld: pd.MultiIndex
) -> pd.DataFrame:
    """Leave of surveys what the gate left of their counts.

    Parameters
    ----------
    climate : DataFrame
        All rows.
    gated : DataFrame
        Those that `counted` marks, from `release` of `as_counts`.
    kinds : mapping of str to str
        Release kind of each source.
    withheld : MultiIndex
        Schools and years whose number of students the gate hides: respondents and their part of
        those asked would give it back.

    Returns
    -------
    DataFrame
        Same index, columns and order. A row that the gate hides keeps its reason. Of the others
        fewer than `LEAST_RESPONDENTS` hide a row of any source; of a source shared under an
        agreement so does an unknown number.
    """
    shown = climate.copy()
    shown.loc[gated.index, ["status", "reason"]] = gated[["status", "reason"]]
    shown.loc[gated.index[gated["enrolled"].isna()], "respondents"] = np.nan
    left = shown["status"].isin(OPEN)
    told = _among(climate, withheld)
    few = climate["respondents"].lt(LEAST_RESPONDENTS)
    blind = climate["source"].map(dict(kinds)).eq("restricted")
    blind &= ~climate.index.isin(gated.index)
    for rows, why in ((told, BESIDE), (few, FEW), (blind, UNCOUNTED)):
        shown.loc[left & rows, "status"] = "suppressed"
        shown.loc[left & rows, "reason"] = why
    hidden = shown["status"].isin(["suppressed", "missing"])
    shown.loc[hidden, ["value", "response_rate"]] = np.nan
    late = shown["reason"].isin([BESIDE, FEW, UNCOUNTED])
    shown.loc[hidden & (told | late), "respondents"] = np.nan
    return shown


def as_the_gate_left(
    true: pd.DataFrame, shown: pd.DataFrame, withheld: pd.MultiIndex
) -> pd.DataFrame:
    """Give back what was hidden after the gate, as a reader who knew all of it would have it.

    What `as_shown` hides besides the gate is no secret that the gate keeps, so an audit of the
    gate takes it as known: the sums of a survey then have no part that nothing protects.

    Parameters
    ----------
    true, shown : DataFrame
        Rows of surveys before and after the gate, on one index.
    withheld : MultiIndex
        As `as_shown` took it.

    Returns
    -------
    DataFrame
        As `shown`, with the figures of rows that few answered or that stand beside a hidden
        number of students, and with all respondents of such schools and years.
    """
    given = shown.copy()
    late = shown["reason"].isin([BESIDE, FEW])
    given.loc[late] = true.loc[late]
    beside = _among(true, withheld)
    given.loc[beside, "respondents"] = true.loc[beside, "respondents"]
    return given


def _among(climate: pd.DataFrame, keys: pd.MultiIndex) -> Bools:
    """Mark the rows of these schools and years."""
    own = pd.MultiIndex.from_frame(climate[["school_id", "school_year"]])
    return np.asarray(own.isin(keys), dtype=np.bool_)
