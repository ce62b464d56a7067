"""Draws of places against the published posterior of eight schools."""

import numpy as np
import pandas as pd

from analytics.priorities import excess_draws, ranks

EFFECT = [28.0, 8, -3, 7, -1, 1, 18, 12]
ERROR = [15.0, 10, 16, 11, 9, 11, 10, 18]


def test_the_eight_schools_of_rubin():
    """Rubin DB (1981) J Educ Stat 6:377-401; Gelman et al. (2013), table 5.3, quantiles."""
    table = pd.DataFrame({"expected": 1.0, "excess": EFFECT, "excess_se": ERROR}, list("ABCDEFGH"))
    drawn = excess_draws(table, draws=20000, seed=1)
    published = {  # 2.5 %, 25 %, median, 75 %, 97.5 %, from 200 draws
        "A": [-2, 7, 10, 16, 31],
        "B": [-5, 3, 8, 12, 23],
        "C": [-11, 2, 7, 11, 19],
        "D": [-7, 4, 8, 11, 21],
        "E": [-9, 1, 5, 10, 18],
        "F": [-7, 2, 6, 10, 28],
        "G": [-1, 7, 10, 15, 26],
        "H": [-6, 3, 8, 13, 33],
    }
    found = drawn.quantile([0.025, 0.25, 0.5, 0.75, 0.975], axis=1).T
    apart = found - pd.DataFrame.from_dict(published, orient="index", columns=found.columns)
    assert np.abs(apart[[0.25, 0.5, 0.75]]).to_numpy().max() < 2.0
    assert np.abs(apart[[0.025, 0.975]]).to_numpy().mean() < 3.0  # tails of 200 draws
    assert ranks(table, drawn, k=1)["rank"].idxmin() == "A"
