"""What is left open of counts that a publisher withholds together with the students behind them."""

import numpy as np
import pandas as pd

from data.read.enrolment import RATE_BOUNDS
from data.store.provenance import Ledger


def bounded_by_list(
    absence: pd.DataFrame, students: pd.Series, slug: str, ledger: Ledger
) -> pd.DataFrame:
    """Bound withheld counts by the students on the list of schools and by the published rate.

    Parameters
    ----------
    absence : DataFrame
        As read, with or without `RATE_BOUNDS`.
    students : Series of Int64
        Students of each school on the list, by school_id.
    slug : str
        The place, for the ledger.
    ledger : Ledger
        Receives the rows whose bounds rest on the list.

    Returns
    -------
    DataFrame
        Without `RATE_BOUNDS`. `lower, upper` of a withheld row of all students without enrolment
        are between 0 and the students on the list, and within what the rate says of these; how
        many of them a group or grade has is not known.
    """
    rate = absence.reindex(columns=RATE_BOUNDS).astype("float64")
    listed = absence["school_id"].map(students).astype("Float64").astype("float64")
    is_open = (
        absence["student_group"].eq("all")
        & absence["grade"].eq("all")
        & absence["status"].eq("suppressed")
        & absence["enrolled_upper"].isna()
        & absence["upper"].isna()
        & listed.notna()
    )
    least = np.ceil(listed * rate["rate_lower"].fillna(0.0) - 1e-9)
    most = np.floor(listed * rate["rate_upper"].fillna(1.0) + 1e-9)
    bounds = {"lower": least, "upper": most}
    words = "Withheld with its students: bounded by the list of schools and the published rate."
    ids = absence["school_id"] + " " + absence["school_year"]
    ledger.record(slug, "absence", "matched", words, ids[is_open])
    filled = {
        name: absence[name].mask(is_open, value.where(is_open).astype("Int64"))
        for name, value in bounds.items()
    }
    return absence.assign(**filled).drop(columns=RATE_BOUNDS, errors="ignore")
