"""Whether targeting pays: how much of the excess the first places hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

STEPS = (0.05, 0.1, 0.2, 0.3, 0.5)


def share_of_excess(
    drawn: pd.DataFrame,
    students: pd.Series,
    *,
    steps: Sequence[float] = STEPS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give the share of all students beyond a reference that the first places hold.

    Parameters
    ----------
    drawn : DataFrame
        `analytics.priorities.ranks.excess_draws`, places by draws.
    students : Series
        Enrolled students by place.
    steps : sequence of float
        Parts of the places, the ones with most students beyond the reference first.
    level : float
        Coverage.

    Returns
    -------
    DataFrame
        Index `part`: `places`, how many these are; `students`, their share of all students: what
        they would hold if the excess were spread evenly; `share, low, high` of the excess, the
        mean over the draws and its range; `drawn_first`, the same mean should each draw pick its
        own first places: what a room would reach that knew the truth. NaN where no place is beyond
        the reference.

    Raises
    ------
    ValueError
        A place without students, or a part outside 0 to 1.

    Notes
    -----
    Places are picked by the mean of their draws, once, and then judged by every draw: an order
    made from the very figures it is judged by would seem to hold more than it does. Places with
    fewer students than the reference count 0.

    References
    ----------
    Efron B (2011) J Am Stat Assoc 106:1602-1614 (selection bias).

    Examples
    --------
    >>> drawn = pd.DataFrame([[80.0, 60], [20, 40], [0, 0], [-10, -5]], index=list("abcd"))
    >>> share_of_excess(drawn, pd.Series(100, list("abcd")), steps=[0.25]).round(2).values.tolist()
    [[1.0, 0.25, 0.7, 0.6, 0.8, 0.7]]
    """
    size = students.reindex(drawn.index).to_numpy(dtype=float)
    if not (size >= 0).all():
        raise ValueError("a place has no number of students; give one for each")
    if not all(0 < step <= 1 for step in steps):
        raise ValueError(f"parts of the places lie between 0 and 1, not {list(steps)}")
    order = np.argsort(-drawn.to_numpy().mean(axis=1), kind="stable")
    beyond = np.maximum(drawn.to_numpy()[order], 0.0)
    total = beyond.sum(axis=0)
    some = total > 0
    held = np.cumsum(beyond[:, some], axis=0) / total[some]
    best = np.cumsum(-np.sort(-beyond[:, some], axis=0), axis=0) / total[some]
    people = np.cumsum(size[order]) / size.sum()
    rows = {}
    for step in steps:
        last = int(np.ceil(step * len(order) - 1e-9)) - 1
        range_ = np.quantile(held[last], [0.5 - level / 2, 0.5 + level / 2]) if some.any() else None
        low, high = (np.nan, np.nan) if range_ is None else range_
        mean = held[last].mean() if some.any() else np.nan
        first = best[last].mean() if some.any() else np.nan
        rows[step] = (last + 1, people[last], mean, low, high, first)
    columns = ["places", "students", "share", "low", "high", "drawn_first"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("part")
