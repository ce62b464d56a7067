"""Join counts: how often areas of one category border each other, and what chance would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analytics.autocorrelation.area_columns import known_areas, on_ids
from analytics.autocorrelation.chance import Alternative, Inference, Orders
from analytics.autocorrelation.global_test import (
    Assumption,
    GlobalTest,
    check_assumption,
    conclude_each,
    refuse_self,
    untestable,
)
from analytics.autocorrelation.permutation_moments import (
    Side,
    of_links,
    permutation_moments,
    symmetric_links,
)
from analytics.inputs import Floats
from geo.weights.weights import Weights

Codes = NDArray[np.intp]

MOST_CATEGORIES = 50
"""More categories than this are taken for a measurement that was not cut into classes."""

_NO_TEST = GlobalTest(state="not two categories")


@dataclass(frozen=True)
class JoinCounts(GlobalTest):
    """Counts of joins between areas by category.

    The record's own `statistic, expected, variance, z, p, p_sim` speak of all joins between unlike
    areas (BW for two categories, "Jtot" of spdep's joincount.multi): fewer than expected means
    that like areas keep together.

    Attributes
    ----------
    BB, WW, BW
        Joins of two black areas, of two white ones, and of a black and a white one, each a
        `GlobalTest`; state "not two categories" when there are more and none was named black.
    pairs
        `GlobalTest` of every pair of categories, keyed `(category, category)` in sorted order:
        first each with itself, then each with every later one.
    """

    BB: GlobalTest = _NO_TEST
    WW: GlobalTest = _NO_TEST
    BW: GlobalTest = _NO_TEST
    pairs: Mapping[tuple[Any, Any], GlobalTest] = field(default_factory=dict, hash=False)


def join_counts(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    black: Any = None,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> JoinCounts:
    """Count joins within and between categories, and say what chance would give.

    Parameters
    ----------
    values
        One category an area (flags, 0 and 1, or words): a Series indexed by ids of the weights in
        any order, or an array in the order of `weights.ids`. Areas without one are left out.
    weights
        Weights, binary to count; a join's number is half the sum of its two directions.
    black
        The category counted as black; the others together are white. By default the last in
        sorted order of two (1, True).
    assumption
        "randomisation": the categories are shuffled over areas ("non-free sampling").
    alternative
        Of each count by itself: "greater" asks for more joins than expected.
    null, draws, seed
        As for `analytics.autocorrelation.door.moran`.

    Returns
    -------
    JoinCounts
        `BB, WW, BW` and `pairs`, each with `statistic, expected, variance, z, p`; the record's own
        numbers are of all joins between unlike areas. The count of a category with itself has the
        state "too few areas" when only one area belongs to it.

    Raises
    ------
    ValueError
        More than 50 categories, a `black` that no area has, "normality", or as for `moran`.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, page 20, equations 1.31-1.32. The variance of all
    unlike joins is that over all orders of the areas, for any number of categories.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = join_counts([1, 1, 0, 0], line)
    >>> [(j.statistic, j.expected) for j in (found.BB, found.WW, found.BW)]
    [(1.0, 0.5), (1.0, 0.5), (1.0, 2.0)]
    """
    how = Inference(alternative, null, draws, seed)
    check_assumption(assumption, "join counts", normal=False)
    refuse_self(weights, "join counts")
    inner, (kept,) = known_areas(weights, on_ids(values, weights))
    categories = _categories(kept, black)
    codes = pd.Index(categories).get_indexer(pd.Index(kept))
    spread = np.full(inner.n, np.nan if len(categories) < 2 else 0.0)
    if (reason := untestable(inner, spread)) is not None:
        return JoinCounts(**vars(reason), BB=reason, WW=reason, BW=reason)
    pairs, unlike = _tests(codes, categories, inner, how)
    if black is None and len(categories) == 2:
        black = categories[-1]
    given = JoinCounts(**vars(unlike), pairs=pairs)
    return given if black is None else _coloured(given, codes, categories.index(black), inner, how)


def _categories(kept: pd.Series, black: Any) -> list[Any]:
    """List the categories in sorted order."""
    found = sorted(kept.unique().tolist(), key=_rank)
    if len(found) > MOST_CATEGORIES:
        raise ValueError(
            f"{len(found)} categories, more than {MOST_CATEGORIES}: cut a measurement into classes "
            "before counting joins"
        )
    if black is not None and black not in found:
        raise ValueError(f"no area has the category {black!r}; there are {found}")
    return found


def _rank(category: Any) -> tuple[bool, Any]:
    """Order numbers before words, so that any mixture can be sorted."""
    number = isinstance(category, int | float)
    return not number, category if number else str(category)


def _coloured(
    given: JoinCounts, codes: Codes, black: int, weights: Weights, how: Inference
) -> JoinCounts:
    """Add the test of black against all others, which two categories already hold."""
    same = [test for (first, second), test in given.pairs.items() if first == second]
    if len(same) == 2:
        (unlike,) = (test for (first, second), test in given.pairs.items() if first != second)
        return replace(given, BB=same[black], WW=same[1 - black], BW=unlike)
    pairs, unlike = _tests((codes == black).astype(np.intp), [False, True], weights, how)
    return replace(given, BB=pairs[True, True], WW=pairs[False, False], BW=unlike)


def _tests(
    codes: Codes, categories: list[Any], weights: Weights, how: Inference
) -> tuple[dict[tuple[Any, Any], GlobalTest], GlobalTest]:
    """Test each pair of categories, and all unlike pairs together."""
    every = range(len(categories))
    kinds = [(c, c) for c in every] + list(combinations(every, 2))
    tables = np.array([_table(kind, len(categories)) for kind in kinds] + [1 - np.eye(len(every))])
    links = symmetric_links(weights.sparse)
    places = of_links(links * 0.5)  # each join is met from both its ends
    sizes = np.bincount(codes, minlength=len(categories))
    moments = [permutation_moments(places, _side(table, codes, sizes)) for table in tables]

    def statistics(orders: Orders) -> Floats:
        blocks = _blocks(codes[orders], links, len(categories))
        counted: Floats = np.tensordot(tables, blocks, axes=2) / 2
        return counted

    *tests, unlike = conclude_each(statistics, moments, weights, how)
    tests = [
        replace(test, state="too few areas") if c == d and sizes[c] < 2 else test
        for test, (c, d) in zip(tests, kinds, strict=True)
    ]
    names = [(categories[c], categories[d]) for c, d in kinds]
    return dict(zip(names, tests, strict=True)), unlike


def _table(kind: tuple[int, int], size: int) -> Floats:
    """Mark the cells of a category-by-category table that belong to a pair of categories."""
    table = np.zeros((size, size))
    table[kind] = table[kind[::-1]] = 1.0
    return table


def _side(table: Floats, codes: Codes, sizes: Codes) -> Side:
    """Sum up which areas a marked table pairs."""
    same = np.diag(table)
    rows = (table @ sizes - same)[codes]
    return Side(np.zeros(len(codes)), rows, float(sizes @ table @ sizes - same @ sizes))


def _blocks(codes: Codes, links: csr_array, categories: int) -> Floats:
    """Sum the links from each category to each, shape (categories, categories, draws)."""
    members = [(codes == c).astype(np.float64) for c in range(categories)]
    blocks = np.empty((categories, categories, codes.shape[1]))
    for c in range(categories):
        lag = links @ members[c]
        for d in range(c + 1):
            blocks[c, d] = blocks[d, c] = np.einsum("ij,ij->j", lag, members[d])
    return blocks
