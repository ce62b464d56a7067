"""How far chance explains a statistic of a whole map: normal and permutation p-values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from analytics.inputs import Floats
from analytics.local.getis_ord import two_sided

Alternative = Literal["two-sided", "greater", "less"]
Orders = NDArray[np.int64]
Counts = NDArray[np.int64]

_CELLS = 2**16  # numbers held at once: half a MB, which stays in the cache


@dataclass(frozen=True)
class Inference:
    """How a statistic is to be tested.

    Attributes
    ----------
    alternative
        "two-sided", "greater" or "less".
    null
        "areas" shuffles values over areas as well; None does not.
    draws, seed
        Number and seed of the permutations.

    Raises
    ------
    ValueError
        Unknown alternative or null, or fewer than 1 draw.
    """

    alternative: str = "two-sided"
    null: str | None = None
    draws: int = 999
    seed: int = 0

    def __post_init__(self) -> None:
        if self.alternative not in get_args(Alternative):
            raise ValueError(
                f"alternative must be one of {get_args(Alternative)}, not {self.alternative!r}"
            )
        if self.null not in (None, "areas") or (self.null and self.draws < 1):
            raise ValueError(
                f"null must be None or 'areas' with at least 1 draw, not {self.null!r} with "
                f"{self.draws}"
            )


def normal_p(z: float, alternative: str) -> float:
    """Give the normal p-value of a standardised statistic.

    Parameters
    ----------
    z
        Standardised statistic.
    alternative
        "two-sided", "greater" or "less".

    Returns
    -------
    float
        `2 (1 - Phi(|z|))`, `1 - Phi(z)` or `Phi(z)`.

    Examples
    --------
    >>> round(normal_p(1.96, "two-sided"), 3)
    0.05
    """
    tails = {"two-sided": 2 * ndtr(-abs(z)), "greater": ndtr(-z), "less": ndtr(z)}
    return float(tails[alternative])


def permutation_p(lesser: Counts, greater: Counts, draws: int, alternative: str) -> Floats:
    """Give permutation p-values from counts of draws.

    Parameters
    ----------
    lesser, greater
        Draws at most and at least as large as the observed statistic, shape (k,).
    draws
        Number of draws R.
    alternative
        "two-sided", "greater" or "less".

    Returns
    -------
    numpy.ndarray
        `(greater + 1) / (R + 1)`, `(lesser + 1) / (R + 1)`, or twice the smaller, at most 1.

    References
    ----------
    North BV, Curtis D, Sham PC (2002) Am J Hum Genet 71:439-441 (the +1 rule).

    Examples
    --------
    >>> counted = np.array([95]), np.array([4])
    >>> [float(permutation_p(*counted, 99, side)[0]) for side in ("greater", "two-sided")]
    [0.05, 0.1]
    """
    if alternative == "two-sided":
        return two_sided(lesser, greater, draws)
    tail: Floats = ((greater if alternative == "greater" else lesser) + 1) / (draws + 1)
    return tail


def shuffled_counts(
    statistic: Callable[[Orders], Floats], areas: int, tie: Floats, how: Inference
) -> tuple[Counts, Counts]:
    """Count draws at most and at least as large as the observed statistics.

    Parameters
    ----------
    statistic
        Gives k statistics of b maps, shape (k, b), from b orders of the areas, shape (m, b).
    areas
        Number of areas m.
    tie
        Difference under which a draw equals the observed, shape (k,).
    how
        Draws and seed.

    Returns
    -------
    lesser, greater
        Shape (k,) each.

    Examples
    --------
    >>> lesser, greater = shuffled_counts(lambda o: o[:1], 1, np.zeros(1), Inference(draws=9))
    >>> lesser.tolist(), greater.tolist()
    ([9], [9])
    """
    rng = np.random.default_rng(how.seed)
    observed = statistic(np.arange(areas)[:, None])
    lesser, greater = (np.zeros(len(observed), dtype=np.int64) for _ in range(2))
    batch = max(16, _CELLS // areas)
    for start in range(0, how.draws, batch):
        # One order at a time: numpy shuffles a single array almost twice as fast as many rows.
        orders = [rng.permutation(areas) for _ in range(min(batch, how.draws - start))]
        drawn = statistic(np.stack(orders, axis=1))
        lesser += (drawn <= observed + tie[:, None]).sum(axis=1)
        greater += (drawn >= observed - tie[:, None]).sum(axis=1)
    return lesser, greater
