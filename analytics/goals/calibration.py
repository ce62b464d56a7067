"""Whether chances that were stated came true, on years that were held out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.inputs import floats, same_index
from analytics.rates.intervals import wilson

ENDS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Stated chances beside what happened.

    Attributes
    ----------
    brier : float
        Mean squared distance of chances from outcomes, 0 at best.
    of_base_rate : float
        The same for someone who states the share of all outcomes each time.
    table : DataFrame
        Index `said`, ranges of chances: `places`, mean `chance`, share that `happened` and the
        interval `low, high` of it (as if places were independent: those of one year are not).
    """

    brier: float
    of_base_rate: float
    table: pd.DataFrame


def calibration(chance: pd.Series, happened: pd.Series) -> Calibration:
    """Compare stated chances with what happened.

    Parameters
    ----------
    chance : Series
        Chances between 0 and 1; a place without one takes no part.
    happened : Series of bool
        On the same index.

    Raises
    ------
    ValueError
        Indexes that differ, no chance, or one outside 0 to 1.

    References
    ----------
    Brier GW (1950) Mon Weather Rev 78:1-3. Murphy AH, Winkler RL (1977) Applied Statistics
    26:41-47 (reliability).

    Examples
    --------
    >>> chance, happened = pd.Series([0.1, 0.1, 0.9, 0.9]), pd.Series([False, False, True, True])
    >>> found = calibration(chance, happened)
    >>> round(found.brier, 3), found.of_base_rate
    (0.01, 0.25)
    """
    same_index(chance, happened, "chances and outcomes")
    known = chance.notna()
    p, met = floats(chance[known]), floats(happened[known].astype(float))
    if not len(p) or ((p < 0) | (p > 1)).any():
        raise ValueError("chances must be there, and lie between 0 and 1")
    said = pd.cut(pd.Series(p), list(ENDS), include_lowest=True)
    rows = pd.DataFrame({"chance": p, "happened": met}).groupby(said, observed=True)
    table = rows.mean().assign(places=rows.size())
    low, high = wilson(table["happened"] * table["places"], table["places"].astype(float))
    table = table.assign(low=low, high=high)[["places", "chance", "happened", "low", "high"]]
    table.index = pd.Index([f"{end.left:.2f} to {end.right:.2f}" for end in table.index])
    share = met.mean()
    return Calibration(
        float(((p - met) ** 2).mean()),
        float(share * (1 - share)),
        table.rename(index=lambda words: words.replace("-0.00", "0.00")).rename_axis("said"),
    )
