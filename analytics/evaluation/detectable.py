"""Before a programme begins: how large an effect would be seen, and how many schools it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from analytics.evaluation.histories import Histories
from analytics.evaluation.placebo import mean_effects
from analytics.inputs import Floats

ALPHA, POWER = 0.05, 0.80
DRAWS = 500
BEFORE = 3


def detectable(
    given: Histories,
    counts: Sequence[int],
    *,
    years_with: int = 1,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Give starts to random schools in each past year that has enough years around it.

    What such programmes that never were come to tells how far schools move by themselves, together
    and apart; an effect of 2.8 times that spread is seen four times in five.

    Parameters
    ----------
    given : Histories
        Of schools without a programme; those with one are left out.
    counts : sequence of int
        Numbers of schools in the programme.
    years_with : int
        Years that are looked at after the start.
    draws : int
        For each past year and number of schools.
    seed : int

    Returns
    -------
    DataFrame
        Index schools; columns effect (a difference of rates; NaN where fewer than three schools
        without stand beside each with one) and starts (past years that could be tried). Empty
        where the history has too few years.

    Notes
    -----
    `(z(1 - alpha / 2) + z(power)) sd` with alpha .05 and power .80.

    References
    ----------
    Bloom HS (1995) Evaluation Review 19:547-556.
    """
    plain = given.of(given.never).complete()
    starts = [
        year
        for i, year in enumerate(plain.years)
        if i >= BEFORE and i + years_with <= len(plain.years)
    ]
    if not starts:
        return pd.DataFrame(columns=["effect", "starts"]).rename_axis("schools")
    dice = np.random.default_rng(seed)
    reach = float(norm.ppf(1 - ALPHA / 2) + norm.ppf(POWER))
    rows = {}
    for count in counts:
        enough = len(plain.units) >= 4 * count
        spreads = [_spread(plain, year, count, years_with, draws, dice) for year in starts]
        effect = reach * float(np.sqrt(np.mean(np.square(spreads)))) if enough else float("nan")
        rows[count] = (effect, len(starts))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["effect", "starts"]).rename_axis(
        "schools"
    )


def _spread(
    plain: Histories, start: int, count: int, years_with: int, draws: int, dice: np.random.Generator
) -> float:
    """Root mean square of the effects of programmes that never were."""
    if len(plain.units) < 4 * count:
        return float("nan")
    last = plain.years[plain.column(start) + years_with - 1]
    cut = plain.until(last)
    began = np.full(len(cut.units), np.nan)
    began[:count] = start
    made_up = replace(cut, start=began, end=np.empty(0))
    chosen = np.array([dice.choice(len(cut.units), count, replace=False) for _ in range(draws)])
    effects: Floats = _among_all(made_up, chosen)
    return float(np.sqrt((effects**2).mean()))


def _among_all(made_up: Histories, chosen: np.ndarray) -> Floats:
    """Effects of made-up programmes at any of the units, beside all the others."""
    nobody = np.full(len(made_up.units), np.nan)
    count = chosen.shape[1]
    start = made_up.start[0]
    # Two rows that hold nobody stand for "with a programme": every real unit may be drawn.
    units = made_up.units.append(pd.RangeIndex(count).map(lambda i: ("made up", i)))
    ghosts = np.ones((count, len(made_up.years)))
    extended = Histories(
        units,
        made_up.years,
        np.vstack([made_up.x, 0 * ghosts]),
        np.vstack([made_up.n, ghosts]),
        np.concatenate([nobody, np.full(count, start)]),
        made_up.left_out,
    )
    return mean_effects(extended, chosen)
