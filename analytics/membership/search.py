"""The search for the likeliest hyperparameters of a membership model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from analytics.inputs import Floats
from analytics.membership.model import Field

_START = math.log(0.4)
_SPREAD = (math.log(1e-3), math.log(20.0))
_FLATTEST = 0.1  # information below this is taken for this: a standard deviation of 3
_NEAR = 0.01  # squared distance to the mode, in standard deviations, at which the search ends
_LONGEST = 1.0
_MOST_STEPS, _HALVINGS = 30, 8


class Searched(Protocol):
    """A model whose hyperparameters can be searched."""

    @property
    def field(self) -> Field:
        """The family of fields."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyperparameters."""
        ...

    def at(self, theta: Floats) -> Any:
        """Fit the model at given hyperparameters."""
        ...

    def gradient(self, state: Any) -> tuple[Floats, Floats]:
        """Give the derivatives of the log posterior, and its information."""
        ...


@dataclass(frozen=True, eq=False)
class Mode:
    """The likeliest hyperparameters of one field.

    Attributes
    ----------
    model, state
        A model, whole or in blocks, and its fit at the mode.
    covariance
        Inverse of the information there, shape (d, d).
    """

    model: Any
    state: Any
    covariance: Floats

    @property
    def log_evidence(self) -> float:
        """Log marginal likelihood, hyperparameters integrated by Laplace's method."""
        spread = float(np.linalg.slogdet(2 * np.pi * self.covariance)[1])
        return float(self.state.corrected) + 0.5 * spread


def mode(model: Searched, like: Mode | None = None) -> tuple[Any, Floats]:
    """Find the likeliest hyperparameters and the inverse of the information there.

    Parameters
    ----------
    model
        What is searched.
    like
        The mode of another field, whose standard deviations are taken to begin from, and its range
        if both have one.

    Returns
    -------
    state, covariance
        Within a tenth of a standard deviation of the highest posterior density.
    """
    first = np.array([_START, model.field.start, _START])[: len(model.names)]
    if like is not None:
        alike = like.model.field.parameter == model.field.parameter
        theta = like.state.theta
        first = np.r_[theta[0], theta[1] if alike else first[1], theta[2:]]
    state = model.at(first)
    for _ in range(_MOST_STEPS):
        slope, information = model.gradient(state)
        roots, axes = np.linalg.eigh(information)
        covariance: Floats = (axes / np.maximum(roots, _FLATTEST)) @ axes.T
        step = covariance @ slope
        if slope @ step < _NEAR:
            break
        ahead = _ahead(model, state, step * min(1.0, _LONGEST / float(np.abs(step).max())))
        if ahead is None:
            break
        state = ahead
    return state, covariance


def _ahead(model: Searched, state: Any, step: Floats) -> Any:
    """Take a step, halved until the posterior rises; None if it never does."""
    for _ in range(_HALVINGS):
        theta = state.theta + step
        inside = np.r_[np.clip(theta[0], *_SPREAD), theta[1], np.clip(theta[2:], *_SPREAD)]
        tried = model.at(inside)
        if tried.log_posterior > state.log_posterior:
            return tried
        step = step / 2
    return None
