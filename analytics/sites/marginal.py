"""How much the next site adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from analytics.sites.rules import Pairs, Sites

Solve = Callable[[Pairs, int], Sites]
"""A question of this package with everything set but pairs and number of new sites."""


def marginal_benefit(pairs: Pairs, solve: Solve, numbers: Sequence[int]) -> pd.DataFrame:
    """Solve for several numbers of new sites.

    Returns
    -------
    DataFrame
        Index `k`: `value`, what each site since the row before `adds` (NaN in the first row; below
        0 where the value is a way that gets shorter), `gap`, `status`. A gap may make a step look
        smaller or larger than it is by `gap * value`.

    Examples
    --------
    >>> from analytics.sites.coverage import maximal_coverage
    >>> near = tuple(map(pd.Series, (["a", "b", "c"], [1, 2, 3], [1.0] * 3)))
    >>> pairs = Pairs.of(pd.Series([30.0, 20, 40], list("abc")), pd.Index([1, 2, 3]), near)
    >>> solve = lambda pairs, k: maximal_coverage(pairs, k, within=1.0)
    >>> marginal_benefit(pairs, solve, [1, 2, 3])["adds"].tolist()
    [nan, 30.0, 20.0]
    """
    rows, before, last = {}, float("nan"), 0
    for k in numbers:
        found = solve(pairs, k)
        adds = (found.value - before) / max(k - last, 1)
        rows[k] = (found.value, adds, found.gap, found.status)
        before, last = found.value, k
    columns = ["value", "adds", "gap", "status"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("k")
