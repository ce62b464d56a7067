"""Conditional permutation of areas, all areas and draws together.

One set of shuffled orders serves every area: an area with k neighbours takes the first k areas of
each order, itself skipped. Skipping keeps the draw exactly uniform over the other areas.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Floats

_CELLS = 2**21  # numbers held at once: 16 MB
_SHUFFLED = 2**24  # areas shuffled at once: 64 MB
_TIE = 1e-9  # sums this close, relative to the spread of values, are equal

Counts = NDArray[np.int64]
Orders = NDArray[np.int32]


def permuted_counts(
    values: Floats, matrix: csr_array, draws: int, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """Count draws at most and at least as large as each area's weighted sum of neighbours.

    For Gi* with its own value held, comparing sums is the same as comparing z.

    Parameters
    ----------
    values
        One value an area, shape (m,).
    matrix
        Weights, shape (m, m); the diagonal is left alone.
    draws
        Number of permutations.
    rng
        Source of chance.

    Returns
    -------
    lesser, greater
        Integers, shape (m,); both equal `draws` for an area without neighbours.

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115, section on conditional randomisation.
    """
    links = _without_self(matrix)
    neighbours = np.diff(links.indptr)
    scaled = (values - values.mean()) / (values.std() or 1.0)
    observed = links @ scaled
    orders = _orders(len(values), int(neighbours.max(initial=0)) + 1, draws, rng)
    drawn = scaled[orders]
    lesser, greater = (np.full(len(values), draws, dtype=np.int64) for _ in range(2))
    for k in np.unique(neighbours[neighbours > 0]):
        members = np.flatnonzero(neighbours == k)
        for block in np.array_split(members, -(-len(members) * draws // _CELLS)):
            column = np.full(len(values), -1)
            column[block] = np.arange(len(block))
            sums = _sums(orders, drawn, column, _row_weights(links, block, int(k)))
            lesser[block] = (sums <= observed[block] + _TIE).sum(axis=0)
            greater[block] = (sums >= observed[block] - _TIE).sum(axis=0)
    return lesser, greater


def _without_self(matrix: csr_array) -> csr_array:
    """Copy weights with an empty diagonal."""
    links = matrix.tocoo()
    apart = links.row != links.col
    pairs = (links.data[apart], (links.row[apart], links.col[apart]))
    return csr_array(pairs, shape=matrix.shape)


def _orders(areas: int, length: int, draws: int, rng: np.random.Generator) -> Orders:
    """Shuffle the areas many times and keep the first places of each order."""
    batch = max(1, _SHUFFLED // areas)
    parts = [
        _first_places(areas, length, min(batch, draws - start), rng)
        for start in range(0, draws, batch)
    ]
    return np.concatenate(parts)


def _first_places(areas: int, length: int, draws: int, rng: np.random.Generator) -> Orders:
    """Run the first steps of Fisher and Yates over all draws at once."""
    orders = np.tile(np.arange(areas, dtype=np.int32), (draws, 1))
    every = np.arange(draws)
    for place in range(length):
        other = rng.integers(place, areas, draws)
        held = orders[:, place].copy()
        orders[:, place] = orders[every, other]
        orders[every, other] = held
    return np.ascontiguousarray(orders[:, :length])


def _row_weights(links: csr_array, block: NDArray[np.intp], k: int) -> Floats:
    """Give the weights of a block of areas with k neighbours each, shape (k, areas)."""
    starts = links.indptr[block]
    weights: Floats = links.data[starts + np.arange(k)[:, None]]
    return weights


def _sums(orders: Orders, drawn: Floats, column: NDArray[np.int64], weights: Floats) -> Floats:
    """Sum the drawn neighbours of the areas that have a column, the area itself skipped."""
    k = len(weights)
    sums: Floats = drawn[:, :k] @ weights
    found = column[orders[:, :k]]
    draw, place = np.nonzero(found >= 0)
    area = found[draw, place]
    # From the area's own place on, every later area moves up by one.
    steps = drawn[draw, 1 : k + 1] - drawn[draw, :k]
    steps *= np.arange(k) >= place[:, None]
    sums[draw, area] += np.einsum("hk,kh->h", steps, weights[:, area])
    return sums
