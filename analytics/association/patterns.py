"""Orthonormal patterns over places from coarse to fine: of a neighbour graph, or of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csc_array
from scipy.spatial.distance import cdist

from analytics.inputs import Floats

MOST_PATTERNS = 500
MOST_PLACES = 6000
KNOTS = 2500
_ROUNDS = 8  # of the search for compact blocks
_COARSE = 10  # patterns that tell where a place lies


@dataclass(frozen=True, eq=False)
class Basis:
    """Orthonormal patterns over n places, from the coarsest to the finest.

    Attributes
    ----------
    vectors : array, shape (n, m)
        Patterns; the first is constant when all places hang together.
    frequency : array, shape (m,)
        Squared spatial frequency of each, rising from 0, in units of its median.
    """

    vectors: Floats
    frequency: Floats

    def blocks(self, count: int) -> NDArray[np.intp]:
        """Split places into at most `count` compact groups 0, 1, ..., shape (n,)."""
        coarse = slice(1, 1 + _COARSE)
        spread = np.sqrt(np.maximum(self.frequency[coarse], 1e-6))
        place = self.vectors[:, coarse] / spread
        centres = place[_far_apart(place, count)]
        for _ in range(_ROUNDS):
            group = cdist(place, centres).argmin(axis=1)
            size = np.bincount(group, minlength=len(centres))
            sums = np.zeros_like(centres)
            np.add.at(sums, group, place)
            full = size > 0
            centres[full] = sums[full] / size[full, None]
        return np.unique(group, return_inverse=True)[1].astype(np.intp)


def graph_basis(w: csc_array) -> Basis:
    """Give the smoothest patterns of a neighbour graph: eigenvectors of its Laplacian.

    Weights are averaged with those of the way back. Islands and separate parts have patterns of
    their own. More than 6,000 places are refused.

    References
    ----------
    Chung FRK (1997) Spectral Graph Theory, chapter 1.

    Examples
    --------
    >>> ring = csc_array(np.roll(np.eye(4), 1, axis=1))
    >>> graph_basis(ring).frequency.round(3).tolist()
    [0.0, 1.0, 1.0, 2.0]
    """
    _refuse_many(w.shape[0])
    links = ((w + w.T) / 2).toarray()
    degree = links.sum(axis=1)
    n = len(degree)
    last = min(n, MOST_PATTERNS) - 1
    values, vectors = eigh(np.diag(degree) - links, subset_by_index=[0, last], driver="evr")
    return _basis(vectors, np.maximum(values, 0.0))


def point_basis(xy: Floats) -> Basis:
    """Give the smoothest patterns over points in the plane, shape (n, 2).

    They are a constant and the eigenvectors of the centred kernel minus distance, whose
    eigenvalues fall with the third power of frequency in the plane. Points may repeat. Of more than
    6,000 the patterns are found over 2,500, drawn at random, and the kernel carries them to all.

    References
    ----------
    Wahba G (1990) Spline Models for Observational Data, chapter 2. Gower JC (1966) Biometrika
    53:325-338 (centring). Williams CKI, Seeger M (2001) NIPS 13:682-688 (Nystroem's extension).

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> point_basis(corners).vectors.shape
    (4, 4)
    """
    n = len(xy)
    if n > MOST_PLACES:
        return _extended(xy, KNOTS)
    values, vectors = _eigen(xy)
    return _basis(np.column_stack([np.full(n, n**-0.5), vectors]), _frequency(values))


def _eigen(xy: Floats) -> tuple[Floats, Floats]:
    """Give the leading eigenvalues and eigenvectors of the centred kernel, the largest first."""
    n = len(xy)
    kernel = -cdist(xy, xy)
    mean = kernel.mean(axis=0)
    kernel += kernel.mean() - mean - mean[:, None]
    first = max(0, n - MOST_PATTERNS)
    values, vectors = eigh(kernel, subset_by_index=[first, n - 1], driver="evr")
    rough = values[::-1] > 1e-6 * values[-1]
    return values[::-1][rough], vectors[:, ::-1][:, rough]


def _frequency(values: Floats) -> Floats:
    frequency: Floats = np.r_[0.0, (values / values[0]) ** (-2 / 3)]
    return frequency


def _extended(xy: Floats, knots: int) -> Basis:
    """Carry the patterns over some of the points, drawn at random, to all of them."""
    drawn = np.random.default_rng(0).choice(len(xy), knots, replace=False)
    knot = np.unique(xy[drawn], axis=0)
    values, vectors = _eigen(knot)
    # What centring takes off is the same for all points: the constant holds it.
    carried = np.empty((len(xy), len(values)))
    for start in range(0, len(xy), knots):
        part = slice(start, start + knots)
        carried[part] = -cdist(xy[part], knot) @ (vectors / values)
    every = np.column_stack([np.ones(len(xy)), carried])
    return _basis(np.linalg.qr(every)[0], _frequency(values))


def _basis(vectors: Floats, frequency: Floats) -> Basis:
    """Put frequencies in units of their median."""
    middle = float(np.median(frequency))
    return Basis(vectors, frequency / (middle if middle > 0 else 1.0))


def _refuse_many(n: int) -> None:
    """Refuse more places than a dense factorisation can serve."""
    if n > MOST_PLACES:
        raise ValueError(f"{n:,} places are more than {MOST_PLACES:,}; run the model by district")


def _far_apart(place: Floats, count: int) -> list[int]:
    """Pick places far from one another, the outermost first."""
    away = ((place - place.mean(axis=0)) ** 2).sum(axis=1)
    chosen = [int(away.argmax())]
    away = ((place - place[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(count, len(place)) and away.max() > 0:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, ((place - place[chosen[-1]]) ** 2).sum(axis=1))
    return chosen
