"""Surveys at the display gate: answers counted as students are, and what of them may be shown."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

LEAST_RESPONDENTS = 10
"""As the California Healthy Kids Survey has it: fewer are shown nowhere, whoever publishes them."""
FEW = f"Fewer than {LEAST_RESPONDENTS} answered: hidden to protect them."
UNCOUNTED = "How many answered is not known: hidden to protect them."
BESIDE = "How many students it has is hidden, and so is what they answered."
AGREED = "Shared under an agreement: what surveys say is not given out yet."
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


def not_given_out(shown: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Hide all figures of sources shared under an agreement: no audit covers them yet."""
    shown = shown.copy()
    agreed = shown["source"].map(dict(kinds)).eq("restricted") & shown["status"].isin(OPEN)
    shown.loc[agreed, ["status", "reason"]] = ["suppressed", AGREED]
    shown.loc[agreed, FIGURES] = np.nan
    return shown


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
        Same index, columns and order. Fewer than `LEAST_RESPONDENTS` hide a row of any source; of
        a source shared under an agreement so does an unknown number.
    """
    shown = climate.copy()
    shown.loc[gated.index, ["status", "reason"]] = gated[["status", "reason"]]
    shown.loc[gated.index[gated["enrolled"].isna()], ["respondents", "response_rate"]] = np.nan
    few = climate["respondents"].lt(LEAST_RESPONDENTS) & climate["status"].isin(OPEN)
    blind = climate["source"].map(dict(kinds)).eq("restricted") & climate["status"].isin(OPEN)
    blind &= ~climate.index.isin(gated.index)
    told = pd.MultiIndex.from_frame(climate[["school_id", "school_year"]]).isin(withheld)
    told &= climate["status"].isin(OPEN)
    for rows, why in ((told, BESIDE), (few, FEW), (blind, UNCOUNTED)):
        shown.loc[rows, "status"] = "suppressed"
        shown.loc[rows, "reason"] = why
    shown.loc[shown["status"].isin(["suppressed", "missing"]), FIGURES] = np.nan
    return shown
