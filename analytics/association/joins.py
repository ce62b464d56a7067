"""What stays of an effect when homes are placed otherwise: estimates under every join together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.local.significance import benjamini_hochberg


def across_joins(chosen: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the effects of one join beside those of the others, in the steps of the chosen one.

    An exposure is wrong where homes are placed wrongly, and the error is no noise: a smooth join
    blurs it (Berkson), a coarse one adds to it (classical), and neighbouring schools share it. What
    the error is cannot be estimated without homes. So nothing is corrected; the interval is widened
    to hold what any of the joins says.

    Parameters
    ----------
    chosen : DataFrame
        `Association.effects` under the join in use.
    others : mapping of str to DataFrame
        The same of each other join; exposures that it lacks or that were refused take no part.

    Returns
    -------
    DataFrame
        Index of the chosen exposures. `least, most` of the estimates under the other joins (NaN
        without any), for one standard deviation of the chosen exposure; `low, high` the smallest
        interval that holds those of all joins; `p` the largest of all joins, 1 where signs differ,
        and its `q` (Benjamini-Hochberg); `joins`, how many others took part.

    References
    ----------
    Berger RL (1982) Technometrics 24:295-300 (the largest p tests that all joins show an effect).
    Carroll RJ, Ruppert D, Stefanski LA, Crainiceanu CM (2006) Measurement Error in Nonlinear
    Models, 2nd ed, sections 1.4 and 4 (errors that blur, errors that add; calibration needs homes).

    Examples
    --------
    >>> columns = ["effect", "low", "high", "p", "sd"]
    >>> zones = pd.DataFrame([[0.2, 0.1, 0.3, 0.001, 5.0]], ["crowding"], columns)
    >>> nearest = pd.DataFrame([[0.3, -0.1, 0.7, 0.14, 10.0]], ["crowding"], columns)
    >>> table = across_joins(zones, {"nearest": nearest})
    >>> table[["least", "most", "low", "high", "p"]].round(2).iloc[0].tolist()
    [0.15, 0.15, -0.05, 0.35, 0.14]
    """
    columns = ("effect", "low", "high", "p")
    parts = [chosen[[*columns]].to_numpy(dtype=float)]
    for effects in others.values():
        other = effects.reindex(chosen.index)
        step = (chosen["sd"] / other["sd"].where(other["sd"] > 0)).to_numpy(dtype=float)
        numbers = other[[*columns]].to_numpy(dtype=float)
        parts.append(numbers * np.column_stack([step, step, step, np.ones(len(step))]))
    effect, low, high, p = np.moveaxis(np.array(parts), 2, 0)
    none = np.isnan(effect)
    agree = (~(effect > 0).any(axis=0)) | ((effect > 0) | none).all(axis=0)
    largest = np.where(agree, np.where(none, -np.inf, p).max(axis=0), 1.0)
    largest = np.where(none[0], np.nan, largest)
    rest = np.where(none, np.inf, effect)[1:].min(axis=0, initial=np.inf)
    most = np.where(none, -np.inf, effect)[1:].max(axis=0, initial=-np.inf)
    alone = none[1:].all(axis=0)
    return pd.DataFrame(
        {
            "least": np.where(alone, np.nan, rest),
            "most": np.where(alone, np.nan, most),
            "low": np.where(none[0], np.nan, np.where(none, np.inf, low).min(axis=0)),
            "high": np.where(none[0], np.nan, np.where(none, -np.inf, high).max(axis=0)),
            "p": largest,
            "q": benjamini_hochberg(largest, ~none[0]),
            "joins": (~none[1:]).sum(axis=0),
        },
        index=chosen.index,
    )
