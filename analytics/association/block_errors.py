"""Standard errors that hold when the spatial error was not modelled quite right."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from analytics.association.spatial_basis import Basis
from analytics.association.spatial_field import FieldFit
from analytics.inputs import Floats

PLACES_PER_BLOCK = 12
FEWEST_BLOCKS, MOST_BLOCKS = 8, 25


def block_errors(
    fit: FieldFit, z: Floats, columns: Floats, basis: Basis, last: int
) -> tuple[Floats, Floats]:
    """Take, for each of the last coefficients, the wider of the model's and the blocks' interval.

    Blocks are compact groups of places. The whitened score of each block is an independent sign of
    how sure a coefficient is, whatever the error looks like within blocks.

    Parameters
    ----------
    fit
        The model.
    z, columns
        What it was fitted to, shapes (n,) and (n, k).
    basis
        Patterns of its field.
    last
        Number of coefficients wanted, from the end.

    Returns
    -------
    tuple of numpy.ndarray
        Variance over that of `fit.covariance`, and degrees of freedom, each (last,).

    References
    ----------
    Bester CA, Conley TG, Hansen CB (2011) Journal of Econometrics 165:137-151. Bell RM, McCaffrey
    DF (2002) Survey Methodology 28:169-181 (leverage of a block). Carter AV, Schnepel KT,
    Steigerwald DG (2017) Review of Economics and Statistics 99:698-709 (effective blocks).
    """
    n = len(z)
    groups = basis.blocks(int(np.clip(n // PLACES_PER_BLOCK, FEWEST_BLOCKS, MOST_BLOCKS)))
    x = _whitened(columns, fit, basis)
    error = _whitened(z - columns @ fit.b, fit, basis)
    inverse = np.linalg.inv(x.T @ x)
    pull = (x @ inverse)[:, -last:]
    count = int(groups.max()) + 1
    leverage = np.bincount(groups, ((x @ inverse) * x).sum(axis=1), count)
    shrink = np.sqrt(np.clip(1 - leverage / columns.shape[1], 0.3, 1.0))
    scores = np.column_stack([np.bincount(groups, p * error, count) for p in pull.T])
    parts = np.column_stack([np.bincount(groups, p**2, count) for p in pull.T])
    variance = ((scores / shrink[:, None]) ** 2).sum(axis=0) * count / max(1, count - 1)
    effective = parts.sum(axis=0) ** 2 / (parts**2).sum(axis=0)
    ratio, few = variance / np.diag(inverse)[-last:], np.maximum(2.0, effective - 1)
    model, many = fit.inflation[-last:], fit.degrees[-last:]
    wider = np.sqrt(ratio) * stdtrit(few, 0.975) > np.sqrt(model) * stdtrit(many, 0.975)
    return np.where(wider, ratio, model), np.where(wider, few, many)


def _whitened(values: Floats, fit: FieldFit, basis: Basis) -> Floats:
    """Take the field out of values, as if noise were equal everywhere."""
    noise = float(fit.noise.mean())
    inner = basis.vectors.T @ values
    gain = (fit.field_power + noise) ** -0.5 - noise**-0.5
    found: Floats = (values.T * noise**-0.5).T + basis.vectors @ (inner.T * gain).T
    return found
