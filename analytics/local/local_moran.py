"""Local Moran itself, for one map or for many draws of a map at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Floats
from analytics.local.statistic import deviations, row_sums, without_self
from geo.weights.weights import Weights

Moments = Literal["conditional", "total"]
MOMENTS: tuple[Moments, ...] = ("conditional", "total")

QUADRANTS = ("HH", "HL", "LH", "LL", "none")

_NOTHING = 1e-12  # relative size under which a deviation or a variance is none


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Local Moran prepared for one set of weights.

    With c the deviations from the mean and `m2 = sum c^2 / m`, the statistic of an area is
    `I = c * lag / m2` where `lag` is the weighted sum of its neighbours' c.

    Attributes
    ----------
    matrix
        Weights without selves, as given, shape (m, m).
    totals, squares
        Sum of each row of weights and of their squares, shape (m,).
    moments
        What moves under the null: "total" - all values; "conditional" - all but the area's own.
    """

    matrix: csr_array
    totals: Floats
    squares: Floats
    moments: Moments

    def parts(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the statistic of each area with its moments.

        Parameters
        ----------
        values
            One map, shape (m,), or many, shape (m, draws).

        Returns
        -------
        local_i, expected, variance
            Same shape as `values`; NaN throughout a map whose values are all equal or fewer than 3,
            and for islands. The variance is NaN where I cannot vary.

        References
        ----------
        Anselin L (1995) Geographical Analysis 27:93-115, equation 12. Moments: Sokal RR, Oden NL,
        Thomson BA (1998) Geographical Analysis 30:331-354, equations A3-A4 (total), A7-A8
        (conditional).
        """
        if len(values) < 3:
            empty = np.full(values.shape, np.nan)
            return empty, empty.copy(), empty.copy()
        scaled, mean_square = deviations(values)
        scaled /= np.sqrt(mean_square)
        local_i: Floats = self.matrix @ scaled
        local_i *= scaled
        moments = self._conditional if self.moments == "conditional" else self._total
        expected, variance = moments(scaled)
        for part in (local_i, expected, variance):
            part[self.totals <= 0] = np.nan
        shape = values.shape
        return local_i.reshape(shape), expected.reshape(shape), variance.reshape(shape)

    def z(self, values: Floats) -> Floats:
        """Give the standardised statistic of each area.

        Parameters
        ----------
        values
            One map, shape (m,), or many, shape (m, draws).

        Returns
        -------
        numpy.ndarray
            `(I - E) / sqrt(V)`, same shape; NaN where `parts` has none. With conditional moments
            this is Gi with the sign of the area's own deviation.
        """
        local_i, expected, variance = self.parts(values)
        local_i -= expected
        local_i /= np.sqrt(variance, out=variance)
        return local_i

    def quadrants(self, values: Floats) -> NDArray[np.int64]:
        """Say of each area of one map, shape (m,), where it and its neighbours stand.

        The position in `QUADRANTS`. H above the mean of the map, L not above it: first the area's
        own value, then the weighted mean of its neighbours.

        Examples
        --------
        >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
        >>> prepare_local_moran(line).quadrants(np.array([1.0, 2.0, 6.0, 3.5])).tolist()
        [3, 2, 1, 0]
        """
        own = values - values.mean() if values.size else values
        own_low = own <= 0
        near_low = self.matrix @ own <= _NOTHING * self.totals * np.abs(own).max(initial=0)
        found: NDArray[np.int64] = 2 * own_low.astype(np.int64) + near_low
        return found

    def _total(self, scaled: Floats) -> tuple[Floats, Floats]:
        """Give moments when all values move, from standardised values."""
        m = len(scaled)
        kurtosis = np.einsum("ij,ij->j", scaled**2, scaled**2) / m
        expected = np.where(np.isnan(scaled), np.nan, -(self.totals / (m - 1))[:, None])
        pairs = self.totals**2 - self.squares
        variance = (m - kurtosis) / (m - 1) * self.squares[:, None]
        variance += (2 * kurtosis - m) / ((m - 1) * (m - 2)) * pairs[:, None]
        variance -= expected**2
        return expected, variance

    def _conditional(self, scaled: Floats) -> tuple[Floats, Floats]:
        """Give moments when the area keeps its value, from standardised values."""
        m = len(scaled)
        own = scaled**2
        expected = own * -(self.totals / (m - 1))[:, None]
        room = self.squares - self.totals**2 / (m - 1)
        room = np.where(room > _NOTHING * self.totals**2, room, np.nan)
        rest = 1 - own / (m - 1)
        variance = own * (m / (m - 2)) * room[:, None] * rest
        fixed = (own <= _NOTHING) | (rest <= _NOTHING)
        return expected, np.where(fixed, np.nan, variance)


def prepare_local_moran(weights: Weights, *, moments: Moments = "total") -> LocalMoran:
    """Prepare local Moran for weights, taken as given.

    Parameters
    ----------
    weights
        Binary, row-standardised or general weights over m areas, no area its own neighbour.
    moments
        What z is standardised by. Keep "total" where draws move the area's own value as well, as
        school-level draws do: the conditional z forgets how far the area itself is from the mean.

    Returns
    -------
    LocalMoran
        The prepared statistic.

    Raises
    ------
    ValueError
        Weights that hold selves, or unknown moments.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> local_i, *_ = prepare_local_moran(line).parts(np.array([1.0, 2.0, 3.0, 6.0]))
    >>> local_i.round(3).tolist()
    [0.571, 0.286, 0.0, 0.0]
    """
    if moments not in MOMENTS:
        raise ValueError(f"unknown moments {moments!r}; known: {', '.join(MOMENTS)}")
    matrix = without_self(weights)
    return LocalMoran(matrix, *row_sums(matrix), moments)
