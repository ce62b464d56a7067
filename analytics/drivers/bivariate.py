"""Where absence and a driver go together: nine classes, and tests against shuffled schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.hotspots.nulls import ShuffledMap, on_areas
from analytics.inputs import Bools, Floats, floats, same_index
from analytics.local.significance import benjamini_hochberg, two_sided
from geo.weights.weights import Weights

THIRDS = ("low", "middle", "high")
_TIE = 1e-9  # statistics this close are equal


@dataclass(frozen=True, eq=False)
class BivariateClasses:
    """Classes of two maps.

    Attributes
    ----------
    areas : DataFrame
        Index of areas; `absence_class, driver_class` ("low", "middle", "high" or "no value") and
        `pair`, such as "high-low" (absence, then driver).
    table : DataFrame
        Number of areas, absence by rows, driver by columns, 3 x 3.
    absence_breaks, driver_breaks : tuple of float
        The two inner bounds of each; a value equal to a bound lies above it.
    """

    areas: pd.DataFrame
    table: pd.DataFrame
    absence_breaks: tuple[float, float]
    driver_breaks: tuple[float, float]


def bivariate_classes(
    absence: pd.Series,
    driver: pd.Series,
    *,
    absence_breaks: tuple[float, float] | None = None,
    driver_breaks: tuple[float, float] | None = None,
) -> BivariateClasses:
    """Put each area in one of nine classes by absence and by a driver.

    Parameters
    ----------
    absence, driver : Series
        Finite figures of the areas, on one index.
    absence_breaks, driver_breaks : tuple of float, optional
        The two inner bounds, rising; by default the thirds of the known values.

    Examples
    --------
    >>> absence, driver = pd.Series([0.1, 0.2, 0.3]), pd.Series([5.0, 9.0, 1.0])
    >>> bivariate_classes(absence, driver).areas.pair.tolist()
    ['low-middle', 'middle-high', 'high-low']
    """
    same_index(absence, driver, "absence and driver")
    first, one = _thirds(floats(absence), absence_breaks, "absence")
    second, two = _thirds(floats(driver), driver_breaks, "driver")
    both = (first != "no value") & (second != "no value")
    pair = np.where(both, first + "-" + second, "no value")
    areas = pd.DataFrame(
        {"absence_class": first, "driver_class": second, "pair": pair}, index=absence.index
    )
    inside = areas[both]
    table = pd.crosstab(inside["absence_class"], inside["driver_class"])
    table = table.reindex(index=list(THIRDS), columns=list(THIRDS), fill_value=0)
    return BivariateClasses(areas, table.rename_axis(index="absence", columns="driver"), one, two)


@dataclass(frozen=True, eq=False)
class BivariateLocal:
    """Where absence and a driver go together.

    Attributes
    ----------
    areas : DataFrame
        Index of the weights' ids; `absence` (observed / expected), `driver`, `local` statistic,
        `p_sim` two-sided, `q`, `quadrant` (absence around, then driver around: "high-high", ...)
        and `state` ("tested", "no value", "island", "constant values").
    statistic, expected, p : float
        Sum of the local statistics over areas divided by their number, its mean over the draws, and
        its two-sided p.
    """

    areas: pd.DataFrame
    statistic: float
    expected: float
    p: float


def bivariate_local(
    shuffled: ShuffledMap, weights: Weights, *, draws: int = 999, seed: int
) -> BivariateLocal:
    """Find where absence and a driver are high or low together (Lee's L, both averaged around).

    The driver stays where it is; school residuals move within levels and come to the tracts through
    the same catchment, so that smoothness made by shared schools is not taken for a finding.

    Parameters
    ----------
    shuffled : ShuffledMap
        School counts beside the driver, from `analytics.hotspots.nulls.shuffled_map`.
    weights : Weights
        What it was made with: neighbours of the tracts.
    draws, seed : int
        Number of shuffles, at least 1, and their seed.

    References
    ----------
    Lee SI (2001) Journal of Geographical Systems 3:369-385, equations 18-20.

    Examples
    --------
    >>> from analytics.hotspots.nulls import shuffled_map
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> driver = pd.Series([4.0, 3.0, 2.0, 1.0], index=list("abcd"))
    >>> shuffled = shuffled_map([40, 35, 10, 5], [100] * 4, driver, np.eye(4), line, None)
    >>> lee = bivariate_local(shuffled, line, seed=1)
    >>> lee.areas.quadrant.tolist()
    ['high-high', 'high-high', 'low-low', 'low-low']
    """
    _refuse_no_draw(draws)
    inner = weights.subset(weights.ids[shuffled.known])
    near = inner.with_self().row_standardized().sparse
    own = _standard(shuffled.driver[shuffled.known][:, None])[:, 0]
    around = near @ own
    absence = near @ _standard(shuffled.values(shuffled.events[:, None]))[:, 0]
    local = absence * around
    island = inner.cardinalities.to_numpy() == 0
    usable = ~island & bool(own.any()) & bool(absence.any())
    tails = _Tails(local)
    for maps in shuffled.draws(draws, seed):
        tails.add((near @ _standard(maps)) * around[:, None])
    drawn = np.full(len(local), draws)
    p = np.where(usable, two_sided(tails.lesser, tails.greater, drawn), np.nan)
    columns = {
        "local": np.where(usable, local, np.nan),
        "p_sim": p,
        "q": benjamini_hochberg(p, usable),
        "quadrant": np.where(usable, _quadrants(absence, around), "none"),
        "state": np.select([usable, island], ["tested", "island"], "constant values"),
    }
    areas = pd.DataFrame(columns, index=inner.ids).reindex(weights.ids)
    areas = areas.fillna({"quadrant": "none", "state": "no value"})
    ratio = np.full(weights.n, np.nan)
    ratio[shuffled.tracts.tested] = shuffled.tracts.values(shuffled.events[:, None])[:, 0]
    areas.insert(0, "driver", shuffled.driver)
    areas.insert(0, "absence", ratio)
    statistic, expected, p_overall = tails.overall(usable)
    return BivariateLocal(areas, statistic, expected, p_overall)


@dataclass(frozen=True)
class Overlap:
    """How many hot spots are also in the worst part of a driver.

    Attributes
    ----------
    count, hot, worst : int
        Areas that are both, hot, and in the worst part.
    expected, low, high : float
        Mean and 95 % range of the count when schools are shuffled.
    p : float
        Part of shuffles with at least as many, `(M + 1) / (R + 1)`.
    state : str
        "tested", "no hot spot", or "no driver value".
    """

    count: int
    hot: int
    worst: int
    expected: float
    low: float
    high: float
    p: float
    state: str


def overlap(
    hot: pd.Series,
    shuffled: ShuffledMap,
    weights: Weights,
    *,
    worst: float = 0.2,
    draws: int = 999,
    seed: int,
) -> Overlap:
    """Count hot spots in the worst part of a driver, beside the count that chance would give.

    Each shuffle of school residuals makes a map as smooth as the real one; as many tracts as are
    hot, those with the highest absence around, are laid over the driver.

    Parameters
    ----------
    hot : Series of bool
        True for hot-spot tracts, on ids of the weights.
    shuffled, weights, draws, seed
        See `bivariate_local`; a higher figure of the driver is worse.
    worst : float
        Part of the tracts with a value that counts as the worst, between 0 and 1.

    Raises
    ------
    ValueError
        Hot tracts on ids unknown to the weights, no draw, or `worst` outside (0, 1).

    Examples
    --------
    >>> from analytics.hotspots.nulls import shuffled_map
    >>> line = Weights.from_edges("abcde", "abbccdde", "bacbdced")
    >>> driver = pd.Series([5.0, 4.0, 3.0, 2.0, 1.0], index=list("abcde"))
    >>> shuffled = shuffled_map([40, 35, 10, 5, 6], [100] * 5, driver, np.eye(5), line, None)
    >>> both = overlap(driver > 4, shuffled, line, draws=99, seed=1)
    >>> both.count, both.hot, both.worst
    (1, 1, 1)
    """
    if not 0 < worst < 1:
        raise ValueError(f"worst must lie between 0 and 1, not {worst}")
    _refuse_no_draw(draws)
    figure = shuffled.driver[shuffled.known]
    flagged = on_areas(hot.astype(float), weights.ids).to_numpy()[shuffled.known] == 1
    many = int(flagged.sum())
    if not figure.size or many == 0:
        state = "no hot spot" if figure.size else "no driver value"
        return Overlap(0, many, 0, np.nan, np.nan, np.nan, np.nan, state)
    bad = figure >= np.quantile(figure, 1 - worst)
    count = int((flagged & bad).sum())
    inner = weights.subset(weights.ids[shuffled.known])
    near = inner.with_self().row_standardized().sparse
    drawn = []
    for maps in shuffled.draws(draws, seed):
        top = np.argpartition(-(near @ maps), many - 1, axis=0)[:many]
        drawn.append(bad[top].sum(axis=0))
    chance = np.concatenate(drawn)
    low, high = (float(v) for v in np.quantile(chance, [0.025, 0.975]))
    p = float((1 + (chance >= count).sum()) / (draws + 1))
    return Overlap(count, many, int(bad.sum()), float(chance.mean()), low, high, p, "tested")


@dataclass(eq=False)
class _Tails:
    """Draws at most and at least as large as observed, and the draws' means over areas."""

    observed: Floats

    def __post_init__(self) -> None:
        size = len(self.observed)
        self.lesser, self.greater = (np.zeros(size, dtype=np.int64) for _ in range(2))
        self.means: list[Floats] = []

    def add(self, drawn: Floats) -> None:
        """Count a batch of draws, shape (areas, draws)."""
        self.lesser += (drawn <= self.observed[:, None] + _TIE).sum(axis=1)
        self.greater += (drawn >= self.observed[:, None] - _TIE).sum(axis=1)
        if len(drawn):
            self.means.append(drawn.mean(axis=0))

    def overall(self, usable: Bools) -> tuple[float, float, float]:
        """Give the mean local statistic, its mean over draws and two-sided p."""
        if not usable.any():
            return np.nan, np.nan, np.nan
        mean, drawn = float(self.observed.mean()), np.concatenate(self.means)
        below, above = (drawn <= mean + _TIE).sum(), (drawn >= mean - _TIE).sum()
        p = two_sided(np.array([below]), np.array([above]), np.array([len(drawn)]))
        return mean, float(drawn.mean()), float(np.asarray(p)[0])


def _refuse_no_draw(draws: int) -> None:
    """Refuse a test without a draw."""
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")


def _thirds(
    values: Floats, breaks: tuple[float, float] | None, what: str
) -> tuple[Any, tuple[float, float]]:
    """Give the class of each value and the bounds used."""
    if np.isinf(values).any():
        raise ValueError(f"{int(np.isinf(values).sum())} values of {what} are infinite")
    known = ~np.isnan(values)
    if breaks is None:
        low, high = np.quantile(values[known], [1 / 3, 2 / 3]) if known.any() else (np.nan, np.nan)
    else:
        low, high = breaks
        if not low < high:
            raise ValueError(f"the bounds of {what} must rise, not {low:g}, {high:g}")
    place = np.searchsorted([low, high], np.where(known, values, low), side="right")
    names = np.array(THIRDS, dtype=object)[place]
    # All-equal values have no thirds: every one is in the middle.
    if known.any() and np.ptp(values[known]) == 0:
        names[:] = "middle"
    return np.where(known, names, "no value"), (float(low), float(high))


def _standard(maps: Floats) -> Floats:
    """Put each column in standard deviations from its mean; 0 where it does not vary."""
    if len(maps) == 0:
        return maps
    distance = maps - maps.mean(axis=0)
    spread = distance.std(axis=0)
    standard: Floats = distance / np.where(spread > _TIE, spread, np.inf)
    return standard


def _quadrants(absence: Floats, driver: Floats) -> Any:
    """Say on which side of the mean absence and driver are."""
    first, second = (np.where(a > 0, "high", "low") for a in (absence, driver))
    return np.char.add(np.char.add(first, "-"), second)
