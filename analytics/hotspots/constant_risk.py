"""The null of constant risk: every student of a level is as likely as any other to be absent.

It is a test of ANY difference between places. Schools differ far more than chance between students
allows, so it rejects nearly everywhere and does not say where to go;
`analytics.hotspots.residuals` holds
the null that asks whether schools above their level stand together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.hotspots.residuals import Codes
from analytics.inputs import Floats, refuse

MOST_STUDENTS = 10**9  # numpy draws marginal by marginal below this many students of one level


@dataclass(frozen=True, eq=False)
class ConstantRisk:
    """Students of each stratum, and how many of them are chronically absent.

    Attributes
    ----------
    codes
        Stratum number 0, 1, ... of each school.
    events, totals
        Whole numbers of absent and of all students of each school.
    """

    codes: Codes
    events: NDArray[np.int64]
    totals: NDArray[np.int64]

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give each stratum its own source of chance, so that batches do not change the draws."""
        streams = np.random.SeedSequence(seed).spawn(int(self.codes.max(initial=-1)) + 1)
        return [np.random.default_rng(s) for s in streams]

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Deal the absent students of each stratum to its schools at random.

        Binomial counts at the rate of the stratum, given their sum: the rate need not be known, and
        expected counts stay what they are.

        Parameters
        ----------
        generators
            One a stratum, from `generators`; they advance.
        size
            Number of draws.

        Returns
        -------
        numpy.ndarray
            Events, shape (s, size).

        References
        ----------
        Lehmann EL, Romano JP (2005) Testing Statistical Hypotheses, 3rd ed, section 4.5 (binomial
        samples, conditional on the total).
        """
        drawn = np.empty((len(self.codes), size))
        for code, rng in enumerate(generators):
            members = np.flatnonzero(self.codes == code)
            absent = int(self.events[members].sum())
            drawn[members] = rng.multivariate_hypergeometric(
                self.totals[members], absent, size, method="marginals"
            ).T
        return drawn


def constant_risk(x: Floats, n: Floats, codes: Codes, ids: pd.Index | None = None) -> ConstantRisk:
    """Prepare the null of constant risk within strata.

    Parameters
    ----------
    x, n
        Known events and positive denominators, whole numbers, shape (s,).
    codes
        Stratum numbers 0, 1, ... of each school.
    ids
        Names of the schools, for messages.

    Returns
    -------
    ConstantRisk
        What the null keeps.

    Raises
    ------
    ValueError
        Fractional counts, for which there is no student to draw, or 10^9 students in a stratum.

    Examples
    --------
    >>> null = constant_risk(np.array([9.0, 1.0]), np.array([10.0, 30.0]), np.array([0, 0]))
    >>> drawn = null.draw(null.generators(1), 4000)
    >>> drawn.sum(axis=0).min(), drawn.mean(axis=1).round(1).tolist()
    (np.float64(10.0), [2.5, 7.5])
    """
    fractional = (x != np.floor(x)) | (n != np.floor(n))
    refuse(
        fractional,
        x if ids is None else pd.Series(x, index=ids),
        lambda i: f"{x[i]:g} of {n[i]:g} students: constant risk draws whole students; give counts",
    )
    if np.bincount(codes, n).max(initial=0) >= MOST_STUDENTS:
        raise ValueError(f"a level has {MOST_STUDENTS:,} students or more; divide it into levels")
    return ConstantRisk(codes, x.astype(np.int64), n.astype(np.int64))
