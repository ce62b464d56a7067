"""Tables of a fitted membership model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.inputs import Floats
from analytics.membership.data import Data
from analytics.membership.search import Mode
from geo.weights.weights import Weights


def comparison(modes: Sequence[Mode], best: Mode) -> pd.DataFrame:
    """Lay the fields side by side, the likeliest first.

    Parameters
    ----------
    modes, best
        The fields compared, and the one shown.

    Returns
    -------
    pandas.DataFrame
        As `analytics.membership.result.Membership.comparison`.
    """
    table = pd.DataFrame(
        {
            "log_marginal_likelihood": [mode.log_evidence for mode in modes],
            "chosen": [mode is best for mode in modes],
        },
        index=pd.Index([mode.model.field.name for mode in modes], name="field"),
    )
    return table.sort_values("log_marginal_likelihood", ascending=False, kind="stable")


def area_frame(
    data: Data, weights: Weights, numbers: dict[str, Floats], state: str | None = None
) -> pd.DataFrame:
    """Lay the numbers of areas out; none where the state forbids them.

    Parameters
    ----------
    data
        What was fitted.
    weights
        Areas.
    numbers
        Columns, see `analytics.membership.result.area_table`.
    state
        State of all areas when no model was fitted.

    Returns
    -------
    pandas.DataFrame
        As `analytics.membership.result.Membership.areas`.
    """
    table = pd.DataFrame(numbers, index=weights.ids)
    table[~data.known] = np.nan
    rules = [~data.known, data.schools == 0]
    states = np.select(rules, ["covariate not known", "predicted"], default="estimated")
    return table.assign(state=state or states, schools=data.schools, left_out=data.left_out)
