"""How much of what differs between schools each theme of drivers accounts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import factorial

from analytics.association.estimate import DesignMatrix, design_matrix
from analytics.inputs import Floats
from analytics.quasi_likelihood import quasi_binomial

MOST_THEMES = 10
LEVEL = 0.95


def shapley_shares(
    outcome: Any,
    exposures: pd.DataFrame,
    *,
    themes: Mapping[str, str],
    strata: ArrayLike | pd.Series | None = None,
    blocks: ArrayLike | pd.Series | None = None,
    draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Divide the explained variation among themes, whatever the order they enter in.

    Parameters
    ----------
    outcome, exposures, strata
        See `analytics.association.fit`; variation between strata is set aside first.
    themes : mapping of str to str
        Theme of each exposure; at most 10 themes, so that the cost is bounded.
    blocks : array or Series, optional
        Group of each school that the bootstrap draws as one (a district, a neighbourhood); None
        draws single schools, which makes intervals too short where neighbours are alike.
    draws, seed : int
        Number of bootstrap draws, and their seed.

    Returns
    -------
    DataFrame
        Index of themes in order of their share; `r2` (a theme's part of the pseudo R2 of the
        quasi-binomial working model), `share` (of the total; sums to 1), its 95 % interval
        `low, high`, and `exposures`. NaN when nothing is explained or too few schools are left.

    Raises
    ------
    ValueError
        An exposure without theme, more than 10 themes, or blocks of another length.

    References
    ----------
    Lipovetsky S, Conklin M (2001) Applied Stochastic Models in Business and Industry 17:319-330.
    Shapley LS (1953). Efron B (1979) Annals of Statistics 7:1-26 (bootstrap percentiles).

    Examples
    --------
    >>> x = pd.DataFrame({"a": [0.0, 1.0, 0.0, 1.0, 2.0, 0.0], "b": [0.0, 0.0, 1.0, 1.0, 0.0, 2.0]})
    >>> shares = shapley_shares(3 * x.a + x.b, x, themes={"a": "home", "b": "care"}, draws=9)
    >>> shares.index.tolist(), round(float(shares.r2.sum()), 6)
    (['home', 'care'], 1.0)
    """
    codes, labels = _theme_codes(exposures, themes)
    design = design_matrix(outcome, exposures, strata)
    group = _groups(blocks, design)
    table = pd.DataFrame(
        {"r2": np.nan, "share": np.nan, "low": np.nan, "high": np.nan},
        pd.Index(labels, name="theme"),
    ).assign(exposures=np.bincount(codes))
    if len(design.ids) <= design.columns.shape[1] + 1:
        return table
    cross = _cross_products(design, group)
    parts = _split(cross.sum(axis=0), codes, design.levels.shape[1])
    if not parts.sum() > 1e-12:
        return table
    shares = _bootstrap(cross, codes, design.levels.shape[1], draws, seed)
    low, high = np.nanquantile(shares, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    table = table.assign(r2=parts, share=parts / parts.sum(), low=low, high=high)
    return table.sort_values("share", ascending=False, kind="stable")


def _theme_codes(
    exposures: pd.DataFrame, themes: Mapping[str, str]
) -> tuple[NDArray[np.intp], NDArray[np.str_]]:
    """Give the number of each exposure's theme, and the themes."""
    lost = [name for name in exposures if name not in themes]
    if lost:
        raise ValueError(f"{len(lost)} exposures have no theme; the first: {lost[0]!r}")
    labels, codes = np.unique([themes[str(name)] for name in exposures], return_inverse=True)
    if len(labels) > MOST_THEMES:
        raise ValueError(f"{len(labels)} themes are more than {MOST_THEMES}; join some")
    return codes, labels


def _bootstrap(
    cross: Floats, codes: NDArray[np.intp], levels: int, draws: int, seed: int
) -> Floats:
    """Give each theme's share in resamples of the blocks, shape (draws, themes)."""
    rng = np.random.default_rng(seed)
    shares = np.empty((draws, int(codes.max()) + 1))
    for i in range(draws):
        times = np.bincount(rng.integers(len(cross), size=len(cross)), minlength=len(cross))
        drawn = _split(np.tensordot(times, cross, 1), codes, levels)
        shares[i] = drawn / drawn.sum() if drawn.sum() > 0 else np.nan
    return shares


def _groups(blocks: Any, design: DesignMatrix) -> NDArray[np.intp]:
    """Give the block number of each school that takes part."""
    if blocks is None:
        return np.arange(len(design.ids))
    if len(blocks) != len(design.used):
        raise ValueError(f"{len(blocks)} blocks for {len(design.used)} schools")
    inside = pd.Series(np.asarray(blocks, dtype=object))[design.used]
    codes: NDArray[np.intp] = pd.factorize(inside, use_na_sentinel=False)[0]
    return codes


def _cross_products(design: DesignMatrix, group: NDArray[np.intp]) -> Floats:
    """Give sums of products of levels, exposures and response by block, each weighted."""
    if design.n is None:
        both = np.column_stack([design.columns, design.x])
    else:
        model = quasi_binomial(design.x, design.n, design.columns)
        w = design.n * model.fitted * (1 - model.fitted)
        response = design.columns @ model.coefficients + (design.x - design.n * model.fitted) / w
        both = np.column_stack([design.columns, response]) * np.sqrt(w)[:, None]
    cross = np.zeros((int(group.max()) + 1, both.shape[1], both.shape[1]))
    np.add.at(cross, group, both[:, :, None] * both[:, None, :])
    return cross


def _split(cross: Floats, codes: NDArray[np.intp], levels: int) -> Floats:
    """Give each theme's Shapley value of R2 from sums of products."""
    inner = (
        cross[levels:, levels:]
        - cross[levels:, :levels]
        @ np.linalg.pinv(cross[:levels, :levels], hermitian=True)
        @ cross[:levels, levels:]
    )
    size = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    inner = inner / np.outer(size, size)
    themes = int(codes.max()) + 1
    members = (np.arange(2**themes)[:, None] >> np.arange(themes)) & 1
    mask = members[:, codes].astype(bool)
    square = mask[:, :, None] & mask[:, None, :]
    a = np.where(square, inner[:-1, :-1], np.eye(len(codes)))
    # A resample may repeat a column: this much ridge keeps it solvable and moves nothing else.
    right = np.where(mask, inner[:-1, -1], 0.0)
    b = np.linalg.solve(a + 1e-9 * np.eye(len(codes)), right[:, :, None])[:, :, 0]
    return _shapley((b * right).sum(axis=1), members)


def _shapley(value: Floats, members: NDArray[np.int64]) -> Floats:
    """Average what each player adds over all orders of entry."""
    count = members.shape[1]
    size = members.sum(axis=1)
    values = np.empty(count)
    for player in range(count):
        without = np.flatnonzero(members[:, player] == 0)
        gain = value[without + 2**player] - value[without]
        order = factorial(size[without]) * factorial(count - 1 - size[without]) / factorial(count)
        values[player] = order @ gain
    return values
