"""Places and schools in the order in which help could be thought of, with how sure the order is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

RANGES: Mapping[str, tuple[str, str]] = {
    "excess": ("excess_low", "excess_high"),
    "rate": ("low", "high"),
}
"""What can be ranked by, and the columns of its range."""


def ranked(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Put rows in order: those with more absence than expected first, then by a figure.

    Parameters
    ----------
    table : DataFrame
        With `shown`, `excess`, the figure and its range.
    by : str
        "excess", students beyond expected, or "rate".

    Returns
    -------
    DataFrame
        The rows that are shown and have the figure, in order, then the others as they came, with
        `rank` (equal figures share one; missing where there is none), `rank_first, rank_last`,
        the ranks that ranges which overlap leave open, and `like_first`, whether the range
        overlaps that of the first row.
    """
    low, high = RANGES[by]
    known = table[table["shown"] & table[by].notna() & table["excess"].notna()]
    known = known.assign(_above=known["excess"] > 0)
    known = known.sort_values(["_above", by], ascending=False, kind="stable")
    order = pd.MultiIndex.from_frame(known[["_above", by]])
    codes = pd.Series(pd.factorize(order)[0], known.index)
    rank = codes.rank(method="min").astype("Int64")
    bottom, top = (known[name].fillna(known[by]).to_numpy(float) for name in (low, high))
    better = len(known) - np.searchsorted(np.sort(bottom), top, side="right")
    worse = np.searchsorted(np.sort(top), bottom, side="left")
    first = pd.Series(better + 1, known.index).clip(upper=rank).astype("Int64")
    last = pd.Series(len(known) - worse, known.index).clip(lower=rank).astype("Int64")
    alike = (top >= bottom[0]) & (bottom <= top[0]) if len(known) else np.zeros(0, bool)
    columns = {"rank": rank, "rank_first": first, "rank_last": last}
    known = known.assign(**columns, like_first=alike).drop(columns="_above")
    rest = table[~table.index.isin(known.index)]
    return pd.concat([known, rest.assign(like_first=False)]) if len(rest) else known
