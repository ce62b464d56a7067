"""Exact mean and variance of a spatial sum when values are shuffled over areas.

Moran's I, Geary's C, Getis and Ord's G, Lee's L and join counts are, but for a constant, one sum:
over areas, a number of the place times a number of the value; plus over ordered pairs of areas, the
link of the places times the likeness of the values. Its moments under all m! orders need only a few
totals of either side, so one derivation serves every statistic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from analytics.inputs import Floats

_ROUNDING = 1e-11  # a variance this small beside its terms is rounding of zero


@dataclass(frozen=True, eq=False)
class Side:
    """What the moments need to know of the places, or of the values.

    Attributes
    ----------
    own
        Number of each area by itself, shape (m,).
    rows
        Sum over the other areas of the symmetric pair numbers, shape (m,).
    squares
        Sum of the squared pair numbers over ordered pairs of different areas.
    """

    own: Floats
    rows: Floats
    squares: float


def of_links(symmetric: csr_array, own: Floats | None = None) -> Side:
    """Sum up the side of the places.

    Parameters
    ----------
    symmetric
        Pair numbers, shape (m, m), symmetric; its diagonal is left alone.
    own
        Number of each place by itself, shape (m,); none when omitted.

    Returns
    -------
    Side
        Totals for `permutation_moments`.

    Examples
    --------
    >>> of_links(csr_array(np.array([[0.0, 2.0], [2.0, 0.0]]))).squares
    8.0
    """
    diagonal = symmetric.diagonal()
    rows = np.asarray(symmetric.sum(axis=1)) - diagonal
    squares = float((symmetric.data**2).sum() - (diagonal**2).sum())
    return Side(np.zeros(len(rows)) if own is None else own, rows, squares)


def of_products(left: Floats, right: Floats, own: Floats | None = None) -> Side:
    """Sum up values that pair as `(x_i y_j + y_i x_j) / 2`.

    Parameters
    ----------
    left, right
        Values x and y, shape (m,).
    own
        Number of each value by itself, shape (m,); none when omitted.

    Returns
    -------
    Side
        Totals for `permutation_moments`.

    Examples
    --------
    >>> of_products(np.array([1.0, 2.0]), np.array([1.0, 2.0])).rows.tolist()
    [2.0, 2.0]
    """
    both = left * right
    rows = (left * right.sum() + right * left.sum()) / 2 - both
    cross = ((left @ left) * (right @ right) + (left @ right) ** 2) / 2
    return Side(np.zeros(len(left)) if own is None else own, rows, float(cross - both @ both))


def permutation_moments(places: Side, values: Side) -> tuple[float, float]:
    """Give mean and variance of the sum over all orders of the values.

    Parameters
    ----------
    places, values
        The two sides, over the same number of areas m, at least 2.

    Returns
    -------
    mean, variance
        Exact; a variance that is only rounding is given as 0.

    References
    ----------
    Mantel N (1967) Cancer Research 27:209-220. Lee SI (2004) Environment and Planning A
    36:1687-1703 (numbers of areas by themselves beside those of pairs).

    Examples
    --------
    Two areas and one link, values 1 and 3: the product is 3 in either order.

    >>> link = of_links(csr_array(np.array([[0.0, 0.5], [0.5, 0.0]])))
    >>> permutation_moments(link, of_products(np.array([1.0, 3.0]), np.array([1.0, 3.0])))
    (3.0, 0.0)
    """
    m = len(places.own)
    alone = places.own.sum() * values.own.sum() / m
    paired = places.rows.sum() * values.rows.sum() / (m * (m - 1))
    terms = [
        _spread(places.own) * _spread(values.own) / (m - 1),
        *_pair_square(places, values),
        -(paired**2),
        *(2 * term for term in _alone_times_pair(places, values)),
        -2 * alone * paired,
    ]
    variance = float(np.sum(terms))
    size = float(np.abs(terms).sum())
    return float(alone + paired), variance if variance > _ROUNDING * size else 0.0


def symmetric_links(matrix: csr_array) -> csr_array:
    """Average the two directions of each link.

    Parameters
    ----------
    matrix
        Weights, shape (m, m).

    Returns
    -------
    csr_array
        `(W + W') / 2`: any sum over ordered pairs of like values is the same with it.

    Examples
    --------
    >>> symmetric_links(csr_array(np.array([[0.0, 1.0], [0.0, 0.0]]))).toarray().tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    half = matrix * 0.5
    return csr_array(half + half.T)


def _spread(own: Floats) -> float:
    """Sum of squares about the mean."""
    return float(((own - own.mean()) ** 2).sum())


def _pair_square(places: Side, values: Side) -> list[float]:
    """Expect the squared sum over pairs: pairs of pairs with two, one and no area in common."""
    m = len(places.own)
    two = 2 * places.squares * values.squares / (m * (m - 1))
    if m < 3:
        return [two]
    one = 4 * _sharing_one(places) * _sharing_one(values) / (m * (m - 1) * (m - 2))
    if m < 4:
        return [two, one]
    apart = _sharing_none(places) * _sharing_none(values) / (m * (m - 1) * (m - 2) * (m - 3))
    return [two, one, apart]


def _sharing_one(side: Side) -> float:
    return float(side.rows @ side.rows) - side.squares


def _sharing_none(side: Side) -> float:
    return float(side.rows.sum() ** 2 - 4 * (side.rows @ side.rows) + 2 * side.squares)


def _alone_times_pair(places: Side, values: Side) -> list[float]:
    """Expect an area's own number times a pair's: the area in the pair, or apart from it."""
    m = len(places.own)
    within = 2 * float(places.own @ places.rows) * float(values.own @ values.rows) / (m * (m - 1))
    if m < 3:
        return [within]
    apart = [
        side.own.sum() * side.rows.sum() - 2 * float(side.own @ side.rows)
        for side in (places, values)
    ]
    return [within, apart[0] * apart[1] / (m * (m - 1) * (m - 2))]
