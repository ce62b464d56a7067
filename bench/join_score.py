"""How far a rebuilt join is from the truth of a simulated county."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.rates.intervals import expected, wilson
from analytics.rates.tract_rates import allocate
from bench.simulated_county import County, Floats
from geo.shares import share_matrix

FEWEST = 20  # true students of a tract whose rate is scored
Interval = tuple[pd.Series, pd.Series]


def flow_error(county: County, share: pd.DataFrame) -> float:
    """Give the part of all students put into a tract where they do not live.

    Half the summed differences between the true and the rebuilt table of students by school and
    tract; a school that the join leaves out has all its students misplaced.

    Parameters
    ----------
    county : County
        The truth.
    share : DataFrame
        `school_id, geoid, share`.

    Returns
    -------
    float
        0 when every student is where the student lives.
    """
    schools, tracts = county.schools.index, county.tracts.index
    cells = share_matrix(share, schools, tracts).toarray()
    rebuilt = cells * county.schools["enrolled"].to_numpy()[:, None]
    return float(np.maximum(county.homes - rebuilt, 0).sum() / county.homes.sum())


def score(
    county: County, share: pd.DataFrame | None, interval: Interval | None = None
) -> dict[str, Any]:
    """Compare a rebuilt join with the truth.

    Parameters
    ----------
    county : County
        The truth.
    share : DataFrame or None
        `school_id, geoid, share`; None stands for no map at all: the place's one rate everywhere.
    interval : tuple of Series, optional
        Lower and upper end by tract; Wilson's on the allocated counts when not given.

    Returns
    -------
    dict
        `flow` (part of students misplaced); `count` (mean absolute error of the number of
        chronically absent students of a tract over its mean); mean absolute errors of the rate,
        in points, against the schools that the tract's children truly attend (`schools_*`) and
        against the risk of the children themselves (`own_*`), over `all`, `hot` and `rest`;
        `own_bias_hot` in points; the same of 100 times the ratio, observed to expected by level,
        of the schools attended (`ratio_*`); `figure`, the part of tracts that get one;
        `covers_schools`, `covers_own` (also `_hot`, `_rest`) and `width` (points) of the
        intervals. A tract without a figure is scored with the place's rate.
    """
    x, n = (county.schools[name].astype(float) for name in ("chronic_absent", "enrolled"))
    usual = expected(x, n, county.schools["level"])
    truth = _truth(county, usual / n)
    lived = truth["students"] >= FEWEST
    if share is None:
        table = pd.DataFrame(index=truth.index, columns=["rate", "ratio"], dtype=float)
        table["chronic_absent"] = truth["students"] * x.sum() / n.sum()
    else:
        table = allocate(x, n, share, geoids=truth.index)
        awaited = allocate(usual, n, share, geoids=truth.index)["rate"]
        table["ratio"] = table["rate"] / awaited
    found = table["rate"].notna()
    rate = table["rate"].fillna(x.sum() / n.sum())
    errors = {
        "schools": 100 * (rate - truth["schools"]),
        "own": 100 * (rate - truth["own"]),
        "ratio": 100 * (table["ratio"].fillna(1.0) - truth["ratio"]),
    }
    wrong = (table["chronic_absent"].fillna(0.0) - truth["absent"]).abs()
    row: dict[str, Any] = {
        "flow": float("nan") if share is None else flow_error(county, share),
        "count": float(wrong[lived].mean() / truth["absent"][lived].mean()),
        "figure": float(found[lived].mean()),
    }
    for what, error in errors.items():
        row[f"{what}_all"] = float(error[lived].abs().mean())
        row[f"{what}_hot"] = float(error[lived & truth["hot"]].abs().mean())
        row[f"{what}_rest"] = float(error[lived & ~truth["hot"]].abs().mean())
    row["own_bias_hot"] = float(errors["own"][lived & truth["hot"]].mean())
    if share is None:
        return row
    chance = wilson(table["chronic_absent"], table["enrolled"]) if interval is None else interval
    return row | _coverage(truth[lived & found], *chance)


def _truth(county: County, usual: pd.Series) -> pd.DataFrame:
    """Tell what is true of each tract, rates as underlying risk; `usual`, the level's rate."""
    homes = county.homes
    students = homes.sum(axis=0).astype(float)
    some = np.where(students > 0, students, np.nan)
    school_risk = (homes * county.risk).sum(axis=1) / homes.sum(axis=1)
    return pd.DataFrame(
        {
            "students": students,
            "absent": county.absent.sum(axis=0).astype(float),
            "own": (homes * county.risk).sum(axis=0) / some,
            "schools": _over_schools(homes, school_risk) / some,
            "ratio": _over_schools(homes, school_risk) / _over_schools(homes, usual.to_numpy()),
            "hot": county.hot,
        },
        index=county.tracts.index,
    )


def _over_schools(homes: Any, school_risk: Floats) -> Floats:
    total = np.asarray(school_risk @ homes, dtype=np.float64)
    return np.where(total > 0, total, np.nan)


def _coverage(truth: pd.DataFrame, low: pd.Series, high: pd.Series) -> dict[str, float]:
    low, high = low.reindex(truth.index), high.reindex(truth.index)
    own = truth["own"].between(low, high)
    return {
        "covers_schools": float(truth["schools"].between(low, high).mean()),
        "covers_own": float(own.mean()),
        "covers_own_hot": float(own[truth["hot"]].mean()),
        "covers_own_rest": float(own[~truth["hot"]].mean()),
        "width": float(100 * (high - low).mean()),
    }
