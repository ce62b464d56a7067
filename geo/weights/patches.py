"""Connected patches of areas, grown at random: what a group of a size looks like by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.weights.weights import Weights

Members = NDArray[np.bool_]


def random_patches(weights: Weights, size: int, count: int = 200, *, seed: int) -> Members:
    """Grow connected patches from random areas, a random half of their border at a time.

    Parameters
    ----------
    weights : Weights
        Neighbours of n areas; a link in either direction connects.
    size : int
        Areas of each patch.
    count : int
        Patches wanted; they may overlap.
    seed : int
        Seed of the areas they start from and of how they grow.

    Returns
    -------
    array of bool, shape (count, n)
        Members of each patch, in the order of `weights.ids`. No row when no part of the map that
        hangs together has `size` areas.

    Raises
    ------
    ValueError
        A size below 1.

    References
    ----------
    Openshaw S (1977) Trans Inst Br Geogr NS 2:459-472 (random contiguous zones).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> patches = random_patches(line, 2, 5, seed=1)
    >>> patches.shape, patches.sum(axis=1).tolist()
    ((5, 4), [2, 2, 2, 2, 2])
    """
    if size < 1:
        raise ValueError(f"a patch needs at least 1 area, not {size}")
    links = weights.sparse + weights.sparse.T
    from scipy.sparse.csgraph import connected_components

    parts = connected_components(links, directed=False)[1]
    starts = np.flatnonzero(np.bincount(parts, minlength=1)[parts] >= size)
    rng = np.random.default_rng(seed)
    if not len(starts):
        return np.zeros((0, len(parts)), dtype=np.bool_)
    inside = np.zeros((count, len(parts)), dtype=np.bool_)
    inside[np.arange(count), rng.choice(starts, count)] = True
    for _ in range(size):
        wanted = size - inside.sum(axis=1)
        if not wanted.any():
            break
        border = ((links @ inside.T.astype(np.float64)).T > 0) & ~inside
        order = np.where(border, rng.random(border.shape), np.inf)
        taken = np.minimum(wanted, (border.sum(axis=1) + 1) // 2)
        last = np.sort(order, axis=1)[np.arange(count), np.maximum(taken, 1) - 1]
        inside |= border & (order <= np.where(taken > 0, last, -1.0)[:, None])
    return inside
