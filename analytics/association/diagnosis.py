"""What a driver model leaves over, and which places move it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csc_array, csr_array

from analytics.association.forms import Estimate, precision
from analytics.association.lagrange_tests import ResidualMoran, moran_result
from analytics.association.spatial_basis import Basis


def moran_after(found: Estimate, basis: Basis | None, w: csc_array) -> ResidualMoran:
    """Give Moran's I of what the model leaves over, with its moments under the model.

    Parameters
    ----------
    found, basis, w
        The model.

    Returns
    -------
    ResidualMoran
        Of the residuals less the field, over their standard deviations. The field leaves its own
        trace in them, which `expected` and `variance` know.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, section 8.3, for the covariance `I - F F'`.
    """
    solve = precision(found.fit, basis, len(found.z))
    scaled = np.sqrt(found.fit.noise)
    e = scaled * solve(found.z - found.columns @ found.fit.b)
    fixed = solve(found.columns) @ np.linalg.cholesky(found.fit.covariance)
    f = scaled[:, None] * np.column_stack([solve.half().T, fixed])
    both = csr_array((w + w.T) / 2)
    wf = both @ f
    inner = f.T @ wf
    mean = float(both.diagonal().sum() - np.trace(inner))
    variance = 2 * float((both * both).sum() - 2 * (wf * wf).sum() + (inner * inner).sum())
    total = float(w.sum())
    size = float(e @ e)
    if total == 0 or size == 0:
        return ResidualMoran(np.nan, np.nan, np.nan, np.nan, np.nan)
    scale = len(e) / total / size
    return moran_result(scale * float(e @ (w @ e)), scale * mean, scale**2 * variance)


def influence(found: Estimate, basis: Basis | None, names: pd.Index, ids: pd.Index) -> pd.DataFrame:
    """Give how far each place alone moves each effect, in standard errors.

    Parameters
    ----------
    found, basis
        The model.
    names, ids
        Exposures and places.

    Returns
    -------
    pandas.DataFrame
        dfbetas, places by exposures.

    References
    ----------
    Belsley DA, Kuh E, Welsch RE (1980) Regression Diagnostics, equation 2.7. Haslett J, Hayes K
    (1998) J R Stat Soc B 60:201-215 (one place left out of correlated data).
    """
    solve = precision(found.fit, basis, len(found.z))
    px = solve(found.columns)
    gain = px @ found.fit.covariance
    own = 1 / found.fit.noise - (solve.half() ** 2).sum(axis=0) - (gain * px).sum(axis=1)
    rest = solve(found.z - found.columns @ found.fit.b)
    moved = gain * (rest / own)[:, None] / np.sqrt(np.diag(found.fit.covariance))
    return pd.DataFrame(moved[:, -len(names) :], index=ids, columns=names)
