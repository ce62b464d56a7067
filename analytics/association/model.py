"""From a caller's outcome and exposures to a fitted driver model, or to the reason for none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csc_array

from analytics.association.collinearity import (
    MAX_CONDITION,
    MAX_VIF,
    condition_number,
    variance_inflation,
)
from analytics.association.design import Design, lay_out
from analytics.association.forms import (
    Estimate,
    Plain,
    choose_form,
    estimate,
    estimate_lag,
    plain_model,
)
from analytics.association.result import Diagnostics
from analytics.association.spatial_basis import Basis, graph_basis, point_basis
from analytics.association.spatial_likelihood import lag_matrix
from analytics.inputs import Floats
from geo.weights.neighbours import coordinates
from geo.weights.weights import Weights

MIN_PLACES = 30
PLACES_PER_EXPOSURE = 10

FormAsked = Literal["auto", "none", "error"]


@dataclass(frozen=True, eq=False)
class DriverModel:
    """What `fit` and its sensitivity to margins of error are made from.

    Attributes
    ----------
    design, w
        Columns, and row-standardised weights among their places.
    vif
        Variance inflation of each exposure.
    known
        Diagnostics so far.
    refusal
        State and reason.
    plain, found, basis
        Model without places, estimate, and patterns of the spatial error; None when refused or
        without one.
    """

    design: Design
    w: csc_array
    vif: Floats
    known: Diagnostics
    refusal: tuple[str, str]
    plain: Plain | None = None
    found: Estimate | None = None
    basis: Basis | None = None


def driver_model(
    outcome: Any,
    exposures: pd.DataFrame,
    weights: Weights,
    strata: ArrayLike | pd.Series | None,
    points: Any,
    form: FormAsked,
) -> DriverModel:
    """Check, choose the spatial form, and estimate.

    Parameters
    ----------
    outcome, exposures, weights, strata, points, form
        As for `analytics.association.fitted.fit`.

    Returns
    -------
    DriverModel
        Estimate, or why there is none.

    Raises
    ------
    ValueError
        As for `fit`.
    """
    if form not in ("auto", "none", "error"):
        raise ValueError(f"form must be 'auto', 'none' or 'error', not {form!r}")
    design = lay_out(outcome, exposures, strata)
    w = lag_matrix(weights, design.ids)
    known = Diagnostics(len(design.ids), int((~design.used).sum()))
    vif, known, refusal = _checked(design, known)
    if refusal is not None:
        return DriverModel(design, w, vif, known, refusal)
    plain = plain_model(design, w)
    chosen, why = choose_form(plain.tests) if form == "auto" else (form, "asked for")
    basis = None if chosen == "none" else _basis(points, weights, design.ids)
    found = estimate(design, w, basis)
    if chosen == "lag":
        spilling = estimate_lag(design, w, basis, found)
        chosen = "error" if spilling is None else "lag"
        why += "" if spilling else ", but a model with them fits no better: error"
        found = spilling or found
    known = replace(known, form=chosen, why=why)
    return DriverModel(design, w, vif, known, ("estimated", ""), plain, found, basis)


def _checked(
    design: Design, known: Diagnostics
) -> tuple[Floats, Diagnostics, tuple[str, str] | None]:
    """Give VIFs, the condition number, and why no model is fitted."""
    n, k = design.exposures.shape
    need = max(MIN_PLACES, PLACES_PER_EXPOSURE * k + design.levels.shape[1])
    if n < need:
        few = f"{n} places with every figure; {k} exposures need {need}: leave exposures out"
        return np.full(k, np.nan), known, ("too few places", few)
    vif = variance_inflation(design.exposures, design.levels)
    condition = condition_number(design.exposures, design.levels)
    known = replace(known, condition_number=condition)
    rate = design.x if design.n is None else design.x / design.n
    if np.ptp(rate) <= 1e-12 * np.abs(rate).max(initial=0.0):
        return vif, known, ("constant outcome", "the outcome is the same everywhere")
    alike = design.names[vif > MAX_VIF]
    if len(alike) or condition > MAX_CONDITION:
        who = ", ".join(map(str, alike)) or ", ".join(map(str, design.names))
        told = f"{who} cannot be told apart (largest VIF {vif.max():.3g}, condition number "
        told += f"{condition:.3g}; allowed 10 and 30): keep one of them, or an index of them"
        return vif, known, ("collinear", told)
    return vif, known, None


def _basis(points: Any, weights: Weights, ids: pd.Index) -> Basis:
    """Give the patterns of the spatial error, by distance where places are known."""
    if points is None:
        return graph_basis(weights.subset(ids).sparse.tocsc())
    labels, xy = coordinates(points)
    labels = weights.ids if len(labels) == weights.n and not labels.isin(ids).all() else labels
    where = labels.get_indexer(ids)
    if (where < 0).any():
        first = ids[where < 0][0]
        raise ValueError(f"{int((where < 0).sum())} places have no point; the first: {first!r}")
    return point_basis(xy[where])
