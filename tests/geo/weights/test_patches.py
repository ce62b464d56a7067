"""Random patches hang together, have the size wanted and start anywhere."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from geo.weights.patches import random_patches
from geo.weights.weights import Weights

CELLS = np.array([(r, c) for r in range(9) for c in range(9)], dtype=float)


@pytest.mark.parametrize("size", [1, 2, 7, 40, 81])
def test_patches_have_their_size_and_hang_together(size):
    grid = Weights.distance_band(CELLS, 1.1)
    patches = random_patches(grid, size, 30, seed=3)
    assert patches.sum(axis=1).tolist() == [size] * 30
    for members in patches:
        part = grid.sparse[members][:, members]
        assert connected_components(part, directed=False)[0] == 1


def test_every_area_has_its_turn_and_the_seed_decides():
    grid = Weights.distance_band(CELLS, 1.1)
    patches = random_patches(grid, 8, 400, seed=1)
    assert patches.any(axis=0).all()
    assert (random_patches(grid, 8, 400, seed=1) == patches).all()
    assert (random_patches(grid, 8, 400, seed=2) != patches).any()
    assert len({members.tobytes() for members in patches}) > 0.8 * 400


def test_only_parts_that_are_large_enough_are_used():
    apart = Weights.from_edges("abcdx", "abbccd", "bacbdc")
    assert not random_patches(apart, 2, 50, seed=1)[:, 4].any()
    assert random_patches(apart, 5, 50, seed=1).shape == (0, 5)
    with pytest.raises(ValueError, match="at least 1"):
        random_patches(apart, 0, seed=1)
