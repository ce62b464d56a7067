"""Where absence and a driver go together on the map, against shuffled schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.nulls import shuffled_map
from analytics.inputs import Bools, Floats
from analytics.local.significance import benjamini_hochberg, two_sided
from geo.weights.weights import Weights

_TIE = 1e-9  # statistics this close are equal

Statistic = Literal["lee", "moran"]


@dataclass(frozen=True, eq=False)
class BivariateLocal:
    """Where absence and a driver go together, against shuffled schools.

    Attributes
    ----------
    areas
        Index of the weights' ids; `absence` (observed / expected), `driver`, `local` statistic,
        `p_sim` two-sided, `q`, `quadrant` (absence around, then driver around: "high-high", ...)
        and `state` ("tested", "no value", "island", "constant values").
    statistic, expected, p
        Sum of the local statistics over areas divided by their number, its mean over the draws, and
        its two-sided p.
    """

    areas: pd.DataFrame
    statistic: float
    expected: float
    p: float


def bivariate_local(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    driver: pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: ArrayLike | pd.Series | None = None,
    statistic: Statistic = "lee",
    draws: int = 999,
    seed: int,
) -> BivariateLocal:
    """Find where absence and a driver are high or low together, against shuffled schools.

    The driver stays where it is; school residuals move within levels and come to the tracts through
    the same catchment, so that smoothness made by shared schools is not taken for a finding.

    Parameters
    ----------
    x, n, share, weights, strata, draws, seed
        As for `analytics.hotspots.test.gi_star_schools`.
    driver
        Figure of each tract, indexed by ids of the weights.
    statistic
        "lee": absence and driver both averaged over the tract and its neighbours. "moran": the
        tract's own driver against its neighbours' absence.

    Returns
    -------
    BivariateLocal
        By tract, and overall.

    Raises
    ------
    ValueError
        As for `gi_star_schools`, a driver on unknown ids, or an unknown statistic.

    References
    ----------
    Lee SI (2001) Journal of Geographical Systems 3:369-385, equations 18-20. Anselin L, Syabri I,
    Smirnov O (2002) Visualizing multivariate spatial correlation. Null:
    `analytics.hotspots.residuals`.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> driver = pd.Series([4.0, 3.0, 2.0, 1.0], index=list("abcd"))
    >>> found = bivariate_local([40, 35, 10, 5], [100] * 4, driver, np.eye(4), line, seed=1)
    >>> found.areas.quadrant.tolist()
    ['high-high', 'high-high', 'low-low', 'low-low']
    """
    if statistic not in ("lee", "moran"):
        raise ValueError(f"statistic must be 'lee' or 'moran', not {statistic!r}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    given = shuffled_map(x, n, driver, share, weights, strata)
    inner = weights.subset(weights.ids[given.known])
    near = (inner.with_self() if statistic == "lee" else inner).row_standardized().sparse
    own = _standard(given.driver[given.known][:, None])[:, 0]
    around = near @ own if statistic == "lee" else own
    absence = near @ _standard(given.values(given.events[:, None]))[:, 0]
    seen = absence * around
    island = inner.cardinalities.to_numpy() == 0
    usable = ~island & bool(own.any()) & bool(absence.any())
    tails = _Tails(seen)
    for maps in given.draws(draws, seed):
        tails.add((near @ _standard(maps)) * around[:, None])
    p = np.where(usable, two_sided(tails.lesser, tails.greater, np.full(len(seen), draws)), np.nan)
    shown = {
        "local": np.where(usable, seen, np.nan),
        "p_sim": p,
        "q": benjamini_hochberg(p, usable),
        "quadrant": np.where(usable, _quadrants(absence, around), "none"),
        "state": np.select([usable, island], ["tested", "island"], "constant values"),
    }
    areas = pd.DataFrame(shown, index=inner.ids).reindex(weights.ids)
    areas = areas.fillna({"quadrant": "none", "state": "no value"})
    ratio = np.full(weights.n, np.nan)
    ratio[given.tracts.tested] = given.tracts.values(given.events[:, None])[:, 0]
    areas.insert(0, "driver", given.driver)
    areas.insert(0, "absence", ratio)
    return BivariateLocal(areas, *tails.overall(usable))


@dataclass(eq=False)
class _Tails:
    """Draws at most and at least as large as observed, and the draws' means over areas."""

    seen: Floats

    def __post_init__(self) -> None:
        self.lesser, self.greater = (np.zeros(len(self.seen), dtype=np.int64) for _ in range(2))
        self.means: list[Floats] = []

    def add(self, drawn: Floats) -> None:
        """Count a batch of draws, shape (areas, draws)."""
        self.lesser += (drawn <= self.seen[:, None] + _TIE).sum(axis=1)
        self.greater += (drawn >= self.seen[:, None] - _TIE).sum(axis=1)
        if len(drawn):
            self.means.append(drawn.mean(axis=0))

    def overall(self, usable: Bools) -> tuple[float, float, float]:
        """Give the mean local statistic, its mean over draws and two-sided p."""
        if not usable.any():
            return np.nan, np.nan, np.nan
        mean, drawn = float(self.seen.mean()), np.concatenate(self.means)
        below, above = (drawn <= mean + _TIE).sum(), (drawn >= mean - _TIE).sum()
        p = two_sided(np.array([below]), np.array([above]), np.array([len(drawn)]))
        return mean, float(drawn.mean()), float(np.asarray(p)[0])


def _standard(maps: Floats) -> Floats:
    """Put each column in standard deviations from its mean; 0 where it does not vary."""
    if len(maps) == 0:
        return maps
    distance = maps - maps.mean(axis=0)
    spread = distance.std(axis=0)
    found: Floats = distance / np.where(spread > _TIE, spread, np.inf)
    return found


def _quadrants(absence: Floats, driver: Floats) -> Any:
    """Say on which side of the mean absence and driver are."""
    first, second = (np.where(a > 0, "high", "low") for a in (absence, driver))
    return np.char.add(np.char.add(first, "-"), second)
