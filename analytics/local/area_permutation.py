"""Conditional permutation of areas, all areas and draws together.

One set of drawn orders of the areas serves every area: an area with k neighbours takes the first k
areas of each order, itself skipped. Skipping keeps a draw exactly uniform over the other areas.
Where the weights of a row are equal, only sums matter, and areas with the same k share one sorted
list of sums: each looks up its own sum there and then corrects the few draws that held the area
itself, about R k / m of R draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Bools, Floats
from analytics.local.significance import Counts, DrawPlan, Tally, settle

_CELLS = 2**21  # numbers held at once: 16 MB
_TIE = 1e-9  # sums this close, relative to the spread of values, are equal
_ALIKE = 1e-12  # relative difference under which the weights of a row are equal

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class AreaPermutation:
    """A map of m areas and its links, ready to be compared with draws.

    `values` are standard deviations from the mean; `links` weights without selves, each row divided
    by its mean weight; `observed` the weighted sum over the `neighbours` of each area, k in number;
    `alike` marks areas whose neighbours all weigh the same.
    """

    values: Floats
    links: csr_array
    observed: Floats
    neighbours: Counts
    alike: Bools

    @classmethod
    def prepare(cls, values: Floats, matrix: csr_array) -> Self:
        """Prepare a map; the diagonal of the weights is left alone."""
        links = _without_self(matrix)
        neighbours = np.diff(links.indptr).astype(np.int64)
        totals = np.asarray(links.sum(axis=1))
        mean = np.divide(totals, neighbours, out=np.ones(len(totals)), where=neighbours > 0)
        data = links.data / np.repeat(mean, neighbours)
        row = np.repeat(np.arange(len(mean)), neighbours)
        alike = np.ones(len(mean), dtype=bool)
        alike[row[np.abs(data - 1) > _ALIKE]] = False
        links = csr_array((data, links.indices, links.indptr), shape=links.shape)
        scaled = (values - values.mean()) / (values.std() or 1.0)
        return cls(scaled, links, links @ scaled, neighbours, alike)

    def counts(self, areas: Places, draws: int, rng: np.random.Generator) -> tuple[Counts, Counts]:
        """Count draws at most and at least as large as the observed sums of some areas (a,).

        Both counts, shape (a,), equal `draws` for an area without neighbours.
        """
        wanted = np.zeros(len(self.values), dtype=bool)
        wanted[areas] = self.neighbours[areas] > 0
        lesser, greater = (np.where(wanted, 0, draws) for _ in range(2))
        places = int(self.neighbours[wanted].max(initial=0)) + 1
        for orders in _orders(len(wanted), places, draws, rng):
            drawn = self.values[orders]
            for count in (self._of_equal_weights, self._of_uneven_weights):
                below, above = count(orders, drawn, wanted)
                lesser += below
                greater += above
        return lesser[areas], greater[areas]

    def _of_equal_weights(
        self, orders: Places, drawn: Floats, wanted: Bools
    ) -> tuple[Counts, Counts]:
        """Look areas up among the sorted sums of their k, then correct draws that held them."""
        lesser, greater = (np.zeros(len(wanted), dtype=np.int64) for _ in range(2))
        low, high = self.observed - _TIE, self.observed + _TIE
        members = wanted & self.alike
        depth = np.where(members, self.neighbours, 0)
        sums = np.cumsum(drawn[:, : int(depth.max(initial=0)) + 1], axis=1)
        for k in np.unique(depth[members]):
            group = np.flatnonzero(depth == k)
            reference = np.sort(sums[:, k - 1])
            below = np.searchsorted(reference, low[group], side="left")
            greater[group] = len(sums) - below
            # Few sums are as good as equal to one of the list: only these are looked up again.
            near = np.append(reference, np.inf)[below] <= high[group]
            below[near] = np.searchsorted(reference, high[group[near]], side="right")
            lesser[group] = below
        held = depth[orders] > np.arange(orders.shape[1])
        draw, area = np.nonzero(held)[0], orders[held]
        with_self = sums[draw, depth[area] - 1]
        without = sums[draw, depth[area]] - self.values[area]
        for total, before, after in (
            (lesser, with_self <= high[area], without <= high[area]),
            (greater, with_self >= low[area], without >= low[area]),
        ):
            change = after.astype(np.float64) - before
            total += np.bincount(area, change, minlength=len(wanted)).astype(np.int64)
        return lesser, greater

    def _of_uneven_weights(
        self, orders: Places, drawn: Floats, wanted: Bools
    ) -> tuple[Counts, Counts]:
        """Sum the drawn neighbours of every area, those with the same k together."""
        lesser, greater = (np.zeros(len(wanted), dtype=np.int64) for _ in range(2))
        depth = np.where(wanted & ~self.alike, self.neighbours, 0)
        for k in np.unique(depth[depth > 0]):
            members = np.flatnonzero(depth == k)
            for block in np.array_split(members, -(-len(members) * len(orders) // _CELLS)):
                column = np.full(len(wanted), -1)
                column[block] = np.arange(len(block))
                sums = _sums(orders, drawn, column, _row_weights(self.links, block, int(k)))
                lesser[block] = (sums <= self.observed[block] + _TIE).sum(axis=0)
                greater[block] = (sums >= self.observed[block] - _TIE).sum(axis=0)
        return lesser, greater


def permute_areas(
    tally: Tally, values: Floats, matrix: csr_array, plan: DrawPlan, seed: int
) -> None:
    """Draw the neighbours of each tested area of one map (m,) from all other areas, and count.

    With the area's own value held, comparing sums is the same as comparing Gi, Gi* or, where the
    area lies above the mean, local Moran; below the mean the two counts of local Moran change
    places. Areas that share schools are alike by construction, and on such a map this null calls
    that likeness clustering. None of the tested areas may be without neighbours; the diagonal of
    the weights is left alone.

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115, section on conditional randomisation.
    """
    if not tally.rows.size:
        return
    rng = np.random.default_rng(seed)
    permutation = AreaPermutation.prepare(values, matrix)

    def draw(done: int, wanted: int) -> None:
        lesser, greater = permutation.counts(tally.rows, wanted - done, rng)
        tally.add(lesser, greater, wanted - done)

    settle([tally], plan, draw)


def _without_self(matrix: csr_array) -> csr_array:
    """Empty the diagonal of weights."""
    if not matrix.diagonal().any():
        return matrix
    links = matrix.tocoo()
    apart = links.row != links.col
    pairs = (links.data[apart], (links.row[apart], links.col[apart]))
    return csr_array(pairs, shape=matrix.shape)


def _orders(areas: int, places: int, draws: int, rng: np.random.Generator) -> Iterator[Places]:
    """Draw orders of the areas, batch by batch, and keep the first places of each."""
    crowded = 4 * places > areas
    batch = max(1, _CELLS // (areas if crowded else places))
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        if crowded:
            every = np.tile(np.arange(areas), (size, 1))
            yield rng.permuted(every, axis=1)[:, :places]
        else:
            yield _distinct(areas, places, size, rng)


def _distinct(areas: int, places: int, draws: int, rng: np.random.Generator) -> Places:
    """Draw different areas for the places of each order; a repeat further left is drawn again.

    Which places are drawn again depends only on which are equal, never on which area it is; so
    every order of different areas is equally likely.
    """
    orders = rng.integers(0, areas, (draws, places))
    doubtful = np.arange(draws)
    while doubtful.size:
        ordered = np.sort(orders[doubtful], axis=1)
        doubtful = doubtful[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        rows = orders[doubtful]
        by_area = np.argsort(rows, axis=1, kind="stable")
        ordered = np.take_along_axis(rows, by_area, axis=1)
        draw, place = np.nonzero(ordered[:, 1:] == ordered[:, :-1])
        rows[draw, by_area[draw, place + 1]] = rng.integers(0, areas, len(draw))
        orders[doubtful] = rows
    return orders


def _row_weights(links: csr_array, block: Places, k: int) -> Floats:
    """Give the weights of a block of areas with k neighbours each, shape (k, areas)."""
    starts = links.indptr[block]
    weights: Floats = links.data[starts + np.arange(k)[:, None]]
    return weights


def _sums(orders: Places, drawn: Floats, column: NDArray[np.int64], weights: Floats) -> Floats:
    """Sum the drawn neighbours of the areas that have a column, the area itself skipped."""
    k = len(weights)
    sums: Floats = drawn[:, :k] @ weights
    held = column[orders[:, :k]]
    draw, place = np.nonzero(held >= 0)
    area = held[draw, place]
    # From the area's own place on, every later area moves up by one.
    steps = drawn[draw, 1 : k + 1] - drawn[draw, :k]
    steps *= np.arange(k) >= place[:, None]
    sums[draw, area] += np.einsum("hk,kh->h", steps, weights[:, area])
    return sums
