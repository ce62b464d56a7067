"""Study areas made from schools, and maps of them with the schools' residuals shuffled.

Counts of a school vary more than chance by the factor `1 + (n - 1) rho` of its level. Divided by
it, a count is worth what it would be if students were independent; without that the likelihood
ratio is large wherever a large school is unusual, alone, and the scan would look for little else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.hotspots.residuals import SchoolResiduals, school_residuals
from analytics.inputs import Bools, Floats, counts, floats
from analytics.rates.standardized import stratum_codes
from analytics.scan.null import Source
from analytics.scan.study import Study, Weighed, study
from geo.catchment import share_matrix


@dataclass(frozen=True, eq=False)
class SchoolStudy:
    """Locations of a scan with the schools behind them.

    Attributes
    ----------
    study
        Schools themselves, or tracts that share them.
    residuals
        Of the schools that take part.
    allocation
        Shares, shape (locations of the study, schools).
    worth
        `1 / (1 + (n - 1) rho)` of each school.
    """

    study: Study
    residuals: SchoolResiduals
    allocation: csr_array
    worth: Floats

    def shuffled(self, seed: int) -> Source:
        """Draw maps by moving residuals among the schools of a level."""
        generators = self.residuals.generators(seed)

        def draw(size: int) -> Floats:
            counts = self.residuals.draw(generators, size)
            counts *= self.worth[:, None]
            allocated: Floats = self.allocation @ counts
            return allocated

        return Source(draw)


def school_study(
    cases: ArrayLike | pd.Series,
    enrolled: ArrayLike | pd.Series,
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    *,
    share: Any = None,
    strata: ArrayLike | pd.Series | None = None,
) -> SchoolStudy:
    """Form the locations of a scan from schools.

    Parameters
    ----------
    cases, enrolled, x, y, share, strata
        As for `analytics.scan.circular.scan_schools`.

    Returns
    -------
    SchoolStudy
        Locations with counts, and how to shuffle the schools behind them.

    Raises
    ------
    ValueError
        As for `analytics.scan.circular.scan_schools`.
    """
    given = counts(cases, enrolled)
    labels = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(given.x))
    ids = x.index if isinstance(x, pd.Series) else pd.RangeIndex(np.size(np.asarray(x)))
    known = ~np.isnan(given.x) & (given.n > 0)
    shares = _own(labels, ids) if share is None else share_matrix(share, labels, ids)
    part: Bools = known & (np.asarray(shares.sum(axis=1)) > 0)
    codes = np.unique(stratum_codes(strata, given.like)[part], return_inverse=True)[1]
    residuals = school_residuals(given.x[part], given.n[part], codes)
    allocation = csr_array(shares[part].T)
    sums = np.column_stack([given.x[part], given.n[part], residuals.expected])
    events, students, expected = (pd.Series(v, index=ids) for v in (allocation @ sums).T)
    east, north = (pd.Series(floats(v), index=ids) for v in (x, y))
    formed = study(events, students, east, north, expected)
    inner = csr_array(allocation[formed.rows])
    worth = 1 / (1 + (given.n[part] - 1) * residuals.rho[codes])
    cases_worth, students_worth, expected_worth = (inner @ (sums * worth[:, None])).T
    weighed = Weighed(cases_worth, expected_worth, students_worth)
    return SchoolStudy(replace(formed, weighed=weighed), residuals, inner, worth)


def _own(schools: pd.Index, places: pd.Index) -> csr_array:
    """Let every school be a place of its own."""
    if not schools.equals(places):
        raise ValueError(
            f"{len(schools)} schools and {len(places)} coordinates do not belong together; give "
            "each school its own point, or the shares of the places"
        )
    return csr_array((np.ones(len(schools)), (np.arange(len(schools)), np.arange(len(schools)))))
